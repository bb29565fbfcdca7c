package store

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"newsbell/subscriptions/query"

	"pgregory.net/rapid"
)

// addTwo adds an article of an outlet, and one of the Gazette with a headline of its own.
func (s *Store) addTwo(t *testing.T, outlet, title string) {
	t.Helper()
	s.configure(t, "https://a.example/feed")
	s.update(t, func(tx *Tx) error {
		_, err := tx.exec(`INSERT INTO articles (id, source, key, url, canonical, title, summary, text, outlet, seen_at)
			VALUES (1, 1, '1', 'https://a.example/1', '', 'Storm', '', '', $1, $3), (2, 1, '2', 'https://a.example/2', '', $2, '', '', 'Gazette', $3)`, outlet, title, toMillis(tx.Now))

		return err
	})
}

func TestAMutedOutletDoesNotAlert(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")

	s.addTwo(t, "The Herald", "Storm")
	s.update(t, func(tx *Tx) error {
		_, _, err := tx.AddMute(OutletMute(chat.ID, "the herald"))
		return err
	})

	var drops []Drop

	s.onDrop = func(d Drop) { drops = append(drops, d) }

	for id := int64(1); id <= 2; id++ {
		s.match(t, Match{Article: id, Story: id, At: time.Now(), Alerts: []PendingAlert{{Chat: chat.ID, Due: time.Now(), Hits: []Hit{{Subscription: subs[0].ID}}}}})
	}

	out, err := s.Claim(t.Context(), chat.ID, Claim{Run: "r", Burst: 10, RetryAfter: time.Second, Room: func(_ *Chat, a []*Alert) int { return len(a) }})
	if err != nil || out == nil || len(out.Alerts) != 1 || out.Alerts[0].Article.News.Outlet != "Gazette" {
		t.Fatalf("claimed %+v, %v", out, err)
	}

	if len(drops) != 1 || drops[0].Reason != DroppedMuted {
		t.Errorf("dropped: %+v", drops)
	}
}

func TestMutesEndByThemselves(t *testing.T) {
	s := openTest(t)
	chat, _ := s.chat(t, "1")

	s.update(t, func(tx *Tx) error {
		m := OutletMute(chat.ID, "Herald")
		m.Until = tx.Now.Add(-time.Second)

		if _, _, err := tx.AddMute(m); err != nil {
			return err
		}

		all, err := tx.Mutes(chat.ID)
		if len(all) != 0 {
			t.Errorf("an old mute is in force: %+v", all)
		}

		return err
	})
}

// TestMutesAndUndos: whatever is muted and ended in whatever order, what is in force is
// what was muted last and not ended, as a plain map has it.
func TestMutesAndUndos(t *testing.T) {
	s := openTest(t)
	chats := 0

	rapid.Check(t, func(r *rapid.T) {
		chats++
		chat, _ := s.chat(t, fmt.Sprint(chats))
		want := map[string]int64{}

		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			outlet := rapid.SampledFrom([]string{"Herald", "Gazette", "Ledger"}).Draw(r, "outlet")

			s.update(t, func(tx *Tx) error {
				if id, muted := want[outlet]; muted && rapid.Bool().Draw(r, "undo") {
					delete(want, outlet)

					_, err := tx.EndMute(chat.ID, id, query.LeaveOut)

					return err
				}

				m, _, err := tx.AddMute(OutletMute(chat.ID, outlet))
				if err == nil {
					want[outlet] = m.ID
				}

				return err
			})
		}

		s.update(t, func(tx *Tx) error {
			all, err := tx.Mutes(chat.ID)
			if len(all) != len(want) {
				r.Fatalf("%d mutes in force, want %d", len(all), len(want))
			}

			for _, m := range all {
				if want[m.Label] != m.ID {
					r.Fatalf("%s is muted by %d, want %d", m.Label, m.ID, want[m.Label])
				}
			}

			return err
		})
	})
}

func TestAMuteOfAnotherChatCannotBeEnded(t *testing.T) {
	s := openTest(t)
	mine, _ := s.chat(t, "1")
	other, _ := s.chat(t, "2")

	s.update(t, func(tx *Tx) error {
		m, _, err := tx.AddMute(OutletMute(mine.ID, "Herald"))
		if err != nil {
			return err
		}

		if _, err := tx.EndMute(other.ID, m.ID, query.LeaveOut); !errors.Is(err, ErrNotFound) {
			t.Errorf("ended from another chat: %v", err)
		}

		return nil
	})
}

// TestADroppedAlertIsNoAlert: what was dropped because its outlet was muted, or nobody
// followed it any more, does not keep a later telling of the story from the chat.
func TestADroppedAlertIsNoAlert(t *testing.T) {
	for _, reason := range []string{DroppedMuted, DroppedUnsubscribed} {
		t.Run(reason, func(t *testing.T) {
			s := openTest(t)
			chat, subs := s.chat(t, "1", "storm")

			s.addTwo(t, "Herald", "Storm")

			alert := func(article int64, due time.Time) {
				t.Helper()

				match := Match{Article: article, Story: 1, At: time.Now(), Alerts: []PendingAlert{{Chat: chat.ID, Due: due, Hits: []Hit{{Subscription: subs[0].ID}}}}}
				s.match(t, match)
			}

			alert(1, time.Now())
			s.update(t, func(tx *Tx) error {
				_, err := tx.exec("UPDATE alerts SET state = 'dropped', reason = $1, done_at = 5", reason)
				return err
			})
			alert(2, time.Now())

			out, err := s.Claim(t.Context(), chat.ID, Claim{Run: "r", Burst: 10, RetryAfter: time.Second, Room: func(_ *Chat, a []*Alert) int { return len(a) }})
			if err != nil || out == nil || len(out.Alerts) != 1 || out.Alerts[0].Article.ID != 2 {
				t.Errorf("claimed %+v, %v", out, err)
			}
		})
	}
}

// TestTheEarlierTimeCounts: an alert that waits for a weekly digest comes at once when
// another article of its story matches a subscription that is delivered at once.
func TestTheEarlierTimeCounts(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm", "flood")

	s.addTwo(t, "Herald", "Flood")

	for i, due := range []time.Time{time.Now().Add(7 * 24 * time.Hour), time.Now().Add(-time.Second)} {
		bundle := []string{BundleDigest, ""}[i]
		match := Match{Article: int64(i + 1), Story: 1, At: time.Now(), Alerts: []PendingAlert{{Chat: chat.ID, Due: due, Bundle: bundle, Hits: []Hit{{Subscription: subs[i].ID}}}}}

		s.match(t, match)
	}

	out, err := s.Claim(t.Context(), chat.ID, Claim{Run: "r", Burst: 10, RetryAfter: time.Second, Room: func(_ *Chat, a []*Alert) int { return len(a) }})
	if err != nil || out == nil || out.Digest || len(out.Alerts) != 1 || len(out.Alerts[0].Hits) != 2 {
		t.Errorf("claimed %+v, %v", out, err)
	}
}

// TestAMutedWordComesBack: a word that is muted for hours is a part of the query so long, and
// of it again if it is muted for good meanwhile.
func TestAMutedWordComesBack(t *testing.T) {
	s := openTest(t)
	_, subs := s.chat(t, "1", "storm")

	expect := func(want string) {
		t.Helper()
		s.update(t, func(tx *Tx) error {
			got, err := tx.SubscriptionByID(subs[0].ID)
			if err == nil && got.Query != want {
				t.Errorf("the query is %q, want %q", got.Query, want)
			}

			return err
		})
	}

	mute := func(word string, hours time.Duration) {
		t.Helper()
		s.update(t, func(tx *Tx) error {
			until := time.Time{}
			if hours > 0 {
				until = tx.Now.Add(hours * time.Hour)
			}

			_, _, added, err := tx.MuteWord(subs[0], word, until, "ann", query.LeaveOut)
			if err == nil && !added {
				t.Errorf("%s was not muted for %d hours", word, hours)
			}

			return err
		})
	}

	later := func(hours time.Duration) (ended int) {
		t.Helper()
		s.update(t, func(tx *Tx) (err error) {
			tx.Now = tx.Now.Add(hours * time.Hour)
			ended, err = tx.EndMutes(query.LeaveOut)

			return err
		})

		return ended
	}

	mute("football", 8)
	mute("cricket", 8)
	mute("cricket", 0)
	expect("storm -cricket -football")

	if n := later(7); n != 0 {
		t.Errorf("%d words came back after 7 hours", n)
	}

	expect("storm -cricket -football")

	if n := later(9); n != 2 {
		t.Errorf("%d mutes of words ended after 9 hours, want 2", n)
	}

	expect("storm -cricket")
}
