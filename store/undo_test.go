package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"newsbell/news"
	"newsbell/subscriptions/query"

	"pgregory.net/rapid"
)

// rules is everything that says what a chat hears, as text.
func rules(t *testing.T, s *Store, chat int64) string {
	t.Helper()

	var b strings.Builder

	s.update(t, func(tx *Tx) error {
		mutes, err := tx.Mutes(chat)
		if err != nil {
			return err
		}

		for _, m := range mutes {
			fmt.Fprintln(&b, m.Kind, m.Value, m.Label, m.Until.UnixMilli())
		}

		subscriptions, err := tx.Subscriptions(chat)
		if err != nil {
			return err
		}

		for _, sub := range subscriptions {
			fmt.Fprintln(&b, sub.ID, sub.Number, sub.Query, sub.Canonical)
		}

		for story := range int64(3) {
			follows, err := tx.FollowsStory(chat, story)
			if err != nil {
				return err
			}

			fmt.Fprintln(&b, story, follows)
		}

		return tx.rows("SELECT base, base_canonical FROM subscriptions WHERE chat = $1 ORDER BY id", []any{chat}, func(scan scanFunc) error {
			var base, canonical string

			err := scan(&base, &canonical)
			fmt.Fprintln(&b, base, canonical)

			return err
		})
	})

	return b.String()
}

// pressOnce does what a button below an alert does and returns what takes it back; nil: nothing
// changed.
func pressOnce(tx *Tx, r *rapid.T, chat int64, subscriptions []*Subscription) (undo func(*Tx) error, err error) {
	var (
		m     *Mute
		added bool
	)

	switch rapid.IntRange(0, 4).Draw(r, "press") {
	case 0:
		story := rapid.Int64Range(0, 2).Draw(r, "story")
		if added, err = tx.FollowStory(chat, story, "ann"); !added || err != nil {
			return nil, err
		}

		return func(tx *Tx) error { _, err := tx.UnfollowStory(chat, story); return err }, nil
	case 1:
		sub := rapid.SampledFrom(subscriptions).Draw(r, "subscription")

		s, err := tx.SubscriptionByID(sub.ID)
		if err != nil {
			return nil, err
		}

		if m, _, added, err = tx.MuteWord(s, rapid.SampledFrom([]string{"toy", "sale", "football"}).Draw(r, "word"), drawEnd(tx, r), "ann", query.LeaveOut); err != nil {
			return nil, err
		}
	case 2:
		mute := StoryMute(chat, rapid.Int64Range(0, 2).Draw(r, "story"), "A story")
		mute.Until = drawEnd(tx, r)
		m, added, err = tx.AddMute(mute)
	default:
		mute := OutletMute(chat, rapid.SampledFrom([]string{"Herald", "Gazette"}).Draw(r, "outlet"))
		mute.Until = drawEnd(tx, r)
		m, added, err = tx.AddMute(mute)
	}

	if err != nil || !added {
		return nil, err
	}

	return func(tx *Tx) error {
		if !m.Until.IsZero() && rapid.Bool().Draw(r, "ends by itself") {
			if _, err := tx.exec("UPDATE mutes SET until = 1 WHERE id = $1", m.ID); err != nil {
				return err
			}

			_, err := tx.EndMutes(query.LeaveOut)

			return err
		}

		_, _, err := tx.UndoMute(chat, m.ID, query.LeaveOut)

		return err
	}, nil
}

// drawEnd is when a mute ends: never, or at one of two times.
func drawEnd(tx *Tx, r *rapid.T) time.Time {
	hours := rapid.IntRange(0, 2).Draw(r, "hours")
	if hours == 0 {
		return time.Time{}
	}

	return tx.Now.Add(time.Duration(hours) * 1000 * time.Hour)
}

// TestEveryPressCanBeTakenBack: an undo right after a press brings back exactly what was, and so do
// the undos of any presses in any order, and the ends of mutes that last a while.
func TestEveryPressCanBeTakenBack(t *testing.T) {
	s := openTest(t)
	chats := 0

	rapid.Check(t, func(r *rapid.T) {
		chats++
		chat, subs := s.chat(t, fmt.Sprint(chats), "drone", "drone OR kite", "drone -toy", `"north korea" (kim OR launch)`)
		before := rules(t, s, chat.ID)

		var undos []func(*Tx) error

		for range rapid.IntRange(1, 8).Draw(r, "steps") {
			s.update(t, func(tx *Tx) error { // that was a while ago: a press now is no double tap
				_, err := tx.exec("UPDATE mutes SET created_at = created_at - 120000")
				return err
			})

			was := rules(t, s, chat.ID)

			var undo func(*Tx) error

			s.update(t, func(tx *Tx) (err error) {
				undo, err = pressOnce(tx, r, chat.ID, subs)
				return err
			})

			switch {
			case undo == nil:
				if now := rules(t, s, chat.ID); now != was {
					r.Fatalf("nothing was pressed, and yet\n%s\nbecame\n%s", was, now)
				}
			case rapid.Bool().Draw(r, "at once"):
				s.update(t, undo)

				if now := rules(t, s, chat.ID); now != was {
					r.Fatalf("taken back at once\n%s\nis\n%s", was, now)
				}
			default:
				undos = append(undos, undo)
			}
		}

		for _, i := range rapid.Permutation(indexes(len(undos))).Draw(r, "order") {
			s.update(t, undos[i])
		}

		if now := rules(t, s, chat.ID); now != before {
			r.Fatalf("all taken back\n%s\nis\n%s", before, now)
		}
	})
}

func indexes(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}

	return all
}

// An alert that waits when one of its words is muted does not come, as long as no other
// subscription of the chat wants it.
func TestAMutedWordNeverAlerts(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm", "harbour")

	s.update(t, func(tx *Tx) error {
		if err := tx.Configure([]news.Source{{URL: "https://a.example/feed"}}); err != nil {
			return err
		}

		_, err := tx.exec(`INSERT INTO articles (id, source, key, url, canonical, title, summary, text, outlet, seen_at)
			VALUES (1, 1, '1', 'https://a.example/1', '', 'Storm stops football', '', '', 'Herald', $1),
				(2, 1, '2', 'https://a.example/2', '', 'Storm stops football at the harbour', '', '', 'Gazette', $1)`, toMillis(tx.Now))

		return err
	})

	alert := func(article int64, hits ...*Subscription) Match {
		p := PendingAlert{Chat: chat.ID, Due: time.Now()}
		for _, h := range hits {
			p.Hits = append(p.Hits, Hit{Subscription: h.ID})
		}

		return Match{Article: article, Story: article, At: time.Now(), Alerts: []PendingAlert{p}}
	}

	s.match(t, alert(1, subs[0]), alert(2, subs[0], subs[1]))

	s.update(t, func(tx *Tx) error {
		_, _, _, err := tx.MuteWord(subs[0], "football", time.Time{}, "ann", query.LeaveOut)
		return err
	})

	var told []int64

	for {
		out, err := s.Claim(t.Context(), chat.ID, Claim{Run: "r", Burst: 10, RetryAfter: time.Second, Room: func(_ *Chat, a []*Alert) int { return len(a) }})
		if err != nil {
			t.Fatal(err)
		}

		if out == nil {
			break
		}

		told = append(told, out.Alerts[0].Article.ID)

		if _, err := s.Settle(t.Context(), Outcome{Message: out.ID, Sent: true, Ref: "x"}); err != nil {
			t.Fatal(err)
		}
	}

	if !slices.Equal(told, []int64{2}) {
		t.Errorf("told of %v, want 2 alone, which another subscription wants", told)
	}
}
