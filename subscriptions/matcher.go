package subscriptions

import (
	"cmp"
	"iter"
	"math/bits"
	"slices"
	"sync/atomic"
	"unicode/utf8"

	"newsbell/news"
)

// Matcher reads one article after the other against an Index and keeps its
// memory between them: in steady state it allocates nothing but the results that
// are asked for. It is for one goroutine at a time. Close gives it back.
type Matcher struct {
	ix          *Index
	page        *page
	a           *news.Article
	url, source address // of the article, where a query asks for places

	limit  termID // terms below it are known to this match
	bits   []uint64
	terms  []termID // those whose bit is set
	seen   []seen   // where they stand, in the order they were found
	places places   // the same by term, for the few queries that ask

	memory memory
	maybe  []candidate
	filed  []filed

	chunks  []*[programChunk]uint32
	extras  []extra
	lengths []int // of prefixes
	texts   int   // sections that are title, summary and text
	words   int   // tokens of these
	titled  uint32
	scan    []byte

	passed    []result // by the two bits
	more      []ID     // who shares a query
	results   []result
	spans     []span
	reaches   []reach // room for runs that are being followed
	nears     []nearPlace
	nearWords []nearWord
	marks     []uint64 // by position: where a run ends
	mark      uint64
}

// result is an entry that the article answers, under the term f.
type result struct {
	id    uint32
	f     termID
	entry entry
}

// span is a piece of the page that matched, in bytes of buf; a regex gives bytes
// of a section's text instead.
type span struct {
	section    int
	start, end int
}

// Matcher gives a matcher over ix.
func (ix *Index) Matcher() *Matcher {
	if m, ok := ix.matchers.Get().(*Matcher); ok {
		return m
	}

	return &Matcher{ix: ix, page: newPage(ix.seed)}
}

// Close gives the matcher's memory back for the next one.
func (m *Matcher) Close() {
	m.a = nil
	m.ix.matchers.Put(m)
}

// Match finds the subscriptions that a answers and gives how many there are.
func (m *Matcher) Match(a *news.Article) int {
	m.begin(a)
	m.find()
	m.gather()
	m.verify()

	return len(m.results)
}

// IDs gives the subscriptions of the last Match in order, without what matched.
func (m *Matcher) IDs(out []ID) []ID {
	for _, r := range m.results {
		out = append(out, ID(r.id))
		if r.entry&entryMore != 0 {
			out = m.ix.more.appendTo(out, r.id)
		}
	}

	slices.Sort(out)

	return slices.Compact(out) // a query may have got another leader meanwhile
}

// All gives the subscriptions of the last Match in order of their IDs, with what
// matched. Equal queries share one slice, which is not to be changed.
func (m *Matcher) All() iter.Seq2[ID, []string] {
	return func(yield func(ID, []string) bool) {
		var all []Hit
		for _, r := range m.results {
			all = append(all, Hit{ID(r.id), m.matched(r)})
			if r.entry&entryMore != 0 {
				matched := all[len(all)-1].Matched

				m.more = m.ix.more.appendTo(m.more[:0], r.id)
				for _, o := range m.more {
					all = append(all, Hit{o, matched})
				}
			}
		}

		slices.SortFunc(all, func(a, b Hit) int { return cmp.Compare(a.ID, b.ID) })

		for i, h := range all {
			if i > 0 && all[i-1].ID == h.ID {
				continue // it was put in anew meanwhile
			}

			if !yield(h.ID, h.Matched) {
				return
			}
		}
	}
}

// roomToKeep is how long a list is kept for the next article.
const roomToKeep = 1 << 16

// begin reads the article's words.
func (m *Matcher) begin(a *news.Article) {
	ix := m.ix
	for _, t := range m.terms {
		m.bits[t>>6] = 0
	}

	m.a, m.terms, m.seen, m.results, m.passed = a, m.terms[:0], m.seen[:0], m.results[:0], m.passed[:0]
	m.places.forget()

	if cap(m.reaches) > roomToKeep || cap(m.seen) > roomToKeep { // a very long article is behind us
		m.reaches, m.nears, m.seen, m.places, m.maybe = nil, nil, nil, places{list: []found{{}}}, nil
	}

	m.limit = ix.terms.n.Load()
	if need := int(m.limit)>>6 + 1; len(m.bits) < need {
		m.bits = make([]uint64, need+need/8)
	}

	m.chunks, m.extras = nil, nil
	if c := ix.programs.chunks.Load(); c != nil {
		m.chunks = *c
	}

	p := m.page
	p.reset()
	p.add(inTitle, upTo(MaxText, a.Title))
	m.titled = uint32(p.n)
	p.add(inText, upTo(MaxText, a.Summary))
	p.add(inText, upTo(MaxText, a.Text))

	m.texts = len(p.sections)
	if f := ix.fields.Load(); f != 0 {
		m.addFields(a, f)
	}

	p.tokenise()

	m.words = m.countWords()
}

// upTo is at most n bytes of s, whole characters.
func upTo(n int, s string) string {
	if len(s) <= n {
		return s
	}

	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}

	return s[:n]
}

// find looks all words of the article up.
func (m *Matcher) find() {
	ix, p := m.ix, m.page
	m.see(noTerm, 0)
	m.see(allTerm, 0)

	d := ix.dict.Load()
	m.lookUpAll(d, p.tokens[:m.words])

	if m.words < len(p.tokens) {
		m.findFields(d, m.words)
	}

	m.findPrefixes(d)

	if ix.parts.Load() {
		m.findParts(d)
	}

	if ix.scans.Load() {
		m.findLiterals(d)
	}

	if ix.fields.Load() != 0 {
		m.findKeys(d, m.a)
	}
}

// countWords is how many tokens are of the title, the summary and the text.
func (m *Matcher) countWords() int {
	p := m.page
	if m.texts == len(p.sections) {
		return len(p.tokens)
	}

	from := p.sections[m.texts].pos
	i, _ := slices.BinarySearchFunc(p.tokens, uint32(from), func(t token, pos uint32) int { return cmp.Compare(t.pos, pos) })

	return i
}

// lookUp sees all terms of a hash.
func (m *Matcher) lookUp(d *dict, hash uint64, token uint32) {
	for i := d.place(hash); ; i = d.next(i) {
		found, s := d.slots[i].load()
		switch {
		case s == 0:
			return
		case found != hash:
			continue
		}

		if s&slotExact == 0 || m.spelledLike(s&slotTerm, token) {
			m.see(s&slotTerm, token)
		}

		if s&slotMore == 0 {
			return
		}
	}
}

// see notes that a term stands at a token.
func (m *Matcher) see(t termID, token uint32) {
	if m.note(t) {
		m.seen = append(m.seen, seen{t, token})
	}
}

// note marks a term as one that the article holds. It is false for one that is newer
// than this match. A term that was marked before is written down and not kept,
// as nobody can guess which will be.
func (m *Matcher) note(t termID) bool {
	if t >= m.limit {
		return false
	}

	w := &m.bits[t>>6]
	n := len(m.terms)
	m.terms = append(m.terms, t)[:n+int(^*w>>(t&63)&1)]
	*w |= 1 << (t & 63)

	return true
}

func (m *Matcher) has(t termID) bool { return t < m.limit && m.bits[t>>6]>>(t&63)&1 != 0 }

// spelledLike looks at a term that asks for a spelling to the letter.
func (m *Matcher) spelledLike(t termID, token uint32) bool {
	tok := m.page.tokens[token]

	sec, start, end := m.page.source(tok.from, tok.to)
	if sec == nil || sec.text == "" {
		return false
	}

	text, want := sec.text[start:end], m.ix.spelled(t)
	if text == want {
		return true
	}

	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return exactText(text) == want
		}
	}

	return false
}

// gather takes the entries that the two bits allow. It goes in steps, so that
// the processor can wait for many places of memory at once. Each entry is written
// down and one in seven stays: so there is no branch to be guessed.
func (m *Matcher) gather() {
	all := m.filings()

	room := uint64(len(all))
	for i := range all {
		if p := all[i].more; p != nil {
			room += *p
		}
	}

	out := slices.Grow(m.passed[:0], int(room))[:room]
	n, bits, limit := 0, m.bits, m.limit

	for i := range all {
		f := &all[i]
		out[n] = result{f: f.term, entry: f.one}

		n += allows(bits, limit, f.one)
		for list, k := listAt(f.more), 0; k < len(list); k++ {
			e := atomic.LoadUint64(&list[k])
			out[n] = result{f: f.term, entry: e}
			n += allows(bits, limit, e)
		}
	}

	m.passed = out[:n]
}

// allows is 1 for an entry that is there and that its second term lets pass, else
// 0. Where no entry is, no bit says of which kind it is. A term that is newer than
// this match lets none pass.
func allows(bits []uint64, limit termID, e entry) int {
	g := entryG(e)
	if g >= limit || int(g>>6) >= len(bits) {
		return 0
	}

	return int((bits[g>>6]>>(g&63) ^ e>>57) & (e>>56 | e>>58 | e>>59) & 1)
}

// filed is a term of the article and what stands under it.
type filed struct {
	term termID
	one  entry
	more *entry
}

// filings are the article's terms under which anything stands.
func (m *Matcher) filings() []filed {
	if len(m.filed) < len(m.terms) {
		m.filed = make([]filed, 2*len(m.terms))
	}

	chunks := *m.ix.terms.chunks.Load()
	n := 0

	for _, t := range m.terms {
		r := &chunks[t/termChunk][t%termChunk]
		f := filed{t, atomic.LoadUint64(&r.one), r.more.Load()}

		m.filed[n] = f
		if f.one != 0 || f.more != nil {
			n++
		}
	}

	return m.filed[:n]
}

// verify asks the programs of what passed.
func (m *Matcher) verify() {
	for _, r := range m.passed {
		switch {
		case r.entry&entryPair != 0:
			r.id = uint32(r.entry)
		case r.entry&entryAll != 0:
			p := m.program(uint32(r.entry))

			r.id = p[0]
			if _, rest := allTerms(p); !m.hasAll(rest) {
				continue
			}
		default:
			p := m.program(uint32(r.entry))

			r.id = p[0]
			if !m.first(programAnchors(p), r.f) || !m.eval(programCode(p)) {
				continue
			}
		}

		m.results = append(m.results, r)
	}
}

// first tells whether f is the first of a program's anchors that the article
// holds: the program is met under each, and asked once. (What stands beside an
// anchor is needed whichever anchor is met, so all are let pass or none.)
func (m *Matcher) first(anchors []termID, f termID) bool {
	for _, a := range anchors {
		if m.has(a) {
			return a == f
		}
	}

	return false
}

// program gives the words at a place. Places of programs that moved since the
// match began are in chunks that it has not seen.
func (m *Matcher) program(place uint32) []uint32 {
	if int(place/programChunk) >= len(m.chunks) {
		m.chunks = append(slices.Clone(m.chunks), (*m.ix.programs.chunks.Load())[len(m.chunks):]...)
	}

	return m.chunks[place/programChunk][place%programChunk:]
}

func (m *Matcher) hasAll(terms []termID) bool {
	for _, t := range terms {
		if !m.has(t) {
			return false
		}
	}

	return true
}

// findPrefixes looks the beginnings of words up.
func (m *Matcher) findPrefixes(d *dict) {
	m.lengths = m.lengths[:0]
	for i := range m.ix.prefixLengths {
		for w := m.ix.prefixLengths[i].Load(); w != 0; w &= w - 1 {
			m.lengths = append(m.lengths, i*64+bits.TrailingZeros64(w))
		}
	}

	if len(m.lengths) == 0 {
		return
	}

	p, words := m.page, m.words
	for i := range p.tokens {
		t := &p.tokens[i]
		for _, n := range m.lengths {
			if n > int(t.keyLen) {
				break
			}

			if n >= 3 && !m.ix.prefixes.has(gram3(p.buf[t.key:t.key+3])) {
				break
			}

			hash := max(hashKey(p.seed, p.buf, int(t.key), n), 1)
			if i >= words {
				hash = (fieldKey + keyKind(m.sectionOf(t).kind)).salt(hash)
			}

			m.lookUp(d, prefixKey.salt(hash), uint32(i))
		}
	}
}

// findParts looks for *parts* within words.
func (m *Matcher) findParts(d *dict) {
	p, words := m.page, m.words
	for i := range p.tokens {
		t := &p.tokens[i]

		key := p.buf[t.key : t.key+t.keyLen]
		for at := 0; at+4 <= len(key); at++ {
			if !m.ix.grams.has(gram4(key[at : at+4])) {
				continue
			}

			hash := max(hashKey(p.seed, p.buf, int(t.key)+at, 4), 1)
			if i >= words {
				hash = (fieldKey + keyKind(m.sectionOf(t).kind)).salt(hash)
			}

			m.startsOf(d, gramKey.salt(hash), key[at:], func(t termID) { m.seeOnce(t, uint32(i)) })
		}
	}
}

// startsOf gives the terms of a hash whose text stands at the head of b.
func (m *Matcher) startsOf(d *dict, hash uint64, b []byte, yield func(termID)) {
	for i := d.place(hash); ; i = d.next(i) {
		found, s := d.slots[i].load()
		switch {
		case s == 0:
			return
		case found != hash:
			continue
		}

		t := s & slotTerm
		if want := m.ix.spelled(t); len(want) <= len(b) && string(b[:len(want)]) == want {
			yield(t)
		}

		if s&slotMore == 0 {
			return
		}
	}
}

// seeOnce is see, but for a part that stands twice in a word.
func (m *Matcher) seeOnce(t termID, token uint32) {
	for i := len(m.seen); i > 0 && m.seen[i-1].token == token; i-- {
		if m.seen[i-1].term == t {
			return
		}
	}

	m.see(t, token)
}

// findLiterals scans the texts for what regexes demand.
func (m *Matcher) findLiterals(d *dict) {
	for _, s := range m.page.sections[:m.texts] {
		m.scan = lowered(m.scan[:0], s.text)
		for at := 0; at+3 <= len(m.scan)-slack; at++ {
			if m.ix.literals.has(gram3(m.scan[at : at+3])) {
				hash := max(hashKey(m.ix.seed, m.scan, at, 3), 1)
				m.startsOf(d, literalKey.salt(hash), m.scan[at:len(m.scan)-slack], func(t termID) { m.note(t) })
			}
		}
	}
}

// lowered is a text in small ASCII letters as a regex without case sees it: ſ is
// s and the Kelvin sign k. Slack follows.
func lowered(out []byte, text string) []byte {
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c >= 'A' && c <= 'Z':
			c |= 0x20
		case c == 0xC5 && i+1 < len(text) && text[i+1] == 0xBF:
			c = 's'
			i++
		case c == 0xE2 && i+2 < len(text) && text[i+1] == 0x84 && text[i+2] == 0xAA:
			c = 'k'
			i += 2
		}

		out = append(out, c)
	}

	return append(out, make([]byte, slack)...)
}
