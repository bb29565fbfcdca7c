package query

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"newsbell/subscriptions/text"
)

// analyze returns a term its canonical text and what to look for.
func (p *parser) analyze(t *Term, raw string, end int) (*Node, *Error) {
	t.Field = p.field
	switch t.Field {
	case LangField, CountryField:
		return p.analyzeCode(t, raw, end)
	case SourceField, SiteField, FeedField:
		return p.analyzeAddress(t, raw, end)
	case BundleField:
		return p.analyzeBundle(t, raw, end)
	}

	t.Text = canonicalText(raw)
	if t.Exact {
		t.Text = ExactSpelling(raw)
	}

	if mayContain(raw, '*') {
		p.warnStarAlone(t, raw, end)
	}

	if strings.Contains(t.Text, "*") {
		if err := p.checkWildcards(t, end); err != nil {
			return nil, err
		}
	}

	t.Items = itemsOfTerm(t)
	switch {
	case len(t.Items) == 0:
		p.warnWordless(t.at)

		return nil, nil
	case t.Near >= 0 && len(t.Items) > MaxTerms:
		return nil, p.fail(t.at, msgNearMany, p.replaced(t.at, end, p.input[t.at:end][:strings.LastIndexAny(p.input[t.at:end], "~～")]))
	}

	return p.addTerm(t)
}

func (p *parser) addTerm(t *Term) (*Node, *Error) {
	if p.terms++; p.terms > MaxTerms {
		return nil, p.fail(t.at, msgTooMany, p.whole[:t.at])
	}

	if t.typed == "" {
		t.typed = t.Text
	}

	return &Node{Op: OpTerm, Term: t, at: t.at}, nil
}

// checkWildcards checks the stars of a term: prefix* in words and phrases, *part* as
// a word by itself. A star that touches no word is dropped with its word.
func (p *parser) checkWildcards(t *Term, end int) *Error {
	bare := p.replaced(t.at, end, strings.ReplaceAll(p.input[t.at:end], "*", ""))
	if t.Exact {
		return p.fail(t.at, msgExactStar, bare)
	}

	if t.Near >= 0 {
		return p.fail(t.at, msgNearStar, bare)
	}

	star := t.at + strings.IndexAny(p.input[t.at:end], stars)

	core := strings.Trim(t.Text, "*")
	switch {
	case len(text.Words(core)) == 0:
		return p.fail(star, fmt.Sprintf(msgStarLetters, MinPrefix), bare)
	case strings.HasPrefix(t.Text, "*"):
		return p.checkPart(t, core, star, end, bare)
	}

	for w := range strings.FieldsSeq(t.Text) {
		i := strings.IndexByte(w, '*')
		if i < 0 {
			continue
		}

		if strings.Trim(w[i:], "*") != "" || i == 0 {
			return p.fail(star, msgStarMiddle, bare)
		}

		last := lastKey(w[:i])
		if n := utf8.RuneCountInString(last); n < MinPrefix && (n == 0 || !matchesLonger(last)) {
			return p.fail(star, fmt.Sprintf(msgStarLetters, MinPrefix), bare)
		}

		p.wildcards++
	}

	t.Text = strings.TrimRight(t.Text, "*") + strings.Repeat("*", min(1, len(t.Text)-len(strings.TrimRight(t.Text, "*"))))

	return p.checkWildcardCount(star, bare)
}

// lastKey is the last word of a text, if that is how it ends.
func lastKey(s string) string {
	rs := primaryWords(text.Words(s))
	if len(rs) == 0 || rs[len(rs)-1].End != len(s) {
		return ""
	}

	return rs[len(rs)-1].Key
}

func (p *parser) checkWildcardCount(star int, bare string) *Error {
	if p.wildcards > MaxWildcards {
		return p.fail(star, msgTooWild, bare)
	}

	return nil
}

func (p *parser) checkPart(t *Term, core string, star, end int, bare string) *Error {
	rs := primaryWords(text.Words(core))
	switch {
	case !strings.HasSuffix(t.Text, "*"):
		return p.fail(star, msgStarBefore, p.replaced(t.at, end, p.input[t.at:end]+"*"))
	case len(rs) != 1 || strings.Contains(core, "*") || rs[0].End-rs[0].Start != len(core):
		return p.fail(star, msgStarOneWord, bare)
	case utf8.RuneCountInString(rs[0].Key) < MinPart:
		return p.fail(star, fmt.Sprintf(msgPartLetters, MinPart), bare)
	}

	t.Text = "*" + core + "*"
	p.wildcards++

	return p.checkWildcardCount(star, bare)
}

// matchesLonger reports whether a word finds longer ones anyway, as those of scripts
// without spaces and Korean ones do.
func matchesLonger(key string) bool {
	r, _ := utf8.DecodeLastRuneInString(key)
	c := text.Classify(r)

	return c == text.Dense || c == text.Hangul
}

func primaryWords(rs []text.Word) []text.Word {
	out := make([]text.Word, 0, len(rs))
	for _, r := range rs {
		if !r.Alternative {
			out = append(out, r)
		}
	}

	return out
}

// warnStarAlone warns of a star that is left out since it is not at a word.
func (p *parser) warnStarAlone(t *Term, raw string, end int) {
	if strings.ContainsAny(raw, stars) && strings.Trim(raw, stars) != "" && !strings.Contains(t.Text, "*") {
		p.warn(t.at+strings.IndexAny(p.input[t.at:end], stars), msgStarAlone, "")
	}
}

// stars are the signs that are read as *.
const stars = "*＊∗⁎✱"

// canonicalText is a term's text folded, with its punctuation kept where it may
// matter; reading it gives what reading the original returns.
func canonicalText(raw string) string {
	if lower, ok := simpleText(raw); ok && !mayHavePluralCapitals(raw) {
		return lower
	}

	cs := text.FoldRunes(raw)
	keepPluralCapitals(cs)

	var b strings.Builder

	for i, c := range cs {
		switch {
		case c.Class != text.Separator:
			b.WriteRune(c.Rune)
		case c.Rune == '"' && i > 0 && i+1 < len(cs) && text.IsHebrew(cs[i-1].Rune) && text.IsHebrew(cs[i+1].Rune):
			b.WriteByte('"')
		case text.IsQuote(c.Rune) || c.Rune <= ' ' || asciiSign(c.Rune) == ' ' && c.Rune != '\u00A0' || c.Rune == '\n':
			b.WriteByte(' ')
		default:
			b.WriteRune(c.Rune)
		}
	}

	return trimToWords(b.String())
}

// keepPluralCapitals returns words like EVs, of two capitals and an s, their
// capitals back: EV is their singular, though too short to be one else.
func keepPluralCapitals(cs []text.FoldedRune) {
	word := func(i int) bool { return i >= 0 && i < len(cs) && cs[i].Class != text.Separator }
	for i := 0; i+2 < len(cs); i++ {
		a, b, s := &cs[i], &cs[i+1], cs[i+2]
		if a.Upper && b.Upper && s.Rune == 's' && !s.Upper && !word(i-1) && !word(i+3) && text.IsLowerLetters(string([]rune{a.Rune, b.Rune})) {
			a.Rune, b.Rune = unicode.ToUpper(a.Rune), unicode.ToUpper(b.Rune)
		}
	}
}

// mayHavePluralCapitals reports whether EVs or the like may be in s.
func mayHavePluralCapitals(s string) bool {
	capital := func(c byte) bool { return c >= 'A' && c <= 'Z' }
	for i := 2; i < len(s); i++ {
		if s[i] == 's' && capital(s[i-1]) && capital(s[i-2]) {
			return true
		}
	}

	return false
}

// ExactSpelling is a term's text as its writer spelled it.
func ExactSpelling(raw string) string {
	var b strings.Builder

	for _, r := range norm.NFC.String(strings.ToValidUTF8(raw, " ")) {
		if p, ok := text.UnifyPunctuation(r); ok {
			r = p
		}

		if text.IsQuote(r) && r != '"' || asciiSign(r) == ' ' && r != '\u00A0' || r < ' ' {
			r = ' '
		}

		b.WriteRune(r)
	}

	return trimToWords(b.String())
}

// trimToWords cuts a text to its words and what belongs to them.
func trimToWords(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }), " ")

	rs := text.Words(s)
	if len(rs) == 0 {
		if strings.Contains(s, "*") {
			return "*"
		}

		return ""
	}

	from, to := len(s), 0
	for _, r := range rs {
		from, to = min(from, r.Start), max(to, r.End)
	}

	for from > 0 && s[from-1] == '*' {
		from--
	}

	for to < len(s) && s[to] == '*' {
		to++
	}

	return s[from:to]
}

// itemsOfTerm is what a term of words looks for.
func itemsOfTerm(t *Term) []Item {
	items := ItemsOf(t.Text, t.Exact)
	if t.Field != TagField || len(items) == 0 {
		return items
	}

	whole := Sequence{}
	for _, it := range items {
		whole = append(whole, it[0]...)
	}

	if last := whole[len(whole)-1]; last.Kind != WordElement || t.Exact {
		return items
	}

	return []Item{{whole, Sequence{{Kind: WordElement, Key: TagKey(t.Text)}}}}
}

// TagKey is a whole tag in one word, however it is written: #ClimateChange,
// climate-change, "climate change".
func TagKey(s string) string {
	var b strings.Builder
	b.WriteByte('#')

	for _, c := range text.FoldRunes(s) {
		if c.Class != text.Separator {
			b.WriteRune(c.Rune)
		}
	}

	return b.String()
}

// ItemsOf reads a text as a query does: for each of its words the ways in
// which it may stand in an article.
func ItemsOf(s string, exact bool) []Item {
	if !exact && isSimple(s) {
		return simpleItems(s)
	}

	rs := text.Words(s)
	first := primaryWords(rs)

	var items []Item

	for i := 0; i < len(first); {
		n := 1

		for _, r := range rs { // words that hyphens join
			if r.Alternative && r.Pos == first[i].Pos {
				n = max(n, r.Width)
			}
		}

		for i+n < len(first) && continuesWord(first[i+n-1], first[i+n]) {
			n++
		}

		group := first[i : i+n]
		for _, r := range rs {
			if r.Alternative && r.Pos == group[0].Pos && r.Width > 1 {
				group = append(group[:n:n], r)
			}
		}

		items = append(items, newItem(s, group, exact))
		i += n
	}

	return items
}

// continuesWord reports whether b goes on with the word of a in a script that writes no
// spaces: 東京 is one word, which 関東、京都 does not hold.
func continuesWord(a, b text.Word) bool {
	return b.Adjacent && text.IsDense(a.Key) && text.IsDense(b.Key)
}

// simpleText is the canonical text of plain ASCII words with single spaces, as
// most texts are.
func simpleText(raw string) (lower string, ok bool) {
	lower = strings.ToLower(strings.TrimRight(raw, ".,;:!?"))
	return lower, isSimple(lower)
}

// isSimple reports whether s is small ASCII letters and digits with single spaces
// between.
func isSimple(s string) bool {
	space := true

	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z' || isDigit(c):
			space = false
		case c == ' ' && !space:
			space = true
		default:
			return false
		}
	}

	return !space
}

func simpleItems(text string) []Item {
	n := strings.Count(text, " ") + 1
	if n == 1 { // nearly always: in one piece of memory
		w := &struct {
			item     [1]Item
			sequence [1]Sequence
			element  [1]Element
		}{element: [1]Element{{Key: text}}}
		w.sequence[0], w.item[0] = w.element[:], w.sequence[:]

		return w.item[:]
	}

	items, elements := make([]Item, n), make([]Element, n)

	sequences := make([]Sequence, n)
	for i := range n {
		elements[i].Key, text, _ = strings.Cut(text, " ")
		sequences[i] = elements[i : i+1 : i+1]
		items[i] = sequences[i : i+1 : i+1]
	}

	return items
}

func newItem(s string, rs []text.Word, exact bool) Item {
	whole := Sequence{}

	words := primaryWords(rs)
	for i, r := range words {
		e := Element{Kind: WordElement, Key: r.Key}
		if exact {
			e.Kind, e.Spelling = ExactElement, s[r.Start:r.End]
		}

		e.Adjacent = i > 0 && continuesWord(words[i-1], r)
		if c := text.ClassOf(r.Key); c == text.Hangul && !exact {
			e.Kind = PrefixElement
		}

		whole = append(whole, e)
	}

	it := Item{whole}

	last := words[len(words)-1]
	switch {
	case exact:
	case starCount(s, rs[0].Start, last.End) == 2:
		whole[0].Kind = PartElement
	case last.End < len(s) && s[last.End] == '*':
		if !text.IsDense(whole[len(whole)-1].Key) {
			whole[len(whole)-1].Kind = PrefixElement
		}
	default:
		for _, r := range rs {
			if r.Alternative && r.Width > 1 {
				it = append(it, Sequence{{Key: r.Key}})
			}
		}

		if w := s[words[0].Start:words[0].End]; len(words) == 1 && len(w) == 3 && w[0] >= 'A' && w[0] <= 'Z' { // EVs
			it = append(it, Sequence{{Kind: ExactElement, Key: words[0].Key[:2], Spelling: w[:2]}})
		}

		if initials, ok := initialsOf(whole); ok {
			it = append(it, Sequence{{Kind: ExactElement, Key: strings.ToLower(initials), Spelling: strings.ToUpper(initials)}}, letterSequence(initials))
		}
	}

	return it
}

// starCount counts the sides of text[from:to] that have a star.
func starCount(text string, from, to int) int {
	n := 0
	if from > 0 && text[from-1] == '*' {
		n++
	}

	if n > 0 && to < len(text) && text[to] == '*' {
		n++
	}

	return n
}

// initialsOf returns the letters of U.S., which is also US in capitals and U. S.
func initialsOf(s Sequence) (initials string, ok bool) {
	if len(s) != 1 || s[0].Kind != WordElement || !strings.Contains(s[0].Key, ".") || s[0].Key[0] == '.' {
		return "", false
	}

	return strings.ReplaceAll(s[0].Key, ".", ""), true
}

func letterSequence(initials string) Sequence {
	var s Sequence
	for _, r := range initials {
		s = append(s, Element{Key: string(r)})
	}

	return s
}
