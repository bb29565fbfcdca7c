package offsets

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
		o := New("")

		open, taken, highest := map[int64]bool{}, map[int64]bool{}, int64(0)
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			if len(open) > 0 && rapid.Bool().Draw(t, "finish") {
				for id := range open {
					o.MarkHandled(id)
					delete(open, id)

					break
				}
			} else {
				id := rapid.Int64Range(1, 60).Draw(t, "id")
				if fresh := o.Take(id); fresh == taken[id] {
					t.Fatalf("%d was new: %v, although taken before: %v", id, fresh, taken[id])
				}

				if !taken[id] {
					open[id], taken[id] = true, true
					highest = max(highest, id)
				}
			}

			for id := range open {
				if o.Lowest() > id {
					t.Fatalf("offset %d confirms %d, which is in work", o.Lowest(), id)
				}
			}
		}

		for id := range open {
			o.MarkHandled(id)
		}

		if got := o.Lowest(); taken[highest] && got != highest+1 {
			t.Fatalf("all is done up to %d, the offset is %d", highest, got)
		}

		if again := New(o.Cursor()); again.Lowest() != o.Lowest() {
			t.Fatalf("saved %q, read back as %d", o.Cursor(), again.Lowest())
		}
	})
}

func TestOffsetsStartAgainAfterQuietDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := New("")
		o.Take(900)
		time.Sleep(10 * 24 * time.Hour)

		if got := o.Lowest(); got != 900 {
			t.Errorf("an update in work for ten days is confirmed by offset %d", got)
		}

		o.MarkHandled(900)

		saved := o.Cursor()
		if got := o.Lowest(); got != 0 {
			t.Errorf("the offset is %d after quiet days", got)
		}

		if got := New(saved).Lowest(); got != 0 {
			t.Errorf("the offset is %d after quiet days and a restart", got)
		}

		if !o.Take(5) || o.Lowest() != 5 {
			t.Errorf("ids that start anew are taken up to %d", o.Lowest())
		}

		for _, odd := range []string{"", "x", "{}", `{"offset":7}`, `[]`} {
			if got := New(odd).Lowest(); got != 0 {
				t.Errorf("%q is read as %d", odd, got)
			}
		}
	})
}
