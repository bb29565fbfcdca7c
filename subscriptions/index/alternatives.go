package index

import (
	"cmp"
	"math/bits"
	"slices"

	"newsbell/subscriptions/query"
)

// A query that matches whatever holds one of a few words, or pairs of words, is filed under
// each: (a | b) c under a with c beside it and under b with c beside it. Each posting decides
// alone, and no program is read: it is kept for the writers. An article that holds both alternatives
// meets the query twice.

// alternative is two terms of which an article must hold both, the smaller first; the first is
// noTerm where there is one.
type alternative [2]termID

// maxAlternatives is how many alternatives a query has at most: each is a posting.
const maxAlternatives = 8

// alternativesOf returns the alternatives that say all of the code at the head of c; none
// when there are no such, or too many.
func alternativesOf(c []uint32) []alternative {
	var room [maxAlternatives]alternative

	if op := c[0] & codeOp; op != codeAnd && op != codeOr {
		return nil
	}

	out := appendAlternatives(room[:0], c)
	slices.SortFunc(out, compareAlternatives)

	return slices.Clone(slices.Compact(out))
}

// rarer returns the terms of an alternative, the one to file it under first.
func (ix *Index) rarer(a alternative) (f, g termID) {
	if a[0] == noTerm || ix.cost(a[1]) < ix.cost(a[0]) {
		return a[1], a[0]
	}

	return a[0], a[1]
}

// other is the term beside f.
func (a alternative) other(f termID) termID { return a[0] ^ a[1] ^ f }

// insertAlternatives files a query under each of its alternatives. Its anchors are the
// terms that they stand under, in their order.
func (ix *Index) insertAlternatives(id uint32, pl *plan) {
	words := append(make([]uint32, 0, 64), id, programShape(len(pl.alternatives), len(pl.code)))
	for _, a := range pl.alternatives {
		f, _ := ix.rarer(a)
		words = append(words, f)
	}

	anchors := words[programHead:]
	words = append(words, pl.code...)
	*ix.registry.at(id) = newLocation(locatedAlternatives, 0, ix.programs.put(words))

	for i, a := range pl.alternatives {
		ix.addPosting(anchors[i], alternativePosting(id, a.other(anchors[i])))
	}
}

func alternativePosting(id uint32, g termID) posting {
	return postingPair | postingAlternative | posting(g)<<32 | posting(id)
}

// visitAlternatives visits where a query is filed that stands under alternatives.
func (ix *Index) visitAlternatives(id, offset uint32, visit func(f termID, at *posting)) {
	p := ix.programs.at(offset)
	anchors := programAnchors(p)

	for i, a := range alternativesOf(programCode(p)) {
		if at := ix.lists.at(anchors[i]).findPair(id, a.other(anchors[i])); at != nil {
			visit(anchors[i], at)
		}
	}
}

// refileAlternatives files those alternatives of a query anew that stand under a term that is much
// dearer than their other one. Where they stand is written into the program, which no reader
// looks at.
func (ix *Index) refileAlternatives(id uint32, from location) (m moved, ok bool) {
	m.id = id
	p := ix.programs.at(from.b)
	anchors := programAnchors(p)

	for i, a := range alternativesOf(programCode(p)) {
		f, g := ix.rarer(a)
		if before := anchors[i]; f == before || ix.cost(before) <= cheapTerm || ix.cost(f)*muchRarer >= ix.cost(before) {
			continue
		}

		m.terms, m.others = append(m.terms, anchors[i]), append(m.others, f)
		anchors[i] = f
		ix.addPosting(f, alternativePosting(id, g))
	}

	if len(m.terms) > 0 && ix.duplicates.size(id) > 0 {
		ix.markShared(id, true)
	}

	return m, len(m.terms) > 0
}

func compareAlternatives(a, b alternative) int {
	return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
}

// appendAlternatives appends those of the code at the head of c. It returns nothing when there
// are none, or too many.
func appendAlternatives(out []alternative, c []uint32) []alternative {
	if isTerm(c[0]) {
		return append(out, alternative{noTerm, c[0] & codeLength})
	}

	op := c[0] & codeOp
	if op != codeAnd && op != codeOr {
		return nil
	}

	for body := c[1 : 1+c[0]&codeLength]; len(body) > 0; body = body[codeSize(body):] {
		var room [maxAlternatives]alternative

		some := appendAlternatives(room[:0], body)

		switch {
		case op == codeAnd && len(out) > 0:
			some = productOf(out, some)
			out = append(out[:0], some...)
		default:
			out = append(out, some...)
		}

		if len(some) == 0 || len(out) > maxAlternatives {
			return nil
		}
	}

	return out
}

// productOf returns what holds one of each; nothing when that is more than two terms, or too many.
func productOf(some, others []alternative) (out []alternative) {
	for _, a := range some {
		for _, b := range others {
			terms := slices.Compact(slices.Sorted(slices.Values([]termID{a[0], a[1], b[0], b[1]})))
			if terms[0] == noTerm && len(terms) > 1 {
				terms = terms[1:]
			}

			switch len(terms) {
			case 1:
				out = append(out, alternative{noTerm, terms[0]})
			case 2:
				out = append(out, alternative{terms[0], terms[1]})
			default:
				return nil
			}
		}
	}

	if len(out) > maxAlternatives {
		return nil
	}

	return out
}

// isTerm reports whether a word of code is a term that the article's bit decides.
func isTerm(c code) bool { return c&^codeLength == codeTerm|uint32(query.AnyField)<<24 }

// idSet is a set of IDs, made anew for each article that needs it.
type idSet struct {
	slots []uint64 // an ID and a mark
	room  int
	ready bool
}

const idMark = 1 << 32

// reset empties the set and says how many IDs it may get.
func (s *idSet) reset(room int) { s.room, s.ready = room, false }

// add reports whether an ID was not in the set before.
func (s *idSet) add(id uint32) bool {
	if !s.ready {
		s.begin()
	}

	mask := uint64(len(s.slots) - 1)
	for i := uint64(id) * 0x9E3779B97F4A7C15 >> 32 & mask; ; i = (i + 1) & mask {
		switch s.slots[i] {
		case 0:
			s.slots[i] = idMark | uint64(id)
			return true
		case idMark | uint64(id):
			return false
		}
	}
}

// begin makes the set at least twice as large as what it may get.
func (s *idSet) begin() {
	size := 1 << bits.Len(uint(2*s.room))

	if len(s.slots) < size || len(s.slots) > 64*size { // grown, or a very long article is behind us
		s.slots = make([]uint64, size)
	} else {
		clear(s.slots)
	}

	s.ready = true
}

// metAgain returns the further alternatives by which a query was met.
func (m *Matcher) metAgain(r result) []result {
	from, _ := slices.BinarySearchFunc(m.again, r, compareIDs)
	to := from

	for to < len(m.again) && m.again[to].id == r.id {
		to++
	}

	return m.again[from:to]
}

// isShared reports whether others share the query of a result. Of a query with alternatives any posting
// may say so: one that it is moving to is not marked yet when the first reader meets it.
func (m *Matcher) isShared(r result) bool {
	marked := func(r result) bool { return r.entry&postingShared != 0 }

	return marked(r) || r.entry&postingPair != 0 && r.entry&postingAlternative != 0 && slices.ContainsFunc(m.metAgain(r), marked)
}

func compareIDs(a, b result) int { return cmp.Compare(a.id, b.id) }
