package query

import (
	"strings"
	"unicode/utf8"

	"newsbell/news"
)

// isInvisible reports whether nobody sees a character that phones and pages put between
// others: marks of direction (Unicode's Bidi_Control), joints of width zero.
// A query is read without them: else one before a minus would turn its meaning
// around.
func isInvisible(r rune) bool {
	switch {
	case r == 0x61C, r == 0x200B, r == 0x200E, r == 0x200F, r == 0x2060, r == 0xFEFF:
		return true
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
		return true
	}

	return false
}

// stripInvisible returns a text without what nobody sees.
func stripInvisible(text string) string {
	if news.IsASCII(text) || strings.IndexFunc(text, isInvisible) < 0 {
		return text
	}

	return strings.Map(func(r rune) rune {
		if isInvisible(r) {
			return -1
		}

		return r
	}, text)
}

// offsetIn returns where byte at of stripInvisible(text) stands in text.
func offsetIn(text string, at int) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !isInvisible(r) {
			if at < size {
				return i + at
			}

			at -= size
		}

		i += size
	}

	return len(text)
}
