package subscriptions

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// finish gives a term its canonical text and what to look for.
func (p *parser) finish(t *term, raw string, end int) (*node, *Error) {
	t.field = p.field
	switch t.field {
	case inLang, inCountry:
		return p.codeTerm(t, raw, end)
	case inSource, inSite:
		return p.placeTerm(t, raw, end)
	}

	t.text = canonicalText(raw)
	if t.exact {
		t.text = exactText(raw)
	}

	if mayHold(raw, '*') {
		p.warnStarAlone(t, raw, end)
	}

	if strings.Contains(t.text, "*") {
		if err := p.wildcards(t, raw, end); err != nil {
			return nil, err
		}
	}

	t.items = termItems(t)
	switch {
	case len(t.items) == 0:
		return p.wordlessTerm(t.at), nil
	case t.near >= 0 && len(t.items) > MaxTerms:
		return nil, p.fail(t.at, msgNearMany, p.with(t.at, end, p.src[t.at:end][:strings.LastIndexAny(p.src[t.at:end], "~～")]))
	}

	return p.addTerm(t)
}

func (p *parser) addTerm(t *term) (*node, *Error) {
	if p.terms++; p.terms > MaxTerms {
		return nil, p.fail(t.at, msgTooMany, p.text[:t.at])
	}

	if t.typed == "" {
		t.typed = t.text
	}

	return &node{op: opTerm, term: t, at: t.at}, nil
}

// wildcards checks the stars of a term: prefix* in words and phrases, *part* as
// a word by itself. A star that touches no word is dropped with its word.
func (p *parser) wildcards(t *term, raw string, end int) *Error {
	bare := p.with(t.at, end, strings.ReplaceAll(p.src[t.at:end], "*", ""))
	if t.exact {
		return p.fail(t.at, msgExactStar, bare)
	}

	if t.near >= 0 {
		return p.fail(t.at, msgNearStar, bare)
	}

	star := t.at + strings.IndexAny(p.src[t.at:end], stars)

	core := strings.Trim(t.text, "*")
	switch {
	case len(readings(core)) == 0:
		return p.fail(star, fmt.Sprintf(msgStarLetters, MinPrefix), bare)
	case strings.HasPrefix(t.text, "*"):
		return p.partStars(t, core, star, end, bare)
	}

	for _, w := range strings.Fields(t.text) {
		i := strings.IndexByte(w, '*')
		if i < 0 {
			continue
		}

		if strings.Trim(w[i:], "*") != "" || i == 0 {
			return p.fail(star, msgStarMiddle, bare)
		}

		last := lastKey(w[:i])
		if n := utf8.RuneCountInString(last); n < MinPrefix && (n == 0 || !reachesOn(last)) {
			return p.fail(star, fmt.Sprintf(msgStarLetters, MinPrefix), bare)
		}

		p.wild++
	}

	t.text = strings.TrimRight(t.text, "*") + strings.Repeat("*", min(1, len(t.text)-len(strings.TrimRight(t.text, "*"))))

	return p.tooWild(star, bare)
}

// lastKey is the last word of a text, if that is how it ends.
func lastKey(text string) string {
	rs := primaries(readings(text))
	if len(rs) == 0 || rs[len(rs)-1].end != len(text) {
		return ""
	}

	return rs[len(rs)-1].key
}

func (p *parser) tooWild(star int, bare string) *Error {
	if p.wild > MaxWildcards {
		return p.fail(star, msgTooWild, bare)
	}

	return nil
}

func (p *parser) partStars(t *term, core string, star, end int, bare string) *Error {
	rs := primaries(readings(core))
	switch {
	case !strings.HasSuffix(t.text, "*"):
		return p.fail(star, msgStarBefore, p.with(t.at, end, p.src[t.at:end]+"*"))
	case len(rs) != 1 || strings.Contains(core, "*") || rs[0].end-rs[0].start != len(core):
		return p.fail(star, msgStarOneWord, bare)
	case utf8.RuneCountInString(rs[0].key) < MinPart:
		return p.fail(star, fmt.Sprintf(msgPartLetters, MinPart), bare)
	}

	t.text = "*" + core + "*"
	p.wild++

	return p.tooWild(star, bare)
}

// reachesOn tells the words that find longer ones anyway: those of scripts
// without spaces, and Korean ones.
func reachesOn(key string) bool {
	r, _ := utf8.DecodeLastRuneInString(key)
	c := classify(r)

	return c == dense || c == hangul
}

func primaries(rs []reading) []reading {
	out := make([]reading, 0, len(rs))
	for _, r := range rs {
		if !r.other {
			out = append(out, r)
		}
	}

	return out
}

// warnStarAlone tells that a star is left out since it is not at a word.
func (p *parser) warnStarAlone(t *term, raw string, end int) {
	if strings.ContainsAny(raw, stars) && strings.Trim(raw, stars) != "" && !strings.Contains(t.text, "*") {
		p.warn(t.at+strings.IndexAny(p.src[t.at:end], stars), msgStarAlone, "")
	}
}

// stars are the signs that are read as *.
const stars = "*＊∗⁎✱"

// canonicalText is a term's text folded, with its punctuation kept where it may
// matter; reading it gives what reading the original gives.
func canonicalText(raw string) string {
	if lower, ok := simpleText(raw); ok && !capitalsThenS(raw) {
		return lower
	}

	cs := cells(raw)
	keepCapitalsPlural(cs)

	var b strings.Builder

	for i, c := range cs {
		switch {
		case c.class != separator:
			b.WriteRune(c.r)
		case c.r == '"' && i > 0 && i+1 < len(cs) && hebrew(cs[i-1].r) && hebrew(cs[i+1].r):
			b.WriteByte('"')
		case isQuote(c.r) || c.r <= ' ' || asciiSign(c.r) == ' ' && c.r != '\u00A0' || c.r == '\n':
			b.WriteByte(' ')
		default:
			b.WriteRune(c.r)
		}
	}

	return trimText(b.String())
}

// keepCapitalsPlural gives words like EVs, of two capitals and an s, their
// capitals back: EV is their singular, though too short to be one else.
func keepCapitalsPlural(cs []cell) {
	word := func(i int) bool { return i >= 0 && i < len(cs) && cs[i].class != separator }
	for i := 0; i+2 < len(cs); i++ {
		a, b, s := &cs[i], &cs[i+1], cs[i+2]
		if a.upper && b.upper && s.r == 's' && !s.upper && !word(i-1) && !word(i+3) && asciiLetters(string([]rune{a.r, b.r})) {
			a.r, b.r = unicode.ToUpper(a.r), unicode.ToUpper(b.r)
		}
	}
}

// capitalsThenS tells texts in which EVs or the like may stand.
func capitalsThenS(s string) bool {
	capital := func(c byte) bool { return c >= 'A' && c <= 'Z' }
	for i := 2; i < len(s); i++ {
		if s[i] == 's' && capital(s[i-1]) && capital(s[i-2]) {
			return true
		}
	}

	return false
}

// exactText is a term's text as its writer spelled it.
func exactText(raw string) string {
	var b strings.Builder

	for _, r := range norm.NFC.String(strings.ToValidUTF8(raw, " ")) {
		if p, ok := punctuation(r); ok {
			r = p
		}

		if isQuote(r) && r != '"' || asciiSign(r) == ' ' && r != '\u00A0' || r < ' ' {
			r = ' '
		}

		b.WriteRune(r)
	}

	return trimText(b.String())
}

// trimText cuts a text to its words and what belongs to them.
func trimText(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }), " ")

	rs := readings(s)
	if len(rs) == 0 {
		if strings.Contains(s, "*") {
			return "*"
		}

		return ""
	}

	from, to := len(s), 0
	for _, r := range rs {
		from, to = min(from, r.start), max(to, r.end)
	}

	for from > 0 && s[from-1] == '*' {
		from--
	}

	for to < len(s) && s[to] == '*' {
		to++
	}

	return s[from:to]
}

// termItems is what a term of words looks for.
func termItems(t *term) []item {
	items := textItems(t.text, t.exact)
	if t.field != inTag || len(items) == 0 {
		return items
	}

	whole := sequence{}
	for _, it := range items {
		whole = append(whole, it[0]...)
	}

	if last := whole[len(whole)-1]; last.kind != wordElement || t.exact {
		return items
	}

	return []item{{whole, sequence{{kind: wordElement, key: tagKey(t.text)}}}}
}

// tagKey is a whole tag in one word, however it is written: #ClimateChange,
// climate-change, "climate change".
func tagKey(text string) string {
	var b strings.Builder
	b.WriteByte('#')

	for _, c := range cells(text) {
		if c.class != separator {
			b.WriteRune(c.r)
		}
	}

	return b.String()
}

// textItems reads a text as a query does: for each of its words the ways in
// which it may stand in an article.
func textItems(text string, exact bool) []item {
	if !exact && simpleWords(text) {
		return simpleItemsOf(text)
	}

	rs := readings(text)
	first := primaries(rs)

	var items []item

	for i := 0; i < len(first); {
		n := 1

		for _, r := range rs { // words that hyphens join
			if r.other && r.pos == first[i].pos {
				n = max(n, r.width)
			}
		}

		for i+n < len(first) && goesOn(first[i+n-1], first[i+n]) {
			n++
		}

		group := first[i : i+n]
		for _, r := range rs {
			if r.other && r.pos == group[0].pos && r.width > 1 {
				group = append(group[:n:n], r)
			}
		}

		items = append(items, newItem(text, group, exact))
		i += n
	}

	return items
}

// goesOn tells whether b goes on with the word of a in a script that writes no
// spaces: 東京 is one word, which 関東、京都 does not hold.
func goesOn(a, b reading) bool { return b.touches && isDenseKey(a.key) && isDenseKey(b.key) }

// simpleText is the canonical text of plain ASCII words with single spaces, as
// most texts are.
func simpleText(raw string) (lower string, ok bool) {
	lower = strings.ToLower(strings.TrimRight(raw, ".,;:!?"))
	return lower, simpleWords(lower)
}

// simpleWords tells small ASCII letters and digits with single spaces between.
func simpleWords(s string) bool {
	space := true

	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z' || digit(c):
			space = false
		case c == ' ' && !space:
			space = true
		default:
			return false
		}
	}

	return !space
}

func simpleItemsOf(text string) []item {
	n := strings.Count(text, " ") + 1
	if n == 1 { // nearly always: in one piece of memory
		w := &struct {
			item     [1]item
			sequence [1]sequence
			element  [1]element
		}{element: [1]element{{key: text}}}
		w.sequence[0], w.item[0] = w.element[:], w.sequence[:]

		return w.item[:]
	}

	items, elements := make([]item, n), make([]element, n)

	sequences := make([]sequence, n)
	for i := range n {
		elements[i].key, text, _ = strings.Cut(text, " ")
		sequences[i] = elements[i : i+1 : i+1]
		items[i] = sequences[i : i+1 : i+1]
	}

	return items
}

func newItem(text string, rs []reading, exact bool) item {
	whole := sequence{}

	words := primaries(rs)
	for i, r := range words {
		e := element{kind: wordElement, key: r.key}
		if exact {
			e.kind, e.raw = exactElement, text[r.start:r.end]
		}

		e.touch = i > 0 && goesOn(words[i-1], r)
		if c := classOf(r.key); c == hangul && !exact {
			e.kind = prefixElement
		}

		whole = append(whole, e)
	}

	it := item{whole}

	last := words[len(words)-1]
	switch {
	case exact:
	case starred(text, rs[0].start, last.end) == 2:
		whole[0].kind = partElement
	case last.end < len(text) && text[last.end] == '*':
		if !isDenseKey(whole[len(whole)-1].key) {
			whole[len(whole)-1].kind = prefixElement
		}
	default:
		for _, r := range rs {
			if r.other && r.width > 1 {
				it = append(it, sequence{{key: r.key}})
			}
		}

		if w := text[words[0].start:words[0].end]; len(words) == 1 && len(w) == 3 && w[0] >= 'A' && w[0] <= 'Z' { // EVs
			it = append(it, sequence{{kind: exactElement, key: words[0].key[:2], raw: w[:2]}})
		}

		if initials, ok := dottedKey(whole); ok {
			it = append(it, sequence{{kind: exactElement, key: strings.ToLower(initials), raw: strings.ToUpper(initials)}}, spelled(initials))
		}
	}

	return it
}

// starred counts the sides of text[from:to] that have a star.
func starred(text string, from, to int) int {
	n := 0
	if from > 0 && text[from-1] == '*' {
		n++
	}

	if n > 0 && to < len(text) && text[to] == '*' {
		n++
	}

	return n
}

// dottedKey tells U.S., which is also US in capitals and U. S.
func dottedKey(s sequence) (initials string, ok bool) {
	if len(s) != 1 || s[0].kind != wordElement || !strings.Contains(s[0].key, ".") || s[0].key[0] == '.' {
		return "", false
	}

	return strings.ReplaceAll(s[0].key, ".", ""), true
}

func spelled(initials string) sequence {
	var s sequence
	for _, r := range initials {
		s = append(s, element{key: string(r)})
	}

	return s
}

func classOf(key string) class {
	r, _ := utf8.DecodeRuneInString(key)
	return classify(r)
}

func isDenseKey(key string) bool { return classOf(key) == dense }

func (p *parser) codeTerm(t *term, raw string, end int) (*node, *Error) {
	code, ok := languageCode(raw)

	named, message := languageNamed(raw), msgLanguage
	if t.field == inCountry {
		code, ok = countryCode(raw)
		named, message = countryNamed(raw), msgCountry
	}

	if named != "" {
		code, ok = named, true
	}

	if !ok || t.exact || t.near >= 0 {
		return nil, p.fail(t.at, fmt.Sprintf(message, t.typed), p.without(p.fieldAt, end))
	}

	t.text = code
	t.items = []item{{sequence{{key: code}}}}

	return p.addTerm(t)
}
