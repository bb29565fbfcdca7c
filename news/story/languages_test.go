package story

import (
	_ "embed"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"newsbell/news"
)

//go:embed testdata/templates.txt
var templatesText string

//go:embed testdata/languages.txt
var languagesText string

//go:embed testdata/languages_second.txt
var secondLanguagesText string

//go:embed testdata/languages_last.txt
var lastLanguagesText string

// templates are what a language's background is made of.
type templates struct {
	slots map[string][]string
	lines []string
}

func readTemplates() map[string]*templates {
	out := map[string]*templates{}

	var t *templates

	for line := range strings.Lines(templatesText) {
		line = strings.TrimSpace(line)
		if language, ok := strings.CutPrefix(line, "== "); ok {
			t = &templates{slots: map[string][]string{}}
			out[language] = t
		} else if strings.Contains(line, " | ") {
			t.lines = append(t.lines, line)
		} else if name, words, ok := strings.Cut(line, ": "); ok && t != nil {
			t.slots[name] = strings.Fields(words)
		}
	}

	return out
}

// fill makes a template into an article.
func (t *templates) fill(random *rand.Rand, language string) *news.Article {
	line := t.lines[random.IntN(len(t.lines))]
	for _, name := range slices.Sorted(maps.Keys(t.slots)) {
		words := t.slots[name]
		line = strings.ReplaceAll(line, "$"+name, madeUp(random, words))
	}

	line = strings.ReplaceAll(line, "#", fmt.Sprint(2+random.IntN(97)))
	title, text, _ := strings.Cut(line, " | ")

	return &news.Article{Title: title, Text: text, Language: language, Outlet: fmt.Sprint("Background ", random.IntN(400))}
}

// madeUp is one of the words, or the beginning of one with the end of another: there are more names
// in the news than in a list.
func madeUp(random *rand.Rand, words []string) string {
	first, last := []rune(words[random.IntN(len(words))]), []rune(words[random.IntN(len(words))])
	if random.IntN(3) == 0 {
		return string(first)
	}

	return string(first[:(len(first)+1)/2]) + string(last[len(last)/2:])
}

// toldIn counts, of the pairs of a language's made-up articles, those that are one event and found,
// those that are one, those that are two and taken for one, and articles that joined the background.
type toldIn struct{ found, pairs, wrong, background int }

// tellLanguages places the events of a file, each language in a window of its own that has so many
// articles in English and of a background.
func tellLanguages(t *testing.T, file string, background, english int, bare bool) map[string]toldIn {
	t.Helper()

	groups := map[string][]labelled{}

	eachGroup(file, func(name string, group []*news.Article) {
		language, event, _ := strings.Cut(name, " ")

		for i, a := range group {
			a.Language, a.Outlet = language, fmt.Sprint(event, " ", i)
			if bare {
				a.Text = ""
			}

			groups[language] = append(groups[language], labelled{Article: *a, gold: event})
		}
	})

	out := map[string]toldIn{}

	for language, told := range readTemplates() {
		random := rand.New(rand.NewPCG(7, 7))
		articles := groups[language]
		random.Shuffle(len(articles), func(i, j int) { articles[i], articles[j] = articles[j], articles[i] })

		g := New()
		for i, a := range madeNews(english, 5000, 5) {
			g.Assign(int64(100_000+i), &a.Article, a.at.Add(-time.Duration(english)*24*time.Hour/5000))
		}

		for i := range background {
			g.Assign(int64(1000+i), told.fill(random, language), noon.Add(time.Duration(i-background)*4*time.Minute))
		}

		var stories []int64
		for i := range articles {
			stories = append(stories, g.Assign(int64(i), &articles[i].Article, noon.Add(time.Duration(20*i)*time.Minute)).Story)
		}

		out[language] = countPairs(t, articles, stories)
	}

	return out
}

func countPairs(t *testing.T, articles []labelled, stories []int64) (n toldIn) {
	t.Helper()

	for i, a := range articles {
		if stories[i] >= 1000 {
			n.background++
		}

		for j, b := range articles[:i] {
			one := stories[i] == stories[j] && stories[i] < 1000

			switch {
			case a.gold == b.gold && one:
				n.found++
				n.pairs++
			case a.gold == b.gold:
				n.pairs++

				t.Logf("%s: two stories: %q and %q", a.Language, a.Title, b.Title)
			case one:
				n.wrong++

				t.Logf("%s: one story: %q and %q", a.Language, a.Title, b.Title)
			}
		}
	}

	return n
}

// TestOtherLanguages: languages that no table is shipped of behave like English, in a new
// installation's empty window, among hundreds of articles of their own, and amid thousands in English, on
// what the rules were made with and on what was written after them.
func TestOtherLanguages(t *testing.T) {
	for _, tt := range []struct {
		name       string
		file       string
		background int
		english    int // articles that came before, 5,000 a day
		bare       bool
		found      int // pairs, of the nine of a language, at least
		wrong      int // pairs of all languages, at most
	}{
		{"a new installation", languagesText, 0, 0, false, 9, 0},
		{"among others", languagesText, 200, 0, false, 5, 0},
		{"second, a new installation", secondLanguagesText, 0, 0, false, 9, 3},
		{"second, among others", secondLanguagesText, 200, 0, false, 9, 3},
		{"last, a new installation", lastLanguagesText, 0, 0, false, 7, 8},
		{"last, among others", lastLanguagesText, 200, 0, false, 5, 4},
		{"last, headlines among others", lastLanguagesText, 200, 0, true, 1, 4},
		{"last, amid English", lastLanguagesText, 200, 2000, false, 9, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wrong, all := 0, tellLanguages(t, tt.file, tt.background, tt.english, tt.bare)

			for _, language := range []string{"en", "ru", "de", "es", "fr", "ar", "zh", "ja"} {
				n := all[language]
				t.Logf("%s: %d of %d pairs found, %d wrong", language, n.found, n.pairs, n.wrong)

				if wrong += n.wrong; n.found < tt.found || n.pairs != 9 || n.background > 0 {
					t.Errorf("%s: %d of %d pairs are found, want %d; %d joined the background", language, n.found, n.pairs, tt.found, n.background)
				}
			}

			if wrong > tt.wrong {
				t.Errorf("%d pairs are wrong, want %d at most", wrong, tt.wrong)
			}
		})
	}
}

// TestWeekdays: an article names the days of the week that stand in its title and text, in whatever language, known
// or not, and the ordinal of a Portuguese day alone is none.
func TestWeekdays(t *testing.T) {
	g, names := New(), 0
	daysOf := func(language, text string) uint8 {
		return g.begin(&news.Article{Title: "Berlin 2026", Text: "Xylo " + text + ", 17.", Language: language}, noon).days
	}

	for language, week := range linesByLanguage(weekdayNames) {
		for day, name := range strings.Fields(week) {
			for _, known := range []string{language, ""} {
				if got := daysOf(known, name); got != 1<<day {
					t.Errorf("%s %q of language %q: days %07b, want %07b", language, name, known, got, 1<<day)
				}
			}

			names++
		}
	}

	if got := daysOf("pt", "a segunda vez na quinta"); got != 0 {
		t.Errorf("the second time on the farm: days %07b", got)
	}

	if got := daysOf("en", "said on Tuesday that the vote of Thursday"); got != 1<<1|1<<3 {
		t.Errorf("Tuesday and Thursday: days %07b", got)
	}

	if names < 27*7 {
		t.Errorf("%d names", names)
	}
}
