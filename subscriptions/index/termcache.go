package index

import (
	"slices"
	"sync/atomic"

	"newsbell/subscriptions/text"
)

// termCache caches which terms a word has. Most words of an article were in one of
// the articles before, and the cache fits in L2, where the dictionary of a million
// queries does not. It is cleared when the index gets new terms, a new pair of words among them.
type termCache struct {
	limit   termID
	entries *[termCacheSize]cachedWord
}

const termCacheSize = 1 << 13 // 8192 entries of 16 bytes fit in L2

// cachedWord is a word with its terms.
type cachedWord struct {
	hash  uint64
	terms wordTerms
}

// wordTerms are two terms of a word, each with what it may be of a pair, see partOf; 0 stands where
// there is none.
type wordTerms uint64

const (
	wordTermBits = 32 // of each of the two
	wordPartAt   = 24 // where the bits of a part stand
	// wordFirst and wordSecond are the bits of the parts of both terms.
	wordFirst  wordTerms = firstPart << wordPartAt * (1 | 1<<wordTermBits)
	wordSecond wordTerms = secondPart << wordPartAt * (1 | 1<<wordTermBits)
)

// articleWord is a word of the texts with two of its terms; one with more stands there again.
type articleWord struct {
	terms wordTerms
	token uint32
}

// term is the first of the terms.
func (w wordTerms) term() termID { return termID(w) & slotTerm }

// begin forgets what was before the index had limit terms.
func (y *termCache) begin(limit termID) {
	switch {
	case y.entries == nil:
		y.entries = new([termCacheSize]cachedWord)
	case y.limit != limit:
		clear(y.entries[:])
	}

	y.limit = limit
}

// slot is where a word is remembered, if it is.
func (y *termCache) slot(hash uint64) *cachedWord { return &y.entries[hash%termCacheSize] }

// uncached is a token that is not remembered.
type uncached struct {
	hash, first uint64 // its own, and that in its first slot
	token, slot uint32
	offset      uint32
}

// lookUpAll sees the terms of all tokens. Those that are not remembered are looked up in steps, so
// that the processor can wait for many places of memory at once: the first slot of each; only
// then the look at what came.
func (m *Matcher) lookUpAll(d *dictionary, tokens []text.Token) {
	if len(m.uncached) < len(tokens)+1 {
		m.uncached = make([]uncached, len(tokens)+len(tokens)/4+1)
		m.found = make([]termID, 2*len(m.uncached))
	}

	m.words = append(m.words[:0], articleWord{})

	if d.filter != nil {
		m.lookUpFiltered(d, tokens)
		return
	}

	m.cache.begin(m.limit)

	rest := m.lookUpCached(tokens)
	m.fetchRecords()

	for i := range rest {
		c := &rest[i]
		c.offset = uint32(d.home(c.hash))
		c.first, c.slot = d.slots[c.offset].load()
	}

	for i := range rest {
		m.lookUpUncached(d, &rest[i])
	}
}

// lookUpFiltered sees the terms of the words that the filter of a small dictionary lets pass. Those that
// stand in their first slot and have one term are written down without branches.
func (m *Matcher) lookUpFiltered(d *dictionary, tokens []text.Token) {
	rest, parts := m.filterWords(d, tokens), m.ix.pairs.parts.load()
	m.words = slices.Grow(m.words, len(rest)+1)
	room, found, n, k := m.words[1:len(rest)+2], m.found, 0, 0

	for _, c := range rest {
		hash, s := d.slots[d.home(c.hash)].load()
		t := s & slotTerm
		other := hash ^ c.hash | uint64(s&(slotMore|slotExact))

		room[k] = articleWord{newWordTerm(parts, t), c.token}
		found[k] = t
		k += int(isZero(other) & ((uint64(t) - uint64(m.limit)) >> 63))
		rest[n] = c
		n += int(1 - (isZero(other) | isZero(uint64(s))))
	}

	m.words = m.words[:k+1]
	m.setBits(found[:k])

	for _, c := range rest[:n] {
		from := len(m.occurrences)
		m.lookUpHash(d, c.hash, c.token)

		for _, o := range m.occurrences[from:] {
			m.addWord(parts, o.term, o.token)
		}

		m.occurrences = m.occurrences[:from]
	}
}

// isZero is 1 for 0, else 0.
func isZero(x uint64) uint64 { return 1 - (x|-x)>>63 }

// filterWords returns the words that the filter lets pass. It has no branches: it writes each
// and advances only if it passes.
func (m *Matcher) filterWords(d *dictionary, tokens []text.Token) []uncached {
	n, mask := 0, uint64(len(d.filter)-1)

	for i := range tokens {
		hash := max(tokens[i].Hash, 1)

		c := &m.uncached[n]
		c.hash, c.token = hash, uint32(i)
		n += int(d.filter[hash>>6&mask].Load() >> (hash & 63) & 1)
	}

	return m.uncached[:n]
}

// lookUpCached sees the terms of the words that are remembered and returns the others.
// There are no branches: what is remembered, what is no term and what is seen again is written down
// and not kept.
func (m *Matcher) lookUpCached(tokens []text.Token) []uncached {
	m.words = slices.Grow(m.words, len(tokens)+1)
	room := m.words[1 : len(tokens)+2]
	rest, entries, n, k := m.uncached, m.cache.entries, 0, 0

	for i := range tokens {
		hash := max(tokens[i].Hash, 1)
		w := &entries[hash%termCacheSize]
		same := isZero(w.hash ^ hash)

		terms := w.terms & wordTerms(-same)
		room[k] = articleWord{terms, uint32(i)}
		k += int(1 - isZero(uint64(terms)))
		rest[n].hash, rest[n].token = hash, uint32(i)
		n += int(1 - same)
	}

	m.words = m.words[:k+1]
	words, found := m.words[1:], m.found
	k = 0

	for i := range words {
		w := words[i].terms
		found[k] = w.term()
		k++
		w >>= wordTermBits
		found[k] = w.term()
		k += int((uint64(w)&slotTerm + slotTerm) >> wordPartAt)
	}

	m.setBits(found[:k])

	return rest[:n]
}

// setBits is setBit for terms that are older than this match.
func (m *Matcher) setBits(found []termID) {
	n, bits := len(m.terms), m.bits
	terms := slices.Grow(m.terms, len(found)+1)[:n+len(found)+1]

	for _, t := range found {
		w := &bits[t>>6]
		terms[n] = t
		n += int(^*w >> (t & 63) & 1)
		*w |= 1 << (t & 63)
	}

	m.terms = terms[:n]
}

// lookUpUncached sees the terms of a word and remembers them, unless they are too many or
// ask for its spelling.
func (m *Matcher) lookUpUncached(d *dictionary, c *uncached) {
	word, n := cachedWord{hash: c.hash}, 0
	parts := m.ix.pairs.parts.load()

	found, s := c.first, c.slot
	for i := int(c.offset); s != 0; {
		if found == c.hash {
			t := s & slotTerm
			switch {
			case s&slotExact != 0:
				n = 2

				if m.isSpelledLike(t, c.token) {
					m.addWord(parts, t, c.token)
				}
			case t < m.limit:
				if n < 2 {
					word.terms |= newWordTerm(parts, t) << (n * wordTermBits)
				}

				m.addWord(parts, t, c.token)
			}

			n++

			if s&slotMore == 0 {
				break
			}
		}

		i = d.next(i)
		found, s = d.slots[i].load()
	}

	if n <= 2 {
		*m.cache.slot(c.hash) = word
	}
}

// newWordTerm is a term with what it may be of a pair.
func newWordTerm(parts []atomic.Uint64, t termID) wordTerms {
	return wordTerms(t | partOf(parts, t)<<wordPartAt)
}

// addWord notes that a term stands at a token of the texts.
func (m *Matcher) addWord(parts []atomic.Uint64, t termID, token uint32) {
	if !m.setBit(t) {
		return
	}

	c := newWordTerm(parts, t)
	if w := &m.words[len(m.words)-1]; w.token == token && w.terms != 0 && w.terms>>wordTermBits == 0 {
		w.terms |= c << wordTermBits
		return
	}

	m.words = append(m.words, articleWord{c, token})
}
