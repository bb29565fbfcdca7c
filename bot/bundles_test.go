package bot_test

import (
	"testing"

	"newsbell/sources/bundles"
	"newsbell/subscriptions/query"
)

// TestEveryBundleHasAQuery: bundle:ID parses for every ID, and stays what it is.
func TestEveryBundleHasAQuery(t *testing.T) {
	seen := map[string]bool{}

	for _, b := range bundles.All() {
		if seen[b.ID] {
			t.Errorf("two bundles are called %s", b.ID)
		}

		seen[b.ID] = true

		q, err := query.Parse("bundle:" + b.ID)
		if err != nil || q.String() != "bundle:"+b.ID || len(q.Bundles()) != 1 || q.Bundles()[0] != b.ID {
			t.Errorf("bundle:%s: %v, %v", b.ID, q, err)
		}
	}
}
