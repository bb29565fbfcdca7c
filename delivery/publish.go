package delivery

import (
	"cmp"
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"newsbell/adapters"
	"newsbell/internal/failpoint"
	"newsbell/store"
)

const (
	// publishedAnHour is how many messages of a channel Discord publishes within an hour.
	publishedAnHour = 10
	// publishTold is how often the person who set up a channel is notified that more waits.
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
// ends. A message that is settled as sent leaves a row, as it does for a thread.
func (d *Delivery) publish(ctx context.Context, group *errgroup.Group) error {
	return d.makePasses(ctx, group, store.NewCrossposts, "publish", func(l *lane) pass {
		adapter, ok := l.Adapter.(Publisher)
		if !ok {
			return nil
		}

		return (&publisher{d: d, lane: l, adapter: adapter, told: map[int64]time.Time{}}).publishAll
	})
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
	var done map[int64]int // by chat, since it was read

	read := func(t *store.Tx) ([]store.Crosspost, time.Time, error) {
		done = map[int64]int{}
		return t.DueCrossposts(p.lane.Adapter.Platform(), duePage)
	}

	return doDue(ctx, p.d.Store, read, func(c *store.Crosspost) error {
		if c.Lately+done[c.Chat.ID] >= publishedAnHour {
			return p.wait(ctx, c)
		}

		done[c.Chat.ID]++

		return p.publishOne(ctx, c)
	})
}

// publishOne publishes one message and notes what came of it.
func (p *publisher) publishOne(stop context.Context, c *store.Crosspost) error {
	return p.lane.try(stop, followUp{
		chat: c.Chat, attempts: c.Attempts, failpoint: failpoint.Published,
		do:     func(ctx context.Context, to adapters.Chat) error { return p.adapter.Publish(ctx, to, c.Ref) },
		putOff: func(wait time.Duration, failed bool) error { return p.putOff(stop, c, wait, failed) },
		end: func(err error) error {
			if err != nil {
				p.d.Log.Info("a message cannot be published", "message", c.Message, "error", err)
			}

			return p.d.update(stop, func(t *store.Tx) error { return t.EndCrosspost(c.Message, err == nil) })
		},
	})
}

// wait puts off a message until the platform publishes more of its channel. Whoever set the
// channel up is told, in their private chat, once a day.
func (p *publisher) wait(ctx context.Context, c *store.Crosspost) error {
	first := c.First
	if first.IsZero() {
		first = time.Now()
	}

	err := p.putOff(ctx, c, max(time.Until(first.Add(time.Hour)), minPause)+time.Second, false)
	if err != nil || time.Since(p.told[c.Chat.ID]) < publishTold {
		return err
	}

	p.told[c.Chat.ID] = time.Now()
	p.d.Log.Info("more waits to be published than the platform takes in an hour", "chat", c.Chat.ID)

	return p.d.update(ctx, func(t *store.Tx) error {
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
	return p.d.update(ctx, func(t *store.Tx) error { return t.PutOffCrosspost(c.Message, t.Now.Add(wait), failed) })
}
