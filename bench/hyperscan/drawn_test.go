//go:build hyperscan

package hyperscan

import (
	"fmt"
	"testing"

	"newsbell/news"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/index/indextest"
	"newsbell/subscriptions/query"
)

// BenchmarkScanDrawn is BenchmarkScan on queries that nobody tuned for, see
// indextest.Corpus: both read the same articles in turns, and "x" says how many times the
// time of whole queries the scan takes.
func BenchmarkScanDrawn(b *testing.B) {
	for _, c := range indextest.Corpora(b) {
		queries, articles := c.Queries(1_000_000), c.Articles[:min(400, len(c.Articles))]

		for _, n := range []int{100_000, 1_000_000} {
			b.Run(fmt.Sprintf("%s/%d", c.Name, n), func(b *testing.B) { benchmarkScanDrawn(b, queries[:n], c.Past, articles) })
		}
	}
}

func benchmarkScanDrawn(b *testing.B, queries []string, past, articles []*news.Article) {
	b.Helper()

	seen, literals := map[string]bool{}, []string{}
	ix := index.NewIndex()

	for i, typed := range queries {
		q, err := query.Parse(typed)
		if err != nil {
			continue
		}

		ix.Add(index.ID(i), q)

		if w := longest(typed); len(w) > 1 && !seen[w] {
			seen[w] = true
			literals = append(literals, w)
		}
	}

	for _, a := range past {
		ix.Learn(a)
	}

	for range 3 { // what moves may let others move
		for done := false; !done; {
			_, done = ix.Refile(10_000)
		}
	}

	s, err := New(literals)
	if err != nil {
		b.Fatal(err)
	}

	m, found := ix.Matcher(), uint64(0)
	times := indextest.MeasureInTurns(b, []func(*news.Article){
		func(a *news.Article) { m.Match(a) },
		func(a *news.Article) { found += s.Scan(a.Title) + s.Scan(a.Text) },
	}, articles)

	b.ReportMetric(times[0], "ns/match")
	b.ReportMetric(times[1], "ns/scan")
	b.ReportMetric(times[1]/times[0], "x")
	b.ReportMetric(float64(len(literals)), "literals")
}
