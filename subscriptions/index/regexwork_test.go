package index

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"newsbell/news"
	"newsbell/subscriptions/query"
)

// hostileRegexes is a query whose three regexes are as large as they may be; its
// text keeps many of their threads alive.
func hostileRegexes(n int) (typed string) {
	return fmt.Sprintf("/aaa[abx]{0,%d}c0/ | /aaa[abx]{0,%d}c1/ | /aaa[abx]{0,%d}c2/", 116-n, 116-n, 116-n)
}

func mustParse(t fataler, typed string) *query.Query {
	t.Helper()

	q, err := query.Parse(typed)
	if err != nil {
		t.Fatalf("%q: %v", typed, err)
	}

	return q
}

// TestHostileRegexesAreSkipped: a hundred queries made to be expensive cost no more
// than their allowance, are named, and do not keep others from matching.
func TestHostileRegexesAreSkipped(t *testing.T) {
	ix := NewIndex()
	for i := range 100 {
		ix.Add(ID(i), mustParse(t, hostileRegexes(i)))
	}

	ix.Add(100, mustParse(t, "earthquake"))
	ix.Add(101, mustParse(t, "/quak[es]+/"))

	// What is counted is the same as for a text that keeps all threads alive, which takes seconds.
	a := &news.Article{Title: "Earthquake", Text: "earthquakes aaa c0 c1 c2 " + strings.Repeat("z", 1<<20)}

	var (
		persons [2]Allowance
		steps   [2]int
	)

	spend := func(id ID, n int) bool {
		who := int(id) / 100
		if !persons[who].Spend(n) {
			return false
		}

		steps[who] += n

		return true
	}

	for article := range 3 {
		hits, skipped := ix.MatchWithin(a, spend)
		if len(hits) != 2 || hits[0].ID != 100 || hits[1].ID != 101 {
			t.Fatalf("hits %v", hits)
		}

		if len(skipped) != 100 || skipped[0] != 0 || skipped[99] != 99 {
			t.Fatalf("skipped %v", skipped)
		}

		limit := allowanceBurst + article*allowancePerArticle + MaxRegexWork + 500*MaxRegexText
		if steps[0] > limit {
			t.Fatalf("%d steps after %d articles, want at most %d", steps[0], article+1, limit)
		}

		for i := range persons {
			persons[i].Earn(1)
		}
	}

	if _, ok := Match(mustParse(t, "-"+"/aaa[abx]{0,116}c0/ earthquake"), a); ok {
		t.Fatal("what was skipped counts as not found, so that leaving it out matches")
	}
}

// TestOthersPayForSharedQueries: of people with one query, it is enough that one
// has something left.
func TestOthersPayForSharedQueries(t *testing.T) {
	ix := NewIndex()
	for i := range 3 {
		ix.Add(ID(i), mustParse(t, "/quak[es]+/"))
	}

	a := &news.Article{Title: "More quakes"}

	for rich := range ID(3) {
		hits, skipped := ix.MatchWithin(a, func(id ID, _ int) bool { return id == rich })
		if len(hits) != 3 || len(skipped) != 0 {
			t.Fatalf("%d can pay: hits %v, skipped %v", rich, hits, skipped)
		}
	}

	hits, skipped := ix.MatchWithin(a, func(ID, int) bool { return false })
	if len(hits) != 0 || !slices.Equal(skipped, []ID{0, 1, 2}) {
		t.Fatalf("nobody can pay: hits %v, skipped %v", hits, skipped)
	}
}

// TestAllowance: whatever is spent and earned, the sum of what is spent stays below
// the burst, what the articles are worth, and one debt.
func TestAllowance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a Allowance

		const most = 500 * MaxRegexText

		spent, articles := 0, 0

		for range rapid.IntRange(1, 200).Draw(t, "moves") {
			if rapid.Bool().Draw(t, "earn?") {
				n := rapid.IntRange(1, 50).Draw(t, "articles")
				articles += n
				a.Earn(n)

				continue
			}

			if n := rapid.IntRange(0, most).Draw(t, "steps"); a.Spend(n) {
				spent += n
			}

			if limit := allowanceBurst + articles*allowancePerArticle + most; spent > limit {
				t.Fatalf("%d spent after %d articles, at most %d", spent, articles, limit)
			}
		}

		a.Earn(1000)

		if !a.IsFull() || !a.Spend(1) {
			t.Fatal("an allowance does not recover")
		}
	})
}

// TestWorkIsCounted: what is charged for a regex is at least what a plain machine
// for it does, in steps of one thread over one byte.
func TestWorkIsCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.SampledFrom([]string{"abc", "[abx]{0,40}", "a+", "(ab|ba)*", ".{3,9}", "x?", "(?:abc|abd)", `\w+`, "(a*b*)+", "[^c]"})

		body := "abc"
		for _, p := range rapid.SliceOfN(part, 0, 5).Draw(t, "parts") {
			body += p
		}

		q, err := query.Parse("/" + body + "/")
		if err != nil {
			t.Skip(err)
		}

		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"abc", "ab", "x", "aaaa", " ", "é"}), 1, 60).Draw(t, "text"), "")
		checkCost(t, q, body, &news.Article{Title: "x", Text: text})
	})
}

func checkCost(t fataler, q *query.Query, body string, a *news.Article) {
	t.Helper()

	charged := 0

	ix := NewIndex()
	ix.Add(1, q)
	ix.MatchWithin(a, func(_ ID, n int) bool { charged += n; return true })

	if charged > 0 {
		if steps := plainSteps(t, body, a.Text); steps > charged+len(a.Text)+1 {
			t.Fatalf("%q on %d bytes: %d steps, %d charged", body, len(a.Text), steps, charged)
		}
	}
}

// plainSteps runs a regex as the textbook does, all threads a character at a time,
// to the end of the text, and counts the instructions that threads stand at.
func plainSteps(t fataler, body, text string) (steps int) {
	re, err := syntax.Parse(body, syntax.Perl)
	if err != nil {
		t.Fatalf("%v", err)
	}

	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		t.Fatalf("%v", err)
	}

	threads := map[uint32]bool{}

	var follow func(pc uint32)

	follow = func(pc uint32) {
		if threads[pc] {
			return
		}

		threads[pc] = true

		switch i := prog.Inst[pc]; i.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			follow(i.Out)
			follow(i.Arg)
		case syntax.InstCapture, syntax.InstNop, syntax.InstEmptyWidth:
			follow(i.Out)
		}
	}

	for _, r := range text {
		follow(uint32(prog.Start))

		old := threads
		threads = map[uint32]bool{}
		steps += len(old)

		for pc := range old {
			switch i := prog.Inst[pc]; i.Op {
			case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
				if i.MatchRune(r) {
					follow(i.Out)
				}
			}
		}
	}

	return steps
}

// FuzzCost: no query on no text costs more than its limit.
func FuzzCost(f *testing.F) {
	f.Add(hostileRegexes(0), "a")
	f.Add("/(abc|a)+d/ -/abc.*x/", "abc")
	f.Add(`"a b c"~20 *esla* | /tes+la/i`, "tesla a b c ")

	f.Fuzz(func(t *testing.T, typed, piece string) {
		q, err := query.Parse(typed)
		if err != nil || piece == "" {
			t.Skip()
		}

		a := &news.Article{Title: piece, Text: strings.Repeat(piece, 1+80_000/len(piece))}
		charged := 0

		ix := NewIndex()
		ix.Add(7, q)

		_, skipped := ix.MatchWithin(a, func(_ ID, n int) bool { charged += n; return true })

		// Finding what matched may cost as much as deciding and its own limit, for
		// each regex in each of the texts; a skipped query finds nothing.
		limit := MaxRegexWork + 6*query.MaxRegexes*(maxSpanWork+500*MaxRegexText)
		if len(skipped) > 0 {
			limit = MaxRegexWork + 500*MaxRegexText
		}

		if charged > limit {
			t.Fatalf("%q: %d steps charged, at most %d", typed, charged, limit)
		}
	})
}
