package fair

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// One request of a person runs at a time, a few wait, more are turned away; others are
// not held up.
func TestOneRequestOfAPersonRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := New()

		var running, most, turnedAway atomic.Int32

		for range 3 + maxWaiting {
			go func() {
				leave, ok := f.Enter(t.Context(), "telegram:1")
				if !ok {
					turnedAway.Add(1)
					return
				}

				most.Store(max(most.Load(), running.Add(1)))

				time.Sleep(time.Second)

				running.Add(-1)

				leave()
			}()

			synctest.Wait()
		}

		leave, ok := f.Enter(t.Context(), "telegram:2")
		if !ok {
			t.Fatal("somebody else waits")
		}

		leave()
		time.Sleep(time.Minute)

		if most.Load() != 1 || turnedAway.Load() != 2 {
			t.Errorf("%d ran at the same time, %d were turned away; want 1 and 2", most.Load(), turnedAway.Load())
		}

		ended, cancel := context.WithCancel(t.Context())
		leave, _ = f.Enter(t.Context(), "telegram:1")

		cancel()

		if _, ok := f.Enter(ended, "telegram:1"); ok {
			t.Error("a request that has ended goes on")
		}

		leave()

		if f.people["telegram:1"].users != 0 {
			t.Error("somebody is still counted")
		}
	})
}

func TestSearchBudget(t *testing.T) {
	f := New()
	now := time.Now()

	for range 10 {
		if !f.MaySearch("telegram:1", now) {
			t.Fatal("ten searches of two seconds are too many")
		}

		f.Charge("telegram:1", now, 2*time.Second)
	}

	if f.MaySearch("telegram:1", now) {
		t.Error("there is no end of searching")
	}

	if !f.MaySearch("telegram:2", now) {
		t.Error("others pay for it")
	}

	if !f.MaySearch("telegram:1", now.Add(11*time.Second)) {
		t.Error("nothing comes back")
	}
}
