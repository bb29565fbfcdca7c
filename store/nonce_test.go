package store

import (
	"path/filepath"
	"testing"
	"time"

	"newsbell/store/engine/enginetest"
)

// TestACopyNeverSpeaksUnderAnOldNonce restores a copy that was made while a message was
// claimed: what the copy claims anew has nonces that the original never used, and the
// claimed message keeps its own, under which it is looked for.
func TestACopyNeverSpeaksUnderAnOldNonce(t *testing.T) {
	enginetest.NeedsFile(t)

	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	s.ring(t, chat, subs[0], 5)

	claimed, _ := s.claim(t, chat, "first run")
	copied := filepath.Join(t.TempDir(), "copy.db")

	if err := s.Backup(t.Context(), copied); err != nil {
		t.Fatal(err)
	}

	used := map[string]bool{}

	original := []string{claimed.Nonce}
	for out := claimed; out != nil; {
		used[out.Nonce] = true

		s.settle(t, Outcome{Message: out.ID, Sent: true, Ref: "r"})

		if out, _ = s.claim(t, chat, "first run"); out != nil {
			original = append(original, out.Nonce)
		}
	}

	if len(original) != 5 || len(used) != 5 {
		t.Fatalf("five messages have the nonces %v", original)
	}

	restored, err := Open(t.Context(), copied)
	if err != nil {
		t.Fatal(err)
	}
	defer restored.Close()

	restored.update(t, func(tx *Tx) error {
		tx.Now = tx.Now.Add(time.Minute)
		return tx.Release("second run", "telegram", tx.Now)
	})

	again := 0

	for {
		var out *Outgoing

		restored.update(t, func(tx *Tx) (err error) {
			tx.Now = tx.Now.Add(2 * time.Minute)
			c := claimAll
			c.Run = "second run"
			out, err = tx.Claim(chat.ID, c)

			return err
		})

		if out == nil {
			break
		}

		if again++; out.ID == claimed.ID {
			if out.Nonce != claimed.Nonce || !out.Unsure {
				t.Errorf("the claimed message: nonce %s, unsure %v; want %s and true", out.Nonce, out.Unsure, claimed.Nonce)
			}
		} else if used[out.Nonce] {
			t.Errorf("message %d speaks under a nonce that was used before", out.ID)
		}

		used[out.Nonce] = true

		restored.settle(t, Outcome{Message: out.ID, Sent: true, Ref: "r"})
	}

	if again != 5 || len(used) != 9 {
		t.Errorf("%d messages after the restore, %d nonces in all; want 5 and 9", again, len(used))
	}
}

// TestNoncesFitDiscord: 25 characters, of which the adapter needs two to name a part.
func TestNoncesFitDiscord(t *testing.T) {
	seen := map[string]bool{}
	now := time.Now()

	for range 10_000 {
		nonce := newNonce(now)
		if len(nonce) > 23 || seen[nonce] {
			t.Fatalf("%q: %d characters, seen before: %v", nonce, len(nonce), seen[nonce])
		}

		seen[nonce] = true
	}
}
