package story

import (
	"testing"
	"time"

	"newsbell/news"
)

func TestSlugText(t *testing.T) {
	for address, want := range map[string]string{
		"https://a.example/news/world/snowden-says-he-would-do-it-again-123456.html": "snowden says he would do it again",
		"https://a.example/2014/mar/10/boe-to-name_new+deputy%20governor/":           "boe to name new deputy governor",
		"https://a.example/2014-03-10/19th-round-of-g7-talks":                        "19th round of g7 talks",
		"https://a.example/news/business/markets":                                    "",
		"https://a.example/us-news-story":                                            "",
		"https://a.example/550e8400-e29b-41d4-a716-446655440000":                     "",
		"https://a.example/?story=boe-to-name-new-deputy-governor":                   "",
		"%zz": "",
		"":    "",
	} {
		if got := slugText(address); got != want {
			t.Errorf("slugText(%q) = %q, want %q", address, got, want)
		}
	}
}

// TestAddressTellsWhatAHeadlineDoesNot: of a feed that gives headlines alone, and cuts them.
func TestAddressTellsWhatAHeadlineDoesNot(t *testing.T) {
	first := &news.Article{Outlet: "A", Language: "en", Title: "Plosser sees high bar for change in pace of Fed tapering", URL: "https://a.example/1"}
	tests := []struct {
		name, address string
		want          int64
	}{
		{"no address", "", 2},
		{"an address of a section", "https://b.example/business/markets/123", 2},
		{"another headline", "https://b.example/business/mccaffrey-doubts-that-rates-will-climb", 2},
		{"the headline", "https://b.example/business/charles-plosser-high-bar-change-in-pace-of-tapering", 1},
	}

	for _, tt := range tests {
		g := New()
		g.Assign(1, first, noon)

		a := &news.Article{Outlet: "B", Language: "en", Title: "Fed's Plosser: bad weather is no reason to ...", URL: tt.address}
		if got := g.Assign(2, a, noon.Add(time.Minute)).Story; got != tt.want {
			t.Errorf("%s: story %d, want %d", tt.name, got, tt.want)
		}
	}
}

// TestAddressTakesNothingAway: a long address makes a headline no less like another one.
func TestAddressTakesNothingAway(t *testing.T) {
	a := &news.Article{Outlet: "A", Language: "en", Title: "Plosser sees high bar for slower tapering"}
	likenessTo := func(address string) likeness {
		g := New()
		g.add(g.open(1, noon), g.begin(a, noon), 1)

		b := with(a, func(b *news.Article) { b.Outlet, b.URL = "B", address })
		p := g.begin(b, noon)

		l, _ := compareArticles(p, g.articles[0], g.density())

		return l
	}

	if got, want := likenessTo("https://b.example/mccaffrey-doubts-that-rates-will-climb"), likenessTo(""); got != want {
		t.Errorf("with an address %v, without %v", got, want)
	}
}
