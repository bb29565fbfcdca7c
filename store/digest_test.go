package store

import (
	"slices"
	"testing"
	"time"

	"newsbell/subscriptions"
)

// TestADigestIsGroupedBySubscription: what a subscription that matches a lot brings
// neither parts nor hides what the others do, and a second attempt shows the same order.
func TestADigestIsGroupedBySubscription(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm", "flood", "rain")

	for range 2 { // by turns
		s.ring(t, chat, subs[0], 20)
		s.ring(t, chat, subs[2], 1)
		s.ring(t, chat, subs[1], 2)
	}

	var shown []int

	for {
		out, _ := s.claim(t, chat, "boot-1")
		if out == nil {
			break
		}

		var numbers []int
		for _, a := range out.Alerts {
			numbers = append(numbers, a.Hits[0].Number)
		}

		if !slices.IsSorted(numbers) {
			t.Errorf("part %d parts subscriptions: %d", out.Part, numbers)
		}

		order := func(o *Outgoing) (ids []int64) {
			for _, a := range o.Alerts {
				ids = append(ids, a.ID)
			}

			return ids
		}
		// The same message again, after a failure.
		s.settle(t, Outcome{Message: out.ID, RetryAt: time.Now().Add(-time.Second)})

		again, _ := s.claim(t, chat, "boot-1")
		if again == nil || again.ID != out.ID || !slices.Equal(order(again), order(out)) {
			t.Fatalf("the second attempt shows %v, the first %v", order(again), order(out))
		}

		shown = append(shown, numbers...)

		s.settle(t, Outcome{Message: out.ID, Sent: true, Ref: "r"})
	}

	count := map[int]int{}
	for _, n := range shown {
		count[n]++
	}

	if count[2] != 4 || count[3] != 2 || count[1] != 3 {
		t.Errorf("shown by subscription: %v, want all of #2 and #3", count)
	}

	if c := s.counts(t); c.Folded != 37 || c.Waiting != 0 {
		t.Errorf("%+v", c)
	}
}

// TestTheEarlierAlertComes: of two timings of a chat's alert of a story, the one that the
// table keeps is the one that Timing.Earlier picks, whichever came first.
func TestTheEarlierAlertComes(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	start := time.Now().Truncate(time.Second)

	var timings []subscriptions.Timing

	for _, hold := range []subscriptions.Hold{subscriptions.HoldNothing, subscriptions.HoldFew, subscriptions.HoldDigest, subscriptions.HoldQuiet, subscriptions.HoldSpike} {
		for _, hours := range []int{1, 50, 150} {
			timings = append(timings, subscriptions.Timing{Hold: hold, Due: start.Add(time.Duration(hours) * time.Hour)})
		}
	}

	var story int64

	for _, first := range timings {
		for _, second := range timings {
			story++

			for _, of := range []subscriptions.Timing{first, second} {
				s.update(t, func(tx *Tx) error {
					return tx.insertAlerts(Match{Article: story, Story: story}, []PendingAlert{{Chat: chat.ID, Due: of.Due, Bundle: string(of.Hold), Hits: []Hit{{Subscription: subs[0].ID}}}})
				})
			}

			var (
				due  int64
				hold string
			)

			s.update(t, func(tx *Tx) error {
				return tx.one("SELECT due_at, bundle FROM alerts WHERE story = $1", []any{story}, &due, &hold)
			})

			want := first.Earlier(second)
			if due != toMillis(want.Due) || hold != string(want.Hold) {
				t.Errorf("after %+v, %+v leaves %q at %s, want %+v", first, second, hold, fromMillis(due), want)
			}
		}
	}
}
