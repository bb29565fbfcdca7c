package summary

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestPhrases: what is found in one walk is what strings.Contains finds word by word.
func TestPhrases(t *testing.T) {
	groups := [][]string{{"read", "reading more"}, {"eadin", "더 보기"}, {"…ab", "the post "}}
	p := newPhrases(groups...)

	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"read", "ing", " more", "더", " 보기", "…", "ab", "the", " post ", "e", "a", ""})).Draw(t, "text"), "")

		var want uint64

		for i, words := range groups {
			for _, w := range words {
				if strings.Contains(text, w) {
					want |= 1 << i
				}
			}
		}

		if got := p.in(text); got != want {
			t.Fatalf("in(%q) = %b, want %b", text, got, want)
		}
	})
}

// TestNothingIsMissed: a pattern that matches is never left out because the text
// does not look as if it did.
func TestNothingIsMissed(t *testing.T) {
	pieces := []string{
		"SEOUL, June 5 ", "LONDON ", "(Reuters)", "(Yonhap) -- ", " - ", "/TASS/", "/PRNewswire/ -- ", "Photo: ", "FILE PHOTO: ", "Bild: ", "Ann Lee/Getty Images ", "Ann Lee", "/AFP. ",
		"Advertisement", "Listen to this article", "5 min read. ", "Estimated reading time 5 min. ", "Reading time: 3 mins ",
		"[", "(", "]", ")", " ", ". ", "…", "»", "\n", "12 ", "ſ", "K",
		"Continue reading", "READ MORE", "Read the full story", " Leia mais", "weiterlesen", "続きを読む", "더 보기", "Read more", "Keep reading", "click here to ",
		"12 comments", "Comments", "(3 comments)", "kommentare", "Share this", "tweet this", "Credit: NASA", "photo by Jo: x",
		"Article URL: https://a.example/x ", "submitted by /u/a ", "[link] [comments]", "(Photo by A/B)", "[Image courtesy of X]", "(x via AP)", "Image source, Getty Images ",
		"https://b.example/", "www.c.example", "pic.twitter.com/abc", "t.co/x",
		"Sign up for our letter", "Originally published in", "This article first appeared", "You can read more", "All rights reserved", "© me", "copyright ", "Related:", "support our journalism", "download the app", "get our newsletter",
		"More »", "more → ", "Learn more about", "View the original", "Click here to", "For more information", "read it here", "Full story", "No comments", "a comment.", "View 12 comments", "The mayor said", "!!!", "—",
	}

	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 6).Draw(t, "text"), "")

		has := bodyWords().in(strings.ToLower(text))
		for i, p := range inlineBoilerplate() {
			if p.pattern.MatchString(text) && has>>i&1 == 0 {
				t.Fatalf("inline %d is missed in %q", i, text)
			}
		}

		has = tailHas(text)
		for i, p := range tailBoilerplate() {
			if p.pattern.MatchString(text) && has>>i&1 == 0 {
				t.Fatalf("tail %d is missed in %q", i, text)
			}
		}

		for i, p := range sentenceBoilerplate() {
			if p.MatchString(text) && !mayBeBoilerplate(text) {
				t.Fatalf("sentence %d is missed in %q", i, text)
			}
		}
	})
}
