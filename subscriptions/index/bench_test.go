package index

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"newsbell/news"
	"newsbell/subscriptions/query"
	"newsbell/subscriptions/text"
)

// dataFolder is where the corpora are; a test that needs them is skipped
// without, visibly.
func dataFolder(t testing.TB) string {
	t.Helper()

	dir := os.Getenv("NEWSBELL_DATA")
	if dir == "" {
		t.Skip("NEWSBELL_DATA is not set: 0 articles read")
	}

	return dir
}

// queryFile is one query a line: the first column of keywords/gen_keywords.py's
// output, made by docs/performance-matching.md's command.
func queryFile(t testing.TB) []string {
	t.Helper()

	name := os.Getenv("NEWSBELL_QUERIES")
	if name == "" {
		t.Skip("NEWSBELL_QUERIES is not set: 0 queries read")
	}

	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()

	var out []string

	for lines := bufio.NewScanner(f); lines.Scan(); {
		q, _, _ := strings.Cut(lines.Text(), "\t")
		out = append(out, q)
	}

	return out
}

// storyArticles are the corpus' stories as articles of about 160 words.
func storyArticles(t testing.TB, limit int) []*news.Article {
	t.Helper()

	f, err := os.Open(filepath.Join(dataFolder(t), "stories-allsides", "stories_a.jsonl"))
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()

	var out []*news.Article

	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)

	for lines.Scan() {
		var a news.Article
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatal(err)
		}

		a.Text = firstWords(a.Text, limit)
		out = append(out, &a)
	}

	return out
}

func firstWords(s string, n int) string {
	fields := 0

	for i, r := range s {
		if r == ' ' {
			if fields++; fields == n {
				return s[:i]
			}
		}
	}

	return s
}

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
	queries, articles := queryFile(b), storyArticles(b, 150)

	bytes := 0
	for _, a := range articles {
		bytes += len(a.Title) + len(a.Text)
	}

	b.Run("tokenize", func(b *testing.B) {
		p := text.NewDocument(1)

		b.SetBytes(int64(bytes / len(articles)))
		defer cpuTime(b)()

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
			defer cpuTime(b)()

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
	queries, articles := queryFile(b), storyArticles(b, 150)[:200]
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
	runtime.LockOSThread()

	defer runtime.UnlockOSThread()

	times := make([][]float64, len(runs))

	b.ResetTimer()

	for range b.N {
		for i, run := range runs {
			for _, a := range articles[:20] {
				run(a) // warm
			}

			start := threadTime()

			for _, a := range articles {
				run(a)
			}

			times[i] = append(times[i], float64(threadTime()-start)/float64(len(articles)))
		}
	}

	for i := range runs {
		slices.Sort(times[i])
		median := times[i][len(times[i])/2]
		b.ReportMetric(median, "ns/"+names[i])

		if i > 0 {
			b.ReportMetric(median/times[0][len(times[0])/2], "x/"+names[i])
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	queries := queryFile(b)
	parsed := make([]*query.Query, 0, len(queries))

	b.Run("parse", func(b *testing.B) {
		defer cpuTime(b)()

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
		defer cpuTime(b)()

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
		defer cpuTime(b)()

		for i := range b.N {
			k := i * 7919 % len(parsed)
			ix.Remove(ID(k))
			ix.Add(ID(k), parsed[k])
		}
	})
}
