package delivery

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/internal/failpoint"
	"newsbell/store"
)

// What goes on beside sending, edits, threads and what is published, is done in passes:
// whatever is due, of one platform, at a signal of the store and when the last pass said so.

const (
	// soonest is the least time between two passes.
	soonest = time.Second
	// duePage is how much that is due is read at a time.
	duePage = 100
	// dueLook is how often it is looked for what is due, whatever signals came.
	dueLook = time.Minute
	// againAfter is the pause after a failure of the database or of a platform; that after a
	// platform's doubles up to againLast.
	againAfter = 30 * time.Second
	againLast  = time.Hour
)

// pass does what is due and returns when to make the next one.
type pass = func(context.Context) (next time.Duration, err error)

// makePasses makes passes on each lane until ctx ends, at each signal and when the last one
// said so. passOf is a lane's pass; nil: it has none.
func (d *Delivery) makePasses(ctx context.Context, group *errgroup.Group, signal store.Signal, what string, passOf func(*lane) pass) error {
	var wakes []chan struct{}

	for _, l := range d.lanes {
		pass := passOf(l)
		if pass == nil {
			continue
		}

		wake := make(chan struct{}, 1)
		wakes = append(wakes, wake)

		group.Go(func() error { return l.repeat(ctx, wake, what, pass) })
	}

	return d.passOn(ctx, signal, wakes)
}

// doDue does what read finds due, one after the other, until nothing is. It returns when to
// look again; read also says when more is due, zero if nothing is to come.
func doDue[T any](ctx context.Context, db *store.Store, read func(*store.Tx) ([]T, time.Time, error), do func(*T) error) (wait time.Duration, err error) {
	for {
		var (
			due  []T
			next time.Time
		)

		err = db.View(ctx, func(t *store.Tx) (err error) {
			due, next, err = read(t)
			return err
		})
		if err != nil {
			return againAfter, err
		}

		if len(due) == 0 {
			if wait = dueLook; !next.IsZero() {
				wait = min(wait, time.Until(next))
			}

			return wait, nil
		}

		for i := range due {
			if err := do(&due[i]); err != nil || ctx.Err() != nil {
				return againAfter, err
			}
		}
	}
}

// followUp is what happens to a message after it was sent: a thread below it, or that it is
// published. It is not claimed: to do it twice is to do it once, and a process that was killed
// before it noted one does it again.
type followUp struct {
	chat      *store.Chat
	attempts  int    // so far
	failpoint string // between do and the note of it
	do        func(ctx context.Context, to adapters.Chat) error
	putOff    func(wait time.Duration, failed bool) error
	end       func(err error) error // nil: it is done; else it never will be
}

// follow makes one attempt below everything else and notes what came of it, also while
// stopping.
func (l *lane) follow(stop context.Context, f followUp) error {
	to := adapters.Chat{Platform: f.chat.Platform, Address: f.chat.Address}

	err := l.Gate.Take(stop, gate.Key(to), true, gate.ClassEdit)
	if errors.Is(err, gate.ErrNotYet) {
		return f.putOff(soonest, false)
	}

	if err != nil {
		return nil // it is stopping
	}

	ctx, cancel := context.WithTimeout(context.WithoutCancel(stop), sendTimeout)
	defer cancel()

	err = f.do(ctx, to)

	failpoint.Hit(f.failpoint)

	failed, typed := errors.AsType[*adapters.SendError](err)

	switch {
	case typed && failed.Fate == adapters.Later:
		return f.putOff(max(failed.After, soonest), false)
	case typed && (failed.Fate == adapters.Retry || failed.Fate == adapters.Unsure):
		return f.putOff(min(againAfter<<min(f.attempts, 10), againLast), true)
	}

	return f.end(err)
}

// update writes what came of something, also while stopping.
func (d *Delivery) update(ctx context.Context, note func(*store.Tx) error) error {
	return d.Store.Update(context.WithoutCancel(ctx), note)
}

// repeat makes passes until ctx ends. A pass returns when to make the next one; its error is
// logged as what it does, but for one of the database that nothing can be done about, which
// ends it.
func (l *lane) repeat(ctx context.Context, wake <-chan struct{}, what string, pass pass) error {
	again := time.NewTimer(0)
	defer again.Stop()

	for {
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
		case <-again.C:
		}

		next, err := pass(ctx)
		if errors.Is(err, store.ErrStop) {
			return err
		}

		if err != nil && ctx.Err() == nil {
			l.d.Log.Error(what, "platform", l.Adapter.Platform(), "error", err)
		}

		again.Reset(max(next, soonest))
	}
}

// passOn wakes all who make passes at each signal of the store, until ctx ends. The channels
// hold one signal: who is awake looks anyway.
func (d *Delivery) passOn(ctx context.Context, signal store.Signal, wakes []chan struct{}) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-d.wakes.Wait(signal):
		}

		for _, wake := range wakes {
			select {
			case wake <- struct{}{}:
			default:
			}
		}
	}
}
