package locales

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"

	"newsbell/adapters"
	"newsbell/subscriptions/query"
)

// Every language has the same texts with the same placeholders, and every plural form.
func TestFilesAgree(t *testing.T) {
	if err := Check(); err != nil {
		t.Error(err)
	}
}

func TestMessages(t *testing.T) {
	for _, c := range []struct {
		source, want string
		pairs        []any
	}{
		{"plain", "plain", nil},
		{"a {x} b", "a 1 b", []any{"x", 1}},
		{"{x}{y}", "{y}<b>", []any{"x", "{y}", "y", "<b>"}},
		{"{n, plural, =0 {none} one {# story} other {# stories}}", "none", []any{"n", 0}},
		{"{n, plural, =0 {none} one {# story} other {# stories}}", "1 story", []any{"n", 1}},
		{"{n, plural, one {# story} other {# stories}} of {m}", "12,345 stories of #x", []any{"n", 12345, "m", "#x"}},
		{"{n, plural, one {{name}: #} other {{name}: #s}}", "UPI: 2s", []any{"n", 2, "name", "UPI"}},
		{"no # outside", "no # outside", nil},
		{"lost {x}", "lost ", nil},
	} {
		m, err := parseMessage(c.source)
		if err != nil {
			t.Error(c.source, err)
			continue
		}

		texts := newTexts(English, func() map[string]text { return map[string]text{"a.b": {message: m}} }, nil)
		if got := texts.Say("a.b", c.pairs...); got != c.want {
			t.Errorf("%s: %q, want %q", c.source, got, c.want)
		}
	}
}

func TestWrongMessages(t *testing.T) {
	for source, want := range map[string]string{
		"a {x":                                   "never closed",
		"a } b":                                  "closes nothing",
		"{X y}":                                  "no name",
		"{n, plural, one {a}}":                   "no form other",
		"{n, plural, some {a} other {b}}":        "no plural form",
		"{n, select, a {b}}":                     "can only be followed",
		"{n, plural, one {a} one {b} other {c}}": "twice",
		"{n, plural, other {{m, plural, other {x}}}}": "inside another",
		"{n, plural, other {x":                        "never closed",
		"{n, plural, other {x}":                       "no plural form",
		"{":                                           "never closed",
	} {
		if _, err := parseMessage(source); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want …%s…", source, err, want)
		}
	}
}

func FuzzParseMessage(f *testing.F) {
	f.Add("{n, plural, =0 {none} one {# {x}} other {#}}")
	f.Add("a {x} } {")
	f.Fuzz(func(t *testing.T, s string) {
		m, err := parseMessage(s)
		if err != nil {
			return
		}

		texts := newTexts(English, func() map[string]text { return map[string]text{"a.b": {message: m}} }, nil)
		if !strings.ContainsAny(s, "{}") && s != "" && texts.Say("a.b") != s {
			t.Errorf("%q became %q", s, texts.Say("a.b"))
		}

		texts.Say("a.b", "n", 3, "x", "{n}")
	})
}

// What a value holds is never read as a text.
func TestValuesAreSafe(t *testing.T) {
	hostile := "{title} {n, plural, other {x}} # %s \u2068\u2069\u202e"

	for _, texts := range Builtin().All() {
		if got := texts.Say("list.no_number", "number", hostile); !strings.Contains(got, "{title} {n, plural, other {x}} # %s") {
			t.Errorf("%s: %q", texts.Code(), got)
		}
	}
}

// In languages written from right to left every value keeps its direction to itself,
// and cannot end that.
func TestValuesAreIsolated(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, "ur.toml", "[sources]\nremoved = \"حُذف {name}.\"\n[why]\nlatest = \"آخر تنبيه لـ {subscription}:\"\n")

	c, err := New(folder)
	if err != nil {
		t.Fatal(err)
	}

	urdu := c.Find("ur-PK")
	if got := urdu.Say("sources.removed", "name", "BBC نیوز"); got != "حُذف \u2067BBC نیوز\u2069." {
		t.Errorf("a name that has both scripts: %q", got)
	}

	if got := urdu.Say("sources.removed", "name", "https://wiki.example/مصر"); got != "حُذف \u2068https://wiki.example/مصر\u2069." {
		t.Errorf("an address with such a path: %q", got)
	}

	if got := urdu.Say("sources.removed", "name", "٢٢"); got != "حُذف ٢٢." {
		t.Errorf("a number: %q", got)
	}

	if got := urdu.Say("sources.removed", "name", "BBC\u2069 \u2067x"); got != "حُذف \u2068BBC x\u2069." {
		t.Errorf("%q", got)
	}

	line := urdu.Line("why.latest", "subscription", adapters.Bold("#1 drone"))
	if text := (adapters.Text{line}).String(); text != "آخر تنبيه لـ \u2068#1 drone\u2069:" || line[1].Style != adapters.StyleBold {
		t.Errorf("%q", text)
	}

	if got := urdu.Say("list.no_number", "number", "7"); got != Builtin().English().Say("list.no_number", "number", "7") {
		t.Errorf("what is missing is said in English, without isolates: %q", got)
	}

	if got := c.Find("ar-EG").Number(12345); c.Find("ar-EG").Code() == "ar" && got != "١٢٬٣٤٥" {
		t.Error(got)
	}
}

func TestFindLanguages(t *testing.T) {
	c := Builtin()
	for _, texts := range c.All() {
		for _, name := range []string{texts.Code(), strings.ToUpper(texts.Code()), texts.Say("language.name"), texts.Say("language.english")} {
			if got := c.Named(name); got != texts {
				t.Errorf("%s names %v", name, got)
			}
		}

		if got := c.Find("", "cs", texts.Code(), "en"); got != texts {
			t.Errorf("%s: found %s", texts.Code(), got.Code())
		}
	}

	if got := c.Find("cs", "-"); got != c.English() {
		t.Error(got.Code())
	}

	for part, code := range map[string]string{"português": "pt-BR", "Indonesia": "id", "中文": "zh-Hans", "العربية": "ar"} {
		if got := c.Named(part); got == nil || got.Code() != code {
			t.Errorf("%s is not %s", part, code)
		}
	}

	if got := c.Named("sch"); got != nil { // of Deutsch, and too short to mean anything
		t.Errorf("sch is %s", got.Code())
	}

	if got := c.Named("Klingon"); got != nil {
		t.Error(got.Code())
	}
}

// The lines of a message in Arabic all run from right to left, but for code and quotes.
func TestDirect(t *testing.T) {
	ar, en := Builtin().Find("ar"), Builtin().English()

	for _, c := range []struct {
		line   adapters.Line
		marked bool
	}{
		{adapters.Line{adapters.Bold("drone")}, true},
		{adapters.Line{adapters.Bold("#1 "), adapters.Plain("drone")}, true},
		{adapters.Line{adapters.Plain("• "), adapters.Plain("BBC · يعمل")}, true},
		{adapters.Line{adapters.Plain("آخر BBC")}, false},
		{adapters.Line{adapters.Plain("\u2068BBC\u2069: خبر")}, false},
		{adapters.Line{adapters.Plain("12:00")}, false},
		{adapters.Line{adapters.Bold("/list"), adapters.Plain(" اشتراكاتك")}, true},
		{adapters.Line{adapters.Code("drone -toy")}, false},
		{adapters.Line{adapters.Plain("للمزيد: /help")}, true},
		{adapters.Line{adapters.Plain("1/2")}, false},
		{adapters.Line{}, false},
	} {
		before := adapters.Text{c.line}.String()

		if got := ar.Direct(adapters.Text{c.line}).String(); (got != before) != c.marked {
			t.Errorf("%q becomes %q", before, got)
		}

		if got := en.Direct(adapters.Text{c.line}).String(); got != before {
			t.Errorf("in English %q becomes %q", before, got)
		}
	}
}

// What other packages say in English is found, with its values, in every language.
func TestTranslate(t *testing.T) {
	english := Builtin().English()

	for _, k := range knownSentences() {
		var pairs []any
		for i, name := range k.names {
			pairs = append(pairs, name, fmt.Sprintf("w%d", i))
		}

		for _, texts := range Builtin().All() {
			if got, want := texts.Translate(english.Say(k.key, pairs...)), texts.Say(k.key, pairs...); got != want {
				t.Errorf("%s: %s: %q, want %q", texts.Code(), k.key, got, want)
			}
		}
	}

	for _, texts := range Builtin().All() {
		if got := texts.Translate("nobody says this"); got != "nobody says this" {
			t.Error(got)
		}
	}
}

// What adapters and queries say without texts is what the English file has.
func TestDefaultsAreTheEnglishTexts(t *testing.T) {
	english, plain := Builtin().English(), adapters.English()
	pairs := []any{"n", 5, "title", "T", "words", "w", "subscriptions", "#1 x", "outlets", "o", "heading", "h", "part", 2, "parts", 3}

	for key := range adapters.EnglishTexts() {
		if got, want := plain.Say(key, pairs...), english.Say(key, pairs...); got != want {
			t.Errorf("%s: %q, the file has %q", key, got, want)
		}
	}

	at := time.Date(2026, 3, 4, 5, 6, 0, 0, time.UTC)
	for _, d := range []time.Duration{-time.Hour, time.Minute, time.Hour, 47 * time.Hour, 90 * time.Hour} {
		if plain.Ago(d) != english.Ago(d) || plain.Date(at.Add(d)) != english.Date(at.Add(d)) {
			t.Errorf("%s: %s, the file has %s", d, plain.Ago(d), english.Ago(d))
		}
	}

	for key, source := range query.EnglishPhrases() {
		values := []any{"first", "a", "second", "b", "what", "x", "n", 5}
		want := strings.NewReplacer("{first}", "a", "{second}", "b", "{what}", "x", "{n}", "5").Replace(source)

		if got := english.Say(key, values...); got != want {
			t.Errorf("%s: %q, the file has %q", key, want, got)
		}
	}
}

func TestFormats(t *testing.T) {
	english := Builtin().English()
	at := time.Date(2026, 1, 2, 7, 5, 0, 0, time.UTC)

	for got, want := range map[string]string{
		english.Moment(at, at, time.UTC):                   "07:05 UTC",
		english.Moment(at, at.Add(24*time.Hour), time.UTC): "2 Jan 07:05 UTC",
		english.Date(at):                       "2 Jan 2026",
		english.ShortClock(8 * 60):             "8:00",
		english.And([]string{"a", "b", "c"}):   "a, b and c",
		english.And([]string{"a"}):             "a",
		english.And(nil):                       "",
		english.Quote("x"):                     "“x”",
		english.Number(9999):                   "9999",
		english.Number(10000):                  "10,000",
		english.Span("in", 24*time.Hour):       "in 1 day",
		english.Span("in", 90*time.Minute):     "in 90 minutes",
		english.Span("pause_for", 8*time.Hour): "For 8 hours",
		english.Span("in", 30*time.Second):     "in 30 seconds",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// limits are how long the texts of a section may be, in characters, values included.
func limits() map[string]int {
	return map[string]int{
		"button.":          40,  // adapters.Button
		"pause_for.":       40,  // buttons
		"command.":         100, // Discord; Telegram takes 256
		"option.":          100,
		"choice.":          100,
		"hint.":            64,  // Telegram's input_field_placeholder
		"about.long":       512, // Telegram's setMyDescription
		"about.short":      120, // Telegram's setMyShortDescription
		"alert.more_lines": 48,  // what a digest keeps free for it
		"month.":           20,
	}
}

// Each label is within the limits of all platforms, in every language.
func TestLabelsFit(t *testing.T) {
	for _, texts := range Builtin().All() {
		for key, text := range texts.texts() {
			m := text.message

			for prefix, most := range limits() {
				if !strings.HasPrefix(key, prefix) {
					continue
				}

				said := texts.Say(key, "n", 999, "hours", 8, "outlet", "", "title", "", "host", "", "what", "")
				if n := utf8.RuneCountInString(said); n == 0 || n > most {
					t.Errorf("%s.toml: %s has %d characters, at most %d are allowed: %s", texts.Code(), key, n, most, said)
				}

				_ = m
			}
		}
	}
}

func TestPluralForms(t *testing.T) {
	for code, want := range map[string]string{"en": "one other", "pl": "one few many other", "ar": "zero one two few many other", "ja": "other", "ru": "one few many other"} {
		got := Categories(language.Make(code))
		if code == "pl" || code == "ru" { // whole numbers need no other
			want = strings.TrimSuffix(want, " other") + " other"
		}

		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", code, got, want)
		}
	}
}

func write(t *testing.T, folder, name, body string) {
	t.Helper()

	if err := os.WriteFile(filepath.Join(folder, name), []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
}

// An operator's file is read strictly: the sentence names file and line.
func TestWrongOverrides(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"pl.toml", "[button]\nundone = \"x\"", "pl.toml:2: there is no text called button.undone"},
		{"pl.toml", "[sources]\n\nremoved = \"usunięte\"", "pl.toml:3: sources.removed lacks {name}"},
		{"pl.toml", "[sources]\nremoved = \"{name} {what}\"", "pl.toml:2: sources.removed cannot have {what}; it has {name}"},
		{"pl.toml", "[button]\nundo = \"x {\"", "pl.toml:2: button.undo: a { is never closed"},
		{"pl.toml", "[button]\nundo = \"\"", "pl.toml:2: button.undo is empty"},
		{"pl.toml", "[button]\nundo = 3", "pl.toml:2: "},
		{"pl.toml", "undo = \"x\"", "pl.toml:1: "},
		{"polish.toml", "", "the file is to be named after a language"},
		{"notes.txt", "", "has no file of texts"},
	} {
		folder := t.TempDir()
		write(t, folder, c.name, c.body)

		if _, err := New(folder); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %q: %v, want …%s…", c.name, c.body, err, c.want)
		}
	}

	folder := t.TempDir()
	write(t, folder, "en.toml", "[button]\nundo = \"Take it back\"")
	write(t, folder, "eo.toml", "[button]\nundo = \"Malfari\"")

	c, err := New(folder)
	if err != nil {
		t.Fatal(err)
	}

	if got := []string{c.Find("en").Say("button.undo"), c.Find("eo").Say("button.undo"), c.Find("eo").Say("button.keep")}; !slices.Equal(got, []string{"Take it back", "Malfari", "Keep"}) {
		t.Error(got)
	}
}

// TestSaid: a language is found by the form of its name that a sentence has, and by nothing that only begins so.
func TestSaid(t *testing.T) {
	all := Builtin()

	for _, c := range []struct{ code, said, want string }{
		{"en", "Spanish", "es"},
		{"en", "deutsch", "de"},
		{"en", "port", ""},
		{"en", "spain", ""},
		{"de", "Englisch", "en"},
		{"de", "Italien", ""},
		{"pl", "angielsku", "en"},
		{"ru", "английском", "en"},
		{"ru", "английски", "en"},
		{"uk", "англійською", "en"},
		{"uk", "польськи", "pl"},
		{"ar", "إنجليزية", "en"},
		{"ar", "الإنجليزية", "en"},
		{"ja", "英語", "en"},
		{"ko", "영어", "en"},
		{"fr", "allemand", "de"},
		{"tr", "İngilizce", "en"},
		{"tr", "ispanyolca", "es"},
		{"hi", "हिंदी", "hi"},
		{"hi", "अंग्रेजी", "en"},
	} {
		got := ""
		if found := all.Said(all.Find(c.code), c.said); found != nil {
			got = found.Code()
		}

		if got != c.want {
			t.Errorf("%s: %s: %q, want %q", c.code, c.said, got, c.want)
		}
	}
}
