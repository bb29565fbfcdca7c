package scheduler

import (
	"newsbell/store"
)

// readers knows which chats read which source, as the database last had it. Only the
// match loop uses it.
type readers struct {
	version int64
	own     map[int64]map[int64]bool // source → the chats that added it
	bundles map[string]*chatSet      // bundle → the chats that read it
	members map[int64][]*chatSet     // source → the readers of each of its bundles
	names   map[int64][]string       // source → its bundles
}

func newReaders() *readers {
	return &readers{version: -1, bundles: map[string]*chatSet{}}
}

// catchUp brings the readers to what the snapshot has.
func (r *readers) catchUp(t *store.Tx) error {
	version, err := t.ReaderChanges(r.version, func(c store.ReaderChange) {
		r.readersOf(c.Bundle).set(c.Chat, c.Reads)
	})
	if err != nil || version == r.version {
		return err
	}

	own := map[int64]map[int64]bool{}

	err = t.SourceChats(func(source, chat int64) {
		if own[source] == nil {
			own[source] = map[int64]bool{}
		}

		own[source][chat] = true
	})
	if err != nil {
		return err
	}

	names, err := t.BundleMembers()
	if err != nil {
		return err
	}

	members := make(map[int64][]*chatSet, len(names))
	for source, bundles := range names {
		for _, bundle := range bundles {
			members[source] = append(members[source], r.readersOf(bundle))
		}
	}

	r.version, r.own, r.names, r.members = version, own, names, members

	return nil
}

func (r *readers) readersOf(bundle string) *chatSet {
	if r.bundles[bundle] == nil {
		r.bundles[bundle] = &chatSet{}
	}

	return r.bundles[bundle]
}

// mayRead reports whether a follower gets what a source has: whether its chat reads the
// source, or it asked for everywhere and the source is no other chat's own.
func (r *readers) mayRead(o origin, f follower) bool {
	return f.everywhere && o.from == store.FromBundle || r.reads(o, f.chat)
}

// reads reports whether a chat reads a source.
func (r *readers) reads(o origin, chat int64) bool {
	if o.from == store.FromConfig || r.own[o.source][chat] {
		return true
	}

	for _, chats := range r.members[o.source] {
		if chats.has(chat) {
			return true
		}
	}

	return false
}

// chatSet is a set of chats by their rows, a bit for each.
type chatSet struct{ bits []uint64 }

func (s *chatSet) set(chat int64, in bool) {
	for int64(len(s.bits)) <= chat>>6 {
		s.bits = append(s.bits, 0)
	}

	if in {
		s.bits[chat>>6] |= 1 << (chat & 63)
	} else {
		s.bits[chat>>6] &^= 1 << (chat & 63)
	}
}

func (s *chatSet) has(chat int64) bool {
	return chat>>6 < int64(len(s.bits)) && s.bits[chat>>6]>>(chat&63)&1 != 0
}
