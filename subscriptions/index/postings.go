package index

import (
	"slices"
	"sync/atomic"
	"unsafe"

	"newsbell/internal/prefetch"
)

// A posting files a query under a term F that an article must hold for it:
//
//	bits 0-31   the subscription's ID, or where its program stands
//	bits 32-55  a second term G
//	bits 56-63  what F and G say
//
// Where F and G say all (a word; two words; a word without another one), a bit
// of the article decides, and nothing else is read.
type posting = uint64

const (
	postingPair    = 1 << 56 // F and G (G may be noTerm): matched; bits 0-31 are the ID
	postingNot     = 1 << 57 // with postingPair: F and not G
	postingAll     = 1 << 58 // F, G and the terms of the program
	postingProgram = 1 << 59 // F, G, then the program decides
	postingShared  = 1 << 60 // other subscriptions have the same query
	// postingAlternative is with postingPair: what else matches the query is filed too.
	postingAlternative = 1 << 61
	postingKinds       = postingPair | postingNot | postingAll | postingProgram
)

// noPosting stands where no posting is: F and not noTerm, which every article holds, so
// that no article passes it and none has to look whether it is one.
const noPosting posting = postingNot | posting(noTerm)<<32

func secondTerm(e posting) termID { return uint32(e>>32) & slotTerm }

// postingList is what stands under a term: one posting in the record itself, which
// is all that many terms have, and a block of the others.
//
// Readers take what they find. A writer puts a new posting where there is none, or
// puts a grown copy of the block in its place; a posting never moves in a block
// that readers may be in, so none is overlooked.
type postingList struct {
	first posting
	rest  atomic.Pointer[posting] // a block, see postingsAt
}

// others returns the postings besides the one.
func (t *postingList) others() []posting { return postingsAt(t.rest.Load()) }

const listChunk = 1024

// postingLists is a list of terms that grows without moving them.
type postingLists struct {
	n      atomic.Uint32 // terms that a reader may meet
	chunks atomic.Pointer[[]*[listChunk]postingList]
}

func (t *postingLists) at(id termID) *postingList {
	return &(*t.chunks.Load())[id/listChunk][id%listChunk]
}

// reserve returns the next term, which readers do not meet before publish.
func (t *postingLists) reserve() termID {
	id := t.n.Load()

	var chunks []*[listChunk]postingList
	if c := t.chunks.Load(); c != nil {
		chunks = *c
	}

	if int(id/listChunk) == len(chunks) {
		chunk := new([listChunk]postingList)
		for i := range chunk {
			chunk[i].first = noPosting
		}

		grown := append(slices.Clip(chunks), chunk)
		t.chunks.Store(&grown)
	}

	return id
}

func (t *postingLists) publish() { t.n.Add(1) }

// add puts a posting under the term.
func (t *postingList) add(e posting) {
	if t.first == noPosting {
		atomic.StoreUint64(&t.first, e)
		return
	}

	if p := t.rest.Load(); !addToBlock(p, e) {
		t.rest.Store(grownBlock(p, e))
	}
}

// findPair returns the place of the posting of an ID that is filed with g beside it.
func (t *postingList) findPair(id uint32, g termID) *posting {
	is := func(e posting) bool { return e&^postingShared == alternativePosting(id, g) }
	if is(t.first) {
		return &t.first
	}

	list := t.others()
	if i := slices.IndexFunc(list, is); i >= 0 {
		return &list[i]
	}

	return nil
}

// find returns the place of the posting of an ID or a program, nil when it is not here.
func (t *postingList) find(low uint32, pair bool) *posting {
	is := func(e posting) bool { return uint32(e) == low && e != noPosting && (e&postingPair != 0) == pair }
	if is(t.first) {
		return &t.first
	}

	list := t.others()
	for i, e := range list {
		if is(e) {
			return &list[i]
		}
	}

	return nil
}

// An index of fewer terms than nearTerms is in the near caches, and what so few words of an article as
// fewTerms need the processor waits for at once anyway: it doesn't pay to sift and fetch there.
const (
	nearTerms = 1 << 12
	fewTerms  = 24
)

// siftTerms takes those of the terms that came since the last time under which queries are filed: a third to half of
// an article's terms stand in queries only beside others.
func (m *Matcher) siftTerms() {
	terms, filed, n := m.terms[m.sifted:], m.ix.filing.load(), len(m.filing)
	room := slices.Grow(m.filing, len(terms)+1)[:n+len(terms)+1]

	for _, t := range terms { // without branches
		room[n] = t
		n += int(filed[t>>6].Load() >> (t & 63) & 1)
	}

	m.filing, m.sifted = room[:n], len(m.terms)
}

// fetchRecords fetches the records of terms, if that pays: they come while the words in a row are looked for.
func (m *Matcher) fetchRecords() {
	if m.fetches = m.limit >= nearTerms && len(m.terms) >= fewTerms; !m.fetches {
		return
	}

	m.siftTerms()

	chunks, lines := *m.ix.lists.chunks.Load(), m.roomForLines(len(m.filing))
	for i, t := range m.filing {
		lines[i] = prefetch.Address(&chunks[t/listChunk][t%listChunk])
	}

	prefetch.Lines(lines)
}

// fetchHeads fetches the first two lines of the blocks of terms, for which their records are read a first time.
func (m *Matcher) fetchHeads() {
	if !m.fetches {
		return
	}

	chunks, lines, n := *m.ix.lists.chunks.Load(), m.roomForLines(2*len(m.filing)+1), 0
	for _, t := range m.filing {
		at := prefetch.Address(chunks[t/listChunk][t%listChunk].rest.Load())
		lines[n], lines[n+1] = at, at+prefetch.LineSize
		n += 2 * int(1-isZero(uint64(at)))
	}

	prefetch.Lines(lines[:n])
}

// fetchTags fetches the tags behind the first two lines of blocks: they come while short blocks are looked at.
func (m *Matcher) fetchTags() {
	if len(m.tagged) == 0 {
		return
	}

	lines := m.lines[:0]

	for _, i := range m.tagged {
		b := &m.blocks[i]
		at := prefetch.Address(b.at)
		end := at + uintptr(1+tagWords(headUsed(b.head)))*unsafe.Sizeof(posting(0))

		for at += 2 * prefetch.LineSize; at < end; at += prefetch.LineSize {
			lines = append(lines, at)
		}
	}

	m.lines = lines
	prefetch.Lines(lines)
}

// fetchSlots fetches the slots in which pairs of words are first looked for.
func (m *Matcher) fetchSlots(d *dictionary, pairs []pairCandidate) {
	if !m.fetches {
		return
	}

	lines := m.roomForLines(len(pairs))
	for i := range pairs {
		lines[i] = prefetch.Address(&d.slots[d.home(pairs[i].hash)])
	}

	prefetch.Lines(lines)
}

// roomForLines is room for the addresses of n lines.
func (m *Matcher) roomForLines(n int) []uintptr {
	m.lines = slices.Grow(m.lines[:0], n)[:n]
	return m.lines
}
