package ai

import (
	"strings"
	"testing"
	"unicode/utf8"

	"newsbell/news"
)

// TestNoQuoteIsCut: of an article that is longer than what is read of it, the sentence in which reading
// ends is not quoted.
func TestNoQuoteIsCut(t *testing.T) {
	const (
		claim = "Maria Lindqvist bought the harbour crane."
		told  = "Maria Lindqvist of Norden sold the harbour crane to a yard in Halvik for nine million dollars."
	)

	before := strings.Repeat("The wind was weak in the bay. ", textRead)

	for _, c := range []struct {
		within int // characters of the sentence that are read
		quoted bool
	}{{60, false}, {utf8.RuneCountInString(told), false}, {utf8.RuneCountInString(told) + len(" The end"), true}} {
		text := before[:30*((textRead-c.within)/30)]
		text += strings.Repeat("x", textRead-c.within-len(text)-2) + ". " + told + " The end was near."

		quote, ok := quoteFor(claim, []*news.Article{{Title: "A crane is sold", URL: "https://a.example/1", Text: text}}, "en")
		if ok != c.quoted || ok && quote.Text != told {
			t.Errorf("%d characters of it are read: %t, %q", c.within, ok, quote.Text)
		}
	}
}
