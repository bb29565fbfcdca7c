package scheduler

import (
	"context"
	"fmt"
	"time"

	"newsbell/store"
	"newsbell/subscriptions"
)

// caughtUpAt is the fact that tells until when what came was from our downtime.
const caughtUpAt = "caught_up_at"

// alertSpikes has the stories of the last hour come of each subscription with spike: that
// matched far more of them than usual. What came at once after a downtime is no busy hour.
func (s *Scheduler) alertSpikes(ctx context.Context) error {
	var busy []*store.BusyHour

	err := s.Store.View(ctx, func(t *store.Tx) error {
		caughtUp, err := t.Fact(caughtUpAt)
		if err != nil {
			return err
		}

		since := t.Now.Add(-subscriptions.SpikeWindow)
		if until := time.UnixMilli(caughtUp); until.After(since) && !until.After(t.Now.Add(catchUp)) { // else the clock was ahead
			since = until
		}

		busy, err = t.BusyHours(since, subscriptions.SpikeLeast)

		return err
	})

	for _, h := range busy {
		if err != nil {
			break
		}

		var alert func(t *store.Tx) error

		err = s.Store.View(ctx, func(t *store.Tx) (err error) {
			alert, err = s.findSpike(t, h)
			return err
		})
		if err == nil && alert != nil {
			err = s.Store.Update(ctx, alert)
		}
	}

	return err
}

// findSpike returns what alerts one subscription, nil when nothing does. What is usual it
// learns for a week, or for as long as articles are kept; what is not kept any more is no quiet hour.
func (s *Scheduler) findSpike(t *store.Tx, h *store.BusyHour) (alert func(t *store.Tx) error, err error) {
	history := subscriptions.SpikeHistory
	if kept := s.Retention.Articles; kept > 0 {
		history = min(history, kept)
	}

	from := t.Now.Add(-history - time.Hour)
	if h.Created.After(from) {
		from = h.Created
	}

	if t.Now.Sub(from) < min(subscriptions.SpikeLearns, history) {
		return nil, nil
	}

	counts, last, err := t.StoriesByHour(h, from)
	if err != nil || t.Now.Sub(last) < subscriptions.SpikeRest {
		return nil, err
	}

	var before []int
	for _, hour := range subscriptions.SpikeHours(t.Now, from) {
		before = append(before, counts[hour])
	}

	is, usual := subscriptions.IsSpike(h.Stories, before)
	if !is {
		return nil, nil
	}

	plan, err := subscriptions.ParsePlan(h.Delivery, "", h.Quiet, h.Zone, s.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("read when a spike comes: %w", err)
	}

	due := t.Now
	if end := plan.Quiet.Ends(due, plan.Zone); !end.IsZero() && !plan.Delivery.Urgent {
		due = end
	}

	return func(t *store.Tx) error { return t.AlertSpike(h, due, usual, plan.Zone) }, nil
}
