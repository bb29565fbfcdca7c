package markdown

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestEscapeIsUndoneByReading(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.RuneFrom([]rune("ab1 .)*_~`|<>[]\\#-+@:/\né𝒳"))).Draw(t, "text")
		if bareLink().MatchString(s) || loudName().MatchString(s) {
			t.Skip("links and loud names are changed on purpose")
		}

		if got := Unescape(Escape(s)); got != StripControls(s) {
			t.Fatalf("%q became %q, read as %q", s, Escape(s), got)
		}

		n := rapid.IntRange(0, 40).Draw(t, "room")
		if got := EscapeTo(s, n); Len(got) > n {
			t.Fatalf("%q takes %d of %d", got, Len(got), n)
		} else if strings.HasSuffix(strings.TrimSuffix(got, "…"), "\\") && !strings.HasSuffix(strings.TrimSuffix(got, "…"), "\\\\") {
			t.Fatalf("%q ends in half an escape", got)
		}
	})
}

// TestEscapesNoMoreThanIsMarkup: an underscore within a word, one sign of those that count in pairs, and a
// bracket without an address are no markup, and stay as a person would write them.
func TestEscapesNoMoreThanIsMarkup(t *testing.T) {
	for text, want := range map[string]string{
		"config_file of node_2": "config_file of node_2", "_slanted_": `\_slanted\_`, "a | b ~ c": "a | b ~ c", "||hidden||": `\|\|hidden\|\|`,
		"[sic]": "[sic]", "3 * 4": `3 \* 4`,
	} {
		if got := Escape(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
