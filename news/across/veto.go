package across

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"newsbell/news"
	"newsbell/subscriptions/text"
)

// said is what can be compared of a text without knowing its language well.
type said struct {
	numbers, allNumbers map[string]bool // of the title; of title and lead
	places, allPlaces   map[string]bool // countries, by their ISO 3166 code
	names               []string        // of the title, folded: Latin script, and where capitals tell
	words               map[string]bool // all words of title and lead, folded
	latin               bool
}

// veto says why two articles cannot tell one story; "" if nothing is known against it. What is in
// one title and nowhere in the other article counts, if that goes for both.
func (w *Window) veto(a, b *held) string {
	x, y := w.read(a), w.read(b)

	switch {
	case disagree(x.numbers, y.allNumbers) && disagree(y.numbers, x.allNumbers):
		return "their numbers disagree"
	case disagree(x.places, y.allPlaces) && disagree(y.places, x.allPlaces):
		return "they are of different countries"
	case x.latin && y.latin && x.strangeTo(y) && y.strangeTo(x):
		return "they name different names"
	}

	return ""
}

// disagree reports whether a title has some of a kind, and the other article has none of them.
func disagree(title, other map[string]bool) bool {
	for s := range title {
		if other[s] {
			return false
		}
	}

	return len(title) > 0
}

// sharedLetters are how many letters at its beginning make a name known in another spelling
// (London, Londres).
const sharedLetters = 4

// strangeTo reports whether a title has names and the other article knows none of them.
func (x *said) strangeTo(y *said) bool {
	for _, name := range x.names {
		beginning := news.Truncate(name, sharedLetters)

		for word := range y.words {
			if word == name || utf8.RuneCountInString(name) >= sharedLetters && strings.HasPrefix(word, beginning) {
				return false
			}
		}
	}

	return len(x.names) > 0
}

func (w *Window) read(h *held) *said {
	if h.said != nil {
		return h.said
	}

	whole := h.Title + ". " + h.Lead
	s := &said{numbers: numbersOf(h.Title), allNumbers: numbersOf(whole), words: map[string]bool{}, latin: isLatin(h.Title)}

	s.places, s.allPlaces = w.places.of(h.Language, h.Title), w.places.of(h.Language, whole)

	for _, word := range text.Words(whole) {
		s.words[word.Key] = true
	}

	if s.latin && !nounsHaveCapitals[h.Language] {
		s.names = namesOf(h.Title, func(word string) bool { return len(w.places.of(h.Language, word)) > 0 })
	}

	h.said = s

	return s
}

// nounsHaveCapitals are languages in which capitals tell no names.
var nounsHaveCapitals = map[string]bool{"de": true, "lb": true}

// numbersOf returns the numbers of a text, without what groups their digits: 1,200 and 1.200 are one.
func numbersOf(s string) map[string]bool {
	var digits []byte

	found := map[string]bool{}
	end := func() {
		if len(digits) > 0 {
			found[strings.TrimLeft(string(digits), "0")] = true
		}

		digits = digits[:0]
	}

	runes := []rune(s)
	for i, r := range runes {
		switch v := text.DigitOf(r); {
		case v >= 0:
			digits = append(digits, byte('0'+v))
		case len(digits) > 0 && groupsDigits(r, runes[i+1:]):
		default:
			end()
		}
	}

	end()

	return found
}

// groupsDigits reports whether a sign stands within a number: a point before a digit, or a space
// before three of them.
func groupsDigits(r rune, after []rune) bool {
	digits := 0
	for digits < len(after) && text.DigitOf(after[digits]) >= 0 {
		digits++
	}

	return digits > 0 && strings.ContainsRune(".,'’٫٬", r) || digits == 3 && unicode.IsSpace(r)
}

func isLatin(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) })
}

// namesOf returns the words of a title that are written as names: with a capital that does not
// come from where they stand. Where most words have one, none tells.
func namesOf(title string, isPlace func(word string) bool) []string {
	var names []string

	words := strings.Fields(title)
	capitals := 0

	for i, word := range words {
		word = strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })

		first, _ := utf8.DecodeRuneInString(word)
		if !unicode.IsUpper(first) || utf8.RuneCountInString(word) < 3 {
			continue
		}

		capitals++

		if i == 0 || strings.ContainsAny(words[i-1], ".:!?–—|\"“«»„") || isPlace(word) {
			continue
		}

		for _, w := range text.Words(word) {
			if !slices.Contains(names, w.Key) {
				names = append(names, w.Key)
			}
		}
	}

	if 2*capitals > len(words) {
		return nil
	}

	return names
}

// places are the names of countries, folded, with their codes, by language.
type places map[string]map[string]string

// of returns the countries that a text names.
func (p places) of(code, s string) map[string]bool {
	names, ok := p[code]
	if !ok {
		names = countries(code)
		p[code] = names
	}

	found := map[string]bool{}
	if len(names) == 0 {
		return found
	}

	words := text.Words(s)
	folded := text.Fold(s)

	for name, region := range names {
		if text.IsDense(name) && strings.Contains(folded, name) {
			found[region] = true
		}
	}

	for i := range words {
		name := ""
		for n := 0; n < mostWords && i+n < len(words); n++ {
			name = strings.TrimSpace(name + " " + words[i+n].Key)
			if region := names[name]; region != "" {
				found[region] = true
			}
		}

		if region := inflected(names, words[i].Key); region != "" {
			found[region] = true
		}
	}

	return found
}

const (
	mostWords = 3 // of a country's name
	endings   = 2 // letters that a case may add
	stemmed   = 6 // letters from which on a name is known without its last one
)

// inflected returns the country whose name a word is a case of.
func inflected(names map[string]string, word string) string {
	runes := []rune(word)

	for n := len(runes); n >= stemmed-1 && n >= len(runes)-endings-1; n-- {
		if region := names[string(runes[:n])+"*"]; region != "" {
			return region
		}
	}

	return ""
}

// countries returns the names of all countries in a language. A name of one word stands in it
// a second time, without its last letter and with a star: that is what its cases have in common.
func countries(code string) map[string]string {
	tag, err := language.Parse(code)
	if err != nil {
		return nil
	}

	namer := display.Regions(tag)
	if namer == nil {
		return nil
	}

	names := map[string]string{}

	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			region, err := language.ParseRegion(string([]rune{a, b}))
			if err != nil || !region.IsCountry() {
				continue
			}

			name := strings.TrimSpace(text.Fold(namer.Name(region)))
			if utf8.RuneCountInString(name) < 2 {
				continue
			}

			names[name] = region.String()
			if n := utf8.RuneCountInString(name); n >= stemmed && !strings.Contains(name, " ") && !text.IsDense(name) {
				names[news.Truncate(name, n-1)+"*"] = region.String()
			}
		}
	}

	return names
}
