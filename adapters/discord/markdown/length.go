package markdown

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Len returns the length of s in UTF-16 units. They are never fewer than code points: what fits
// a limit in units fits it however Discord counts.
func Len(s string) int {
	n := 0
	for _, r := range s {
		n += runeLen(r)
	}

	return n
}

func runeLen(r rune) int { return max(1, utf16.RuneLen(r)) }

// Truncate shortens s to at most n units, at a word if one ends in the last third,
// and says so with an ellipsis.
func Truncate(s string, n int) string {
	if Len(s) <= n {
		return s
	}

	return Cut(s, n)
}

// Cut is Truncate, but ends in an ellipsis even if s fits: more is left out behind it.
func Cut(s string, n int) string { return truncateBy(s, n, runeLen) }

// Label returns s as a name that is read without markup, such as a button's: one line of at most n
// units, without control characters.
func Label(s string, n int) string { return Truncate(OneLine(StripControls(s)), n) }

// truncateBy keeps as many runes as cost at most n-1 and puts the ellipsis behind.
func truncateBy(s string, n int, cost func(rune) int) string {
	spent, end := 1, 0
	for i, r := range s {
		if spent += cost(r); spent > n {
			break
		}

		end = i + utf8.RuneLen(r)
		if r == utf8.RuneError {
			end = i + 1
		}
	}

	if n < 1 {
		return ""
	}

	kept := s[:end]
	if space := strings.LastIndexAny(kept, " \n"); space > len(kept)*2/3 {
		kept = kept[:space]
	}

	return strings.TrimRight(kept, " \n\u200d") + "…"
}
