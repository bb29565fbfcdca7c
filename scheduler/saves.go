package scheduler

import (
	"cmp"
	"context"
	"sync"
	"time"

	"newsbell/internal/failpoint"
	"newsbell/store"
)

const (
	// savesWait is how long after others have been saved a poll that brought
	// something waits for more: half of it is what an alert comes later when much
	// happens, and the first of a quiet time does not wait at all.
	savesWait = 50 * time.Millisecond
	// savesTogether and articlesTogether bound what waits: to be saved in one go,
	// and in memory.
	savesTogether    = 64
	articlesTogether = 200
)

// saves are polls that brought something, on their way to the database. Those of
// a busy time are committed together: the pages that they share are written once,
// and no host is kept waiting. A crash loses what waits with the state of its
// source, so it is found again.
type saves struct {
	*poller
	mu       sync.Mutex
	waiting  []*save
	articles int
	room     chan struct{} // a place for each that waits or is being saved
	kick     chan struct{} // there is a first
	full     chan struct{} // there are enough
}

// save is a poll that brought something.
type save struct {
	found
	known *known
	saved store.PollChanges
}

func newSaves(p *poller) *saves {
	return &saves{poller: p, room: make(chan struct{}, savesTogether), kick: make(chan struct{}, 1), full: make(chan struct{}, 1)}
}

// begin saves polls as they come, until the function that it returns is called:
// that saves the last ones and waits.
func (s *saves) begin(ctx context.Context, stop func(error)) (end func()) {
	ended := make(chan struct{})

	var running sync.WaitGroup
	running.Go(func() {
		var last time.Time

		wait := time.NewTimer(time.Hour)
		defer wait.Stop()

		for {
			select {
			case <-ended:
				s.save(ctx, stop)
				return
			case <-s.kick:
				wait.Reset(max(0, savesWait-time.Since(last)))
				continue
			case <-wait.C:
			case <-s.full:
			}

			s.save(ctx, stop)

			last = time.Now()
		}
	})

	return func() {
		close(ended)
		running.Wait()
	}
}

// add takes a poll over, which ends when it is saved. It waits while too many
// do already.
func (s *saves) add(one *save) {
	s.room <- struct{}{}

	s.mu.Lock()
	defer s.mu.Unlock()

	s.waiting = append(s.waiting, one)

	s.articles += len(one.poll.Articles)
	if len(s.waiting) == 1 {
		signal(s.kick)
	}

	if len(s.waiting) >= savesTogether || s.articles >= articlesTogether {
		signal(s.full)
	}
}

func (s *saves) save(ctx context.Context, stop func(error)) {
	s.mu.Lock()
	list := s.waiting
	s.waiting, s.articles = nil, 0
	s.mu.Unlock()

	if len(list) == 0 {
		return
	}

	do := make([]func(*store.Tx) error, len(list))
	for i, one := range list {
		do[i] = func(t *store.Tx) (err error) {
			if one.saved, err = t.SavePoll(one.poll, s.MaxAge); err == nil && one.poll.Gone {
				err = tellAdders(t, one.poll.Source, goneText(one.known.source))
			}

			return err
		}
	}

	for i, err := range s.Store.UpdateAll(ctx, do) {
		due, err := s.ended(ctx, list[i], err)
		if err != nil {
			stop(failed{err})
		}

		s.poller.mu.Lock()
		s.agenda.back(list[i].poll.Source, due)
		s.poller.mu.Unlock()
		<-s.room
	}

	signal(s.landed)
}

// ended tells of a poll that is saved, unless err says that it is not, and
// returns when its source is due again, zero: not at all.
func (s *saves) ended(ctx context.Context, one *save, err error) (time.Time, error) {
	if err != nil {
		return s.later(ctx, "save a poll", err)
	}

	failpoint.Hit(failpoint.Saved)

	poll, source := &one.poll, one.known.source

	s.poller.mu.Lock()
	s.agenda.saved(poll.Source, poll.Next)
	delete(s.known, poll.Source)
	s.poller.mu.Unlock()

	if poll.Error == "" && poll.MovedTo == "" {
		now := *source
		now.Title, now.ErrorCount = cmp.Or(now.Title, poll.Title), 0
		s.remember(&now, one.state, one.known.era)
	}

	one.event.New, one.event.Updated, one.event.Relaunch = one.saved.New, one.saved.Updated, one.saved.Relaunch
	s.report(source, one.event, one.saved)

	if one.saved.Relaunch && s.Operator != nil {
		s.Operator(ctx, relaunchText(source))
	}

	if poll.Gone {
		if s.Operator != nil {
			s.Operator(ctx, goneText(source))
		}

		return time.Time{}, nil
	}

	return poll.Next, nil
}
