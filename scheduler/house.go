package scheduler

import (
	"context"
	"errors"
	"time"

	"github.com/robfig/cron/v3"

	"newsbell/store"
)

// keepHouse runs the chores at their times until ctx ends. The jobs of a chain
// that panic are caught inside SkipIfStillRunning: the other way round they
// would never run again.
func (s *Scheduler) keepHouse(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)

	log := cronLog{s}

	c := cron.New(cron.WithLocation(time.UTC), cron.WithLogger(log),
		cron.WithChain(cron.SkipIfStillRunning(log), cron.Recover(log)))
	for _, chore := range []struct {
		when string
		do   func(context.Context) error
	}{
		{"17 * * * *", s.sweep},
		{"43 3 * * *", s.Store.Compact},
	} {
		if _, err := c.AddFunc(chore.when, func() {
			if err := chore.do(ctx); errors.Is(err, store.ErrFull) {
				stop(failed{err})
			} else if err != nil && ctx.Err() == nil {
				s.Log.Error("housekeeping", "error", err)
			}
		}); err != nil {
			return err
		}
	}

	c.Start()
	s.minutes(ctx, stop, c)
	<-c.Stop().Done()

	return failure(ctx)
}

// minutes does what is to be done every minute, until ctx ends. It measures them
// and does not ask the clock: cron waits for a time of day, and would wait for
// years after a clock is set back by years.
func (s *Scheduler) minutes(ctx context.Context, stop func(error), c *cron.Cron) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()

	for last := time.Now(); ; {
		if err := s.everyMinute(ctx); errors.Is(err, store.ErrFull) {
			stop(failed{err})
		} else if err != nil && ctx.Err() == nil {
			s.Log.Error("housekeeping", "error", err)
		}

		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}

		now := time.Now()

		measured, shown := now.Sub(last), now.Round(0).Sub(last.Round(0))
		if jump := shown - measured; jump.Abs() > time.Minute {
			s.Log.Warn("the clock was set", "by", jump.Round(time.Second))
			<-c.Stop().Done()
			c.Start() // works out anew when the chores are due
		}

		last = now
	}
}

// everyMinute notes that we are alive, wakes chats whose pause is over, and lets
// long absent ones out of the index.
func (s *Scheduler) everyMinute(ctx context.Context) error {
	var news []string

	err := s.Store.Update(ctx, func(t *store.Tx) (err error) {
		if err := t.SetFact(aliveAt, t.Now.UnixMilli()); err != nil {
			return err
		}

		over, err := t.MarkAway()
		if err != nil {
			return err
		}

		for _, chat := range over {
			_, away, err := t.Wake(chat.ID)
			if err == nil && away {
				err = t.Notify(chat.ID, awayText)
			}

			if err != nil {
				return err
			}
		}

		if err := t.FixClock(); err != nil {
			return err
		}

		news, err = s.tellOfSources(t)

		return err
	})
	if err == nil && s.Operator != nil {
		for _, text := range news {
			s.Operator(ctx, text)
		}
	}

	return err
}

// failingFor is how long a source must fail before those who added it hear of it.
const failingFor = 24 * time.Hour

// tellOfSources tells whoever added a source, once, that it has failed for a day,
// and once that it is back. It returns the same for the operator.
func (s *Scheduler) tellOfSources(t *store.Tx) (news []string, err error) {
	changed, err := t.SourcesToReport(failingFor)
	if err != nil {
		return nil, err
	}

	for _, source := range changed {
		told, text := t.Now, failingText(source)
		if source.Error == "" {
			told, text = time.Time{}, backText(source)
		}

		s.Log.Warn("a source failed for a day or is back", "source", source.ID, "error", source.Error)

		news = append(news, text)
		if err := tellAdders(t, source.ID, text); err != nil {
			return nil, err
		}

		if err := t.MarkReported(source.ID, told); err != nil {
			return nil, err
		}
	}

	return news, nil
}

// tellAdders tells the chats that added a source.
func tellAdders(t *store.Tx, source int64, text string) error {
	chats, err := t.AddedBy(source)
	if err != nil {
		return err
	}

	for _, chat := range chats {
		if err := t.Notify(chat.ID, text); err != nil {
			return err
		}
	}

	return nil
}

func (s *Scheduler) sweep(ctx context.Context) error {
	rows, err := s.Store.Sweep(ctx, s.Retention)
	if rows > 0 {
		s.Log.Info("swept", "rows", rows)
	}

	return err
}

// cronLog writes what cron says to the scheduler's log.
type cronLog struct{ s *Scheduler }

func (l cronLog) Info(msg string, keysAndValues ...any) {
	l.s.Log.Debug("cron: "+msg, keysAndValues...)
}

func (l cronLog) Error(err error, msg string, keysAndValues ...any) {
	l.s.Log.Error("cron: "+msg, append(keysAndValues, "error", err)...)
}
