// Package delivery is the outbox loop: it claims due alerts, keeps the platforms' pace, sends and
// settles. Beside that it edits sent messages, opens threads and topics, and publishes.
//
// # Order
//
// Each platform has a lane, and a lane has a queue of the chats that wait, each once: a chat with
// 500 alerts does not hold up one with a single alert. Chats share the pace by story, the story
// with the fewest recipients first, so that an alert for one person does not wait behind one for
// ten thousand; every fourth turn goes to the chat that has waited longest (see readyChats). A lane
// that is minutes behind folds all that is due for a chat into one digest.
//
// # An attempt
//
//	gate    the lane waits for the bot's pace
//	claim   the store freezes the chat's alerts into a message, and writes the attempt
//	send    the adapter posts it, once
//	settle  the store writes the outcome: sent, again later, in a plainer form, moved, gone
//
// A claim comes after the gate, so that it is not stale when it is sent. From the claim on, a stop
// does not interrupt an attempt: it is sent and settled with a context that outlives the stop, for
// a bounded time. A process that is killed in between leaves a claim without an outcome; whoever
// claims the message next asks the platform whether it arrived (Adapter.Find), where it can tell,
// and else sends it again under the same nonce. So no alert is lost, and one is doubled only where
// a platform cannot say what it has.
//
// # Goroutines
//
// Run owns all of them and waits for them. One watches the outbox and fills the queues; each lane
// has one that picks chats, and one for each message under way, maxInFlight at most. A lane's queue is
// guarded by its mutex. A chat has one message under way at a time (lane.sending). Edits, threads
// and publishing have a goroutine for each lane (see makePasses). Lanes share nothing but the
// store.
package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/text/language"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/locales"
	"newsbell/store"
)

// Config is what a Delivery needs. All fields are required but Profile, Spell, Texts, Buttons, Event, Slept and Failing.
type Config struct {
	Store *store.Store
	Lanes []Lane
	// Burst is how many alerts may wait for one chat before they become a digest.
	Burst int
	// Summary is the length of an alert's summary in code points.
	Summary int
	// Update: a sent alert is edited when further outlets report its story, at most once
	// in EditGap.
	Update  bool
	EditGap time.Duration
	// Buttons are put below an alert, in a language; what they mean is the conversation's.
	Buttons func(*locales.Texts, *store.Outgoing) [][]adapters.Button
	// Profile says what is known of the outlet behind a host: nil: nothing.
	Profile func(host string) Profile
	// Spell writes a query as people read it in a language; nil: as it was typed.
	Spell func(query string, in language.Tag) string
	// Texts are the texts of all languages; nil: those that come with the program.
	Texts *locales.Catalog
	Log   *slog.Logger
	// Event is called with what happened, as it happens; nil: nobody listens.
	Event func(Event)
	// Late is how long what was sent without an answer may still arrive, or be told of by the run that
	// sent it: until then it is not looked for.
	Late time.Duration
	// Slept is called with a chat that fell asleep because of a failure.
	Slept func(ctx context.Context, chat *store.Chat, reason string)
	// Failing is called with a message of a chat that was not delivered for longer than tellAfter, at each
	// attempt.
	Failing func(ctx context.Context, chat *store.Chat, message int64, reason string)
}

// Profile is what a reader should know of an outlet.
type Profile struct{ StateFunded, Wire, Paywall bool }

// Lane is a platform to deliver to.
type Lane struct {
	Adapter adapters.Adapter
	Gate    *gate.Gate
	// ServerPerChat: each chat is on a server of its own, so one that is down says nothing of the
	// others.
	ServerPerChat bool
}

// Delivery is the outbox loop. Make one with New and call Run once.
type Delivery struct {
	Config
	run   string // names this run in the claims
	lanes []*lane
	wakes *store.Wakes

	summaries summaries
}

// readInterval is how often the whole outbox is read, even if no signal came.
const readInterval = 15 * time.Second

// New makes the loop.
func New(c Config) *Delivery {
	if c.Texts == nil {
		c.Texts = locales.Builtin()
	}

	d := &Delivery{Config: c, run: fmt.Sprintf("%x", rand.Uint64())}

	for _, l := range c.Lanes {
		d.lanes = append(d.lanes, newLane(d, l))
	}

	return d
}

// Run delivers until ctx ends, then finishes what is in flight. An error is one
// of the database: nothing more can be promised.
func (d *Delivery) Run(ctx context.Context) error {
	wakes, end := d.Store.Subscribe()
	defer end()

	d.wakes = wakes

	// What another run has claimed is void.
	err := d.Store.Update(ctx, func(t *store.Tx) error {
		for _, l := range d.lanes {
			if err := t.Release(d.run, l.Adapter.Platform(), t.Now.Add(d.Late)); err != nil {
				return err
			}
		}

		return nil
	})
	if err != nil {
		return fmt.Errorf("start to deliver: %w", err)
	}

	group, ctx := errgroup.WithContext(ctx)

	for _, l := range d.lanes {
		group.Go(func() error { return l.run(ctx) })
	}

	group.Go(func() error { return d.watch(ctx) })

	group.Go(func() error { return d.openThreads(ctx, group) })
	group.Go(func() error { return d.publish(ctx, group) })
	group.Go(func() error { return d.edit(ctx, group) })

	return group.Wait()
}

// watch hands waiting chats to the lanes: new ones at a signal, all of them from
// time to time and when something falls due.
func (d *Delivery) watch(ctx context.Context) error {
	var newest int64

	whole := time.NewTimer(0)
	defer whole.Stop()

	for {
		after := newest

		select {
		case <-ctx.Done():
			return nil
		case <-whole.C:
			after = 0
		case <-d.wakes.Wait(store.ChatsWoken):
			after = 0
		case <-d.wakes.Wait(store.ClockFixed):
			after = 0

			for _, l := range d.lanes {
				l.makeAllDue()
			}
		case <-d.wakes.Wait(store.NewAlerts):
		}

		next, err := d.queueWaiting(ctx, after, &newest)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			d.Log.Error("read the outbox", "error", err)
			whole.Reset(time.Second)
		case after == 0:
			whole.Reset(next)
		}
	}
}

func (d *Delivery) queueWaiting(ctx context.Context, after int64, newest *int64) (next time.Duration, err error) {
	next = readInterval
	err = d.Store.View(ctx, func(t *store.Tx) error {
		seen, err := t.Waiting(after, func(w store.Waiting) error {
			for _, l := range d.lanes {
				if l.Adapter.Platform() == w.Platform {
					l.add(w)
				}
			}

			return nil
		})
		if err != nil {
			return err
		}

		*newest = max(*newest, seen)

		if after > 0 {
			return nil // when to look next is asked with the whole
		}

		due, err := t.NextDue()
		if err == nil && !due.IsZero() {
			next = min(max(time.Until(due), 0)+time.Millisecond, readInterval)
		}

		return err
	})

	return next, err
}
