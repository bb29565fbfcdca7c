package index

import (
	"fmt"
	"slices"
	"testing"

	"newsbell/news"
)

// TestADictionaryOutgrowsItsFilter: while it is small, when it has just grown and when it has no
// filter any more, what an article holds is found by a matcher that has read before.
func TestADictionaryOutgrowsItsFilter(t *testing.T) {
	ix := NewIndex()

	m := ix.Matcher()
	defer m.Close()

	without := false

	for n := range filteredSlots {
		ix.Add(ID(n), mustParse(t, fmt.Sprintf("word%d", n)))

		if n%1000 > 3 && n != filteredSlots-1 {
			continue
		}

		a := &news.Article{Title: fmt.Sprintf("word%d other%d word%d word%d", n, n, n/2, n+1)}
		m.Match(a)

		var got []ID
		for id := range m.All() {
			got = append(got, id)
		}

		want := slices.Compact([]ID{ID(n / 2), ID(n)})
		if !slices.Equal(got, want) {
			t.Fatalf("of %d words %v are found, want %v", n+1, got, want)
		}

		without = ix.dict.Load().filter == nil
	}

	if !without {
		t.Error("the dictionary has a filter still")
	}
}

// TestPrefixesThatComeLater: a matcher that has read articles finds prefixes of other lengths that
// came meanwhile.
func TestPrefixesThatComeLater(t *testing.T) {
	ix := NewIndex()

	m := ix.Matcher()
	defer m.Close()

	a := &news.Article{Title: "Earthquakes"}
	for n, q := range []string{"earth*", "earthq*", "ear*", "earthquakes*"} {
		if hits := m.Match(a); hits != n {
			t.Fatalf("%d of %d prefixes are found", hits, n)
		}

		ix.Add(ID(n), mustParse(t, q))
	}
}
