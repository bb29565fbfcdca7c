package story

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"newsbell/news"
)

// TestAQuietWindowKeepsEventsApart: in a window of a handful of stories, where less evidence is
// enough, events of one kind that are told in the same words stay two.
func TestAQuietWindowKeepsEventsApart(t *testing.T) {
	for name, events := range map[string][][2]string{
		"arrests": {
			{"Man arrested after robbery in Leeds", "A man was arrested after a robbery in Leeds, police said on Tuesday."},
			{"Woman arrested after stabbing in Bristol", "A woman was arrested after a stabbing in Bristol, police said on Tuesday."},
			{"Teenager arrested after car theft in Cardiff", "A teenager was arrested after a car theft in Cardiff, police said on Tuesday."},
		},
		"results": {
			{"Acme profit rises 12 percent in third quarter", "Acme said on Thursday its profit rose in the third quarter, beating expectations."},
			{"Globex profit falls 8 percent in third quarter", "Globex said on Thursday its profit fell in the third quarter, missing expectations."},
			{"Initech profit flat in third quarter", "Initech said on Thursday its profit was flat in the third quarter, meeting expectations."},
		},
		"drones": {
			{"Ukraine drones hit refinery in Samara", "Ukrainian drones struck an oil refinery in Samara overnight, the governor said."},
			{"Russia drones hit port in Odesa", "Russian drones struck port buildings in Odesa overnight, the governor said."},
			{"Ukraine drones hit depot in Crimea", "Ukrainian drones struck a fuel depot in Crimea overnight, the governor said."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := New()
			fill(s)

			var got []int64

			for i, e := range events {
				a := &news.Article{Title: e[0], Summary: e[1], Outlet: fmt.Sprint("Outlet ", i), Language: "en"}
				got = append(got, s.Assign(int64(i+1), a, noon.Add(time.Duration(10*i)*time.Minute)).Story)
			}

			if !slices.Equal(got, []int64{1, 2, 3}) {
				t.Errorf("they are of stories %v", got)
			}
		})
	}
}

// TestReportsOfTwoTowns: what the police of two towns, or two companies, tell in the same words in a language of
// which no table is shipped is two stories, though nothing but the first word of the titles says so.
func TestReportsOfTwoTowns(t *testing.T) {
	for _, titles := range [][2][2]string{
		{
			{"Kassel: Polizei sucht Zeugen nach Einbruch in Bäckerei", "Ein Unbekannter ist in der Nacht in eine Bäckerei in Kassel eingestiegen und hat die Kasse mitgenommen. Die Beamten bitten um Hinweise."},
			{"Rostock: Polizei sucht Zeugen nach Einbruch in Bäckerei", "Ein Unbekannter ist in der Nacht in eine Bäckerei in Rostock eingestiegen und hat die Kasse mitgenommen. Die Beamten bitten um Hinweise."},
		},
		{
			{"Nordwind steigert Gewinn im dritten Quartal", "Nordwind hat im dritten Quartal mehr Geld verdient als im Vorjahr. Der Vorstand bestätigte seine Prognose und hob die Dividende an."},
			{"Seeland steigert Gewinn im dritten Quartal", "Seeland hat im dritten Quartal mehr Geld verdient als im Vorjahr. Der Vorstand bestätigte seine Prognose und hob die Dividende an."},
		},
	} {
		g := New()

		for i, report := range titles {
			a := &news.Article{Title: report[0], Text: report[1], Outlet: fmt.Sprint("Outlet ", i), Language: "de"}
			if got := g.Assign(int64(i), a, noon.Add(time.Duration(i)*time.Hour)).Story; got != int64(i) {
				t.Errorf("%q joined story %d", report[0], got)
			}
		}
	}
}

// TestTitlesThatBeginWithFunctionWords: one agency's text is one story, though two outlets begin its title with
// other words that say nothing, which the window has learned.
func TestTitlesThatBeginWithFunctionWords(t *testing.T) {
	const text = "Die Autobahn A3 ist nach einem schweren Unfall bei Köln gesperrt. Ein Lastwagen war in der Nacht auf ein Stauende aufgefahren, " +
		"zwei Menschen wurden verletzt, wie die Polizei mitteilte."

	g := New()
	g.retained = 10
	random := rand.New(rand.NewPCG(1, 2))
	made := func() string { return madeUp(random, []string{"ka", "lo", "mi", "ner", "sta", "ul"}) }

	for i := range 800 {
		a := &news.Article{Title: made() + " " + made(), Text: "Ein " + made() + " der " + made() + " nach " + made() + " bei " + made(), Outlet: fmt.Sprint("Outlet ", i), Language: "de"}
		g.Assign(int64(1000+i), a, noon.Add(time.Duration(i-800)*15*time.Minute))
	}

	for i, title := range []string{"Nach Unfall auf der A3: Autobahn bei Köln blockiert", "Bei Unfall auf der A3: Autobahn bei Köln dicht"} {
		a := &news.Article{Title: title, Text: text, Outlet: fmt.Sprint("Outlet ", i), Language: "de"}
		if got := g.Assign(int64(i), a, noon.Add(time.Duration(i)*time.Hour)).Story; got != 0 {
			t.Errorf("%q is story %d", title, got)
		}
	}
}
