package store

import (
	"fmt"
	"testing"
	"time"

	"newsbell/news"
)

// TestAClockThatIsDecadesAheadDeletesNothing has an hour's sweep come while the clock is ahead: all that is
// there is as old then as the clock is ahead. Nothing of it may go, unless the clock goes on like that for days.
func TestAClockThatIsDecadesAheadDeletesNothing(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm", "rain")
	source := s.configure(t, "https://example.org/feed")[0]
	s.poll(t, source, item("1", "https://example.org/1", "Listed", time.Now()), item("2", "https://example.org/2", "Gone from the feed", time.Now()))
	s.ring(t, chat, subs[0], 2)
	out, _ := s.claim(t, chat, "boot-1")
	s.settle(t, Outcome{Message: out.ID, Sent: true})
	s.update(t, func(tx *Tx) error { return tx.RemoveSubscription(subs[1].ID) })
	s.update(t, func(tx *Tx) error { return tx.Log(chat.ID, "me", "subscribed") })

	const ahead = 20 * 365 * 24 * time.Hour

	s.update(t, func(tx *Tx) error { return tx.BelieveClock() })

	for _, statement := range []string{
		"UPDATE articles SET seen_at = seen_at - $1, matched_at = 1", "UPDATE stories SET last_at = last_at - $1", "UPDATE log SET at = at - $1",
		"UPDATE messages SET done_at = done_at - $1", "UPDATE alerts SET done_at = done_at - $1, due_at = due_at - $1",
		"UPDATE subscriptions SET removed_at = removed_at - $1", "UPDATE seen SET last_listed_at = last_listed_at - $1",
		"UPDATE facts SET value = value - $1 WHERE name = '" + believedAt + "'",
	} {
		s.execute(t, statement, ahead.Milliseconds())
	}

	keep := Retention{Articles: 30 * 24 * time.Hour, Seen: 30 * 24 * time.Hour, Left: 30 * 24 * time.Hour}

	for minute := range 50 {
		s.update(t, func(tx *Tx) error { return tx.BelieveClock() })

		if rows, err := s.Sweep(t.Context(), keep); err != nil || rows != 0 {
			t.Fatalf("minute %d: %d rows are swept, %v", minute, rows, err)
		}
	}

	for range 31 * 60 { // a day and more
		s.update(t, func(tx *Tx) error { return tx.BelieveClock() })
	}

	if rows, err := s.Sweep(t.Context(), keep); err != nil || rows == 0 {
		t.Errorf("a clock that goes on is never believed: %d rows, %v", rows, err)
	}
}

// TestTheClockIsBelievedAtItsPace: without a jump what is old goes at its time, also right after a first start,
// and a clock that is behind takes nothing back.
func TestTheClockIsBelievedAtItsPace(t *testing.T) {
	s := openTest(t)
	believed := func() (at time.Time, now time.Time) {
		s.update(t, func(tx *Tx) (err error) {
			now = tx.Now
			at, err = tx.believedNow()

			return err
		})

		return at, now
	}

	if at, now := believed(); !at.Equal(now) {
		t.Errorf("before the first minute %v is believed at %v", at, now)
	}

	s.update(t, func(tx *Tx) error { return tx.BelieveClock() })
	s.execute(t, "UPDATE facts SET value = value - $1 WHERE name = '"+believedAt+"'", time.Minute.Milliseconds())
	s.update(t, func(tx *Tx) error { return tx.BelieveClock() })

	if at, now := believed(); now.Sub(at) > time.Second {
		t.Errorf("a minute later %v is believed at %v", at, now)
	}

	s.update(t, func(tx *Tx) error {
		return tx.SetFact(believedAt, toMillis(time.Date(1970, 1, 1, 0, 3, 0, 0, time.UTC)))
	})
	s.update(t, func(tx *Tx) error { return tx.BelieveClock() })

	if at, now := believed(); now.Sub(at) > time.Second {
		t.Errorf("after a first start with a clock that was not set %v is believed at %v", at, now)
	}

	s.execute(t, "UPDATE facts SET value = value + $1 WHERE name = '"+believedAt+"'", time.Hour.Milliseconds())
	s.update(t, func(tx *Tx) error { return tx.BelieveClock() })

	if at, now := believed(); !at.Equal(now) {
		t.Errorf("a clock that was set back: %v is believed at %v", at, now)
	}
}

// TestAMessageOfAClockThatWasBehindIsTriedAgain: a machine without a battery starts in 1970. What could not be
// sent before the time came from the network is half a century old then, after one attempt.
func TestAMessageOfAClockThatWasBehindIsTriedAgain(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	s.ring(t, chat, subs[0], 1)
	out, _ := s.claim(t, chat, "boot-1")
	s.settle(t, Outcome{Message: out.ID, RetryAt: time.Now().Add(-time.Second)})
	s.execute(t, "UPDATE messages SET created_at = 5000, first_attempt_at = 5000, next_attempt_at = 7000")

	if out, _ := s.claim(t, chat, "boot-1"); out == nil || out.Attempt != 2 {
		t.Errorf("the message is not tried again: %+v, %+v", out, s.counts(t))
	}
}

func (s *Store) execute(t *testing.T, statement string, args ...any) {
	t.Helper()
	s.update(t, func(tx *Tx) error {
		_, err := tx.exec(statement, args...)
		return err
	})
}

// TestWhatIsNewUnderAClockThatIsAheadAlerts: an article is old if it was when the source was asked, by the clocks
// of the servers where ours has leapt ahead. A server whose clock is behind says nothing as long as ours went on
// as it does.
func TestWhatIsNewUnderAClockThatIsAheadAlerts(t *testing.T) {
	s := openTest(t)
	source := s.configure(t, "https://example.org/feed")[0]
	s.poll(t, source, item("1", "https://example.org/1", "Baseline", time.Now()))

	const century = 73 * 365 * 24 * time.Hour

	now := time.Now()
	then := now.Add(-century) // by the servers

	for i, c := range []struct {
		leapt     time.Duration
		at, dated time.Time
		quiet     string
	}{
		{0, time.Time{}, then, QuietOld},
		{0, then, then.Add(-time.Hour), QuietOld},
		{century, time.Time{}, then, QuietOld},
		{century, then, then.Add(-time.Hour), ""},
		{century, then, then.Add(-49 * time.Hour), QuietOld},
		{century, now.Add(-59 * time.Minute), now.Add(-48*time.Hour - 30*time.Minute), QuietOld}, // they differ by minutes
		{century, now.Add(time.Hour), now.Add(-47*time.Hour - 30*time.Minute), ""},
	} {
		var quiet string

		s.update(t, func(tx *Tx) error {
			if err := tx.SetFact(believedAt, toMillis(now.Add(-c.leapt))); err != nil {
				return err
			}

			key := fmt.Sprint("leap", i)
			poll := PollResult{Source: source, At: c.at, Before: 1, Articles: []news.Article{item(key, "https://example.org/"+key, "News", c.dated)}}

			if _, err := tx.SavePoll(PreparePoll(poll), 48*time.Hour); err != nil {
				return err
			}

			return tx.one("SELECT quiet FROM articles ORDER BY id DESC LIMIT 1", nil, &quiet)
		})

		if quiet != c.quiet {
			t.Errorf("asked at %v, dated %v by a clock that leapt %v: quiet for %q, want %q", c.at, c.dated, c.leapt, quiet, c.quiet)
		}
	}
}
