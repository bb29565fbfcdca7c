package scheduler

import (
	"context"
	"fmt"
	"time"

	"newsbell/store"
	"newsbell/subscriptions"
)

// ringSpikes has the stories of the last hour come that a subscription with spike: held, if
// they are far more than usual.
func (s *Scheduler) ringSpikes(ctx context.Context) error {
	var held []*store.HeldHour

	err := s.Store.View(ctx, func(t *store.Tx) (err error) {
		held, err = t.HeldHours(subscriptions.SpikeLeast)
		return err
	})

	for _, h := range held {
		if err == nil {
			err = s.Store.Update(ctx, func(t *store.Tx) error { return s.ringSpike(t, h) })
		}
	}

	return err
}

// ringSpike is ringSpikes for one subscription. What is usual it learns for a week.
func (s *Scheduler) ringSpike(t *store.Tx, h *store.HeldHour) error {
	from := t.Now.Add(-subscriptions.SpikeHistory - time.Hour)
	if h.Created.After(from) {
		from = h.Created
	}

	if t.Now.Sub(from) < subscriptions.SpikeLearns {
		return nil
	}

	counts, last, err := t.StoriesByHour(h.Chat, h.Subscription, from)
	if err != nil || t.Now.Sub(last) < subscriptions.SpikeRest {
		return err
	}

	var history []int
	for _, hour := range subscriptions.SpikeHours(t.Now, from) {
		history = append(history, counts[hour])
	}

	is, usual := subscriptions.IsSpike(h.Stories, history)
	if !is {
		return nil
	}

	plan, err := subscriptions.ParsePlan(h.Delivery, "", h.Quiet, h.Zone, s.TimeZone)
	if err != nil {
		return fmt.Errorf("read when a spike comes: %w", err)
	}

	due := t.Now
	if end := plan.Quiet.Ends(due, plan.Zone); !end.IsZero() && !plan.Delivery.Urgent {
		due = end
	}

	return t.RingSpike(h, due, usual)
}
