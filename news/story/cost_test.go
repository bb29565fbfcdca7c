package story_test

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"newsbell/news/story"
	"newsbell/news/story/storytest"
)

// BenchmarkAssignReal is an article in a window of 100,000 real ones: those of NEWSBELL_DATA again
// and again, each time with other words in the place of the rare ones, 33,000 a day.
func BenchmarkAssignReal(b *testing.B) {
	items := realItems(b)
	g := story.New()
	at := time.Date(2024, 3, 4, 0, 0, 0, 0, time.UTC)

	var before, after runtime.MemStats

	runtime.GC()
	runtime.ReadMemStats(&before)

	n := 0
	next := func() {
		it := items[n%len(items)]
		it.Outlet = fmt.Sprint("outlet ", n%997)
		it.Title = fmt.Sprintf("%s Q%dx", it.Title, n/len(items))
		g.Assign(int64(n), &it.Article, at.Add(time.Duration(n)*2592*time.Millisecond))

		n++
	}

	for range 100_000 {
		next()
	}

	runtime.GC()
	runtime.ReadMemStats(&after)

	b.ReportAllocs()

	for b.Loop() {
		next()
	}

	b.ReportMetric(float64(g.Held()), "held")
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/100_000, "B/held")
}

func realItems(b *testing.B) []storytest.Item {
	b.Helper()

	folder := os.Getenv("NEWSBELL_DATA")
	if folder == "" {
		b.Skip("skipped 3 sets of news: NEWSBELL_DATA is not set")
	}

	d := storytest.Data(folder)

	var all []storytest.Item

	for _, h := range []storytest.Half{storytest.Choosing, storytest.Reporting} {
		wire, err := d.Wire(h)
		if err != nil {
			b.Skipf("skipped 3 sets of news: %v", err)
		}

		briefs, err := d.Briefs(h)
		if err != nil {
			b.Skipf("skipped 3 sets of news: %v", err)
		}

		all = append(append(all, wire...), briefs...)
	}

	return all
}
