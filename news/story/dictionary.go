package story

import "math"

// term is a stem that articles of the window have.
type term struct {
	stem    uint64
	share   float32 // the part of all articles that have it, in general
	told    uint32  // stories of the window that have it
	held    uint32  // articles of the window that have it
	newest  uint32  // node of its newest posting, 0: none
	weight  float32 // see dictionary.weigh
	weighed uint32  // the placement that weight was taken for
}

// maxTerms bounds the dictionary: an index has to fit into a feature.
const maxTerms = 1 << 22

// dictionary is the terms of the window. Their indexes are used again when no article has the
// term any more.
type dictionary struct {
	index map[uint64]uint32
	terms []term
	spare []uint32
}

func newDictionary() dictionary {
	return dictionary{index: make(map[uint64]uint32), terms: make([]term, 1)} // 0 is no term
}

// find returns the index of a stem, making a term when there is none; 0 when there is no room.
// Share is how common it is by what is known now.
func (d *dictionary) find(stem uint64, share float64) uint32 {
	if i, ok := d.index[stem]; ok {
		d.terms[i].share = float32(share)
		return i
	}

	fresh := term{stem: stem, share: float32(share)}

	if n := len(d.spare); n > 0 {
		i := d.spare[n-1]
		d.spare = d.spare[:n-1]
		d.terms[i] = fresh
		d.index[stem] = i

		return i
	}

	if len(d.terms) >= maxTerms {
		return 0
	}

	d.terms = append(d.terms, fresh)
	i := uint32(len(d.terms) - 1)
	d.index[stem] = i

	return i
}

// drop takes one article off a term.
func (d *dictionary) drop(i uint32, told bool) {
	t := &d.terms[i]
	if told {
		t.told--
	}

	if t.held--; t.held == 0 {
		delete(d.index, t.stem)
		d.spare = append(d.spare, i)
	}
}

// How many stories of the window the table of common words weighs as; how many a term that no
// other story has is rare in, at least; and how many stories in which a term was not seen a
// term of other stories begins with: the window knows its own jargon (shr, qtr), and soon.
const (
	tableStories  = 2000
	uniqueStories = 2000
	newStories    = 200
)

// weigh returns how much a term says: the logarithm of how rare it is in the other stories of
// the window, of which there are so many in its language, and in news at large. A term that eighty articles of one story have is not common,
// and the one story that has it may be the one that it is compared with.
func (d *dictionary) weigh(i, placement uint32, stories int) float32 {
	t := &d.terms[i]
	if t.weighed != placement {
		n := float64(stories)
		others := max(float64(t.told)-1, 0)
		share := float64(t.share)*tableStories/(n+tableStories) + (others+0.5)/(n+newStories)
		t.weight, t.weighed = float32(max(-math.Log(share), 0)), placement
	}

	return t.weight
}

// unseenWeight returns how much a term says that no other story of the window has, and no table.
func unseenWeight(stories int) float32 {
	return float32(-math.Log(unseenShare + 0.5/(float64(stories)+newStories)))
}

// namelike is how much less than an unseen term one says at most that counts as a name where no
// capital marks names: one other story of the window may have it.
const namelike = 1.2

// node is an article that has a term, and the node of the article before it that has it.
type node struct {
	article uint32 // its placement
	older   uint32
}

const (
	nodeBits  = 12
	nodeChunk = 1 << nodeBits
)

// postings are the lists of all terms, each the newest first, in one queue: articles leave in
// the order in which they came, so what is older than the oldest node of the queue is gone, and
// a list ends there. Nothing has to be taken out of a list.
type postings struct {
	chunks [][]node
	first  uint32 // number of the first chunk
	next   uint32 // number of the next node; 0 is none
	oldest uint32
}

func newPostings() postings { return postings{next: 1, oldest: 1} }

func (p *postings) add(article, older uint32) uint32 {
	n := p.next
	p.next++

	for n>>nodeBits-p.first >= uint32(len(p.chunks)) {
		p.chunks = append(p.chunks, make([]node, nodeChunk))
	}

	p.chunks[n>>nodeBits-p.first][n&(nodeChunk-1)] = node{article, older}

	return n
}

// held reports whether a node is still there.
func (p *postings) held(n uint32) bool { return n >= p.oldest }

func (p *postings) at(n uint32) node { return p.chunks[n>>nodeBits-p.first][n&(nodeChunk-1)] }

// drop forgets the n oldest nodes.
func (p *postings) drop(n int) {
	p.oldest += uint32(n)
	for p.oldest>>nodeBits > p.first {
		p.chunks[0] = nil
		p.chunks = p.chunks[1:]
		p.first++
	}
}
