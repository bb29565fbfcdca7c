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

// Edits, threads and publishing are done in passes, beside the sending: a pass does whatever is due on
// one platform. It is made at a signal of the store, and when the last pass has said that more is due.

const (
	// minPause is the least time between two passes.
	minPause = time.Second
	// duePage is how much that is due is read at a time.
	duePage = 100
	// passInterval is how often a pass is made even if no signal came.
	passInterval = time.Minute
	// failurePause is the pause after a failure of the database or of a platform. After failures of
	// a platform it doubles, up to maxFailurePause.
	failurePause    = 30 * time.Second
	maxFailurePause = time.Hour
)

// pass does what is due and returns when to make the next one.
type pass = func(context.Context) (next time.Duration, err error)

// makePasses makes passes on each lane until ctx ends. passOf returns the pass of a lane, nil if it has
// none; what names it in the log.
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

	return d.forward(ctx, signal, wakes)
}

// doDue reads what is due and does it, one after the other, until nothing is left, and returns when to
// make the next pass. read also returns when more falls due, zero if nothing does.
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
			return failurePause, err
		}

		if len(due) == 0 {
			if wait = passInterval; !next.IsZero() {
				wait = min(wait, time.Until(next))
			}

			return wait, nil
		}

		for i := range due {
			if err := do(&due[i]); err != nil || ctx.Err() != nil {
				return failurePause, err
			}
		}
	}
}

// followUp is something to do to a message after it was sent: open a thread below it, or publish it. It
// is idempotent, so it is not claimed: after a kill between doing and noting it is done again.
type followUp struct {
	chat      *store.Chat
	attempts  int    // so far
	failpoint string // between do and end
	do        func(ctx context.Context, to adapters.Chat) error
	putOff    func(wait time.Duration, failed bool) error // notes that it is to be tried again
	end       func(err error) error                       // notes that it is done, or for an error that it never will be
}

// try makes one attempt, when nothing else waits at the gate, and notes the result, even if the
// program is stopping.
func (l *lane) try(stop context.Context, f followUp) error {
	to := adapters.Chat{Platform: f.chat.Platform, Address: f.chat.Address}

	err := l.Gate.Take(stop, gate.Key(to), true, gate.ClassEdit)
	if errors.Is(err, gate.ErrNotYet) {
		return f.putOff(minPause, false)
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
		return f.putOff(max(failed.After, minPause), false)
	case typed && (failed.Fate == adapters.Retry || failed.Fate == adapters.Unsure):
		return f.putOff(min(failurePause<<min(f.attempts, 10), maxFailurePause), true)
	}

	return f.end(err)
}

// update writes what came of something, also while stopping.
func (d *Delivery) update(ctx context.Context, note func(*store.Tx) error) error {
	return d.Store.Update(context.WithoutCancel(ctx), note)
}

// repeat makes passes until ctx ends, or one returns an error after which the program has to stop
// (store.ErrStop). Other errors are logged under what the pass does.
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

		again.Reset(max(next, minPause))
	}
}

// forward passes a signal of the store on to every lane's channel, until ctx ends. A channel holds one
// signal: whoever is making a pass makes another one then.
func (d *Delivery) forward(ctx context.Context, signal store.Signal, wakes []chan struct{}) error {
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
