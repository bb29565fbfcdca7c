package telegram

import (
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// However updates come and in whatever order they are done: each is taken once,
// nothing in work is ever confirmed, and when all is done everything is.
func TestWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWindow("")

		open, taken, highest := map[int64]bool{}, map[int64]bool{}, int64(0)
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			if len(open) > 0 && rapid.Bool().Draw(t, "finish") {
				for id := range open {
					w.done(id)
					delete(open, id)

					break
				}
			} else {
				id := rapid.Int64Range(1, 60).Draw(t, "id")
				if fresh := w.take(id); fresh == taken[id] {
					t.Fatalf("%d was new: %v, although taken before: %v", id, fresh, taken[id])
				}

				if !taken[id] {
					open[id], taken[id] = true, true
					highest = max(highest, id)
				}
			}

			for id := range open {
				if w.offset() > id {
					t.Fatalf("offset %d confirms %d, which is in work", w.offset(), id)
				}
			}
		}

		for id := range open {
			w.done(id)
		}

		if got := w.offset(); taken[highest] && got != highest+1 {
			t.Fatalf("all is done up to %d, the offset is %d", highest, got)
		}

		if again := newWindow(w.save()); again.offset() != w.offset() {
			t.Fatalf("saved %q, read back as %d", w.save(), again.offset())
		}
	})
}

func TestWindowForgetsAfterQuietDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWindow("")
		w.take(900)
		time.Sleep(10 * 24 * time.Hour)

		if got := w.offset(); got != 900 {
			t.Errorf("an update in work for ten days is confirmed by offset %d", got)
		}

		w.done(900)

		saved := w.save()
		if got := w.offset(); got != 0 {
			t.Errorf("the offset is %d after quiet days", got)
		}

		if got := newWindow(saved).offset(); got != 0 {
			t.Errorf("the offset is %d after quiet days and a restart", got)
		}

		if !w.take(5) || w.offset() != 5 {
			t.Errorf("ids that start anew are taken up to %d", w.offset())
		}

		for _, odd := range []string{"", "x", "{}", `{"offset":7}`, `[]`} {
			if got := newWindow(odd).offset(); got != 0 {
				t.Errorf("%q is read as %d", odd, got)
			}
		}
	})
}
