package news

import (
	"strings"
	"unicode"
)

// SimilarTitles reports whether one title can be the other one, edited: of their
// letters, taken three by three, they share half. It works for scripts with and
// without spaces. It says whether an item of a feed is still the same article; whether
// two articles tell one story is another question (package story).
func SimilarTitles(a, b string) bool {
	left := make(map[[3]rune]int)
	all := 0

	for _, t := range trigrams(a) {
		left[t]++
		all++
	}

	shared := 0

	for _, t := range trigrams(b) {
		if left[t] > 0 {
			left[t]--
			shared++
		} else {
			all++
		}
	}

	return 2*shared >= all
}

// trigrams are the letters and digits of a title three by three; a shorter title is
// one, padded.
func trigrams(title string) [][3]rune {
	letters := []rune(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return unicode.ToLower(r)
		}

		return -1
	}, title))

	for len(letters) < 3 {
		letters = append(letters, 0)
	}

	list := make([][3]rune, 0, len(letters)-2)
	for i := range len(letters) - 2 {
		list = append(list, [3]rune(letters[i:i+3]))
	}

	return list
}
