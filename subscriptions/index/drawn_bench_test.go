package index

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"newsbell/news"
	"newsbell/subscriptions/index/indextest"
	"newsbell/subscriptions/query"
	"newsbell/subscriptions/text"
)

// BenchmarkDrawn is BenchmarkRatio on queries that nobody tuned for: drawn from one half
// of each corpus as people draw them, and asked of the other half.
func BenchmarkDrawn(b *testing.B) {
	for _, c := range indextest.Corpora(b) {
		queries := c.Queries(1_000_000)

		articles := c.Articles
		if len(articles) > 400 {
			articles = articles[:400]
		}

		for _, n := range []int{1_000, 100_000, 1_000_000} {
			b.Run(fmt.Sprintf("%s/%d", c.Name, n), func(b *testing.B) { benchmarkDrawn(b, queries[:n], c.Past, articles) })
		}
	}
}

func benchmarkDrawn(b *testing.B, queries []string, past, articles []*news.Article) {
	b.Helper()

	var before, after runtime.MemStats

	runtime.GC()
	runtime.ReadMemStats(&before)

	ix := buildIndex(b, queries)
	for _, a := range past {
		ix.Learn(a)
	}

	refileAll(ix, 1000)

	m := ix.Matcher()

	runtime.GC()
	runtime.ReadMemStats(&after)

	page := text.NewDocument(1)
	runs := []func(*news.Article){
		func(a *news.Article) {
			page.Reset()
			page.Add(uint8(query.TitleField), a.Title)
			page.Add(uint8(query.TextField), a.Text)
			page.Tokenize()
		},
		func(a *news.Article) { m.Match(a) },
	}

	looked, passed, hits := 0, 0, 0

	for _, a := range articles {
		hits += m.Match(a)
		passed += len(m.passed)

		for _, t := range m.terms {
			looked += 1 + len(ix.lists.at(t).others())
		}
	}

	times := measureInTurns(b, runs, articles)
	each := func(n int) float64 { return float64(n) / float64(len(articles)) }

	b.ReportMetric(times[1], "ns/article")
	b.ReportMetric(times[1]/times[0], "x")
	b.ReportMetric(each(looked), "looked")
	b.ReportMetric(each(passed), "passed")
	b.ReportMetric(each(hits), "hits")
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(len(queries)), "B/query")
}

// measureInTurns returns the median processor time of an article in each of the runs,
// which take turns, so that a busy neighbour slows all of them.
func measureInTurns(b *testing.B, runs []func(*news.Article), articles []*news.Article) []float64 {
	b.Helper()
	runtime.LockOSThread()

	defer runtime.UnlockOSThread()

	times := make([][]float64, len(runs))

	b.ResetTimer()

	for range b.N {
		for i, run := range runs {
			for _, a := range articles[:20] {
				run(a) // warm
			}

			start := indextest.ThreadTime()

			for _, a := range articles {
				run(a)
			}

			times[i] = append(times[i], float64(indextest.ThreadTime()-start)/float64(len(articles)))
		}
	}

	medians := make([]float64, len(runs))

	for i := range runs {
		slices.Sort(times[i])
		medians[i] = times[i][len(times[i])/2]
	}

	return medians
}
