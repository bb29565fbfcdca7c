package scheduler

import (
	"cmp"
	"context"
	"time"

	"newsbell/internal/failpoint"
	"newsbell/store"
)

const (
	// changedInterval is how often polls that brought something are saved in a busy time: half of it is
	// what an alert comes later for that.
	changedInterval = 50 * time.Millisecond
	// changedPolls and changedArticles bound a batch: the time that a transaction
	// takes, and what waits in memory.
	changedPolls    = 64
	changedArticles = 200
)

// changedPoll is a poll that brought something and is to be saved. In a busy time polls are committed
// together: the database pages that they share are written once, and no host waits for the disk. What
// a kill loses is found again by the next poll, because the state of the source is lost with it.
type changedPoll struct {
	*outcome

	prepared *store.PreparedPoll
	changes  store.PollChanges
}

// prepareChanged does in the poll's own goroutine what needs no transaction.
func prepareChanged(s *store.Store, o *outcome) *changedPoll {
	return &changedPoll{outcome: o, prepared: s.PreparePoll(o.result)}
}

func (c *changedPoll) weight() int {
	return max(len(c.result.Articles), changedArticles/changedPolls)
}

// saveChanged saves polls that brought something.
func (p *poller) saveChanged(ctx context.Context, batch []*changedPoll) error {
	do := make([]func(*store.Tx) error, len(batch))
	for i, one := range batch {
		do[i] = func(t *store.Tx) (err error) {
			if one.changes, err = t.SavePoll(one.prepared, p.MaxAge); err == nil && one.result.Gone {
				err = notifyAdders(t, p.Texts, one.result.Source, tellGone(one.source.Source))
			}

			return err
		}
	}

	var fatal error

	for i, err := range p.Store.UpdateAll(ctx, do) {
		due, err := p.endChanged(ctx, batch[i], err)
		if fatal == nil {
			fatal = err
		}

		p.mu.Lock()
		p.agenda.putBack(batch[i].result.Source, due)
		p.mu.Unlock()
	}

	wakeWaiter(p.ended)

	return fatal
}

// endChanged reports a poll that was saved, or could not be for failed, and returns
// when its source is due again, zero: not at all.
func (p *poller) endChanged(ctx context.Context, one *changedPoll, failed error) (due time.Time, err error) {
	if failed != nil {
		return p.retryLater(ctx, "save a poll", failed)
	}

	failpoint.Hit(failpoint.Saved)

	result, source := &one.result, one.source.Source

	p.mu.Lock()
	p.agenda.noteSaved(result.Source, result.Next)
	delete(p.cache, result.Source)
	p.mu.Unlock()

	if result.Error == "" && result.MovedTo == "" && !one.source.awaitsBaseline() {
		now := *source
		now.Title, now.ErrorCount = cmp.Or(now.Title, result.Title), 0
		p.remember(&now, one.state, one.source.era)
	}

	one.event.New, one.event.Updated, one.event.Relaunch = one.changes.New, one.changes.Updated, one.changes.Relaunch
	p.report(source, one.event, one.changes, one.outages())

	if one.changes.Relaunch && p.Operator != nil {
		p.Operator(ctx, tellRelaunch(source))
	}

	if result.Gone {
		if p.Operator != nil {
			p.Operator(ctx, tellGone(source))
		}

		return time.Time{}, nil
	}

	return result.Next, nil
}
