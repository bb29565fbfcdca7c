package index

import (
	"slices"

	"newsbell/subscriptions/text"
)

// termCache caches which terms a word has. Most words of an article were in one of
// the articles before, and the cache fits in L2, where the dictionary of a million
// queries does not. It is cleared when the index gets new terms.
type termCache struct {
	limit   termID
	entries *[termCacheSize]cachedWord
}

const termCacheSize = 1 << 13 // 8192 entries of 16 bytes fit in L2

// cachedWord is a word with its terms; noTerm stands where there is none.
type cachedWord struct {
	hash  uint64
	terms [2]termID
}

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

// lookUpAll sees the terms of all tokens. Those that are not remembered are
// looked up in steps, so that the processor can wait for many places of memory
// at once: the first slot of each; only then the look at what came.
func (m *Matcher) lookUpAll(d *dictionary, tokens []text.Token) {
	if len(m.uncached) < len(tokens) {
		m.uncached = make([]uncached, len(tokens)+len(tokens)/4)
	}

	if d.filter != nil {
		m.lookUpFiltered(d, tokens)
		return
	}

	m.cache.begin(m.limit)

	rest := m.lookUpCached(d, tokens)
	for i := range rest {
		c := &rest[i]
		c.first, c.slot = d.slots[c.offset].load()
	}

	for i := range rest {
		m.lookUpUncached(d, &rest[i])
	}
}

// lookUpFiltered sees the terms of the words that the filter of a small dictionary lets pass.
func (m *Matcher) lookUpFiltered(d *dictionary, tokens []text.Token) {
	rest := m.filterWords(d, tokens)
	for i := range rest {
		c := &rest[i]
		c.first, c.slot = d.slots[d.home(c.hash)].load()
	}

	for i := range rest {
		if c := &rest[i]; c.first == c.hash && c.slot&(slotMore|slotExact) == 0 {
			m.addOccurrence(c.slot&slotTerm, c.token)
		} else {
			m.lookUpHash(d, c.hash, c.token)
		}
	}
}

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
// For the first there are no branches: what is no term, or is seen again, is
// written down and not kept.
func (m *Matcher) lookUpCached(d *dictionary, tokens []text.Token) []uncached {
	n, nt, ns := 0, len(m.terms), len(m.occurrences)
	terms := slices.Grow(m.terms, 2*len(tokens))[:nt+2*len(tokens)]

	offsets := slices.Grow(m.occurrences, 2*len(tokens))[:ns+2*len(tokens)]
	for i := range tokens {
		hash := max(tokens[i].Hash, 1)

		w := m.cache.slot(hash)
		if w.hash != hash {
			m.uncached[n] = uncached{hash: hash, token: uint32(i), offset: uint32(d.home(hash))}
			n++

			continue
		}

		if w.terms[0] == noTerm {
			continue
		}

		for _, t := range w.terms {
			bits := &m.bits[t>>6]
			terms[nt] = t
			nt += int(^*bits >> (t & 63) & 1)
			*bits |= 1 << (t & 63)

			offsets[ns] = occurrence{t, uint32(i)}
			if t != noTerm {
				ns++
			}
		}
	}

	m.terms, m.occurrences = terms[:nt], offsets[:ns]

	return m.uncached[:n]
}

// lookUpUncached sees the terms of a word and remembers them, unless they are too many or
// ask for its spelling.
func (m *Matcher) lookUpUncached(d *dictionary, c *uncached) {
	word, n := cachedWord{hash: c.hash}, 0

	found, s := c.first, c.slot
	for i := int(c.offset); s != 0; {
		if found == c.hash {
			t := s & slotTerm
			switch {
			case s&slotExact != 0:
				n = len(word.terms)

				if m.isSpelledLike(t, c.token) {
					m.addOccurrence(t, c.token)
				}
			case t < m.limit:
				if n < len(word.terms) {
					word.terms[n] = t
				}

				m.addOccurrence(t, c.token)
			}

			n++

			if s&slotMore == 0 {
				break
			}
		}

		i = d.next(i)
		found, s = d.slots[i].load()
	}

	if n <= len(word.terms) {
		*m.cache.slot(c.hash) = word
	}
}
