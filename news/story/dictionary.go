package story

import (
	"math"
	"slices"
)

// term is a stem that articles of the window have.
type term struct {
	stem    uint64
	share   float32 // the part of all articles that have it, in general
	told    uint32  // stories of the window that have it
	held    uint32  // articles of the window that have it
	list    uint32  // of its articles: see postings
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

// drop takes one article off a term, and reports whether that was the last.
func (d *dictionary) drop(i uint32, told bool) bool {
	t := &d.terms[i]
	if told {
		t.told--
	}

	if t.held--; t.held > 0 {
		return false
	}

	delete(d.index, t.stem)
	d.spare = append(d.spare, i)

	return true
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

// Binary logarithms of sizes in words: of the smallest block of postings, of the largest, which has room for more
// than a search looks at (searchedOf), and of what is allocated at a time.
const (
	leastBlock = 1
	mostBlock  = 8
	chunkBits  = 12
)

// postings are the lists of all terms. A list is the numbers of the articles that have a term, the oldest first and
// side by side, so that a search waits for memory once a list; 0 is the empty one. It stands in a block of a power
// of two words, whose first says how many numbers there are. Those of articles that have left the window stay until
// their room is wanted; a search stops at them. From the largest block the older half goes when it is full.
type postings struct {
	sizes [mostBlock + 1]blocks
}

// blocks are all blocks of one size.
type blocks struct {
	chunks [][]uint32
	spare  []uint32 // numbers of blocks that are free
	made   uint32
}

// of returns the numbers in a list. Those before the oldest article that is held count no more.
func (p *postings) of(list uint32) []uint32 {
	if list == 0 {
		return nil
	}

	b, _ := p.block(list)

	return b[1 : 1+b[0]]
}

// add adds the newest number to a list and returns what the list is now. Oldest is the number of the oldest
// article that is held.
func (p *postings) add(list, number, oldest uint32) uint32 {
	if list == 0 {
		list = p.take(leastBlock)
	}

	b, size := p.block(list)

	if held := b[1 : 1+b[0]]; len(held)+1 == len(b) {
		gone, _ := slices.BinarySearch(held, oldest)

		if gone <= len(held)/2 && size < mostBlock {
			wider := p.take(size + 1)
			w, _ := p.block(wider)
			copy(w, b)
			p.free(list)
			list, b = wider, w
		} else {
			gone = max(gone, len(held)/2)
			b[0] = uint32(copy(held, held[gone:]))
		}
	}

	b[0]++
	b[b[0]] = number

	return list
}

// take returns an empty list with a block of a size.
func (p *postings) take(size int) uint32 {
	s := &p.sizes[size]

	n := s.made
	if last := len(s.spare) - 1; last >= 0 {
		n = s.spare[last]
		s.spare = s.spare[:last]
	} else {
		s.made++
	}

	if n>>(chunkBits-size) == uint32(len(s.chunks)) {
		s.chunks = append(s.chunks, make([]uint32, 1<<chunkBits))
	}

	list := n<<4 | uint32(size)
	b, _ := p.block(list)
	b[0] = 0

	return list
}

// block returns the block of a list, and its size.
func (p *postings) block(list uint32) ([]uint32, int) {
	size, n := list&15, list>>4
	at := n << size & (1<<chunkBits - 1)

	return p.sizes[size].chunks[n>>(chunkBits-size)][at : at+1<<size], int(size)
}

// free gives back what a list takes.
func (p *postings) free(list uint32) {
	if list != 0 {
		s := &p.sizes[list&15]
		s.spare = append(s.spare, list>>4)
	}
}
