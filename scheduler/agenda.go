package scheduler

import (
	"container/heap"
	"time"

	"newsbell/sources"
)

// agenda holds the next poll of every source, as a heap of hosts that each have a heap of their
// sources. A host is ready when the pause after its last request is over and its first source is
// due; while it is being asked it is in no heap. The agenda is ahead of the database, which learns
// of a poll when that is saved. It is not safe for concurrent use.
type agenda struct {
	hosts    map[string]*host
	ready    indexedHeap[*host]
	sources  map[int64]*nextPoll
	added    []*nextPoll // since the last spreadLate
	lastLate time.Time   // the latest time that spreadLate has given out
}

// host is a server that is asked one thing at a time.
type host struct {
	name      string
	address   string    // one of its sources'
	freeAt    time.Time // when its pause is over
	busy      bool      // a request is under way
	hangs     bool      // the last visit took too long
	unsettled int       // polls whose request has ended and that were not put back
	due       indexedHeap[*nextPoll]
	index     int // in agenda.ready, -1: not in it
}

// nextPoll is when a source is polled next.
type nextPoll struct {
	source   int64
	due      time.Time
	host     *host
	index    int       // in host.due, -1: the poll is under way
	stored   int64     // when the database says it is due, as far as we know, in milliseconds
	dueAgain time.Time // set while the poll is under way: the database wants another one then
}

func newAgenda() *agenda {
	return &agenda{hosts: map[string]*host{}, sources: map[int64]*nextPoll{}}
}

// set takes over when the database says that a source is due. If that is what it said before,
// nothing changes. For a source whose poll is under way, putBack takes it into account.
func (a *agenda) set(source int64, address string, due time.Time) {
	p := a.sources[source]
	switch {
	case p == nil:
		p = &nextPoll{source: source, due: due, stored: due.UnixMilli(), host: a.host(address)}
		a.sources[source] = p
		a.added = append(a.added, p)
		heap.Push(&p.host.due, p)
		a.reorderHost(p.host)
	case p.stored == due.UnixMilli():
	case p.index < 0:
		p.stored, p.dueAgain = due.UnixMilli(), due
	default:
		p.stored, p.due = due.UnixMilli(), due
		heap.Fix(&p.host.due, p.index)
		a.reorderHost(p.host)
	}
}

// noteSaved notes what the database has been told.
func (a *agenda) noteSaved(source int64, due time.Time) {
	if p := a.sources[source]; p != nil {
		p.stored = due.UnixMilli()
	}
}

// storedDue is when the database says that a source is due, as far as we know.
func (a *agenda) storedDue(source int64) time.Time { return time.UnixMilli(a.sources[source].stored) }

// lateSpread is the pause between the polls of sources that are over their time
// when they come onto the agenda, so that a start or a long list is no burst.
const lateSpread = 25 * time.Millisecond

// spreadLate gives the sources that were added since the last call, and are over their time, times
// one after the other.
func (a *agenda) spreadLate(now time.Time) {
	for _, p := range a.added {
		if p.index < 0 || !p.due.Before(now) {
			continue
		}

		if a.lastLate = a.lastLate.Add(lateSpread); a.lastLate.Before(now) {
			a.lastLate = now
		}

		p.due = a.lastLate
		heap.Fix(&p.host.due, p.index)
		a.reorderHost(p.host)
	}

	a.added = nil
}

// retain drops the sources that are not in keep. One whose poll is under way stays until then.
func (a *agenda) retain(keep map[int64]bool) {
	for id, p := range a.sources {
		if keep[id] || p.index < 0 {
			continue
		}

		heap.Remove(&p.host.due, p.index)
		delete(a.sources, id)
		a.reorderHost(p.host)
	}
}

// first returns the host to be asked next, nil if there is none, and how long to wait for it.
func (a *agenda) first(now time.Time) (h *host, wait time.Duration) {
	if len(a.ready) == 0 {
		return nil, time.Hour
	}

	h = a.ready[0]

	return h, h.readyAt().Sub(now)
}

// take begins the poll of a host's first source.
func (a *agenda) take(h *host) (source int64) {
	next := heap.Pop(&h.due).(*nextPoll)
	h.busy = true
	a.reorderHost(h)

	return next.source
}

// postpone keeps a host from being asked before a time.
func (a *agenda) postpone(h *host, until time.Time) {
	h.freeAt = until
	a.reorderHost(h)
}

// isDue reports whether a source whose poll is not under way is next due at a time.
func (a *agenda) isDue(source int64, at time.Time) bool {
	p := a.sources[source]
	return p != nil && p.index >= 0 && p.due.Equal(at)
}

// endRequest ends the request of a poll: the host may be asked something else from freeAt on. The
// source itself waits until it is put back.
func (a *agenda) endRequest(source int64, freeAt time.Time) {
	h := a.sources[source].host
	h.busy, h.freeAt = false, freeAt
	h.unsettled++
	a.reorderHost(h)
}

// putBack ends a poll: its source is due again at due, or earlier if the database has said so
// meanwhile. A zero due takes it off the agenda. A source that is not on it stays off.
func (a *agenda) putBack(source int64, due time.Time) {
	p := a.sources[source]
	if p == nil {
		return
	}

	p.host.unsettled--

	if due.IsZero() {
		delete(a.sources, source)
	} else {
		if !p.dueAgain.IsZero() && p.dueAgain.Before(due) {
			due = p.dueAgain
		}

		p.due, p.dueAgain = due, time.Time{}
		heap.Push(&p.host.due, p)
	}

	a.reorderHost(p.host)
}

func (a *agenda) host(address string) *host {
	name := sources.HostOf(address)

	h := a.hosts[name]
	if h == nil {
		h = &host{name: name, address: address, index: -1}
		a.hosts[name] = h
	}

	return h
}

// reorderHost moves a host to its place in agenda.ready, or out of it, after a change. A host with
// nothing to remember is forgotten.
func (a *agenda) reorderHost(h *host) {
	wanted := !h.busy && len(h.due) > 0
	switch {
	case wanted && h.index < 0:
		heap.Push(&a.ready, h)
	case wanted:
		heap.Fix(&a.ready, h.index)
	case h.index >= 0:
		heap.Remove(&a.ready, h.index)
	}

	if len(h.due) == 0 && !h.busy && h.unsettled == 0 && h.freeAt.Before(time.Now()) {
		delete(a.hosts, h.name)
	}
}

func (h *host) readyAt() time.Time {
	if due := h.due[0].due; due.After(h.freeAt) {
		return due
	}

	return h.freeAt
}

func (h *host) isBefore(other *host) bool { return h.readyAt().Before(other.readyAt()) }
func (h *host) setIndex(i int)            { h.index = i }

func (p *nextPoll) isBefore(other *nextPoll) bool { return p.due.Before(other.due) }
func (p *nextPoll) setIndex(i int)                { p.index = i }

// indexedHeap is a heap, for package heap, whose elements know their index in it.
type indexedHeap[T heapElement[T]] []T

type heapElement[T any] interface {
	isBefore(other T) bool
	setIndex(i int) // -1: not in the heap
}

func (q indexedHeap[T]) Len() int           { return len(q) }
func (q indexedHeap[T]) Less(i, j int) bool { return q[i].isBefore(q[j]) }

func (q indexedHeap[T]) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].setIndex(i)
	q[j].setIndex(j)
}

// Push appends an element, for package heap.
func (q *indexedHeap[T]) Push(x any) {
	x.(T).setIndex(len(*q))
	*q = append(*q, x.(T))
}

// Pop takes the last element, for package heap.
func (q *indexedHeap[T]) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]

	last.setIndex(-1)

	return last
}
