package ai

import (
	"slices"
	"strings"
	"unicode/utf8"

	"newsbell/news"
	"newsbell/subscriptions/text"
)

// evidence is what some articles say, in the forms that sentences are held against.
type evidence struct {
	words    map[string]bool // folded
	stems    map[string]bool // the first letters of long words, so that inflected forms meet
	said     string          // all words in order, with a space on both sides of each
	numbers  map[string]bool
	days     map[day]bool
	pairs    map[string]bool // of neighbours in scripts without spaces
	currency map[string]bool
	quoted   int // quotations
}

func readEvidence(articles []*news.Article) *evidence {
	e := &evidence{map[string]bool{}, map[string]bool{}, " ", map[string]bool{}, map[day]bool{}, map[string]bool{}, map[string]bool{}, 0}

	for _, a := range articles {
		e.read(a.Title)
		e.read(readBody(a))
		e.read(a.Outlet)
		e.read(a.Caption)

		if !a.Published.IsZero() {
			e.days[dayAt(a.Published)] = true
			e.numbers[formatNumber(float64(a.Published.UTC().Year()))] = true
		}
	}

	return e
}

func (e *evidence) read(s string) {
	days, rest := daysOf(s)
	for _, d := range days {
		e.days[d] = true
	}

	for _, n := range numbersOf(rest) {
		e.numbers[n] = true
	}

	for sign, words := range currencies {
		for _, w := range words {
			if strings.Contains(s, sign) || strings.Contains(strings.ToLower(s), w) {
				e.currency[sign] = true
			}
		}
	}

	e.quoted += len(quotationsOf(s))
	before := ""

	for _, w := range text.Words(s) {
		e.words[w.Key] = true
		if stem := stemOf(w.Key); stem != "" {
			e.stems[stem] = true
		}

		if w.Alternative {
			continue
		}

		e.said += w.Key + " "

		if text.IsDense(w.Key) && before != "" {
			e.pairs[before+w.Key] = true
		}

		if before = w.Key; !text.IsDense(w.Key) {
			before = ""
		}
	}

	e.said += "| " // a quotation does not run from one text into the next
}

// currencies are signs of money and the words for them.
var currencies = map[string][]string{
	"$": {"dollar", "usd", "peso"}, "€": {"euro", "eur "}, "£": {"pound", "gbp"}, "¥": {"yen", "yuan", "jpy", "cny"}, "₽": {"rouble", "ruble", "руб"}, "₹": {"rupee"},
}

// stemLetters is how many letters two forms of one word share at least.
const stemLetters = 5

// stemOf returns the start of a word by which its forms are compared; "" for a short word.
func stemOf(key string) string {
	if utf8.RuneCountInString(key) <= stemLetters {
		return ""
	}

	return news.Truncate(key, stemLetters)
}

// has reports whether the articles have a word in any form.
func (e *evidence) has(key string) bool { return e.hasName(key) || e.stems[stemOf(key)] }

// hasName reports whether the articles have a word as it stands, or as its plural or
// singular.
func (e *evidence) hasName(key string) bool {
	if e.words[key] {
		return true
	}

	return slices.ContainsFunc(text.Spellings(key), func(form string) bool { return e.words[form] })
}

// endings are what names take in languages that inflect them.
var endings = []string{
	"a", "u", "y", "e", "i", "o", "s", "n", "m", "em", "om", "ie", "ym", "im", "ow", "ach", "ami", "ego", "emu", "owi", "en", "es", "er", "in",
	"а", "у", "ы", "е", "и", "ом", "ем", "ой", "ов", "ами", "ах", "ого", "ому",
}

// hasInflected reports whether the articles have a name with another ending.
func (e *evidence) hasInflected(key string) bool {
	if e.hasName(key) {
		return true
	}

	for _, ending := range endings {
		stem, ok := strings.CutSuffix(key, ending)
		if ok && utf8.RuneCountInString(stem) >= 4 && e.words[stem] {
			return true
		}

		if ok {
			for _, other := range endings {
				if utf8.RuneCountInString(stem) >= 4 && e.words[stem+other] {
					return true
				}
			}
		}

		if utf8.RuneCountInString(key) >= 4 && e.words[key+ending] {
			return true
		}
	}

	return false
}

// quotes reports whether the articles say some words in this order.
func (e *evidence) quotes(s string) bool {
	said := " "

	for _, w := range text.Words(s) {
		if !w.Alternative {
			said += w.Key + " "
		}
	}

	return said == " " || strings.Contains(e.said, said)
}
