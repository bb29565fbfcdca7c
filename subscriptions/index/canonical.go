package index

import (
	"math/bits"
	"slices"

	"newsbell/subscriptions/query"
	"newsbell/subscriptions/text"
)

// Equal queries are one. The query that is equal to a new one is filed under one
// of its words, so a look at that posting list finds it, at no cost in memory.
// Where too much stands, and for programs, a table says where it is.

// crowdedLength is how many postings are too many to be looked through.
const crowdedLength = 256

// isCrowded reports whether too much stands under a term, from a bit that is noted so that no
// list is waited for.
func (ix *Index) isCrowded(f termID) bool { return ix.crowded[f>>6]>>(f&63)&1 != 0 }

// noteCrowded notes whether too much stands under a term, after its list changed.
func (ix *Index) noteCrowded(f termID) {
	w, bit := &ix.crowded[f>>6], uint64(1)<<(f&63)
	if headUsed(headOf(ix.lists.at(f).rest.Load())) > crowdedLength {
		*w |= bit
	} else {
		*w &^= bit
	}
}

// findCanonical returns the canonical ID of the query that has the plan already.
func (ix *Index) findCanonical(pl *plan) (canonical uint32, ok bool) {
	table := !pl.pure
	if pl.pure {
		for i, f := range pl.words {
			if ix.isCrowded(f) {
				table = true
			} else if canonical, ok = ix.findAmongPostings(pl, i, ix.lists.at(f)); ok {
				return canonical, true
			}
		}
	}

	e := &ix.canonical
	if !table || e.used == 0 {
		return 0, false
	}

	for i := e.home(pl.hash(ix.seed)); e.slots[i] != 0; i = e.next(i) {
		if id := e.slots[i] - 1; e.slots[i] != removedSlot && ix.isPlanOf(id, pl) {
			return id, true
		}
	}

	return 0, false
}

// findAmongPostings looks for a plan among what stands under its i-th word.
func (ix *Index) findAmongPostings(pl *plan, i int, t *postingList) (canonical uint32, ok bool) {
	if len(pl.words) > 2 {
		return ix.findAmongPrograms(pl, pl.words[i], t)
	}

	want := uint32(postingPair >> 32)

	switch {
	case pl.not != noTerm:
		want = (postingPair|postingNot)>>32 | pl.not
	case len(pl.words) == 2:
		want |= pl.words[1-i]
	}

	const kinds = ^uint32(postingShared >> 32)
	if uint32(t.first>>32)&kinds == want {
		return uint32(t.first), true
	}

	for _, e := range t.others() {
		if uint32(e>>32)&kinds == want {
			return uint32(e), true
		}
	}

	return 0, false
}

func (ix *Index) findAmongPrograms(pl *plan, f termID, t *postingList) (canonical uint32, ok bool) {
	words := uint64(0) // a bit for each word of the plan, to tell most at once
	for _, t := range pl.words {
		words |= 1 << (t & 63)
	}

	is := func(e posting) bool {
		if e&postingAll == 0 || words>>(secondTerm(e)&63)&1 == 0 || !slices.Contains(pl.words, secondTerm(e)) {
			return false
		}

		p := ix.programs.at(uint32(e))
		canonical = p[0]

		return ix.isProgramOf(p, f, pl)
	}
	ok = is(t.first) || slices.ContainsFunc(t.others(), is)

	return canonical, ok
}

// isEnrolled reports whether a canonical query is in the table.
func (ix *Index) isEnrolled(r location) bool {
	return !r.isPure() || ix.isCrowded(r.term())
}

// fileCanonical puts a query that was filed into the table if it belongs there.
func (ix *Index) fileCanonical(id uint32) {
	if ix.isEnrolled(*ix.registry.at(id)) {
		ix.canonical.insert(ix, id, ix.hashOf(id))
	}
}

// enrolAll puts all that stands under a term into the table.
func (ix *Index) enrolAll(t *postingList) {
	for _, e := range append(slices.Clone(t.others()), t.first) {
		switch {
		case e&postingPair != 0:
			ix.fileCanonical(uint32(e))
		case e&postingAll != 0:
			ix.fileCanonical(ix.programs.at(uint32(e))[0])
		}
	}
}

// hash is one number for equal plans.
func (pl *plan) hash(seed uint64) uint64 {
	h := seed

	if pl.pure {
		for _, t := range pl.words { // in any order
			h += text.Mix(seed^uint64(t), 0xA0761D6478BD642F)
		}

		return text.Mix(h^uint64(pl.not)<<32, 0xE7037ED1A0B428DB)
	}

	for _, c := range pl.code {
		h = text.Mix(h^uint64(c)^1<<40, 0xA0761D6478BD642F)
	}

	return h
}

// hashOf is the hash of the plan of a query that is filed.
func (ix *Index) hashOf(id uint32) uint64 {
	r := *ix.registry.at(id)

	var room [query.MaxTerms]termID

	pl := plan{pure: true, words: append(room[:0], r.term())}
	switch r.kind() {
	case locatedPair:
		if r.b != noTerm {
			pl.words = append(pl.words, r.b)
		}
	case locatedNot:
		pl.not = r.b
	case locatedAll:
		p := ix.programs.at(r.b)
		g, rest := allTerms(p)
		pl.words = append(append(pl.words, g), rest...)
	case locatedProgram, locatedAlternatives:
		pl.pure, pl.code = false, programCode(ix.programs.at(r.b))
	}

	return pl.hash(ix.seed)
}

// isPlanOf reports whether a filed query is that of a plan.
func (ix *Index) isPlanOf(id uint32, pl *plan) bool {
	r := *ix.registry.at(id)
	if pl.pure != r.isPure() || r.kind() == locatedNowhere || r.kind() == locatedCopy {
		return false
	}

	if !pl.pure {
		return slices.Equal(programCode(ix.programs.at(r.b)), pl.code)
	}

	if !slices.Contains(pl.words, r.term()) {
		return false
	}

	switch r.kind() {
	case locatedPair:
		n := 1
		if r.b != noTerm {
			n = 2
		}

		return pl.not == noTerm && len(pl.words) == n && (r.b == noTerm || slices.Contains(pl.words, r.b))
	case locatedNot:
		return pl.not == r.b && len(pl.words) == 1
	}

	return ix.isProgramOf(ix.programs.at(r.b), r.term(), pl)
}

// isProgramOf reports whether the program of a query of three or more words, which is
// filed under f, is that of a plan.
func (ix *Index) isProgramOf(p []uint32, f termID, pl *plan) bool {
	g, rest := allTerms(p)
	if len(rest) != len(pl.words)-2 || pl.not != noTerm || !slices.Contains(pl.words, f) || !slices.Contains(pl.words, g) {
		return false
	}

	for _, t := range rest {
		if !slices.Contains(pl.words, t) {
			return false
		}
	}

	return true
}

// canonicalTable finds the query that is equal to a new one: canonical IDs, plus one, by
// the hashes of their plans.
type canonicalTable struct {
	slots []uint32
	used  int
	gone  int
}

const removedSlot = ^uint32(0)

func (e *canonicalTable) home(hash uint64) int {
	hi, _ := bits.Mul64(hash, uint64(len(e.slots)))
	return int(hi)
}

func (e *canonicalTable) next(i int) int {
	if i++; i == len(e.slots) {
		return 0
	}

	return i
}

func (e *canonicalTable) insert(ix *Index, id uint32, hash uint64) {
	if id+1 == removedSlot || id+1 == 0 {
		return // the last two IDs there are share with nobody
	}

	if e.find(id, hash) >= 0 {
		return
	}

	if (e.used+1)*5 > len(e.slots)*4 {
		e.grow(ix)
	}

	i := e.home(hash)
	for e.slots[i] != 0 {
		i = e.next(i)
	}

	e.slots[i] = id + 1
	e.used++
}

func (e *canonicalTable) grow(ix *Index) {
	live := e.used - e.gone
	old := e.slots
	*e = canonicalTable{slots: make([]uint32, live+live/2+64)}

	for _, s := range old {
		if s != 0 && s != removedSlot {
			e.insert(ix, s-1, ix.hashOf(s-1))
		}
	}
}

func (e *canonicalTable) find(id uint32, hash uint64) int {
	if len(e.slots) == 0 {
		return -1
	}

	for i := e.home(hash); e.slots[i] != 0; i = e.next(i) {
		if e.slots[i] == id+1 {
			return i
		}
	}

	return -1
}

func (e *canonicalTable) remove(id uint32, hash uint64) {
	if i := e.find(id, hash); i >= 0 {
		e.slots[i] = removedSlot
		e.gone++
	}
}
