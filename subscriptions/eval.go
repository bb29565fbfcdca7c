package subscriptions

import (
	"cmp"
	"math"
	"slices"
)

// reach is a run of words that matched so far: where it goes on, and where it
// stands in the page.
type reach struct {
	pos      uint32 // the position behind it
	first    uint32 // its first position
	from, to uint32 // bytes of the page
}

// eval tells whether the page answers the code at the head of c.
func (m *Matcher) eval(c []uint32) bool {
	n := c[0] & codeLength
	switch c[0] & codeOp {
	case codeWord:
		return m.hasWord(n, codeField(c[0]))
	case codeAnd:
		for body := c[1 : 1+n]; len(body) > 0; body = body[codeSize(body):] {
			if !m.eval(body) {
				return false
			}
		}

		return true
	case codeOr:
		for body := c[1 : 1+n]; len(body) > 0; body = body[codeSize(body):] {
			if m.eval(body) {
				return true
			}
		}

		return false
	case codeNot:
		return !m.eval(c[1:])
	case codeRegex:
		return m.regex(c[0], false)
	case codePlace:
		return m.place(c[0])
	}

	return m.runs(c, false)
}

// show is eval that keeps what matched in spans; what is left out shows nothing.
func (m *Matcher) show(c []uint32) bool {
	n := c[0] & codeLength
	mark := len(m.spans)

	switch c[0] & codeOp {
	case codeWord:
		if !m.hasWord(n, codeField(c[0])) {
			return false
		}

		m.showTerm(n, codeField(c[0]))

		return true
	case codeAnd:
		for body := c[1 : 1+n]; len(body) > 0; body = body[codeSize(body):] {
			if !m.show(body) {
				m.spans = m.spans[:mark]
				return false
			}
		}

		return true
	case codeOr:
		ok := false
		for body := c[1 : 1+n]; len(body) > 0; body = body[codeSize(body):] {
			ok = m.show(body) || ok
		}

		return ok
	case codeRegex:
		return m.regex(c[0], true)
	case codeNot, codePlace:
		return m.eval(c)
	}

	return m.runs(c, true)
}

// inField tells whether a token stands where f looks. Words of other fields have
// terms of their own.
func (m *Matcher) inField(t *token, f field) bool {
	switch f {
	case inTitle:
		return t.from < m.titled
	case inText:
		return t.from >= m.titled
	}

	return true
}

func (m *Matcher) hasWord(t termID, f field) bool {
	if !m.has(t) {
		return false
	}

	if f != inTitle && f != inText {
		return true
	}

	for i := m.firstPlace(t); i != 0; i = m.places.list[i].next {
		if m.inField(&m.page.tokens[m.places.list[i].token], f) {
			return true
		}
	}

	return false
}

func (m *Matcher) showTerm(t termID, f field) {
	if !m.has(t) || !f.isText() {
		return
	}

	for i := m.firstPlace(t); i != 0; i = m.places.list[i].next {
		if tok := &m.page.tokens[m.places.list[i].token]; m.inField(tok, f) {
			m.spanOf(tok.from, tok.to)
		}
	}
}

// runs tells whether words stand one after the other, or near one another.
func (m *Matcher) runs(c []uint32, show bool) bool {
	n, f := c[0]&codeLength, codeField(c[0])
	m.reaches = m.reaches[:0]

	var found []reach

	switch c[0] & codeOp {
	case codeSeq:
		for _, t := range c[1 : 1+n] {
			if !m.has(t & slotTerm) {
				return false
			}
		}

		found = m.sequence(nil, true, c[1:1+n], f)
	case codePhrase:
		found = m.phrase(c[1:1+n], f)
	case codeNear:
		found = m.near(c[2:1+n], int(c[1]), f)
	}

	if show && f.isText() {
		for _, r := range found {
			m.spanOf(r.from, r.to)
		}
	}

	return len(found) > 0
}

// sequence goes on from runs (anywhere: from any place) with terms in a row.
func (m *Matcher) sequence(from []reach, anywhere bool, terms []uint32, f field) []reach {
	base := len(m.reaches)
	for i, t := range terms {
		from = m.moveTo(base, m.step(from, anywhere && i == 0, t, f))
		if len(from) == 0 {
			return nil
		}
	}

	return from
}

// moveTo takes back the memory of runs from base on, which have been gone on
// from, for those that came of them: a phrase needs as much as its words stand in
// the text, however long it is.
func (m *Matcher) moveTo(base int, runs []reach) []reach {
	m.reaches = append(m.reaches[:base], runs...)
	return m.reaches[base:len(m.reaches):len(m.reaches)]
}

// step goes on with one term. Of runs that end at one place, the longest is kept.
func (m *Matcher) step(from []reach, anywhere bool, c uint32, f field) []reach {
	t := c & slotTerm
	if !m.has(t) {
		return nil
	}

	if !anywhere {
		m.markEnds(from)
	}

	start := len(m.reaches)
	for i := m.firstPlace(t); i != 0; i = m.places.list[i].next {
		token := m.places.list[i].token

		tok := &m.page.tokens[token]
		if !m.inField(tok, f) || c&codeTouches != 0 && !m.page.touches(token) {
			continue
		}

		r := reach{pos: tok.pos + uint32(tok.width), first: tok.pos, from: tok.from, to: tok.to}
		if !anywhere {
			k := m.marks[tok.pos]
			if k>>32 != m.mark {
				continue
			}

			before := from[uint32(k)]
			r.first, r.from, r.to = before.first, before.from, max(before.to, r.to)
		}

		m.reaches = append(m.reaches, r)
	}

	return m.reaches[start:len(m.reaches):len(m.reaches)]
}

// markEnds makes the places where runs end quick to find.
func (m *Matcher) markEnds(from []reach) {
	if len(m.marks) < m.page.pos+1 {
		m.marks = make([]uint64, m.page.pos+m.page.pos/4+1)
	}

	m.mark++
	for i, r := range from {
		if k := m.marks[r.pos]; k>>32 == m.mark && from[uint32(k)].from <= r.from {
			continue
		}

		m.marks[r.pos] = m.mark<<32 | uint64(i)
	}
}

// item goes on with one word of a phrase in any of its readings, and gives what
// follows in the items.
func (m *Matcher) item(from []reach, anywhere bool, items []uint32, f field) (out []reach, rest []uint32) {
	alts := items[0]

	items = items[1:]
	for i := range alts {
		n := items[0]

		found := m.sequence(from, anywhere, items[1:1+n], f)
		if i == 0 {
			out = found
		} else {
			out = m.joined(out, found)
		}

		items = items[1+n:]
	}

	return out, items
}

// joined is a and b, in memory that is kept.
func (m *Matcher) joined(a, b []reach) []reach {
	if len(a) == 0 {
		return b
	}

	if len(b) == 0 {
		return a
	}

	start := len(m.reaches)
	m.reaches = append(append(m.reaches, a...), b...)

	return m.reaches[start:len(m.reaches):len(m.reaches)]
}

func (m *Matcher) phrase(items []uint32, f field) []reach {
	base := len(m.reaches)

	found, rest := m.item(nil, true, items, f)
	for len(rest) > 0 && len(found) > 0 {
		found, rest = m.item(m.moveTo(base, found), false, rest, f)
	}

	return found
}

// near finds the stretches that hold one of each item with at most distance other
// words between: from each place where one of them stands, the shortest. Items
// that are typed more than once are looked for once.
func (m *Matcher) near(items []uint32, distance int, f field) []reach {
	base, places, words := len(m.reaches), m.nears[:0], m.nearWords[:0]
	for rest := items; len(rest) > 0; {
		code := rest[:itemSize(rest)]
		rest = rest[len(code):]

		if twice := slices.IndexFunc(words, func(w nearWord) bool { return slices.Equal(w.code, code) }); twice >= 0 {
			words[twice].times++
			continue
		}

		found, _ := m.item(nil, true, code, f)
		if len(found) == 0 {
			return nil
		}

		for _, r := range found {
			places = append(places, nearPlace{r, len(words)})
		}

		words = append(words, nearWord{code: code, times: 1})
		m.reaches = m.reaches[:base]
	}

	slices.SortFunc(places, func(a, b nearPlace) int { return cmp.Compare(b.first, a.first) })

	m.nears, m.nearWords = places, words
	for i := 0; i < len(places); {
		first := places[i].first

		j := i
		for ; j < len(places) && places[j].first == first; j++ {
			w := &words[places[j].item]
			w.nearest = nearer(places[j].reach, w.nearest)
		}

		if r, ok := stretch(first, words, distance); ok {
			m.reaches = append(m.reaches, r)
		}

		i = j
	}

	return m.reaches[base:]
}

// nearWord is a word that is to be near others.
type nearWord struct {
	code    []uint32
	times   int
	nearest reach // at or after the place looked at
}

// itemSize is how many words of code the item at the head of c takes.
func itemSize(c []uint32) int {
	n := 1
	for range c[0] {
		n += 1 + int(c[n])
	}

	return n
}

// nearPlace is where a word stands that is to be near others.
type nearPlace struct {
	reach
	item int
}

// nearer is the one of a and b that ends first, where a begins first or with b.
func nearer(a, b reach) reach {
	switch {
	case b.pos == 0 || a.pos < b.pos || a.pos == b.pos && a.first < b.first:
		return a
	case a.pos == b.pos:
		b.from, b.to = min(a.from, b.from), max(a.to, b.to)
	}

	return b
}

// stretch is the piece from first on that holds all words.
func stretch(first uint32, near []nearWord, distance int) (r reach, ok bool) {
	words := 0
	r.from = math.MaxUint32

	for _, w := range near {
		o := w.nearest
		if o.pos == 0 {
			return r, false
		}

		words += w.times * int(o.pos-o.first)

		r.pos, r.to = max(r.pos, o.pos), max(r.to, o.to)
		if o.first == first {
			r.from = min(r.from, o.from)
		}
	}

	return r, r.from != math.MaxUint32 && int(r.pos-first)-words <= distance
}

// regex reads the texts with a regex.
func (m *Matcher) regex(c uint32, show bool) bool {
	f, x := codeField(c), m.extra(c&slotTerm)
	ok := false

	for i, s := range m.page.sections[:m.texts] {
		if f == inTitle && s.kind != inTitle || f == inText && s.kind != inText {
			continue
		}

		if !show {
			if x.regex.MatchString(s.text) {
				return true
			}

			continue
		}

		for _, at := range x.regex.FindAllStringIndex(s.text, -1) {
			ok = true

			m.spans = append(m.spans, span{i, at[0], at[1]})
		}
	}

	return ok
}

// place tells whether the article stands at an address or under it.
func (m *Matcher) place(c uint32) bool {
	a := m.extra(c & slotTerm).place
	return a.holds(m.url) || codeField(c) == inSource && a.holds(m.source)
}

func (m *Matcher) extra(i uint32) extra {
	if int(i) >= len(m.extras) {
		m.extras = *m.ix.extras.Load()
	}

	return m.extras[i]
}

// spanOf keeps a piece of the page.
func (m *Matcher) spanOf(from, to uint32) {
	sec, start, end := m.page.sourceIndex(from, to)
	m.spans = append(m.spans, span{sec, start, end})
}

// matched gives what a result matched: text as it stands in the article,
// title, summary, text, by position, without repeats. It is empty, not nil, when
// only fields matched.
func (m *Matcher) matched(r result) []string {
	m.spans = m.spans[:0]

	switch g := entryG(r.entry); {
	case r.entry&entryPair != 0:
		m.showTerm(r.f, anywhere)

		if g != noTerm && r.entry&entryNot == 0 {
			m.showTerm(g, anywhere)
		}
	case r.entry&entryAll != 0:
		m.showTerm(r.f, anywhere)
		m.showTerm(g, anywhere)

		_, rest := allTerms(m.program(uint32(r.entry)))
		for _, t := range rest {
			m.showTerm(t, anywhere)
		}
	default:
		m.show(programCode(m.program(uint32(r.entry))))
	}

	return m.strings()
}

// strings are the spans' texts in order, each once.
func (m *Matcher) strings() []string {
	slices.SortFunc(m.spans, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.section, b.section), cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end))
	})
	out := make([]string, 0, min(len(m.spans), 8))

	var seen map[string]bool

	for _, s := range m.spans {
		text := m.page.sections[s.section].text[s.start:s.end]
		if seen == nil && len(out) < 16 {
			if !slices.Contains(out, text) {
				out = append(out, text)
			}

			continue
		}

		if seen == nil {
			seen = map[string]bool{}
			for _, o := range out {
				seen[o] = true
			}
		}

		if !seen[text] {
			seen[text] = true
			out = append(out, text)
		}
	}

	return out
}
