//go:build hyperscan

package hyperscan

import (
	"fmt"
	"strings"
	"testing"

	"newsbell/subscriptions/index"
	"newsbell/subscriptions/index/indextest"
	"newsbell/subscriptions/query"
)

// BenchmarkScan scans for the longest word of each query, each once: fewer and
// easier than what the queries ask for.
func BenchmarkScan(b *testing.B) {
	queries, articles := indextest.Queries(b), indextest.Articles(b, 150)

	for _, n := range []int{1_000, 100_000, 1_000_000} {
		if n > len(queries) {
			continue
		}
		seen, literals := map[string]bool{}, []string{}
		ix := index.NewIndex()
		for i, text := range queries[:n] {
			q, err := query.Parse(text)
			if err != nil {
				continue
			}
			ix.Add(index.ID(i), q)
			if w := longest(text); len(w) > 1 && !seen[w] {
				seen[w] = true
				literals = append(literals, w)
			}
		}
		s, err := New(literals)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("hyperscan-literals/queries=%d/literals=%d", n, len(literals)), func(b *testing.B) {
			defer indextest.CPUTime(b)()
			for i := range b.N {
				a := articles[i%len(articles)]
				s.Scan(a.Title)
				s.Scan(a.Text)
			}
		})
		m := ix.Matcher()
		b.Run(fmt.Sprintf("whole-queries/queries=%d", n), func(b *testing.B) {
			for _, a := range articles {
				m.Match(a)
			}
			b.ResetTimer()
			defer indextest.CPUTime(b)()
			for i := range b.N {
				m.Match(articles[i%len(articles)])
			}
		})
	}
}

func longest(text string) string {
	best := ""
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r < 'a' || r > 'z' }) {
		if len(w) > len(best) {
			best = w
		}
	}
	return best
}
