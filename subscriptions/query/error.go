package query

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/width"

	"newsbell/subscriptions/text"
)

// Error is why a query does not parse. At is a byte offset into the query (its
// length when something is missing at the end), Message one sentence for people,
// Suggestion a whole query near to what was typed that does parse.
type Error struct {
	At         int
	Message    string
	Suggestion string
	Example    bool // nothing typed could be kept: Suggestion is an example of a query
}

func (e *Error) Error() string { return e.Message }

// Caret draws where it went wrong: two lines, the query's line and a caret under
// the place, both to be shown in a fixed-width font.
func (e *Error) Caret(query string) string { return markAt(query, e.At) }

// Warning is something to know about a query that does parse. The fields are
// those of Error; Suggestion is empty when the query is best left as it is.
type Warning struct {
	At         int
	Message    string
	Suggestion string
}

// Caret draws the place of the warning as Error.Caret does.
func (w Warning) Caret(query string) string { return markAt(query, w.At) }

// caretContext is how many characters of a line are shown on each side of a caret.
const caretContext = 50

func markAt(query string, at int) string {
	at = max(0, min(at, len(query)))
	from := strings.LastIndexByte(query[:at], '\n') + 1

	line := query[from:]
	if end := strings.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}

	clean := func(s string) string {
		return strings.ToValidUTF8(strings.ReplaceAll(s, "\t", " "), "\uFFFD")
	}

	before, after := clean(query[from:at]), clean(line[at-from:])
	if runes := []rune(before); len(runes) > caretContext {
		before = "…" + string(runes[len(runes)-caretContext:])
	}

	if runes := []rune(after); len(runes) > caretContext {
		after = string(runes[:caretContext]) + "…"
	}

	return before + after + "\n" + strings.Repeat(" ", displayWidth(before)) + "^"
}

// displayWidth is how many cells of a fixed-width font a text takes: wide letters of
// East Asia take two, marks none.
func displayWidth(s string) int {
	n := 0

	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		s = s[size:]

		switch p := width.LookupRune(r); {
		case text.IsMark(r) || text.IsInvisible(r):
		case p.Kind() == width.EastAsianWide, p.Kind() == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}

	return n
}
