package scheduler

import (
	"strings"
	"testing"
	"time"

	"newsbell/news"
	"newsbell/store"
)

// TestWhoAddedASourceHearsOfTrouble: once when it has failed for a day, once when
// it is back, and nobody else hears of it but the operator.
func TestWhoAddedASourceHearsOfTrouble(t *testing.T) {
	o := newOffice(t, true)
	o.paper.publish("/a", "First")
	o.configure("/a")
	mine, other := o.follow("1", "storm"), o.follow("2", "storm")

	var source *store.Source

	o.update(func(tx *store.Tx) (err error) {
		source, _, err = tx.AddSource(mine.ID, "me", news.Source{URL: o.paper.URL + "/a"})
		return err
	})

	fails := func(ago time.Duration) {
		o.update(func(tx *store.Tx) error {
			tx.Now = tx.Now.Add(-ago)
			_, err := tx.SavePoll(store.PollResult{Source: source.ID, Next: tx.Now.Add(48 * time.Hour), Error: "the page is HTML, not a feed"}, time.Hour)

			return err
		})
	}
	house := func(when string, want ...string) {
		t.Helper()

		if err := o.everyMinute(t.Context()); err != nil {
			t.Fatal(err)
		}

		got := o.rung(mine)
		if len(got) != len(want) {
			t.Fatalf("%s: told %q, want %q", when, got, want)
		}

		for i := range want {
			if !strings.Contains(got[i], want[i]) {
				t.Errorf("%s: told %q, want %q", when, got[i], want[i])
			}
		}

		if got := o.rung(other); len(got) != 0 {
			t.Errorf("%s: another chat is told %q", when, got)
		}

		if len(o.told) != len(want) {
			t.Errorf("%s: the operator is told %d times", when, len(o.told))
		}

		for len(o.told) > 0 {
			<-o.told
		}
	}

	fails(23 * time.Hour)
	house("after 23 hours")
	o.poll(1)
	fails(25 * time.Hour)
	house("after a day", "the page is HTML, not a feed")
	fails(time.Minute)
	house("later")
	o.poll(1)
	house("well again", "is back")
	house("later still")
}

// TestAGoneSourceIsNotSilent: 410 ends a source, and who added it is told at once.
func TestAGoneSourceIsNotSilent(t *testing.T) {
	o := newOffice(t, true)
	o.paper.publish("/a", "First")
	o.configure("/a")
	mine := o.follow("1", "storm")
	o.update(func(tx *store.Tx) error {
		_, _, err := tx.AddSource(mine.ID, "me", news.Source{URL: o.paper.URL + "/a"})
		return err
	})
	o.paper.mu.Lock()
	o.paper.gone["/a"] = true
	o.paper.mu.Unlock()

	if e := o.poll(1)[0]; e.Status != 410 {
		t.Fatalf("%+v", e)
	}

	if got := o.rung(mine); len(got) != 1 || !strings.Contains(got[0], "gone for good") {
		t.Errorf("told %q", got)
	}

	if len(o.told) != 1 {
		t.Errorf("the operator is told %d times", len(o.told))
	}

	if err := o.everyMinute(t.Context()); err != nil {
		t.Fatal(err)
	}

	if got := o.rung(mine); len(got) != 0 {
		t.Errorf("told again: %q", got)
	}
}
