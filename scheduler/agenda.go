package scheduler

import (
	"container/heap"
	"time"

	"newsbell/sources"
)

// agenda is what is to be polled when: a heap of hosts, each with a heap of its
// sources. A host is ready when its pause is over and its first source is due.
// It is not safe for concurrent use.
type agenda struct {
	hosts   map[string]*host
	ready   queue[*host]
	sources map[int64]*appointment
	come    []*appointment // since the last spread
	late    time.Time      // when the last of those is asked that came late
}

// host is a server that is asked one thing at a time.
type host struct {
	name    string
	address string    // one of its sources'
	free    time.Time // when its pause is over
	busy    bool
	hangs   bool // the last visit took too long
	away    int  // how many of its sources have been asked and are not back
	due     queue[*appointment]
	at      int // index in agenda.ready, -1: not in it
}

// appointment is a source's next poll.
type appointment struct {
	source int64
	due    time.Time
	host   *host
	at     int       // index in host.due, -1: under way
	stored int64     // when the database says it is due, as far as we know, in milliseconds
	again  time.Time // somebody else made it due while it was under way
}

func newAgenda() *agenda {
	return &agenda{hosts: map[string]*host{}, sources: map[int64]*appointment{}}
}

// set notes when a source is due by the database. What we know already changes
// nothing: the agenda is ahead of the database. For a source that is under way
// it is done that counts it in.
func (a *agenda) set(source int64, address string, due time.Time) {
	p := a.sources[source]
	switch {
	case p == nil:
		p = &appointment{source: source, due: due, stored: due.UnixMilli(), host: a.host(address)}
		a.sources[source] = p
		a.come = append(a.come, p)
		heap.Push(&p.host.due, p)
		a.reorderHost(p.host)
	case p.stored == due.UnixMilli():
	case p.at < 0:
		p.stored, p.again = due.UnixMilli(), due
	default:
		p.stored, p.due = due.UnixMilli(), due
		heap.Fix(&p.host.due, p.at)
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

// spreadLate has the sources that came late, since it was last called, take turns.
func (a *agenda) spreadLate(now time.Time) {
	for _, p := range a.come {
		if p.at < 0 || !p.due.Before(now) {
			continue
		}

		if a.late = a.late.Add(lateSpread); a.late.Before(now) {
			a.late = now
		}

		p.due = a.late
		heap.Fix(&p.host.due, p.at)
		a.reorderHost(p.host)
	}

	a.come = nil
}

// keep drops the sources that keep does not want.
func (a *agenda) keep(keep map[int64]bool) {
	for id, p := range a.sources {
		if keep[id] || p.at < 0 {
			continue
		}

		heap.Remove(&p.host.due, p.at)
		delete(a.sources, id)
		a.reorderHost(p.host)
	}
}

// first is the host to be asked next, nil: there is none, and how long to wait for it.
func (a *agenda) first(now time.Time) (h *host, wait time.Duration) {
	if len(a.ready) == 0 {
		return nil, time.Hour
	}

	h = a.ready[0]

	return h, h.readyAt().Sub(now)
}

// take takes the first source of a host that may be polled now.
func (a *agenda) take(h *host) (source int64) {
	next := heap.Pop(&h.due).(*appointment)
	h.busy = true
	a.reorderHost(h)

	return next.source
}

// hold keeps a host from being asked before a time.
func (a *agenda) hold(h *host, until time.Time) {
	h.free = until
	a.reorderHost(h)
}

// isDue reports whether a source that is not under way is next due at a time.
func (a *agenda) isDue(source int64, at time.Time) bool {
	p := a.sources[source]
	return p != nil && p.at >= 0 && p.due.Equal(at)
}

// answered ends a request: the source's host may be asked again after a pause,
// the source itself waits until it is back.
func (a *agenda) answered(source int64, free time.Time) {
	h := a.sources[source].host
	h.busy, h.free = false, free
	h.away++
	a.reorderHost(h)
}

// putBack ends a poll: the source is due again at due. A zero due takes it off the
// agenda, and one that is not on it stays off.
func (a *agenda) putBack(source int64, due time.Time) {
	p := a.sources[source]
	if p == nil {
		return
	}

	p.host.away--

	if due.IsZero() {
		delete(a.sources, source)
	} else {
		if !p.again.IsZero() && p.again.Before(due) {
			due = p.again
		}

		p.due, p.again = due, time.Time{}
		heap.Push(&p.host.due, p)
	}

	a.reorderHost(p.host)
}

func (a *agenda) host(address string) *host {
	name := sources.HostOf(address)

	h := a.hosts[name]
	if h == nil {
		h = &host{name: name, address: address, at: -1}
		a.hosts[name] = h
	}

	return h
}

// reorderHost puts a host where it belongs among those that are waited for.
func (a *agenda) reorderHost(h *host) {
	wanted := !h.busy && len(h.due) > 0
	switch {
	case wanted && h.at < 0:
		heap.Push(&a.ready, h)
	case wanted:
		heap.Fix(&a.ready, h.at)
	case h.at >= 0:
		heap.Remove(&a.ready, h.at)
	}

	if len(h.due) == 0 && !h.busy && h.away == 0 && h.free.Before(time.Now()) {
		delete(a.hosts, h.name)
	}
}

func (h *host) readyAt() time.Time {
	if due := h.due[0].due; due.After(h.free) {
		return due
	}

	return h.free
}

func (h *host) isBefore(other *host) bool { return h.readyAt().Before(other.readyAt()) }
func (h *host) setIndex(i int)            { h.at = i }

func (p *appointment) isBefore(other *appointment) bool { return p.due.Before(other.due) }
func (p *appointment) setIndex(i int)                   { p.at = i }

// queue is a heap whose elements know where they are in it.
type queue[T queued[T]] []T

type queued[T any] interface {
	isBefore(other T) bool
	setIndex(i int) // -1: not in the queue
}

func (q queue[T]) Len() int           { return len(q) }
func (q queue[T]) Less(i, j int) bool { return q[i].isBefore(q[j]) }

func (q queue[T]) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].setIndex(i)
	q[j].setIndex(j)
}

// Push appends an element, for package heap.
func (q *queue[T]) Push(x any) {
	x.(T).setIndex(len(*q))
	*q = append(*q, x.(T))
}

// Pop takes the last element, for package heap.
func (q *queue[T]) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]

	last.setIndex(-1)

	return last
}
