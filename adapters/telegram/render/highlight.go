package render

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// Of an alert's entities so many may be highlights; the rest are links and ages.
	maxHighlights = 40
	// Words beyond this are not looked for.
	maxHighlightWords = 50
)

// stretch is a part of a text, in bytes.
type stretch struct{ from, to int }

// findWords returns where the words stand in a text, whole and as they are written,
// without overlaps, in order.
func findWords(text string, words []string) []stretch {
	var all []stretch

	for _, word := range words[:min(len(words), maxHighlightWords)] {
		if word = OneLine(word); word == "" {
			continue
		}

		for at := 0; ; {
			i := strings.Index(text[at:], word)
			if i < 0 {
				break
			}

			s := stretch{at + i, at + i + len(word)}
			if isWhole(text, s) {
				all = append(all, s)
			}

			at = s.to
		}
	}

	slices.SortFunc(all, func(a, b stretch) int { return cmp.Or(a.from-b.from, b.to-a.to) })

	end := 0
	all = slices.DeleteFunc(all, func(s stretch) bool {
		if s.from < end {
			return true
		}

		end = s.to

		return false
	})

	return all[:min(len(all), maxHighlights)]
}

// isWhole reports whether a stretch begins and ends where words do.
func isWhole(text string, s stretch) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:s.from])
	first, _ := utf8.DecodeRuneInString(text[s.from:])
	last, _ := utf8.DecodeLastRuneInString(text[:s.to])
	after, _ := utf8.DecodeRuneInString(text[s.to:])

	return !joins(before, first) && !joins(last, after)
}

// joins reports whether two characters side by side are of one word. In scripts that
// do not divide words every character stands for itself.
func joins(a, b rune) bool { return isLetter(a) && isLetter(b) }

func isLetter(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// hasAll reports whether every word stands in one of the texts.
func hasAll(words []string, texts ...string) bool {
	return !slices.ContainsFunc(words, func(word string) bool {
		return !slices.ContainsFunc(texts, func(text string) bool { return len(findWords(text, []string{word})) > 0 })
	})
}

// highlighted writes a text with the words in it inside a tag.
func (m *markup) highlighted(text, tag string, words []string) {
	at := 0

	for _, s := range findWords(text, words) {
		m.text(text[at:s.from])
		m.styled(tag, text[s.from:s.to])
		at = s.to
	}

	m.text(text[at:])
}
