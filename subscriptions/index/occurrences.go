package index

// occurrence is a term at a token.
type occurrence struct {
	term  termID
	token uint32
}

// occurrenceLists are the tokens of each term of an article. Most articles are decided
// without a look at where words stand, so this is made only when the first query
// asks, see Matcher.firstOccurrence.
type occurrenceLists struct {
	built bool
	scans int
	heads []occurrenceHead
	links []occurrenceLink
}

// occurrenceLink is a token where a term stands.
type occurrenceLink struct {
	token uint32
	next  uint32 // the term's next place, 0 is none
}

// occurrenceHead is the first place of a term, as an index into the list; 0 is none.
type occurrenceHead struct {
	term  termID
	first uint32
}

// headOf finds the head of a term, or where it is to be. The heads are a small
// table of the article's own terms, which stays in the cache.
func (p *occurrenceLists) headOf(t termID) *occurrenceHead {
	mask := uint32(len(p.heads) - 1)
	for i := t * 0x9E3779B1 >> 7 & mask; ; i = (i + 1) & mask {
		if h := &p.heads[i]; h.first == 0 || h.term == t {
			return h
		}
	}
}

// buildOccurrences takes what was seen.
func (m *Matcher) buildOccurrences() {
	p, all := &m.occurrenceLists, m.occurrences

	size := 512
	for size < 2*(2*len(m.words)+len(all)) {
		size *= 2
	}

	if len(p.heads) < size || len(p.heads) > 64*size { // grown, or a very long article is behind us
		p.heads = make([]occurrenceHead, size)
	} else {
		clear(p.heads)
	}

	p.links = append(p.links[:0], occurrenceLink{})

	for i := range m.words {
		for w := m.words[i].terms; w != 0; w >>= wordTermBits {
			p.add(w.term(), m.words[i].token)
		}
	}

	for _, s := range all {
		p.add(s.term, s.token)
	}

	p.built = true
}

func (p *occurrenceLists) add(t termID, token uint32) {
	h := p.headOf(t)
	p.links = append(p.links, occurrenceLink{token, h.first})
	*h = occurrenceHead{t, uint32(len(p.links) - 1)}
}

// maxScans is how many terms are looked for among all that was seen before it
// pays to sort what was seen by term.
const maxScans = 3

// firstOccurrence returns the first place of a term that the article holds, as an index
// into occurrenceLists.links; each names the next one, 0 is none.
func (m *Matcher) firstOccurrence(t termID) uint32 {
	p := &m.occurrenceLists
	switch {
	case p.built:
		return p.headOf(t).first
	case p.scans < maxScans:
		p.scans++
		return m.scanFor(t)
	}

	m.buildOccurrences()

	return p.headOf(t).first
}

// scanFor makes the places of one term.
func (m *Matcher) scanFor(t termID) (first uint32) {
	p := &m.occurrenceLists
	see := func(token uint32) {
		p.links = append(p.links, occurrenceLink{token, first})
		first = uint32(len(p.links) - 1)
	}

	for i := range m.words {
		if w := &m.words[i]; w.terms.term() == t || (w.terms>>wordTermBits).term() == t {
			see(w.token)
		}
	}

	for _, o := range m.occurrences {
		if o.term == t {
			see(o.token)
		}
	}

	return first
}

// reset makes ready for the next article.
func (p *occurrenceLists) reset() {
	p.built, p.scans, p.links = false, 0, append(p.links[:0], occurrenceLink{})
}
