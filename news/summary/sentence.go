package summary

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// splitSentences splits plain text into sentences, each with its closing quotes and
// brackets and without the space around it. It knows the full stops of all
// scripts (Unicode's Sentence_Terminal), that Chinese and Japanese put no space
// after theirs, and the Latin, Cyrillic and Greek dots that end no sentence:
// abbreviations, initials, decimals, ordinals. When in doubt it does not split:
// a sentence too long is cut at a word, a sentence too short is nonsense.
func splitSentences(text string) []string {
	var out []string

	start := 0
	add := func(end int) {
		if s := strings.TrimSpace(text[start:end]); s != "" {
			out = append(out, s)
		}

		start = end
	}

	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf && c != '.' && c != '!' && c != '?' && c != '\n' {
			i++
			continue
		}

		r, size := utf8.DecodeRuneInString(text[i:])

		i += size
		if r == '\n' && paragraphEnds(text[i:]) {
			add(i)
			continue
		}

		if !endsSentence(r) {
			continue
		}

		end := i + closersLen(text[i:])
		if sentenceEndsAt(text, start, i-size, end) {
			add(end)
		}

		i = end
	}

	add(len(text))

	return out
}

// paragraphEnds reports whether the line after a line feed is blank. A single
// line feed may be no more than a wrapped line.
func paragraphEnds(rest string) bool {
	for _, r := range rest {
		if r == '\n' {
			return true
		}

		if !unicode.IsSpace(r) {
			return false
		}
	}

	return true
}

// endsSentence reports whether a sentence can end with r.
func endsSentence(r rune) bool {
	if r < utf8.RuneSelf {
		return r == '.' || r == '!' || r == '?'
	}

	return r == '…' || unicode.Is(unicode.STerm, r)
}

// closersLen returns the length of the further stops, quotes and brackets that belong to
// the sentence that has just ended.
func closersLen(rest string) int {
	for i, r := range rest {
		if !endsSentence(r) && !unicode.In(r, unicode.Pe, unicode.Pf) && r != '"' && r != '\'' {
			return i
		}
	}

	return len(rest)
}

// sentenceEndsAt judges the stop at text[stop:end] of the sentence that began at
// start; end is after its closers.
func sentenceEndsAt(text string, start, stop, end int) bool {
	mark, _ := utf8.DecodeRuneInString(text[stop:])

	rest := strings.TrimLeftFunc(text[end:], unicode.IsSpace)
	if rest == "" {
		return true
	}

	if needsNoSpace(mark) {
		return true
	}

	if len(rest) == len(text)-end {
		return mark == '.' && end == stop+1 && isGlued(text[start:stop], rest) // else: 3.5, example.com, ?! inside a word
	}

	next := firstLetter(rest)
	if unicode.IsLower(next) {
		return false // "!" and "?" inside a quotation too: “Why?” he asked
	}

	if mark != '.' {
		return true
	}

	if end > stop+1 && text[stop+1] != '.' {
		return true // a quote or bracket closes after the stop
	}

	return !dotAbbreviates(text[start:stop], rest)
}

// isGlued reports whether a stop without a space behind it ends a sentence all the same, as where a
// feed lost the break between two paragraphs: "security feature.National banks".
func isGlued(before, rest string) bool {
	word := before[strings.LastIndexByte(before, ' ')+1:]
	if len(word) < 3 || strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsLower(r) }) || strings.HasPrefix(word, "www") {
		return false
	}

	next, _, _ := strings.Cut(rest, " ")
	first, size := utf8.DecodeRuneInString(next)
	// Node.Js and example.Com are no sentences, nor is what has dots of its own.
	return unicode.IsUpper(first) && len(next) < len(rest) && !strings.ContainsAny(next, "./@") && (len(next) == size || len(next) > 3)
}

// needsNoSpace reports whether a stop needs no space after it.
func needsNoSpace(mark rune) bool {
	switch mark {
	case '。', '．', '｡', '！', '？':
		return true
	}

	return false
}

// firstLetter is the first letter or digit of s, skipping opening quotes; 0 when
// none is near.
func firstLetter(s string) rune {
	for i, r := range s {
		if i > 16 {
			break
		}

		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
	}

	return 0
}

// dotAbbreviates reports whether the dot between before and after belongs to the
// last word of before and ends no sentence.
func dotAbbreviates(before, after string) bool {
	word := lastWord(before)
	next := firstWord(after)

	switch bare := strings.ToLower(word); {
	case word == "":
		return false
	case alwaysAbbreviated()[bare]:
		return true
	case abbreviatedBeforeDigit()[bare]:
		return unicode.IsDigit(firstLetter(after))
	case isNumber(word):
		return len(word) <= 2 && !startsSentences()[next] && !beforeNumbers()[strings.ToLower(wordBefore(before, word))] // 5. Juni
	case utf8.RuneCountInString(word) == 1 && unicode.IsLetter(firstLetter(word)):
		return true // J. K. Rowling, z. B.
	case isDotted(word), oftenAbbreviated()[bare],
		unicode.IsUpper(firstLetter(word)) && capitalAbbreviated()[bare]:
		return !startsSentences()[next] // U.S. Congress, but: in the U.S. The
	}

	return false
}

// lastWord is what stands before a dot, from the last space, quote or bracket on.
func lastWord(s string) string {
	i := strings.LastIndexFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.In(r, unicode.Ps, unicode.Pi, unicode.Pd) || r == '"' || r == '/'
	})
	if i >= 0 {
		_, size := utf8.DecodeRuneInString(s[i:])
		s = s[i+size:]
	}

	return strings.TrimLeft(s, "'")
}

// wordBefore is the word before the last word of s.
func wordBefore(s, last string) string {
	return lastWord(strings.TrimRightFunc(strings.TrimSuffix(s, last), unicode.IsSpace))
}

// firstWord is the letters that s begins with, as written.
func firstWord(s string) string {
	s = strings.TrimLeftFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if i := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && r != '’' && r != '\'' }); i >= 0 {
		s = s[:i]
	}

	return s
}

// isDotted reports whether a word without its last dot is letters between dots:
// U.S, a.m, Ph.D.
func isDotted(word string) bool {
	dotted := false

	for part := range strings.SplitSeq(word, ".") {
		if n := utf8.RuneCountInString(part); n < 1 || n > 2 {
			return false
		}

		if strings.IndexFunc(part, func(r rune) bool { return !unicode.IsLetter(r) }) >= 0 {
			return false
		}

		dotted = len(part) < len(word)
	}

	return dotted
}

func isNumber(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsDigit(r) }) < 0
}
