// Package wish understands what people write as they would to a person: "Nachrichten
// über die Bahn", "tell me when there is an earthquake in Chile". It works by rules and
// a few lists of words for each language: what is said around a wish is dropped, and
// what is left becomes a query. Where word endings say much, as in Polish and Russian,
// the query looks for words that begin alike.
//
// It is pure, and knows nothing of what articles say: whether a query finds anything is
// for others to see.
package wish

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"newsbell/news"
	"newsbell/subscriptions/query"
)

// Wish is what somebody wants to read of.
type Wish struct {
	Query    string // it parses
	Language string // that the wish is written in, ISO 639-1; "" not known
	Asked    bool   // it is a request in a sentence; else the words as they were written
}

// maxLength is how long a text can be to be understood, in bytes. More is no wish.
const maxLength = 500

// Understand returns what a text wishes for; ok is false when nothing is left that could
// be looked for. hint is the language that the person's client is set to, "" unknown.
func Understand(text, hint string) (w Wish, ok bool) {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > maxLength || !utf8.ValidString(text) {
		return Wish{}, false
	}

	if rest := notToMiss(text, hint); rest != "" {
		w, ok = Understand(rest, hint)
		w.Asked = true

		return w, ok
	}

	if looksLikeQuery(text) {
		if q, err := query.Parse(text); err == nil && q != nil {
			return Wish{Query: text}, true
		}
	}

	switch {
	case isJapanese(text):
		return understandJapanese(text)
	case news.BaseLanguage(hint) == "zh" && isHan(text):
		return understandChinese(text)
	}

	words := splitWords(text)

	grammar := detectLanguage(words, hint)
	if grammar == nil {
		return asWritten(words)
	}

	rest, asked := grammar.strip(words)
	if !asked && grammar.code == "en" {
		if p := query.Propose(text); len(p) > 0 {
			return Wish{Query: p[0].Query, Language: "en", Asked: true}, true
		}
	}

	asked = asked || strings.ContainsAny(text, "?？") && len(rest) < len(words)
	w, ok = composeQuery(grammar.parts(rest))
	w.Language, w.Asked = grammar.code, asked

	return w, ok
}

// Object returns what stands behind a word that asks to follow it, in any language: drohne of "folge drohne"; else the text.
func Object(text string) string {
	verb, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	if rest = strings.TrimSpace(rest); rest != "" && followVerbs()[strings.ToLower(verb)] {
		return rest
	}

	return text
}

// followVerbs ask to follow what stands behind them, and are no word of the news.
var followVerbs = sync.OnceValue(func() words {
	return wordSet(`folge folgen abonniere abonnier abonnieren verfolge suivre suivez abonne-moi seguir síguele suscríbeme seguire segui siga acompanhe acompanhar obserwuj śledź śledzić следи отслеживай подпишись
		подпиши стеж відстежуй підпишись підпиши ikuti تابع دنبال follow subscribe`)
})

// looksLikeQuery reports whether the writer knows the language of queries.
func looksLikeQuery(text string) bool {
	if strings.ContainsAny(text, "\"()|*~=\n") || strings.Contains(text, "://") {
		return true
	}

	for w := range strings.FieldsSeq(text) {
		name, value, colon := strings.Cut(w, ":")
		if len(w) > 1 && w[0] == '-' || colon && value != "" && name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz") == "" || w == "OR" || w == "NOT" {
			return true
		}
	}

	return false
}

// asWritten takes the words of a text in a language that is not known.
func asWritten(words []string) (Wish, bool) {
	return composeQuery([]part{{words: words}})
}

// splitWords cuts a text into words without the signs around them; a comma stays as a word of
// its own.
func splitWords(text string) (words []string) {
	text = strings.NewReplacer("’", "'", "…", " ", "—", " ", "–", " ", "/", " / ", ",", " , ", ";", " , ").Replace(text)

	for w := range strings.FieldsSeq(text) {
		if w != "," {
			w = strings.TrimFunc(w, func(r rune) bool {
				return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !strings.ContainsRune("#$€+%", r)
			})
		}

		if w != "" {
			words = append(words, w)
		}
	}

	return words
}

// part is words that all have to be there; not: none of them may be; or: any.
type part struct {
	words []string
	not   bool
	or    bool
}

// composeQuery writes the query of parts.
func composeQuery(parts []part) (Wish, bool) {
	var out []string

	wanted := 0

	for _, p := range parts {
		words := p.words
		if len(words) == 0 {
			continue
		}

		if !p.not {
			wanted++
		}

		switch {
		case p.or && len(parts) > 1:
			out = append(out, "("+strings.Join(words, " OR ")+")")
		case p.or:
			out = append(out, strings.Join(words, " OR "))
		case p.not && len(words) > 1:
			out = append(out, `-"`+strings.Join(words, " ")+`"`)
		case p.not:
			out = append(out, "-"+words[0])
		default:
			out = append(out, strings.Join(words, " "))
		}
	}

	text := strings.Join(out, " ")

	if wanted == 0 {
		return Wish{}, false
	}

	if _, err := query.Parse(text); err != nil {
		return Wish{}, false
	}

	return Wish{Query: text}, true
}

// detectLanguage finds the language of a text by its function words and its letters; nil if it is
// none of grammars.
func detectLanguage(words []string, hint string) *grammar {
	hint = news.BaseLanguage(hint)

	var best *grammar

	most := 0

	known := slices.Clone(grammars())

	for _, g := range furtherGrammars() {
		if g.code == hint {
			known = append(known, g)
		}
	}

	for _, t := range known {
		score := 0

		for i, w := range words {
			w = strings.ToLower(w)
			if t.isSaid(w) || w != "," && t.isNotAt(words, i) {
				score += 2
			}

			if t.letters != "" && strings.ContainsAny(w, t.letters) {
				score += 2
			}

			if t.cutArticle(w) != w {
				score++
			}
		}

		if t.code == hint && score > 0 {
			score++
		}

		if score > most {
			best, most = t, score
		}
	}

	return best
}

// isSaid reports whether a word is one that wishes of the language are framed with.
func (g *grammar) isSaid(w string) bool {
	return g.ask.has(w) || g.lead.has(w) || g.filler.has(w) || g.or.has(w) || g.not.has(w)
}

// strip drops what is said before and after what a wish is about. asked reports whether
// it is said as a request.
func (g *grammar) strip(words []string) (rest []string, asked bool) {
	at := 0

	for at < len(words) {
		w := strings.ToLower(words[at])

		if at > 0 && g.beginsName(words, at) {
			break
		}

		short := g.cutArticle(w)
		if g.ask.has(w) || g.ask.has(short) {
			asked = true
		} else if w != "," && !g.lead.has(w) && !g.filler.has(w) {
			break
		}

		at++
	}

	rest = words[at:]

	end := len(rest)
	for end > 0 {
		w := strings.ToLower(rest[end-1])
		if !g.tail.has(w) && !g.filler.has(w) && w != "," {
			break
		}

		if g.tail.has(w) && !g.filler.has(w) {
			asked = asked || end > 1
		}

		end--
	}

	return rest[:end], asked
}

// parts reads what is left of a wish: choices, exclusions, and words that say nothing.
func (g *grammar) parts(words []string) []part {
	var (
		parts []part
		plain part
	)

	stars := 0
	flush := func() {
		if len(plain.words) > 0 {
			parts, plain = append(parts, plain), part{}
		}
	}

	words = g.joinLists(words)
	for i := 0; i < len(words); i++ {
		w := strings.ToLower(words[i])

		switch {
		case g.isNot(w) && i+1 < len(words):
			flush()

			i = g.skipFiller(words, i+1)
			if i < len(words) {
				item, n := g.itemAt(words, i, &stars)
				parts, i = append(parts, part{not: true, words: []string{item}}), i+n-1
			}
		case g.isOr(w) && i+1 < len(words):
			i = g.addChoice(&parts, &plain, words, i, &stars)
		case w == ",", g.filler.has(w) && !g.beginsName(words, i):
		default:
			item, n := g.itemAt(words, i, &stars)
			plain.words, i = append(plain.words, item), i+n-1
		}
	}

	flush()

	return parts
}

// skipFiller returns where the first word from one on stands that says something.
func (g *grammar) skipFiller(words []string, at int) int {
	for at < len(words) && g.filler.has(strings.ToLower(words[at])) && !g.beginsName(words, at) {
		at++
	}

	return at
}

// itemAt is what a query says for the word at a place, or for the name of several words that
// begins there, and how many words that is.
func (g *grammar) itemAt(words []string, at int, stars *int) (item string, n int) {
	if n = g.nameAt(words, at); n > 1 {
		return `"` + strings.Join(words[at:at+n], " ") + `"`, n
	}

	return g.stem(g.cutArticle(words[at]), stars), 1
}

// addChoice joins the words on both sides of an or, and returns where the last of them stands.
func (g *grammar) addChoice(parts *[]part, plain *part, words []string, i int, stars *int) int {
	at := g.skipFiller(words, i+1)
	if at >= len(words) {
		return at - 1
	}

	other, n := g.itemAt(words, at, stars)

	last := len(*parts) - 1

	switch {
	case len(plain.words) > 0:
		before := plain.words[len(plain.words)-1]

		if rest := plain.words[:len(plain.words)-1]; len(rest) > 0 {
			*parts = append(*parts, part{words: slices.Clone(rest)})
		}

		*parts = append(*parts, part{or: true, words: []string{before, other}})
		*plain = part{}
	case last >= 0 && (*parts)[last].or:
		(*parts)[last].words = append((*parts)[last].words, other)
	default:
		plain.words = append(plain.words, other)
	}

	return at + n - 1
}

// nameAt is how many words from one on are a name: capitals within a sentence, in a
// language that writes only names so.
func (g *grammar) nameAt(words []string, at int) int {
	if !g.writesNamesAlone() {
		return 1
	}

	n := 0
	if g.beginsName(words, at) {
		n = 1
	}

	for at+n < len(words) && n < longestName {
		w := words[at+n]
		joins := n > 0 && at+n+1 < len(words) && isJoint(w) && isCapital(words[at+n+1])

		if !joins && (!isCapital(w) || g.filler.has(strings.ToLower(w))) {
			break
		}

		n++
	}

	return max(n, 1)
}

// writesNamesAlone reports whether in the language only names have a capital within a sentence,
// and the same letters wherever they stand.
func (g *grammar) writesNamesAlone() bool { return !g.nounCapitals && len(g.endings) == 0 }

// beginsName reports whether a word that elsewhere says nothing is part of a name: the New of New
// York, the La of La Paz, but not the The of The Beatles. Where every word has a capital, none
// says so.
func (g *grammar) beginsName(words []string, at int) bool {
	if !g.writesNamesAlone() || at+1 >= len(words) || at > 0 && isCapital(words[at-1]) {
		return false
	}

	w := words[at]

	return isCapital(w) && w != "The" && strings.ToUpper(w) != w && isCapital(words[at+1])
}

// longestName is how many words a name has at most.
const longestName = 5

// isJoint reports whether a word can stand within a name: Bank of England, Tour de France.
func isJoint(w string) bool { return w == "of" || w == "de" || w == "del" || w == "di" || w == "da" }

func isCapital(w string) bool {
	first, size := utf8.DecodeRuneInString(w)
	if !unicode.IsUpper(first) || size == len(w) {
		return false
	}

	cut, _, apostrophe := strings.Cut(w, "'")

	return !apostrophe || utf8.RuneCountInString(cut) > 2
}

// cutArticle cuts the article that some languages write in one word with what follows
// (l'Ukraine, dell'Ucraina), and the particle that others write behind it (발렌시아의).
func (g *grammar) cutArticle(w string) string {
	lower := strings.ToLower(w)

	for _, p := range g.particles {
		if cut := strings.TrimSuffix(w, p); cut != w && utf8.RuneCountInString(cut) > 1 {
			return cut
		}
	}

	for _, a := range g.articles {
		if strings.HasPrefix(lower, a) && len(w) > len(a)+1 {
			return w[len(a):]
		}
	}

	return w
}

// Limits of stems: what is cut off, what stays, and how many a query can have.
const (
	shortestStem = 4
	mostStems    = query.MaxWildcards
)

// stem is a word without its ending, with a star, in a language that inflects.
func (g *grammar) stem(w string, stars *int) string {
	if len(g.endings) == 0 || *stars >= mostStems || strings.ContainsFunc(w, func(r rune) bool { return !unicode.IsLetter(r) }) || strings.ToUpper(w) == w || g.code == "ru" && news.IsASCII(w) {
		return w
	}

	lower := strings.ToLower(w)

	for _, ending := range g.endings {
		cut := strings.TrimSuffix(lower, ending)
		if cut != lower && utf8.RuneCountInString(cut) >= shortestStem {
			*stars++

			return w[:len(w)-len(ending)] + "*"
		}
	}

	if utf8.RuneCountInString(w) > shortestStem {
		*stars++

		return w + "*"
	}

	return w
}
