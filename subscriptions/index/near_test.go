package index

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"newsbell/news"
	"newsbell/subscriptions/query"
)

// TestFewNearWords: whether two words, three or four are near one another is what the plain matcher says, at every
// distance, in every field, for words that are written in one or several parts.
func TestFewNearWords(t *testing.T) {
	words := []string{"rain", "wind", "ice-cream", "icecream", "cream", "ice", "日本", "x", "and", "x."}
	r := rand.New(rand.NewPCG(7, 7))
	text := func(n int) string {
		var out []string
		for range n {
			out = append(out, words[r.IntN(len(words))])
		}

		return strings.Join(out, " ")
	}

	ix, qs := NewIndex(), []*query.Query{}

	for _, field := range []string{"", "title:", "text:"} {
		for i, a := range words[:7] {
			for _, b := range words[i : i+3] {
				for distance := range 4 {
					for _, more := range []string{"", " x", " wind x"} {
						q := mustParse(t, fmt.Sprintf(`%s"%s %s%s"~%d`, field, a, b, more, distance+1))
						ix.Add(ID(len(qs)), q)
						qs = append(qs, q)
					}
				}
			}
		}
	}

	hits, batch := 0, newPlainBatch(qs)

	for n := range 25 {
		found, err := compareAll(ix, qs, &news.Article{Title: text(n % 5), Text: text(n % 20)}, batch)
		if err != nil {
			t.Fatal(err)
		}

		hits += found
	}

	if hits < 300 {
		t.Errorf("only %d hits", hits)
	}
}
