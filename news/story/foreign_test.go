package story

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"newsbell/news"
)

// polyglot is a Grouper that has read some days of news in seven languages, and hands out ids and
// moments.
type polyglot struct {
	*Grouper

	told []Evidence
	n    int64
}

func newPolyglot() *polyglot {
	g := &polyglot{Grouper: New()}
	all := readTemplates()

	for _, language := range slices.Sorted(maps.Keys(all)) {
		random := rand.New(rand.NewPCG(7, 7))
		for range 40 {
			g.assign(all[language].fill(random, language))
		}
	}

	g.Observe(func(e Evidence) { g.told = append(g.told, e) })

	return g
}

func (g *polyglot) assign(a *news.Article) (int64, Decision) {
	g.n++
	at := time.Date(2024, 3, 4, 0, 0, 0, 0, time.UTC).Add(time.Duration(g.n) * 5 * time.Minute)

	return g.n, g.Assign(g.n, a, at)
}

// inLanguages are one event as outlets of several languages tell it.
var inLanguages = []news.Article{
	{
		Language: "en", Outlet: "Morning Post", Title: "Quake of magnitude 7.1 shakes Iquique in northern Chile",
		Text: "A strong earthquake struck off the coast of Iquique in Chile on Wednesday, killing at least 14 people. Governor Ramiro Olabarri ordered 32,400 people to leave their homes.",
	},
	{
		Language: "de", Outlet: "Abendblatt", Title: "Erdbeben der Stärke 7,1 erschüttert Iquique in Chile",
		Text: "Ein schweres Erdbeben hat am Mittwoch die Küste vor Iquique in Chile erschüttert. Gouverneur Ramiro Olabarri ließ 32.400 Menschen in Sicherheit bringen.",
	},
	{
		Language: "fr", Outlet: "Le Quotidien", Title: "Un séisme de magnitude 7,1 frappe Iquique, dans le nord du Chili",
		Text: "Un violent séisme a frappé mercredi la côte d'Iquique, au Chili. Le gouverneur Ramiro Olabarri a fait évacuer 32 400 habitants.",
	},
	{
		Language: "ru", Outlet: "Вести", Title: "Землетрясение магнитудой 7,1 произошло у города Икике в Чили",
		Text: "Сильное землетрясение произошло в среду у берегов Икике в Чили. Губернатор Рамиро Олабарри распорядился эвакуировать 32 400 человек.",
	},
}

// TestOneStoryInLanguages: what reads alike, names and numbers, makes one story of an event that is
// told in several languages.
func TestOneStoryInLanguages(t *testing.T) {
	for _, first := range []int{0, 1, 2, 3} {
		g := newPolyglot()
		opened, _ := g.assign(&inLanguages[first])

		for i := range inLanguages {
			if i == first {
				continue
			}

			g.told = nil

			if _, d := g.assign(&inLanguages[i]); d.Story != opened {
				t.Errorf("%q is story %d after %q, not %d", inLanguages[i].Title, d.Story, inLanguages[first].Title, opened)
			}

			if !slices.ContainsFunc(g.told, func(e Evidence) bool { return e.Story == opened && len(e.Words) > 1 }) {
				t.Errorf("nothing says why %q is one with %q: %v", inLanguages[i].Title, inLanguages[first].Title, g.told)
			}
		}
	}
}

// TestLanguagesStayApart: what is less sure stays apart, and one outlet tells a story once in a
// language.
func TestLanguagesStayApart(t *testing.T) {
	for what, a := range map[string]news.Article{
		"another magnitude": {
			Language: "fr", Outlet: "Le Quotidien", Title: "Séisme de magnitude 5,8 à Iquique : Ramiro Olabarri appelle au calme",
			Text: "La terre a tremblé mercredi à Iquique, au Chili.",
		},
		"another country": {
			Language: "fr", Outlet: "Le Quotidien", Title: "Un séisme de 7,1 au Japon : 32.400 évacués, selon Ramiro Olabarri",
			Text: "Un violent séisme a frappé mercredi la côte du Japon.",
		},
		"one name": {
			Language: "fr", Outlet: "Le Quotidien", Title: "À Iquique, la mer attire les surfeurs",
			Text: "Les vagues d'Iquique sont réputées dans le monde entier.",
		},
		"the place and a number": {
			Language: "es", Outlet: "El Diario", Title: "Iquique recibe 7,1 millones de euros para su puerto",
			Text: "El puerto de la ciudad será ampliado este año.",
		},
	} {
		g := newPolyglot()
		opened, _ := g.assign(&inLanguages[0])

		if _, d := g.assign(&a); d.Story == opened {
			t.Errorf("%s: %q is one story with %q", what, a.Title, inLanguages[0].Title)
		}
	}
}

// TestOutletInTwoLanguages: an outlet may tell a story in each of its languages, but once in one.
func TestOutletInTwoLanguages(t *testing.T) {
	g := newPolyglot()
	first, second, third := inLanguages[0], inLanguages[2], inLanguages[2]
	second.Outlet = first.Outlet

	opened, _ := g.assign(&first)
	if _, d := g.assign(&second); d.Story != opened {
		t.Errorf("in French the outlet's story is %d, not %d", d.Story, opened)
	}

	third.Outlet = first.Outlet
	third.Title = "Iquique et Ramiro Olabarri: 7,1 millions pour les sinistrés"

	if _, d := g.assign(&third); d.Story == opened {
		t.Error("the outlet told one story twice in one language")
	}
}

// TestLanguagesAreJoinedLater: an article that has a story of its own language and surely tells one
// of another makes them one.
func TestLanguagesAreJoinedLater(t *testing.T) {
	g := newPolyglot()

	english, _ := g.assign(&inLanguages[0])

	bare := inLanguages[2]
	bare.Title, bare.Text = "La terre tremble au Chili, alerte au tsunami et évacuations sur la côte", ""
	french, d := g.assign(&bare)

	if d.Story != french {
		t.Fatalf("the headline without names joined story %d", d.Story)
	}

	again := inLanguages[2]
	again.Outlet, again.Title = "Le Soir", "La terre tremble au Chili à Iquique: magnitude 7,1, alerte au tsunami et évacuations sur la côte"

	if _, d = g.assign(&again); d.Story != english || !slices.Equal(d.Joined, []int64{french}) {
		t.Errorf("the headline with names is story %d and joins %v; wanted %d and %d", d.Story, d.Joined, english, french)
	}
}

// TestOneLanguageHasNoAnchors: a stream in one language pays nothing for others.
func TestOneLanguageHasNoAnchors(t *testing.T) {
	g := New()
	at := time.Date(2024, 3, 4, 0, 0, 0, 0, time.UTC)

	for i, title := range []string{"Quake of magnitude 7.1 shakes Iquique", "Petra Lindhorst leaves Nordwerk after 14 years"} {
		g.Assign(int64(i+1), &news.Article{Title: title, Language: "en", Outlet: title}, at)
	}

	if g.anchors.on || len(g.anchors.lists) > 0 {
		t.Errorf("%d anchors are held", len(g.anchors.lists))
	}
}

// TestAnchorsLeaveWithTheirArticles: nothing is left of articles that have left the window.
func TestAnchorsLeaveWithTheirArticles(t *testing.T) {
	g := New()
	g.retained = 1
	at := time.Date(2024, 3, 4, 0, 0, 0, 0, time.UTC)

	for i := range inLanguages {
		g.Assign(int64(i+1), &inLanguages[i], at)
	}

	held := len(g.anchors.lists)

	for i, title := range []string{"Nothing of note", "All is quiet", "No news", "Silence reigns"} {
		g.Assign(int64(100+i), &news.Article{Title: title, Language: "en", Outlet: title}, at.Add(30*24*time.Hour))
	}

	if held == 0 || len(g.anchors.lists) != 0 {
		t.Errorf("of %d anchors %d are left", held, len(g.anchors.lists))
	}
}

// TestSoundOfNames: spellings of one name sound alike, other names do not.
func TestSoundOfNames(t *testing.T) {
	for _, same := range [][]string{
		{"Zelensky", "Selenskyj", "Зеленский", "Зеленского", "Zelenskyy"},
		{"Iquique", "Икике"},
		{"Moscow's", "Moscow"},
		{"Brussels", "Brüssel"},
		{"Lufthansa", "Lufthansas"},
		{"Papandreou", "Παπανδρέου"},
		{"Olabarri", "Олабарри"},
	} {
		for _, s := range same[1:] {
			if x, y := soundOf(latinOf(same[0])), soundOf(latinOf(s)); x != y {
				t.Errorf("%s sounds %q and %s %q", same[0], x, s, y)
			}
		}
	}

	for _, other := range [][2]string{{"Merz", "Mars"}, {"Iran", "Iraq"}, {"Samos", "Samoa"}, {"Macron", "Marconi"}} {
		if soundOf(latinOf(other[0])) == soundOf(latinOf(other[1])) {
			t.Errorf("%s and %s sound alike", other[0], other[1])
		}
	}
}

func TestDigitsOf(t *testing.T) {
	for written, want := range map[string]string{"1,200": "1200", "1.200": "1200", "6.8": "6.8", "6,8": "6.8", "12": "12", "1.234.567": "1234567", "3.14159": "3.14159", "7th": "7"} {
		if got := string(digitsOf(written)); got != want {
			t.Errorf("the digits of %s are %s, not %s", written, got, want)
		}
	}
}
