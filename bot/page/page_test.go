package page

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestTimeline: a timeline is by time, holds the first telling of as many outlets as it has room
// for, and then the newest of the others.
func TestTimeline(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var s Story

		at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

		for i := range rapid.IntRange(0, 30).Draw(r, "articles") {
			outlet := rapid.SampledFrom([]string{"", "Harbour Courier", "Northern Gazette", "Plain Wire"}).Draw(r, "outlet")
			s.Articles = append(s.Articles, Article{URL: fmt.Sprint(i), Outlet: outlet, Published: at.Add(time.Duration(i) * time.Minute)})
		}

		n := rapid.IntRange(1, 12).Draw(r, "room")

		shown := s.Timeline(n)
		if len(shown) != min(n, len(s.Articles)) || !slices.IsSortedFunc(shown, func(a, b Article) int { return a.Published.Compare(b.Published) }) {
			r.Fatalf("%d of %d articles: %+v", n, len(s.Articles), shown)
		}

		firsts := map[string]Article{}

		for _, a := range slices.Backward(s.Articles) {
			firsts[a.Outlet] = a
		}

		kept := 0

		for _, a := range shown {
			if firsts[a.Outlet] == a {
				kept++
			}
		}

		if kept != min(n, len(firsts)) {
			r.Errorf("%d outlets' first articles of %d in %d lines: %+v", kept, len(firsts), n, shown)
		}

		if len(shown) > len(firsts) && shown[len(shown)-1] != s.Articles[len(s.Articles)-1] {
			r.Errorf("the newest is left out: %+v", shown)
		}
	})
}
