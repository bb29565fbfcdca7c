package development

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"newsbell/news"
)

// TestOtherLanguages holds the same promise for languages other than English, on stories on which
// nothing was chosen.
func TestOtherLanguages(t *testing.T) {
	var found, again share

	for _, s := range readLanguages(t) {
		var told Story

		judge := func(i int, at time.Duration) bool {
			came := start.Add(at)
			v := told.Judge(&s.articles[i], came)
			told.Add(&s.articles[i], came)

			return v.New
		}
		count := func(c *share, what string, is, want bool) {
			if c.all++; is {
				c.new++
			}

			if is != want {
				t.Logf("%s, %s: judged new: %v", s.articles[0].Title, what, is)
			}
		}

		if judge(0, 0) {
			t.Errorf("%s: the first article is a development", s.articles[0].Title)
		}

		count(&again, "told again", judge(1, 3*time.Hour), false)
		count(&found, "something new", judge(2, s.later), true)
		count(&again, "that told again", judge(3, s.later+2*time.Hour), false)
	}

	t.Logf("developments judged new: %s; tellings again judged new: %s", found, again)

	if found.part() < 0.8 || again.part() >= 0.1 {
		t.Errorf("of developments %s are told, want 0.8 or more; of tellings again %s, want less than 0.1", found, again)
	}
}

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// foreign is a story of four articles: told, told again, something new, and that told again.
type foreign struct {
	articles []news.Article
	later    time.Duration // until something new came
}

func readLanguages(t *testing.T) (all []foreign) {
	t.Helper()

	raw, err := os.ReadFile("testdata/languages.txt")
	if err != nil {
		t.Fatal(err)
	}

	for block := range strings.SplitSeq(string(raw), "\n= ") {
		lines := strings.Split(strings.TrimSpace(block), "\n")

		var (
			language string
			hours    int
		)

		if n, _ := fmt.Sscan(lines[0], &language, &hours); n != 2 {
			continue // the heading
		}

		if len(lines) != 9 {
			t.Fatalf("%q has %d lines", lines[0], len(lines))
		}

		s := foreign{later: time.Duration(hours) * time.Hour}
		for i := 1; i < len(lines); i += 2 {
			s.articles = append(s.articles, news.Article{Title: lines[i], Text: lines[i+1], Language: language})
		}

		all = append(all, s)
	}

	if len(all) < 10 {
		t.Fatalf("%d stories", len(all))
	}

	return all
}
