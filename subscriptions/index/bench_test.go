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

func buildIndex(t testing.TB, queries []string) *Index {
	t.Helper()

	ix := NewIndex()

	for i, text := range queries {
		if q, err := query.Parse(text); err == nil {
			ix.Add(ID(i), q)
		}
	}

	return ix
}

func BenchmarkMatch(b *testing.B) {
	queries, articles := indextest.Queries(b), indextest.Articles(b, 150)

	bytes := 0
	for _, a := range articles {
		bytes += len(a.Title) + len(a.Text)
	}

	b.Run("tokenize", func(b *testing.B) {
		p := text.NewDocument(1)

		b.SetBytes(int64(bytes / len(articles)))
		defer indextest.CPUTime(b)()

		for i := range b.N {
			a := articles[i%len(articles)]

			p.Reset()
			p.Add(uint8(query.TitleField), a.Title)
			p.Add(uint8(query.TextField), a.Text)
			p.Tokenize()
		}
	})

	for _, n := range []int{1_000, 100_000, 1_000_000} {
		if n > len(queries) {
			continue
		}

		ix := buildIndex(b, queries[:n])

		runtime.GC()
		b.Run(fmt.Sprintf("queries=%d", n), func(b *testing.B) {
			m := ix.Matcher()
			hits, passed := 0, 0

			for _, a := range articles {
				m.Match(a)
			}

			b.ReportAllocs()

			b.ResetTimer()
			defer indextest.CPUTime(b)()

			for i := range b.N {
				hits += m.Match(articles[i%len(articles)])
				passed += len(m.passed)
			}

			b.ReportMetric(float64(hits)/float64(b.N), "hits/op")
			b.ReportMetric(float64(passed)/float64(b.N), "passed/op")
		})
	}
}

// BenchmarkRatio is BenchmarkMatch in turns: each round reads the same articles
// with the tokenizer and with each index, so that a busy neighbour slows all of
// them. It reports medians, in processor time, times the tokenizer's.
func BenchmarkRatio(b *testing.B) {
	queries, articles := indextest.Queries(b), indextest.Articles(b, 150)[:200]
	p := text.NewDocument(1)
	runs := []func(a *news.Article){func(a *news.Article) {
		p.Reset()
		p.Add(uint8(query.TitleField), a.Title)
		p.Add(uint8(query.TextField), a.Text)
		p.Tokenize()
	}}
	names := []string{"tokenize"}

	for _, n := range []int{1_000, 100_000, 1_000_000} {
		if n > len(queries) {
			continue
		}

		m := buildIndex(b, queries[:n]).Matcher()

		runs = append(runs, func(a *news.Article) { m.Match(a) })
		names = append(names, fmt.Sprint(n))
	}

	runtime.GC()

	medians := indextest.MeasureInTurns(b, runs, articles)
	for i, median := range medians {
		b.ReportMetric(median, "ns/"+names[i])

		if i > 0 {
			b.ReportMetric(median/medians[0], "x/"+names[i])
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	queries := indextest.Queries(b)
	parsed := make([]*query.Query, 0, len(queries))

	b.Run("parse", func(b *testing.B) {
		defer indextest.CPUTime(b)()

		for i := range b.N {
			query.Parse(queries[i%len(queries)])
		}
	})

	for _, text := range queries {
		if q, err := query.Parse(text); err == nil {
			parsed = append(parsed, q)
		}
	}

	b.Run("build", func(b *testing.B) {
		defer indextest.CPUTime(b)()

		for range b.N {
			var before, after runtime.MemStats

			runtime.GC()
			runtime.ReadMemStats(&before)

			ix := NewIndex()
			for i, q := range parsed {
				ix.Add(ID(i), q)
			}

			b.StopTimer()
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(len(parsed)), "B/query")
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/float64(len(parsed))*1e9, "ns/query")
			b.StartTimer()
			runtime.KeepAlive(ix)
		}
	})

	ix := NewIndex()
	for i, q := range parsed {
		ix.Add(ID(i), q)
	}

	b.Run("remove+add", func(b *testing.B) {
		defer indextest.CPUTime(b)()

		for i := range b.N {
			k := i * 7919 % len(parsed)
			ix.Remove(ID(k))
			ix.Add(ID(k), parsed[k])
		}
	})
}
