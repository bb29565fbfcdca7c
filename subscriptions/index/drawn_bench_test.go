package index

import (
	"fmt"
	"runtime"
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

	for range 4 { // the program does it all the time
		refileAll(ix, 1000)
	}

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

	times := indextest.MeasureInTurns(b, runs, articles)
	each := func(n int) float64 { return float64(n) / float64(len(articles)) }

	b.ReportMetric(times[1], "ns/article")
	b.ReportMetric(times[1]/times[0], "x")
	b.ReportMetric(each(looked), "looked")
	b.ReportMetric(each(passed), "passed")
	b.ReportMetric(each(hits), "hits")
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(len(queries)), "B/query")
}
