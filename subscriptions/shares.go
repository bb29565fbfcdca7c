package subscriptions

import (
	"sync/atomic"
	"unsafe"
)

// shares says which other IDs have a query, by its leading ID: a table that
// readers look at without a lock. A slot is written once, its list is replaced
// as a whole, and a grown table takes the place of the old one.
type shares struct {
	table atomic.Pointer[[]share]
	used  int // slots with a list, an empty one too
}

// share is free while it has no list. The list begins with how many follow.
type share struct {
	list   atomic.Pointer[ID]
	leader atomic.Uint32
}

func (s *share) others() []ID {
	if p := s.list.Load(); p != nil {
		return unsafe.Slice(p, int(*p)+1)[1:]
	}
	return nil
}

// of gives the others in order, not to be changed.
func (s *shares) of(leader uint32) []ID {
	table := s.table.Load()
	if table == nil {
		return nil
	}
	if at, taken := sharePlace(*table, leader); taken {
		return at.others()
	}
	return nil
}

// sharePlace is the slot of a leader; when none is taken by it, the free one
// where it is to be, which another may take before a reader looks again.
func sharePlace(table []share, leader uint32) (at *share, taken bool) {
	i := int(uint64(leader*0x9E3779B1) * uint64(len(table)) >> 32)
	for ; ; i++ {
		if i == len(table) {
			i = 0
		}
		at = &table[i]
		if at.list.Load() == nil {
			return at, false
		}
		if at.leader.Load() == leader {
			return at, true
		}
	}
}

// set replaces the others by a copy. It is for one writer at a time.
func (s *shares) set(leader uint32, others []ID) {
	table := s.table.Load()
	if table == nil || (s.used+1)*5 > len(*table)*4 {
		table = s.grown()
		s.table.Store(table)
	}
	at, taken := sharePlace(*table, leader)
	if !taken {
		if len(others) == 0 {
			return
		}
		s.used++
		at.leader.Store(leader)
	}
	list := append(append(make([]ID, 0, 1+len(others)), ID(len(others))), others...)
	at.list.Store(&list[0])
}

// grown is a copy of what is in use, with more room.
func (s *shares) grown() *[]share {
	var old []share
	if p := s.table.Load(); p != nil {
		old = *p
	}
	live := 0
	for i := range old {
		if len(old[i].others()) > 0 {
			live++
		}
	}
	table := make([]share, live*3/2+8)
	for i := range old {
		if o := &old[i]; len(o.others()) > 0 {
			at, _ := sharePlace(table, o.leader.Load())
			at.leader.Store(o.leader.Load())
			at.list.Store(o.list.Load())
		}
	}
	s.used = live
	return &table
}
