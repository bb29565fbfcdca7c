package scheduler

import (
	"context"
	"fmt"
	"time"

	"newsbell/store"
	"newsbell/subscriptions"
	"newsbell/subscriptions/index"
)

// timer says when the alerts of one article come.
type timer struct {
	m       *matcher
	now     time.Time
	article *store.Article
	story   int64
	outlets int             // that tell it, this one included
	spared  map[uint16]bool // by schedule: does the article have what its quiet hours let through?
}

// of returns when the alert for one subscription comes. What waits for further outlets is
// looked at again when they join.
func (t *timer) of(ctx context.Context, id index.ID, f follower) (subscriptions.Timing, error) {
	s := &t.m.schedules[f.schedule]
	over := false

	if s.Delivery.Max > 0 && s.Min <= t.outlets && s.When().Kind == subscriptions.AtOnce {
		var err error
		if over, err = t.m.rung.isOver(ctx, id, f.chat, t.story, s, t.now); err != nil {
			return subscriptions.Timing{}, err
		}
	}

	timing := s.At(t.now, t.outlets, t.isSpared(f.schedule, s), over)
	if timing.Hold != subscriptions.HoldNothing || !t.now.Before(t.m.late) {
		return timing, nil
	}

	timing = s.At(t.m.late, t.outlets, t.isSpared(f.schedule, s), over)
	if timing.Hold == subscriptions.HoldNothing {
		timing.Hold = store.BundleDowntime
	}

	return timing, nil
}

func (t *timer) isSpared(number uint16, s *schedule) bool {
	if s.except == nil {
		return false
	}

	is, known := t.spared[number]
	if known {
		return is
	}

	if t.spared == nil {
		t.spared = map[uint16]bool{}
	}

	_, is = s.except.Match(&t.article.News)
	t.spared[number] = is

	return is
}

// rungCounter counts the stories that rang for subscriptions with a limit, day by day of
// their chat's zone. What it knows follows the database.
type rungCounter struct {
	store *store.Store
	of    map[index.ID]*rungDay
}

// rungDay is the stories that rang for one subscription on a day.
type rungDay struct {
	start   time.Time
	stories map[int64]bool
}

func newRungCounter(s *store.Store) *rungCounter {
	return &rungCounter{store: s, of: map[index.ID]*rungDay{}}
}

// reset forgets what was counted, after it could not be saved.
func (c *rungCounter) reset() { clear(c.of) }

// isOver reports whether a story comes after as many as ring a day; if not, it is counted.
func (c *rungCounter) isOver(ctx context.Context, id index.ID, chat, story int64, s *schedule, now time.Time) (bool, error) {
	start := subscriptions.DayStart(now, s.Zone)

	day := c.of[id]
	if day == nil || !day.start.Equal(start) {
		day = &rungDay{start: start, stories: map[int64]bool{}}

		err := c.store.View(ctx, func(t *store.Tx) error {
			stories, err := t.RungSince(chat, int64(id), start, s.Delivery.Max)
			for _, story := range stories {
				day.stories[story] = true
			}

			return err
		})
		if err != nil {
			return false, fmt.Errorf("count what rang today: %w", err)
		}

		c.of[id] = day
	}

	if !day.stories[story] && len(day.stories) >= s.Delivery.Max {
		return true, nil
	}

	day.stories[story] = true

	return false, nil
}
