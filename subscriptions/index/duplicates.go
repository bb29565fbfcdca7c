package index

import (
	"sync/atomic"
	"unsafe"
)

// shares says which other IDs have a query, by its leading ID: a table that
// readers look at without a lock. A slot is written once, and a grown table takes
// the place of the old one. It is for one writer at a time.
type duplicates struct {
	table atomic.Pointer[[]duplicateList]
	used  int // slots with a list, an empty one too
}

// share is free while it has no list.
type duplicateList struct {
	list      atomic.Pointer[uint32]
	canonical atomic.Uint32
}

// A list is one piece of memory: how many places are in use, how many there are,
// how many of those in use nobody stands at any more, whether the leader has gone,
// then the places. A place is written before it counts and never given to another,
// so a reader overlooks nobody; a list that is full, or mostly empty, is written
// anew.
const (
	listUsed = iota
	listRoom
	listEmpty
	listRetired
	listHead
)

// nobody stands at a place that was given up.
const noID = ^ID(0)

func copiesAt(p *uint32) []uint32 {
	if p == nil {
		return nil
	}

	room := unsafe.Slice(p, listHead)[listRoom]

	return unsafe.Slice(p, listHead+int(room))
}

// appendTo appends the others of a leader, in no order.
func (s *duplicates) appendTo(out []ID, leader uint32) []ID {
	at := s.find(leader)
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

// size is how many others a leader has.
func (s *duplicates) size(leader uint32) int {
	at := s.find(leader)
	if at == nil {
		return 0
	}

	return liveCount(copiesAt(at.list.Load()))
}

// live is how many stand in a list, for the writer.
func liveCount(list []uint32) int {
	if list == nil || list[listRetired] != 0 {
		return 0
	}

	return int(list[listUsed] - list[listEmpty])
}

func (s *duplicates) find(leader uint32) *duplicateList {
	table := s.table.Load()
	if table == nil {
		return nil
	}

	if at, taken := duplicateSlot(*table, leader); taken {
		return at
	}

	return nil
}

// sharePlace is the slot of a leader; when none is taken by it, the free one
// where it is to be, which another may take before a reader looks again.
func duplicateSlot(table []duplicateList, leader uint32) (at *duplicateList, taken bool) {
	i := int(uint64(leader*0x9E3779B1) * uint64(len(table)) >> 32)
	for ; ; i++ {
		if i == len(table) {
			i = 0
		}

		at = &table[i]
		if at.list.Load() == nil {
			return at, false
		}

		if at.canonical.Load() == leader {
			return at, true
		}
	}
}

// add puts id among the others of a leader. placed is told where those stand whose
// place is new: id, or all when the list was written anew.
func (s *duplicates) add(leader uint32, id ID, placed func(id ID, place uint32)) {
	at := s.find(leader)
	if at == nil {
		at = s.claimSlot(leader)
	}

	list := copiesAt(at.list.Load())
	if list == nil || list[listRetired] != 0 || list[listUsed] == list[listRoom] {
		list = rewrittenList(list, 1, placed)
	}

	place := list[listUsed]
	atomic.StoreUint32(&list[listHead+place], uint32(id))
	atomic.StoreUint32(&list[listUsed], place+1)
	placed(id, place)
	at.list.Store(&list[0])
}

// remove takes the one at a place away.
func (s *duplicates) remove(leader, place uint32, placed func(id ID, place uint32)) {
	at := s.find(leader)
	list := copiesAt(at.list.Load())
	atomic.StoreUint32(&list[listHead+place], uint32(noID))

	list[listEmpty]++
	if left := liveCount(list); left == 0 || list[listEmpty] > 16 && int(list[listEmpty]) > 2*left {
		at.list.Store(&rewrittenList(list, 0, placed)[0])
	}
}

// leave ends the list of a leader that has gone. It stays for those who read on
// from where the leader stood.
func (s *duplicates) retire(leader uint32) {
	if at := s.find(leader); at != nil {
		copiesAt(at.list.Load())[listRetired] = 1
	}
}

// rewritten is a list without empty places and, for more to come, with room for a
// quarter more.
func rewrittenList(old []uint32, more int, placed func(id ID, place uint32)) []uint32 {
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

// take gives a leader a slot.
func (s *duplicates) claimSlot(leader uint32) *duplicateList {
	table := s.table.Load()
	if table == nil || (s.used+1)*5 > len(*table)*4 {
		table = s.grown()
		s.table.Store(table)
	}

	at, _ := duplicateSlot(*table, leader)
	s.used++

	at.canonical.Store(leader)

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
