package index

import (
	"testing"

	"newsbell/subscriptions/query"

	"pgregory.net/rapid"
)

// TestLacks: a query whose conditions must all hold matches exactly the articles
// that lack none of them; one of alternatives never matches without a reason.
func TestLacks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, err := query.Parse(anyQuery().Draw(t, "query"))
		if err != nil {
			t.Skip(err)
		}

		a := anyArticle().Draw(t, "article")
		_, ok := Match(q, a)
		missing, unwanted := Diagnose(q, a)
		reasons := len(missing) + len(unwanted)

		if q.Root().Op != query.OpOr && ok != (reasons == 0) {
			t.Fatalf("%s matches: %v; missing %v, unwanted %v", q, ok, missing, unwanted)
		}

		if !ok && reasons == 0 {
			t.Fatalf("%s does not match %+v, and nothing says why", q, a)
		}

		for _, c := range q.Clauses() {
			if _, err := query.Parse(c.Query.String()); err != nil || c.Query.Words() == "" {
				t.Fatalf("%s has the condition %q (%q): %v", q, c.Query, c.Query.Words(), err)
			}
		}
	})
}
