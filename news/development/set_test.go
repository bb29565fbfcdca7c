package development

import (
	"fmt"
	"testing"
	"time"

	"newsbell/news"
)

// TestSuccessorsAreFound: an article of another story goes on with the followed one, and hardly
// any other does.
func TestSuccessorsAreFound(t *testing.T) {
	var found, strangers share

	followed := NewSet()
	began := map[int64]time.Time{}

	for _, l := range readLabels(t) {
		if !isReporting(l.key) || !l.new {
			continue
		}

		s := NewSet()
		for i := range l.told {
			s.Add(1, 0, &l.told[i].Article, l.told[i].at)
		}

		if found.all++; s.Find(&l.came.Article, l.came.at) == 1 {
			found.new++
		}

		if l.set == "wire" {
			id := int64(len(began) + 1)
			began[id] = l.told[0].at
			followed.Add(id, 0, &l.told[0].Article, l.told[0].at)
		}
	}

	for _, raw := range readLines[rawArticle](t, "stream-singles/wire-1987.jsonl.gz") {
		a := raw.dated(raw.Published)
		strangers.all++

		if id := followed.Find(&a.Article, a.at); id != 0 && a.at.After(began[id]) && a.at.Sub(began[id]) < 7*24*time.Hour {
			strangers.new++
		}
	}

	t.Logf("successors found: %s; wire articles taken for one of %d followed stories: %s", found, followed.Len(), strangers)

	if found.part() < 0.5 || strangers.part() > 0.02 {
		t.Errorf("successors found: %s, want half; taken for one of %d stories: %s, want less than one in fifty", found, followed.Len(), strangers)
	}
}

func at(hours float64) time.Time {
	return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC).Add(time.Duration(hours * float64(time.Hour)))
}

var bridge = news.Article{
	Title: "Harbour bridge in Gdynia closed after crack is found",
	Text: "Engineers closed the Kwiatkowski harbour bridge in Gdynia on Monday after a routine inspection found a crack in a steel girder. " +
		"Lorries bound for the container terminal are sent through the city.",
}

func TestNewFactsAreDevelopments(t *testing.T) {
	var s Story

	s.Add(&bridge, at(0))

	again := news.Article{
		Title: "Crack found in Gdynia harbour bridge, lorries sent through city",
		Text:  "The Kwiatkowski harbour bridge in Gdynia has been closed because engineers found a crack in a girder during an inspection on Monday.",
	}
	if v := s.Judge(&again, at(5)); v.New {
		t.Errorf("another outlet's telling is taken for a development: %+v", v)
	}

	s.Add(&again, at(5))

	next := news.Article{
		Title: "Prosecutors charge contractor over Gdynia girder",
		Text: "Prosecutors in Gdansk charged the managing director of Baltrem, which repainted the Kwiatkowski bridge in 2024, with falsifying " +
			"three weld certificates. He faces up to eight years in prison.",
	}

	v := s.Judge(&next, at(30))
	if !v.New {
		t.Errorf("a charge is no development: %+v", v)
	}

	if fmt.Sprint(v.Details) == "[]" {
		t.Error("it is not said what is new")
	}

	s.Add(&next, at(30))

	if v := s.Judge(&next, at(60)); v.New {
		t.Errorf("what was told is a development again: %+v", v)
	}
}

func TestTheFirstArticleIsNoDevelopment(t *testing.T) {
	if v := (&Story{}).Judge(&bridge, at(0)); v.New {
		t.Errorf("of an untold story: %+v", v)
	}
}

func TestSetKeepsWhatIsFollowed(t *testing.T) {
	s := NewSet()
	s.Add(7, 0, &bridge, at(0))
	s.Join(9, 7)

	if got := fmt.Sprint(s.Roots(7), s.Roots(9), s.Roots(8)); got != "[7] [7] []" {
		t.Errorf("roots: %s", got)
	}

	if s.Find(&bridge, at(1)) != 7 {
		t.Error("the same article isn't found")
	}

	s.Keep(map[int64]bool{})

	if s.Len() != 0 || len(s.with) != 0 || len(s.root) != 0 || s.Find(&bridge, at(1)) != 0 {
		t.Errorf("something is left of a story that nobody follows: %+v", s)
	}
}
