package index

import (
	"fmt"
	"strings"
	"testing"

	"newsbell/news"
	"newsbell/subscriptions/index/indextest"
)

// hostileKinds are queries of the kinds that people make, each a hundred times another one, whose
// words are all the words of hostileArticle: half of its text has "new" and "york" in turn, a quarter
// "first" and what comes last "second", which are never near one another.
var hostileKinds = []string{
	`"new york"~5 -zz%d`,
	`"york new york"~20 -zz%d`,
	`title:"new york"~3 -zz%d`,
	`(new | york) title:york -zz%d`,
	`new york -zz%d`,
	`"new york" ("york new york new york new" zz%d | "york york")`,
	`text:"york new york new york new" -zz%d`,
	`"new york zz%d"~5`,
	`title:(new york) "new york new york"~3 -zz%d`,
	`"first second"~5 -zz%d`,
}

func hostileArticle(words int) *news.Article {
	return &news.Article{Title: "New York", Text: strings.Repeat("first ", words/4) + strings.Repeat("new york ", words/4) + strings.Repeat("second ", words/4)}
}

func hostileIndex(t testing.TB, kind string) *Index {
	t.Helper()

	ix := NewIndex()
	for i := range 100 {
		ix.Add(ID(i), mustParse(t, fmt.Sprintf(kind, i)))
	}

	return ix
}

// TestHostileKinds: whatever is asked of a text that has nothing but its words, the memory that
// asking takes is that of the text and not of the text times the queries, and the next article
// takes none.
func TestHostileKinds(t *testing.T) {
	const words = 2000

	for _, kind := range hostileKinds {
		ix, a := hostileIndex(t, kind), hostileArticle(words)
		m := ix.Matcher()
		hits := m.Match(a)

		if q := mustParse(t, fmt.Sprintf(kind, 7)); hits != 0 && hits != 100 {
			t.Errorf("%s: %d of a hundred alike match", kind, hits)
		} else if _, ok := Match(q, a); ok != (hits == 100) {
			t.Errorf("%s: alone %v, in the index %d of 100", kind, ok, hits)
		}

		if room := cap(m.runs) + cap(m.nearRuns) + len(m.runEnds); room > 32*words {
			t.Errorf("%s: room for %d runs is kept for a text of %d words", kind, room, words)
		}

		if n := testing.AllocsPerRun(2, func() { m.Match(a) }); n != 0 {
			t.Errorf("%s: %v allocations for the next article", kind, n)
		}
	}
}

// BenchmarkHostileKinds is what one of these queries costs on 180 KB of such text.
func BenchmarkHostileKinds(b *testing.B) {
	for _, kind := range hostileKinds {
		b.Run(kind, func(b *testing.B) {
			ix, a := hostileIndex(b, kind), hostileArticle(40_000)
			m := ix.Matcher()

			defer indextest.CPUTime(b)()

			for range b.N {
				m.Match(a)
			}
		})
	}
}
