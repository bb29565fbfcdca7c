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

const (
	// threadPage is how many threads are opened before the database is asked again.
	threadPage = 100
	// threadAgain is the pause after a thread that a platform could not open; it doubles
	// up to threadLast.
	threadAgain = 30 * time.Second
	threadLast  = time.Hour
	// threadLook is how often it is looked for threads to open, whatever signals came.
	threadLook = time.Minute
)

// ThreadOpener is an adapter whose platform has threads below messages.
type ThreadOpener interface {
	// OpenThread opens a thread of that name below a message of ours. That it is open is
	// no error. Every error is a *SendError.
	OpenThread(ctx context.Context, to adapters.Chat, ref, name string) error
	// CheckThreads says whether threads can open below messages in a chat, and names the
	// rights that the bot needs for it and does not have. What the platform does not
	// tell can, and nothing is missing.
	CheckThreads(ctx context.Context, chat adapters.Chat) (can bool, missing []string)
}

// openThreads opens the threads that sent alerts are to have (talk:thread), until ctx ends.
//
// A message that is settled as sent leaves a row for its thread in the same transaction. As
// edits, opening it is not claimed: a platform opens one thread below a message, so that
// doing it twice is doing it once, and a process that was killed before it noted a thread
// does it again. Threads pass the gate below everything else.
func (d *Delivery) openThreads(ctx context.Context, group *errgroup.Group) error {
	var wakes []chan struct{}

	for _, l := range d.lanes {
		adapter, ok := l.Adapter.(ThreadOpener)
		if !ok {
			continue
		}

		o := &opener{d: d, lane: l, adapter: adapter, told: map[int64]bool{}}
		wake := make(chan struct{}, 1)
		wakes = append(wakes, wake)

		group.Go(func() error { return l.repeat(ctx, wake, "open threads", o.openAll) })
	}

	return d.passOn(ctx, store.Talk, wakes)
}

// opener opens the threads of one platform.
type opener struct {
	d       *Delivery
	lane    *lane
	adapter ThreadOpener
	told    map[int64]bool // chats that were told which right is missing
}

// openAll opens what is due and returns when to look again.
func (o *opener) openAll(ctx context.Context) (wait time.Duration, err error) {
	for {
		var (
			due  []store.Thread
			next time.Time
		)

		err = o.d.Store.View(ctx, func(t *store.Tx) (err error) {
			due, next, err = t.DueThreads(o.lane.Adapter.Platform(), threadPage)
			return err
		})
		if err != nil {
			return threadAgain, err
		}

		if len(due) == 0 {
			if wait = threadLook; !next.IsZero() {
				wait = min(wait, time.Until(next))
			}

			return wait, nil
		}

		for i := range due {
			if err := o.open(ctx, &due[i]); err != nil || ctx.Err() != nil {
				return threadAgain, err
			}
		}
	}
}

// open opens one thread and notes what came of it.
func (o *opener) open(stop context.Context, th *store.Thread) error {
	to := adapters.Chat{Platform: th.Chat.Platform, Address: th.Chat.Address}

	can, missing := o.adapter.CheckThreads(stop, to)
	if !can || len(missing) > 0 {
		return o.giveUp(stop, th, missing)
	}

	err := o.lane.Gate.Take(stop, gate.Key(to), true, gate.ClassEdit)
	if errors.Is(err, gate.ErrNotYet) {
		return o.putOff(stop, th, soonest)
	}

	if err != nil {
		return nil //nolint:nilerr // it is stopping
	}

	ctx, cancel := context.WithTimeout(context.WithoutCancel(stop), sendTimeout)
	defer cancel()

	err = o.adapter.OpenThread(ctx, to, th.Ref, th.Title)

	failpoint.Hit(failpoint.Threaded)

	failed, typed := errors.AsType[*adapters.SendError](err)

	switch {
	case err == nil:
		return o.note(stop, func(t *store.Tx) error { return t.EndThread(th.Message) })
	case typed && failed.Fate == adapters.Later:
		return o.putOff(stop, th, max(failed.After, soonest))
	case typed && (failed.Fate == adapters.Retry || failed.Fate == adapters.Unsure):
		return o.putOff(stop, th, min(threadAgain<<min(th.Attempts, 10), threadLast))
	}

	o.d.Log.Info("a thread cannot be opened", "message", th.Message, "error", err)

	return o.giveUp(stop, th, nil)
}

func (o *opener) putOff(ctx context.Context, th *store.Thread, wait time.Duration) error {
	return o.note(ctx, func(t *store.Tx) error { return t.PutOffThread(th.Message, t.Now.Add(wait)) })
}

// giveUp ends a thread that can't be opened; its chat is told which rights are missing, once
// in the life of the process.
func (o *opener) giveUp(ctx context.Context, th *store.Thread, missing []string) error {
	tell := len(missing) > 0 && !o.told[th.Chat.ID]

	err := o.note(ctx, func(t *store.Tx) error {
		if err := t.EndThread(th.Message); err != nil || !tell {
			return err
		}

		texts := o.d.Texts.Find(th.Chat.ReadIn()...)

		return t.Notify(th.Chat.ID, texts.Say("rights.threads_here", "rights", texts.And(missing)))
	})
	if err == nil && tell {
		o.told[th.Chat.ID] = true
	}

	return err
}

func (o *opener) note(ctx context.Context, note func(*store.Tx) error) error {
	return o.d.Store.Update(context.WithoutCancel(ctx), note)
}
