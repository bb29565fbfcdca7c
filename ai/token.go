package ai

import (
	"slices"
	"strings"
	"unicode/utf8"

	"newsbell/news"
	"newsbell/subscriptions/text"
)

// The kinds of tokens; those from aName on are what a sentence is about.
const (
	aWord = iota
	anOperator
	aName
	aNumber
	aDay
)

// token is a word of a sentence that says something.
type token struct {
	key     string // folded; of an operator what it does, of a number its value
	kind    int
	clause  int   // of the text; that of a sentence is clausesMost times its number, and up
	sense   sense // of a word of kindred
	passive bool
	agent   bool // what follows does what a passive word says
	saying  bool // "said", "according"
	goesOn  bool // its sentence begins with "he" or the like: it goes on with the one before
	wanted  bool // it stands behind "to", as what the word before it says somebody may do
	isKnown bool // a name that may be left out: the outlet's, or a first name that the article has
}

// isAnchor reports whether it is a name, number or day.
func (t *token) isAnchor() bool { return t.kind >= aName }

func (t *token) weight() int {
	if t.isAnchor() {
		return weightAnchor
	}

	return weightWord
}

// says reports whether a token of a sentence says what one of a passage does.
func (t *token) says(p *token) bool {
	if t.kind != p.kind && (t.kind > aName || p.kind > aName || t.kind == anOperator || p.kind == anOperator) {
		return false
	}

	if t.key == p.key || t.kind <= aName && t.sense.line > 0 && t.sense == p.sense {
		return true
	}

	return (t.kind == aWord || t.kind == aName) && isFormOf(t.key, p.key)
}

// shortStem is how many letters two forms of one short word share.
const shortStem = 4

// isFormOf reports whether two folded words look like forms of one.
func isFormOf(a, b string) bool {
	if a[0] != b[0] {
		return false
	}

	n := 0

	ra, rb := []rune(a), []rune(b)
	for n < min(len(ra), len(rb)) && ra[n] == rb[n] {
		n++
	}

	longer, rest := max(len(ra), len(rb)), max(len(ra), len(rb))-n

	return n >= shortStem && rest <= 3 && 2*n >= longer+1 || n > stemLetters && 3*n >= 2*longer || n == 3 && rest <= 1 && longer <= 4
}

// reader reads tokens of an article and of a sentence about it.
type reader struct {
	language string
	names    map[string]bool // words that have a capital where it is not the start of a sentence
	outlet   map[string]bool
	known    map[string]bool // words of the article
}

func newReader(sentence string, a *news.Article, language string) *reader {
	r := &reader{language, map[string]bool{}, map[string]bool{}, map[string]bool{}}

	for _, s := range []string{readBody(a), sentence} {
		words := text.Words(s)
		for i, w := range words {
			r.known[w.Key] = true

			if !w.Alternative && w.Width == 1 && hasCapital(s[w.Start:w.End]) && !beginsSentence(s, w.Start) && !r.isNoun(s, words, i) {
				r.names[w.Key] = true
			}
		}
	}

	for _, w := range text.Words(a.Outlet) {
		r.outlet[w.Key] = true
	}

	return r
}

// isNoun reports whether a German word with a capital is no name.
func (r *reader) isNoun(s string, words []text.Word, i int) bool {
	return r.language == "de" && isGermanNoun(s, words, i)
}

// clausesMost is how many clauses a sentence has at most.
const clausesMost = 1000

// sentence returns the number of its sentence.
func (t *token) sentence() int { return t.clause / clausesMost }

// read returns what the nth sentence of a text says, word by word.
func (r *reader) read(s string, n int) []token {
	var tokens []token

	words := text.Words(s)
	clause, end, borne, behind := clausesMost*n, 0, -3, -3

	dates := datesOf(words)
	goesOn := len(words) > 0 && pronouns()[words[0].Key]

	for i, w := range words {
		if w.Alternative || w.Width > 1 {
			continue
		}

		if d, ok := dates[w.Start]; ok {
			if d != "" {
				tokens = append(tokens, token{key: string(d), kind: aDay, clause: clause})
			}

			end = max(end, w.End)

			continue
		}

		if strings.ContainsAny(s[min(end, w.Start):w.Start], ".!?,;:–—()") || conjunctions()[r.language+" "+w.Key] || conjunctions()[w.Key] {
			clause++
		}

		end = max(end, w.End)

		switch {
		case bearing()[w.Key]:
			borne = i
		case agents()[w.Key] && len(tokens) > 0 && i-behind <= 1:
			last := &tokens[len(tokens)-1]
			last.passive, last.agent = last.passive || last.kind == aWord && r.isParticiple(last.key), true
		}

		t, ok := r.tokenOf(s, words, i)
		if !ok {
			continue
		}

		t.clause, t.goesOn = clause, goesOn
		t.wanted = i > 0 && infinitives()[words[i-1].Key]
		t.passive = t.kind == aWord && i-borne <= 2 && r.isParticiple(t.key) || t.kind == aWord && r.language == "de" && i-borne <= 1
		behind = i

		tokens = append(tokens, t)
	}

	return tokens
}

// datesOf returns the days that are named, by the first byte of the first of their words, and "" by
// that of each other one.
func datesOf(words []text.Word) map[int]day {
	dates := map[int]day{}

	for i := range words {
		d, from, to := spokenDay(words, i)
		if d == "" {
			continue
		}

		for _, w := range words {
			if w.Start >= from && w.End <= to {
				dates[w.Start] = ""
			}
		}

		dates[from] = d
	}

	return dates
}

// tokenOf reads one word; it reports false for one that says nothing.
func (r *reader) tokenOf(s string, words []text.Word, i int) (token, bool) {
	w := words[i]
	surface := s[w.Start:w.End]

	if months()[w.Key] != 0 && hasCapital(surface) || weekdays()[w.Key] {
		return token{key: w.Key, kind: aDay}, true
	}

	if class, ok := operators()[w.Key]; ok {
		return token{key: class, kind: anOperator, sense: kindred()[w.Key]}, class != "some" || !isNumeral(s, words, i+1)
	}

	if n, ok := numberWords[w.Key]; ok {
		return token{key: formatNumber(n), kind: aNumber}, true
	}

	if n, ok := spelled[r.language][w.Key]; ok {
		return token{key: formatNumber(n), kind: aNumber}, true
	}

	if surface[0] >= '0' && surface[0] <= '9' {
		return token{key: formatNumber(parseNumber(surface)), kind: aNumber}, true
	}

	isName := r.names[w.Key] && hasCapital(surface) && !r.isNoun(s, words, i)
	if isName && !starters()[w.Key] {
		first := i+1 < len(words) && r.names[words[i+1].Key] && r.known[w.Key]
		return token{key: w.Key, kind: aName, isKnown: r.outlet[w.Key] || first}, true
	}

	if speaking()[w.Key] {
		return token{key: w.Key, kind: aWord, sense: spoken, saying: true}, true
	}

	sense := kindred()[w.Key]
	if sense.line == 0 && (starters()[w.Key] || utf8.RuneCountInString(w.Key) < 3 || percents[w.Key] || scales[w.Key] > 0 || fillers()[w.Key]) {
		return token{}, false
	}

	return token{key: w.Key, kind: aWord, sense: sense}, true
}

// spelled are small numbers as other languages than English write them, folded.
var spelled = map[string]map[string]float64{
	"de": {"zwei": 2, "drei": 3, "vier": 4, "funf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "elf": 11, "zwolf": 12},
	"fr": {"deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10, "onze": 11, "douze": 12},
	"es": {"dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10, "once": 11, "doce": 12},
	"pt": {"dois": 2, "duas": 2, "tres": 3, "quatro": 4, "cinco": 5, "seis": 6, "sete": 7, "oito": 8, "nove": 9, "dez": 10, "onze": 11, "doze": 12},
	"it": {"due": 2, "tre": 3, "quattro": 4, "cinque": 5, "sei": 6, "sette": 7, "otto": 8, "nove": 9, "dieci": 10, "undici": 11, "dodici": 12},
	"pl": {"dwa": 2, "dwie": 2, "trzy": 3, "trzech": 3, "cztery": 4, "czterech": 4, "piec": 5, "szesc": 6, "siedem": 7, "osiem": 8, "dziewiec": 9, "dziesiec": 10},
	"ru": {"два": 2, "две": 2, "двух": 2, "три": 3, "трех": 3, "четыре": 4, "четырех": 4, "пять": 5, "шесть": 6, "семь": 7, "восемь": 8, "девять": 9, "десять": 10},
}

// isNumeral reports whether a word is a number, which "some" makes one of a round number.
func isNumeral(s string, words []text.Word, i int) bool {
	return i < len(words) && (s[words[i].Start] >= '0' && s[words[i].Start] <= '9' || numberWords[words[i].Key] > 0)
}

// isParticiple reports whether a word looks like one that is passive behind a form of "be".
func (r *reader) isParticiple(key string) bool {
	if participles()[key] {
		return true
	}

	return slices.ContainsFunc([]string{
		"ed", "en", "wn", "ado", "ada", "ados", "adas", "ido", "ida", "idos", "idas", "ato", "ata", "ati", "ate", "uto", "uta", "ito", "ita", "ee", "ees",
		"any", "ana", "ani", "ane", "ony", "ona", "eni", "one", "ety", "eta", "ан", "ана", "аны", "ен", "ена", "ены", "ено", "ано",
	}, func(ending string) bool {
		return strings.HasSuffix(key, ending) && utf8.RuneCountInString(key) >= len([]rune(ending))+2
	})
}
