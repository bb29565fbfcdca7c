// Package localestest makes a pseudo-language for tests in which no text is English: a
// text that a test still finds in English was never put into locales.
package localestest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"newsbell/locales"
)

// letters stand for those of English, one for one.
const (
	plain    = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	accented = "åƀçđéƒĝħîĵķłɱñöþǫřšţûṽŵẋýžÅƁÇĐÉƑĜĦÎĴĶĻṀÑÖÞǪŘŠŢÛṼŴẊÝŽ"
)

// Catalog returns a catalog in which every language is the pseudo-language.
func Catalog(t testing.TB) *locales.Catalog {
	t.Helper()

	english, err := os.ReadFile(englishFile(t))
	if err != nil {
		t.Fatal(err)
	}

	folder := t.TempDir()
	for _, texts := range locales.Builtin().All() {
		if err := os.WriteFile(filepath.Join(folder, texts.Code()+".toml"), []byte(accentFile(string(english))), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	c, err := locales.New(folder)
	if err != nil {
		t.Fatal(err)
	}

	return c
}

// englishFile finds the English file from the folder of a test.
func englishFile(t testing.TB) string {
	t.Helper()

	for _, up := range []string{".", "..", "../..", "../../.."} {
		name := filepath.Join(up, "locales", "en.toml")
		if _, err := os.Stat(name); err == nil {
			return name
		}
	}

	t.Fatal("locales/en.toml is not there")

	return ""
}

// accentFile gives every text of a file its accents and marks.
func accentFile(file string) string {
	var b strings.Builder

	inside := ""   // the quotes of a text of several lines
	named := false // the section [language] has names

	for line := range strings.Lines(file) {
		if strings.HasPrefix(line, "[") {
			named = strings.HasPrefix(line, "[language]")
		}

		if named {
			continue
		}

		key, rest, isText := strings.Cut(line, " = ")

		switch {
		case inside == "" && (!isText || strings.HasPrefix(line, "#")):
			b.WriteString(line)
			continue
		case inside != "":
			rest = line
		default:
			b.WriteString(key + " = ")

			inside = `"`

			for _, quotes := range []string{`"""`, `'`} {
				if strings.HasPrefix(rest, quotes) {
					inside = quotes
				}
			}

			rest = strings.TrimPrefix(rest, inside)
			b.WriteString(inside)
		}

		text, comment, closed := cutQuote(rest, inside)
		b.WriteString(accentText(text))

		if closed {
			b.WriteString(inside + comment)

			inside = ""
		}
	}

	return b.String()
}

// cutQuote splits a line at the quotes that end its text.
func cutQuote(s, quotes string) (text, after string, closed bool) {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quotes != `'`:
			i++
		case strings.HasPrefix(s[i:], quotes):
			return s[:i], s[i+len(quotes):], true
		}
	}

	return s, "", false
}

// accentText changes the letters of a text outside its placeholders, plural forms and the
// commands in it.
func accentText(text string) string {
	if example, what, found := strings.Cut(text, " – "); found {
		return example + " – " + accentText(what)
	}

	var b strings.Builder

	depth, word := 0, ""

	for i, r := range text {
		if r == '{' || r == '}' {
			depth += map[rune]int{'{': 1, '}': -1}[r]
		}

		if r == ' ' || r == '\n' || i == 0 {
			word, _, _ = strings.Cut(strings.TrimLeft(text[i:], " \n"), " ")
		}

		keep := depth == 1 || depth == 3 || strings.HasPrefix(word, "/")
		b.WriteRune(swapRune(r, plain, accented, keep))
	}

	return b.String()
}

func swapRune(r rune, from, to string, keep bool) rune {
	if keep {
		return r
	}

	source, target := []rune(from), []rune(to)
	for i := range source {
		if source[i] == r {
			return target[i]
		}
	}

	return r
}

// English gives a text its English letters again.
func English(text string) string {
	var b strings.Builder

	for _, r := range text {
		b.WriteRune(swapRune(r, accented, plain, false))
	}

	return b.String()
}
