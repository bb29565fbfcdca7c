package terminal

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"newsbell/adapters"
)

func TestColumns(t *testing.T) {
	for s, want := range map[string]int{"": 0, "abc": 3, "żółw": 4, "日本語": 6, "한국": 4, "🔔": 2, "e\u0301": 1, "ＡＢ": 4} {
		if got := columnWidth(s); got != want {
			t.Errorf("%q takes %d columns, want %d", s, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		in    string
		limit int
		want  string
	}{
		{"", 10, ""},
		{"one two three", 7, "one two|three"},
		{"one  two\nthree", 13, "one two three"},
		{"a https://wire.example/long b", 10, "a|https://wire.example/long|b"},
		{"日本語の見出し", 6, "日本語|の見出|し"},
		{"go 日本語", 6, "go 日|本語"},
	} {
		if got := strings.Join(wrapText(c.in, c.limit), "|"); got != c.want {
			t.Errorf("%q in %d columns: %q, want %q", c.in, c.limit, got, c.want)
		}
	}
}

// However a line is styled, wrapping it loses nothing but spaces, and no row is
// wider than the window unless it is one word.
func TestWrappedLinesFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := style{color: true, width: rapid.IntRange(1, 30).Draw(t, "width"), wrapText: true}

		var (
			line adapters.Line
			all  strings.Builder
		)

		for range rapid.IntRange(0, 6).Draw(t, "spans") {
			text := rapid.StringOf(rapid.SampledFrom([]rune("ab e\u0301日🔔. \x1b"))).Draw(t, "text")
			line = append(line, adapters.Span{Text: text, Style: rapid.SampledFrom([]adapters.Style{adapters.StylePlain, adapters.StyleBold, adapters.StyleCode}).Draw(t, "style")})
			all.WriteString(text)
		}

		var got strings.Builder

		for _, row := range s.wrapLine(line) {
			var text strings.Builder
			for _, p := range row {
				text.WriteString(p.text)
			}

			got.WriteString(text.String())

			if columnWidth(text.String()) > s.width && strings.ContainsRune(strings.TrimSpace(text.String()), ' ') {
				t.Errorf("%q is wider than %d", text.String(), s.width)
			}
		}

		squash := func(s string) string { return strings.ReplaceAll(stripControls(s), " ", "") }
		if squash(got.String()) != squash(all.String()) {
			t.Errorf("%q became %q", all.String(), got.String())
		}
	})
}

func TestColors(t *testing.T) {
	text := adapters.Text{{adapters.Plain("a "), adapters.Bold("b\x1b[31m"), adapters.Code("")}}
	if got, want := (style{color: true, width: 80}).text(text), "a \x1b[1mb[31m\x1b[0m\n"; got != want {
		t.Errorf("in colour %q, want %q", got, want)
	}

	if got, want := (style{color: true, width: 80, wrapText: true}).text(adapters.Text{{adapters.Bold("two words"), adapters.Plain(" more")}}), "\x1b[1mtwo words\x1b[0m more\n"; got != want {
		t.Errorf("wrapped %q, want %q", got, want)
	}

	if got, want := (style{width: 80}).text(text), "a b[31m\n"; got != want {
		t.Errorf("without colour %q, want %q", got, want)
	}
}
