package delivery

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"newsbell/adapters"
	"newsbell/internal/failpoint"
	"newsbell/store"
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
// A message that is settled as sent leaves a row for its thread in the same transaction. A
// platform opens one thread below a message.
func (d *Delivery) openThreads(ctx context.Context, group *errgroup.Group) error {
	return d.makePasses(ctx, group, store.NewThreads, "open threads", func(l *lane) pass {
		adapter, ok := l.Adapter.(ThreadOpener)
		if !ok {
			return nil
		}

		return (&opener{d: d, lane: l, adapter: adapter, told: map[int64]bool{}}).openAll
	})
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
	read := func(t *store.Tx) ([]store.Thread, time.Time, error) {
		return t.DueThreads(o.lane.Adapter.Platform(), duePage)
	}

	return doDue(ctx, o.d.Store, read, func(th *store.Thread) error { return o.open(ctx, th) })
}

// open opens one thread and notes what came of it.
func (o *opener) open(stop context.Context, th *store.Thread) error {
	can, missing := o.adapter.CheckThreads(stop, adapters.Chat{Platform: th.Chat.Platform, Address: th.Chat.Address})
	if !can || len(missing) > 0 {
		return o.end(stop, th, false, missing)
	}

	return o.lane.try(stop, followUp{
		chat: th.Chat, attempts: th.Attempts, failpoint: failpoint.Threaded,
		do: func(ctx context.Context, to adapters.Chat) error {
			return o.adapter.OpenThread(ctx, to, th.Ref, th.Title)
		},
		putOff: func(wait time.Duration, _ bool) error {
			return o.d.update(stop, func(t *store.Tx) error { return t.PutOffThread(th.Message, t.Now.Add(wait)) })
		},
		end: func(err error) error {
			if err != nil {
				o.d.Log.Info("a thread cannot be opened", "message", th.Message, "error", err)
			}

			return o.end(stop, th, err == nil, nil)
		},
	})
}

// end ends the wait for a thread; its chat is told which rights are missing for it, once in
// the life of the process.
func (o *opener) end(ctx context.Context, th *store.Thread, open bool, missing []string) error {
	tell := len(missing) > 0 && !o.told[th.Chat.ID]

	err := o.d.update(ctx, func(t *store.Tx) error {
		if err := t.EndThread(th.Message, open); err != nil || !tell {
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
