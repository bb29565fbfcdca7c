package subscriptions

import (
	"slices"
	"sync/atomic"
	"unsafe"
)

// An entry files a query under a term F that an article must hold for it:
//
//	bits 0-31   the subscription's ID, or where its program stands
//	bits 32-55  a second term G
//	bits 56-63  what F and G say
//
// Where F and G say all (a word; two words; a word without another one), a bit
// of the article decides, and nothing else is read.
type entry = uint64

const (
	entryPair    = 1 << 56 // F and G (G may be noTerm): matched; bits 0-31 are the ID
	entryNot     = 1 << 57 // with entryPair: F and not G
	entryAll     = 1 << 58 // F, G and the terms of the program
	entryProgram = 1 << 59 // F, G, then the program decides
	entryMore    = 1 << 60 // other subscriptions have the same query
	entryKinds   = entryPair | entryNot | entryAll | entryProgram
)

func entryG(e entry) termID { return uint32(e>>32) & slotTerm }

// termRecord is what stands under a term: one entry in the record itself, which
// is all that many terms have, and a list of the others. 0 is no entry.
//
// Readers take what they find. A writer puts a new entry where there is none, or
// puts a grown copy of the list in its place; an entry never moves in a list
// that readers may be in, so none is overlooked.
type termRecord struct {
	one  entry
	more atomic.Pointer[entry] // to how many there is room for, and they behind it
}

// list gives the entries besides the one.
func (t *termRecord) list() []entry { return listAt(t.more.Load()) }

// listAt gives the entries behind the word that counts them. A slice would cost
// 24 bytes more for each term, and readers another wait for memory.
func listAt(p *entry) []entry {
	if p == nil {
		return nil
	}

	return unsafe.Slice(p, *p+1)[1:]
}

const termChunk = 1024

// terms is a list of terms that grows without moving them.
type terms struct {
	n      atomic.Uint32 // terms that a reader may meet
	chunks atomic.Pointer[[]*[termChunk]termRecord]
}

func (t *terms) at(id termID) *termRecord {
	return &(*t.chunks.Load())[id/termChunk][id%termChunk]
}

// reserve gives the next term, which readers do not meet before publish.
func (t *terms) reserve() termID {
	id := t.n.Load()

	var chunks []*[termChunk]termRecord
	if c := t.chunks.Load(); c != nil {
		chunks = *c
	}

	if int(id/termChunk) == len(chunks) {
		grown := append(chunks[:len(chunks):len(chunks)], new([termChunk]termRecord))
		t.chunks.Store(&grown)
	}

	return id
}

func (t *terms) publish() { t.n.Add(1) }

// file puts an entry under the term.
func (t *termRecord) file(e entry) {
	if t.one == 0 {
		atomic.StoreUint64(&t.one, e)
		return
	}

	list := t.list()

	i := firstFree(list)
	if i == len(list) {
		t.more.Store(&grown(list, e)[0])
		return
	}

	atomic.StoreUint64(&list[i], e)
}

// firstFree is where an entry may be put: behind the last one, or, when that is
// the end, where one was taken out; the list's length when it is full.
func firstFree(list []entry) int {
	i := len(list)
	for i > 0 && list[i-1] == 0 {
		i--
	}

	if i == len(list) {
		if hole := slices.Index(list, 0); hole >= 0 {
			return hole
		}
	}

	return i
}

// grown is a copy of a full list with room for e and some more, and its count.
func grown(list []entry, e entry) []entry {
	n := len(list) + 2
	out := append([]entry(nil), make([]entry, n+n/16)...)
	out = out[:cap(out)]
	copy(out[1:], list)
	out[0], out[n-1] = entry(len(out)-1), e

	return out
}

// find gives the place of the entry of an ID or a program, nil when it is not here.
func (t *termRecord) find(low uint32, pair bool) *entry {
	is := func(e entry) bool { return uint32(e) == low && e != 0 && (e&entryPair != 0) == pair }
	if is(t.one) {
		return &t.one
	}

	list := t.list()
	for i, e := range list {
		if is(e) {
			return &list[i]
		}
	}

	return nil
}
