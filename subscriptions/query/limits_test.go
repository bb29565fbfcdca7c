package query

import (
	"fmt"
	"strings"
	"testing"
)

// TestLimits: what is too much is an error that says so, with a query that is not.
func TestLimits(t *testing.T) {
	for _, c := range []struct{ name, query, want string }{
		{"length", strings.Repeat("é", MaxLength+1), msgTooLong},
		{"terms", strings.Repeat("a ", 0) + manyWords(MaxTerms+1), msgTooMany},
		{"depth", strings.Repeat("(", MaxDepth+1) + "a" + strings.Repeat(")", MaxDepth+1), msgTooDeep},
		{"wildcards", "abc* abd* abe* abf* abg* abh*", msgTooWild},
		{"regexes", "/abc/ /abd/ /abe/ /abf/", msgTooManyRegexes},
		{"near", `"a b"~21`, msgNearFar},
		{"regex length", "/" + strings.Repeat("a", MaxRegex+1) + "/", msgRegexLong},
		{"regex size", "/abc(((a{50}){20}))/", msgRegexBig},
		{"near words", `"` + manyWords(MaxTerms+1) + `"~5`, msgNearMany},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse(c.query)

			e, ok := err.(*Error)
			if !ok || e.Message != c.want {
				t.Fatalf("got %v, want %q", err, c.want)
			}

			if _, err := Parse(e.Suggestion); err != nil {
				t.Fatalf("the suggestion %q does not parse: %v", e.Suggestion, err)
			}
		})
	}

	if _, err := Parse(manyWords(MaxTerms)); err != nil {
		t.Fatal(err)
	}

	if _, err := Parse(strings.Repeat("é", MaxLength)); err != nil {
		t.Fatal(err)
	}
}

func manyWords(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "w%d ", i)
	}

	return strings.TrimSpace(b.String())
}
