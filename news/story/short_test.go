package story

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"newsbell/news"
)

//go:embed testdata/short.txt
var shortText string

// TestShortArticles: a memory that holds a handful of short articles takes no word
// that two of them share for an event.
func TestShortArticles(t *testing.T) {
	pairs := 0

	eachGroup(shortText, func(name string, group []*news.Article) {
		different := strings.HasPrefix(name, "different")
		all := New()

		told := map[int64]bool{}
		for i, a := range group {
			told[all.Assign(int64(i), a, noon.Add(time.Duration(i)*time.Minute)).Story] = true
			for _, b := range group[:i] {
				pairs++

				for _, order := range [][2]*news.Article{{a, b}, {b, a}} {
					s := New()
					s.Assign(1, order[0], noon)

					if got := s.Assign(2, order[1], noon.Add(time.Minute)).Story; (got == 2) != different {
						t.Errorf("%s: %q and %q are of story 1 and %d", name, order[0].Title, order[1].Title, got)
					}
				}
			}
		}

		if want := map[bool]int{true: len(group), false: min(1, len(group))}[different]; len(told) != want {
			t.Errorf("%s: together they are %d stories, want %d", name, len(told), want)
		}
	})

	if pairs < 60 {
		t.Errorf("%d pairs", pairs)
	}
}

// eachGroup calls each for the groups of short articles of a file, with their names.
func eachGroup(file string, each func(name string, group []*news.Article)) {
	var (
		name  string
		group []*news.Article
	)

	for line := range strings.Lines(file + "== end") {
		line = strings.TrimSpace(line)
		if next, ok := strings.CutPrefix(line, "== "); ok {
			each(name, group)

			name, group = next, nil
		} else if line != "" && line[0] != '#' {
			title, text, _ := strings.Cut(line, " | ")
			group = append(group, &news.Article{Title: title, Text: text, Outlet: fmt.Sprint("Outlet ", len(group))})
		}
	}
}

// frames are titles and texts with the same three gaps: who, where, how many.
var frames = []string{
	"%[1]s opens a plant in %[2]s|The firm %[1]s has opened a plant in %[2]s, where %[3]d people will work.",
	"%[1]s wins the marathon of %[2]s|Runner %[1]s won the marathon of %[2]s on Sunday ahead of %[3]d others.",
	"Storm %[1]s leaves %[3]d dead in %[2]s|",
	"Storm %[1]s|A short text about storm %[1]s.",
	"Drone news item number %[3]d today|",
	"Breaking: item %[3]d|This is the text of item number %[3]d about the town of %[2]s.",
	"Fire in %[2]s|A fire broke out in %[2]s on Monday and %[3]d people were hurt, the police said.",
	"Mayor of %[2]s arrested|The mayor of %[2]s, %[1]s, was arrested on Monday, the police said.",
	"%[1]s %[2]s|",
}

// madeName is a name that nobody has heard of.
func madeName(t *rapid.T, label string) string {
	return rapid.StringMatching(`[BDKLMPT][aeiou][lmnrst][aeiou][dkpvz](o|a|en)`).Draw(t, label)
}

// TestFramesTellApart: one frame with other names, places and numbers is another
// story, whoever tells it.
func TestFramesTellApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		frame := rapid.SampledFrom(frames).Draw(t, "frame")
		whos := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) string { return madeName(t, "who") }), 2, 12, rapid.ID).Draw(t, "who")
		s := New()

		for i, who := range whos {
			// Places are the names backwards: as distinct, and no typos of each other.
			where := whos[len(whos)-1-i] + "ville" + strings.ToLower(who)

			title, text, _ := strings.Cut(fmt.Sprintf(frame+"%[4]s", "Mac"+who+strings.ToLower(who), where, 10+7*i, ""), "|")
			if got := s.Assign(int64(i), &news.Article{Title: title, Text: text, Outlet: fmt.Sprint("outlet ", i%3)}, noon).Story; got != int64(i) {
				t.Errorf("%q is of story %d: %q", title, got, s.byID[got].newest.title)
			}
		}
	})
}

// TestEditedCopiesAreOne: a text of thirty words and more that another outlet
// edits a little is the same story.
func TestEditedCopiesAreOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-z]{3,9}`), 36, 60).Draw(t, "words")
		title, text := words[:6], words[6:]
		s := New()
		s.Assign(1, &news.Article{Title: strings.Join(title, " "), Text: strings.Join(text, " "), Outlet: "A"}, noon)

		edited := slices.Clone(text)
		for range 5 {
			at := rapid.IntRange(0, len(edited)-1).Draw(t, "at")
			switch rapid.IntRange(0, 2).Draw(t, "edit") {
			case 0:
				edited = slices.Delete(edited, at, at+1)
			case 1:
				edited = slices.Insert(edited, at, "also")
			default:
				edited[at] = "other"
			}
		}

		others := [][]string{title, title[1:], append([]string{"news"}, title...), {title[5], title[0], title[3]}}

		b := &news.Article{Title: strings.Join(rapid.SampledFrom(others).Draw(t, "title"), " "), Text: strings.Join(edited, " "), Outlet: "B"}
		if got := s.Assign(2, b, noon.Add(time.Hour)).Story; got != 1 {
			t.Errorf("%q is of story %d", b.Title, got)
		}
	})
}
