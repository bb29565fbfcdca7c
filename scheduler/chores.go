package scheduler

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/robfig/cron/v3"

	"newsbell/locales"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

// doChores runs the chores at their times until ctx ends, or one finds that the disk is full. Recover
// stands inside SkipIfStillRunning: the other way round, a job that panics would count as running
// for ever.
func (s *Scheduler) doChores(ctx context.Context) error {
	log := cronLog{s}
	full := make(chan error, 1)

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
			if err := s.unlessFull(ctx, chore.do(ctx)); err != nil {
				select {
				case full <- err:
				default: // one is enough
				}
			}
		}); err != nil {
			return err
		}
	}

	c.Start()
	defer func() { <-c.Stop().Done() }()

	return s.runMinutes(ctx, c, full)
}

// unlessFull logs the error of a chore; only a full disk ends the program.
func (s *Scheduler) unlessFull(ctx context.Context, err error) error {
	if errors.Is(err, store.ErrStop) {
		return err
	}

	if err != nil && ctx.Err() == nil {
		s.Log.Error("housekeeping", "error", err)
	}

	return nil
}

// runMinutes calls everyMinute until ctx ends. Its minutes are measured by the monotonic clock. Cron
// waits for a time of day instead, and would wait for years after a clock was set back by years: so
// it is started again when the wall clock was set.
func (s *Scheduler) runMinutes(ctx context.Context, c *cron.Cron, full <-chan error) error {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()

	for last := time.Now(); ; {
		if err := s.unlessFull(ctx, s.everyMinute(ctx)); err != nil {
			return err
		}

		select {
		case <-ctx.Done():
			return nil
		case err := <-full:
			return err
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

// everyMinute notes that the program runs, and ends what has a time: pauses, mutes, followed stories,
// and moments of a clock that was ahead. It reports failing sources and alerts spikes.
func (s *Scheduler) everyMinute(ctx context.Context) error {
	ahead, err := store.Read(ctx, s.Store, (*store.Tx).ClockWasAhead)
	if err != nil {
		return fmt.Errorf("look for moments of a clock that was ahead: %w", err)
	}

	var news []notice

	err = s.Store.Update(ctx, func(t *store.Tx) (err error) {
		if err := errors.Join(t.SetFact(aliveAt, t.Now.UnixMilli()), t.BelieveClock()); err != nil {
			return err
		}

		if err := s.endPauses(t); err != nil {
			return err
		}

		if err := endFollows(t, s.Texts); err != nil {
			return err
		}

		if _, err := t.EndMutes(query.LeaveOut); err != nil {
			return fmt.Errorf("end mutes: %w", err)
		}

		if ahead {
			if err := errors.Join(t.FixClock(), t.RescheduleAhead(s.TimeZone)); err != nil {
				return err
			}
		}

		news, err = s.reportSources(t)

		return err
	})
	if err == nil {
		err = s.alertSpikes(ctx)
	}

	if err == nil && s.Operator != nil {
		for _, say := range news {
			s.Operator(ctx, say)
		}
	}

	return err
}

// endPauses wakes chats whose pause is over, and takes those that have been away for long out of the
// index.
func (s *Scheduler) endPauses(t *store.Tx) error {
	over, err := t.MarkAway()
	if err != nil {
		return err
	}

	for _, chat := range over {
		_, away, err := t.Wake(chat.ID)
		if err == nil && away {
			err = leaveNotice(t, s.Texts, chat, tellAway)
		}

		if err != nil {
			return err
		}
	}

	return nil
}

// failingFor is how long a source must fail before those who added it are told.
const failingFor = 24 * time.Hour

// reportSources notifies whoever added a source, once, that it has failed for a day,
// and once that it is back. It returns the same for the operator.
func (s *Scheduler) reportSources(t *store.Tx) (news []notice, err error) {
	changed, err := t.SourcesToReport(failingFor)
	if err != nil {
		return nil, err
	}

	for _, source := range changed {
		told, say := t.Now, tellFailing(source)
		if source.Error == "" {
			told, say = time.Time{}, tellBack(source)
		}

		s.Log.Warn("a source failed for a day or is back", "source", source.ID, "error", source.Error)

		news = append(news, say)
		if err := notifyAdders(t, s.Texts, source.ID, say); err != nil {
			return nil, err
		}

		if err := t.MarkReported(source.ID, told); err != nil {
			return nil, err
		}
	}

	return news, nil
}

// notifyAdders notifies the chats that added a source.
func notifyAdders(t *store.Tx, texts *locales.Catalog, source int64, say notice) error {
	chats, err := t.AddedBy(source)
	if err != nil {
		return err
	}

	for _, chat := range chats {
		if err := leaveNotice(t, texts, chat, say); err != nil {
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
