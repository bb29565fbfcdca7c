package bot

import (
	"newsbell/news"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

// lacking says which part of a query keeps an article from matching it.
func lacking(q *query.Query, a *news.Article) string {
	missing, unwanted := index.Lacks(q, a)

	switch {
	case len(missing) > 0:
		return lackMissing(inWords(missing))
	case len(unwanted) > 0:
		return lackUnwanted(inWords(unwanted))
	default:
		return lackSome
	}
}

func inWords(queries []*query.Query) (words []string) {
	for _, q := range queries {
		words = append(words, q.Words())
	}

	return words
}
