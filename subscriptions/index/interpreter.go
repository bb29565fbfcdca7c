package index

import (
	"cmp"
	"math"
	"slices"

	"newsbell/subscriptions/query"
	"newsbell/subscriptions/text"
)

// run is a run of words that matched so far: where it goes on, and where it
// stands in the document.
type run struct {
	pos      uint32 // the position behind it
	first    uint32 // its first position
	from, to uint32 // bytes of the document
}

// eval reports whether the article matches the code at the head of c.
func (m *Matcher) eval(c []uint32) bool {
	n := c[0] & codeLength
	switch c[0] & codeOp {
	case codeTerm:
		return m.hasWord(n, codeField(c[0]))
	case codeAnd:
		for body := c[1 : 1+n]; len(body) > 0; body = body[codeSize(body):] {
			if !m.evalPart(body) {
				return false
			}
		}

		return true
	case codeOr:
		for body := c[1 : 1+n]; len(body) > 0; body = body[codeSize(body):] {
			if m.evalPart(body) {
				return true
			}
		}

		return false
	case codeNot:
		return !m.eval(c[1:])
	case codeRegex:
		return m.matchRegex(c[0], false)
	case codeAddress:
		return m.matchAddress(c[0])
	}

	return m.matchRuns(c, false)
}

// evalPart is eval for what is a term in most cases: one of any field is its bit.
func (m *Matcher) evalPart(c []uint32) bool {
	if isTerm(c[0]) {
		return m.has(c[0])
	}

	return m.eval(c)
}

// evalWithSpans is eval that keeps what matched in spans; what is left out shows nothing.
func (m *Matcher) evalWithSpans(c []uint32) bool {
	n := c[0] & codeLength
	mark := len(m.spans)

	switch c[0] & codeOp {
	case codeTerm:
		if !m.hasWord(n, codeField(c[0])) {
			return false
		}

		m.addTermSpans(n, codeField(c[0]))

		return true
	case codeAnd:
		for body := c[1 : 1+n]; len(body) > 0; body = body[codeSize(body):] {
			if !m.evalWithSpans(body) {
				m.spans = m.spans[:mark]
				return false
			}
		}

		return true
	case codeOr:
		ok := false
		for body := c[1 : 1+n]; len(body) > 0; body = body[codeSize(body):] {
			ok = m.evalWithSpans(body) || ok
		}

		return ok
	case codeRegex:
		return m.matchRegex(c[0], true)
	case codeNot, codeAddress:
		return m.eval(c)
	}

	return m.matchRuns(c, true)
}

// inField reports whether a token stands where f looks. Words of other fields have
// terms of their own.
func (m *Matcher) inField(t *text.Token, f query.Field) bool {
	switch f {
	case query.TitleField:
		return t.From < m.titleEnd
	case query.TextField:
		return t.From >= m.titleEnd
	}

	return true
}

func (m *Matcher) hasWord(t termID, f query.Field) bool {
	if !m.has(t) {
		return false
	}

	if f != query.TitleField && f != query.TextField {
		return true
	}

	for i := m.firstOccurrence(t); i != 0; i = m.occurrenceLists.links[i].next {
		if m.inField(&m.doc.Tokens[m.occurrenceLists.links[i].token], f) {
			return true
		}
	}

	return false
}

func (m *Matcher) addTermSpans(t termID, f query.Field) {
	if !m.has(t) || !f.IsText() {
		return
	}

	for i := m.firstOccurrence(t); i != 0; i = m.occurrenceLists.links[i].next {
		if tok := &m.doc.Tokens[m.occurrenceLists.links[i].token]; m.inField(tok, f) {
			m.addSpan(tok.From, tok.To)
		}
	}
}

// matchRuns reports whether words stand one after the other, or near one another.
func (m *Matcher) matchRuns(c []uint32, show bool) bool {
	n, f := c[0]&codeLength, codeField(c[0])
	m.runs = m.runs[:0]

	var found []run

	switch c[0] & codeOp {
	case codeSeq:
		for _, t := range c[1 : 1+n] {
			if !m.has(t & slotTerm) {
				return false
			}
		}

		found = m.extendBySequence(nil, true, c[1:1+n], f)
	case codePhrase:
		found = m.matchPhrase(c[1:1+n], f)
	case codeNear:
		if near, decided := m.areFewNear(c[2:1+n], int(c[1]), f); decided && (!near || !show) {
			return near
		}

		found = m.matchNear(c[2:1+n], int(c[1]), f, show)
	}

	if show && f.IsText() {
		for _, r := range found {
			m.addSpan(r.from, r.to)
		}
	}

	return len(found) > 0
}

// extendBySequence goes on from runs (anywhere: from any place) with terms in a row.
func (m *Matcher) extendBySequence(from []run, anywhere bool, terms []uint32, f query.Field) []run {
	base := len(m.runs)
	for i, t := range terms {
		from = m.compactRuns(base, m.extendByTerm(from, anywhere && i == 0, t, f))
		if len(from) == 0 {
			return nil
		}
	}

	return from
}

// compactRuns takes back the memory of runs from base on, which have been gone on
// from, for those that came of them: a phrase needs as much as its words stand in
// the text, however long it is.
func (m *Matcher) compactRuns(base int, runs []run) []run {
	m.runs = append(m.runs[:base], runs...)
	return m.runs[base:len(m.runs):len(m.runs)]
}

// extendByTerm goes on with one term. Of runs that end at one place, the longest is kept.
func (m *Matcher) extendByTerm(from []run, anywhere bool, c uint32, f query.Field) []run {
	t := c & slotTerm
	if !m.has(t) {
		return nil
	}

	if !anywhere {
		m.indexRunEnds(from)
	}

	start := len(m.runs)
	for i := m.firstOccurrence(t); i != 0; i = m.occurrenceLists.links[i].next {
		token := m.occurrenceLists.links[i].token

		tok := &m.doc.Tokens[token]
		if !m.inField(tok, f) || c&codeTouches != 0 && !m.doc.Touches(token) {
			continue
		}

		r := run{pos: tok.Pos + uint32(tok.Width), first: tok.Pos, from: tok.From, to: tok.To}
		if !anywhere {
			k := m.runEnds[tok.Pos]
			if k>>32 != m.generation {
				continue
			}

			before := from[uint32(k)]
			r.first, r.from, r.to = before.first, before.from, max(before.to, r.to)
		}

		m.runs = append(m.runs, r)
	}

	return m.runs[start:len(m.runs):len(m.runs)]
}

// indexRunEnds indexes runs by the position behind them.
func (m *Matcher) indexRunEnds(from []run) {
	if len(m.runEnds) < m.doc.NextPos+1 {
		m.runEnds = make([]uint64, m.doc.NextPos+m.doc.NextPos/4+1)
	}

	m.generation++
	for i, r := range from {
		if k := m.runEnds[r.pos]; k>>32 == m.generation && from[uint32(k)].from <= r.from {
			continue
		}

		m.runEnds[r.pos] = m.generation<<32 | uint64(i)
	}
}

// extendByItem goes on with one word of a phrase in any of its readings, and returns what
// follows in the items.
func (m *Matcher) extendByItem(from []run, anywhere bool, items []uint32, f query.Field) (out []run, rest []uint32) {
	alts := items[0]

	items = items[1:]
	for i := range alts {
		n := items[0]

		found := m.extendBySequence(from, anywhere, items[1:1+n], f)
		if i == 0 {
			out = found
		} else {
			out = m.concatRuns(out, found)
		}

		items = items[1+n:]
	}

	return out, items
}

// concatRuns returns a and b in the matcher's reused memory.
func (m *Matcher) concatRuns(a, b []run) []run {
	if len(a) == 0 {
		return b
	}

	if len(b) == 0 {
		return a
	}

	start := len(m.runs)
	m.runs = append(append(m.runs, a...), b...)

	return m.runs[start:len(m.runs):len(m.runs)]
}

func (m *Matcher) matchPhrase(items []uint32, f query.Field) []run {
	base := len(m.runs)

	found, rest := m.extendByItem(nil, true, items, f)
	for len(rest) > 0 && len(found) > 0 {
		found, rest = m.extendByItem(m.compactRuns(base, found), false, rest, f)
	}

	return found
}

// fewPositions is at how many places each of few words may stand for these to be compared one
// by one.
const (
	fewPositions = 8
	fewWords     = 4
)

// areFewNear reports whether a few words are near one another, as most queries that ask what is
// near have few. It does not decide for words in several readings, for one that is asked for
// twice, for those that stand at many places and for those of an article that are wider than a
// position.
func (m *Matcher) areFewNear(items []uint32, distance int, f query.Field) (near, decided bool) {
	if m.lacksSure(items) {
		return false, true
	}

	var (
		positions [fewWords][]uint32
		words     [fewWords]uint32
		n         int
	)

	for ; len(items) > 0; items = items[3:] {
		if n == fewWords || items[0] != 1 || items[1] != 1 || slices.Contains(words[:n], items[2]) {
			return false, false
		}

		found, ok := m.appendPositions(m.nearPositions[n][:0], items[2], f)
		if !ok || len(found) == 0 {
			return false, ok
		}

		words[n], positions[n] = items[2], found
		n++
	}

	return isStretchOf(positions[:n], n+distance), true
}

// isStretchOf reports whether less than length positions hold one place of each word. The last
// places stand first, and are given up one after the other.
func isStretchOf(positions [][]uint32, length int) bool {
	for {
		first, last, k := uint32(math.MaxUint32), uint32(0), 0

		for i, p := range positions {
			first = min(first, p[0])

			if p[0] >= last {
				last, k = p[0], i
			}
		}

		if int(last-first) < length {
			return true
		}

		if positions[k] = positions[k][1:]; len(positions[k]) == 0 {
			return false
		}
	}
}

// appendPositions appends the positions of a term in a field, the last first. It is false where out has too little
// room for them, where one is wide, and for a term that is asked for behind another one.
func (m *Matcher) appendPositions(out []uint32, c uint32, f query.Field) ([]uint32, bool) {
	if c&codeTouches != 0 {
		return nil, false
	}

	i := m.firstOccurrence(c & slotTerm)
	links := m.occurrenceLists.links

	for ; i != 0; i = links[i].next {
		tok := &m.doc.Tokens[links[i].token]
		if !m.inField(tok, f) {
			continue
		}

		if tok.Width != 1 || len(out) == cap(out) {
			return nil, false
		}

		out = append(out, tok.Pos)
		for k := len(out) - 1; k > 0 && out[k-1] < out[k]; k-- { // of several spellings
			out[k-1], out[k] = out[k], out[k-1]
		}
	}

	return out, true
}

// matchNear finds the stretches that hold one of each item with at most distance other
// words between: from each place where one of them stands, the shortest; only one of them
// if not every one is asked for. It takes the time of the places of its words, which are merged.
func (m *Matcher) matchNear(items []uint32, distance int, f query.Field, every bool) []run {
	if m.lacksSure(items) || !m.findNearWords(items, f) {
		return nil
	}

	base, words := len(m.runs), m.nearWords

	for {
		first, ok := lastPosition(words)
		if !ok {
			break
		}

		for i := range words {
			words[i].pass(first)
		}

		if r, ok := shortestStretch(first, words, distance); ok {
			m.runs = append(m.runs, r)

			if !every {
				break
			}
		}
	}

	return m.runs[base:]
}

// findNearWords finds where each item stands, and reports whether all do. Items that are
// typed more than once are looked for once.
func (m *Matcher) findNearWords(items []uint32, f query.Field) bool {
	base := len(m.runs)
	m.nearRuns, m.nearWords = m.nearRuns[:0], m.nearWords[:0]

	for len(items) > 0 {
		code := items[:itemSize(items)]
		items = items[len(code):]

		if twice := slices.IndexFunc(m.nearWords, func(w nearWord) bool { return slices.Equal(w.code, code) }); twice >= 0 {
			m.nearWords[twice].times++
			continue
		}

		found, _ := m.extendByItem(nil, true, code, f)
		if len(found) == 0 {
			return false
		}

		m.nearRuns = append(m.nearRuns, found...)
		m.nearWords = append(m.nearWords, nearWord{code: code, times: 1, count: len(found)})
		m.runs = m.runs[:base]
	}

	rest := m.nearRuns // which does not grow any more

	for i := range m.nearWords {
		w := &m.nearWords[i]
		w.runs, rest = rest[:w.count], rest[w.count:]

		if !slices.IsSortedFunc(w.runs, compareBackward) { // of several readings
			slices.SortFunc(w.runs, compareBackward)
		}
	}

	return true
}

// compareBackward orders the last in the text first, as the places of a term are found.
func compareBackward(a, b run) int { return cmp.Compare(b.first, a.first) }

// lastPosition is the last position where one of the words stands that was not passed.
func lastPosition(words []nearWord) (first uint32, ok bool) {
	for i := range words {
		if p := words[i].runs; len(p) > 0 {
			first, ok = max(first, p[0].first), true
		}
	}

	return first, ok
}

// lacksSure reports whether the article lacks a term of an item that has one reading. It is
// asked first, for most articles do.
func (m *Matcher) lacksSure(items []uint32) bool {
	for len(items) > 0 {
		size := itemSize(items)
		if items[0] == 1 {
			for _, t := range items[2:size] {
				if !m.has(t & slotTerm) {
					return true
				}
			}
		}

		items = items[size:]
	}

	return false
}

// nearWord is a word that is to be near others.
type nearWord struct {
	code    []uint32
	times   int
	count   int   // of its runs
	runs    []run // that were not passed, the last in the text first
	nearest run   // at or after the place looked at
}

// pass goes over the places that begin at a position.
func (w *nearWord) pass(first uint32) {
	for len(w.runs) > 0 && w.runs[0].first == first {
		w.nearest = nearerRun(w.runs[0], w.nearest)
		w.runs = w.runs[1:]
	}
}

// itemSize is how many words of code the item at the head of c takes.
func itemSize(c []uint32) int {
	n := 1
	for range c[0] {
		n += 1 + int(c[n])
	}

	return n
}

// nearerRun is the one of a and b that ends first, where a begins first or with b.
func nearerRun(a, b run) run {
	switch {
	case b.pos == 0 || a.pos < b.pos || a.pos == b.pos && a.first < b.first:
		return a
	case a.pos == b.pos:
		b.from, b.to = min(a.from, b.from), max(a.to, b.to)
	}

	return b
}

// shortestStretch is the piece from first on that holds all words.
func shortestStretch(first uint32, near []nearWord, distance int) (r run, ok bool) {
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

// matchAddress reports whether the article stands at an address or under it.
func (m *Matcher) matchAddress(c uint32) bool {
	a := m.extra(c & slotTerm).address
	return a.Contains(m.url) || codeField(c) == query.SourceField && a.Contains(m.source)
}

func (m *Matcher) extra(i uint32) extra {
	if int(i) >= len(m.extras) {
		m.extras = *m.ix.extras.Load()
	}

	return m.extras[i]
}

// addSpan keeps a piece of the document.
func (m *Matcher) addSpan(from, to uint32) {
	sec, start, end := m.doc.SourceIndex(from, to)
	m.spans = append(m.spans, span{sec, start, end})
}

// addPairSpans keeps what is to be shown of a posting that two terms decide.
func (m *Matcher) addPairSpans(f, g termID, e posting) {
	m.addTermSpans(f, query.AnyField)

	if g != noTerm && e&postingNot == 0 {
		m.addTermSpans(g, query.AnyField)
	}
}

// matchedText returns what a result matched: text as it stands in the article,
// title, summary, text, by position, without repeats. It is empty, not nil, when
// only fields matched.
func (m *Matcher) matchedText(r result) []string {
	m.spans = m.spans[:0]

	switch g := secondTerm(r.entry); {
	case r.entry&postingPair != 0:
		m.addPairSpans(r.f, g, r.entry)

		if r.entry&postingAlternative != 0 {
			for _, o := range m.metAgain(r) {
				m.addPairSpans(o.f, secondTerm(o.entry), o.entry)
			}
		}
	case r.entry&postingAll != 0:
		m.addTermSpans(r.f, query.AnyField)
		m.addTermSpans(g, query.AnyField)

		_, rest := allTerms(m.programAt(uint32(r.entry)))
		for _, t := range rest {
			m.addTermSpans(t, query.AnyField)
		}
	default:
		m.deciding, m.work = r, 0
		m.evalWithSpans(programCode(m.programAt(uint32(r.entry))))
	}

	return m.spanTexts()
}

// spanTexts are the spans' texts in order, each once.
func (m *Matcher) spanTexts() []string {
	slices.SortFunc(m.spans, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.section, b.section), cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end))
	})
	out := make([]string, 0, min(len(m.spans), 8))

	var seen map[string]bool

	for _, s := range m.spans {
		text := m.doc.Sections[s.section].Text[s.start:s.end]
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
