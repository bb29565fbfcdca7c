package store

import (
	"slices"
	"testing"
	"time"
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
		s.settle(t, Outcome{Message: out.ID, Again: time.Now().Add(-time.Second)})

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
