package matching

import (
	"fmt"
	"strings"
	"testing"

	ahocorasick "github.com/BobuSumisu/aho-corasick"

	"newsbell/subscriptions/index/indextest"
)

// BenchmarkLoop is what bots do: for each article, for each query, look for its
// words in the text in small letters.
func BenchmarkLoop(b *testing.B) {
	queries, articles := indextest.Queries(b), indextest.Articles(b, 150)
	n := min(len(queries), 100_000)

	words := make([][]string, n)
	for i := range words {
		words[i] = strings.Fields(strings.ToLower(queries[i]))
	}

	b.ResetTimer()
	defer indextest.CPUTime(b)()

	hits := 0

	for i := range b.N {
		a := articles[i%len(articles)]
		text := strings.ToLower(a.Title + "\n" + a.Text)

		for _, q := range words {
			all := true

			for _, w := range q {
				if !strings.Contains(text, w) {
					all = false
					break
				}
			}

			if all {
				hits++
			}
		}
	}

	b.ReportMetric(float64(hits)/float64(b.N), "hits/op")
}

// BenchmarkAhoCorasick scans for the longest word of each query, each once, with
// a library of the algorithm (Aho and Corasick 1975): fewer and easier than what
// the queries ask for, and parts of words count. The whole queries stand beside.
func BenchmarkAhoCorasick(b *testing.B) {
	queries, articles := indextest.Queries(b), indextest.Articles(b, 150)
	for _, n := range []int{1_000, 100_000, 1_000_000} {
		if n > len(queries) {
			continue
		}

		builder, seen := ahocorasick.NewTrieBuilder(), map[string]bool{}
		for _, text := range queries[:n] {
			if w := longestWord(text); len(w) > 1 && !seen[w] {
				seen[w] = true
				builder.AddString(w)
			}
		}

		trie := builder.Build()

		b.Run(fmt.Sprintf("literals=%d", len(seen)), func(b *testing.B) {
			hits := 0

			defer indextest.CPUTime(b)()

			for i := range b.N {
				a := articles[i%len(articles)]
				trie.Walk([]byte(strings.ToLower(a.Title+"\n"+a.Text)), func(_, _, _ int64) bool { hits++; return true })
			}

			b.ReportMetric(float64(hits)/float64(b.N), "hits/op")
		})
		m := buildIndex(queries[:n]).Matcher()
		b.Run(fmt.Sprintf("queries=%d", n), func(b *testing.B) {
			defer indextest.CPUTime(b)()

			for i := range b.N {
				m.Match(articles[i%len(articles)])
			}
		})
	}
}

func longestWord(text string) string {
	best := ""
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r < 'a' || r > 'z' }) {
		if len(w) > len(best) {
			best = w
		}
	}

	return best
}
