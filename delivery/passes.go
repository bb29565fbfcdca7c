package delivery

import (
	"context"
	"errors"
	"time"

	"newsbell/store"
)

// What goes on beside sending, edits and threads, is done in passes: whatever is due, of one
// platform, at a signal of the store and when the last pass said so.

// soonest is the least time between two passes.
const soonest = time.Second

// repeat makes passes until ctx ends. A pass returns when to make the next one; its error is
// logged as what it does, but for one of the database that nothing can be done about, which
// ends it.
func (l *lane) repeat(ctx context.Context, wake <-chan struct{}, what string, pass func(context.Context) (next time.Duration, err error)) error {
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
