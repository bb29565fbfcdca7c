package summary

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"newsbell/news"
)

// headline is a title that texts are compared with, without a label before it ("OPINION: …").
type headline struct {
	text  string
	words []string        // of it
	own   []string        // of it without the outlet that some feeds add
	in    map[string]bool // the words
}

func newHeadline(title string) *headline {
	title = news.StripLabel(title)
	h := &headline{text: title, words: news.Words(title)}

	h.own = h.words
	if own := withoutOutlet(title); own != title {
		h.own = news.Words(own)
	}

	h.in = make(map[string]bool, len(h.words))
	for _, w := range h.words {
		h.in[w] = true
	}

	return h
}

// repeatsTitle reports whether a sentence says no more than the title: all its words,
// in any punctuation, are the title's.
func repeatsTitle(sentence string, title *headline) bool {
	if len(title.words) == 0 {
		return false
	}

	if digits := digitsOf(sentence); digits != "" && strings.Contains(digitsOf(title.text), digits) {
		return true
	}

	said, same := 0, true

	for w := range strings.FieldsFuncSeq(sentence, news.IsBetweenWords) {
		w = strings.ToLower(w)
		if !title.in[w] {
			return false
		}

		same = same && said < len(title.words) && title.words[said] == w
		said++
	}
	// A short sentence out of the title's words may say something else.
	return said >= 4 || said > 0 && same && said == len(title.words)
}

// digitsOf returns the numbers of a text as they follow each other, "" when there are words between
// them: v3.8.11 has those of 3.8.11.
func digitsOf(s string) string {
	var b strings.Builder

	letters := 0

	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			b.WriteRune(r)
		case unicode.IsLetter(r):
			if letters++; letters > 1 {
				return ""
			}
		case b.Len() > 0:
			b.WriteByte('.')
		}
	}

	return strings.Trim(b.String(), ".")
}

// withoutTitle drops the title, once or more, from the head of a text. It must be
// followed by a separator or, when it is long enough to be no mere name, by a new
// sentence: "Kim Jong Un" stays in "Kim Jong Un promised".
func withoutTitle(text string, title *headline) string {
	for {
		rest, ok := cutTitle(text, title.words)
		if !ok {
			rest, ok = cutTitle(text, title.own)
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
		if !strings.Contains(title, separator) {
			continue
		}

		if i := strings.LastIndex(title, separator); i > len(title)/2 {
			return title[:i]
		}
	}

	return title
}

func cutTitle(text string, words []string) (rest string, ok bool) {
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
