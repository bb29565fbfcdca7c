package delivery

import (
	"container/heap"
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/store"
)

// inFlight is how many messages of one bot may be under way at once: the
// platform's pace times a slow round trip, with room to spare.
const inFlight = 256

// lane delivers to one platform.
type lane struct {
	Lane
	d *Delivery

	mu      sync.Mutex
	queue   queue
	flying  map[int64]flight // chats with a message under way
	failed  int              // attempts in a row that met trouble
	tried   time.Time        // when the latest attempt began
	changed chan struct{}    // the queue has a new head, perhaps
}

// flight is a chat with a message under way. again: more came for it meanwhile.
type flight struct {
	again bool
	next  entry
}

func newLane(d *Delivery, l Lane) *lane {
	// Until the first message is answered, nothing says that the platform works.
	return &lane{Lane: l, d: d, failed: down, queue: queue{at: map[int64]int32{}}, flying: map[int64]flight{}, changed: make(chan struct{}, 1)}
}

// add queues a chat, or notes that there is more for one that is served now.
func (l *lane) add(w store.Waiting) {
	e := entry{
		chat: w.Chat, due: w.Due.UnixMilli(), many: adapters.Kind(w.Kind) != adapters.Private, digest: w.Digest,
		key: gate.Key(adapters.Chat{Platform: w.Platform, Address: w.Address}),
	}

	l.mu.Lock()
	defer l.mu.Unlock()

	if f, busy := l.flying[w.Chat]; busy {
		// The message under way is in the outbox too, with its next attempt.
		if !f.again || e.due < f.next.due {
			l.flying[w.Chat] = flight{true, e}
		}

		return
	}

	l.queue.put(e)
	l.wake()
}

// hurry makes all chats due: the moments that were noted are of a clock that was
// set back since. Who has to wait all the same is told so by the gate or the
// store.
func (l *lane) hurry() {
	l.mu.Lock()
	defer l.mu.Unlock()

	for i := range l.queue.entries {
		l.queue.entries[i].due = 0
	}

	l.wake()
}

func (l *lane) wake() {
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

// run serves chats until ctx ends and waits for what is in flight. An error is one
// of the database.
func (l *lane) run(ctx context.Context) error {
	sending, ctx := errgroup.WithContext(ctx)
	slots := make(chan struct{}, inFlight)

	for ctx.Err() == nil {
		e, err := l.next(ctx)
		if err == nil {
			err = l.Gate.Take(ctx, e.key, e.many, e.class())
		}

		if errors.Is(err, gate.ErrNotYet) {
			l.landed(e, l.Gate.ReadyAt(e.key, e.many))
			continue
		}

		if err != nil {
			break
		}

		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			continue
		}

		sending.Go(func() error {
			defer func() { <-slots }()

			more, err := l.serve(ctx, e)
			l.landed(e, more)

			return err
		})
	}

	return sending.Wait()
}

// next takes the chat that may be served first, waiting until one may. The chat
// counts as in flight from here on: it gets one message at a time.
func (l *lane) next(ctx context.Context) (entry, error) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()

	for {
		l.mu.Lock()
		wait := time.Hour

		for len(l.queue.entries) > 0 {
			e := l.queue.entries[0]
			// The gate knows more than when the chat was queued.
			if at := notBefore(l.Gate.ReadyAt(e.key, e.many)); at > e.due {
				e.due = at
				l.queue.put(e)

				continue
			}

			if wait = max(time.Until(time.UnixMilli(e.due)), l.probe()); wait > 0 {
				break
			}

			heap.Pop(&l.queue)
			l.tried = time.Now()
			l.flying[e.chat] = flight{}
			l.mu.Unlock()

			return e, ctx.Err()
		}
		l.mu.Unlock()
		timer.Reset(wait)

		select {
		case <-ctx.Done():
			return entry{}, ctx.Err()
		case <-l.changed:
		case <-timer.C:
		}
	}
}

// landed queues the chat again if there is more for it: at more, unless zero, or
// because something came while it was served.
func (l *lane) landed(e entry, more time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()

	f := l.flying[e.chat]
	delete(l.flying, e.chat)

	switch {
	case !more.IsZero(): // and what came meanwhile stands behind that
		e.due = notBefore(more)
		l.queue.put(e)
	case f.again:
		l.queue.put(f.next)
	}

	l.wake()
}

// notBefore is a moment in milliseconds, rounded up: the gate would send away who
// comes a part of one too early.
func notBefore(t time.Time) int64 { return t.Add(time.Millisecond - 1).UnixMilli() }

// entry is a chat in the queue: 40 bytes, and its place in the index.
type entry struct {
	chat   int64
	key    uint64 // in the gate
	due    int64  // milliseconds: when it may be served, as far as is known
	many   bool
	digest bool
}

func (e entry) class() gate.Class {
	if e.digest {
		return gate.ClassDigest
	}

	return gate.ClassAlert
}

// queue is a heap of chats by due time, with an index by chat.
type queue struct {
	entries []entry
	at      map[int64]int32
}

// put adds a chat, or brings it up to date: what was known last may have been of
// a look that is older than what happened since, and only the next one mends it.
func (q *queue) put(e entry) {
	if i, ok := q.at[e.chat]; ok {
		q.entries[i] = e
		heap.Fix(q, int(i))

		return
	}

	heap.Push(q, e)
}

func (q *queue) Len() int           { return len(q.entries) }
func (q *queue) Less(i, j int) bool { return q.entries[i].due < q.entries[j].due }
func (q *queue) Swap(i, j int) {
	q.entries[i], q.entries[j] = q.entries[j], q.entries[i]
	q.at[q.entries[i].chat], q.at[q.entries[j].chat] = int32(i), int32(j)
}

func (q *queue) Push(x any) {
	q.at[x.(entry).chat] = int32(len(q.entries))
	q.entries = append(q.entries, x.(entry))
}

func (q *queue) Pop() any {
	last := q.entries[len(q.entries)-1]
	q.entries = q.entries[:len(q.entries)-1]
	delete(q.at, last.chat)

	return last
}
