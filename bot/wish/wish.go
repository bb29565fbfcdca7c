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
	"unicode"
	"unicode/utf8"

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

	if looksLikeQuery(text) {
		if q, err := query.Parse(text); err == nil && q != nil {
			return Wish{Query: text}, true
		}
	}

	switch {
	case isJapanese(text):
		return understandJapanese(text)
	case baseCode(hint) == "zh" && isHan(text):
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
	hint = baseCode(hint)

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

		for _, w := range words {
			w = strings.ToLower(w)
			if t.isSaid(w) {
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

	for i := 0; i < len(words); i++ {
		w := strings.ToLower(words[i])

		switch {
		case g.not.has(w) && i+1 < len(words):
			flush()

			for i+1 < len(words) && g.filler.has(strings.ToLower(words[i+1])) {
				i++
			}

			if i+1 < len(words) {
				parts, i = append(parts, part{not: true, words: []string{g.stem(words[i+1], &stars)}}), i+1
			}
		case (g.or.has(w) || w == "/") && i+1 < len(words):
			i = g.addChoice(&parts, &plain, words, i, &stars)
		case g.filler.has(w) || w == ",":
		default:
			name := g.nameAt(words, i)
			if name > 1 {
				plain.words = append(plain.words, `"`+strings.Join(words[i:i+name], " ")+`"`)
				i += name - 1

				continue
			}

			plain.words = append(plain.words, g.stem(g.cutArticle(words[i]), &stars))
		}
	}

	flush()

	return parts
}

// addChoice joins the words on both sides of an or, and returns where the next word stands.
func (g *grammar) addChoice(parts *[]part, plain *part, words []string, i int, stars *int) int {
	for i+1 < len(words) && g.filler.has(strings.ToLower(words[i+1])) {
		i++
	}

	if i+1 >= len(words) {
		return i
	}

	other := g.stem(g.cutArticle(words[i+1]), stars)

	if n := g.nameAt(words, i+1); n > 1 {
		other = `"` + strings.Join(words[i+1:i+1+n], " ") + `"`
		i += n - 1
	}

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

	return i + 1
}

// nameAt is how many words from one on are a name: capitals within a sentence, in a
// language that writes only names so.
func (g *grammar) nameAt(words []string, at int) int {
	if g.nounCapitals || len(g.endings) > 0 {
		return 1
	}

	n := 0
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
	if len(g.endings) == 0 || *stars >= mostStems || strings.ContainsFunc(w, func(r rune) bool { return !unicode.IsLetter(r) }) || strings.ToUpper(w) == w || g.code == "ru" && isASCII(w) {
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

func isASCII(w string) bool {
	return !strings.ContainsFunc(w, func(r rune) bool { return r > unicode.MaxASCII })
}
