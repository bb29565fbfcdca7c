package summary

import (
	"slices"
	"strings"
	"testing"

	"newsbell/news"
)

func storyArticles() []*news.Article {
	return []*news.Article{
		{Title: "Harbour bridge closes after ship strikes pier", Outlet: "Meridian", Text: "The harbour bridge was closed on Monday after a container ship struck one of its piers. Nobody was hurt, the port authority said. Engineers expect repairs to take at least three weeks."},
		{Title: "Container ship hits bridge", Outlet: "Herald", Text: "A container ship struck a pier of the harbour bridge on Monday, and the bridge was closed. Commuters face detours of forty minutes through the old tunnel while repairs go on."},
		{Title: "Bridge shut", Outlet: "Ledger", Text: "Nobody was hurt, the port authority said. The ship's owner, Nordline, promised to pay for repairs to the pier of the harbour bridge."},
	}
}

func TestShortTellsAStoryByItsOutlets(t *testing.T) {
	got := Short(storyArticles(), 3)
	if len(got) != 3 {
		t.Fatalf("%d sentences: %v", len(got), got)
	}

	var outlets []string
	for _, s := range got {
		outlets = append(outlets, s.Outlets[0])
	}

	if slices.Sort(outlets); !slices.Equal(outlets, []string{"Herald", "Ledger", "Meridian"}) {
		t.Errorf("not a sentence of each outlet: %v", got)
	}

	for i, s := range got {
		for _, other := range got[i+1:] {
			if overlapOf(wordsOf(s.Text), wordsOf(other.Text)) > .5 {
				t.Errorf("told twice: %q and %q", s.Text, other.Text)
			}
		}
	}
}

// TestShortBeginsWithWhatMostTell: the first sentence is the one that says what the articles have in common,
// wherever it stands; the others follow in the order of the articles.
func TestShortBeginsWithWhatMostTell(t *testing.T) {
	articles := append([]*news.Article{{
		Title: "A mild evening", Outlet: "Columnist", Text: "My grandmother used to say that evenings like this one were made for long walks along the quay.",
	}}, storyArticles()...)

	var outlets []string
	for _, s := range Short(articles, 4) {
		outlets = append(outlets, s.Outlets[0])
	}

	if want := []string{"Herald", "Columnist", "Meridian", "Ledger"}; !slices.Equal(outlets, want) {
		t.Errorf("the sentences are of %v, want %v", outlets, want)
	}
}

func TestShortNamesEveryOutletOfASentence(t *testing.T) {
	for _, s := range Short(storyArticles(), 9) {
		if strings.HasPrefix(s.Text, "Nobody was hurt") {
			if len(s.Outlets) != 2 {
				t.Errorf("said by %v", s.Outlets)
			}

			return
		}
	}

	t.Error("the shared sentence is missing")
}

func TestShortIsTheSameEachTime(t *testing.T) {
	first := Short(storyArticles(), 3)
	for range 20 {
		if got := Short(storyArticles(), 3); len(got) != len(first) || got[0].Text != first[0].Text || got[2].Text != first[2].Text {
			t.Fatalf("%v and %v", first, got)
		}
	}

	if got := Short(nil, 3); len(got) != 0 {
		t.Errorf("no articles say %v", got)
	}
}
