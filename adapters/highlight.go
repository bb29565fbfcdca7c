package adapters

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxHighlights is how many words of a text stand out at most.
	maxHighlights = 40
	// maxHighlightWords is how many words are looked for.
	maxHighlightWords = 50
)

// Stretch is a part of a text, in bytes.
type Stretch struct{ From, To int }

// FindWords returns where the words stand in a text, whole and as they are written,
// without overlaps, in order, at most 40.
func FindWords(text string, words []string) []Stretch {
	var all []Stretch

	for _, word := range words[:min(len(words), maxHighlightWords)] {
		if word = strings.Join(strings.Fields(word), " "); word == "" {
			continue
		}

		for at := 0; ; {
			i := strings.Index(text[at:], word)
			if i < 0 {
				break
			}

			s := Stretch{at + i, at + i + len(word)}
			if isWhole(text, s) {
				all = append(all, s)
			}

			at = s.To
		}
	}

	slices.SortFunc(all, func(a, b Stretch) int { return cmp.Or(a.From-b.From, b.To-a.To) })

	end := 0
	all = slices.DeleteFunc(all, func(s Stretch) bool {
		if s.From < end {
			return true
		}

		end = s.To

		return false
	})

	return all[:min(len(all), maxHighlights)]
}

// isWhole reports whether a stretch begins and ends where words do.
func isWhole(text string, s Stretch) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:s.From])
	first, _ := utf8.DecodeRuneInString(text[s.From:])
	last, _ := utf8.DecodeLastRuneInString(text[:s.To])
	after, _ := utf8.DecodeRuneInString(text[s.To:])

	return !isJoined(before, first) && !isJoined(last, after)
}

// isJoined reports whether two characters side by side are of one word. In scripts that
// do not divide words every character stands for itself.
func isJoined(a, b rune) bool { return isLetter(a) && isLetter(b) }

func isLetter(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// ShowsAll reports whether every word stands whole in one of the texts.
func ShowsAll(words []string, texts ...string) bool {
	return !slices.ContainsFunc(words, func(word string) bool {
		return !slices.ContainsFunc(texts, func(text string) bool { return len(FindWords(text, []string{word})) > 0 })
	})
}
