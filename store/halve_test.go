package store

import (
	"cmp"
	"fmt"
	"testing"
)

// TestADigestThatIsTooLongIsHalved until a half fits: nothing is dropped, everything
// is sent once, no half has the nonce of what was refused, and what the
// digest folds can still be opened.
func TestADigestThatIsTooLongIsHalved(t *testing.T) {
	const fits = 2

	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	s.ring(t, chat, subs[0], 40)

	wide := claimAll
	wide.Room = func(*Chat, []*Alert) int { return 10 }

	sent := map[int64]int{}
	nonces := map[string]bool{}

	var (
		last  int64
		first string // the reference of what was sent first
	)

	for range 100 {
		var out *Outgoing

		s.update(t, func(tx *Tx) (err error) {
			out, err = tx.Claim(chat.ID, wide)
			return err
		})

		if out == nil {
			break
		}

		if nonces[out.Nonce] || out.Nonce == "" {
			t.Errorf("the nonce %q is used twice", out.Nonce)
		}

		nonces[out.Nonce] = true

		if len(out.Alerts) > fits {
			s.settle(t, Outcome{Message: out.ID, Plainer: true, TooLong: true, Result: "the message is too long"})
			continue
		}

		for _, a := range out.Alerts {
			sent[a.ID]++
		}

		if out.More > 0 {
			last = out.ID
		}

		if out.Continues != first {
			t.Errorf("message %d goes on with %q, want %q", out.ID, out.Continues, first)
		}

		ref := fmt.Sprint(out.ID)
		first = cmp.Or(first, ref)

		s.settle(t, Outcome{Message: out.ID, Sent: true, Ref: ref})
	}

	for id, n := range sent {
		if n != 1 {
			t.Errorf("alert %d was sent %d times", id, n)
		}
	}

	if c := s.counts(t); c.Sent != 30 || c.Folded != 10 || c.Waiting != 0 || len(c.Dropped) != 0 || len(sent) != 30 {
		t.Errorf("%+v, %d sent; want 30 sent, 10 folded", c, len(sent))
	}

	opened := map[int64]bool{}

	s.update(t, func(tx *Tx) error {
		for offset := 0; offset < 12; offset += 4 {
			page, total, err := tx.Folded(chat.ID, last, offset, 4)
			if err != nil || total != 10 {
				t.Errorf("%d folded: %v", total, err)
			}

			for _, a := range page {
				opened[a.ID] = a.Article != nil && sent[a.ID] == 0
			}
		}

		page, total, err := tx.Folded(chat.ID+1, last, 0, 4)
		if len(page)+total != 0 || err != nil {
			t.Errorf("another chat opens %d of %d: %v", len(page), total, err)
		}

		return nil
	})

	if len(opened) != 10 {
		t.Errorf("%d of 10 folded alerts can be opened", len(opened))
	}
}

// TestOneAlertThatIsTooLongGetsPlainer: there is nothing to halve.
func TestOneAlertThatIsTooLongGetsPlainer(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	s.ring(t, chat, subs[0], 1)

	out, _ := s.claim(t, chat, "boot-1")
	s.settle(t, Outcome{Message: out.ID, Plainer: true, TooLong: true})

	again, _ := s.claim(t, chat, "boot-1")
	if again == nil || again.Form != WithoutImage || again.Nonce != out.Nonce {
		t.Errorf("%+v", again)
	}
}

// TestWithoutButtonsNothingIsFolded: a channel and a target have none to open a digest with. What is
// more than a digest looks at comes in the next one.
func TestWithoutButtonsNothingIsFolded(t *testing.T) {
	for where, change := range map[string]string{"channel": "UPDATE chats SET kind = 'channel'", "target": "UPDATE chats SET platform = 'target'", "mail": "UPDATE chats SET platform = 'mail'"} {
		s := openTest(t)
		chat, subs := s.chat(t, "1", "storm")
		s.update(t, func(tx *Tx) error {
			_, err := tx.exec(change)
			return err
		})
		s.ring(t, chat, subs[0], digestMost+40)

		for range digestMost {
			out, _ := s.claim(t, chat, "boot-1")
			if out == nil {
				break
			}

			s.settle(t, Outcome{Message: out.ID, Sent: true})
		}

		if c := s.counts(t); c.Sent != digestMost+40 || c.Folded != 0 {
			t.Errorf("%s: %+v, want all %d sent", where, c, digestMost+40)
		}
	}
}
