package scheduler

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"newsbell/news"
	"newsbell/sources"
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

	german := o.follow("3", "storm")
	o.update(func(tx *store.Tx) error {
		_, _, err := tx.AddSource(german.ID, "me", news.Source{URL: o.paper.URL + "/a"})
		return errors.Join(err, tx.SetLanguage(german.ID, "de"))
	})

	failsFor := func(ago, pause time.Duration) {
		o.update(func(tx *store.Tx) error {
			tx.Now = tx.Now.Add(-ago)
			_, err := tx.SavePoll(store.PreparePoll(store.PollResult{Source: source.ID, Next: tx.Now.Add(pause), Error: "the page is HTML, not a feed"}), time.Hour)

			return err
		})
	}
	fails := func(ago time.Duration) { failsFor(ago, time.Hour) }
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
	house("after a failure that may have been this machine's")
	fails(time.Minute)
	house("after a day", "the page is HTML, not a feed")

	if got := o.rung(german); len(got) != 1 || !strings.Contains(got[0], "antwortet seit einem Tag nicht") || strings.Contains(got[0], "the page is HTML") {
		t.Errorf("in German: %q", got)
	}

	fails(time.Minute)
	house("later")
	o.poll(1)
	house("well again", "is back")
	house("later still")

	failsFor(25*time.Hour, 48*time.Hour)
	house("a day after it asked to be left alone for two", "the page is HTML, not a feed")
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

	if got := o.rung(mine); len(got) != 1 || !strings.Contains(got[0], "server says it's gone for good") {
		t.Errorf("told %q", got)
	}

	select { // after the poll was reported
	case <-o.told:
	case <-time.After(2 * time.Minute):
		t.Error("the operator is not told")
	}

	if err := o.everyMinute(t.Context()); err != nil {
		t.Fatal(err)
	}

	if len(o.told) != 0 {
		t.Error("the operator is told twice")
	}

	if got := o.rung(mine); len(got) != 0 {
		t.Errorf("told again: %q", got)
	}
}

// TestAnOutageCountsOnce: however often a source is asked in it. What lasts for longer than a day may be
// the sources' own end, and counts.
func TestAnOutageCountsOnce(t *testing.T) {
	o := newSaving(t)

	for outage, want := range map[time.Duration]int{time.Hour: 1, failingFor + time.Hour: 3} {
		var source *cachedSource

		for i := range 4 {
			var err error
			if source, _, err = o.lookUp(t.Context(), 1); err != nil {
				t.Fatal(err)
			}

			if i == 3 {
				break
			}

			failed := &outcome{source: source, result: store.PollResult{Source: 1, Next: time.Now()}}
			failed.fail(&sources.Error{Reason: "there's no network", Outage: outage})
			o.changed.add(prepareChanged(o.Store, failed))

			if err := o.changed.flush(t.Context()); err != nil {
				t.Fatal(err)
			}
		}

		if source.ErrorCount != want {
			t.Errorf("%v without anybody: %d failures, want %d", outage, source.ErrorCount, want)
		}

		o.changed.add(prepareChanged(o.Store, &outcome{source: source, result: store.PollResult{Source: 1, Next: time.Now()}}))

		if err := o.changed.flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAFailingSourceIsLoggedTwice: when it begins to fail and when it works again, and
// not once a poll. What fails only because no source can be reached is not logged for each.
func TestAFailingSourceIsLoggedTwice(t *testing.T) {
	o := newSaving(t)

	var log strings.Builder

	o.Log = slog.New(slog.NewTextHandler(&log, nil))

	poll := func(failure string, failures int, outage bool) {
		t.Helper()

		source, _, err := o.lookUp(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}

		o.changed.add(prepareChanged(o.Store, &outcome{
			source: source, event: PollEvent{Error: failure}, outage: outage,
			result: store.PollResult{Source: 1, Next: time.Now(), State: fmt.Sprintf(`{"failures":%d}`, failures), Error: failure, Outage: outage},
		}))

		if err := o.changed.flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	logged := func(want ...string) {
		t.Helper()

		got := log.String()
		if strings.Count(got, "\n") != len(want) {
			t.Errorf("the log has:\n%s", got)
		}

		for _, want := range want {
			if !strings.Contains(got, want) {
				t.Errorf("not in the log: %s\n%s", want, got)
			}
		}

		log.Reset()
	}

	const silent = "it took too long to answer"

	poll("", 0, false)
	poll(silent, 1, false)
	poll(silent, 2, false)
	poll("the page is HTML, not a feed", 3, false)
	poll("", 0, false)
	poll("", 0, false)
	logged("a source fails", "a source works again")

	poll(silent, 0, true)
	poll(silent, 0, true)
	poll("", 0, false)
	logged()

	poll(silent, 0, true)
	poll(silent, 1, false)
	poll(silent, 1, true)
	poll("", 0, false)
	logged("a source fails", "a source works again")
}
