package telegram

import (
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// However updates come and in whatever order they are done: each is taken once,
// nothing in work is ever confirmed, and when all is done everything is.
func TestOffsets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := newOffsets("")

		open, taken, highest := map[int64]bool{}, map[int64]bool{}, int64(0)
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			if len(open) > 0 && rapid.Bool().Draw(t, "finish") {
				for id := range open {
					o.markHandled(id)
					delete(open, id)

					break
				}
			} else {
				id := rapid.Int64Range(1, 60).Draw(t, "id")
				if fresh := o.take(id); fresh == taken[id] {
					t.Fatalf("%d was new: %v, although taken before: %v", id, fresh, taken[id])
				}

				if !taken[id] {
					open[id], taken[id] = true, true
					highest = max(highest, id)
				}
			}

			for id := range open {
				if o.lowest() > id {
					t.Fatalf("offset %d confirms %d, which is in work", o.lowest(), id)
				}
			}
		}

		for id := range open {
			o.markHandled(id)
		}

		if got := o.lowest(); taken[highest] && got != highest+1 {
			t.Fatalf("all is done up to %d, the offset is %d", highest, got)
		}

		if again := newOffsets(o.cursor()); again.lowest() != o.lowest() {
			t.Fatalf("saved %q, read back as %d", o.cursor(), again.lowest())
		}
	})
}

func TestOffsetsStartAgainAfterQuietDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffsets("")
		o.take(900)
		time.Sleep(10 * 24 * time.Hour)

		if got := o.lowest(); got != 900 {
			t.Errorf("an update in work for ten days is confirmed by offset %d", got)
		}

		o.markHandled(900)

		saved := o.cursor()
		if got := o.lowest(); got != 0 {
			t.Errorf("the offset is %d after quiet days", got)
		}

		if got := newOffsets(saved).lowest(); got != 0 {
			t.Errorf("the offset is %d after quiet days and a restart", got)
		}

		if !o.take(5) || o.lowest() != 5 {
			t.Errorf("ids that start anew are taken up to %d", o.lowest())
		}

		for _, odd := range []string{"", "x", "{}", `{"offset":7}`, `[]`} {
			if got := newOffsets(odd).lowest(); got != 0 {
				t.Errorf("%q is read as %d", odd, got)
			}
		}
	})
}
