package story

import (
	_ "embed"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbell/news"
)

//go:embed testdata/titles.txt
var titlesText string

// TestTitlesInFiveLanguages: two headlines of one form about two countries, towns, people or firms are two
// stories, and one event under two headlines is one, as headlines and above a bulletin that says the same of
// all. Counted are those that are one and should not be, and those that should and are not, of six each.
func TestTitlesInFiveLanguages(t *testing.T) {
	type counts struct{ wrong, missed int }

	got := map[string]counts{}
	part, language, bulletin := "", "", ""

	for line := range strings.Lines(titlesText) {
		kind, rest, _ := strings.Cut(strings.TrimSpace(line), " ")

		switch kind {
		case "==":
			part = rest
			language, _, _ = strings.Cut(rest, " ")
		case "=":
			bulletin = rest
		case "-", "+":
			a, b, _ := strings.Cut(rest, " | ")

			for _, text := range []string{"", bulletin} {
				g, one := New(), false

				for i, title := range []string{a, b} {
					article := &news.Article{Title: title, Language: language, Outlet: fmt.Sprint("outlet ", i)}
					if text != "" {
						article.Text = title + ". " + text
					}

					one = g.Assign(int64(i+1), article, noon.Add(time.Duration(i)*time.Minute)).Story == 1
				}

				name := part
				if text == "" {
					name += " headlines"
				}

				c := got[name]
				c.wrong += btoi(kind == "-" && one)
				c.missed += btoi(kind == "+" && !one)
				got[name] = c

				if one != (kind == "+") {
					t.Logf("%s: %q and %q: one story: %t", name, a, b, one)
				}
			}
		}
	}

	if diff := cmp.Diff(map[string]counts{
		"ar choosing": {0, 1}, "ar choosing headlines": {0, 1}, "ar reporting": {1, 0}, "ar reporting headlines": {0, 1},
		"ru choosing": {0, 0}, "ru choosing headlines": {0, 1}, "ru reporting": {0, 1}, "ru reporting headlines": {0, 2},
		"tr choosing": {0, 0}, "tr choosing headlines": {0, 1}, "tr reporting": {0, 0}, "tr reporting headlines": {0, 3},
		"hi choosing": {1, 0}, "hi choosing headlines": {0, 1}, "hi reporting": {0, 0}, "hi reporting headlines": {0, 1},
		"ko choosing": {2, 0}, "ko choosing headlines": {0, 0}, "ko reporting": {3, 0}, "ko reporting headlines": {0, 2},
	}, got, cmp.AllowUnexported(counts{})); diff != "" {
		t.Error(diff)
	}
}
