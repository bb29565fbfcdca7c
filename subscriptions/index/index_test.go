package index

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"newsbell/news"
	"newsbell/subscriptions/index/indextest"
	"newsbell/subscriptions/query"
)

// TestConcurrent: readers run while queries come and go, and always see the ones
// that stay. It is for the race detector.
func TestConcurrent(t *testing.T) {
	ix := NewIndex()
	parse := func(s string) *query.Query {
		q, err := query.Parse(s)
		if err != nil {
			t.Fatal(err)
		}

		return q
	}
	ix.Add(1, parse("tesla"))
	ix.Add(2, parse(`"model 3" or rocket`))
	ix.Add(3, parse("tesla"))

	a := &news.Article{Title: "Tesla builds the Model 3", Text: "and a rocket"}
	stop := make(chan struct{})

	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}

				var seen []ID

				for _, h := range ix.Match(a) {
					if h.ID <= 3 {
						seen = append(seen, h.ID)
					}
				}

				if fmt.Sprint(seen) != "[1 2 3]" {
					t.Errorf("saw %v, want [1 2 3]", seen)
					return
				}
			}
		})
	}

	for i := range 3000 {
		id := ID(10 + i%500)
		switch i % 4 {
		case 0:
			ix.Add(id, parse(fmt.Sprintf("tesla word%d other%d third%d", i, i%7, i%3)))
		case 1:
			ix.Add(id, parse(fmt.Sprintf(`"tesla builds" | "x%d y"`, i%50)))
		case 2:
			ix.Add(id, parse("tesla"))
		case 3:
			ix.Remove(ID(10 + (i*7)%500))
		}
	}

	close(stop)
	readers.Wait()
}

// TestMovesPrograms: programs are cleared up while queries come and go, and what
// is left still answers.
func TestMovesPrograms(t *testing.T) {
	ix := NewIndex()

	for i := range 30_000 {
		q, err := query.Parse(fmt.Sprintf("alpha%d beta%d gamma%d, delta%d", i%10, i%100, i, i))
		if err != nil {
			t.Fatal(err)
		}

		ix.Add(ID(i%1000), q)
	}

	for i := 29_000; i < 30_000; i++ {
		hits := ix.Match(&news.Article{Title: fmt.Sprintf("delta%d", i)})
		if len(hits) != 1 || hits[0].ID != ID(i%1000) {
			t.Fatalf("delta%d: %v", i, hits)
		}
	}

	if ix.programs.base == 0 {
		t.Fatal("nothing was ever moved")
	}
}

// hostile are queries and a text that were made to be dear.
func hostile(t testing.TB) (*Index, *news.Article) {
	ix := NewIndex()

	words := strings.TrimSpace(strings.Repeat("a ", 200))
	for i, s := range []string{
		`"` + words + ` b"`,
		`"` + strings.TrimSpace(strings.Repeat("a ", 30)) + ` b"~20`,
		`"` + strings.TrimSpace(strings.Repeat("u.s. ", 60)) + ` b"`,
		"aaa* aab* aac* aad* -aae*",
		"*aaaa* *aaab* -zzz",
		"/(aaa|aab)+[a-z]*(aaa)+x/ /aaa.*aaa.*aaa.*b/",
		"(((((((a | b) c) | d) e) | f) g) | a)",
		"-zzz",
		strings.Repeat("東", 500),
		`"new york"`, `"york new york new"`, `"a a a a" | "a a a" -"u.s. a u.s. a"`, `(new | york | a) "york new"`,
	} {
		q, err := query.Parse(s)
		if err != nil {
			t.Fatal(s, err)
		}

		ix.Add(ID(i), q)
	}

	text := strings.Repeat("a ", 3000) + strings.Repeat("a", 3000) + strings.Repeat(" U.S.", 3000) + strings.Repeat("東", 3000) +
		strings.Repeat("e\u0301\u0323", 1000) + strings.Repeat("a-", 3000) + strings.Repeat("a'", 3000) +
		strings.Repeat(" new york", 20_000)

	return ix, &news.Article{Title: "hostile", Text: text}
}

// TestHostile: the worst queries on the worst text end; BenchmarkHostile says how
// soon.
func TestHostile(t *testing.T) {
	ix, a := hostile(t)

	first := ix.Match(a)
	if again := ix.Match(a); len(first) == 0 || len(again) != len(first) {
		t.Errorf("%d hits, then %d", len(first), len(again))
	}
}

// TestLongPhraseOnLongText: memory grows with the text, not with the text times
// the length of the query.
func TestLongPhraseOnLongText(t *testing.T) {
	const words = 20_000

	text := strings.Repeat("a ", words)
	for _, s := range []string{
		`"` + strings.TrimSpace(strings.Repeat("a ", 255)) + `"`,
		`"` + strings.TrimSpace(strings.Repeat("a ", query.MaxTerms)) + `"~20`,
		`"` + strings.TrimSpace(strings.Repeat("a-a ", 60)) + `"`,
		strings.Repeat("東", 500),
	} {
		q, err := query.Parse(s)
		if err != nil {
			t.Fatal(err)
		}

		ix := NewIndex()
		ix.Add(0, q)
		m := ix.Matcher()
		m.Match(&news.Article{Title: "x", Text: text + strings.Repeat("東", words)})

		if kept := cap(m.runs) + cap(m.nearRuns); kept > 8*words {
			t.Errorf("%.20s… took room for %d runs on %d words", s, kept, words)
		}
	}
}

func BenchmarkHostile(b *testing.B) {
	ix, a := hostile(b)
	m := ix.Matcher()

	b.SetBytes(int64(len(a.Text)))
	defer indextest.CPUTime(b)()

	for range b.N {
		m.Match(a)
	}
}

// TestAllocations: what does not match costs no memory.
func TestAllocations(t *testing.T) {
	ix := NewIndex()

	for i, s := range []string{"tesla musk", `"space rocket"`, "drone -photo", "elect* result", `"a b"~5`, "title:moon", "=US", "U.S."} {
		q, err := query.Parse(s)
		if err != nil {
			t.Fatal(err)
		}

		ix.Add(ID(i), q)
	}

	a := &news.Article{Title: "Space and rockets", Text: "Tesla’s elections: a photo of drones, and us. A rocket in space – b?"}
	m := ix.Matcher()
	m.Match(a)

	if n := testing.AllocsPerRun(100, func() { m.Match(a) }); n != 0 {
		t.Errorf("%v allocations an article", n)
	}

	runtime.KeepAlive(m)
}

// TestNearWordsOfSeveralReadings: the places of a word that may be written in several ways are gone
// through in the order of the text, and every stretch that is near enough is shown.
func TestNearWordsOfSeveralReadings(t *testing.T) {
	far := strings.Repeat(" and", 40)

	for _, c := range []struct {
		text string
		want []string
	}{
		{"icecream" + far + " ice cream with sugar", []string{"ice cream with sugar"}},
		{"ice cream" + far + " icecream with sugar", []string{"icecream with sugar"}},
		{"sugar icecream" + far + " ice cream" + far + " sugar", []string{"sugar icecream"}},
		{"icecream or sugar" + far + " sugar, ice cream", []string{"icecream or sugar", "sugar, ice cream"}},
		{"ice cream" + far + " sugar" + far + " icecream", nil},
	} {
		matched, ok := Match(mustParse(t, `"ice-cream sugar"~3`), &news.Article{Title: "Sweets", Text: c.text})
		if ok != (c.want != nil) || !slices.Equal(matched, c.want) {
			t.Errorf("%.30s…: %q, want %q", c.text, matched, c.want)
		}
	}
}
