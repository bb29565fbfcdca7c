package store

import (
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// unpack writes a database of an earlier Newsbell to a folder and returns its path.
func unpack(t *testing.T, name string) string {
	t.Helper()

	packed, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()

	content, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}

	path := filepath.Join(t.TempDir(), "old.db")

	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}

	_, err = io.Copy(file, content)
	if closed := file.Close(); err != nil || closed != nil {
		t.Fatal(err, closed)
	}

	return path
}

// TestTheOutboxOfBeforeGoesOn opens a database that commit 76035ec made of the
// sample news and that was left with a claimed message, one that may have arrived
// and one that met an outage: each goes on under the nonce that it was tried under.
func TestTheOutboxOfBeforeGoesOn(t *testing.T) {
	s, err := Open(t.Context(), unpack(t, "76035ec.db.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()

	var tombstones int

	s.update(t, func(tx *Tx) error {
		if _, err := tx.SubscriptionChanges(0, func(f SubscriptionChange) error {
			if f.ID == 7 && !f.Live {
				tombstones++
			}

			return nil
		}); err != nil {
			return err
		}

		// What only a lock does away with.
		if err := tx.Release("new run", "telegram", tx.Now); err != nil {
			return err
		}

		return tx.ForgetPerson("telegram", "100")
	})

	if tombstones != 1 {
		t.Errorf("%d tombstones of the forgotten chat's subscription, want 1", tombstones)
	}

	for _, c := range []struct {
		address, nonce string
		attempt        int
		unsure         bool
	}{
		{"100", "ee2f4584f4-3", 2, true},
		{"101", "ee2f4584f4-4", 2, true},
		{"102", "ee2f4584f4-5", 2, false},
		{"103", "", 1, false},
	} {
		s.update(t, func(tx *Tx) error {
			chat, err := tx.Chat("telegram", c.address)
			if err != nil {
				return err
			}

			out, err := tx.Claim(chat.ID, claimAll)
			if err != nil || out == nil {
				t.Fatalf("chat %s: %+v, %v", c.address, out, err)
			}

			if (c.nonce != "" && out.Nonce != c.nonce) || out.Attempt != c.attempt || out.Unsure != c.unsure || len(out.Alerts) != 1 {
				t.Errorf("chat %s: nonce %s attempt %d unsure %v alerts %d, want %+v", c.address, out.Nonce, out.Attempt, out.Unsure, len(out.Alerts), c)
			}

			_, err = tx.Settle(Outcome{Message: out.ID, Sent: true, Ref: "1"})

			return err
		})
	}

	s.update(t, func(tx *Tx) error {
		tx.Now = tx.Now.Add(-time.Since(time.UnixMilli(1795808814345)))

		if _, err := tx.Token("mine"); !errors.Is(err, ErrNotFound) {
			t.Errorf("the token of a forgotten person: %v", err)
		}

		_, err := tx.Token("theirs")

		return err
	})

	if c := s.counts(t); c.Waiting != 0 || c.Sent != 6 {
		t.Errorf("%+v, want 6 sent", c)
	}

	if damage, err := s.Check(t.Context()); err != nil || len(damage) > 0 {
		t.Errorf("%v %v", damage, err)
	}
}
