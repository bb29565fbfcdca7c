package index

import (
	"newsbell/news"

	"newsbell/subscriptions/query"
)

// Single matches one query with the code that matches all of them. It is safe
// for concurrent use.
type Single struct{ ix *Index }

// NewSingle returns a matcher of q alone.
func NewSingle(q *query.Query) *Single {
	ix := NewIndex()
	ix.Add(0, q)

	return &Single{ix}
}

// Match reports whether an article matches the query, and with what words: text
// as it stands in the article, by position, without repeats.
func (s *Single) Match(a *news.Article) (matched []string, ok bool) {
	m := s.ix.Matcher()
	defer m.Close()

	if m.Match(a) == 0 {
		return nil, false
	}

	return m.matchedText(m.results[0]), true
}

// IsTooCostly reports whether the regexes of a query need more than MaxRegexWork for
// an article, so that it does not match whatever they would find.
func IsTooCostly(q *query.Query, a *news.Article) bool {
	_, skipped := NewSingle(q).ix.MatchWithin(a, nil)
	return len(skipped) > 0
}

// Match reports whether an article matches a query, and with what words. To ask
// about many articles, make a Single.
func Match(q *query.Query, a *news.Article) (matched []string, ok bool) {
	return NewSingle(q).Match(a)
}
