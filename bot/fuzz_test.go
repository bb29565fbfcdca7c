package bot

import (
	"strings"
	"testing"
	"unicode/utf8"

	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/wording"
)

// FuzzTyped feeds what people type to the small parsers of this package.
func FuzzTyped(f *testing.F) {
	for _, s := range []string{
		"", "drone", "to:#news when:daily 8:00 drone", "to: @x", "when:", "add to:here bbc.com", "2h", "until 18:30", "for a week", "tomorrow",
		"#1, 2", `a (b | c) -"d e"~3, /x, y/ title:z`, "\u00a0to:\u2003x", "to:\xff", `"`, "/", "((", "-",
	} {
		f.Add(s)
	}

	b := New(Config{})

	f.Fuzz(func(t *testing.T, s string) {
		for _, row := range b.commands {
			rest, options := input.ParseOptions(row.Subcommands, s, nil)
			if again, more := input.ParseOptions(row.Subcommands, rest, nil); again != rest && len(row.Subcommands) == 0 && len(more) == 0 {
				t.Errorf("/%s %q: %q, then %q", row.Name, s, rest, again)
			}

			if len(rest) > len(s) || options["sub"] == "" && len(row.Subcommands) == 0 && strings.TrimSpace(rest) != rest {
				t.Errorf("/%s %q: %q", row.Name, s, rest)
			}
		}

		if label := button.Label(s); utf8.RuneCountInString(label) > 40 {
			t.Errorf("a label of %d characters: %q", utf8.RuneCountInString(label), label)
		}

		_ = wording.AsSentence(s)
		_, _ = input.FindMisplaced(s)
		_, _ = input.ParseNumbers(s)
	})
}
