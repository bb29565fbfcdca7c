package render

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const ellipsis = "…"

// CutWords shortens s to at most n code points, at a blank where there is one
// in the second half, with an ellipsis.
func CutWords(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}

	head := firstRunes(s, n-1)

	next, _ := utf8.DecodeRuneInString(s[len(head):])
	if i := strings.LastIndexFunc(head, unicode.IsSpace); i > len(head)/2 && !unicode.IsSpace(next) {
		head = head[:i]
	}

	return strings.TrimRightFunc(head, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ';' || r == ':' }) + ellipsis
}

// CutSentences shortens s to at most n code points, at the end of a sentence
// where there is one in the second half, else as CutWords does.
func CutSentences(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}

	head := firstRunes(s, n)
	if i := lastSentenceEnd(head); i > len(head)/3 {
		return head[:i]
	}

	return CutWords(s, n)
}

// lastSentenceEnd returns the index after the last mark that ends a sentence in s
// and is followed by a blank there, 0 if there is none.
func lastSentenceEnd(s string) int {
	end, after := 0, 0 // after: the index behind a mark that waits for its blank

	for i, r := range s {
		switch {
		case unicode.IsSpace(r) && after > 0:
			end, after = after, 0
		case r == '.' || r == '!' || r == '?' || r == '…':
			after = i + utf8.RuneLen(r)
		case r == '。' || r == '！' || r == '？': // no blank follows these
			end, after = i+utf8.RuneLen(r), 0
		case after > 0 && strings.ContainsRune("\"'”’»)]", r):
			after = i + utf8.RuneLen(r)
		default:
			after = 0
		}
	}

	return end
}

// firstRunes returns the first n code points of s.
func firstRunes(s string, n int) string {
	for i := range s {
		if n <= 0 {
			return s[:i]
		}

		n--
	}

	return s
}
