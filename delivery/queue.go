package delivery

import (
	"container/heap"
	"time"
)

// queue holds the chats that wait in a lane, each once: those that have to wait still
// in a heap by their time, the others in readyChats.
type queue struct {
	later []entry
	ready *readyChats
	at    map[int64]int32 // by chat: its index in later, or -1-node where it is ready
}

func newQueue() queue { return queue{ready: newReadyChats(), at: map[int64]int32{}} }

// put adds a chat, or replaces what is known of it, which may be older. Of several stories that wait for
// the chat the smallest counts.
func (q *queue) put(e entry) {
	i, known := q.at[e.chat]
	switch {
	case !known:
		heap.Push(q, e)
	case i >= 0:
		e.story = q.smaller(q.later[i].story, e.story)
		q.later[i] = e
		heap.Fix(q, int(i))
	default:
		n := q.ready.node(-1 - i)
		if e.story = q.smaller(n.story, e.story); e.story == n.story && e.dueAt == n.dueAt {
			return
		}

		q.ready.remove(-1 - i)
		delete(q.at, e.chat)
		heap.Push(q, e)
	}
}

// smaller returns the story with fewer recipients, of equal ones the newer.
func (q *queue) smaller(a, b int64) int64 {
	sizeA, sizeB := q.ready.sizeOf(a), q.ready.sizeOf(b)
	if sizeA < sizeB || sizeA == sizeB && a > b {
		return a
	}

	return b
}

// makeReady moves the chats whose time has come to ready. readyAt returns when the gate lets a chat
// through, in milliseconds, which may have changed since the chat was queued.
func (q *queue) makeReady(now int64, readyAt func(*entry) int64) {
	for len(q.later) > 0 {
		head := &q.later[0]
		if at := readyAt(head); at > head.due() {
			head.setDue(at)
			heap.Fix(q, 0)

			continue
		}

		if head.due() > now {
			return
		}

		e := heap.Pop(q).(entry)
		q.at[e.chat] = -1 - q.ready.add(e)
	}
}

// take removes the chat whose turn it is and returns it.
func (q *queue) take(now int64, readyAt func(*entry) int64) (e entry, ok bool) {
	for {
		i, ok := q.ready.pick()
		if !ok {
			return entry{}, false
		}

		n := q.ready.node(i)
		if at := readyAt(&n.entry); at > now { // it was held since
			e := q.ready.remove(i)
			e.setDue(at)
			heap.Push(q, e)

			continue
		}

		e := q.ready.served(i)
		delete(q.at, e.chat)

		return e, true
	}
}

// next returns how long it is until the next waiting chat is due, an hour if none waits.
func (q *queue) next(now time.Time) time.Duration {
	if len(q.later) == 0 {
		return time.Hour
	}

	return time.UnixMilli(q.later[0].due()).Sub(now)
}

// makeAllDue forgets how long chats have to wait.
func (q *queue) makeAllDue() {
	for i := range q.later {
		q.later[i].setDue(0)
	}
}

func (q *queue) Len() int           { return len(q.later) }
func (q *queue) Less(i, j int) bool { return q.later[i].due() < q.later[j].due() }

func (q *queue) Swap(i, j int) {
	q.later[i], q.later[j] = q.later[j], q.later[i]
	q.at[q.later[i].chat], q.at[q.later[j].chat] = int32(i), int32(j)
}

func (q *queue) Push(x any) {
	q.at[x.(entry).chat] = int32(len(q.later))
	q.later = append(q.later, x.(entry))
}

// Pop takes the last element, for package heap. It shrinks the array of a heap that was large.
func (q *queue) Pop() any {
	n := len(q.later) - 1
	last := q.later[n]
	delete(q.at, last.chat)

	q.later = q.later[:n]
	if n >= nodesInChunk && n == cap(q.later)/4 {
		q.later = append(make([]entry, 0, 2*n), q.later...)
	}

	return last
}
