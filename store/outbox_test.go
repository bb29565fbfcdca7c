package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"newsbell/news"
)

// claimAll is a Claim for tests: three titles fit a message.
var claimAll = Claim{Run: "boot-1", Burst: 5, RetryAfter: time.Second, Room: func(*Chat, []*Alert) int { return 3 }}

// ring makes n stories ring in a chat because of its first subscription.
func (s *Store) ring(t *testing.T, chat *Chat, sub *Subscription, n int) {
	t.Helper()
	ids := s.configure(t, "https://example.org/feed")

	var batch []Match

	s.update(t, func(tx *Tx) error {
		for i := range n {
			it := item(fmt.Sprintf("%d-%d", tx.Now.UnixNano(), i), "", fmt.Sprintf("Story %d", i), tx.Now)

			id, err := tx.insertArticle(ids[0], itemOf(it), "")
			if err != nil {
				return err
			}

			batch = append(batch, Match{Article: id, Story: id, At: tx.Now, Alerts: []PendingAlert{{
				Chat: chat.ID, Due: tx.Now.Add(time.Duration(i) * time.Microsecond), Hits: []Hit{{Subscription: sub.ID, Matched: []string{"Story"}}},
			}}})
		}

		return nil
	})

	s.match(t, batch...)
}

// itemOf is an article as a poll lists it.
func itemOf(a news.Article) *listed {
	return &listed{preparedItem: &prepareItems([]news.Article{a}, packer{})[0]}
}

// claim claims with a boot and returns the message.
func (s *Store) claim(t *testing.T, chat *Chat, boot string) (out *Outgoing, dropped []Drop) {
	t.Helper()
	s.update(t, func(tx *Tx) (err error) {
		c := claimAll
		c.Run = boot
		out, err = tx.Claim(chat.ID, c)
		dropped = tx.drops

		return err
	})

	return out, dropped
}

func (s *Store) settle(t *testing.T, o Outcome) (dropped []Drop) {
	t.Helper()
	s.update(t, func(tx *Tx) (err error) {
		_, err = tx.Settle(o)
		dropped = tx.drops

		return err
	})

	return dropped
}

func (s *Store) counts(t *testing.T) (c Counts) {
	t.Helper()
	s.update(t, func(tx *Tx) (err error) {
		c, err = tx.CountAlerts()
		return err
	})

	return c
}

func TestClaimSettle(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	s.ring(t, chat, subs[0], 2)

	first, _ := s.claim(t, chat, "boot-1")
	if first == nil || first.Digest || len(first.Alerts) != 1 || first.Attempt != 1 || !first.Left || first.Unsure {
		t.Fatalf("first claim %+v", first)
	}

	if again, _ := s.claim(t, chat, "boot-1"); again != nil {
		t.Fatalf("claimed twice: %+v", again)
	}

	s.settle(t, Outcome{Message: first.ID, RetryAt: time.Now().Add(-time.Second), Result: "502"})

	second, _ := s.claim(t, chat, "boot-1")
	if second.ID != first.ID || second.Attempt != 2 || second.Unsure {
		t.Fatalf("after a failure %+v", second)
	}

	s.settle(t, Outcome{Message: first.ID, Sent: true, Ref: "r1"})

	third, _ := s.claim(t, chat, "boot-1")
	if third == nil || third.ID == first.ID || third.Left {
		t.Fatalf("the next one %+v", third)
	}

	if c := s.counts(t); c.Sent != 1 || c.Waiting != 1 {
		t.Errorf("%+v", c)
	}
}

func TestKilledAttemptIsUnsure(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	s.ring(t, chat, subs[0], 1)
	first, _ := s.claim(t, chat, "boot-1")
	s.update(t, func(tx *Tx) error { // the next attempt's time comes
		_, err := tx.exec("UPDATE messages SET next_attempt_at = 0")
		return err
	})

	again, _ := s.claim(t, chat, "boot-2")
	if again == nil || again.ID != first.ID || !again.Unsure || again.Attempt != 2 {
		t.Errorf("%+v", again)
	}
}

func TestBurstBecomesADigestInThreePartsAndTheRestIsFolded(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	s.ring(t, chat, subs[0], 12)

	titles := map[string]bool{}

	for part := 1; part <= 3; part++ {
		out, _ := s.claim(t, chat, "boot-1")
		if out == nil || !out.Digest || out.Bundle != BundleBurst || out.Part != part || out.Parts != 3 || len(out.Alerts) != 3 {
			t.Fatalf("part %d: %+v", part, out)
		}

		if want := map[int]int{3: 3}[part]; out.More != want {
			t.Errorf("part %d leaves %d out, want %d", part, out.More, want)
		}

		if want := map[bool]string{true: "ref-1"}[part > 1]; out.Continues != want {
			t.Errorf("part %d goes on with %q, want %q", part, out.Continues, want)
		}

		for _, a := range out.Alerts {
			titles[a.Article.News.Title] = true
		}
		// More that comes meanwhile does not change what is frozen.
		if part == 1 {
			s.ring(t, chat, subs[0], 1)
		}

		s.settle(t, Outcome{Message: out.ID, Sent: true, Ref: fmt.Sprintf("ref-%d", part)})
	}

	if len(titles) != 9 {
		t.Errorf("%d titles told", len(titles))
	}

	if c := s.counts(t); c.Sent != 9 || c.Folded != 3 || c.Waiting != 1 {
		t.Errorf("%+v", c)
	}
}

func TestAlertOfARemovedSubscriptionIsDropped(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	s.ring(t, chat, subs[0], 1)
	s.update(t, func(tx *Tx) error { return tx.RemoveSubscription(subs[0].ID) })

	out, dropped := s.claim(t, chat, "boot-1")
	if out != nil || len(dropped) != 1 || dropped[0].Reason != DroppedUnsubscribed {
		t.Errorf("claimed %+v, dropped %+v", out, dropped)
	}
}

func TestRefusedGetsPlainerAndIsThenDropped(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	s.ring(t, chat, subs[0], 1)

	for form := Full; form <= PlainText; form++ {
		out, _ := s.claim(t, chat, "boot-1")
		if out == nil || out.Form != form {
			t.Fatalf("form %d: %+v", form, out)
		}

		dropped := s.settle(t, Outcome{Message: out.ID, Plainer: true, Result: "can't parse entities"})
		if (form == PlainText) != (len(dropped) == 1) {
			t.Errorf("form %d: dropped %v", form, dropped)
		}
	}

	if c := s.counts(t); c.Dropped[DroppedRefused] != 1 {
		t.Errorf("%+v", c)
	}
}

func TestAChatThatIsGoneSleepsAndKeepsWhatWaits(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	s.ring(t, chat, subs[0], 3)
	out, _ := s.claim(t, chat, "boot-1")
	s.settle(t, Outcome{Message: out.ID, Gone: "the bot was blocked"})

	if out, _ := s.claim(t, chat, "boot-1"); out != nil {
		t.Fatalf("told a sleeping chat: %+v", out)
	}

	s.update(t, func(tx *Tx) error {
		held, away, err := tx.Wake(chat.ID)
		if held < 2 || away {
			t.Errorf("woke with %d held, away %v", held, away)
		}

		return err
	})

	out, _ = s.claim(t, chat, "boot-1")
	if out == nil || !out.Digest || out.Bundle != BundleHeld || len(out.Alerts) != 3 {
		t.Errorf("after waking: %+v", out)
	}
}

func TestLongAbsenceIsNoFlood(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	s.update(t, func(tx *Tx) error { return tx.Pause(chat.ID, time.Time{}) })
	s.ring(t, chat, subs[0], 3)
	s.update(t, func(tx *Tx) error {
		if _, err := tx.exec("UPDATE chats SET state_since = $1", toMillis(tx.Now.Add(-25*time.Hour))); err != nil {
			return err
		}

		_, err := tx.MarkAway()

		return err
	})

	live := -1

	s.update(t, func(tx *Tx) error {
		_, err := tx.SubscriptionChanges(0, func(f SubscriptionChange) error {
			live = 0
			if f.Live {
				live = 1
			}

			return nil
		})

		return err
	})

	if live != 0 {
		t.Error("a chat that is away is still in the index")
	}

	s.update(t, func(tx *Tx) error {
		held, away, err := tx.Wake(chat.ID)
		if held != 0 || !away {
			t.Errorf("woke with %d held, away %v", held, away)
		}

		return err
	})

	if c := s.counts(t); c.Dropped[DroppedAway] != 3 {
		t.Errorf("%+v", c)
	}
}

func TestAStoryIsToldOnce(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm", "rain")
	source := s.configure(t, "https://example.org/feed")[0]

	var ids [2]int64

	s.update(t, func(tx *Tx) (err error) {
		for i := range ids {
			if ids[i], err = tx.insertArticle(source, itemOf(item(fmt.Sprint(i), "", "Storm", tx.Now)), ""); err != nil {
				return err
			}
		}

		return nil
	})

	for i, id := range ids {
		m := Match{Article: id, Story: ids[0], At: time.Now(), Alerts: []PendingAlert{{Chat: chat.ID, Due: time.Now(), Hits: []Hit{{Subscription: subs[i].ID}}}}}
		s.match(t, m)
	}

	out, _ := s.claim(t, chat, "boot-1")
	if out == nil || out.Left || len(out.Alerts) != 1 || len(out.Alerts[0].Hits) != 2 || out.Alerts[0].Article.ID != ids[0] {
		t.Errorf("%+v", out)
	}
}

func TestMovedChatsMergeWhicheverComesFirst(t *testing.T) {
	s := openTest(t)
	old, oldSubs := s.chat(t, "-1", "storm", "rain")
	renewed, _ := s.chat(t, "-1001", "rain")
	s.ring(t, old, oldSubs[0], 1)
	s.update(t, func(tx *Tx) error { return tx.MoveChat(old.ID, "-1001") })
	s.update(t, func(tx *Tx) error {
		subs, err := tx.Subscriptions(renewed.ID)
		if len(subs) != 2 {
			t.Errorf("%d subscriptions after the merge", len(subs))
		}

		if _, gone := tx.ChatByID(old.ID); gone != ErrNotFound { // exact
			t.Errorf("the old chat: %v", gone)
		}

		return err
	})

	out, dropped := s.claim(t, renewed, "boot-1")
	if out == nil || len(out.Alerts) != 1 {
		t.Errorf("after the merge: %+v, dropped %+v", out, dropped)
	}
}

// TestAMergedChatKeepsItsPause: a group that is upgraded, and whose new address is known
// already, stays as quiet as somebody asked it to be.
func TestAMergedChatKeepsItsPause(t *testing.T) {
	day, week := time.Now().Add(24*time.Hour).Truncate(time.Millisecond), time.Now().Add(7*24*time.Hour).Truncate(time.Millisecond)
	forever := time.Time{}

	for name, c := range map[string]struct {
		old, renewed *time.Time // nil: not paused
		want         *time.Time
	}{
		"the old one is paused":           {&day, nil, &day},
		"the old one until resumed":       {&forever, nil, &forever},
		"both, the old one for longer":    {&week, &day, &week},
		"both, the new one for longer":    {&day, &week, &week},
		"both, the new one until resumed": {&week, &forever, &forever},
		"neither":                         {nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := openTest(t)
			old, subs := s.chat(t, "-1", "storm")
			renewed, _ := s.chat(t, "-1001", "rain")

			s.ring(t, old, subs[0], 1)
			s.update(t, func(tx *Tx) error {
				for _, p := range []struct {
					chat  int64
					until *time.Time
				}{{old.ID, c.old}, {renewed.ID, c.renewed}} {
					if p.until == nil {
						continue
					}

					if err := tx.Pause(p.chat, *p.until); err != nil {
						return err
					}
				}

				return tx.MoveChat(old.ID, "-1001")
			})

			var got *Chat

			s.update(t, func(tx *Tx) (err error) {
				got, err = tx.ChatByID(renewed.ID)
				return err
			})

			switch {
			case c.want == nil && got.State != Active:
				t.Errorf("%s until %s, want it active", got.State, got.PausedUntil)
			case c.want != nil && (got.State != Paused || !got.PausedUntil.Equal(*c.want)):
				t.Errorf("%s until %s, want paused until %s", got.State, got.PausedUntil, c.want)
			}

			if out, _ := s.claim(t, renewed, "boot-1"); (out != nil) != (c.want == nil) {
				t.Errorf("what waits is claimed: %v", out != nil)
			}
		})
	}
}

func TestForgetLeavesNothing(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	s.ring(t, chat, subs[0], 2)
	s.claim(t, chat, "boot-1")
	s.update(t, func(tx *Tx) error { return tx.Forget(chat.ID) })

	for _, table := range []string{"chats", "subscriptions", "alerts", "alert_matches", "messages"} {
		var n int

		s.update(t, func(tx *Tx) error { return tx.one("SELECT count(*) FROM "+table, nil, &n) })

		if n != 0 {
			t.Errorf("%s keeps %d rows", table, n)
		}
	}

	gone := false

	s.update(t, func(tx *Tx) error {
		_, err := tx.SubscriptionChanges(1, func(f SubscriptionChange) error {
			gone = f.ID == subs[0].ID && !f.Live
			return nil
		})

		return err
	})

	if !gone {
		t.Error("the matcher does not hear that the subscription is gone")
	}
}

// TestLargeBurst: a burst beyond what a digest looks at is counted to its end.
func TestLargeBurst(t *testing.T) {
	for _, c := range []struct {
		waiting int
		digest  bool
	}{{400, false}, {401, true}} {
		s := openTest(t)
		chat, subs := s.chat(t, "1", "storm")
		s.ring(t, chat, subs[0], c.waiting)

		claim := claimAll
		claim.Burst = 400

		var out *Outgoing

		s.update(t, func(tx *Tx) (err error) {
			out, err = tx.Claim(chat.ID, claim)
			return err
		})

		if out.Digest != c.digest {
			t.Errorf("%d wait: digest %v, want %v", c.waiting, out.Digest, c.digest)
		}
	}
}

// TestAfterAnOutageTheAnswerComesFirst: an alert was tried in vain, and so was then the
// confirmation of the subscription that it is for.
func TestAfterAnOutageTheAnswerComesFirst(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	s.ring(t, chat, subs[0], 1)

	alert, _ := s.claim(t, chat, "boot-1")
	s.settle(t, Outcome{Message: alert.ID, RetryAt: time.Now().Add(-time.Second), Outage: true})
	s.update(t, func(tx *Tx) error { return tx.SayLater(chat.ID, "You now follow #1 storm.") })

	for i, want := range []bool{true, false} {
		out, _ := s.claim(t, chat, "boot-1")
		if out == nil || out.Answer != want {
			t.Fatalf("message %d: %+v, want an answer: %v", i+1, out, want)
		}

		s.settle(t, Outcome{Message: out.ID, Sent: true})
	}
}

// TestBriefsGiveWay: a brief waits as a digest does, an answer to a person as an alert.
func TestBriefsGiveWay(t *testing.T) {
	s := openTest(t)
	briefed, _ := s.chat(t, "1")
	answered, _ := s.chat(t, "2")

	s.update(t, func(tx *Tx) error {
		return errors.Join(tx.Brief(briefed.ID, "{}"), tx.SayLater(answered.ID, "{}"))
	})

	gives := map[int64]bool{}

	s.update(t, func(tx *Tx) error {
		_, err := tx.Waiting(0, func(w Waiting) error {
			gives[w.Chat] = w.Digest
			return nil
		})

		return err
	})

	if len(gives) != 2 || !gives[briefed.ID] || gives[answered.ID] {
		t.Errorf("gives way to alerts, by chat: %v", gives)
	}
}

// TestAnAnnouncementReachesWhoCanBeReached, in pages: not a chat that follows nothing, nor one
// that sleeps.
func TestAnAnnouncementReachesWhoCanBeReached(t *testing.T) {
	s := openTest(t)
	first, _ := s.chat(t, "1", "storm", "flood")
	asleep, _ := s.chat(t, "2", "storm")
	second, _ := s.chat(t, "3", "storm")
	s.chat(t, "4")
	third, _ := s.chat(t, "5", "storm")

	s.update(t, func(tx *Tx) error {
		_, err := tx.Sleep(asleep.ID, "blocked")
		return err
	})

	var pages []int64

	s.update(t, func(tx *Tx) error {
		n, err := tx.CountReachable()
		if n != 3 {
			t.Errorf("%d can be reached, want 3", n)
		}

		for last, page := int64(0), 2; page == 2 && err == nil; pages = append(pages, last) {
			last, page, err = tx.NotifyReachable(last, 2, "We move on Sunday.")
		}

		return err
	})

	if want := []int64{second.ID, third.ID}; !slices.Equal(pages, want) {
		t.Errorf("the pages end with %v, want %v", pages, want)
	}

	var told []int64

	s.update(t, func(tx *Tx) error {
		_, err := tx.Waiting(0, func(w Waiting) error {
			told = append(told, w.Chat)
			return nil
		})

		return err
	})

	slices.Sort(told)

	if want := []int64{first.ID, second.ID, third.ID}; !slices.Equal(told, want) {
		t.Errorf("told: %v, want %v", told, want)
	}
}
