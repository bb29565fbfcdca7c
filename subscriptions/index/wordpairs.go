package index

import (
	"cmp"
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

func (s *bitSet) len() int       { return 64 * len(s.load()) }
func (s *bitSet) set(i uint64)   { s.load()[i>>6].Or(1 << (i & 63)) }
func (s *bitSet) unset(i uint64) { s.load()[i>>6].And(^(uint64(1) << (i & 63))) }

// partOf returns what a term may be of a pair: firstPart and secondPart. What is beyond the
// end is neither.
func partOf(parts []atomic.Uint64, t termID) uint32 {
	if t>>5 >= uint32(len(parts)) {
		return 0
	}

	return uint32(parts[t>>5].Load()>>(2*t&63)) & (firstPart | secondPart)
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
	return max(text.Mix(ix.seed^(uint64(a)<<32|uint64(b)), 0xD6E8FEB86659FD93), 1)
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
// and the word behind it, and may be a term.
type pairOccurrence struct {
	pairCandidate

	offset uint32 // of the hash in the dictionary
	term   uint32 // what stands there, with its marks
	found  uint64
	token  uint32 // that stands for the pair; 0 where it is no term, or known already
}

// pairCandidate is pairOccurrence before the dictionary is asked.
type pairCandidate struct {
	hash          uint64
	first, second uint32 // tokens
}

// lookUpPairs sees the pairs of words that follow one another, then the pairs of these
// with the word behind them, and so on. It goes in steps, so that the processor can wait
// for many places of memory at once.
func (m *Matcher) lookUpPairs(d *dictionary) {
	filter := m.ix.pairs.pairs.load()
	if len(filter) == 0 {
		return
	}

	m.linkWords()

	some := m.collectPairs(filter)
	m.fetchSlots(d, some)
	m.fetchHeads()

	for ; len(some) > 0; some = m.collectLongerPairs(filter) {
		m.findPairs(d, some)
	}
}

// linkWords notes which words begin at each position, and at the end of each word.
func (m *Matcher) linkWords() {
	positions := m.doc.NextPos + 1 // where nothing begins
	if cap(m.begins) < positions {
		m.begins = make([]uint32, positions+positions/4)
	}

	n := len(m.words)
	m.begins = m.begins[:positions]
	clear(m.begins)

	if cap(m.sameBegin) < n {
		m.sameBegin, m.behind = make([]uint32, n+n/4), make([]uint32, n+n/4)
	}

	m.sameBegin, m.behind = m.sameBegin[:n], m.behind[:n]
	words, tokens, begins, same, any := m.words, m.doc.Tokens, m.begins, m.sameBegin, uint32(0)

	for i := 1; i < len(words) && i < len(same); i++ {
		at := &begins[tokens[words[i].token].Pos]
		any |= *at
		same[i] = *at
		*at = uint32(i)
	}

	m.anySameBegin = any != 0
	behind := m.behind

	for i := 1; i < len(words) && i < len(behind); i++ {
		tok := &tokens[words[i].token]
		behind[i] = begins[min(int(tok.Pos)+int(tok.Width), len(begins)-1)]
	}
}

// wordPair is two places in words that follow one another.
type wordPair struct{ first, second uint32 }

// collectPairs returns the pairs of words that the filter lets pass. What is one word behind another is
// written down and not kept if none of their terms may be a pair, without branches.
func (m *Matcher) collectPairs(filter []atomic.Uint64) []pairCandidate {
	words, behind := m.words, m.behind
	m.neighbours = slices.Grow(m.neighbours[:0], len(words))
	next, n := m.neighbours[:len(words)], 0

	for i, k := range behind[1:] {
		next[n] = wordPair{uint32(i + 1), k}
		n += bothSet(words[i+1].terms&wordFirst, words[k].terms&wordSecond)
	}

	m.neighbours = next[:n]

	if m.anySameBegin {
		m.appendNeighbours()
	}

	return m.filterPairs(filter, m.neighbours)
}

// appendNeighbours notes the words behind others at whose position further ones begin.
func (m *Matcher) appendNeighbours() {
	for i := 1; i < len(m.behind); i++ {
		for k := m.sameBegin[m.behind[i]]; k != 0; k = m.sameBegin[k] {
			if bothSet(m.words[i].terms&wordFirst, m.words[k].terms&wordSecond) != 0 {
				m.neighbours = append(m.neighbours, wordPair{uint32(i), k})
			}
		}
	}
}

// bothSet is 1 if neither is 0, else 0.
func bothSet(a, b wordTerms) int { return int((a | -a) & (b | -b) >> 63) }

// filterPairs returns the pairs of terms that the filter lets pass. It has no branches, so that it waits
// for many words of the filter at once.
func (m *Matcher) filterPairs(filter []atomic.Uint64, next []wordPair) []pairCandidate {
	room, n := slices.Grow(m.pairCandidates[:0], 4*len(next)+1)[:4*len(next)+1], 0
	m.pairCandidates = room

	for _, p := range next {
		a, b := &m.words[p.first], &m.words[p.second]
		first, second := a.terms, b.terms

		for range 2 {
			for range 2 {
				room[n] = pairCandidate{uint64(first)<<32 | uint64(uint32(second)), a.token, b.token}
				n += int(first>>wordPartAt&(second>>(wordPartAt+1))) & 1
				second = second>>wordTermBits | second<<wordTermBits
			}

			first >>= wordTermBits
		}
	}

	some, mask := room[:n], uint64(64*len(filter)-1)
	n = 0

	for _, c := range some {
		c.hash = m.ix.pairHash(termID(c.hash>>32)&slotTerm, termID(c.hash)&slotTerm)
		some[n] = c
		n += int(filter[c.hash&mask>>6].Load() >> (c.hash & 63) & 1)
	}

	return some[:n]
}

// collectLongerPairs returns the pairs of what was found last and the word behind it that the filter lets
// pass.
func (m *Matcher) collectLongerPairs(filter []atomic.Uint64) []pairCandidate {
	parts := m.ix.pairs.parts.load()
	out, mask := m.pairCandidates[:0], uint64(64*len(filter)-1)

	for i := range m.pairsFound {
		c := &m.pairsFound[i]

		first := c.term & slotTerm
		if c.token == 0 || partOf(parts, first)&firstPart == 0 {
			continue
		}

		last := &m.doc.Tokens[c.second]
		for k := m.begins[min(int(last.Pos)+int(last.Width), len(m.begins)-1)]; k != 0; k = m.sameBegin[k] {
			for second := m.words[k].terms; second != 0; second >>= wordTermBits {
				hash := m.ix.pairHash(first, second.term())
				if second>>wordPartAt&secondPart != 0 && filter[hash&mask>>6].Load()>>(hash&63)&1 != 0 {
					out = append(out, pairCandidate{hash, c.token, m.words[k].token})
				}
			}
		}
	}

	m.pairCandidates = out

	return out
}

// findPairs looks candidates up, those with one second word side by side.
func (m *Matcher) findPairs(d *dictionary, candidates []pairCandidate) {
	bySecond := func(a, b pairCandidate) int { return cmp.Compare(a.second, b.second) }
	if !slices.IsSortedFunc(candidates, bySecond) { // of several readings
		slices.SortStableFunc(candidates, bySecond)
	}

	found := slices.Grow(m.pairsFound[:0], len(candidates))[:len(candidates)]
	m.pairsFound = found

	for i, c := range candidates {
		offset := d.home(c.hash)
		hash, term := d.slots[offset].load()
		found[i] = pairOccurrence{pairCandidate: c, offset: uint32(offset), term: term, found: hash}
	}

	for i := range found {
		m.resolvePair(d, found, i)
	}
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
