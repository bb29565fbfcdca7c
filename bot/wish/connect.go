package wish

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"newsbell/news"
	"newsbell/subscriptions/query"
	"newsbell/subscriptions/zone"
)

// Connected is a query whose words that join or exclude were written as the language of queries
// writes them.
type Connected struct {
	Query    string
	Choice   bool   // a word for "or" became OR
	Excludes string // the word, as typed, that became a minus; "" none did
}

// Connect reads the words for "or", "and" and "without" of a language, such as "oder" and "ohne",
// as OR, nothing and a minus; the language of queries knows only the English ones. A name that is known to have an
// "and" is put in quotes, and what is in quotes stays. ok is false where there is nothing to read so, or the result doesn't parse.
// code is that of the chat's language, as in locales: a word that joins in one language is a
// word to look for in another.
func Connect(text, code string) (c Connected, ok bool) {
	if q := wholeName(text, code); q != "" {
		return Connected{Query: q}, true
	}

	joints, known := connectives()[news.BaseLanguage(code)]
	if !known || len(text) > maxLength || strings.Contains(text, "\n") {
		return Connected{}, false
	}

	typed := strings.Join(strings.Fields(text), " ")

	text = joints.partUnspaced(typed)
	words := joints.write(quotedWords(text), &c)
	c.Query = strings.Join(words, " ")

	if c.Query == typed {
		return Connected{}, false
	}

	_, err := query.Parse(c.Query)

	return c, err == nil
}

// write returns the words with those that join or exclude as operators.
func (j *joints) write(words []string, c *Connected) (out []string) {
	for i := 0; i < len(words); i++ {
		w := strings.ToLower(words[i])
		inside := len(out) > 0 && i+1 < len(words)

		switch {
		case inside && j.or.has(w) && !isOperator(words[i+1]) && !isOperator(out[len(out)-1]):
			out, c.Choice = append(out, "OR"), true
		case inside && j.and.has(w) && !isOperator(words[i+1]):
		case inside && (j.not.has(w) || j.no.has(w) && len(out) > 1 && j.isBut(out)):
			object, n := j.excluded(words[i+1:])
			if object == "" {
				out = append(out, words[i])
				continue
			}

			if j.isBut(out) && len(out) > 1 {
				out = out[:len(out)-1]
			}

			out[len(out)-1] = strings.TrimRight(out[len(out)-1], ",")
			out, c.Excludes = append(out, object), words[i]
			i += n
		case j.noAfter.has(w) && len(out) > 2 && j.isBut(out[:len(out)-1]) && !isOperator(out[len(out)-1]):
			last := len(out) - 1
			out[last-1], c.Excludes = "-"+out[last], words[i]
			out = out[:last]
			out[last-2] = strings.TrimRight(out[last-2], ",")
		case j.notAfter.has(w) && len(out) > 1:
			last := len(out) - 1
			if j.filler.has(strings.ToLower(out[last])) && last > 1 {
				out, last = out[:last], last-1
			}

			if !isOperator(out[last]) {
				out[last], c.Excludes = "-"+out[last], words[i]
				out[last-1] = strings.TrimRight(out[last-1], ",，、")
			}
		default:
			out = append(out, words[i])
		}
	}

	return out
}

// mostNames is how many names are joined by *and* at most.
const mostNames = 6

// Either returns the query for any of the names that a text joins with *and* ("Real Madrid and Barcelona"): as they stand,
// an article has to have all. ok is false where it joins other words, writes what the language of queries reads, or is one
// name: Bosnia and Herzegovina, Johnson and Johnson, Marks and Spencer, Villeroy & Boch.
func Either(text, code string) (q string, ok bool) {
	if len(text) > maxLength || looksLikeQuery(text) || strings.Contains(text, "&") {
		return "", false
	}

	names := joinedNames(text, code)
	if len(names) < 2 || len(names) > mostNames || isOneName(names) || zone.IsCountry(strings.Join(names, " & ")) || zone.IsCountry(text) {
		return "", false
	}

	for _, name := range names {
		if !zone.IsCountry(name) && !isCapital(name) {
			return "", false
		}
	}

	for i, name := range names {
		if strings.Contains(name, " ") {
			names[i] = `"` + name + `"`
		}
	}

	q = strings.Join(names, " OR ")
	_, err := query.Parse(q)

	return q, err == nil
}

// isOneName reports whether names that are joined are one: one that is there twice, or one of doubleNames.
func isOneName(names []string) bool {
	for i, name := range names {
		if slices.ContainsFunc(names[:i], func(before string) bool { return strings.EqualFold(before, name) }) {
			return true
		}
	}

	return doubleNames()[strings.ToLower(strings.Join(names, " & "))]
}

// wholeName returns the query for a text that is one name with an *and*, written with it or with an &; "" of others, and of
// words in a list: "law, order".
func wholeName(text, code string) string {
	if len(text) > maxLength || looksLikeQuery(text) || strings.ContainsAny(text, ",،、，") {
		return ""
	}

	names := joinedNames(text, code)
	if len(names) != 2 || !isOneName(names) {
		return ""
	}

	written, and := strings.Join(names, " & "), strings.Join(names, " and ")
	if !strings.Contains(text, "&") {
		and = strings.Join(strings.Fields(text), " ")
	}

	return `"` + written + `" OR "` + and + `"`
}

// Pair counts in articles whether the names that a text joins are one name, which stands there as a whole more often
// than a part of it alone.
type Pair struct {
	names           []string
	typed, joined   string
	together, apart int
}

// NewPair returns the counter for a text of which Either made a choice.
func NewPair(text, code string) *Pair {
	names := joinedNames(strings.ToLower(text), code)
	return &Pair{names: names, typed: strings.ToLower(text), joined: strings.Join(names, " & ")}
}

// Add counts an article by its text.
func (p *Pair) Add(text string) {
	text = strings.ToLower(text)

	switch {
	case strings.Contains(text, p.typed) || strings.Contains(text, p.joined):
		p.together++
	case slices.ContainsFunc(p.names, func(name string) bool { return strings.Contains(text, name) }):
		p.apart++
	}
}

// IsOneName reports whether the articles counted so far have one name. Of one article alone nothing is known: it may tell
// that two met.
func (p *Pair) IsOneName() bool { return p.together > max(p.apart, 1) }

// doubleNames are companies, works and places whose one name has an *and*, in small letters and with an &.
var doubleNames = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}

	for name := range strings.SplitSeq(doubleNameList, ",") {
		all[strings.Join(strings.Fields(name), " ")] = true
	}

	return all
})

const doubleNameList = `marks & spencer, procter & gamble, ernst & young, villeroy & boch, barnes & noble, black & decker, bang & olufsen,
	dolce & gabbana, abercrombie & fitch, smith & wesson, standard & poor's, standard & poors, bed bath & beyond, ben & jerry's, ben & jerrys,
	dun & bradstreet, fortnum & mason, holland & barrett, heckler & koch, pratt & whitney, moët & chandon, simon & schuster, taylor & francis,
	thurn & taxis, deloitte & touche, kirkland & ellis, latham & watkins, cushman & wakefield, brown & root, babcock & wilcox, rohde & schwarz,
	giesecke & devrient, peek & cloppenburg, gruner & jahr, crate & barrel, arm & hammer, bain & company, mckinsey & company, legal & general,
	smith & nephew, tate & lyle, goldman & sachs, merck sharp & dohme, johnson & johnson, larsen & toubro, mahindra & mahindra, tiffany & co,
	simon & garfunkel, hall & oates, brooks & dunn, mumford & sons, florence & the machine, laurel & hardy, gilbert & sullivan, penn & teller,
	romeo & juliet, romeo & julia, tom & jerry, adam & eve, bonnie & clyde, rick & morty, lilo & stitch, dungeons & dragons, law & order,
	fast & furious, pride & prejudice, war & peace, crime & punishment, beauty & the beast, deadpool & wolverine, ant & dec,
	brighton & hove, brighton & hove albion, tyne & wear, kensington & chelsea, hammersmith & fulham, dumfries & galloway, newfoundland & labrador,
	turks & caicos, wallis & futuna, castile & león, food & drug administration, customs & border protection, oil & gas`

// joinedNames parts a text at commas and at what means *and* in a language; nil if something between them is no name.
func joinedNames(text, code string) (names []string) {
	and := wordSet("and")
	if joints := connectives()[news.BaseLanguage(code)]; joints != nil {
		and = joints.and
	}

	var name []string

	for _, w := range append(strings.Fields(strings.ReplaceAll(text, ",", " , ")), ",") {
		if w != "," && w != "&" && !and.has(strings.ToLower(w)) {
			name = append(name, w)
			continue
		}

		if len(name) == 0 || len(name) > longestName {
			return nil
		}

		names, name = append(names, strings.Join(name, " ")), nil
	}

	return names
}

// isBut reports whether words end in one that goes before a not.
func (j *joints) isBut(words []string) bool {
	return j.but.has(strings.ToLower(strings.TrimRight(words[len(words)-1], ",")))
}

// excluded is what the words after a "without" exclude, up to a comma or a word that joins, and
// how many words that is; "" where the words belong together, as in "Doctors Without Borders".
func (j *joints) excluded(words []string) (object string, n int) {
	var taken []string

	for _, w := range words {
		bare := strings.ToLower(strings.Trim(w, ",.;:!?"))
		if len(taken) == 0 && (j.fixed.has(bare) || isOperator(w)) {
			return "", 0
		}

		if len(taken) > 0 && (j.or.has(bare) || j.and.has(bare) || j.not.has(bare) || isOperator(w)) {
			break
		}

		n++

		if len(taken) == 0 && (j.filler.has(bare) && n < len(words)) {
			continue // an article: "ohne die Bahn"
		}

		taken = append(taken, strings.TrimRight(w, ",;.!?"))

		if strings.ContainsAny(w[len(w)-1:], ",;") {
			break
		}
	}

	switch {
	case len(taken) == 0:
		return "", 0
	case len(taken) == 1:
		return "-" + taken[0], n
	default:
		return `-"` + strings.ReplaceAll(strings.Join(taken, " "), `"`, "") + `"`, n
	}
}

// isOperator reports whether a word is an operator of queries, or a bracket.
func isOperator(w string) bool {
	return w == "OR" || w == "NOT" || w == "AND" || w == "|" || len(w) > 1 && w[0] == '-'
}

// quotedWords parts a text at spaces outside quotes.
func quotedWords(text string) (words []string) {
	var word strings.Builder

	quoted := false

	for _, r := range text {
		switch {
		case unicode.IsSpace(r) && !quoted:
			if word.Len() > 0 {
				words = append(words, word.String())
				word.Reset()
			}

			continue
		case strings.ContainsRune(`"“”„«»「」`, r):
			quoted = !quoted
		}

		word.WriteRune(r)
	}

	if word.Len() > 0 {
		words = append(words, word.String())
	}

	return words
}

// partUnspaced puts spaces around the words that join in a script that writes none.
func (j *joints) partUnspaced(text string) string {
	if len(j.unspaced) == 0 || strings.ContainsAny(text, `"“”„「」`) {
		return text
	}

	var out strings.Builder

	for i := 0; i < len(text); {
		joint := ""

		for _, p := range j.unspaced {
			if after, ok := strings.CutPrefix(text[i:], p); ok && i > 0 && after != "" && !isJoined(lastRune(text[:i])) && !isJoined(firstRune(after)) && !j.fixed.has(p+firstRune(after)) {
				joint = p
				break
			}
		}

		if joint == "" {
			r := firstRune(text[i:])
			out.WriteString(r)
			i += len(r)

			continue
		}

		out.WriteString(" " + joint + " ")

		i += len(joint)
	}

	return strings.Join(strings.Fields(out.String()), " ")
}

// isJoined reports whether a character goes with a particle beside it, so that the particle may
// be a part of a word.
func isJoined(r string) bool { return isHiragana(r) || r == " " }
