package locales

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"newsbell/adapters"
)

// Texts are the texts of one language. They do not change and are safe for
// concurrent use.
type Texts struct {
	code    string // as its file is called: "pt-BR"
	tag     language.Tag
	texts   func() map[string]text // by section and key; quick but for the first call
	english *Texts                 // for what is missing here; nil: this is English
	numbers numberStyle
	isRTL   bool
}

// Code returns the language's BCP 47 code, as its file is called: "pt-BR".
func (t *Texts) Code() string { return t.code }

// IsRTL reports whether the language is written from right to left.
func (t *Texts) IsRTL() bool { return t.isRTL }

// Tag returns the language.
func (t *Texts) Tag() language.Tag { return t.tag }

// Has reports whether there is a text of that name.
func (t *Texts) Has(key string) bool { return t.message(key) != nil }

func (t *Texts) message(key string) message {
	if m := t.texts()[key].message; m != nil || t.english == nil {
		return m
	}

	return t.english.texts()[key].message
}

// Say returns the text named by a key. Its placeholders are given as pairs of name and
// value: a string stands as it is, an int is written as the language writes numbers.
// A text that is missing is said in English.
func (t *Texts) Say(key string, pairs ...any) string {
	var b strings.Builder

	for _, s := range t.Line(key, pairs...) {
		b.WriteString(s.Text)
	}

	return b.String()
}

// Line is Say with values that keep their style: an [adapters.Span] or a whole
// [adapters.Line].
func (t *Texts) Line(key string, pairs ...any) adapters.Line {
	w := writer{t: t, pairs: pairs}
	if t.texts()[key].message == nil && t.english != nil {
		w.t = t.english
	}

	m := w.t.texts()[key].message
	if m == nil {
		return adapters.Line{adapters.Plain(key)} // a test finds it first
	}

	w.write(m)
	w.flush()

	return w.line
}

// writer puts the values into a message.
type writer struct {
	t     *Texts
	pairs []any
	line  adapters.Line
	text  strings.Builder // plain text that is not in line yet
}

func (w *writer) write(m message) {
	for _, p := range m {
		switch {
		case p.name == "":
			w.text.WriteString(p.text)
		case p.forms != nil:
			w.write(w.t.form(p.forms, w.count(p.name)))
		default:
			w.value(p.name)
		}
	}
}

func (w *writer) lookup(name string) any {
	for i := 0; i+1 < len(w.pairs); i += 2 {
		if w.pairs[i] == name {
			return w.pairs[i+1]
		}
	}

	return nil
}

func (w *writer) count(name string) int {
	n, _ := w.lookup(name).(int)
	return n
}

// value writes the value of a placeholder. What comes from outside is isolated from
// the text around it where that runs from right to left.
func (w *writer) value(name string) {
	switch v := w.lookup(name).(type) {
	case int:
		w.text.WriteString(w.t.Number(v))
	case string:
		w.text.WriteString(w.t.Isolate(v))
	case adapters.Span:
		w.spans(v)
	case adapters.Line:
		w.spans(v...)
	}
}

func (w *writer) spans(spans ...adapters.Span) {
	open, end := "", ""
	if w.t.isRTL && len(spans) > 0 {
		open, end = isolateFor(adapters.Text{spans}.String()), popIsolate
	}

	w.text.WriteString(open)
	w.flush()
	w.line = append(w.line, spans...)
	w.text.WriteString(end)
}

func (w *writer) flush() {
	if w.text.Len() > 0 {
		w.line = append(w.line, adapters.Plain(w.text.String()))
		w.text.Reset()
	}
}

// The characters that keep a text's own direction to itself, Unicode Standard Annex 9.
const (
	firstStrong = "\u2068" // FIRST STRONG ISOLATE
	fromRight   = "\u2067" // RIGHT-TO-LEFT ISOLATE
	popIsolate  = "\u2069" // POP DIRECTIONAL ISOLATE
)

// isolateFor opens an isolate for a text. What has words of ours around a name in Latin letters, as "#1 drone, ليس toy", runs
// from right to left though it begins with the name. An address runs as its scheme does, whatever its path.
func isolateFor(s string) string {
	isAddress := strings.Contains(s, "://") && !strings.Contains(s, " ")
	if !isAddress && strings.ContainsFunc(s, func(r rune) bool { return unicode.In(r, unicode.Arabic, unicode.Hebrew) && unicode.IsLetter(r) }) {
		return fromRight
	}

	return firstStrong
}

// withoutIsolates drops what would end an isolate, or open one that nothing ends.
var withoutIsolates = strings.NewReplacer("\u2066", "", fromRight, "", firstStrong, "", popIsolate, "")

// Isolate keeps the direction of a text to itself, in a language that is written from
// right to left; in others it returns the text as it is. The hours and minutes of a clock are one number: each in an
// isolate of its own, they would change places.
func (t *Texts) Isolate(s string) string {
	if !t.isRTL || !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsDigit(r) }) {
		return s
	}

	return isolateFor(s) + withoutIsolates.Replace(s) + popIsolate
}

// rightToLeft makes the line that it begins run from right to left (RIGHT-TO-LEFT MARK).
const rightToLeft = "\u200f"

// Direct has the lines of a text run from right to left in a language that is written so. Apps give
// each line the direction of its first letter: those that begin with a name in Latin letters
// would stand at the other side of the message. Code and what is quoted keep their own.
// The slash of a command stays before its name.
func (t *Texts) Direct(text adapters.Text) adapters.Text {
	if !t.isRTL {
		return text
	}

	directed := make(adapters.Text, len(text))

	for i, line := range text {
		if beginsLeftToRight(line) {
			line = append(adapters.Line{adapters.Plain(rightToLeft)}, line...)
		} else {
			line = slices.Clone(line)
		}

		directed[i] = line

		for j := range line {
			if line[j].Style != adapters.StyleCode && line[j].Style != adapters.StylePre && line[j].URL == "" {
				line[j].Text = commandIn().ReplaceAllString(line[j].Text, "${1}"+leftToRight+"$2")
			}
		}
	}

	return directed
}

// leftToRight keeps the slash of a command before its name (LEFT-TO-RIGHT MARK).
const leftToRight = "\u200e"

var commandIn = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(^|[\s(])(/[a-z])`) })

// beginsLeftToRight reports whether the first letter of a line outside of isolates is of a script that
// is written from left to right.
func beginsLeftToRight(line adapters.Line) bool {
	depth := 0

	for _, span := range line {
		switch span.Style {
		case adapters.StyleCode, adapters.StylePre, adapters.StyleQuote:
			return false
		default:
		}

		for _, r := range span.Text {
			switch {
			case strings.ContainsRune(firstStrong+fromRight, r):
				depth++
			case strings.ContainsRune(popIsolate, r):
				depth--
			case depth == 0 && (unicode.In(r, unicode.Arabic, unicode.Hebrew) || strings.ContainsRune(rightToLeft, r)):
				return false
			case depth == 0 && unicode.IsLetter(r):
				return true
			}
		}
	}

	return false
}

// form picks the plural form for a number: an exact one, else the one of its category.
func (t *Texts) form(forms map[string]message, n int) message {
	if m, ok := forms["="+strconv.Itoa(n)]; ok {
		return m
	}

	if m, ok := forms[t.category(n)]; ok {
		return m
	}

	return forms["other"]
}

// category is the plural category of a whole number.
func (t *Texts) category(n int) string {
	if n < 0 {
		n = -n
	}

	n %= 10_000_000 // plural rules look at the last digits

	switch plural.Cardinal.MatchPlural(t.tag, n, 0, 0, 0, 0) {
	case plural.Zero:
		return "zero"
	case plural.One:
		return "one"
	case plural.Two:
		return "two"
	case plural.Few:
		return "few"
	case plural.Many:
		return "many"
	default:
		return "other"
	}
}
