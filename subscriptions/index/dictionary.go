package index

import (
	"math/bits"
	"sync/atomic"

	"newsbell/subscriptions/text"
)

// A term is a number for one thing that a text can hold: a word in any of its
// spellings, a beginning of words, a spelling to the letter, a word of a field.
// Terms are given out once and never taken back while an index lives, so a
// reader that has seen their number knows them all.
type termID = uint32

const (
	noTerm    termID = 0 // held by every article: "nothing else is needed"
	allTerm   termID = 1 // the list of queries without any word to file them under
	firstTerm termID = 2
	maxTerm          = 1<<24 - 1
)

// dictionary finds the terms of a word by its hash. Several terms may have one word:
// drones is a spelling of both drone and drones. It is read without locks:
// slots are filled once, and a grown table takes the place of the old one.
//
// Only the 64 bits of the hash are kept, not the word. The hash is seeded at
// random, so that nobody can make two words meet, and chance makes them meet
// once in 10^13 words that are looked up in an index of a million queries.
//
// A small one has a filter before its slots: most words of an article are none of its.
type dictionary struct {
	slots  []slot
	used   int
	filter []atomic.Uint64 // a power of two, a bit for each hash; none where there are many
}

// slot holds a term with its marks and, beside it in the same line of memory, the
// hash. The term is written last; it is 0 in a free slot.
type slot struct{ term, low, high uint32 }

func (s *slot) load() (hash uint64, term uint32) {
	term = atomic.LoadUint32(&s.term)
	return uint64(atomic.LoadUint32(&s.high))<<32 | uint64(atomic.LoadUint32(&s.low)), term
}

const (
	slotTerm  = 1<<24 - 1
	slotMore  = 1 << 29 // another slot further on has the same hash
	slotOwn   = 1 << 30 // the hash is that of the term's own key, not of its plural
	slotExact = 1 << 31 // its spelling is to be looked at: see aux
)

// filteredSlots is up to how many slots a dictionary has a filter: that of a query alone, as previews
// ask it. From there on the cache of terms is faster, and its memory is little.
const filteredSlots = 1 << 10

// filterBits is how many bits of the filter there are for a slot, at least.
const filterBits = 8

func newDictionary(size int) *dictionary {
	d := &dictionary{slots: make([]slot, size)}
	if size <= filteredSlots {
		d.filter = make([]atomic.Uint64, 1<<bits.Len(uint(size*filterBits-1))/64)
	}

	return d
}

// home is where a hash is first looked for.
func (d *dictionary) home(hash uint64) int {
	hi, _ := bits.Mul64(hash, uint64(len(d.slots)))
	return int(hi)
}

// next is the slot after the i-th.
func (d *dictionary) next(i int) int {
	if i++; i == len(d.slots) {
		return 0
	}

	return i
}

// insert puts a term, which is not noTerm, under a hash; there must be room.
func (d *dictionary) insert(hash uint64, term uint32) {
	if n := uint64(len(d.filter)); n > 0 {
		d.filter[hash>>6&(n-1)].Or(1 << (hash & 63)) // before the slot, so that who may know the term finds it
	}

	i, before := d.home(hash), -1
	for ; d.slots[i].term != 0; i = d.next(i) {
		if h, _ := d.slots[i].load(); h == hash {
			before = i
		}
	}

	atomic.StoreUint32(&d.slots[i].low, uint32(hash))
	atomic.StoreUint32(&d.slots[i].high, uint32(hash>>32))
	atomic.StoreUint32(&d.slots[i].term, term)

	if before >= 0 {
		atomic.OrUint32(&d.slots[before].term, slotMore)
	}

	d.used++
}

// needsRoom reports whether the table must grow before n more are inserted. A small one is half free,
// so that most words stand in their first slot.
func (d *dictionary) needsRoom(n int) bool {
	if len(d.slots) < filteredSlots {
		return (d.used+n)*2 > len(d.slots)
	}

	return (d.used+n)*4 > len(d.slots)*3
}

// grown is a copy with more room.
func (d *dictionary) grown(n int) *dictionary {
	size := (d.used+n)*3/2 + 64
	if size < filteredSlots {
		size = min(2*size, filteredSlots)
	}

	g := newDictionary(size)

	for i := range d.slots {
		if hash, term := d.slots[i].load(); term != 0 {
			g.insert(hash, term&^slotMore)
		}
	}

	return g
}

// The kinds of keys share one table with pairs of words (see pairHash); each hashes apart.
type keyKind uint8

const (
	wordKey    keyKind = iota
	prefixKey          // the beginning of a word
	gramKey            // four bytes of a *part*
	literalKey         // three bytes of a regex's literal
	fieldKey           // + field: a word of a field
)

// salt makes the hash of a key that of its kind; it is never 0.
func (k keyKind) salt(hash uint64) uint64 {
	if k != wordKey {
		hash = text.Mix(hash^uint64(k)*0x9E3779B97F4A7C15, 0x8EBC6AF09C88C6E3)
	}

	return max(hash, 1)
}

// bitmap is a filter of 2^16 bits that is only ever added to.
type bitmap [1024]atomic.Uint64

func (b *bitmap) set(h uint32)      { b[h>>6&1023].Or(1 << (h & 63)) }
func (b *bitmap) has(h uint32) bool { return b[h>>6&1023].Load()>>(h&63)&1 != 0 }

// hashGram3 and hashGram4 are places in a bitmap for three and four bytes.
func hashGram3(b []byte) uint32 {
	return (uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16) * 0x9E3779B1 >> 16
}

func hashGram4(b []byte) uint32 {
	return (uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24) * 0x9E3779B1 >> 16
}
