package why

import (
	"testing"

	"newsbell/bot/wording"
	"newsbell/locales"
	"newsbell/news"
	"newsbell/subscriptions/query"
)

func TestLacking(t *testing.T) {
	english := wording.Words{Texts: locales.Builtin().English()}
	a := &news.Article{Title: "Toy drone recalled over battery fires", Outlet: "Gazette"}

	for typed, want := range map[string]string{
		"drone -toy":                "it has toy, which you exclude",
		"drone licence":             "it lacks licence",
		"drone licence -toy":        "it lacks licence",
		"(port OR licence) drone":   "it lacks port or licence",
		`"battery recalled" drone`:  `it lacks "battery recalled"`,
		"strike, port drone":        "it lacks strike and port",
		"drone title:(rules OR a)":  "it lacks rules in the title or a in the title",
		"drone /fires? out/":        "it lacks the regex /fires? out/",
		`drone -"toy drone" -"x y"`: `it has "toy drone", which you exclude`,
	} {
		q, err := query.Parse(typed)
		if err != nil {
			t.Fatal(typed, err)
		}

		if got := lackText(english, q, a); got != want {
			t.Errorf("%s (%s): %s, want %s", typed, q, got, want)
		}
	}
}
