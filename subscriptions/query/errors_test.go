package query

import (
	"strings"
	"testing"
)

// TestCaretOfALongLine: what is shown of a long query is short, and the caret stands
// under its place.
func TestCaretOfALongLine(t *testing.T) {
	typed := strings.Repeat("é", 1000) + "X" + strings.Repeat("ü", 1000)
	e := &Error{At: strings.Index(typed, "X")}

	line, caret, _ := strings.Cut(e.Caret(typed), "\n")
	if len([]rune(line)) > 2*caretContext+2 || []rune(line)[len(caret)-1] != 'X' {
		t.Errorf("%s\n%s", line, caret)
	}

	if _, err := Parse("🚀"); !err.(*Error).Example {
		t.Error("an example is not marked as one")
	}

	if _, err := Parse("climate change OR"); err.(*Error).Example {
		t.Error("what was typed is marked as an example")
	}
}

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
		{"-tesla OR spacex", msgNotInOr, 1, "spacex -tesla"},
		{"x -tesla | spacex y", msgNotInOr, 3, "x spacex -tesla y"},
		{"radar -sport OR (science policy)", msgNotInOr, 7, "radar (science policy) -sport"},
		{"radar -(sport golf) OR science", msgNotInOr, 7, "radar science -(sport golf)"},
		{"title:!merger", "To exclude it, put the minus before title:.", 6, "-title:merger"},
		{"tesla since:2024", "I only watch for new articles, so you can leave out since:.", 6, "tesla"},
		{"tesla~3", msgNearWord, 5, "tesla"},
		{"x -=café~3", msgNearWord, 9, "x -=café"},
		{"lang:xx tesla", "xx isn't a language code. Use two letters, as in lang:en.", 5, "tesla"},
		{"country:zz tesla", "zz isn't a country code. Use two letters, as in country:us.", 8, "tesla"},
		{"lang:germn tesla", "germn isn't a language code. Did you mean lang:de (German)?", 5, "lang:de tesla"},
		{"tesla bundle:-", "- isn't a bundle. Name one as /sources browse does, as in bundle:pl or bundle:climate.", 13, "tesla"},
		{"country:Chille", "Chille isn't a country code. Did you mean country:cl (Chile)?", 8, "country:cl"},
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
