package scheduler

import (
	"container/heap"
	"net/url"
	"strings"
	"time"
)

// agenda is what is to be polled when: a heap of hosts, each with a heap of its
// sources. A host is ready when its pause is over and its first source is due.
// It is not safe for concurrent use.
type agenda struct {
	hosts   map[string]*host
	ready   hostHeap
	sources map[int64]*appointment
	come    []*appointment // since the last spread
	late    time.Time      // when the last of those is asked that came late
}

// host is a server that is asked one thing at a time.
type host struct {
	name string
	free time.Time // when its pause is over
	busy bool
	away int // how many of its sources have been asked and are not back
	due  dueHeap
	at   int // index in agenda.ready, -1: not in it
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
		a.fix(p.host)
	case p.stored == due.UnixMilli():
	case p.at < 0:
		p.stored, p.again = due.UnixMilli(), due
	default:
		p.stored, p.due = due.UnixMilli(), due
		heap.Fix(&p.host.due, p.at)
		a.fix(p.host)
	}
}

// saved notes what the database has been told.
func (a *agenda) saved(source int64, due time.Time) {
	if p := a.sources[source]; p != nil {
		p.stored = due.UnixMilli()
	}
}

// lateSpread is the pause between the polls of sources that are over their time
// when they come onto the agenda, so that a start or a long list is no burst.
const lateSpread = 25 * time.Millisecond

// spread has the sources that came late, since it was last called, take turns.
func (a *agenda) spread(now time.Time) {
	for _, p := range a.come {
		if p.at < 0 || !p.due.Before(now) {
			continue
		}

		if a.late = a.late.Add(lateSpread); a.late.Before(now) {
			a.late = now
		}

		p.due = a.late
		heap.Fix(&p.host.due, p.at)
		a.fix(p.host)
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
		a.fix(p.host)
	}
}

// next takes the source that may be polled now, or says how long to wait for one.
func (a *agenda) next(now time.Time) (source int64, wait time.Duration, ok bool) {
	if len(a.ready) == 0 {
		return 0, time.Hour, false
	}

	h := a.ready[0]
	if wait := h.readyAt().Sub(now); wait > 0 {
		return 0, wait, false
	}

	p := heap.Pop(&h.due).(*appointment)
	h.busy = true
	a.fix(h)

	return p.source, 0, true
}

// answered ends a request: the source's host may be asked again after a pause,
// the source itself waits until it is back.
func (a *agenda) answered(source int64, free time.Time) {
	h := a.sources[source].host
	h.busy, h.free = false, free
	h.away++
	a.fix(h)
}

// back ends a poll: the source is due again at due. A zero due takes it off the
// agenda, and one that is not on it stays off.
func (a *agenda) back(source int64, due time.Time) {
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

	a.fix(p.host)
}

func (a *agenda) host(address string) *host {
	name := address
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		name = strings.ToLower(u.Host)
		if (u.Scheme == "http" && u.Port() == "80") || (u.Scheme == "https" && u.Port() == "443") {
			name = strings.ToLower(u.Hostname())
		}
	}

	h := a.hosts[name]
	if h == nil {
		h = &host{name: name, at: -1}
		a.hosts[name] = h
	}

	return h
}

// fix puts a host where it belongs among those that are waited for.
func (a *agenda) fix(h *host) {
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

type hostHeap []*host

func (h hostHeap) Len() int           { return len(h) }
func (h hostHeap) Less(i, j int) bool { return h[i].readyAt().Before(h[j].readyAt()) }
func (h hostHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].at, h[j].at = i, j
}

func (h *hostHeap) Push(x any) {
	x.(*host).at = len(*h)
	*h = append(*h, x.(*host))
}

func (h *hostHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	last.at = -1

	return last
}

type dueHeap []*appointment

func (d dueHeap) Len() int           { return len(d) }
func (d dueHeap) Less(i, j int) bool { return d[i].due.Before(d[j].due) }
func (d dueHeap) Swap(i, j int) {
	d[i], d[j] = d[j], d[i]
	d[i].at, d[j].at = i, j
}

func (d *dueHeap) Push(x any) {
	x.(*appointment).at = len(*d)
	*d = append(*d, x.(*appointment))
}

func (d *dueHeap) Pop() any {
	last := (*d)[len(*d)-1]
	*d = (*d)[:len(*d)-1]
	last.at = -1

	return last
}
