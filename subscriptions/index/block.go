package index

import (
	"math/bits"
	"slices"
	"sync/atomic"
	"unsafe"
)

// A block is the postings of a term in one piece of memory, behind a word that says how
// many there are: a slice would cost 24 bytes more for each term, and readers another wait.
//
// A long block is sorted, so that an article that holds few words looks only at the
// postings of its words and not at all of them. Before its postings stand buckets by a
// hash of the second term: for each a filter of 64 bits and where it begins. At the head
// of the postings are those whose second term does not tell whether they pass, at the
// end those that came after the sorting, and free room.
//
//	word 0               how many postings there is room for, and in bits 32-63 how many buckets
//	a word for each      the filter of a bucket: a bit for each second term in it
//	half a word for each where the bucket begins, and one more: where the last one ends
//	the postings

const (
	// sortedLength is from how many postings on a block is sorted.
	sortedLength = 64
	// bucketSize is how many postings a bucket has on average. With 64 bits a filter lets
	// one in eight pass.
	bucketSize = 8
)

// block is what readers need of a block of postings.
type block struct {
	filters []uint64 // a power of two of them; none when the block is not sorted
	begins  []uint32 // one more than filters
	all     []posting
}

func blockAt(p *posting) block {
	if p == nil {
		return block{}
	}

	room, buckets := int(uint32(*p)), int(*p>>32)
	if buckets == 0 {
		return block{all: unsafe.Slice(p, 1+room)[1:]}
	}

	head := 1 + buckets + buckets/2 + 1
	words := unsafe.Slice(p, head+room)

	return block{
		filters: words[1 : 1+buckets],
		begins:  unsafe.Slice((*uint32)(unsafe.Pointer(&words[1+buckets])), buckets+1),
		all:     words[head:],
	}
}

// postingsAt returns all postings of a block, in any order, free room among them.
func postingsAt(p *posting) []posting { return blockAt(p).all }

// sortedAt is how many postings at the head of a block are sorted and may not be put
// anywhere else.
func sortedAt(p *posting) int {
	if b := blockAt(p); b.filters != nil {
		return int(b.begins[len(b.filters)])
	}

	return 0
}

// hashOfTerm spreads terms over buckets (its highest bits) and filters.
func hashOfTerm(t termID) uint64 { return uint64(t) * 0x9E3779B97F4A7C15 }

// filterBit is the bit of a hash in the filter of its bucket.
func filterBit(hash uint64) uint64 { return 1 << (hash >> 32 & 63) }

// bucketShift is by how much a hash is shifted to be one of n buckets.
func bucketShift(n int) int { return 64 - bits.TrailingZeros(uint(n)) }

// needsLook reports whether a posting has to be looked at whatever an article holds: its
// second term is none, or must be missing.
func needsLook(e posting) bool { return e&postingNot != 0 || secondTerm(e) == noTerm }

// grownBlock is a copy of a full block with room for e and some more.
func grownBlock(p *posting, e posting) *posting {
	kept := withoutHoles(postingsAt(p))
	n := len(kept) + 1

	return newBlock(append(kept, e), n/16+1)
}

// withoutHoles is a copy of postings without the free places among them.
func withoutHoles(list []posting) []posting {
	kept := make([]posting, 0, len(list)+1)
	for _, e := range list {
		if e != noPosting {
			kept = append(kept, e)
		}
	}

	return kept
}

// newBlock makes a block of postings and some more room, sorted if it is long.
func newBlock(list []posting, room int) *posting {
	buckets := 0
	if len(list) >= sortedLength {
		buckets = 1 << bits.Len(uint(len(list)/bucketSize-1))
	}

	head := 1
	if buckets > 0 {
		head += buckets + buckets/2 + 1
	}

	words := append([]posting(nil), make([]posting, head+len(list)+room)...)
	words = words[:cap(words)]
	words[0] = posting(len(words)-head) | posting(buckets)<<32

	b := blockAt(&words[0])
	if buckets > 0 {
		b.sort(list)
	} else {
		copy(b.all, list)
	}

	for i := len(list); i < len(b.all); i++ {
		b.all[i] = noPosting
	}

	return &words[0]
}

// sort puts postings into an empty block, those of a bucket side by side.
func (b *block) sort(list []posting) {
	shift := bucketShift(len(b.filters))
	looks := uint32(0)

	for _, e := range list { // begins counts the bucket before
		if needsLook(e) {
			looks++
			continue
		}

		h := hashOfTerm(secondTerm(e))
		b.filters[h>>shift] |= filterBit(h)
		b.begins[h>>shift+1]++
	}

	at := looks
	for i := range b.begins {
		at += b.begins[i]
		b.begins[i] = at
	}

	// Each bucket is filled from its end on: begins[i+1] goes down to where bucket i begins.
	looks = 0
	next := b.begins[1:]

	for _, e := range slices.Backward(list) {
		if needsLook(e) {
			b.all[looks] = e
			looks++

			continue
		}

		k := hashOfTerm(secondTerm(e)) >> shift
		next[k]--
		b.all[next[k]] = e
	}

	copy(b.begins, b.begins[1:])
	b.begins[len(b.filters)] = uint32(len(list))
}

// wanted is a term of the article whose bucket may hold postings of it.
type wanted struct {
	term   termID
	bucket uint32
}

// collectSorted is filterPostings for a sorted block that is much longer than the article
// has terms: only what one of them may let pass is looked at. It writes to out.
func (b *block) collectSorted(m *Matcher, out []posting) int {
	n := collectLooked(m.bits, b.all[:b.begins[0]], out)

	shift := bucketShift(len(b.filters))
	if len(m.wanted) < len(m.terms) {
		m.wanted = make([]wanted, 2*len(m.terms))
	}

	some := 0

	for _, t := range m.terms { // without branches: one in eight is kept
		h := hashOfTerm(t)
		m.wanted[some] = wanted{t, uint32(h >> shift)}
		some += int(b.filters[h>>shift] >> (h >> 32 & 63) & 1)
	}

	for _, w := range m.wanted[:some] {
		bucket := b.all[b.begins[w.bucket]:b.begins[w.bucket+1]]
		for k := range bucket {
			e := atomic.LoadUint64(&bucket[k])
			out[n] = e

			if secondTerm(e) == w.term {
				n++
			}
		}
	}

	return n + collectLooked(m.bits, b.all[b.begins[len(b.filters)]:], out[n:])
}

// collectLooked writes those of the postings that their second term lets pass.
func collectLooked(bits []uint64, list, out []posting) (n int) {
	for k := range list {
		e := atomic.LoadUint64(&list[k])
		out[n] = e
		n += passesFilter(bits, e)
	}

	return n
}
