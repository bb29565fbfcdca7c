package index

import (
	"fmt"
	"testing"

	"newsbell/news"
)

// TestDiagnosis: which condition keeps a query from matching, and what may have been
// meant by a word that no article has.
func TestDiagnosis(t *testing.T) {
	articles := []*news.Article{
		{Title: "Tesla opens a plant in North Korea"}, {Title: "Tesla recalls cars"}, {Title: "Tests of an earthquake alarm"}, {Title: "Earthquakes near Chile"},
	}

	for typed, want := range map[string]string{
		"tessla":            "tessla 0 [Tesla 2]",
		"eartquake chile":   "eartquake 0 [earthquake 1 Earthquakes 1] chile 1",
		"northkorea":        "northkorea 0 [North Korea 1]",
		"tesla spacex":      "tesla 2 spacex 0 []",
		"tesla -cars chile": "tesla 2 chile 1",
		`"plant tesla"`:     `"plant tesla" 0 []`,
		"tsla":              "tsla 0 [Tesla 2]",
		"tes":               "tes 0 []",
	} {
		d := NewDiagnosis(mustParse(t, typed))
		for _, a := range articles {
			d.Add(a)
		}

		got := ""

		for i, c := range d.Conditions() {
			if i > 0 {
				got += " "
			}

			got += fmt.Sprintf("%s %d", c.Query, c.Articles)
			if c.Articles == 0 {
				near := []string{}
				for _, s := range c.Near {
					near = append(near, fmt.Sprint(s.Words, " ", s.Articles))
				}

				got += fmt.Sprint(" ", near)
			}
		}

		if got != want {
			t.Errorf("%s: %s, want %s", typed, got, want)
		}
	}
}

// TestAdjectives: what a country's name is widened to, and that it finds both.
func TestAdjectives(t *testing.T) {
	for typed, want := range map[string]string{
		`"north korea"`:             `"north korea" | "north korean"`,
		"north korea missile":       `("north korea" | "north korean") missile`,
		"chile earthquake, iceland": "(chile | chilean) earthquake, iceland | icelandic | icelander",
		"tesla -chile":              "",
		"chile chilean":             "",
		"=Chile":                    "",
		"title:chile":               "",
		"tesla":                     "",
		"united states":             `"united states" | american`,
	} {
		wider, ok := mustParse(t, typed).WithAdjectives()
		if ok != (want != "") || ok && wider.String() != mustParse(t, want).String() {
			t.Errorf("%s is widened to %v, want %s", typed, wider, want)
		}
	}

	wider, _ := mustParse(t, "north korea missile").WithAdjectives()
	for _, title := range []string{"North Korea fires a missile", "North Korean missile found"} {
		if _, ok := Match(wider, &news.Article{Title: title}); !ok {
			t.Errorf("%s does not match %s", wider, title)
		}
	}

	fixed, err := mustParse(t, "tessla -stock (tessla | x)").WithWord("tessla", "tesla")
	if err != nil || fixed.String() != mustParse(t, "tesla -stock (tesla | x)").String() {
		t.Errorf("fixed to %s: %v", fixed, err)
	}
}
