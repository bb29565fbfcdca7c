package bot

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"newsbell/adapters"
)

// ago is how long ago a moment was; a platform that can shows the moment.
func ago(at time.Time) adapters.Span {
	return adapters.Span{Text: adapters.Ago(time.Since(at)), Time: at}
}

// id is a row's number in the data of a button.
func id(n int64) string { return strconv.FormatInt(n, 10) }

// count is "1 story", "2 stories".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}

	return strconv.Itoa(n) + " " + many
}

// short makes a label of a button: 40 characters (adapters.Button).
func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")

	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}

	r := []rune(s)[:most-1]

	return strings.TrimRight(string(r), " ") + "…"
}

// sentence makes a clause one: a capital first, a full stop last.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return s
	}

	first, size := utf8.DecodeRuneInString(s)
	if word, _, _ := strings.Cut(s, " "); !strings.HasSuffix(word, ":") { // "when: takes …" keeps its name
		s = string(unicode.ToUpper(first)) + s[size:]
	}

	if !strings.ContainsAny(s[len(s)-1:], ".!?…)") {
		s += "."
	}

	return s
}

// span is "2 hours", "a day".
func span(d time.Duration) string {
	switch {
	case d >= 24*time.Hour && d%(24*time.Hour) == 0:
		return count(int(d/(24*time.Hour)), "day", "days")
	case d >= time.Hour && d%time.Hour == 0:
		return count(int(d/time.Hour), "hour", "hours")
	case d >= time.Minute:
		return count(int(d.Round(time.Minute)/time.Minute), "minute", "minutes")
	default:
		return count(int(d/time.Second), "second", "seconds")
	}
}

// list is "a, b and c".
func list(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
	}
}
