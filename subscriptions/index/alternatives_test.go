package index

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"newsbell/news"
	"newsbell/subscriptions/query"
)

// alternativeForms are queries of which each alternative is a word or two, but for the last three:
// these have too many, one of three words, and a word that must be missing.
var alternativeForms = []string{
	"(%[1]s | %[2]s) %[3]s", "%[1]s | %[2]s | %[3]s", "(%[1]s | %[2]s) (%[3]s | %[4]s)", "%[1]s (%[2]s | %[2]s)",
	"%[1]s | (%[1]s %[2]s)", `("%[1]s %[2]s" | %[3]s) %[4]s*`, "(%[1]s %[2]s) | (%[3]s %[4]s) | *%[1]s*",
	"(%[1]s | %[2]s | %[3]s) (%[2]s | %[3]s | %[4]s)", "(%[1]s | (%[2]s %[3]s)) %[4]s", "(%[1]s | %[2]s) -%[3]s",
}

const fullForms = 3 // that have programs

// TestAlternatives: queries of alternatives match and show what the plain matcher says, while they
// come, change, move and go, and no program is asked for them.
func TestAlternatives(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 9))
	words := strings.Fields("alpha bravo charlie delta echoes foxtrot golf hotel")
	some := func(n int) (out []any) {
		for range n {
			out = append(out, words[r.IntN(len(words))])
		}

		return out
	}

	const count = 200

	ix, qs, hits := NewIndex(), make([]*query.Query, count), 0

	for round := range 8 {
		for i := range count {
			if form := i % len(alternativeForms); round == 0 || r.IntN(3) == 0 {
				qs[i] = mustParse(t, fmt.Sprintf(alternativeForms[form]+"%.0[1]s%.0[2]s%.0[3]s%.0[4]s", some(4)...))
				ix.Add(ID(i), qs[i])
			}
		}

		ix.lock()

		if ix.movePrograms(nowhere); round > 0 {
			for i := range ix.learned.counts { // other words are rare in each round
				ix.learned.counts[i] = uint16(r.IntN(200))
			}
		}

		ix.unlock()
		refileAll(ix, 50)

		for range 3 {
			a := &news.Article{Title: fmt.Sprintln(some(1 + r.IntN(6))...), Text: fmt.Sprintln(some(3)...)}
			ix.Learn(a)

			n, err := compareAll(ix, qs, a, newPlainBatch(qs))
			if err != nil {
				t.Fatalf("round %d, %q: %v", round, a.Title+" "+a.Text, err)
			}

			hits += n

			checkPrograms(t, ix, a, n)
		}
	}

	if hits < 1000 {
		t.Errorf("only %d hits", hits)
	}

	for i := range count {
		ix.Remove(ID(i))
	}

	for f, n := range ix.filed {
		if n != 0 {
			t.Errorf("%d queries are filed under term %d after all went", n, f)
		}
	}
}

// checkPrograms: a matcher counts each query once, and asks programs for the last forms alone.
func checkPrograms(t *testing.T, ix *Index, a *news.Article, hits int) {
	t.Helper()

	m := ix.Matcher()
	defer m.Close()

	m.Match(a)

	all := 0

	for range m.All() {
		all++
	}

	if all != hits {
		t.Errorf("%d of %d are told", all, hits)
	}

	for _, p := range m.programs {
		if p.entry&postingProgram == 0 {
			continue
		}

		if form := int(p.id) % len(alternativeForms); form < len(alternativeForms)-fullForms {
			t.Errorf("a program is asked for %q", alternativeForms[form])
		}
	}
}

// TestOnePostingTellsOfCopies: while a query with alternatives moves, only the posting where it stood
// is marked as shared, and its copies are found whichever posting is met first.
func TestOnePostingTellsOfCopies(t *testing.T) {
	for unmarked := range 2 {
		ix := NewIndex()
		for i := range 3 {
			ix.Add(ID(i), mustParse(t, "alpha (beta | gamma)"))
		}

		n := 0

		ix.visitPostings(0, func(_ termID, at *posting) {
			if n == unmarked {
				*at &^= postingShared
			}

			n++
		})

		if n != 2 {
			t.Fatalf("%d postings of two alternatives", n)
		}

		if got := matchedIDs(ix, &news.Article{Title: "alpha beta gamma"}); !slices.Equal(got, []ID{0, 1, 2}) {
			t.Errorf("posting %d is not marked: found %v", unmarked, got)
		}
	}
}
