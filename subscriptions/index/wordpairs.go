package index

import (
	"slices"
	"sync/atomic"

	"newsbell/subscriptions/query"
	"newsbell/subscriptions/text"
)

// Two words that follow one another are a term too: "new york" is decided by one bit of
// the article, like a word, and is much rarer than either of its words. So is a pair with
// the word behind it: "new york times". An article has nearly as many pairs of words as
// words, so it asks for a pair only when its words are the first and the second of some
// pairs, and a filter has it.

// pairFilter says which pairs of words may be terms. It is only ever added to, by one
// writer at a time; readers take no lock.
type pairFilter struct {
	parts bitSet // two bits by term, see partOf
	pairs bitSet // by hash
	count int
}

// What a term may be of a pair.
const (
	firstPart  = 1
	secondPart = 2
)

const (
	minPairBits = 1 << 10
	maxPairBits = 1 << 22 // half a mebibyte stays in the cache
)

// note adds a pair that is not in it. Readers must not meet its term before.
func (f *pairFilter) note(a, b termID, hash uint64) {
	f.parts.growTo(2 * int(max(a, b)+1))
	f.parts.set(2 * uint64(a))
	f.parts.set(2*uint64(b) + 1)

	f.count++
	if size := f.pairs.len(); size < minPairBits {
		f.pairs.resize(minPairBits / 64)
	} else if size < maxPairBits && f.count > size/16 {
		f.pairs.repeat(8)
	}

	f.pairs.set(hash & uint64(f.pairs.len()-1))
}

// bitSet is a list of bits. A grown copy takes the place of the old one.
type bitSet struct {
	words atomic.Pointer[[]atomic.Uint64]
}

// load returns the words as they are now.
func (s *bitSet) load() []atomic.Uint64 {
	if p := s.words.Load(); p != nil {
		return *p
	}

	return nil
}

func (s *bitSet) len() int     { return 64 * len(s.load()) }
func (s *bitSet) set(i uint64) { s.load()[i>>6].Or(1 << (i & 63)) }

// partOf returns what a term may be of a pair: firstPart and secondPart. What is beyond the
// end is neither.
func partOf(parts []atomic.Uint64, t termID) uint64 {
	if t>>5 >= uint32(len(parts)) {
		return 0
	}

	return parts[t>>5].Load() >> (2 * t & 63) & (firstPart | secondPart)
}

// growTo makes room for n bits and some more.
func (s *bitSet) growTo(n int) {
	if n > s.len() {
		s.resize((n+n/4)>>6 + 1)
	}
}

func (s *bitSet) resize(size int) {
	grown := make([]atomic.Uint64, size)
	for i, old := 0, s.load(); i < len(old); i++ {
		grown[i].Store(old[i].Load())
	}

	s.words.Store(&grown)
}

// repeat makes the set, whose length is a power of two, times as long: a bit stands for
// all the longer hashes that end like the one it was set for.
func (s *bitSet) repeat(times int) {
	old := s.load()

	grown := make([]atomic.Uint64, times*len(old))
	for i := range grown {
		grown[i].Store(old[i%len(old)].Load())
	}

	s.words.Store(&grown)
}

// pairHash is the hash of two words that follow one another.
func (ix *Index) pairHash(a, b termID) uint64 {
	return pairKey.salt(text.Mix(ix.seed^(uint64(a)<<32|uint64(b)), 0xD6E8FEB86659FD93))
}

// pairTerm returns the term of two words that follow one another.
func (ix *Index) pairTerm(a, b termID) termID {
	hash := ix.pairHash(a, b)
	if t, known := ix.find(hash, ""); known {
		return t
	}

	ix.pairs.note(a, b, hash)

	return ix.newTerm(hash, nil, "")
}

// maxRow is how many words in a row become a term, as many as names have. What is longer is
// filed under its first words, and its program looks for all.
const maxRow = 4

// rowTerm returns the term of at most maxRow words that follow one another: of the first
// two, of these and the third, and so on.
func (ix *Index) rowTerm(f query.Field, row []query.Element) termID {
	t := ix.elementTerm(f, row[0])
	for _, e := range row[1:min(len(row), maxRow)] {
		t = ix.pairTerm(t, ix.elementTerm(f, e))
	}

	return t
}

// wordsInARow returns the elements of a term that is words one after the other, with one
// reading each; nil for any other.
func wordsInARow(t *query.Term) (out []query.Element) {
	if t.Regexp != nil || t.Near >= 0 || !t.Field.IsText() || !haveOneReading(t.Items) {
		return nil
	}

	for _, it := range t.Items {
		for _, e := range it[0] {
			if e.Kind != query.WordElement && e.Kind != query.ExactElement {
				return nil
			}

			out = append(out, e)
		}
	}

	if len(out) < 2 {
		return nil
	}

	return out
}

// isRowTerm reports whether the term of a row says all of it.
func isRowTerm(row []query.Element) bool {
	return len(row) >= 2 && len(row) <= maxRow && !slices.ContainsFunc(row, func(e query.Element) bool { return e.Adjacent })
}

// pairOccurrence is two words of the article that follow one another, or a row of words
// and the word behind it.
type pairOccurrence struct {
	first, second uint32 // tokens
	hash          uint64
	offset        uint32 // of the hash in the dictionary
	term          uint32 // what stands there, with its marks
	found         uint64
	token         uint32 // that stands for the pair; 0 where it is no term, or known already
}

// pairPart is what may be the first of a pair, in a chain of those that end at the same
// position, or the second, in a chain of those that begin there; next is 0 at its end.
type pairPart struct {
	term        termID
	token, next uint32
	at          uint32 // the position
}

// pairParts are chains of parts by position.
type pairParts struct {
	parts []pairPart // from 1 on
	heads []uint64   // by position: the round, and the first part of the chain
	round uint64
}

// begin empties the chains and returns room for parts: positions will be less than n, and
// parts at most as many as most.
func (p *pairParts) begin(n, most int) []pairPart {
	if len(p.heads) < n {
		p.heads = make([]uint64, n+n/4)
	}

	p.round++
	p.parts = append(p.parts[:0], pairPart{})

	return slices.Grow(p.parts, most+1)[:most+2]
}

// link makes a part the first of the chain of its position if keep is 1, and does nothing if
// it is 0, without a branch. It returns what is to be the next of the part.
func (p *pairParts) link(at uint32, part, keep int) (next uint32) {
	head := &p.heads[at]
	h := *head

	if h>>32 == p.round {
		next = uint32(h)
	}

	if keep != 0 {
		h = p.round<<32 | uint64(part)
	}

	*head = h

	return next
}

// first is the first part of a position, 0 is none.
func (p *pairParts) first(at uint32) uint32 {
	if h := p.heads[at]; h>>32 == p.round {
		return uint32(h)
	}

	return 0
}

// lookUpPairs sees the pairs of the words among the occurrences, then the pairs of these
// with the word behind them, and so on. It goes in steps, so that the processor can wait
// for many places of memory at once.
func (m *Matcher) lookUpPairs(d *dictionary, words []occurrence) {
	pairs := m.ix.pairs.pairs.load()
	if len(pairs) == 0 {
		return
	}

	for m.startWithWords(words); len(m.pairFirsts.parts) > 1; m.startWithPairs() {
		found := m.collectPairs(d, pairs)
		for i := range found {
			c := &found[i]
			c.found, c.term = d.slots[c.offset].load()
		}

		for i := range found {
			m.resolvePair(d, found, i)
		}
	}
}

// startWithWords takes the words that may be the first or the second of a pair.
func (m *Matcher) startWithWords(words []occurrence) {
	some := m.wordsOfPairs(words)
	positions, tokens := m.doc.NextPos+256, m.doc.Tokens // a word may be 255 positions wide
	before, behind := m.pairFirsts.begin(positions, len(some)), m.pairSeconds.begin(positions, len(some))
	n, k := 1, 1

	for _, w := range some { // without branches: what is none is written and not kept
		tok := &tokens[w.token]
		end, first, second := tok.Pos+uint32(tok.Width), int(w.part&firstPart), int(w.part/secondPart)

		before[n] = pairPart{w.term, w.token, m.pairFirsts.link(end, n, first), end}
		n += first
		behind[k] = pairPart{w.term, w.token, m.pairSeconds.link(tok.Pos, k, second), tok.Pos}
		k += second
	}

	m.pairFirsts.parts, m.pairSeconds.parts = before[:n], behind[:k]
}

// pairWord is a word that may be a part of a pair.
type pairWord struct {
	occurrence

	part uint32
}

// wordsOfPairs returns those of the words that may be a part of a pair. It has no branches: it
// writes each and advances only if it is one.
func (m *Matcher) wordsOfPairs(words []occurrence) []pairWord {
	parts := m.ix.pairs.parts.load()
	out := slices.Grow(m.pairWords[:0], len(words))[:len(words)]
	n := 0

	for _, o := range words {
		part := partOf(parts, o.term)
		out[n] = pairWord{o, uint32(part)}
		n += int((part+1)>>1&1 | part>>1)
	}

	m.pairWords = out

	return out[:n]
}

// startWithPairs takes the pairs that were found last and may be the first of another.
func (m *Matcher) startWithPairs() {
	parts := m.ix.pairs.parts.load()
	before, n := m.pairFirsts.begin(m.doc.NextPos+256, len(m.pairsFound)), 1

	for i := range m.pairsFound {
		if c := &m.pairsFound[i]; c.token != 0 && partOf(parts, c.term&slotTerm)&firstPart != 0 {
			last := &m.doc.Tokens[c.second]
			end := last.Pos + uint32(last.Width)
			before[n] = pairPart{c.term & slotTerm, c.token, m.pairFirsts.link(end, n, 1), end}
			n++
		}
	}

	m.pairFirsts.parts = before[:n]
}

// pairCandidate is two words that follow one another, or a row of words and the word behind
// it, and may be a term.
type pairCandidate struct {
	hash          uint64
	first, second uint32 // tokens
}

// collectPairs returns the pairs that the filter lets pass, those with one second word side
// by side.
func (m *Matcher) collectPairs(d *dictionary, filter []atomic.Uint64) []pairOccurrence {
	all, mask := m.collectPairCandidates(), uint64(64*len(filter)-1)
	n := 0

	for _, c := range all { // without branches, so that it waits for many words of the filter at once
		all[n] = c
		n += int(filter[c.hash&mask>>6].Load() >> (c.hash & 63) & 1)
	}

	out := m.pairsFound[:0]
	for _, c := range all[:n] {
		out = append(out, pairOccurrence{first: c.first, second: c.second, hash: c.hash, offset: uint32(d.home(c.hash))})
	}

	m.pairsFound = out

	return out
}

// collectPairCandidates returns what follows one another, by where it does.
func (m *Matcher) collectPairCandidates() []pairCandidate {
	out := m.pairCandidates[:0]
	firsts, seconds := m.pairFirsts.parts, m.pairSeconds.parts

	for i := 1; i < len(firsts); i++ {
		at := firsts[i].at
		if m.pairFirsts.first(at) != uint32(i) {
			continue // met already
		}

		for k := m.pairSeconds.first(at); k != 0; k = seconds[k].next {
			second := &seconds[k]
			for j := uint32(i); j != 0; j = firsts[j].next {
				out = append(out, pairCandidate{m.ix.pairHash(firsts[j].term, second.term), firsts[j].token, second.token})
			}
		}
	}

	m.pairCandidates = out

	return out
}

// resolvePair sees the term of a pair, if it has one: it stands at a token of its own. Of
// readings that end before the same second word, the longest counts.
func (m *Matcher) resolvePair(d *dictionary, found []pairOccurrence, i int) {
	c := &found[i]
	for at := int(c.offset); c.found != c.hash; {
		if c.term == 0 {
			return
		}

		at = d.next(at)
		c.found, c.term = d.slots[at].load()
	}

	p := m.doc
	from, to := p.Tokens[c.first].From, p.Tokens[c.second].To

	for k := i - 1; k >= 0 && found[k].second == c.second; k-- {
		if o := &found[k]; o.hash == c.hash && o.token != 0 {
			p.Tokens[o.token].From = min(p.Tokens[o.token].From, from)
			return
		}
	}

	if !m.addOccurrence(c.term&slotTerm, uint32(len(p.Tokens))) {
		return
	}

	c.token = uint32(len(p.Tokens))
	pair := p.Tokens[c.first]
	pair.To = max(pair.To, to)
	p.Tokens = append(p.Tokens, pair)
}
