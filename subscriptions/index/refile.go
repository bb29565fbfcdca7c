package index

import (
	"sync"
	"sync/atomic"

	"newsbell/news"
)

// What is rare changes, and at first nothing is known of it. So queries are filed anew
// under a term that fewer articles have, some at a time. No reader waits, and none
// overlooks a query that moves: the new postings stand before the old ones go, and a
// reader that sees that some went meanwhile reads again.

// moved is a query that was filed anew.
type moved struct {
	id    uint32
	from  location // nowhere for one with alternatives, whose program stays
	terms []termID // it stood under

	others []termID // what stood beside each, where a query has alternatives
}

// muchRarer is how many times rarer a term has to be for a query to move there.
const muchRarer = 2

// cheapTerm is what a term costs at most that no article had and under which so few queries
// are filed that it does not pay to look for another one for them.
const cheapTerm = 8

// Refile looks at up to n subscriptions, goes on where it ended the last time, and files
// those anew that stand where many articles come by while they could stand where few do.
// It returns how many it moved, and whether it came to the end: the next call
// begins again.
func (ix *Index) Refile(n int) (moves int, done bool) {
	ix.lock()
	defer ix.unlock()

	var gone []moved

	end := uint32(len(ix.registry.folders)) * registryPage * registryFolder

	for ; n > 0 && ix.refileNext < end; ix.refileNext++ {
		id := ix.refileNext

		row := ix.registry.find(id)
		if row == nil {
			ix.refileNext = id | (registryPage - 1) // nobody is near
			continue
		}

		n--

		if m, ok := ix.refile(id, *row); ok {
			gone = append(gone, m)
		}
	}

	ix.clearUp(gone)

	if ix.refileNext < end {
		return len(gone), false
	}

	ix.refileNext = 0

	return len(gone), true
}

// refile files a query a second time if it pays.
func (ix *Index) refile(id uint32, from location) (m moved, ok bool) {
	m = moved{id: id, from: from}

	switch from.kind() {
	case locatedPair, locatedAll:
		if ix.cost(from.term()) <= cheapTerm {
			return m, false
		}

		pl := ix.planOf(id)

		f, _ := ix.chooseTwo(pl)
		if f == from.term() || ix.cost(f)*muchRarer >= ix.cost(from.term()) {
			return m, false
		}

		m.terms = []termID{from.term()}

		ix.move(id, pl)
	case locatedProgram:
		p := ix.programs.at(from.b)
		code := programCode(p)

		anchors := ix.anchors(ix.plan.anchors[:0], code)
		if len(anchors) == 0 || ix.workOf(code, anchors)*muchRarer >= ix.workOf(code, programAnchors(p)) {
			return m, false
		}

		pl := ix.planOf(id)
		m.terms, pl.anchors = pl.anchors, anchors
		ix.move(id, pl)
	case locatedAlternatives:
		return ix.refileAlternatives(id, from)
	default:
		return m, false
	}

	return m, true
}

func (ix *Index) move(id uint32, pl *plan) {
	ix.insert(id, pl)
	ix.fileCanonical(id)

	if ix.duplicates.size(id) > 0 {
		ix.markShared(id, true)
	}
}

// clearUp takes away where queries stood before they moved.
func (ix *Index) clearUp(gone []moved) {
	if len(gone) == 0 {
		return
	}

	ix.moves.Add(1)

	holes := map[termID]int{}

	for _, m := range gone {
		for i, f := range m.terms {
			if at := ix.findMoved(m, i); at != nil {
				atomic.StoreUint64(at, noPosting)

				ix.filed[f]--
				holes[f]++
			}
		}
	}

	for f := range holes {
		ix.lists.at(f).compact()
		ix.noteCrowded(f)

		if ix.filed[f] == 0 {
			ix.filing.unset(uint64(f))
		}
	}

	for _, m := range gone {
		ix.countWaste(m.from)
	}

	ix.collectWaste(nowhere)
}

// findMoved returns the posting that stands where a query stood, under the i-th of its terms.
func (ix *Index) findMoved(m moved, i int) *posting {
	t := ix.lists.at(m.terms[i])

	switch {
	case m.others != nil:
		return t.findPair(m.id, m.others[i])
	case m.from.kind() == locatedPair:
		return t.find(m.id, true)
	}

	return t.find(m.from.b, false)
}

// compact leaves out the places of a list that are free, when they are over an eighth.
func (t *postingList) compact() {
	list := t.others()

	switch kept := withoutHoles(list); {
	case len(kept) >= len(list)-len(list)/8:
		return
	case len(kept) == 0:
		t.rest.Store(nil)
	default:
		t.rest.Store(newBlock(kept, 0))
	}
}

// learned is how many of the articles that passed have each term, in any language: a
// query is filed under the term that the fewest of them have. What was long ago counts
// less and less.
type learned struct {
	mu       sync.Mutex
	articles uint32
	counts   []uint16 // by term
}

// learnedAtMost is how many articles are counted until all counts are halved.
const learnedAtMost = 1 << 15

// Learn counts the terms of an article of before, so that queries are filed by what
// articles have. MatchWithin learns from what it reads.
func (ix *Index) Learn(a *news.Article) {
	m := ix.Matcher()
	defer m.Close()

	m.tokenize(a)
	m.lookUp()
	m.learn()
}

// learn counts the terms of the article that was read. It waits for nobody: an article
// that is read while another is counted is not.
func (m *Matcher) learn() {
	l := &m.ix.learned
	if !l.mu.TryLock() {
		return
	}
	defer l.mu.Unlock()

	if need := int(m.limit); need > len(l.counts) {
		l.counts = append(l.counts, make([]uint16, need-len(l.counts))...)
	}

	for _, t := range m.terms {
		l.counts[t]++
	}

	if l.articles++; l.articles >= learnedAtMost {
		l.articles /= 2
		for t := range l.counts {
			l.counts[t] /= 2
		}
	}
}

// count is how many articles were counted that have a term.
func (l *learned) count(t termID) uint64 {
	if int(t) < len(l.counts) {
		return uint64(l.counts[t])
	}

	return 0
}
