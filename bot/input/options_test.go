package input

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"newsbell/adapters"
)

func TestReadOptions(t *testing.T) {
	subcommands := map[string][]adapters.Command{"sources": {{Name: "list"}, {Name: "add"}, {Name: "browse"}, {Name: "remove"}}}

	for _, c := range []struct {
		command, text, rest string
		named, options      map[string]string
	}{
		{"subscribe", "drone", "drone", nil, map[string]string{}},
		{"subscribe", "to:#news when:hourly drone -toy", "drone -toy", nil, map[string]string{"to": "#news", "when": "hourly"}},
		{"subscribe", "TO: @daily When:daily 8:00 a b", "a b", nil, map[string]string{"to": "@daily", "when": "daily 8:00"}},
		{"subscribe", "when:daily\n8:30 a", "a", nil, map[string]string{"when": "daily 8:30"}},
		{"subscribe", "when:8 am a b", "a b", nil, map[string]string{"when": "8 am"}},
		{"subscribe", "when:6:30 pm to:me a", "a", nil, map[string]string{"when": "6:30 pm", "to": "me"}},
		{"subscribe", "when:weekly on fri 18:00 a", "a", nil, map[string]string{"when": "weekly on fri 18:00"}},
		{"subscribe", "when:monday 8:00", "", nil, map[string]string{"when": "monday 8:00"}},
		{"subscribe", "when:8 am", "", nil, map[string]string{"when": "8 am"}},
		{"subscribe", "when:daily 8 ball", "8 ball", nil, map[string]string{"when": "daily"}},
		{"subscribe", "title:to:x a", "title:to:x a", nil, map[string]string{}},
		{"subscribe", "when:hourly", "", nil, map[string]string{"when": "hourly"}},
		{"subscribe", "", "drone", map[string]string{"query": " when:hourly drone", "when": "now"}, map[string]string{"query": " when:hourly drone", "when": "now"}},
		{"subscribe", `only:"the firm, not the river" to:me a`, "a", nil, map[string]string{"only": "the firm, not the river", "to": "me"}},
		{"subscribe", `label:"a b" a`, "a", nil, map[string]string{"label": "a b"}},
		{"pause", "2h", "2h", nil, map[string]string{}},
		{"sources", "add to:here bbc.com", "bbc.com", nil, map[string]string{"sub": "add", "to": "here"}},
		{"sources", "bbc.com", "bbc.com", nil, map[string]string{}},
		{"sources", "", "bbc.com", map[string]string{"sub": "add", "address": "bbc.com"}, map[string]string{"sub": "add", "address": "bbc.com"}},
	} {
		rest, options := ParseOptions(subcommands[c.command], c.text, c.named)
		if rest != c.rest || !cmp.Equal(options, c.options) {
			t.Errorf("%s %q: %q %q, want %q %q", c.command, c.text, rest, options, c.rest, c.options)
		}
	}

	for text, want := range map[string]string{"a to:me": "to:me a", "to:me a": "", "a b when:hourly c": "when:hourly a b c", "a title:x": "", "a to: b": ""} {
		if _, fixed := FindMisplaced(text); fixed != want {
			t.Errorf("misplaced %q: %q, want %q", text, fixed, want)
		}
	}
}

// TestCutTime: a time at either end of what is followed is one; numbers and names are not.
func TestCutTime(t *testing.T) {
	for text, want := range map[string][2]string{
		"8am mars":                {"8am", "mars"},
		"8:00 mars landing":       {"8:00", "mars landing"},
		"mars at 6:30pm":          {"at 6:30pm", "mars"},
		"mars every day at 18:00": {"every day at 18:00", "mars"},
		"fridays 18:00 mars":      {"fridays 18:00", "mars"},
		"daily at 8am mars":       {"daily at 8am", "mars"},
		"daily mail":              {"", "daily mail"},
		"8am":                     {"", "8am"},
		"2024 election":           {"", "2024 election"},
		"9 planets":               {"", "9 planets"},
		"25:00 mars":              {"", "25:00 mars"},
		"mars 99pm":               {"", "mars 99pm"},
		"author:smith 3d":         {"", "author:smith 3d"},
		"":                        {"", ""},
	} {
		if when, rest := CutTime(text); when != want[0] || rest != want[1] {
			t.Errorf("%q: when %q, rest %q, want %q", text, when, rest, want)
		}
	}
}

func TestOptionsInALanguage(t *testing.T) {
	for _, c := range []struct{ code, typed, want string }{
		{"de", "wann:8:00 an:hier wahl*", "when:8:00 to:here wahl*"},
		{"de", "Wann: 8 Uhr hochwasser", "when:8 Uhr hochwasser"},
		{"de", "wann: das Konzert", "wann: das Konzert"},
		{"de", "Max: Moritz", "Max: Moritz"},
		{"de", "max: 3 drohne", "max:3 drohne"},
		{"de", "nach: Corona", "nach: Corona"},
		{"de", "an: hier hochwasser", "to:here hochwasser"},
		{"de", "an: #news hochwasser", "to:#news hochwasser"},
		{"de", `nur: "die firma" tesla`, `only:"die firma" tesla`},
		{"de", "dringend: tsunami", "urgent: tsunami"},
		{"es", "Solo: una historia", "Solo: una historia"},
		{"fr", "à: Paris", "à: Paris"},
		{"de", "when:8:00 wahl*", "when:8:00 wahl*"},
		{"de", `nur:"die firma, nicht an:hier" tesla`, `only:"die firma, nicht an:hier" tesla`},
		{"de", "max:aus drohne", "max:off drohne"},
		{"de", "hochwasser an: elbe", "hochwasser an: elbe"},
		{"de", "title:wann  hochwasser", "title:wann  hochwasser"},
		{"es", "cuando:8:00 a:#news dron", "when:8:00 to:#news dron"},
		{"ja", "いつ：毎日8時 地震", "when:毎日8時 地震"},
		{"ar", "متى:8:00 زلزال", "when:8:00 زلزال"},
		{"en", "wann:8:00 flood", "wann:8:00 flood"},
	} {
		if got := OptionsInEnglish(c.typed, c.code); got != c.want {
			t.Errorf("%s: %q is %q, want %q", c.code, c.typed, got, c.want)
		}
	}
}
