package matching

import (
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

func buildIndex(queries []string) *index.Index {
	ix := index.NewIndex()

	for i, typed := range queries {
		if q, err := query.Parse(typed); err == nil {
			ix.Add(index.ID(i), q)
		}
	}

	return ix
}
