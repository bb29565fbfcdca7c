package scheduler

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"newsbell/internal/failpoint"
	"newsbell/store"
)

const (
	// unchangedInterval is how long polls that found nothing new wait for others, and
	// unchangedPolls how many are saved at once. One that a crash loses is repeated.
	unchangedInterval = 200 * time.Millisecond
	unchangedPolls    = 512
)

// unchangedPoll is a poll that found nothing new, on its way to the database. They are
// saved together: one by one each would cost more than asking the server.
type unchangedPoll struct {
	store.UnchangedPoll

	event PollEvent
}

// saveUnchanged saves polls that found nothing new: the last one of each source, unless
// the source has brought something since, also while this waits for the writer.
func (p *poller) saveUnchanged(ctx context.Context, batch []unchangedPoll) error {
	last := make(map[int64]int, len(batch))
	for i, one := range batch {
		last[one.Source] = i
	}

	list := make([]store.UnchangedPoll, 0, len(last))

	p.mu.Lock()

	for i, one := range batch {
		if last[one.Source] == i && p.agenda.isDue(one.Source, one.Next) {
			one.Due = p.agenda.storedDue(one.Source)
			list = append(list, one.UnchangedPoll)
		}
	}

	p.mu.Unlock()

	slices.SortFunc(list, func(a, b store.UnchangedPoll) int { return cmp.Compare(a.Source, b.Source) }) // as the rows lie

	err := p.Store.UpdateLazily(ctx, func(t *store.Tx) error { return t.SaveUnchangedPolls(list) })

	switch {
	case errors.Is(err, store.ErrStop):
		return err
	case err != nil:
		// The polls took place, and the agenda knows when the next ones are due.
		p.Log.Error("save unchanged polls", "error", err)
	default:
		p.mu.Lock()

		for i := range list {
			p.agenda.noteSaved(list[i].Source, list[i].Next)
		}

		p.mu.Unlock()
	}

	for _, one := range batch {
		failpoint.Hit(failpoint.Saved)
		p.report(&store.Source{ID: one.Source}, one.event, store.PollChanges{}, outages{})
	}

	return nil
}
