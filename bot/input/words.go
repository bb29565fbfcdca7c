package input

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"newsbell/subscriptions/query"
)

// IsAddress reports whether text is a web address and not a query.
func IsAddress(text string) bool {
	return !strings.ContainsAny(text, " \n") && (strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://"))
}

// CutWord returns the text before the first space, and what follows it.
func CutWord(text string) (word, after string) {
	i := strings.IndexFunc(text, unicode.IsSpace)
	if i < 0 {
		return text, ""
	}

	return text[:i], strings.TrimSpace(text[i:])
}

// CutCommand takes "/ヘルプ" apart: a command in letters that platforms do not take for one.
func CutCommand(text string) (name, rest string, ok bool) {
	name, rest = CutWord(strings.TrimSpace(text))
	name, ok = strings.CutPrefix(name, "/")

	isPart := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || r == '_' || r == '-' || r == '\u200c' // within Persian words
	}

	first, _ := utf8.DecodeRuneInString(name)
	ok = ok && unicode.IsLetter(first) && !strings.ContainsFunc(name, func(r rune) bool { return !isPart(r) })

	return name, rest, ok
}

// Range is some numbers of subscriptions, both ends included; 0 ≤ First ≤ Last.
type Range struct{ First, Last int }

// ParseNumbers reads "3", "#3", "1, 2 #5", "5-10"; ok: it is nothing but numbers.
func ParseNumbers(text string) (ranges []Range, ok bool) {
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' }) {
		first, last, isRange := strings.Cut(strings.ReplaceAll(w, "–", "-"), "-")
		if !isRange {
			last = first
		}

		from, err := strconv.Atoi(strings.TrimPrefix(first, "#"))
		if err != nil || from < 0 {
			return nil, false
		}

		to, err := strconv.Atoi(strings.TrimPrefix(last, "#"))
		if err != nil || to < from {
			return nil, false
		}

		ranges = append(ranges, Range{from, to})
	}

	return ranges, len(ranges) > 0
}

// OrOff is a value as people type it, where none means off.
func OrOff(s string) string {
	if s == "" {
		return "off"
	}

	return s
}

// OrNow is a schedule as people type it, where none means at once.
func OrNow(s string) string {
	if s == "" {
		return "now"
	}

	return s
}

// IsOff reports whether the value of an option takes it back.
func IsOff(value string) bool {
	return slices.Contains([]string{"off", "no", "false", "none", "default"}, strings.ToLower(strings.TrimSpace(value)))
}

// OnOneLine is a query for lists: a new line in it is a comma, where that means
// the same.
func OnOneLine(text string, q *query.Query) string {
	var parts []string

	for line := range strings.Lines(text) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			parts = append(parts, strings.TrimSuffix(line, ","))
		}
	}

	one := strings.Join(parts, ", ")
	if again, err := query.Parse(one); err == nil && again.String() == q.String() {
		return one
	}

	return text
}

// IsDigits reports whether s is a number without sign, of any length.
func IsDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
