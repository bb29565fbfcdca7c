package scheduler

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"newsbell/internal/failpoint"
	"newsbell/store"
)

const (
	// visitsTogether is how many unchanged polls are saved at once, and
	// visitsWait how long the first of them waits for others. What a crash loses
	// of them is polled again, and nothing else.
	visitsTogether = 512
	visitsWait     = 200 * time.Millisecond
)

// visits are polls that found nothing new, on their way to the database. They
// are saved together: one by one each would cost more than asking the server.
type visits struct {
	*poller
	mu      sync.Mutex
	waiting map[int64]store.UnchangedPoll // the last one of each source
	events  []visit                       // all of them
	kick    chan struct{}                 // there is a first
	full    chan struct{}                 // there are enough
}

type visit struct {
	store.UnchangedPoll
	event PollEvent
}

func newVisits(p *poller) *visits {
	return &visits{poller: p, waiting: map[int64]store.UnchangedPoll{}, kick: make(chan struct{}, 1), full: make(chan struct{}, 1)}
}

// begin saves visits as they come, until the function that it returns is called:
// that saves the last ones and waits.
func (v *visits) begin(ctx context.Context, stop func(error)) (end func()) {
	ended := make(chan struct{})

	var running sync.WaitGroup
	running.Go(func() {
		wait := time.NewTimer(time.Hour)
		defer wait.Stop()

		for {
			select {
			case <-ended:
				v.save(ctx, stop)
				return
			case <-v.kick:
				wait.Reset(visitsWait)
			case <-wait.C:
				v.save(ctx, stop)
			case <-v.full:
				v.save(ctx, stop)
			}
		}
	})

	return func() {
		close(ended)
		running.Wait()
	}
}

func (v *visits) add(one visit) {
	v.mu.Lock()
	defer v.mu.Unlock()

	v.waiting[one.Source] = one.UnchangedPoll

	v.events = append(v.events, one)
	switch len(v.events) {
	case 1:
		signal(v.kick)
	case visitsTogether:
		signal(v.full)
	}
}

// drop forgets a visit of a source for which more is about to be saved.
func (v *visits) drop(source int64) {
	v.mu.Lock()
	defer v.mu.Unlock()

	delete(v.waiting, source)
}

func (v *visits) save(ctx context.Context, stop func(error)) {
	v.mu.Lock()
	list, events := slices.Collect(maps.Values(v.waiting)), v.events
	clear(v.waiting)
	v.events = nil
	v.mu.Unlock()

	if len(events) == 0 {
		return
	}

	slices.SortFunc(list, func(a, b store.UnchangedPoll) int { return cmp.Compare(a.Source, b.Source) }) // as the rows lie

	if err := v.Store.Update(ctx, func(t *store.Tx) error { return t.SaveUnchangedPolls(list) }); err != nil {
		if errors.Is(err, store.ErrFull) {
			stop(failed{err})
			return
		}
		// The polls took place, and the agenda knows when the next ones are due.
		v.Log.Error("save unchanged polls", "error", err)
	} else {
		v.poller.mu.Lock()
		for i := range list {
			v.agenda.saved(list[i].Source, list[i].Next)
		}
		v.poller.mu.Unlock()
	}

	for _, e := range events {
		failpoint.Hit(failpoint.Saved)
		v.report(&store.Source{ID: e.Source}, e.event, store.PollChanges{})
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
