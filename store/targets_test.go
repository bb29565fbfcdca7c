package store

import (
	"errors"
	"testing"
	"time"

	"newsbell/subscriptions"
)

// claims reports how many alerts are claimed for a chat now.
func (s *Store) claims(t *testing.T, chat int64) int {
	t.Helper()

	out, err := s.Claim(t.Context(), chat, Claim{Run: "r", Burst: 10, RetryAfter: time.Second, Room: func(_ *Chat, a []*Alert) int { return len(a) }})
	if err != nil {
		t.Fatal(err)
	}

	if out == nil {
		return 0
	}

	s.update(t, func(tx *Tx) error {
		_, err := tx.Settle(Outcome{Message: out.ID, Sent: true, Ref: "1"})
		return err
	})

	return len(out.Alerts)
}

// TestTargetsShareTheirChat: what a chat is alerted of, its target is alerted of, too; a mute
// and a pause of the chat hold for it, and it is forgotten with the chat.
func TestTargetsShareTheirChat(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")

	var target *Target

	s.update(t, func(tx *Tx) (err error) {
		target, err = tx.AddTarget(chat, Target{URL: "https://example.org/hook", Secret: "s"})
		return err
	})

	s.ring(t, chat, subs[0], 1)

	for what, id := range map[string]int64{"chat": chat.ID, "target": target.Chat} {
		if n := s.claims(t, id); n != 1 {
			t.Errorf("the %s is told %d stories", what, n)
		}
	}

	s.update(t, func(tx *Tx) error { return tx.Pause(chat.ID, time.Time{}) })
	s.ring(t, chat, subs[0], 1)

	if n := s.claims(t, target.Chat); n != 0 {
		t.Errorf("while its chat is paused, %d stories are told", n)
	}

	s.update(t, func(tx *Tx) error {
		_, _, err := tx.Wake(chat.ID)
		return err
	})

	if n := s.claims(t, target.Chat); n != 1 {
		t.Errorf("after the pause, %d stories are told", n)
	}

	s.claims(t, chat.ID)
	s.ring(t, chat, subs[0], 1)
	s.update(t, func(tx *Tx) error {
		var story int64
		if err := tx.one("SELECT max(story) FROM alerts", nil, &story); err != nil {
			return err
		}

		_, _, err := tx.AddMute(StoryMute(chat.ID, story, "Story"))

		return err
	})

	if n := s.claims(t, target.Chat); n != 0 {
		t.Errorf("while its chat mutes it, %d stories are told", n)
	}

	s.update(t, func(tx *Tx) error { return tx.Forget(chat.ID) })
	s.update(t, func(tx *Tx) error {
		if _, err := tx.ChatByID(target.Chat); !errors.Is(err, ErrNotFound) {
			t.Errorf("the forgotten chat's target: %v", err)
		}

		return nil
	})
}

// TestATargetIsJudgedAlone: where the alert of its chat went out before it was judged, that of a
// target is still a case; while both wait they are one.
func TestATargetIsJudgedAlone(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")

	s.update(t, func(tx *Tx) error {
		if _, err := tx.AddTarget(chat, Target{URL: "https://example.org/hook", Secret: "s"}); err != nil {
			return err
		}

		return tx.SetOnly(subs[0].ID, "the firm")
	})

	s.ring(t, chat, subs[0], 1)

	cases := func() (open []*Case) {
		s.update(t, func(tx *Tx) (err error) {
			if _, err := tx.exec("UPDATE alert_matches SET verdict = 'open' WHERE verdict = ''"); err != nil {
				return err
			}

			open, err = tx.OpenCases(9)

			return err
		})

		return open
	}

	if n := len(cases()); n != 1 {
		t.Fatalf("%d cases while both wait", n)
	}

	s.claims(t, chat.ID)

	for i, waits := range []bool{false, true} { // the chat's own ends first, without an article
		open := cases()
		if len(open) != 1 || (open[0].Article != nil) != waits || open[0].Chat != chat.ID {
			t.Fatalf("step %d: %d cases", i, len(open))
		}

		s.update(t, func(tx *Tx) error { return tx.Judge(open[0], Differs, time.UTC, nil) })
	}

	s.update(t, func(tx *Tx) error {
		var told, judged, dropped int

		err := tx.one(`SELECT count(*) FILTER (WHERE m.verdict = 'unjudged'), count(*) FILTER (WHERE m.verdict = 'other'), count(*) FILTER (WHERE a.reason = 'judged')
			FROM alert_matches m JOIN alerts a ON a.story = m.story AND a.chat = m.chat`, nil, &told, &judged, &dropped)
		if told != 1 || judged != 1 || dropped != 1 {
			t.Errorf("%d were told unjudged, %d judged, %d dropped", told, judged, dropped)
		}

		return err
	})
}

// TestMailIsAPlatformOfItsOwn: e-mail has a lane of its own, and each target is found by its
// chat's address.
func TestMailIsAPlatformOfItsOwn(t *testing.T) {
	s := openTest(t)
	chat, _ := s.chat(t, "1", "storm")

	for url, platform := range map[string]string{"https://example.org/hook": TargetPlatform, "mailto:ann@reader.example": MailPlatform} {
		s.update(t, func(tx *Tx) error {
			target, err := tx.AddTarget(chat, Target{URL: url})
			if err != nil {
				return err
			}

			c, err := tx.ChatByID(target.Chat)
			if err != nil {
				return err
			}

			found, err := tx.TargetAt(c.Address)
			if err != nil || c.Platform != platform || found.URL != url {
				t.Errorf("%s is a chat of %q, and %+v is found there: %v", url, c.Platform, found, err)
			}

			return nil
		})
	}
}

// TestATargetWaitsForItsCode: until it is confirmed, nothing but the code goes there; and one
// person, and one place, is sent few codes a day.
func TestATargetWaitsForItsCode(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")

	var target *Target

	s.update(t, func(tx *Tx) (err error) {
		target, err = tx.AddTarget(chat, Target{URL: "mailto:ann@reader.example", Code: "ABC", CodeUntil: tx.Now.Add(time.Hour)})
		return err
	})

	s.ring(t, chat, subs[0], 1)

	if n := s.claims(t, target.Chat); n != 0 {
		t.Errorf("before it is confirmed, %d stories are told", n)
	}

	s.update(t, func(tx *Tx) error { return tx.ConfirmTarget(target.Chat) })
	s.ring(t, chat, subs[0], 1)

	if n := s.claims(t, target.Chat); n != 1 {
		t.Errorf("after it is confirmed, %d stories are told", n)
	}

	for _, c := range []struct {
		person, place string
		want          bool
	}{
		{"telegram:1", "a", true},
		{"telegram:1", "b", true},
		{"telegram:1", "c", true},
		{"telegram:1", "d", false}, // a person
		{"telegram:2", "a", true},
		{"telegram:3", "a", true},
		{"telegram:4", "a", false}, // a place
		{"telegram:4", "d", true},
	} {
		s.update(t, func(tx *Tx) error {
			may, err := tx.NoteCode(c.person, c.place)
			if may != c.want {
				t.Errorf("%+v: %t", c, may)
			}

			return err
		})
	}

	s.update(t, func(tx *Tx) error {
		tx.Now = tx.Now.Add(25 * time.Hour)

		may, err := tx.NoteCode("telegram:1", "a")
		if !may {
			t.Error("a day later it is still too many")
		}

		return err
	})
}

// TestWhoHadACodeSentIsNotKept: neither the person nor the address can be read in the table, and
// a day later nothing of it is there.
func TestWhoHadACodeSentIsNotKept(t *testing.T) {
	s := openTest(t)

	kept := func() (rows, plain int) {
		s.update(t, func(tx *Tx) error {
			return tx.one("SELECT count(*), count(*) FILTER (WHERE person LIKE '%4711%' OR place LIKE '%ann%') FROM target_codes", nil, &rows, &plain)
		})

		return rows, plain
	}

	note := func(at time.Time) (may bool) {
		s.update(t, func(tx *Tx) (err error) {
			tx.Now = at
			may, err = tx.NoteCode("telegram:4711", "ann@reader.example")

			return err
		})

		return may
	}

	old, fresh := time.Now().Add(-48*time.Hour), time.Now().Add(-23*time.Hour)
	for _, at := range []time.Time{old, old, old, fresh, fresh} {
		if !note(at) {
			t.Fatalf("no code at %s", at)
		}
	}

	s.update(t, func(tx *Tx) error { return tx.ForgetPerson("telegram", "4711") })

	if rows, plain := kept(); rows != 5 || plain != 0 {
		t.Errorf("of 5 codes %d are noted, %d of them can be read", rows, plain)
	}

	if _, err := s.Sweep(t.Context(), Retention{Articles: time.Hour, Seen: time.Hour, Left: time.Hour}); err != nil {
		t.Fatal(err)
	}

	if rows, _ := kept(); rows != 2 {
		t.Errorf("%d codes are noted after a day, want the 2 of today", rows)
	}

	// Who forgets themselves has no new day of codes.
	if first, second := note(time.Now()), note(time.Now()); !first || second {
		t.Errorf("the third code of a day: %t, the fourth: %t", first, second)
	}
}

// TestATargetHasTimesOfItsOwn: what its chat is alerted of at once goes there as one digest at its
// own time, in the chat's zone, whatever the chat's quiet hours and digests are; what waits for
// outlets comes at that time, too, when they are there; and what waits moves when the time does.
func TestATargetHasTimesOfItsOwn(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")

	zone, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}

	morning, err := subscriptions.ParseSchedule("daily 8:00")
	if err != nil {
		t.Fatal(err)
	}

	var target *Target

	s.update(t, func(tx *Tx) (err error) {
		if err := tx.SetTimeZone(chat.ID, "Asia/Tokyo"); err != nil {
			return err
		}

		target, err = tx.AddTarget(chat, Target{URL: "mailto:ann@reader.example", Schedule: morning})

		return err
	})

	// now is a moment at which it is 23:00 in Tokyo.
	now := time.Date(2026, 3, 1, 23, 0, 0, 0, zone)
	dueAt := func(what string, want time.Time, hold subscriptions.Hold) {
		t.Helper()
		s.update(t, func(tx *Tx) error {
			var (
				due    int64
				bundle string
			)

			err := tx.one("SELECT due_at, bundle FROM alerts WHERE chat = $1 ORDER BY id DESC LIMIT 1", []any{target.Chat}, &due, &bundle)
			if !fromMillis(due).Equal(want) || bundle != string(hold) {
				t.Errorf("%s: it comes at %s (%q), want %s (%q)", what, fromMillis(due).In(zone), bundle, want, hold)
			}

			return err
		})
	}

	feed, last := s.configure(t, "https://example.org/feed")[0], Match{}
	ring := func(timing subscriptions.Timing) {
		s.update(t, func(tx *Tx) error {
			tx.Now = now

			id, err := tx.insertArticle(feed, itemOf(item(timing.Due.String(), "", "Storm", now)), "")
			if err != nil {
				return err
			}

			last = Match{Article: id, Story: id, At: now, Zone: time.UTC}

			return errors.Join(tx.assignArticle(last), tx.insertAlerts(last, []PendingAlert{{Chat: chat.ID, Due: timing.Due, Bundle: string(timing.Hold), Awaits: timing.Awaits, Hits: []Hit{{Subscription: subs[0].ID}}}}))
		})
	}

	eight := time.Date(2026, 3, 2, 8, 0, 0, 0, zone)

	ring(subscriptions.Timing{Due: now})
	dueAt("what comes at once in the chat", eight, subscriptions.HoldDigest)
	ring(subscriptions.Timing{Due: eight.Add(3 * time.Hour), Hold: subscriptions.HoldQuiet, Awaits: 3})
	dueAt("what the chat's quiet hours hold", eight, subscriptions.HoldDigest)
	ring(subscriptions.Timing{Due: now.Add(subscriptions.StoryLife), Hold: subscriptions.HoldFew, Awaits: 2})
	dueAt("what waits for outlets", now.Add(subscriptions.StoryLife), subscriptions.HoldFew)

	last.Outlets, last.Retime = 2, func(_ *Tx, waiting []*Awaiting) ([]subscriptions.Timing, error) {
		times := make([]subscriptions.Timing, len(waiting))
		for i := range times {
			times[i].Due = now
		}

		return times, nil
	}

	s.update(t, func(tx *Tx) error {
		tx.Now = now
		_, _, err := last.retimeWaiting().take(tx, 0, atOnce)

		return err
	})
	dueAt("what enough outlets tell", eight, subscriptions.HoldDigest)

	friday, err := subscriptions.ParseSchedule("fridays 18:00")
	if err != nil {
		t.Fatal(err)
	}

	for _, c := range []struct {
		when subscriptions.Schedule
		want time.Time
	}{{friday, time.Date(2026, 3, 6, 18, 0, 0, 0, zone)}, {morning, eight}, {subscriptions.Schedule{}, now}} {
		s.update(t, func(tx *Tx) error {
			tx.Now = now
			return errors.Join(tx.ScheduleTarget(target.Chat, c.when), tx.Reschedule(chat.ID, time.UTC, nil))
		})
		dueAt("after a change to "+c.when.String(), c.want, subscriptions.HoldDigest)
	}
}

// TestAFailingTargetHasItsReason: also where an older message to it has not been tried yet.
func TestAFailingTargetHasItsReason(t *testing.T) {
	s := openTest(t)
	chat, _ := s.chat(t, "1", "storm")

	s.update(t, func(tx *Tx) error {
		target, err := tx.AddTarget(chat, Target{URL: "https://example.org/hook", Secret: "s"})
		if err != nil {
			return err
		}

		if err := errors.Join(tx.Notify(target.Chat, "older"), tx.Notify(target.Chat, "newer")); err != nil {
			return err
		}

		if _, err := tx.exec("UPDATE messages SET result = 'it is down' WHERE id = (SELECT max(id) FROM messages WHERE chat = $1)", target.Chat); err != nil {
			return err
		}

		failing, err := tx.FailingTargets()
		if err != nil || len(failing) != 1 || failing[0].Failing != "it is down" {
			t.Errorf("%+v, %v", failing, err)
		}

		return nil
	})
}
