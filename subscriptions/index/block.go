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
// A block that is not short has tags before its postings: some bits of the second term of each.
// An article looks at these, a quarter of the memory, and only at the postings whose tag is
// that of one of its terms.
//
// A long block is sorted instead, so that an article that holds few words looks only at the
// postings of its words and not at all of them. Before its postings stand buckets by a
// hash of the second term: for each a filter of 40 bits and where it begins. At the head
// of the postings are those whose second term does not tell whether they pass, at the
// end those that came after the sorting.
//
//	word 0             bits 0-28 how many postings there are, those taken out counted, bits 29-57
//	                   for how many there is room, bits 58-63 one more than the logarithm of
//	                   how many buckets there are; 0 when the block is not sorted, 63 when it
//	                   has tags
//	a word a bucket    bits 0-23 where it begins, bits 24-63 three bits for each second term in it
//	and one more word  where the last bucket ends
//	or a word for each four postings there is room for, with their tags
//	the postings

const (
	// taggedLength is from how many postings on a block has tags.
	taggedLength = 32
	// sortedLength is from how many postings on a block is sorted.
	sortedLength = 400
	// bucketSize is how many postings a bucket has at most on average. With 40 bits, three for
	// each term, a filter lets one in 20 to 30 pass.
	bucketSize = 8

	blockCount = 29 // bits of how many postings there are, and of how many may be
	blockMax   = 1<<blockCount - 1
	bucketAt   = 24 // bits of where a bucket begins
	bucketMax  = 1<<bucketAt - 1

	// tagBits is how many bits of a second term a tag has: of 100 terms of an article one in 80
	// postings has the tag of one by chance.
	tagBits   = 13
	tagMask   = 1<<tagBits - 1
	tagLane   = 16 // bits that a tag takes
	tagsAWord = 64 / tagLane
	headKind  = 2 * blockCount // where a head says how many buckets there are
	// taggedBlock stands in a head in place of how many buckets there are.
	taggedBlock = 63
)

// newBlockHead is the first word of a block.
func newBlockHead(used, room, buckets int) uint64 {
	return uint64(used) | uint64(room)<<blockCount | uint64(bits.Len(uint(buckets)))<<headKind
}

// newTaggedHead is the first word of a block with tags.
func newTaggedHead(used, room int) uint64 {
	return uint64(used) | uint64(room)<<blockCount | taggedBlock<<headKind
}

// headOf reads the first word of a block, 0 for no block.
func headOf(p *posting) uint64 {
	if p == nil {
		return 0
	}

	return atomic.LoadUint64(p)
}

func headUsed(head uint64) int      { return int(head & blockMax) }
func headRoom(head uint64) int      { return int(head >> blockCount & blockMax) }
func headBuckets(head uint64) int   { return 1 << (head >> headKind) >> 1 }
func headIsTagged(head uint64) bool { return head>>headKind == taggedBlock }

// block is what readers need of a block of postings.
type block struct {
	buckets []uint64  // one more than a power of two; none when the block is not sorted
	tags    []uint64  // of all, four a word; none when the block has none
	all     []posting // room for more behind them
}

func blockAt(p *posting) block { return blockWith(p, headOf(p)) }

// blockWith is blockAt for whom has read the first word.
func blockWith(p *posting, head uint64) block {
	if p == nil {
		return block{}
	}

	used, room := headUsed(head), headRoom(head)
	if headIsTagged(head) {
		tags := tagWords(room)
		words := unsafe.Slice(p, 1+tags+room)

		return block{tags: words[1 : 1+tagWords(used)], all: words[1+tags : 1+tags+used]}
	}

	buckets := headBuckets(head)
	if buckets == 0 {
		return block{all: unsafe.Slice(p, 1+room)[1 : 1+used]}
	}

	words := unsafe.Slice(p, 2+buckets+room)

	return block{buckets: words[1 : 2+buckets], all: words[2+buckets : 2+buckets+used]}
}

// postingsAt returns all postings of a block, in any order, places of those taken out
// among them.
func postingsAt(p *posting) []posting { return blockAt(p).all }

// looks is how many postings at the head are to be looked at whatever an article holds.
func (b *block) looks() int { return int(b.buckets[0] & bucketMax) }

// sorted is how many postings at the head are sorted and may not be put anywhere else.
func (b *block) sorted() int {
	if b.buckets == nil {
		return 0
	}

	return int(b.buckets[len(b.buckets)-1] & bucketMax)
}

// termHash is a term of the article as sorted blocks are asked for it.
type termHash struct {
	hash uint64 // its highest bits are the bucket
	bits uint64 // in the word of the bucket
	term termID
}

// hashOfTerm spreads terms over buckets and over the bits of their filters.
func hashOfTerm(t termID) termHash {
	hash := uint64(t) * 0x9E3779B97F4A7C15
	bit := func(shift int) uint64 { return 1 << (bucketAt + (hash>>shift&0x3FF)*(64-bucketAt)>>10) }

	return termHash{hash, bit(14) | bit(24) | bit(34), t}
}

// bucketShift is by how much a hash is shifted to be one of n buckets.
func bucketShift(n int) int { return 64 - bits.TrailingZeros(uint(n)) }

// needsLook reports whether a posting has to be looked at whatever an article holds: its
// second term is none, or must be missing.
func needsLook(e posting) bool { return e&postingNot != 0 || secondTerm(e) == noTerm }

// addToBlock puts a posting where there is room for it, if there is: where one behind all
// others was taken out, else behind them, else where any other was.
func addToBlock(p *posting, e posting) bool {
	if p == nil {
		return false
	}

	head := headOf(p)
	b := blockWith(p, head)
	first, i := b.sorted(), len(b.all)

	for i > first && b.all[i-1] == noPosting {
		i--
	}

	if i == len(b.all) {
		if i < headRoom(head) {
			atomic.StoreUint64(&b.all[:i+1][i], e)
			b.setTag(i, e)
			atomic.StoreUint64(p, head+1)

			return true
		}

		hole := slices.Index(b.all[first:], noPosting)
		if hole < 0 {
			return false
		}

		i = first + hole
	}

	atomic.StoreUint64(&b.all[i], e)
	b.setTag(i, e)

	return true
}

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

// newBlock makes a block of postings and some more room, with tags if it is not short and
// sorted if it is long.
func newBlock(list []posting, room int) *posting {
	if len(list) >= taggedLength && len(list) < sortedLength {
		return newTaggedBlock(list, room)
	}

	buckets, before := 0, 1
	if len(list) >= sortedLength && len(list) <= bucketMax {
		buckets = 1 << bits.Len(uint(len(list)/bucketSize-1))
		before = 2 + buckets
	}

	words := append([]posting(nil), make([]posting, before+len(list)+room)...)
	words = words[:cap(words)]

	if len(words)-before > blockMax {
		panic("subscriptions: more than 500 million different queries under one word")
	}

	words[0] = newBlockHead(len(list), len(words)-before, buckets)

	b := blockAt(&words[0])
	if buckets > 0 {
		b.sort(list)
	} else {
		copy(b.all, list)
	}

	return &words[0]
}

// newTaggedBlock makes a block with tags.
func newTaggedBlock(list []posting, room int) *posting {
	words := append([]posting(nil), make([]posting, 1+tagWords(len(list)+room)+len(list)+room)...)
	words = words[:cap(words)]

	room = len(list)
	for 1+tagWords(room+1)+room+1 <= len(words) {
		room++
	}

	tags := words[1 : 1+tagWords(room)]
	for i := range tags {
		tags[i] = unusedTags
	}

	words[0] = newTaggedHead(len(list), room)
	b := blockAt(&words[0])
	copy(b.all, list)

	for i, e := range list {
		b.setTag(i, e)
	}

	return &words[0]
}

// tagWords is how many words the tags of n postings take.
func tagWords(n int) int { return (n + tagsAWord - 1) / tagsAWord }

const (
	lookTag   = 0 // of a posting that is to be looked at whatever an article holds
	unusedTag = 1 // of none
	// unusedTags is a word of tags of which none is used.
	unusedTags = unusedTag * (1 | 1<<tagLane | 1<<(2*tagLane) | 1<<(3*tagLane))
)

// tagOfTerm is the tag of postings with the second term t, and of an article's term.
func tagOfTerm(t termID) uint64 {
	if tag := uint64(t) & tagMask; tag != unusedTag {
		return tag
	}

	return lookTag
}

// tagOf is the tag of a posting.
func tagOf(e posting) uint64 {
	if needsLook(e) {
		return lookTag
	}

	return tagOfTerm(secondTerm(e))
}

// setTag writes the tag of the i-th posting, for which there is room, where the block has
// tags. A reader takes the tag of before or this one.
func (b *block) setTag(i int, e posting) {
	if b.tags == nil {
		return
	}

	w, shift := &b.tags[:i/tagsAWord+1][i/tagsAWord], i%tagsAWord*tagLane
	atomic.StoreUint64(w, *w&^(uint64(tagMask)<<shift)|tagOf(e)<<shift)
}

// tagSet has a 1 for each tag of an article's terms: bytes, not bits, since a look at one takes
// three instructions less.
type tagSet [1 << tagBits]uint8

// tagsWith are the tags of a block with tags whose first word is head, and the place of its first
// posting behind it.
func tagsWith(p *posting, head uint64) (tags []uint64, at int) {
	n := tagWords(headUsed(head))
	return unsafe.Slice(p, 1+n)[1:], 1 + tagWords(headRoom(head))
}

// notedPosting is a posting whose tag is that of one of the article's terms: bits 32-63 are its block
// among those of the article, bits 0-31 its place behind the first word.
type notedPosting uint64

func newNotedPosting(block uint32, at int) notedPosting {
	return notedPosting(block)<<32 | notedPosting(at)
}

// noteTagged notes the postings whose tags are in the set, without branches: it writes each and keeps
// those with one. The first is the one of the first tag. There must be room for one more than there are tags.
func noteTagged(tags []uint64, set *tagSet, first notedPosting, out []notedPosting) (n int) {
	for i := range tags {
		w := atomic.LoadUint64(&tags[i])

		out[n] = first
		n += int(set[w&tagMask])
		out[n] = first + 1
		n += int(set[w>>tagLane&tagMask])
		out[n] = first + 2
		n += int(set[w>>(2*tagLane)&tagMask])
		out[n] = first + 3
		n += int(set[w>>(3*tagLane)&tagMask])

		first += tagsAWord
	}

	return n
}

// collectNoted is collectLooked for the postings that were noted.
func collectNoted(bits []uint64, blocks []termBlock, list []notedPosting, out []result) (n int) {
	for _, p := range list {
		b := &blocks[p>>32]
		e := atomic.LoadUint64((*posting)(unsafe.Add(unsafe.Pointer(b.at), uintptr(uint32(p))*unsafe.Sizeof(posting(0)))))
		out[n] = result{f: b.term, entry: e}
		n += passesFilter(bits, e)
	}

	return n
}

// sort puts postings into an empty block, those of a bucket side by side.
func (b *block) sort(list []posting) {
	shift := bucketShift(len(b.buckets) - 1)
	looks := uint64(0)

	for _, e := range list { // a bucket counts the one before
		if needsLook(e) {
			looks++
			continue
		}

		h := hashOfTerm(secondTerm(e))
		b.buckets[h.hash>>shift] |= h.bits
		b.buckets[h.hash>>shift+1]++
	}

	at := looks
	for i := range b.buckets {
		at += b.buckets[i] & bucketMax
		b.buckets[i] = b.buckets[i]&^bucketMax | at
	}

	// Now a bucket says where it begins. While it is filled, where its next posting goes
	// stands there, which in the end is where the one behind it begins.
	looks = 0

	for _, e := range list {
		if needsLook(e) {
			b.all[looks] = e
			looks++

			continue
		}

		w := &b.buckets[hashOfTerm(secondTerm(e)).hash>>shift]
		b.all[*w&bucketMax] = e
		*w++
	}

	for i := len(b.buckets) - 2; i > 0; i-- {
		b.buckets[i] = b.buckets[i]&^bucketMax | b.buckets[i-1]&bucketMax
	}

	b.buckets[0] = b.buckets[0]&^bucketMax | looks
}

// wanted is a term of the article and where the bucket stands that may hold postings of it.
type wanted struct {
	term     termID
	from, to uint32
}

// askFor appends to out the buckets that may hold postings of one of the terms: of those that
// have none there, one in 20 to 30 is let pass.
func (b *block) askFor(terms []termHash, out []wanted) []wanted {
	n := len(out)
	out = slices.Grow(out, len(terms))[:n+len(terms)]
	buckets := b.buckets
	shift := bucketShift(len(buckets) - 1)

	for i := range terms { // without branches
		t := &terms[i]
		k := t.hash >> (shift & 63)
		w := buckets[k]
		out[n] = wanted{t.term, uint32(w & bucketMax), uint32(buckets[k+1] & bucketMax)}
		n += int((^w&t.bits - 1) >> 63) // all its bits are set
	}

	return out[:n]
}

// collectSorted is collectLooked for a sorted block that is much longer than the article has
// terms; asked are the buckets that one of these may let pass.
func (b *block) collectSorted(bits []uint64, asked []wanted, f termID, out []result) int {
	n := collectLooked(bits, b.all[:b.looks()], f, out)

	for _, w := range asked {
		bucket := b.all[w.from:w.to]
		for k := range bucket {
			e := atomic.LoadUint64(&bucket[k])
			out[n] = result{f: f, entry: e}

			if secondTerm(e) == w.term {
				n++
			}
		}
	}

	return n + collectLooked(bits, b.all[b.sorted():], f, out[n:])
}

// collectLooked writes those of the postings under f that their second term lets pass, and
// returns how many they are. There must be room for one more.
func collectLooked(bits []uint64, list []posting, f termID, out []result) (n int) {
	for k := range list {
		e := atomic.LoadUint64(&list[k])
		out[n] = result{f: f, entry: e}
		n += passesFilter(bits, e)
	}

	return n
}

// fetchAsked reads where buckets of a sorted block begin.
func (b *block) fetchAsked(asked []wanted) {
	for _, w := range asked {
		atomic.LoadUint64(&b.all[w.from])
	}
}
