package feed

import (
	"slices"
	"testing"
)

func TestOutletOf(t *testing.T) {
	for _, c := range [][3]string{
		{"BBC News - World", "https://www.bbc.co.uk/news/", "BBC News"},
		{"World news | The Guardian", "https://www.theguardian.com/world", "The Guardian"},
		{"NYT > World News", "https://www.nytimes.com/section/world", "NYT"},
		{"Al Jazeera – Breaking News, World News and Video from Al Jazeera", "https://www.aljazeera.com", "Al Jazeera"},
		{"News - Daily News", "https://www.dailynews.com/", "Daily News"},
		{"Springfield Courier", "https://www.springfieldcourier.example/", "Springfield Courier"},
		{"DER SPIEGEL - International", "https://www.spiegel.de/international/", "DER SPIEGEL"},
		{"Letters: a weblog", "https://other.example/", "Letters: a weblog"},
		{"Reuters: World News", "https://feeds.reuters.com/x", "Reuters"},
		{"Top Stories", "", "Top Stories"},
		{"", "https://x.example", ""},
	} {
		if got := outletOf(c[0], c[1]); got != c[2] {
			t.Errorf("outletOf(%q, %q) = %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

func TestAuthors(t *testing.T) {
	got := cleanAuthors([]string{"By Lois Lane", "clark@planet.example (Clark Kent)", "Jimmy Olsen <jimmy@planet.example>", "Perry White (perry@planet.example)", "desk@planet.example", "Lois Lane", " ", "<b>Bold</b> Name", "@handle"})

	want := []string{"Lois Lane", "Clark Kent", "Jimmy Olsen", "Perry White", "Bold Name", "@handle"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestTags(t *testing.T) {
	if got, want := cleanTags([]string{"#Storm", "C#", " #F# ,", "C#", "#"}), []string{"Storm", "C#", "F#"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestCommonSuffix(t *testing.T) {
	items := []item{{Title: "A - Daily Planet"}, {Title: "B - Daily Planet"}, {Title: "C: d - Daily Planet"}, {Title: "E - Daily Planet"}, {Title: "F"}}
	if got := commonSuffix(items); got != "Daily Planet" {
		t.Errorf("%q", got)
	}

	if got := commonSuffix(items[:4]); got != "" {
		t.Errorf("of four titles: %q", got)
	}
}
