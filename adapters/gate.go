package adapters

import (
	"container/heap"
	"context"
	"errors"
	"hash/fnv"
	"sync"
	"time"
)

// Class is how urgent a message is: a gate lets lower classes through first.
type Class uint8

// The classes.
const (
	Reply  Class = iota // an answer to a person who waits for it
	Ring                // an alert
	Bundle              // a digest, an edit
)

// Limits is the pace that a platform asks for.
type Limits struct {
	// PerSecond is how many messages the bot may send in one second; 0: no limit.
	PerSecond float64
	// PerChat is the pause between two messages to one chat.
	PerChat time.Duration
	// PerMinute is how many messages a chat of many people takes in a minute; 0:
	// no limit.
	PerMinute int
	// RepliesFree: replies do not count (Discord's interactions are exempt).
	RepliesFree bool
}

// The documented limits. Telegram: https://core.telegram.org/bots/faq ("my bot is
// hitting limits"). Discord: https://discord.com/developers/docs/topics/rate-limits
// (50 requests a second; the buckets of its routes come with its answers).
func TelegramLimits() Limits {
	return Limits{PerSecond: 30, PerChat: time.Second, PerMinute: 20}
}

// DiscordLimits is Discord's pace.
func DiscordLimits() Limits { return Limits{PerSecond: 50, RepliesFree: true} }

// Gate holds the pace of one bot: everything that it sends passes here. Messages
// leave evenly spaced rather than in bursts, because a server may count any
// window of a second. The spacing has a margin for the jitter of the network,
// learned from the round trips: what leaves evenly does not arrive so. When the
// server says "too many" for the whole bot, everybody pauses once, and the pace
// steps down; it creeps up again while none comes.
//
// All methods are safe for concurrent use.
type Gate struct {
	limits Limits

	mu      sync.Mutex
	free    time.Time // when the next message may leave
	pace    float64   // share of the spacing's limit in use, 1 = as learned
	trips   trips
	held    time.Time // the whole bot waits until then
	chats   map[uint64]*chatPace
	swept   time.Time
	refused []refusal // latest per-chat holds, to recognise a hold of all
	waiting waiters
	turn    uint64
	timer   *time.Timer
}

// chatPace is what a gate remembers of a chat, for a minute.
type chatPace struct {
	free   time.Time
	recent []time.Time // of a chat of many: the latest PerMinute sends, oldest first
}

type refusal struct {
	chat  uint64
	at    time.Time
	until time.Time
}

// What three refusals of different chats within two seconds mean: the limit is
// the bot's, not the chats' (DESIGN §5).
const (
	refusalsOfAll = 3
	refusalWindow = 2 * time.Second
	remember      = time.Minute // how long a chat's pace matters
)

// How the pace reacts: a step down of 0.5 of 28 messages a second, and a creep
// up by as much in five minutes without a refusal.
const (
	stepDown  = 1 - 0.5/28
	creepUp   = 1 + 0.5/28/(5*60*28)
	slowest   = 0.25
	paceLimit = 1
)

// NewGate makes the gate of one bot.
func NewGate(limits Limits) *Gate {
	return &Gate{limits: limits, pace: paceLimit, chats: map[uint64]*chatPace{}}
}

// Key is a chat's name inside a gate: 64 bits, so that a hundred thousand waiting
// chats cost little. Two chats that share one only share a pace.
func (c Chat) Key() uint64 {
	h := fnv.New64a()
	h.Write([]byte(c.Address))

	return h.Sum64()
}

// At is the earliest moment at which a chat may be sent something, as far as its
// own limits go. Zero: now.
func (g *Gate) At(chat uint64, many bool) time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()

	return g.chatAt(chat, many)
}

func (g *Gate) chatAt(chat uint64, many bool) time.Time {
	c := g.chats[chat]
	if c == nil {
		return time.Time{}
	}

	at := c.free
	if many && g.limits.PerMinute > 0 && len(c.recent) >= g.limits.PerMinute {
		at = later(at, c.recent[0].Add(time.Minute+g.margin()))
	}

	return at
}

// ErrNotYet is what Take answers when a chat may not be sent anything for now:
// there is no use in waiting for it, others may go first.
var ErrNotYet = errors.New("the chat has to wait")

// Take waits for the turn of one message and counts it as sent. Between those
// whose chat is ready, the lower class goes first, then who came first. A reply
// waits for its chat; for other messages it returns ErrNotYet once their chat is
// held: ask At again. It returns the error of ctx if that ends before.
func (g *Gate) Take(ctx context.Context, chat uint64, many bool, class Class) error {
	if class == Reply && g.limits.RepliesFree {
		return ctx.Err()
	}

	w := &waiter{chat: chat, many: many, class: class, ready: make(chan struct{})}

	g.mu.Lock()
	g.turn++
	w.turn = g.turn
	heap.Push(&g.waiting, w)
	g.pump()
	g.mu.Unlock()

	select {
	case <-w.ready:
		return w.err
	case <-ctx.Done():
		g.mu.Lock()
		defer g.mu.Unlock()

		if w.at >= 0 {
			heap.Remove(&g.waiting, w.at)
			g.pump()
		}

		return ctx.Err()
	}
}

// pump lets through who may go now and sets the timer for the next one.
func (g *Gate) pump() {
	now := time.Now()
	g.sweep(now)

	var wake time.Time

	for g.waiting.Len() > 0 {
		if start := later(g.free, g.held); start.After(now) {
			wake = start
			break
		}

		g.turnAway(now)

		if g.waiting.Len() == 0 {
			break
		}

		w, ready := g.next(now)
		if w == nil {
			wake = ready
			break
		}

		heap.Remove(&g.waiting, w.at)
		g.count(w, now)
		close(w.ready)
	}

	if g.timer != nil {
		g.timer.Stop()
	}

	if !wake.IsZero() {
		g.timer = time.AfterFunc(wake.Sub(now), func() {
			g.mu.Lock()
			defer g.mu.Unlock()

			g.pump()
		})
	}
}

// turnAway sends away those whose chat has come to be held while they waited:
// they are only alerts and digests, and whoever waits for them has others to tell.
func (g *Gate) turnAway(now time.Time) {
	var held []*waiter

	for _, w := range g.waiting {
		if w.class != Reply && g.chatAt(w.chat, w.many).After(now) {
			held = append(held, w)
		}
	}

	for _, w := range held {
		heap.Remove(&g.waiting, w.at)
		w.err = ErrNotYet
		close(w.ready)
	}
}

// next finds the first waiter, in order, whose chat is ready; else it says when
// the earliest will be. A reply does not wait for its chat's own spacing: a
// person is watching.
func (g *Gate) next(now time.Time) (best *waiter, ready time.Time) {
	if w := g.waiting[0]; g.waiterAt(w).Compare(now) <= 0 {
		return w, now
	}

	for _, w := range g.waiting {
		at := g.waiterAt(w)
		switch {
		case at.After(now):
			if best == nil && (ready.IsZero() || at.Before(ready)) {
				ready = at
			}
		case best == nil || w.before(best):
			best = w
		}
	}

	return best, ready
}

func (g *Gate) waiterAt(w *waiter) time.Time {
	if w.class == Reply {
		if c := g.chats[w.chat]; c == nil || time.Until(c.free) <= g.limits.PerChat+mostJitter {
			return time.Time{}
		}
	}

	return g.chatAt(w.chat, w.many)
}

// count books a message that leaves now.
func (g *Gate) count(w *waiter, now time.Time) {
	if g.limits.PerSecond > 0 {
		g.free = later(g.free, now.Add(-g.spacing()/2)).Add(g.spacing())
		g.pace = min(g.pace*creepUp, paceLimit)
	}

	if g.limits.PerChat == 0 && g.limits.PerMinute == 0 {
		return
	}

	c := g.chat(w.chat)
	if g.limits.PerChat > 0 {
		c.free = later(c.free, now.Add(g.limits.PerChat+g.margin()))
	}

	if w.many && g.limits.PerMinute > 0 {
		if len(c.recent) >= g.limits.PerMinute {
			c.recent = append(c.recent[:0], c.recent[1:]...)
		}

		c.recent = append(c.recent, now)
	}
}

// spacing is the time between two messages: so many in a second and the jitter.
func (g *Gate) spacing() time.Duration {
	window := time.Second + g.trips.jitter()
	return time.Duration(float64(window) / g.limits.PerSecond / g.pace)
}

// margin is what the limits of one chat get on top: the message before may have
// been as much longer on its way. It costs the bot nothing, others go meanwhile.
func (g *Gate) margin() time.Duration { return max(g.trips.jitter(), leastMargin) }

func (g *Gate) chat(key uint64) *chatPace {
	c := g.chats[key]
	if c == nil {
		c = &chatPace{}
		g.chats[key] = c
	}

	return c
}

// sweep forgets chats whose pace is past.
func (g *Gate) sweep(now time.Time) {
	if now.Sub(g.swept) < remember {
		return
	}

	g.swept = now
	for key, c := range g.chats {
		if c.free.Before(now) && (len(c.recent) == 0 || now.Sub(c.recent[len(c.recent)-1]) > remember) {
			delete(g.chats, key)
		}
	}
}

// Hold is what the server said: nothing to this chat (the zero Chat: to anybody)
// for a while. Refusals of three chats within two seconds hold all.
func (g *Gate) Hold(chat Chat, pause time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()

	now := time.Now()

	until := now.Add(pause)
	if chat == (Chat{}) {
		g.holdAll(until)
		return
	}

	key := chat.Key()
	c := g.chat(key)
	c.free = later(c.free, until)
	kept := g.refused[:0]
	different := map[uint64]bool{key: true}
	shortest := until

	for _, r := range g.refused {
		if now.Sub(r.at) <= refusalWindow {
			kept = append(kept, r)

			different[r.chat] = true
			if r.until.Before(shortest) {
				shortest = r.until
			}
		}
	}

	g.refused = append(kept, refusal{key, now, until})
	if len(different) >= refusalsOfAll {
		g.refused = g.refused[:0]
		// One of them may have a long wait of its own; what they share is short.
		g.holdAll(shortest)
	}
}

// Rest is what the server said about one chat's own allowance, used up or
// exceeded: nothing to this chat for a while. Unlike Hold it says nothing about
// the bot, whatever it says of how many chats (Discord counts each channel for
// itself).
func (g *Gate) Rest(chat Chat, pause time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()

	c := g.chat(chat.Key())
	c.free = later(c.free, time.Now().Add(pause))
}

func (g *Gate) holdAll(until time.Time) {
	// One pause, however many messages were under way: only the first steps down.
	if !g.held.After(time.Now()) {
		g.pace = max(g.pace*stepDown, slowest)
		g.trips = trips{} // they promised too much
	}

	g.held = later(g.held, until)
	g.pump()
}

// Done tells the gate how long a message took from leaving to its answer.
func (g *Gate) Done(roundTrip time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()

	g.trips.add(roundTrip)
}

// later is the later of two moments.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}

	return b
}

// trips are the latest round trips of a bot.
type trips struct {
	latest [64]time.Duration
	n      int
}

// Before anything is known the margin makes 28 a second of 30 (measured in
// docs/performance.md); it is never less than a fortieth: a process and a server
// are not punctual either.
const (
	firstJitter = 2 * time.Second / 28
	leastJitter = 25 * time.Millisecond
	mostJitter  = 80 * time.Millisecond
	leastMargin = 40 * time.Millisecond
)

func (t *trips) add(d time.Duration) {
	t.latest[t.n%len(t.latest)] = d
	t.n++
}

// jitter is the spread of the latest round trips: at most so much can one
// message catch up with another on its way there.
func (t *trips) jitter() time.Duration {
	if t.n < len(t.latest) {
		return firstJitter
	}

	low, high := t.latest[0], t.latest[0]
	for _, d := range t.latest {
		low, high = min(low, d), max(high, d)
	}

	return min(max(high-low, leastJitter), mostJitter)
}

// waiter is one message that waits at a gate.
type waiter struct {
	chat  uint64
	many  bool
	class Class
	turn  uint64
	at    int // index in the heap, -1: out
	ready chan struct{}
	err   error // set before ready is closed
}

func (w *waiter) before(o *waiter) bool {
	if w.class != o.class {
		return w.class < o.class
	}

	return w.turn < o.turn
}

type waiters []*waiter

func (w waiters) Len() int           { return len(w) }
func (w waiters) Less(i, j int) bool { return w[i].before(w[j]) }
func (w waiters) Swap(i, j int) {
	w[i], w[j] = w[j], w[i]
	w[i].at, w[j].at = i, j
}

func (w *waiters) Push(x any) {
	x.(*waiter).at = len(*w)
	*w = append(*w, x.(*waiter))
}

func (w *waiters) Pop() any {
	last := (*w)[len(*w)-1]
	*w = (*w)[:len(*w)-1]
	last.at = -1

	return last
}
