package render

import (
	"strings"
	"testing"

	"newsbell/adapters"
)

func TestFindWords(t *testing.T) {
	for _, c := range []struct{ text, words, want string }{
		{"A drone over the harbour", "drone,harbour", "A [drone] over the [harbour]"},
		{"Drones are no drone, undroned", "drone", "Drones are no [drone], undroned"},
		{"drone", "drone", "[drone]"},
		{"North Korea and North", "North,North Korea", "[North Korea] and [North]"},
		{"C++ and C", "C++", "[C++] and C"},
		{"日本語の見出し", "見出し", "日本語の[見出し]"},
		{"nothing", "", "nothing"},
		{"", "x", ""},
	} {
		var b strings.Builder

		at := 0
		for _, s := range adapters.FindWords(c.text, strings.Split(c.words, ",")) {
			b.WriteString(c.text[at:s.From] + "[" + c.text[s.From:s.To] + "]")
			at = s.To
		}

		if got := b.String() + c.text[at:]; got != c.want {
			t.Errorf("%q in %q: %q, want %q", c.words, c.text, got, c.want)
		}
	}
}

// A line names the words that matched unless each of them is to be seen above.
func TestMatchedWordsAreSeen(t *testing.T) {
	for matched, line := range map[string]bool{"drone": false, "Drone,harbour": false, "drone,harbour": false, "drone,kyiv": true} {
		a := &adapters.Alert{Title: "Drone over the harbour", Summary: "A drone was seen.", Matched: strings.Split(matched, ",")}
		p := standard.renderAlert(a, someTime)

		if got := strings.Contains(p.Plain, "Matched: "); got != line {
			t.Errorf("matched %s: named on a line of its own: %v", matched, got)
		}

		if strings.Contains(matched, "drone") && !strings.Contains(p.HTML, "<b>drone</b>") {
			t.Errorf("matched %s: not bold in %s", matched, p.HTML)
		}
	}
}
