package story

import (
	"testing"
	"time"

	"newsbell/news"
)

// TestTitlesTell: the word that matters is not lost in those that are the same.
func TestTitlesTell(t *testing.T) {
	const text = "The authorities have asked people to stay at home until the wind has gone down, and schools stay closed."

	tests := []struct {
		name, first, second string
		one, two            bool // told as one story by one outlet, by two
	}{
		{"a running number", "Storm news item 0", "Storm news item 1", false, false},
		{"a running number behind a sign", "Breaking storm story #1", "Breaking storm story #2", false, false},
		{"a number within", "Article 7 about a storm", "Article 8 about a storm", false, false},
		{"a place", "Big storm hits the coast of Spain", "Big storm hits the coast of Chile", false, false},
		{"a place of which nobody has heard", "Big storm hits the coast of Arvendel", "Big storm hits the coast of Borvendel", false, false},
		{"a place of two words", "Big storm hits the coast of New York", "Big storm hits the coast of Los Angeles", false, false},
		{"a place in capitals", "Big Storm Hits Coast Of Spain", "Big Storm Hits Coast Of Chile", false, false},
		{"places a letter apart", "Big storm hits the coast of Iran", "Big storm hits the coast of Iraq", false, false},
		{"more dead", "Storm leaves 3 dead in Peru", "Storm leaves 30 dead in Peru", false, false},
		{"more dead, in words", "Storm leaves three dead in Peru", "Storm leaves eight dead in Peru", false, false},
		{"another in a row", "Second storm of the season in the north", "Third storm of the season in the north", false, false},
		{"a quake elsewhere", "Earthquake of magnitude 5.1 strikes near Tokyo", "Earthquake of magnitude 5.1 strikes near Lima", false, false},
		{"a quake of another strength", "Earthquake of magnitude 5.1 strikes near Tokyo", "Earthquake of magnitude 6.3 strikes near Tokyo", false, false},
		{"one word more", "Big storm hits the coast", "Big storm hits the coast again", false, true},
		{"a number in words", "Storm leaves three dead in Peru", "Storm leaves 3 dead in Peru", true, true},
		{"a people", "Big storm hits the Japanese coast tonight", "Big storm hits the coast of Japan tonight", false, true},
		{"word for word", "Storm hits Spain", "Storm hits Spain", true, true},
		{"a typo", "Big storm hits the caost of Spain", "Big storm hits the coast of Spain", true, true},
		{"a letter too many", "Big storm hits the coastt of Spain", "Big storm hits the coast of Spain", true, true},
		{"a wrong letter", "Big storm threatens the coast", "Big storm threatans the coast", true, true},
		{"a hyphen, a capital", "Big storm hits the coast to-night", "Big Storm hits the coast tonight!", true, true},
	}
	for _, tt := range tests {
		for _, both := range []struct {
			outlet string
			same   bool
		}{{"A", tt.one}, {"B", tt.two}} {
			for _, text := range []string{"", text} {
				s := New()
				s.Assign(1, &news.Article{Title: tt.first, Text: text, Outlet: "A"}, noon)

				got := s.Assign(2, &news.Article{Title: tt.second, Text: text, Outlet: both.outlet}, noon.Add(time.Minute)).Story
				if (got == 1) != both.same {
					t.Errorf("%s, outlets A and %s, text %q: story %d", tt.name, both.outlet, text, got)
				}
			}
		}
	}
}

// TestStoryByAggregator: an aggregator lists an outlet's article without its text.
func TestStoryByAggregator(t *testing.T) {
	title := func(title, text string) *news.Article { return &news.Article{Title: title, Text: text, Outlet: "A"} }
	s := New()
	s.Assign(1, shoigu("A"), noon)

	if got := s.Assign(2, title(shoigu("A").Title, ""), noon).Story; got != 1 {
		t.Errorf("the same title without a text is of story %d", got)
	}

	s.Assign(3, title("Morning briefing", "Rain is expected in most of the country until Friday evening."), noon)

	if got := s.Assign(4, title("Morning briefing", ""), noon).Story; got != 4 {
		t.Errorf("the name of a column without a text is of story %d", got)
	}
}

// TestVersionsApart: what is numbered otherwise is another thing, a magnitude told in two ways is not.
func TestVersionsApart(t *testing.T) {
	tests := []struct {
		name, first, second, firstText, secondText string
		one                                        bool
	}{
		{
			"two versions of a program", "Firefox 132.1 released with fix for crashes", "Firefox 133.0 released with vertical tabs",
			"Mozilla has released version 132.1 of its browser Firefox. It mends crashes on Windows.",
			"Mozilla has released version 133.0 of its browser Firefox. It brings vertical tabs and better privacy.", false,
		},
		{
			"two flaws of a system", "Critical flaw CVE-2026-1234 in FortiOS exploited", "Fortinet patches CVE-2026-5678 in FortiOS",
			"Fortinet warns of a critical flaw in FortiOS, CVE-2026-1234, that is exploited in the wild. Patches are available.",
			"Fortinet warns of another critical flaw in FortiOS, CVE-2026-5678, that may be exploited. Patches are available.", false,
		},
		{
			"one version of two", "Go 1.26.1 and Go 1.25.7 are released", "Go 1.25.7 released",
			"The Go team has released Go 1.26.1 and 1.25.7 with security fixes.",
			"The Go team has released Go 1.25.7, with security fixes to the archive/zip package.", true,
		},
		{
			"one flaw, written in two ways", "Critical flaw CVE-2026-1234 in FortiOS exploited", "Fortinet warns of FortiOS flaw (CVE 2026-1234)",
			"Fortinet warns of a critical flaw in FortiOS, CVE-2026-1234, that is exploited in the wild. Patches are available.",
			"Fortinet warns of a critical flaw in FortiOS, CVE-2026-1234, that is exploited in the wild. Patches can be had.", true,
		},
		{
			"a magnitude", "Magnitude 7.1 quake shakes Antofagasta in Chile", "Quake of magnitude 7.2 strikes near Antofagasta, Chile",
			"A strong quake has shaken Antofagasta in the north of Chile. Nobody was hurt, the fire brigade said.",
			"A strong quake has struck near Antofagasta in Chile. Nobody was hurt, says the fire brigade.", true,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := New()
			g.Assign(1, &news.Article{Title: tt.first, Text: tt.firstText, Outlet: "A"}, noon)

			got := g.Assign(2, &news.Article{Title: tt.second, Text: tt.secondText, Outlet: "B"}, noon.Add(time.Hour)).Story
			if (got == 1) != tt.one {
				t.Errorf("story %d, in one: want %t", got, tt.one)
			}
		})
	}
}
