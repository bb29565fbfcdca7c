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
	made := &lane{Lane: l, d: d, queue: newQueue(), flying: map[int64]flight{}, changed: make(chan struct{}, 1)}
	if !l.Apart { // until the first message is answered, nothing says that the platform works
		made.failed = down
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

	// What is of no story is for one person.
	if e.story = l.queue.smaller(w.Oldest, w.Newest); e.story == 0 {
		e.story = -w.Chat
	}

	if f, busy := l.flying[w.Chat]; busy {
		// The message under way is in the outbox too, with its next attempt.
		if !f.again || e.due() < f.next.due() {
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
	sending, ctx := errgroup.WithContext(ctx)
	slots := make(chan struct{}, inFlight)

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

		sending.Go(func() error {
			defer func() { <-slots }()

			more, err := l.serve(ctx, e)
			l.requeue(e, more)

			return err
		})
	}

	return sending.Wait()
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

	if wait := l.probe(); wait > 0 {
		return e, wait
	}

	e, ok := l.queue.take(now.UnixMilli(), readyAt)
	if !ok {
		return e, max(l.queue.next(now), time.Millisecond)
	}

	l.tried = now
	l.flying[e.chat] = flight{}

	return e, 0
}

// requeue queues the chat again if there is more for it: at more, unless zero, or
// because something came while it was served.
func (l *lane) requeue(e entry, more time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()

	f := l.flying[e.chat]
	delete(l.flying, e.chat)

	switch {
	case !more.IsZero(): // and what came meanwhile stands behind that
		e.setDue(notBefore(time.Now(), more))
		l.queue.put(e)
	case f.again:
		l.queue.put(f.next)
	}

	l.wake()
}

// notBefore is a moment in milliseconds, rounded up: the gate would send away who
// comes a part of one too early. It is told by the clock of now, since t may have been
// noted before the clock was set: a pause of seconds would be one of hours.
func notBefore(now, t time.Time) int64 {
	return now.Add(t.Sub(now)).Add(time.Millisecond - 1).UnixMilli()
}

// class is the gate's class of what the chat gets next.
func (e *entry) class() gate.Class {
	if e.digest() {
		return gate.ClassDigest
	}

	return gate.ClassAlert
}
