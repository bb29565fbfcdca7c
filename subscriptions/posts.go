package subscriptions

import "sync/atomic"

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

// posts are the entries filed under a term. Readers take the first n entries of
// what they loaded; a writer puts new ones behind and moves n, or puts a grown
// copy in its place. 0 is an entry that was taken out.
type posts struct {
	n    atomic.Uint32
	dead uint32
	list []entry
}

// termRecord is what the index knows about a term.
type termRecord struct {
	posts atomic.Pointer[posts]
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
	p := t.posts.Load()
	if p == nil {
		p = &posts{list: make([]entry, 1)}
		p.list[0] = e
		p.n.Store(1)
		t.posts.Store(p)
		return
	}
	n := int(p.n.Load())
	if n < len(p.list) {
		atomic.StoreUint64(&p.list[n], e)
		p.n.Store(uint32(n + 1))
		return
	}
	t.posts.Store(p.regrown(e))
}

// regrown is a copy without what was taken out, with room for e and some more.
func (p *posts) regrown(e entry) *posts {
	n := int(p.n.Load())
	live := n - int(p.dead) + 1
	list := append([]entry(nil), make([]entry, live+live/8)...)
	list = list[:cap(list)]
	k := 0
	for _, old := range p.list[:n] {
		if old != 0 {
			list[k] = old
			k++
		}
	}
	list[k] = e
	q := &posts{list: list}
	q.n.Store(uint32(k + 1))
	return q
}

// find gives the place of the entry of an ID or a program, -1 when it is not here.
func (p *posts) find(low uint32, pair bool) int {
	if p == nil {
		return -1
	}
	for i, e := range p.list[:p.n.Load()] {
		if uint32(e) == low && e != 0 && (e&entryPair != 0) == pair {
			return i
		}
	}
	return -1
}

// drop takes the entry at i out.
func (t *termRecord) drop(i int) {
	p := t.posts.Load()
	atomic.StoreUint64(&p.list[i], 0)
	if p.dead++; int(p.dead) == int(p.n.Load()) {
		t.posts.Store(nil)
	}
}
