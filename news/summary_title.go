package news

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// wordsOf is the words of s in lower case, for comparing two texts of one item.
func wordsOf(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r)
	})
}

// repeats reports whether a sentence says no more than the title: all its words,
// in any punctuation, are the title's.
func repeats(sentence, title string) bool {
	said, head := wordsOf(sentence), wordsOf(title)
	if len(said) == 0 || len(head) == 0 {
		return false
	}
	if strings.Join(said, " ") == strings.Join(head, " ") {
		return true
	}
	if len(said) < 4 {
		return false // a short sentence out of the title's words may say something else
	}
	in := make(map[string]bool, len(head))
	for _, w := range head {
		in[w] = true
	}
	for _, w := range said {
		if !in[w] {
			return false
		}
	}
	return true
}

// withoutTitle drops the title, once or more, from the head of a text. It must be
// followed by a separator or, when it is long enough to be no mere name, by a new
// sentence: "Kim Jong Un" stays in "Kim Jong Un promised".
func withoutTitle(text, title string) string {
	for {
		rest, ok := cutTitle(text, title)
		if !ok {
			rest, ok = cutTitle(text, withoutOutlet(title))
		}
		if !ok {
			return text
		}
		text = rest
	}
}

// withoutOutlet is a title without the outlet that some feeds add to it.
func withoutOutlet(title string) string {
	for _, separator := range []string{" - ", " | ", " – ", " — "} {
		if i := strings.LastIndex(title, separator); i > len(title)/2 {
			return title[:i]
		}
	}
	return title
}

func cutTitle(text, title string) (rest string, ok bool) {
	words := wordsOf(title)
	if len(words) == 0 {
		return text, false
	}
	end := prefixEnd(text, words)
	if end < 0 {
		return text, false
	}
	rest = text[end:]
	tail := strings.TrimLeftFunc(rest, func(r rune) bool { return unicode.In(r, unicode.Pe, unicode.Pf) || r == '"' })
	if strings.TrimSpace(tail) == "" {
		return "", true
	}
	bare := strings.TrimLeftFunc(tail, unicode.IsSpace)
	first, _ := utf8.DecodeRuneInString(bare)
	if endsSentence(first) || strings.ContainsRune(":|–—-·", first) {
		if len(bare) == len(tail) && (first == '-' || first == '–') {
			return text, false // a compound: the title's last word goes on
		}
		return strings.TrimLeftFunc(bare, func(r rune) bool {
			return unicode.IsSpace(r) || endsSentence(r) || strings.ContainsRune(":|–—-·\"”’", r)
		}), true
	}
	newSentence := strings.HasPrefix(tail, "\n") || (!unicode.IsLower(first) && len(words) >= 4 && len(bare) < len(tail))
	if newSentence {
		return bare, true
	}
	return text, false
}

// prefixEnd is the position after the given words at the head of text, whatever
// stands between them, or -1.
func prefixEnd(text string, words []string) int {
	i := 0
	for _, w := range words {
		start := strings.IndexFunc(text[i:], func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
		if start < 0 || start > 8 {
			return -1
		}
		i += start
		end := strings.IndexFunc(text[i:], func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r)
		})
		if end < 0 {
			end = len(text) - i
		}
		if strings.ToLower(text[i:i+end]) != w {
			return -1
		}
		i += end
	}
	return i
}
