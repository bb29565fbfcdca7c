package index

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"newsbell/news"
	"newsbell/subscriptions/query"
)

// TestRowsOfWords: words in a row, few and many, beside others and alone, are found where a
// plain walk finds them, in a text that is made of their pieces.
func TestRowsOfWords(t *testing.T) {
	word := rapid.SampledFrom([]string{"new", "York", "times", "time", "drone", "drones", "U.S.", "covid-19", "東京", "a", "é"})
	rowOf := func(least, most int, joints ...string) *rapid.Generator[string] {
		return rapid.Custom(func(t *rapid.T) string {
			var b strings.Builder

			for i := range rapid.IntRange(least, most).Draw(t, "words") {
				if i > 0 {
					b.WriteString(rapid.SampledFrom(joints).Draw(t, "joint"))
				}

				b.WriteString(word.Draw(t, "word"))
			}

			return b.String()
		})
	}

	term := rapid.Custom(func(t *rapid.T) string {
		field := rapid.SampledFrom([]string{"", "", "", "title:", "text:", "-"}).Draw(t, "field")
		near := rapid.SampledFrom([]string{"", "", "", "~2"}).Draw(t, "near")

		return field + `"` + rowOf(1, 7, " ", " ", " ", "-").Draw(t, "row") + `"` + near
	})
	queryOf := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(term, 1, 4).Draw(t, "terms"), rapid.SampledFrom([]string{" ", " | "}).Draw(t, "joint"))
	})

	rapid.Check(t, func(t *rapid.T) {
		ix, qs := NewIndex(), map[ID]*query.Query{}

		for i, s := range rapid.SliceOfN(queryOf, 1, 12).Draw(t, "queries") {
			q, err := query.Parse(s)
			if err != nil {
				continue
			}

			qs[ID(i)] = q
			ix.Add(ID(i), q)
		}

		for range 3 {
			text := rowOf(0, 30, " ", " ", " ", " ", "-", ". ", " and ")
			a := &news.Article{Title: text.Draw(t, "title"), Summary: text.Draw(t, "summary"), Text: text.Draw(t, "text")}

			want, got := plainMatch(qs, a), map[ID][]string{}
			for _, h := range ix.Match(a) {
				got[h.ID] = h.Matched
			}

			if d := cmp.Diff(want, got); d != "" {
				t.Fatalf("article %+v\nqueries %v\n(-plain +index):\n%s", a, qs, d)
			}

			ix.Refile(100)
		}
	})
}

// TestNamesNeedNoProgram: names of up to four words, and alternatives beside a word, are decided
// by two bits, so that an article asks hardly more programs than match.
func TestNamesNeedNoProgram(t *testing.T) {
	for text, want := range map[string]int{
		`"new york times"`:                                1,
		`"new york times" strike`:                         1,
		`"new york stock exchange" "wall street journal"`: 0,
		`(bronx | queens) strike`:                         0,
		`"subway blockade"~5`:                             0,
	} {
		ix := NewIndex()
		ix.Add(1, mustParse(t, text))

		for range 10 {
			ix.Learn(&news.Article{Title: "Strike in the subway, said the Wall Street Journal"})
		}

		refileAll(ix, 10)

		m := ix.Matcher()
		m.Match(&news.Article{Title: "A strike at the New York Times: subway empty, Wall Street Journal glad, New York stock falls"})

		if got := len(m.passed); got != want {
			t.Errorf("%s: %d pass the two bits, want %d", text, got, want)
		}
	}
}
