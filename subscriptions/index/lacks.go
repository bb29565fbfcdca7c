package index

import (
	"newsbell/news"
	"newsbell/subscriptions/query"
)

// Lacks reports what keeps an article from matching a query: the conditions that
// it does not meet, and those that it meets but must not. Both are nil when the
// reason is not to be found in one condition.
func Lacks(q *query.Query, a *news.Article) (missing, unwanted []*query.Query) {
	for _, c := range q.Clauses() {
		switch _, ok := Match(c.Query, a); {
		case ok && c.Excluded:
			unwanted = append(unwanted, c.Query)
		case !ok && !c.Excluded:
			missing = append(missing, c.Query)
		}
	}

	return missing, unwanted
}
