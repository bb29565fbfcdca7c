package index

import (
	"flag"
	"testing"

	"newsbell/subscriptions/index/indextest"
	"newsbell/subscriptions/query"
)

var drawnPairs = flag.Int("drawnpairs", 20_000, "how many pairs of article and drawn query TestDrawn compares on each corpus")

// TestDrawn: on queries as people draw them from the other half of each corpus, the index
// answers as the plain matcher does.
func TestDrawn(t *testing.T) {
	for _, c := range indextest.Corpora(t) {
		ix, qs := NewIndex(), []*query.Query{}

		for _, s := range c.Queries(min(5_000, *drawnPairs/20)) {
			if q, err := query.Parse(s); err == nil {
				ix.Add(ID(len(qs)), q)
				qs = append(qs, q)
			}
		}

		some := c.Articles[:min(len(c.Articles), *drawnPairs/len(qs))]
		hits := compareEach(t, ix, qs, some)

		t.Logf("%s: %d articles x %d queries, %d hits, 0 differences", c.Name, len(some), len(qs), hits)
	}
}
