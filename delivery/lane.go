package delivery

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/store"
)

// maxInFlight is how many messages of one bot may be under way at once: the
// platform's pace times a slow round trip, with room to spare.
const maxInFlight = 256

// lane delivers to one platform.
type lane struct {
	Lane
	d *Delivery

	mu          sync.Mutex
	queue       queue
	sending     map[int64]underway // by chat: its message that is under way
	failures    int                // attempts in a row that the platform failed
	lastAttempt time.Time          // when it began
	changed     chan struct{}      // signals that the queue may have a new head
}

// underway is a message under way. With more, something came for its chat meanwhile, and next is
// what to queue when the attempt has ended.
type underway struct {
	more bool
	next entry
}

func newLane(d *Delivery, l Lane) *lane {
	made := &lane{Lane: l, d: d, queue: newQueue(), sending: map[int64]underway{}, changed: make(chan struct{}, 1)}
	if !l.ServerPerChat { // until the first message is answered, nothing says that the platform works
		made.failures = downAfter
	}

	return made
}

// add queues a chat, or notes that there is more for one that is served now.
func (l *lane) add(w store.Waiting) {
	e := entry{chat: w.Chat, key: gate.Key(adapters.Chat{Platform: w.Platform, Address: w.Address})}
	e.setDue(w.Due.UnixMilli())

	if adapters.Kind(w.Kind) != adapters.Private {
		e.dueAt |= flagMany
	}

	if w.Digest {
		e.dueAt |= flagDigest
	}

	l.mu.Lock()
	defer l.mu.Unlock()

	// What is of no story is for this chat alone: a story of its own, which no other has.
	if e.story = l.queue.smaller(w.Oldest, w.Newest); e.story == 0 {
		e.story = -w.Chat
	}

	if a, busy := l.sending[w.Chat]; busy {
		// The message under way is in the outbox too, with its next attempt.
		if !a.more || e.due() < a.next.due() {
			l.sending[w.Chat] = underway{true, e}
		}

		return
	}

	l.queue.put(e)
	l.wake()
}

// makeAllDue makes all chats due: the times they were queued with are those of a clock that was set
// back since. Chats that have to wait all the same are held by the gate or the store.
func (l *lane) makeAllDue() {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.queue.makeAllDue()
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
	attempts, ctx := errgroup.WithContext(ctx)
	slots := make(chan struct{}, maxInFlight)

	for ctx.Err() == nil {
		e, err := l.next(ctx)
		if err == nil {
			err = l.Gate.Take(ctx, e.key, e.many(), e.class())
		}

		if errors.Is(err, gate.ErrNotYet) {
			l.requeue(e, l.Gate.ReadyAt(e.key, e.many()))
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

		attempts.Go(func() error {
			defer func() { <-slots }()

			more, err := l.serve(ctx, e)
			l.requeue(e, more)

			return err
		})
	}

	return attempts.Wait()
}

// next takes the chat whose turn it is, waiting until there is one. The chat counts as
// in flight from here on: it gets one message at a time.
func (l *lane) next(ctx context.Context) (entry, error) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()

	for {
		e, wait := l.take(time.Now())
		if wait <= 0 {
			return e, ctx.Err()
		}

		timer.Reset(wait)

		select {
		case <-ctx.Done():
			return entry{}, ctx.Err()
		case <-l.changed:
		case <-timer.C:
		}
	}
}

// take takes the chat whose turn it is, or returns how long to wait for one.
func (l *lane) take(now time.Time) (e entry, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()

	readyAt := func(e *entry) int64 { return notBefore(now, l.Gate.ReadyAt(e.key, e.many())) }
	l.queue.makeReady(now.UnixMilli(), readyAt)

	if wait := l.untilProbe(); wait > 0 {
		return e, wait
	}

	e, ok := l.queue.take(now.UnixMilli(), readyAt)
	if !ok {
		return e, max(l.queue.next(now), time.Millisecond)
	}

	l.lastAttempt = now
	l.sending[e.chat] = underway{}

	return e, 0
}

// requeue queues the chat again if there is more for it: at more, unless zero, or
// because something came while it was served.
func (l *lane) requeue(e entry, more time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()

	a := l.sending[e.chat]
	delete(l.sending, e.chat)

	switch {
	case !more.IsZero(): // what came meanwhile waits in the outbox behind that
		e.setDue(notBefore(time.Now(), more))
		l.queue.put(e)
	case a.more:
		l.queue.put(a.next)
	}

	l.wake()
}

// notBefore returns t in milliseconds by the wall clock of now. It is rounded up, since the gate rejects
// a chat that is even a fraction of a millisecond early. It is reckoned from now by the monotonic
// clock: t may be from before the wall clock was set, and a pause of seconds would become hours.
func notBefore(now, t time.Time) int64 {
	return now.Add(t.Sub(now)).Add(time.Millisecond - 1).UnixMilli()
}

// class returns the gate's class of what the chat gets next.
func (e *entry) class() gate.Class {
	if e.digest() {
		return gate.ClassDigest
	}

	return gate.ClassAlert
}
