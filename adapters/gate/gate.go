// Package gate holds the pace of one bot: everything that it sends, and that its
// platform counts, waits for its turn at one [Gate], which the conversation and
// the delivery share.
//
// Messages leave evenly spaced rather than in bursts, because a server may count
// any window of a second. The spacing has a margin for the jitter of the
// network, learned from the round trips. When the server says "too many" for the
// whole bot, everybody pauses once and the pace steps down; it creeps up again
// while no refusal comes. Between messages whose chat is ready the class decides
// (replies, then alerts, then digests), then who came first.
//
// A message whose chat is held does not stand in the way of others: it is turned
// away with [ErrNotYet], and its sender asks again when [Gate.ReadyAt] says so.
package gate

import (
	"container/heap"
	"context"
	"errors"
	"sync"
	"time"
)

// Class is how urgent a message is: lower classes go first.
type Class uint8

// The classes.
const (
	ClassReply  Class = iota // an answer to a person who is waiting for it
	ClassAlert               // an alert
	ClassDigest              // a digest
	ClassEdit                // news for a message that was sent before
)

// ErrNotYet is what Take returns when a chat may not be sent anything for now.
// Waiting for it would hold up others.
var ErrNotYet = errors.New("the chat has to wait")

// Gate holds the pace of one bot. All methods are safe for concurrent use.
type Gate struct {
	limits Limits

	mu        sync.Mutex
	free      time.Time // when the next message may leave
	heldUntil time.Time // the whole bot waits until then
	pace      float64   // the share of the learned spacing's rate in use, at most 1
	trips     roundTrips
	chats     map[uint64]*chatPace
	sweptAt   time.Time // when chats was last swept
	refused   []refusal // the latest holds of single chats, to recognise a hold of all
	waiting   queue
	sent      uint64 // messages that have left
	holds     uint64 // times that the server said “too many”
	turns     uint64 // how many have waited so far
	timer     *time.Timer
}

// New makes the gate of one bot.
func New(limits Limits) *Gate {
	return &Gate{limits: limits, pace: maxPace, chats: map[uint64]*chatPace{}}
}

// Take waits for the turn of one message and counts it as sent. A reply waits for
// its chat too; for other messages Take returns ErrNotYet once their chat is
// held: ask ReadyAt when to come again. It returns the error of ctx if that ends
// before.
func (g *Gate) Take(ctx context.Context, chat uint64, many bool, class Class) error {
	w := &waiter{chat: chat, many: many, class: class, ready: make(chan struct{})}

	g.mu.Lock()
	g.turns++
	w.turn = g.turns
	heap.Push(&g.waiting, w)
	g.admit()
	g.mu.Unlock()

	select {
	case <-w.ready:
		return w.err
	case <-ctx.Done():
		g.mu.Lock()
		defer g.mu.Unlock()

		if w.at >= 0 {
			heap.Remove(&g.waiting, w.at)
			g.admit()
		}

		return ctx.Err()
	}
}

// partPatience is how long a part of an answer waits for the bot's pace.
const partPatience = time.Second

// TakePart is Take for a part of an answer that is still being written. It waits a second at
// most: a part that gets no turn is left out, the next one shows it.
func TakePart(ctx context.Context, g interface {
	Take(ctx context.Context, chat uint64, many bool, class Class) error
}, chat uint64, many bool,
) error {
	ctx, stop := context.WithTimeout(ctx, partPatience)
	defer stop()

	return g.Take(ctx, chat, many, ClassEdit)
}

// ObserveRoundTrip takes in how long a message took from leaving to its answer.
func (g *Gate) ObserveRoundTrip(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()

	g.trips.add(d)
}

// admit lets through whoever may go now, and sets the timer for the next one.
func (g *Gate) admit() {
	now := time.Now()
	g.sweepChats(now)

	var wake time.Time

	for g.waiting.Len() > 0 {
		if start := pickLater(g.free, g.heldUntil); start.After(now) {
			wake = start
			break
		}

		g.turnAway(now)

		if g.waiting.Len() == 0 {
			break
		}

		w, readyAt := g.next(now)
		if w == nil {
			wake = readyAt
			break
		}

		heap.Remove(&g.waiting, w.at)
		g.count(w, now)
		close(w.ready)
	}

	g.wakeAt(wake)
}

// wakeAt sets the timer for the next admit; the zero time: none.
func (g *Gate) wakeAt(at time.Time) {
	if g.timer != nil {
		g.timer.Stop()
	}

	if at.IsZero() {
		return
	}

	g.timer = time.AfterFunc(time.Until(at), func() {
		g.mu.Lock()
		defer g.mu.Unlock()

		g.admit()
	})
}

// turnAway returns ErrNotYet to alerts and digests whose chat was held while they
// waited: their sender has messages for other chats.
func (g *Gate) turnAway(now time.Time) {
	var held []*waiter

	for _, w := range g.waiting {
		if w.class != ClassReply && g.waiterReadyAt(w).After(now) {
			held = append(held, w)
		}
	}

	for _, w := range held {
		heap.Remove(&g.waiting, w.at)
		w.err = ErrNotYet
		close(w.ready)
	}
}

// next returns the first waiter, in order, whose chat is ready, or nil and when
// the first will be.
func (g *Gate) next(now time.Time) (first *waiter, readyAt time.Time) {
	if w := g.waiting[0]; !g.waiterReadyAt(w).After(now) {
		return w, now
	}

	for _, w := range g.waiting {
		at := g.waiterReadyAt(w)

		switch {
		case at.After(now):
			if first == nil && (readyAt.IsZero() || at.Before(readyAt)) {
				readyAt = at
			}
		case first == nil || w.before(first):
			first = w
		}
	}

	return first, readyAt
}

// count books a message that leaves now.
func (g *Gate) count(w *waiter, now time.Time) {
	if g.limits.PerSecond > 0 {
		g.free = pickLater(g.free, now.Add(-g.spacing()/2)).Add(g.spacing())
		g.pace = min(g.pace*stepUp, maxPace)
	}

	g.sent++
	g.countForChat(w, now)
}

// spacing returns the time between two messages: a second and the jitter, shared by as
// many messages as a second may have.
func (g *Gate) spacing() time.Duration {
	window := time.Second + g.trips.jitter()
	return time.Duration(float64(window) / g.limits.PerSecond / g.pace)
}

// margin is added to the limits of a single chat: the message before may have
// been that much longer on its way. It costs the bot nothing, as others go
// meanwhile.
func (g *Gate) margin() time.Duration { return max(g.trips.jitter(), minMargin) }

// pickLater returns the later of two moments.
func pickLater(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}

	return b
}
