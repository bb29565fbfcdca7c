package subscriptions

// seen is a term at a token.
type seen struct {
	term  termID
	token uint32
}

// places are the tokens of each term of an article. Most articles are decided
// without a look at where words stand, so this is made only when the first query
// asks, see Matcher.firstPlace.
type places struct {
	known bool
	scans int
	heads []termHead
	list  []found
}

// found is a token where a term stands.
type found struct {
	token uint32
	next  uint32 // the term's next place, 0 is none
}

// termHead is the first place of a term, as an index into the list; 0 is none.
type termHead struct {
	term  termID
	first uint32
}

// headOf finds the head of a term, or where it is to be. The heads are a small
// table of the article's own terms, which stays in the nearest memory.
func (p *places) headOf(t termID) *termHead {
	mask := uint32(len(p.heads) - 1)
	for i := t * 0x9E3779B1 >> 7 & mask; ; i = (i + 1) & mask {
		if h := &p.heads[i]; h.first == 0 || h.term == t {
			return h
		}
	}
}

// fill takes what was seen.
func (p *places) fill(all []seen) {
	size := 512
	for size < 2*len(all) {
		size *= 2
	}

	if len(p.heads) < size || len(p.heads) > 64*size { // grown, or a very long article is behind us
		p.heads = make([]termHead, size)
	} else {
		clear(p.heads)
	}

	p.list = append(p.list[:0], found{})
	for _, s := range all {
		h := p.headOf(s.term)
		p.list = append(p.list, found{s.token, h.first})
		*h = termHead{s.term, uint32(len(p.list) - 1)}
	}

	p.known = true
}

// scansAtMost is how many terms are looked for among all that was seen before it
// pays to sort what was seen by term.
const scansAtMost = 8

// firstPlace gives the first place of a term that the article holds, as an index
// into places.list; each names the next one, 0 is none.
func (m *Matcher) firstPlace(t termID) uint32 {
	p := &m.places
	switch {
	case p.known:
		return p.headOf(t).first
	case p.scans < scansAtMost:
		p.scans++
		return p.scan(m.seen, t)
	}

	p.fill(m.seen)

	return p.headOf(t).first
}

// scan makes the places of one term.
func (p *places) scan(all []seen, t termID) (first uint32) {
	for i := range all {
		if all[i].term == t {
			p.list = append(p.list, found{all[i].token, first})
			first = uint32(len(p.list) - 1)
		}
	}

	return first
}

// forget makes ready for the next article.
func (p *places) forget() { p.known, p.scans, p.list = false, 0, append(p.list[:0], found{}) }
