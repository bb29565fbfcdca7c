package index

import (
	"sync/atomic"
	"unsafe"
)

// duplicates says which other IDs have a query, by its canonical ID: a table that
// readers look at without a lock. A slot is written once, and a grown table takes
// the place of the old one. It is for one writer at a time.
type duplicates struct {
	table atomic.Pointer[[]duplicateList]
	used  int // slots with a list, an empty one too
}

// duplicateList is free while it has no list.
type duplicateList struct {
	list      atomic.Pointer[uint32]
	canonical atomic.Uint32
}

// A list is one allocation: how many slots are in use, how many there are, how many
// of those in use are empty, whether the canonical query is gone, then the slots. A
// slot is written before it counts and never reused, so readers miss no ID; a list
// that is full, or mostly empty, is rewritten.
const (
	listUsed = iota
	listRoom
	listEmpty
	listRetired
	listHead
)

// noID is in a slot that was emptied.
const noID = ^ID(0)

func copiesAt(p *uint32) []uint32 {
	if p == nil {
		return nil
	}

	room := unsafe.Slice(p, listHead)[listRoom]

	return unsafe.Slice(p, listHead+int(room))
}

// appendTo appends the others of a canonical ID, in no order.
func (s *duplicates) appendTo(out []ID, canonical uint32) []ID {
	at := s.find(canonical)
	if at == nil {
		return out
	}

	list := copiesAt(at.list.Load())
	for i := range atomic.LoadUint32(&list[listUsed]) {
		if id := ID(atomic.LoadUint32(&list[listHead+i])); id != noID {
			out = append(out, id)
		}
	}

	return out
}

// size is how many others a canonical ID has.
func (s *duplicates) size(canonical uint32) int {
	at := s.find(canonical)
	if at == nil {
		return 0
	}

	return liveCount(copiesAt(at.list.Load()))
}

// liveCount is how many stand in a list, for the writer.
func liveCount(list []uint32) int {
	if list == nil || list[listRetired] != 0 {
		return 0
	}

	return int(list[listUsed] - list[listEmpty])
}

func (s *duplicates) find(canonical uint32) *duplicateList {
	table := s.table.Load()
	if table == nil {
		return nil
	}

	if at, taken := duplicateSlot(*table, canonical); taken {
		return at
	}

	return nil
}

// duplicateSlot is the slot of a canonical ID; when none is taken by it, the free one
// where it is to be, which another may take before a reader looks again.
func duplicateSlot(table []duplicateList, canonical uint32) (at *duplicateList, taken bool) {
	i := int(uint64(canonical*0x9E3779B1) * uint64(len(table)) >> 32)
	for ; ; i++ {
		if i == len(table) {
			i = 0
		}

		at = &table[i]
		if at.list.Load() == nil {
			return at, false
		}

		if at.canonical.Load() == canonical {
			return at, true
		}
	}
}

// add puts id among the others of a canonical ID. It calls placed for each ID whose
// slot is new: id, or all of them when the list was rewritten.
func (s *duplicates) add(canonical uint32, id ID, placed func(id ID, offset uint32)) {
	at := s.find(canonical)
	if at == nil {
		at = s.claimSlot(canonical)
	}

	list := copiesAt(at.list.Load())
	if list == nil || list[listRetired] != 0 || list[listUsed] == list[listRoom] {
		list = rewrittenList(list, 1, placed)
	}

	offset := list[listUsed]
	atomic.StoreUint32(&list[listHead+offset], uint32(id))
	atomic.StoreUint32(&list[listUsed], offset+1)
	placed(id, offset)
	at.list.Store(&list[0])
}

// remove empties a slot.
func (s *duplicates) remove(canonical, offset uint32, placed func(id ID, offset uint32)) {
	at := s.find(canonical)
	list := copiesAt(at.list.Load())
	atomic.StoreUint32(&list[listHead+offset], uint32(noID))

	list[listEmpty]++
	if left := liveCount(list); left == 0 || list[listEmpty] > 16 && int(list[listEmpty]) > 2*left {
		at.list.Store(&rewrittenList(list, 0, placed)[0])
	}
}

// retire ends the list of a canonical ID that is gone. It stays for readers that are
// still in it.
func (s *duplicates) retire(canonical uint32) {
	if at := s.find(canonical); at != nil {
		copiesAt(at.list.Load())[listRetired] = 1
	}
}

// rewrittenList returns a list without empty slots and, if more are to come, with room
// for a quarter more.
func rewrittenList(old []uint32, more int, placed func(id ID, offset uint32)) []uint32 {
	n := liveCount(old)
	list := make([]uint32, listHead+n+more+n/4*more)

	list[listRoom] = uint32(len(list) - listHead)
	if n == 0 {
		return list
	}

	for _, id := range old[listHead : listHead+old[listUsed]] {
		if ID(id) != noID {
			list[listHead+list[listUsed]] = id
			placed(ID(id), list[listUsed])
			list[listUsed]++
		}
	}

	return list
}

// claimSlot returns a canonical ID a slot.
func (s *duplicates) claimSlot(canonical uint32) *duplicateList {
	table := s.table.Load()
	if table == nil || (s.used+1)*5 > len(*table)*4 {
		table = s.grown()
		s.table.Store(table)
	}

	at, _ := duplicateSlot(*table, canonical)
	s.used++

	at.canonical.Store(canonical)

	return at
}

// grown is a copy of what is in use, with more room.
func (s *duplicates) grown() *[]duplicateList {
	var old []duplicateList
	if p := s.table.Load(); p != nil {
		old = *p
	}

	used := 0

	for i := range old {
		if liveCount(copiesAt(old[i].list.Load())) > 0 {
			used++
		}
	}

	table := make([]duplicateList, used*3/2+8)

	for i := range old {
		if o := &old[i]; liveCount(copiesAt(o.list.Load())) > 0 {
			at, _ := duplicateSlot(table, o.canonical.Load())
			at.canonical.Store(o.canonical.Load())
			at.list.Store(o.list.Load())
		}
	}

	s.used = used

	return &table
}
