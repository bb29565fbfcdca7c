package bot_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/store"
)

// waiting is the next message of a chat in the outbox.
func (w *world) waiting(platform, address string) (out *store.Outgoing) {
	w.must(func(tx *store.Tx) error {
		c, err := tx.Chat(platform, address)
		if err == nil {
			out, err = tx.Claim(c.ID, store.Claim{Run: "b", Burst: 10, RetryAfter: time.Second})
		}

		if errors.Is(err, store.ErrNotFound) {
			return nil
		}

		return err
	})

	return out
}

// An answer that the platform does not take for now is left to the outbox whole,
// buttons and all, and said once; also while the chat is paused.
func TestAnAnswerIsLeftToTheOutbox(t *testing.T) {
	for _, c := range []struct {
		platform    string
		interaction bool
		err         error
		left        bool
	}{
		{"telegram", false, &adapters.SendError{Fate: adapters.Later, After: 130 * time.Second}, true},
		{"telegram", false, &adapters.SendError{Fate: adapters.Retry}, true},
		{"telegram", false, &adapters.SendError{Fate: adapters.Unsure}, true},
		{"telegram", false, &adapters.SendError{Fate: adapters.Gone}, false},
		{"discord", false, &adapters.SendError{Fate: adapters.Retry}, true}, // typed in direct messages
		{"discord", false, &adapters.SendError{Fate: adapters.Later, After: 5 * time.Second}, true},
		{"discord", true, &adapters.SendError{Fate: adapters.Later, After: 5 * time.Second}, true},
		{"discord", true, &adapters.SendError{Fate: adapters.Unsure}, false}, // it may have arrived
	} {
		w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
		address := map[string]string{"telegram": "1", "discord": "@1"}[c.platform]
		r := command("u1", c.platform, address, "1", "subscribe", "drone")
		w.bot.Answered(t.Context(), r, w.bot.Answer(t.Context(), r), nil)
		r = command("u2", c.platform, address, "1", "pause", "")
		r.Interaction = c.interaction

		m := w.bot.Answer(t.Context(), r)
		for range 2 {
			w.bot.Answered(t.Context(), r, m, c.err)
		}

		out := w.waiting(c.platform, address)
		if left := out != nil; left != c.left {
			t.Fatalf("%s, %v: left to the outbox: %t", c.platform, c.err, left)
		}

		if c.left {
			var got adapters.Message
			if err := json.Unmarshal([]byte(out.Notice), &got); err != nil || !out.Answer {
				t.Fatal(err, out.Answer)
			}

			if diff := cmp.Diff(m, &got, withoutWords()); diff != "" {
				t.Error(diff)
			}

			if again := w.bot.Answer(t.Context(), r); again != nil {
				t.Errorf("said again: %s", again)
			}

			w.must(func(tx *store.Tx) error { _, err := tx.Settle(store.Outcome{Message: out.ID, Sent: true}); return err })

			if out := w.waiting(c.platform, address); out != nil {
				t.Error("it is left twice")
			}
		}

		w.close()
	}
}

// A chat that the platform wants left alone for a while does not hold a request.
func TestNobodyWaitsForAHeldChat(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	defer w.close()

	pace := gate.New(gate.TelegramLimits())
	pace.Hold(adapters.Chat{Platform: "telegram", Address: "1"}, time.Hour)
	w.conf.Gates = map[string]*gate.Gate{"telegram": pace}
	w.rebuild()

	if m := w.bot.Answer(t.Context(), command("u1", "telegram", "1", "1", "help", "")); m != nil {
		t.Errorf("answered %s", m)
	}

	if w.waiting("telegram", "1") == nil {
		t.Error("the answer is lost")
	}
}

// TestTheOwnerOfAMailTargetIsTold: e-mail is a platform of its own, and its targets have owners as well.
func TestTheOwnerOfAMailTargetIsTold(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	defer w.close()

	r := command("u1", "telegram", "1", "1", "subscribe", "drone")
	w.bot.Answered(t.Context(), r, w.bot.Answer(t.Context(), r), nil)

	var mail *store.Chat

	w.must(func(tx *store.Tx) error {
		owner, err := tx.Chat("telegram", "1")
		if err != nil {
			return err
		}

		target, err := tx.AddTarget(owner, store.Target{URL: "mailto:ann@reader.example"})
		if err == nil {
			mail, err = tx.ChatByID(target.Chat)
		}

		return err
	})

	w.happens([]string{"targets"})
	w.bot.NotifyAsleep(t.Context(), mail, "the mail server answered 550")

	if out := w.waiting("telegram", "1"); out == nil || !strings.Contains(out.Notice, "I've stopped sending there") {
		t.Errorf("the owner is told %+v", out)
	}
}
