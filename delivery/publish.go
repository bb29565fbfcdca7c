package delivery

import (
	"cmp"
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
	// publishedAnHour is how many messages of a channel Discord publishes within an hour.
	publishedAnHour = 10
	publishPage     = 100
	// publishTold is how often whoever set up a channel is told that more waits.
	publishTold = 24 * time.Hour
)

// Publisher is an adapter whose platform publishes what stands in a channel to those who
// follow it.
type Publisher interface {
	// Publish publishes a message of ours. That it is published is no error. Every error is
	// a *SendError.
	Publish(ctx context.Context, to adapters.Chat, ref string) error
}

// publish publishes what was sent to channels that want it (/settings publish), until ctx
// ends. It keeps the promises that threads have: a message that is settled as sent leaves a
// row, and to publish twice is to publish once.
func (d *Delivery) publish(ctx context.Context, group *errgroup.Group) error {
	var wakes []chan struct{}

	for _, l := range d.lanes {
		adapter, ok := l.Adapter.(Publisher)
		if !ok {
			continue
		}

		p := &publisher{d: d, lane: l, adapter: adapter, told: map[int64]time.Time{}}
		wake := make(chan struct{}, 1)
		wakes = append(wakes, wake)

		group.Go(func() error { return l.repeat(ctx, wake, "publish", p.publishAll) })
	}

	return d.passOn(ctx, store.Publish, wakes)
}

// publisher publishes on one platform.
type publisher struct {
	d       *Delivery
	lane    *lane
	adapter Publisher
	told    map[int64]time.Time // by chat: when it was told that more waits
}

// publishAll publishes what is due and returns when to look again.
func (p *publisher) publishAll(ctx context.Context) (wait time.Duration, err error) {
	for {
		var (
			due  []store.Crosspost
			next time.Time
		)

		err = p.d.Store.View(ctx, func(t *store.Tx) (err error) {
			due, next, err = t.DueCrossposts(p.lane.Adapter.Platform(), publishPage)
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

		done := map[int64]int{} // by chat, since it was read

		for i := range due {
			c := &due[i]
			if c.Lately+done[c.Chat.ID] >= publishedAnHour {
				err = p.wait(ctx, c)
			} else {
				done[c.Chat.ID]++
				err = p.publishOne(ctx, c)
			}

			if err != nil || ctx.Err() != nil {
				return threadAgain, err
			}
		}
	}
}

// publishOne publishes one message and notes what came of it.
func (p *publisher) publishOne(stop context.Context, c *store.Crosspost) error {
	to := adapters.Chat{Platform: c.Chat.Platform, Address: c.Chat.Address}

	err := p.lane.Gate.Take(stop, gate.Key(to), true, gate.ClassEdit)
	if errors.Is(err, gate.ErrNotYet) {
		return p.putOff(stop, c, soonest, false)
	}

	if err != nil {
		return nil //nolint:nilerr // it is stopping
	}

	ctx, cancel := context.WithTimeout(context.WithoutCancel(stop), sendTimeout)
	defer cancel()

	err = p.adapter.Publish(ctx, to, c.Ref)

	failpoint.Hit(failpoint.Published)

	failed, typed := errors.AsType[*adapters.SendError](err)

	switch {
	case err == nil:
		return p.note(stop, func(t *store.Tx) error { return t.EndCrosspost(c.Message, true) })
	case typed && failed.Fate == adapters.Later:
		return p.putOff(stop, c, max(failed.After, soonest), false)
	case typed && (failed.Fate == adapters.Retry || failed.Fate == adapters.Unsure):
		return p.putOff(stop, c, min(threadAgain<<min(c.Attempts, 10), threadLast), true)
	}

	p.d.Log.Info("a message cannot be published", "message", c.Message, "error", err)

	return p.note(stop, func(t *store.Tx) error { return t.EndCrosspost(c.Message, false) })
}

// wait puts off a message until the platform publishes more of its channel. Whoever set the
// channel up is told, in their private chat, once a day.
func (p *publisher) wait(ctx context.Context, c *store.Crosspost) error {
	first := c.First
	if first.IsZero() {
		first = time.Now()
	}

	err := p.putOff(ctx, c, max(time.Until(first.Add(time.Hour)), soonest)+time.Second, false)
	if err != nil || time.Since(p.told[c.Chat.ID]) < publishTold {
		return err
	}

	p.told[c.Chat.ID] = time.Now()
	p.d.Log.Info("more waits to be published than the platform takes in an hour", "chat", c.Chat.ID)

	return p.note(ctx, func(t *store.Tx) error {
		owner, err := t.Chat(c.Chat.Platform, "@"+c.Chat.SetUpBy)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}

		if err != nil {
			return err
		}

		texts := p.d.Texts.Find(owner.ReadIn()...)

		return t.Notify(owner.ID, texts.Say("notice.publish_limit", "where", cmp.Or(c.Chat.Title, c.Chat.Address), "n", publishedAnHour))
	})
}

func (p *publisher) putOff(ctx context.Context, c *store.Crosspost, wait time.Duration, failed bool) error {
	return p.note(ctx, func(t *store.Tx) error { return t.PutOffCrosspost(c.Message, t.Now.Add(wait), failed) })
}

func (p *publisher) note(ctx context.Context, note func(*store.Tx) error) error {
	return p.d.Store.Update(context.WithoutCancel(ctx), note)
}
