package scheduler

import (
	"context"
	"fmt"
	"time"

	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions"
	"newsbell/subscriptions/index"
)

// alertTimes works out when the alerts of one article come.
type alertTimes struct {
	m       *matcher
	now     time.Time
	story   int64
	article func() (*news.Article, error)
	spared  map[uint32]bool // by schedule: does the article have what its quiet hours let through?
}

// outlets is how many outlets report a story as far as a subscription gets them.
func (m *matcher) outlets(story int64, f follower) int {
	return m.outletsOf.count(story, func(o origin) bool { return m.readers.mayRead(o, f) })
}

// timing returns when the alert for one subscription comes. One that waits for further outlets is
// timed again when they join (retimeWaiting). What was alerted on the day must have been read before
// (alertCounter.read).
func (t *alertTimes) timing(id index.ID, f follower) (subscriptions.Timing, error) {
	s := &t.m.schedules.all[f.schedule]

	outlets := 1
	if s.Min > 1 || s.Quiet.Outlets > 0 {
		outlets = t.m.outlets(t.story, f)
	}

	over := s.counts() && s.Min <= outlets && t.m.alerted.isOver(id, t.story, s)

	spared, err := t.isSpared(f.schedule, s)
	if err != nil {
		return subscriptions.Timing{}, err
	}

	timing := s.At(t.now, outlets, spared, over)

	until, late := t.m.lateUntil(t.now)
	if timing.Hold != subscriptions.HoldNothing || !late {
		return timing, nil
	}

	timing = s.At(until, outlets, spared, over)
	if timing.Hold == subscriptions.HoldNothing {
		timing.Hold = store.BundleDowntime
	}

	return timing, nil
}

func (t *alertTimes) isSpared(number uint32, s *schedule) (bool, error) {
	if s.except == nil {
		return false, nil
	}

	is, known := t.spared[number]
	if known {
		return is, nil
	}

	if t.spared == nil {
		t.spared = map[uint32]bool{}
	}

	a, err := t.article()
	if err != nil {
		return false, err
	}

	_, is = s.except.Match(a)
	t.spared[number] = is

	return is, nil
}

// retimeWaiting says when alerts come that waited for further outlets of their story, now that
// another one tells it.
func (m *matcher) retimeWaiting(t *store.Tx, waiting []*store.Awaiting) ([]subscriptions.Timing, error) {
	var ids []index.ID

	for _, w := range waiting {
		for _, id := range w.Subscriptions {
			ids = append(ids, index.ID(id))
		}
	}

	if err := m.alerted.read(t, m, ids, t.Now); err != nil {
		return nil, err
	}

	byArticle := map[int64]*alertTimes{}
	times := make([]subscriptions.Timing, len(waiting))

	for i, w := range waiting {
		article := byArticle[w.Article]
		if article == nil {
			article = &alertTimes{m: m, now: t.Now, story: w.Story, article: func() (*news.Article, error) {
				a, err := t.Article(w.Article)
				if err != nil {
					return nil, fmt.Errorf("read article %d: %w", w.Article, err)
				}

				return &a.News, nil
			}}
			byArticle[w.Article] = article
		}

		for _, id := range w.Subscriptions {
			f := m.followerOf(index.ID(id))
			if f.chat == 0 {
				continue // it is gone, or its chat away
			}

			timing, err := article.timing(index.ID(id), f)
			if err != nil {
				return nil, err
			}

			times[i] = times[i].Earlier(timing)
		}
	}

	return times, nil
}

// alertCounter counts the stories that were alerted for subscriptions with a limit, day by day of
// their chat's zone. What it knows follows the database.
type alertCounter struct{ days map[index.ID]*alertedDay }

// alertedDay is the stories that were alerted for one subscription on a day.
type alertedDay struct {
	start   time.Time
	stories map[int64]bool
}

func newAlertCounter() *alertCounter { return &alertCounter{days: map[index.ID]*alertedDay{}} }

// reset forgets what was counted, after it could not be saved.
func (c *alertCounter) reset() { clear(c.days) }

// forget forgets what was counted for a subscription, after it was changed.
func (c *alertCounter) forget(id index.ID) { delete(c.days, id) }

// read reads what was alerted on the day of a moment, for those of some subscriptions that have a
// limit and of which it is not known yet.
func (c *alertCounter) read(t *store.Tx, m *matcher, ids []index.ID, now time.Time) error {
	var missing []store.AlertedSince

	for _, id := range ids {
		f := m.followerOf(id)

		s := &m.schedules.all[f.schedule]
		if f.chat == 0 || !s.counts() {
			continue
		}

		start := subscriptions.DayStart(now, s.Zone)
		if day := c.days[id]; day != nil && day.start.Equal(start) {
			continue
		}

		c.days[id] = &alertedDay{start: start, stories: map[int64]bool{}}
		missing = append(missing, store.AlertedSince{Chat: f.chat, Subscription: int64(id), Since: start})
	}

	err := t.AlertedStories(missing, func(subscription, story int64) { c.days[index.ID(subscription)].stories[story] = true })
	if err != nil {
		c.reset()
		return fmt.Errorf("count what was alerted today: %w", err)
	}

	return nil
}

// readAlerted reads what was alerted today for hits that have a limit.
func (m *matcher) readAlerted(ctx context.Context, hits []index.Hit, now time.Time) error {
	var ids []index.ID

	for _, h := range hits {
		if m.schedules.all[m.followers[h.ID].schedule].counts() {
			ids = append(ids, h.ID)
		}
	}

	if len(ids) == 0 {
		return nil
	}

	return m.Store.View(ctx, func(t *store.Tx) error { return m.alerted.read(t, m, ids, now) })
}

// isOver reports whether a story is over the limit of alerts a day; if not, it is counted.
func (c *alertCounter) isOver(id index.ID, story int64, s *schedule) bool {
	day := c.days[id]
	if !day.stories[story] && len(day.stories) >= s.Delivery.Max {
		return true
	}

	day.stories[story] = true

	return false
}
