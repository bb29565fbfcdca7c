package query

import (
	"cmp"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"

	"newsbell/news"
	"newsbell/subscriptions/text"
)

//go:embed countries.txt
var countriesFile string

// country is a country with its names and the words for what is of it.
type country struct {
	code       string
	names      []string // as people write them, the usual one first
	adjectives []string // Chilean; North Korean
}

var countries = sync.OnceValue(func() []country {
	var out []country

	for line := range strings.Lines(countriesFile) {
		parts := strings.Split(strings.TrimSpace(line), "|")
		if line[0] == '#' || len(parts) < 2 {
			continue
		}

		c := country{code: parts[0], names: strings.Split(parts[1], ",")}
		if len(parts) > 2 && parts[2] != "" {
			c.adjectives = strings.Split(parts[2], ",")
		}

		out = append(out, c)
	}

	return out
})

// analyzeCode reads the value of lang: and country:, which is a code or a name.
func (p *parser) analyzeCode(t *Term, raw string, end int) (*Node, *Error) {
	code := p.languageOf(raw)

	near, message, nearMessage := nearestLanguage, msgLanguage, msgLanguageNear

	if t.Field == CountryField {
		code = p.countryOf(raw)
		near, message, nearMessage = nearestCountry, msgCountry, msgCountryNear
	}

	if code == "" || t.Exact || t.Near >= 0 {
		if likely, name := near(raw); likely != "" {
			fixed := p.replaced(p.fieldAt, end, t.Field.String()+":"+likely)
			return nil, p.fail(t.at, fmt.Sprintf(nearMessage, t.typed, likely, name), fixed)
		}

		rest := p.without(p.fieldAt, end)
		if strings.TrimSpace(rest) == "" {
			rest = map[Field]string{LangField: "lang:en", CountryField: "country:us"}[t.Field]
		}

		return nil, p.fail(t.at, fmt.Sprintf(message, t.typed), rest)
	}

	t.Text = code
	t.Items = []Item{{Sequence{{Key: code}}}}

	return p.addTerm(t)
}

func (p *parser) languageOf(v string) string {
	if code := LanguageNamed(v); code != "" {
		return code
	}

	code, ok := LanguageCode(v)
	if !ok {
		return ""
	}

	if _, err := language.ParseBase(code); err != nil && !p.canonical {
		return ""
	}

	return code
}

func (p *parser) countryOf(v string) string {
	if code := countryNamed(v); code != "" {
		return code
	}

	code, ok := CountryCode(v)
	if !ok || !p.canonical && code != "eu" && !isCountry(code) {
		return ""
	}

	return code
}

func isCountry(code string) bool {
	return slices.ContainsFunc(countries(), func(c country) bool { return c.code == code })
}

// LanguageCode returns the language of a code such as en, en-GB or eng, under the code that
// articles have it by: of nb, no.
func LanguageCode(v string) (code string, ok bool) {
	v = strings.ToLower(v)

	base, _, _ := strings.Cut(strings.ReplaceAll(v, "_", "-"), "-")
	if len(base) != 2 && len(base) != 3 || !text.IsLowerLetters(base) {
		return "", false
	}

	return cmp.Or(news.Language(base, ""), base), true
}

// languageNames are English (and some own) names of languages and their codes.
const languageNames = "arabic ar bengali bn bulgarian bg burmese my catalan ca chinese zh croatian hr czech cs danish da " +
	"dutch nl english en estonian et finnish fi french fr francais fr german de deutsch de greek el hebrew he hindi hi " +
	"hungarian hu indonesian id italian it italiano it japanese ja khmer km korean ko lao lo latvian lv lithuanian lt malay ms " +
	"norwegian no persian fa farsi fa polish pl portuguese pt portugues pt romanian ro russian ru serbian sr slovak sk slovenian sl " +
	"spanish es espanol es swedish sv thai th turkish tr ukrainian uk urdu ur vietnamese vi"

// LanguageNamed returns the code of a language's name, "" for one that is unknown.
func LanguageNamed(name string) string {
	name = strings.ToLower(name)

	words := strings.Fields(languageNames)
	for i := 0; i < len(words); i += 2 {
		if words[i] == name {
			return words[i+1]
		}
	}

	return ""
}

// nearestLanguage is the language whose name a word nearly is.
func nearestLanguage(typed string) (code, name string) {
	best := 3

	words := strings.Fields(languageNames)
	for i := 0; i < len(words); i += 2 {
		if d := text.Distance(text.Fold(typed), words[i]); d < best && d < len(words[i])/2 {
			best, code, name = d, words[i+1], capitalizeWord(words[i])
		}
	}

	return code, name
}

// CountryCode returns the country of a code, of which uk is gb.
func CountryCode(v string) (code string, ok bool) {
	v = strings.ToLower(v)
	if v == "uk" {
		return "gb", true
	}

	return v, len(v) == 2 && text.IsLowerLetters(v)
}

// countryNamed returns the code of a country's name, "" for one that is unknown.
func countryNamed(name string) string {
	folded := text.Fold(name)

	switch folded {
	case "england", "scotland", "wales":
		return "gb"
	case "deutschland":
		return "de"
	case "korea":
		return "kr"
	}

	for _, c := range countries() {
		for _, n := range c.names {
			if strings.EqualFold(n, folded) {
				return c.code
			}
		}
	}

	return ""
}

// nearestCountry is the country whose name or adjective a word nearly is.
func nearestCountry(typed string) (code, name string) {
	best, folded := 3, text.Fold(typed)

	for _, c := range countries() {
		for _, n := range append(append([]string{}, c.names...), c.adjectives...) {
			if d := text.Distance(folded, strings.ToLower(n)); d < best && d < len(n)/2 {
				best, code, name = d, c.code, c.names[0]
			}
		}
	}

	return code, name
}

func capitalizeWord(w string) string { return strings.ToUpper(w[:1]) + w[1:] }

// analyzeBundle reads the value of bundle:, the ID of a bundle.
func (p *parser) analyzeBundle(t *Term, raw string, end int) (*Node, *Error) {
	id := strings.ToLower(strings.Trim(raw, " .,;"))

	sign := func(r rune) bool { return r != '-' && (r < 'a' || r > 'z') && (r < '0' || r > '9') }
	if strings.Trim(id, "-") == "" || len(id) > MaxBundle || strings.ContainsFunc(id, sign) || t.Exact || t.Near >= 0 {
		rest := p.without(p.fieldAt, end)
		if strings.TrimSpace(rest) == "" {
			rest = "bundle:pl"
		}

		return nil, p.fail(t.at, fmt.Sprintf(msgBundle, t.typed), rest)
	}

	t.Text = id
	t.Items = []Item{{Sequence{{Key: id}}}}

	return p.addTerm(t)
}

// MaxBundle is how many characters the ID of a bundle has at most.
const MaxBundle = 40

// Bundles returns the IDs of the bundles that a query names, each once.
func (q *Query) Bundles() []string {
	var ids []string

	var walk func(*Node)

	walk = func(n *Node) {
		if n.Op == OpTerm && n.Term.Field == BundleField && !slices.Contains(ids, n.Term.Text) {
			ids = append(ids, n.Term.Text)
		}

		for _, k := range n.Children {
			walk(k)
		}
	}

	walk(q.root)

	return ids
}
