package store

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"newsbell/news"
	"newsbell/store/engine/enginetest"
)

// Each of these was a way to lose or to double an alert.

func TestItemsThatShareAPageAreSeveral(t *testing.T) {
	now := time.Now()

	page := "https://status.example.org/"
	for _, c := range []struct {
		name         string
		before, next []news.Article
	}{
		{"one page for all", []news.Article{item("1", page, "Disk trouble", now), item("2", page, "Network trouble", now)}, []news.Article{item("3", page, "Flood in the cellar", now)}},
		{"fragments of a page", []news.Article{item("1", page+"#a", "Version one", now)}, []news.Article{item("2", page+"#b", "Version two", now)}},
		{"the old one has left", nil, []news.Article{item("3", page, "Flood in the cellar", now)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := openTest(t)
			source := s.configure(t, "https://example.org/feed")[0]
			s.poll(t, source, append(c.before, item("0", page, "Start of all", now))...)

			if got := s.poll(t, source, append(c.before, c.next...)...); got.New != len(c.next) {
				t.Errorf("%+v, want %d new", got, len(c.next))
			}

			if got := s.poll(t, source, append(c.before, c.next...)...); got.New+got.Updated != 0 {
				t.Errorf("the second time: %+v", got)
			}
		})
	}
}

func TestABusyAgencyIsNoRelaunch(t *testing.T) {
	s := openTest(t)
	source := s.configure(t, "https://agency.example/feed")[0]
	n := 0
	page := func(at time.Time) (items []news.Article) {
		for range 25 {
			n++
			items = append(items, item(fmt.Sprint(n), fmt.Sprintf("https://agency.example/%d", n), fmt.Sprintf("Story %d", n), at))
		}

		return items
	}
	s.poll(t, source, page(time.Now())...)
	s.update(t, func(tx *Tx) error { // half an hour passes
		_, err := tx.exec("UPDATE sources SET last_ok_at = last_ok_at - 1800000")
		return err
	})

	if got := s.poll(t, source, page(time.Now().Add(-10*time.Minute))...); got.Relaunch || len(s.ringing(t)) != 25 {
		t.Errorf("25 items of the last half hour: %+v, %d ring", got, len(s.ringing(t)))
	}
}

func TestAShortPauseOverALongDowntimeLosesNothing(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	s.update(t, func(tx *Tx) error { return tx.Pause(chat.ID, tx.Now.Add(2*time.Hour)) })
	s.ring(t, chat, subs[0], 3)
	s.update(t, func(tx *Tx) error { // thirty hours later
		_, err := tx.exec("UPDATE chats SET state_since = state_since - 108000000, paused_until = paused_until - 108000000")
		return err
	})
	s.update(t, func(tx *Tx) error {
		over, err := tx.MarkAway()
		if err != nil || len(over) != 1 {
			return fmt.Errorf("%d pauses are over: %w", len(over), err)
		}

		held, away, err := tx.Wake(chat.ID)
		if held != 3 || away {
			t.Errorf("woke with %d held, away %v", held, away)
		}

		return err
	})
}

func TestASourceTurnedOnAgainBeginsAnew(t *testing.T) {
	s := openTest(t)
	chat, _ := s.chat(t, "1", "storm")

	var id int64

	add := func() {
		s.update(t, func(tx *Tx) error {
			got, _, err := tx.AddSource(chat.ID, "me", news.Source{URL: "https://example.org/private"})
			id = got.ID

			return err
		})
	}
	add()
	s.poll(t, id, item("1", "https://example.org/1", "Old", time.Now()))
	s.update(t, func(tx *Tx) error { return tx.RemoveSource(chat.ID, id) })
	add()

	if got := s.poll(t, id, item("2", "https://example.org/2", "Listed long before", time.Time{})); !got.Baseline {
		t.Errorf("%+v", got)
	}

	add() // adding what is there already changes nothing

	if got := s.poll(t, id, item("3", "https://example.org/3", "News", time.Now())); got.Baseline || got.New != 1 {
		t.Errorf("%+v", got)
	}
	// A configured source goes on over restarts, and begins anew when it was away.
	configured := s.configure(t, "https://example.org/feed")[0]
	s.poll(t, configured, item("1", "https://example.org/f1", "Start", time.Now()))
	s.configure(t, "https://example.org/feed")

	if got := s.poll(t, configured, item("2", "https://example.org/f2", "News of today", time.Now())); got.Baseline {
		t.Errorf("after a restart: %+v", got)
	}

	s.configure(t)
	s.configure(t, "https://example.org/feed")

	if got := s.poll(t, configured, item("3", "https://example.org/f3", "Listed meanwhile", time.Now())); !got.Baseline {
		t.Errorf("after it was away: %+v", got)
	}
}

func TestNoAlertWaitsForAChatThatIsGone(t *testing.T) {
	s := openTest(t)
	from, followed := s.chat(t, "old", "storm")
	s.chat(t, "new", "storm")

	live := map[int64]int64{}

	s.update(t, func(tx *Tx) error { return tx.MoveChat(from.ID, "new") })
	s.update(t, func(tx *Tx) error {
		_, err := tx.SubscriptionChanges(0, func(f SubscriptionChange) error {
			delete(live, f.ID)

			if f.Live {
				live[f.ID] = f.Chat
			}

			return nil
		})

		return err
	})

	if len(live) != 1 || live[followed[0].ID] != 0 {
		t.Errorf("the index after the merge: %v", live)
	}
	// Decided before, saved after: the sweep takes it.
	s.ring(t, from, followed[0], 1)

	if _, err := s.Sweep(t.Context(), Retention{Articles: time.Hour, Seen: time.Hour, Left: time.Hour}); err != nil {
		t.Fatal(err)
	}

	if c := s.counts(t); c.Waiting != 0 || c.Dropped[DroppedUnsubscribed] != 1 {
		t.Errorf("%+v", c)
	}
}

func TestAlertsThatNobodyTakesExpire(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	s.ring(t, chat, subs[0], 2)
	s.update(t, func(tx *Tx) error {
		_, err := tx.exec("UPDATE alerts SET due_at = $1 WHERE id = 1", toMillis(tx.Now.Add(-8*24*time.Hour)))
		return err
	})

	if _, err := s.Sweep(t.Context(), Retention{Articles: time.Hour, Seen: time.Hour, Left: time.Hour}); err != nil {
		t.Fatal(err)
	}

	if c := s.counts(t); c.Waiting != 1 || c.Dropped[DroppedExpired] != 1 {
		t.Errorf("%+v", c)
	}
}

func TestALaterPartOfADigestLeavesOutWhatEnded(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm", "flood")
	s.ring(t, chat, subs[0], 4)
	s.ring(t, chat, subs[1], 4)
	out, _ := s.claim(t, chat, "boot-1")
	s.settle(t, Outcome{Message: out.ID, Sent: true, Ref: "1"})
	s.update(t, func(tx *Tx) error { return tx.RemoveSubscription(subs[0].ID) })

	out, dropped := s.claim(t, chat, "boot-1")
	if out == nil || len(out.Alerts) != 2 || out.Alerts[0].Hits[0].Subscription != subs[1].ID || len(dropped) != 1 {
		t.Errorf("%+v, dropped %d", out, len(dropped))
	}
}

// mendClock mends what a clock that was ahead has left, of which a reader sees that it is there.
func (s *Store) mendClock(t *testing.T) {
	t.Helper()

	for _, want := range []bool{true, false} {
		err := s.View(t.Context(), func(tx *Tx) error {
			ahead, err := tx.ClockWasAhead()
			if ahead != want {
				t.Errorf("something is seen to be ahead: %v", ahead)
			}

			return err
		})
		if err != nil {
			t.Fatal(err)
		}

		s.update(t, func(tx *Tx) error { return cmp.Or(tx.FixClock(), tx.RescheduleAhead(time.UTC)) })
	}
}

func TestAClockThatWasAheadIsMended(t *testing.T) {
	s := openTest(t)
	source := s.configure(t, "https://example.org/feed")[0]
	chat, subs := s.chat(t, "1", "storm")
	s.ring(t, chat, subs[0], 1)

	const year = 365 * 24 * time.Hour

	s.update(t, func(tx *Tx) error {
		if _, err := tx.exec("UPDATE sources SET next_poll_at = $1, last_poll_at = $1", toMillis(tx.Now.Add(year))); err != nil {
			return err
		}

		_, err := tx.exec("UPDATE alerts SET due_at = $1, created_at = $1", toMillis(tx.Now.Add(year)))

		return err
	})
	s.mendClock(t)
	s.update(t, func(tx *Tx) error {
		got, err := tx.Source(source)
		if err != nil || got.NextPollAt.After(tx.Now.Add(time.Hour)) {
			t.Errorf("next poll %s, %v", got.NextPollAt, err)
		}

		due, err := tx.NextDue()
		if !due.IsZero() { // it is due already
			t.Errorf("the alert is due at %s only", due)
		}

		return err
	})
}

// TestAPollDecidedBeforeTheClockWasSetIsMended: when the next one is was worked out by a clock that was ahead,
// and saved after it was set back.
func TestAPollDecidedBeforeTheClockWasSetIsMended(t *testing.T) {
	const year = 365 * 24 * time.Hour

	for _, failure := range []string{"", "it is HTML"} {
		s := openTest(t)
		source := s.configure(t, "https://example.org/feed")[0]

		s.update(t, func(tx *Tx) error {
			ahead := tx.Now.Add(year)
			_, err := tx.SavePoll(PreparePoll(PollResult{Source: source, Decided: ahead, Next: ahead.Add(time.Minute), Error: failure}), time.Hour)

			return err
		})
		s.mendClock(t)
		s.update(t, func(tx *Tx) error {
			got, err := tx.Source(source)
			if err != nil || got.NextPollAt.After(tx.Now) {
				t.Errorf("after %q the next poll is at %s, %v", failure, got.NextPollAt, err)
			}

			return err
		})
	}
}

// TestAClockThatWasSetWhileDecidingIsMended: what is due at once was decided before the
// clock was set back, and written after it.
func TestAClockThatWasSetWhileDecidingIsMended(t *testing.T) {
	s := openTest(t)

	for i, bundle := range []string{"", BundleHeld, BundleDowntime, BundleBurst} {
		chat, subs := s.chat(t, fmt.Sprint(i), "storm")
		s.ring(t, chat, subs[0], 1)
		s.update(t, func(tx *Tx) error {
			_, err := tx.exec("UPDATE alerts SET due_at = $1, bundle = $2 WHERE state = 'waiting'", toMillis(tx.Now.Add(20*time.Hour)), bundle)
			return err
		})
		s.mendClock(t)

		out, _ := s.claim(t, chat, "boot-1")
		if out == nil || len(out.Alerts) != 1 {
			t.Fatalf("of bundle %q: claimed %+v", bundle, out)
		}
	}

	// The same for an attempt that was made before.
	s.update(t, func(tx *Tx) error {
		later := toMillis(tx.Now.Add(20 * time.Hour))
		_, err := tx.exec("UPDATE messages SET first_attempt_at = $1, next_attempt_at = $1", later)

		return err
	})

	s.mendClock(t)

	s.update(t, func(tx *Tx) error {
		var ahead int

		err := tx.one("SELECT count(*) FROM messages WHERE next_attempt_at > $2 OR first_attempt_at > $1", []any{toMillis(tx.Now), toMillis(tx.Now.Add(time.Minute))}, &ahead)
		if ahead > 0 {
			t.Error("an attempt waits for longer than a minute for a clock of before")
		}

		return err
	})
}

// TestADigestOfAClockThatWasAheadComesInTime: what waits for a digest, or for the end of quiet hours,
// comes with the next one by the right time, not at once and not when the clock said.
func TestADigestOfAClockThatWasAheadComesInTime(t *testing.T) {
	now := time.Now().UTC()

	for i, one := range []struct {
		bundle string
		set    func(*Tx, int64) error
		within time.Duration
	}{
		{BundleDigest, func(tx *Tx, chat int64) error { return tx.SetDigest(chat, "daily 8:00") }, 24 * time.Hour},
		{BundleQuiet, func(tx *Tx, chat int64) error {
			return tx.SetQuiet(chat, now.Add(-2*time.Hour).Format("15:04")+"-"+now.Add(2*time.Hour).Format("15:04"))
		}, 2 * time.Hour},
	} {
		s := openTest(t)
		chat, subs := s.chat(t, fmt.Sprint(i), "storm")
		s.ring(t, chat, subs[0], 1)
		s.update(t, func(tx *Tx) error {
			if err := one.set(tx, chat.ID); err != nil {
				return err
			}

			later := tx.Now.Add(20 * 24 * time.Hour)
			_, err := tx.exec("UPDATE alerts SET bundle = $1, created_at = $2, due_at = $3", one.bundle, toMillis(later), toMillis(later.Add(time.Hour)))

			return err
		})
		s.mendClock(t)
		s.update(t, func(tx *Tx) error {
			due, err := tx.NextDue()
			if wait := due.Sub(tx.Now); wait <= 0 || wait > one.within {
				t.Errorf("what waits as %s is due in %s, at %s", one.bundle, wait, due)
			}

			return err
		})
	}
}

func TestABackupEndsWhileOthersWrite(t *testing.T) {
	enginetest.NeedsFile(t)

	s := openTest(t)
	s.update(t, func(tx *Tx) error {
		_, err := tx.exec(`INSERT INTO facts (name, value) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
			SELECT 'a name that takes some room: ' || i, i FROM n`)

		return err
	})
	ctx, stop := context.WithCancel(t.Context())

	var writing sync.WaitGroup
	writing.Go(func() {
		for i := int64(1); ctx.Err() == nil; i++ {
			if err := s.Update(context.Background(), func(tx *Tx) error { return tx.SetFact("n", i) }); err != nil {
				t.Error(err)
			}
		}
	})

	within, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // restarted by every write it would never end
	defer cancel()

	if err := s.Backup(within, filepath.Join(t.TempDir(), "copy.db")); err != nil {
		t.Error(err)
	}

	stop()
	writing.Wait()
}
