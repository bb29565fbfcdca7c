package feed

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestEveryFeed reads all public feeds at hand: none of them may bring us down
// or keep us busy. The table is in docs/sources.md.
func TestEveryFeed(t *testing.T) {
	type row struct {
		files, feeds, articles int
		refused                map[string]int
		slowest                time.Duration
	}

	table := map[string]*row{}

	for _, path := range corpora(t) {
		rel, _ := filepath.Rel(os.Getenv("NEWSBELL_DATA"), path)

		name, _, _ := strings.Cut(filepath.ToSlash(rel), "/")
		if table[name] == nil {
			table[name] = &row{refused: map[string]int{}}
		}

		r := table[name]

		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}

		start := time.Now()
		_, list, err := parseAt(body, "https://example.org/feed", "")
		took := time.Since(start)
		r.files++

		r.slowest = max(r.slowest, took)
		if took > time.Minute {
			t.Errorf("%s takes %s", rel, took)
		}

		if err != nil {
			r.refused[err.Error()]++
			continue
		}

		r.feeds++
		r.articles += len(list)
	}

	for _, name := range slices.Sorted(maps.Keys(table)) {
		r := table[name]
		t.Logf("| %s | %d | %d | %d | %v | %d ms |", name, r.files, r.feeds, r.articles,
			slices.SortedFunc(maps.Keys(r.refused), func(a, b string) int { return cmp.Compare(r.refused[b], r.refused[a]) }), r.slowest.Milliseconds())
	}
}
