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

//go:embed testdata/fillings.txt
var fillingsText string

// TestFillingsOfATemplateStayApart: companies' results, dividends, fixtures, weather, closes,
// obituaries and quakes that are told in the same words are stories of their own, of other outlets
// and of one, with a text and as headlines, in an empty window and in one that knows the template.
func TestFillingsOfATemplateStayApart(t *testing.T) {
	for _, tt := range []struct {
		name              string
		bare, known, mine bool // mine: one outlet tells them all
	}{
		{"empty", false, false, false},
		{"headlines", true, false, false},
		{"one outlet", false, false, true},
		{"known", false, true, false},
		{"known headlines", true, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			id := int64(0)

			eachGroup(fillingsText, func(name string, group []*news.Article) {
				g := New()
				at := noon

				place := func(a news.Article) {
					id++
					a.Language = "en"
					at = at.Add(3 * time.Minute)

					if tt.bare {
						a.Text = ""
					}

					if tt.mine {
						a.Outlet = "The Herald"
					}

					if got := g.Assign(id, &a, at).Story; got != id {
						t.Errorf("%s: %q joined story %d", name, a.Title, got)
					}
				}

				if tt.known {
					for i, a := range madeNews(60, 2000, 11) {
						a.Outlet = fmt.Sprint("other ", i)
						g.Assign(int64(10_000+i), &a.Article, noon)
					}
				}

				for _, a := range group {
					place(*a)
				}
			})

			if id < 20 {
				t.Errorf("%d articles", id)
			}
		})
	}
}

//go:embed testdata/caseless.txt
var caselessText string

// TestTitlesOfScriptsWithoutCapitalsStayApart: such a title begins with who or where, and nothing else tells two
// of one template apart: neither a capital nor, below bulletins, the text.
func TestTitlesOfScriptsWithoutCapitalsStayApart(t *testing.T) {
	const bulletin = "。当局によると、詳しい状況を調べている。現場では朝から対応が続いた。"

	type counts struct{ wrong, apart, missed, one int }

	got := map[string]counts{}

	for _, text := range []string{"", bulletin} {
		part := ""

		for line := range strings.Lines(caselessText) {
			if name, ok := strings.CutPrefix(line, "== "); ok {
				part = strings.TrimSpace(name) + map[string]string{"": ", headlines"}[text]
			}

			kind, pair, _ := strings.Cut(strings.TrimSpace(line), " ")
			a, b, isPair := strings.Cut(pair, " | ")

			if !isPair || part == "" {
				continue
			}

			g, c := New(), got[part]

			for i, title := range []string{a, b} {
				article := &news.Article{Title: title, Outlet: fmt.Sprint("outlet ", i)}
				if text != "" {
					article.Text = title + text
				}

				together := g.Assign(int64(i+1), article, noon.Add(time.Duration(i)*time.Minute)).Story == 1

				switch {
				case i == 0:
				case kind == "-":
					c.apart++
					c.wrong += btoi(together)
				default:
					c.one++
					c.missed += btoi(!together)
				}
			}

			got[part] = c
		}
	}

	if diff := cmp.Diff(map[string]counts{
		"made with": {3, 21, 2, 14}, "made with, headlines": {2, 21, 2, 14},
		"written after it": {0, 14, 1, 14}, "written after it, headlines": {0, 14, 1, 14},
	}, got, cmp.AllowUnexported(counts{})); diff != "" {
		t.Error(diff)
	}
}

func btoi(is bool) int {
	if is {
		return 1
	}

	return 0
}

// TestATextJoinsWhatHeadlinesCouldNot: a headline leaves open which story it tells; an article with
// a text that comes later tells what both are about and makes them one story.
func TestATextJoinsWhatHeadlinesCouldNot(t *testing.T) {
	g := New()
	placeOthers(g)

	first := g.Assign(1, &news.Article{Outlet: "A", Language: "en", Title: "Ferry Astrid runs aground off Skomer"}, noon)
	second := g.Assign(2, &news.Article{Outlet: "B", Language: "en", Title: "Passengers taken off stranded ship in Pembrokeshire"}, noon.Add(5*time.Minute))
	text := g.Assign(3, &news.Article{
		Outlet: "C", Language: "en", Title: "Ferry Astrid aground off Skomer: passengers taken off stranded ship",
		Text: "All 84 passengers were taken off the ferry Astrid after the ship ran aground off Skomer in Pembrokeshire on Monday, the coastguard said. The stranded ship is not leaking.",
	}, noon.Add(20*time.Minute))

	if first.Story != 1 || second.Story != 2 {
		t.Fatalf("the headlines are of stories %d and %d", first.Story, second.Story)
	}

	if text.Story != 1 {
		t.Errorf("the text is of story %d", text.Story)
	}
}

// placeOthers places unrelated articles before noon.
func placeOthers(g *Grouper) {
	for i, a := range madeNews(300, 2000, 9) {
		a.Outlet = fmt.Sprint("other ", i)
		g.Assign(int64(1000+i), &a.Article, noon.Add(time.Duration(i-300)*time.Minute))
	}
}

// TestAnArticleOfTwoStoriesMakesThemOne: what was told as two stories and is one is joined by an
// article that fits both, under the name of the first; both sides' later articles find it, however
// many it has.
func TestAnArticleOfTwoStoriesMakesThemOne(t *testing.T) {
	g := New()
	placeOthers(g)

	rescue := news.Article{
		Language: "en", Title: "Coastguard lifts 84 passengers off ferry Astrid",
		Text: "A coastguard helicopter lifted 84 passengers off the ferry Astrid near Skomer on Monday. Winchman Rhodri Pugh said the swell made it hard.",
	}
	owner := news.Article{
		Language: "en", Title: "Celtic Lines blames chart error for grounding",
		Text: "Celtic Lines said a chart error by the pilot, Gwilym Hopkin, led to the grounding. Shares of Celtic Lines fell nine percent in Dublin.",
	}
	both := news.Article{
		Language: "en", Title: "Coastguard lifts 84 passengers off ferry Astrid; Celtic Lines blames chart error for grounding",
		Text: "A coastguard helicopter lifted 84 passengers off the ferry Astrid near Skomer. Celtic Lines said a chart error by the pilot, Gwilym Hopkin, led to the grounding. Winchman Rhodri Pugh said the swell made it hard. Shares of Celtic Lines fell.",
	}

	id := int64(0)
	tell := func(a news.Article, outlet string) Decision {
		id++
		a.Outlet = outlet

		return g.Assign(id, &a, noon.Add(time.Duration(id)*time.Minute))
	}

	for i := range 40 {
		if got := tell(rescue, fmt.Sprint("rescue ", i)).Story; got != 1 {
			t.Fatalf("article %d is of story %d", id, got)
		}
	}

	opened := id + 1
	for i := range 40 {
		if got := tell(owner, fmt.Sprint("owner ", i)).Story; got != opened {
			t.Fatalf("article %d is of story %d, want %d", id, got, opened)
		}
	}

	d := tell(both, "both")
	if d.Story != 1 || len(d.Joined) != 1 || d.Joined[0] != opened {
		t.Fatalf("the article that fits both: story %d, joined %d", d.Story, d.Joined)
	}

	for _, a := range []news.Article{rescue, owner} {
		if got := tell(a, fmt.Sprint("later ", id)).Story; got != 1 {
			t.Errorf("a later article is of story %d", got)
		}
	}

	if got := g.byID[1].held; got != 83 {
		t.Errorf("the story has %d articles, want 83", got)
	}
}

// TestTheWindowIsThreeDaysAtAnyRate: at 100,000 articles a day, scaled to a thousandth with all
// bounds, a story takes an article after nearly three days and none after them; and the bound on
// what is held, of which no scale is needed, is above what comes in that time.
func TestTheWindowIsThreeDaysAtAnyRate(t *testing.T) {
	const (
		perDay = 100_000
		scale  = 1000
	)

	if window := int(Window.Hours() / 24 * perDay); maxHeld < 2*window {
		t.Errorf("%d articles are held at most, and twice the window has %d", maxHeld, 2*window)
	}

	g := New()
	g.retained, g.most = Retained/scale, maxHeld/scale

	apart := 24 * time.Hour * scale / perDay
	at := noon

	if got := g.Assign(0, shoigu("first"), at).Story; got != 0 {
		t.Fatalf("the first article is of story %d", got)
	}

	others := madeNews(2*perDay*4/scale, perDay, 5)
	most := 0

	for i := range others {
		at = at.Add(apart)
		g.Assign(int64(10+i), &others[i].Article, at)
		most = max(most, g.Held())

		switch since := at.Sub(noon); {
		case since > Window-2*apart && since <= Window-apart:
			if got := g.Assign(1, shoigu("late"), noon.Add(Window)).Story; got != 0 {
				t.Errorf("at the end of the window it is story %d", got)
			}
		case since > Window+apart && since <= Window+2*apart:
			if got := g.Assign(2, shoigu("too late"), at).Story; got != 2 {
				t.Errorf("after the window it is story %d", got)
			}
		}
	}

	if need := 3 * perDay / scale; most < need || most >= g.most {
		t.Errorf("%d articles were held at most, want %d at least and less than %d", most, need, g.most)
	}
}
