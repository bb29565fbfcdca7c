package story

import (
	"testing"

	"newsbell/news"
)

// TestVerbsThatSayOneThing: what is said with another verb of one meaning is the same; what is its opposite,
// or another way of one thing, is not.
func TestVerbsThatSayOneThing(t *testing.T) {
	same := [][2]string{{"rise", "climb"}, {"rose", "climbed"}, {"quits", "resigns"}, {"begins", "starts"}, {"buys", "purchases"}, {"wins", "won"}}
	for _, pair := range same {
		if !verbOf(pair[0]).meansSame(verbOf(pair[1])) {
			t.Errorf("%s and %s are not the same", pair[0], pair[1])
		}
	}

	other := [][2]string{
		{"rise", "fall"},
		{"wins", "loses"},
		{"raises", "cuts"},
		{"increases", "decreases"},
		{"accepts", "rejects"},
		{"buys", "sells"},
		{"opens", "closes"},
		{"begins", "ends"},
		{"arrives", "leaves"},
		{"hires", "fires"},
		{"praises", "condemns"},
		{"denies", "admits"},
		{"joins", "quits"},
		{"passes", "fails"},
		{"arrests", "frees"},
		{"backs", "opposes"},
		{"sues", "settles"},
		{"Lima", "Tokyo"},
	}
	for _, pair := range other {
		if verbOf(pair[0]).meansSame(verbOf(pair[1])) {
			t.Errorf("%s and %s are the same", pair[0], pair[1])
		}
	}
}

// TestOneVerbForAnother: a headline that has another verb of the same meaning contradicts nothing.
func TestOneVerbForAnother(t *testing.T) {
	first := &news.Article{Title: "US Job Openings Rise in March to Record High", Outlet: "A", Language: "en"}

	for title, want := range map[string]int64{
		"US job openings climb in March to record high":   1,
		"US job openings fall in March to record high":    2,
		"US job openings climb in April to record high":   2,
		"Peru job openings climb in March to record high": 2,
	} {
		g := New()
		g.Assign(1, first, noon)

		if got := g.Assign(2, &news.Article{Title: title, Outlet: "B", Language: "en"}, noon).Story; got != want {
			t.Errorf("%q is of story %d, want %d", title, got, want)
		}
	}
}
