package related

import (
	"slices"
	"testing"

	"newsbell/news"
)

func terms(title, text string) map[int64]bool {
	set := map[int64]bool{}
	for _, t := range Terms(&news.Article{Title: title, Text: text}) {
		set[t.Hash] = t.Name
	}

	return set
}

func TestTermsAreNamesAndTellingWords(t *testing.T) {
	got := terms("Kim pledges support to visiting Shoigu", "PYONGYANG. The leader of North Korea, Kim Jong Un, told Sergei Shoigu that his country would support Moscow.")

	for _, name := range []string{"shoigu", "north korea", "moscow", "kim jong"} {
		if isName, ok := got[hashOf(name)]; !ok || !isName {
			t.Errorf("%q is no name among the terms", name)
		}
	}

	for _, word := range []string{"told", "that", "would", "his"} {
		if _, ok := got[hashOf(word)]; ok {
			t.Errorf("%q is a term", word)
		}
	}
}

func TestTermsAreBoundedAndTheSameEachTime(t *testing.T) {
	a := &news.Article{Title: "One title", Text: "Alpha Bravo met Charlie Delta in Echo. Foxtrot Golf and Hotel India saw Juliett Kilo, Lima Mike, November Oscar, Papa Quebec and Romeo Sierra."}

	first := Terms(a)
	if len(first) != MaxTerms {
		t.Errorf("%d terms, want %d", len(first), MaxTerms)
	}

	for range 20 {
		if got := Terms(a); !slices.Equal(got, first) {
			t.Fatalf("terms change: %v and %v", first, got)
		}
	}

	if got := Terms(&news.Article{}); len(got) != 0 {
		t.Errorf("an empty article has terms: %v", got)
	}
}

func TestScoreNeedsTwoTermsThatTell(t *testing.T) {
	all := []Term{{1, true}, {2, true}, {3, false}, {4, false}}
	weights := Weights(all, []float64{.001, .01, .3, .9})

	for _, c := range []struct {
		shared []int
		near   bool
	}{
		{nil, false},
		{[]int{0}, false},
		{[]int{2, 3}, false}, // two words that everybody uses
		{[]int{0, 1}, true},
		{[]int{0, 3}, true},
	} {
		if got := Score(weights, c.shared); (got > 0) != c.near || got > 1 {
			t.Errorf("shared %v: %.2f", c.shared, got)
		}
	}

	if Score(weights, []int{0, 1}) <= Score(weights, []int{1, 2}) {
		t.Error("a rare name does not weigh more than a common word")
	}
}

func FuzzTerms(f *testing.F) {
	f.Add("Kim Jong Un", "北朝鮮の金正恩総書記は \xff")
	f.Add("", "A B C. D")
	f.Fuzz(func(t *testing.T, title, text string) {
		got := Terms(&news.Article{Title: title, Text: text})
		if len(got) > MaxTerms {
			t.Errorf("%d terms", len(got))
		}

		seen := map[int64]bool{}

		for _, term := range got {
			if term.Hash < 0 || term.Hash >= 1<<31 {
				t.Errorf("a hash of more than 31 bits: %d", term.Hash)
			}

			if seen[term.Hash] {
				t.Errorf("a term twice: %d", term.Hash)
			}

			seen[term.Hash] = true
		}
	})
}
