package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// recent is what was counted as it ended.
func (s *Store) recent(t *testing.T) (c Counts) {
	t.Helper()
	s.update(t, func(tx *Tx) (err error) {
		c, err = tx.CountRecent(tx.Now.Add(-time.Hour))
		return err
	})

	return c
}

// TestEveryDropIsTold is about alerts that do not ring: whoever decides it, each
// is told of once, by its reason, and counted.
func TestEveryDropIsTold(t *testing.T) {
	year := Retention{Articles: 8760 * time.Hour, Seen: 8760 * time.Hour, Left: 8760 * time.Hour}
	sweep := func(t *testing.T, s *Store) {
		if _, err := s.Sweep(t.Context(), year); err != nil {
			t.Error(err)
		}
	}

	exec := func(t *testing.T, s *Store, statement string, args ...any) {
		s.update(t, func(tx *Tx) error {
			_, err := tx.exec(statement, args...)
			return err
		})
	}
	for _, c := range []struct {
		reason string
		rings  int
		drops  int
		forgot bool // with the chat its alerts are gone too
		end    func(t *testing.T, s *Store, chat *Chat, sub *Subscription)
	}{
		{DroppedUnsubscribed, 2, 2, false, func(t *testing.T, s *Store, chat *Chat, sub *Subscription) {
			s.update(t, func(tx *Tx) error { return tx.RemoveSubscription(sub.ID) })
			s.claim(t, chat, "boot-1")
		}},
		{DroppedGone, 1, 1, false, func(t *testing.T, s *Store, chat *Chat, _ *Subscription) {
			exec(t, s, "DELETE FROM articles")
			s.claim(t, chat, "boot-1")
		}},
		{DroppedAway, 3, 3, false, func(t *testing.T, s *Store, chat *Chat, _ *Subscription) {
			s.claim(t, chat, "boot-1") // what is claimed already too
			s.update(t, func(tx *Tx) error { return tx.Pause(chat.ID, time.Time{}) })
			exec(t, s, "UPDATE chats SET state_since = $1", toMillis(time.Now().Add(-25*time.Hour)))
			s.update(t, func(tx *Tx) error { _, err := tx.MarkAway(); return err })
		}},
		{DroppedAway, 2, 2, false, func(t *testing.T, s *Store, chat *Chat, _ *Subscription) {
			s.update(t, func(tx *Tx) error { _, err := tx.Sleep(chat.ID, "blocked"); return err })
			exec(t, s, "UPDATE chats SET state_since = $1", toMillis(time.Now().Add(-25*time.Hour)))
			s.update(t, func(tx *Tx) error { _, _, err := tx.Wake(chat.ID); return err })
		}},
		{DroppedRefused, 1, 1, false, func(t *testing.T, s *Store, chat *Chat, _ *Subscription) {
			for range 3 {
				out, _ := s.claim(t, chat, "boot-1")
				s.settle(t, Outcome{Message: out.ID, Plainer: true})
			}
		}},
		{DroppedExpired, 2, 2, false, func(t *testing.T, s *Store, _ *Chat, _ *Subscription) {
			exec(t, s, "UPDATE alerts SET due_at = $1", toMillis(time.Now().Add(-8*24*time.Hour)))
			sweep(t, s)
		}},
		{DroppedExpired, 1, 1, false, func(t *testing.T, s *Store, chat *Chat, _ *Subscription) {
			out, _ := s.claim(t, chat, "boot-1")
			s.settle(t, Outcome{Message: out.ID, RetryAt: time.Now().Add(-time.Second)})
			exec(t, s, "UPDATE messages SET attempts = 20, first_attempt_at = $1", toMillis(time.Now().Add(-8*24*time.Hour)))
			s.claim(t, chat, "boot-1")
		}},
		{DroppedUnsubscribed, 2, 2, false, func(t *testing.T, s *Store, chat *Chat, _ *Subscription) {
			exec(t, s, "DELETE FROM chats WHERE id = $1", chat.ID)
			sweep(t, s)
		}},
		{DroppedMerged, 2, 2, true, func(t *testing.T, s *Store, chat *Chat, _ *Subscription) {
			other, _ := s.chat(t, "other")
			exec(t, s, "INSERT INTO alerts (story, chat, article, due_at, created_at, state) SELECT story, $1, article, due_at, created_at, 'sent' FROM alerts", other.ID)
			s.update(t, func(tx *Tx) error { return tx.MoveChat(chat.ID, "other") })
		}},
		{DroppedForgotten, 2, 2, true, func(t *testing.T, s *Store, chat *Chat, _ *Subscription) {
			s.update(t, func(tx *Tx) error { return tx.Forget(chat.ID) })
		}},
		{DroppedFolded, 12, 3, false, func(t *testing.T, s *Store, chat *Chat, _ *Subscription) { s.claim(t, chat, "boot-1") }},
		{DroppedFolded, digestMost + 7, digestMost + 7 - 9, false, func(t *testing.T, s *Store, chat *Chat, _ *Subscription) { s.claim(t, chat, "boot-1") }},
	} {
		t.Run(c.reason, func(t *testing.T) {
			reported := map[int64]string{}
			s := openTest(t, OnDrop(func(d Drop) {
				if reported[d.ID] != "" {
					t.Errorf("alert %d is reported twice", d.ID)
				}

				reported[d.ID] = d.Reason
			}))
			chat, subs := s.chat(t, "1", "storm")
			s.ring(t, chat, subs[0], c.rings)
			c.end(t, s, chat, subs[0])

			for id, reason := range reported {
				if reason != c.reason {
					t.Errorf("alert %d: %s", id, reason)
				}
			}

			counts := s.counts(t)
			if recent := s.recent(t); !c.forgot && !cmp.Equal(recent, counts) {
				t.Errorf("counted as they ended %+v, one by one %+v", recent, counts)
			}

			counted := counts.Dropped[c.reason]
			if c.reason == DroppedFolded {
				counted = counts.Folded
			}

			if len(reported) != c.drops || (counted != c.drops && !c.forgot) {
				t.Errorf("reported %d, counted %d, want %d (%+v)", len(reported), counted, c.drops, counts)
			}
		})
	}
}

func TestWhatIsRolledBackIsNotReported(t *testing.T) {
	s := openTest(t, OnDrop(func(d Drop) { t.Errorf("reported %+v", d) }))
	chat, subs := s.chat(t, "1", "storm")
	s.ring(t, chat, subs[0], 1)

	_ = s.Update(t.Context(), func(tx *Tx) error {
		if err := tx.Forget(chat.ID); err != nil {
			return err
		}

		return ErrNotFound
	})
	if c := s.counts(t); c.Waiting != 1 {
		t.Errorf("%+v", c)
	}
}

// TestDaysBeforeAndAfterASweep: a day's stories are counted whether a sweep has added them up
// yet or not, and once.
func TestDaysBeforeAndAfterASweep(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	today := func() (n int) {
		s.update(t, func(tx *Tx) error {
			days, err := tx.StoriesByDay(30)
			for _, day := range days {
				n += day
			}

			return err
		})

		return n
	}

	year := Retention{Articles: 8760 * time.Hour, Seen: 8760 * time.Hour, Left: 8760 * time.Hour}

	s.ring(t, chat, subs[0], 2)

	if n := today(); n != 2 {
		t.Errorf("before a sweep %d, want 2", n)
	}

	if _, err := s.Sweep(t.Context(), year); err != nil {
		t.Fatal(err)
	}

	if n := today(); n != 2 {
		t.Errorf("after a sweep %d, want 2", n)
	}

	s.ring(t, chat, subs[0], 1)

	if n := today(); n != 3 {
		t.Errorf("with one more %d, want 3", n)
	}
}
