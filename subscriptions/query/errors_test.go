package query

import (
	"strings"
	"testing"
)

// TestErrors: where a query goes wrong, in bytes of what was typed, and the
// correction that is offered.
func TestErrors(t *testing.T) {
	for _, c := range []struct {
		query, message string
		at             int
		suggestion     string
	}{
		{"tesla (model 3", msgOpenBracket, 6, "tesla (model 3)"},
		{`"climate change`, msgOpenQuote, 0, `"climate change"`},
		{"\u200f(tesla", msgOpenBracket, 3, "(tesla)"},
		{"tesla OR", msgOrSides, 6, "tesla"},
		{"a OR AND b", msgOrSides, 2, "a AND b"},
		{"title:source:bbc", msgNestedField, 0, "source:bbc"},
		{"souce:bbc", "There's no field souce:. Did you mean source:?", 0, "source:bbc"},
		{"el*", "Put at least 3 letters before the *.", 2, "el"},
		{"ﷺ" + strings.Repeat("ﷺ", 60), msgTooLong, 0, ""},
		{"a | -b", msgNotInOr, 4, "a -b"},
	} {
		_, err := Parse(c.query)

		e, ok := err.(*Error)
		if !ok {
			t.Errorf("%q: no error", c.query)
			continue
		}

		if e.Message != c.message || e.At != c.at {
			t.Errorf("%q: %q at %d, want %q at %d", c.query, e.Message, e.At, c.message, c.at)
		}

		if c.suggestion != "" && e.Suggestion != c.suggestion {
			t.Errorf("%q offers %q, want %q", c.query, e.Suggestion, c.suggestion)
		}

		if _, err := Parse(e.Suggestion); err != nil {
			t.Errorf("%q offers %q, which does not parse", c.query, e.Suggestion)
		}
	}
}
