// Package summary finds what an alert shows below its title: the sentences of a feed's own
// summary or of the article's text, without what outlets and their publishing programs put
// around them.
//
// A text passes through: spaces and invisible characters (clean), boilerplate by patterns
// (stripBoilerplate), the title repeated at its beginning (withoutTitle), the mark of a text
// that was cut off, splitting into sentences, and the choice of as many whole sentences as
// fit. Patterns are compiled when the first text is read, and words that a pattern cannot do
// without are looked for first: nearly all texts have none of them.
//
// It is pure: no network, no database, no clock.
package summary

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"newsbell/news"
)

// Summarize returns what an alert shows below the title: whole sentences, at most limit
// code points of them, from plain texts without markup.
//
// It takes the feed's own summary without its boilerplate and without its
// repetition of the title. Where nothing is left of it, or where the feed's is
// only the text broken off, it takes the first sentences of the text. A first
// sentence longer than the limit is cut at a word and ends in "…". It is empty
// when there is nothing to say beyond the title, or when limit is below 1.
func Summarize(feedSummary, title, text string, limit int) string {
	if limit < 1 {
		return ""
	}

	tidy := tidyFor(title, limit)

	feedSummary = restoreLines(feedSummary, text)

	own, broken := tidy(feedSummary)
	if len(own) > 0 && !broken && !isMeagre(own) || feedSummary == text {
		return cutSentences(own, limit)
	}

	whole, _ := tidy(text)
	if len(own) == 0 || len(whole) > 0 && !isMeagre(whole) && (isMeagre(own) || continuesText(whole, own)) {
		return cutSentences(whole, limit)
	}

	return cutSentences(own, limit)
}

// Shorten returns a summary that Summarize made, for another limit. The text is asked only to go on
// where the summary was cut: what a source repeats was taken off the summary and not off the text,
// so that what Summarize found nothing in stays empty.
func Shorten(own, title, text string, limit int) string {
	if limit < 1 {
		return ""
	}

	tidy := tidyFor(title, limit)

	kept, broken := tidy(own)
	if len(kept) == 0 || !broken {
		return cutSentences(kept, limit)
	}

	if whole, _ := tidy(text); continuesText(whole, kept) {
		return cutSentences(whole, limit)
	}

	return cutSentences(kept, limit)
}

// tidyFor returns tidySentences for the texts of an article with a title, of which a summary within
// a limit is made.
func tidyFor(title string, limit int) func(text string) (sentences []string, broken bool) {
	head := newHeadline(news.Truncate(title, titleRoom))
	room := textRoom + 4*min(limit, textRoom)

	return func(text string) ([]string, bool) { return tidySentences(news.Truncate(text, room), head) }
}

// How much of an article can matter for its summary, in code points: the work must
// not grow with texts of megabytes. Boilerplate stands before and after, so there
// is ample room around the limit.
const (
	titleRoom = 500
	textRoom  = 2000
)

// tidySentences returns the sentences of a text without boilerplate and without the title.
// Broken reports whether the feed has cut the text off: the last sentence is then
// dropped, or ends in "…" when it is the only one.
func tidySentences(text string, title *headline) (kept []string, broken bool) {
	text = withoutTitle(stripBoilerplate(normalizeSpace(text), title.text), title)
	text, broken = withoutCutMark(text)

	all := splitSentences(text)
	for i, s := range all {
		if isBoilerplate(s) || (len(all) > 1 && repeatsTitle(s, title)) {
			if i == len(all)-1 {
				broken = false // what was cut off was boilerplate
			}

			continue
		}

		kept = append(kept, news.CollapseSpaces(s))
	}

	if len(kept) == 1 && repeatsTitle(kept[0], title) {
		return nil, false
	}

	if !broken || len(kept) == 0 {
		return kept, broken
	}

	if last := len(kept) - 1; last > 0 {
		return kept[:last], true
	}

	kept[0] = strings.TrimRightFunc(kept[0], isLoose) + "…"

	return kept, true
}

// normalizeSpace makes every kind of space a plain one, keeps blank lines as the end of a
// paragraph, and drops what is not seen.
func normalizeSpace(text string) string {
	if isPrintable(text) {
		return text
	}

	text = strings.ToValidUTF8(text, "")

	return strings.Map(func(r rune) rune {
		switch {
		case r >= ' ' && r < 0x7f, r == '\n':
			return r
		case unicode.IsSpace(r):
			return ' '
		case r == '\u200b', r == '\u2060', r == '\ufeff', r == '\u00ad', unicode.IsControl(r):
			return -1
		}

		return r
	}, text)
}

// isPrintable reports whether s is ASCII that normalizeSpace would not change.
func isPrintable(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= 0x7f || c < ' ' && c != '\n' {
			return false
		}
	}

	return true
}

// isMeagre reports whether cleaned sentences are too little to be a summary: the
// name of the outlet that an aggregator adds, a tag, a lone link's text.
func isMeagre(kept []string) bool {
	if len(kept) != 1 {
		return len(kept) == 0
	}

	words, letters := 0, 0

	for w := range strings.FieldsSeq(kept[0]) {
		for _, r := range w {
			if unicode.IsLetter(r) {
				letters++
			}
		}

		if words++; words >= 4 && letters >= 3 {
			return false
		}
	}

	last, _ := utf8.DecodeLastRuneInString(kept[0])

	return letters < 3 || (words < 4 && letters < 20 && !endsSentence(last))
}

// continuesText reports whether the text begins with what the broken-off summary
// has, so that it says the same and more.
func continuesText(whole, broken []string) bool {
	have := news.Words(strings.Join(broken, " "))
	said, same := 0, 0

	for _, sentence := range whole {
		for w := range strings.FieldsFuncSeq(sentence, news.IsBetweenWords) {
			if said == len(have) {
				break
			}

			if strings.ToLower(w) == have[said] {
				same++
			}

			said++
		}
	}

	return said == len(have) && same*10 >= len(have)*8
}

// cutSentences joins as many whole sentences as fit, or the first one cut.
func cutSentences(kept []string, limit int) string {
	text := slices.ContainsFunc(kept, func(s string) bool { return !isUnstopped(s) }) // not only a list
	for text && isUnstopped(kept[0]) && strings.Count(kept[0], " ") < standfirst {
		kept = kept[1:]
	}

	var b strings.Builder

	n := 0

	for _, s := range kept {
		length := utf8.RuneCountInString(s)

		space := 0
		if n > 0 && !endsSpaceless(b.String()) {
			space = 1
		}

		if n+space+length > limit {
			break
		}

		if space > 0 {
			b.WriteByte(' ')
		}

		b.WriteString(s)

		n += space + length

		if isUnstopped(s) && text {
			break // what follows would read as one sentence with it
		}
	}

	if n == 0 && len(kept) > 0 {
		return cutAtWord(kept[0], limit)
	}

	return withoutPromise(b.String(), kept, limit)
}

// withoutPromise drops a last sentence that ends in a colon: what it promises is not there. When
// it is the only one, what follows it is cut, or it ends in "…".
func withoutPromise(summary string, kept []string, limit int) string {
	if !strings.HasSuffix(summary, ":") && !strings.HasSuffix(summary, "：") {
		return summary
	}

	for _, k := range slices.Backward(kept) {
		if rest, ok := strings.CutSuffix(summary, k); ok && strings.TrimSpace(rest) != "" {
			return strings.TrimSpace(rest)
		}
	}

	if whole := strings.Join(kept, " "); utf8.RuneCountInString(whole) > limit {
		return cutAtWord(whole, limit)
	}

	return strings.TrimRightFunc(summary, isLoose) + "…"
}

// standfirst is how many words a paragraph without a stop has more than at least,
// before the text, to be one; shorter ones are headings, names and dates.
const standfirst = 7

// isUnstopped reports whether s is a paragraph that ends without a stop.
func isUnstopped(s string) bool {
	last, _ := utf8.DecodeLastRuneInString(s)
	return unicode.IsLetter(last) || unicode.IsDigit(last)
}

// endsSpaceless reports whether what follows s is written without a space.
func endsSpaceless(s string) bool {
	last, _ := utf8.DecodeLastRuneInString(strings.TrimRight(s, "」』）”\"'"))
	return needsNoSpace(last)
}

// cutAtWord cuts s, which is longer than limit code points, after its last whole
// word that leaves room for "…". A script without spaces is cut between two
// letters, never within one.
func cutAtWord(s string, limit int) string {
	room := limit - 1

	s = news.Truncate(s, limit+1)
	if isPrintable(s) {
		if cut := strings.LastIndexByte(s[:room+1], ' '); cut >= max(1, room/2) {
			return strings.TrimRightFunc(s[:cut], isLoose) + "…"
		}
	}

	runes := []rune(s)

	cut := room
	for cut > 0 && !unicode.IsSpace(runes[cut]) {
		cut--
	}

	if cut < room/2 { // no space near: a script without them, or one endless word
		cut = room
		for cut > 0 && joinsLeft(runes[cut]) {
			cut--
		}

		for cut > 0 && runes[cut-1] == '\u200d' {
			cut--
		}
	}

	return strings.TrimRightFunc(string(runes[:cut]), isLoose) + "…"
}

// joinsLeft reports whether r is part of the letter before it.
func joinsLeft(r rune) bool {
	return unicode.Is(unicode.M, r) || r == '\u200d' || (r >= 0x1f3fb && r <= 0x1f3ff)
}

// isLoose is what must not stand right before "…".
func isLoose(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune(",;:.…-–—·|、，؛،([{«„“‘", r)
}
