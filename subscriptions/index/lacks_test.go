package index

import (
	"testing"

	"newsbell/news"
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

// TestWithoutANewerWord: a query without a word that came after the article was read does not match
// it, for nobody looked for that word.
func TestWithoutANewerWord(t *testing.T) {
	ix := NewIndex()
	ix.Add(0, mustParse(t, "rain"))

	m := ix.Matcher()
	defer m.Close()

	m.tokenize(&news.Article{Title: "Rain and wind"})
	m.lookUp()

	ix.Add(1, mustParse(t, "rain -wind"))

	m.collectPostings()
	m.verify()

	if len(m.results) != 1 || m.results[0].id != 0 {
		t.Errorf("%v match, want that of 0 alone", m.results)
	}
}
