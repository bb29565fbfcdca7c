package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"newsbell/news"
	"newsbell/subscriptions"
)

// Match is what the matcher decided about one article.
type Match struct {
	Article int64
	At      time.Time // Article.At
	Story   int64
	Joined  []int64        // stories that turned out to be Story
	Doubt   *Doubt         // the article that it may tell the same as; nil when there is no doubt
	Alerts  []PendingAlert // one for each chat, ascending by chat
	Zone    *time.Location // of chats that have set none; nil: UTC

	Developments []Development // what it tells that is new of followed stories
}

// PendingAlert is an alert to be: a chat that an article answers.
type PendingAlert struct {
	Chat   int64
	Due    time.Time
	Bundle string // see alerts.bundle
	Awaits int    // at how many outlets it is to be looked at again, see subscriptions.Timing
	Rule   string // see subscriptions.Timing
	Hits   []Hit  // ascending by subscription
}

// Hit is a subscription that an article answers.
type Hit struct {
	Subscription int64
	Matched      []string
}

// Why an alert belongs in a digest (alerts.bundle, messages.bundle).
const (
	BundleHeld     = "held"     // it came while the chat was paused
	BundleDowntime = "downtime" // it came while we were not running
	BundleBurst    = "burst"    // too many at once

	BundleQuiet  = string(subscriptions.HoldQuiet)  // it came in the chat's quiet hours
	BundleDigest = string(subscriptions.HoldDigest) // the subscription is delivered in digests
	BundleFew    = string(subscriptions.HoldFew)    // too few outlets tell its story; it never goes out as this
)

// chunk is how many alerts one transaction of a fan-out writes, so that the
// writer is never held for long; rowsPerInsert is how many one statement does
// (measured in docs/performance.md).
const (
	chunk         = 1000
	rowsPerInsert = 50
)

// SaveMatches saves what the matcher decided about a batch of articles. A large
// fan-out is written in chunks: the story first, so that the earliest alerts show all
// that is known of it, and "matched" last. Killed in between, it is decided and written
// again, and what stands there already stays as it is.
func (s *Store) SaveMatches(ctx context.Context, batch []Match) error {
	var small []Match

	for _, m := range batch {
		if len(m.Alerts) <= chunk {
			small = append(small, m)
			continue
		}
		// Order matters: an article's story must be there before the next one's.
		if err := s.saveMatched(ctx, small); err != nil {
			return err
		}

		small = nil

		if err := s.Update(ctx, func(t *Tx) (err error) {
			if m.Story, err = t.currentStory(m); err != nil {
				return err
			}

			return t.placeArticle(m)
		}); err != nil {
			return err
		}

		for rings := range slices.Chunk(m.Alerts, chunk) {
			if err := s.Update(ctx, func(t *Tx) error { return t.insertAlerts(m, rings) }); err != nil {
				return err
			}
		}

		if err := s.Update(ctx, func(t *Tx) error {
			if err := t.markMatched(m); err != nil {
				return err
			}

			return t.lookAgain(m)
		}); err != nil {
			return err
		}
	}

	return s.saveMatched(ctx, small)
}

func (s *Store) saveMatched(ctx context.Context, batch []Match) error {
	if len(batch) == 0 {
		return nil
	}

	return s.Update(ctx, func(t *Tx) error {
		for _, m := range batch {
			var err error
			if m.Story, err = t.currentStory(m); err != nil {
				return err
			}

			if err := t.placeArticle(m); err != nil {
				return err
			}

			if err := t.insertAlerts(m, m.Alerts); err != nil {
				return err
			}

			if err := t.markMatched(m); err != nil {
				return err
			}

			if err := t.lookAgain(m); err != nil {
				return fmt.Errorf("look again at what waits for the story of article %d: %w", m.Article, err)
			}
		}

		return nil
	})
}

// placeArticle puts an article into its story, before the alerts: a chat that was alerted
// to a story that is joined has its alert.
func (t *Tx) placeArticle(m Match) error {
	if err := t.joinStories(m.Story, m.Joined); err != nil {
		return err
	}

	if err := t.saveDoubt(m); err != nil {
		return fmt.Errorf("save the doubt of article %d: %w", m.Article, err)
	}

	if err := t.saveStory(m); err != nil {
		return fmt.Errorf("save the story of article %d: %w", m.Article, err)
	}

	if err := t.saveDevelopments(m); err != nil {
		return fmt.Errorf("save what article %d tells that is new: %w", m.Article, err)
	}

	return nil
}

// markMatched notes that everything is written that an article leads to.
func (t *Tx) markMatched(m Match) error {
	if _, err := t.exec("UPDATE articles SET matched_at = $2 WHERE id = $1", m.Article, millis(t.Now)); err != nil {
		return fmt.Errorf("mark article %d as matched: %w", m.Article, err)
	}

	return nil
}

// onSecondAlert is what becomes of an alert of a story that a chat has one of: nothing,
// unless the first was dropped for a reason that does not hold for this article, or
// still waits and would come later or for more outlets.
const onSecondAlert = ` ON CONFLICT (story, chat, edition) DO UPDATE SET
	article = CASE WHEN alerts.state = 'dropped' THEN excluded.article ELSE alerts.article END,
	due_at = CASE WHEN ` + comesEarlier + ` THEN excluded.due_at ELSE alerts.due_at END,
	bundle = CASE WHEN ` + comesEarlier + ` THEN excluded.bundle ELSE alerts.bundle END,
	rule = CASE WHEN ` + comesEarlier + ` THEN excluded.rule ELSE alerts.rule END,
	awaits = CASE WHEN alerts.state = 'dropped' OR ` + awaitsFewer + ` THEN excluded.awaits ELSE alerts.awaits END,
	state = 'waiting', reason = '', message = NULL, done_at = NULL
	WHERE alerts.state = 'dropped' AND alerts.reason IN ('` + DroppedMuted + `', '` + DroppedUnsubscribed + `', '` + DroppedFew + `')
		OR alerts.state = 'waiting' AND alerts.message IS NULL AND (` + comesEarlier + ` OR ` + awaitsFewer + `)`

const (
	comesEarlier = "(alerts.state = 'dropped' OR excluded.due_at < alerts.due_at)"
	awaitsFewer  = "(excluded.awaits > 0 AND (alerts.awaits = 0 OR excluded.awaits < alerts.awaits))"
)

// insertAlerts writes the alerts and their matches in multi-row statements. A chat
// that was told the story keeps its alert; the new matches are added for /why.
func (t *Tx) insertAlerts(m Match, rings []PendingAlert) error {
	if len(rings) == 0 {
		return nil
	}

	t.raise(NewAlerts)
	now := millis(t.Now)

	for part := range slices.Chunk(rings, rowsPerInsert) {
		args := make([]any, 0, 8*len(part))
		for _, r := range part {
			args = append(args, m.Story, r.Chat, m.Article, millis(r.Due), r.Bundle, r.Awaits, r.Rule, now)
		}

		if _, err := t.exec("INSERT INTO alerts (story, chat, article, due_at, bundle, awaits, rule, created_at) VALUES "+tuples(8, len(part))+onSecondAlert, args...); err != nil {
			return fmt.Errorf("save the alerts of article %d: %w", m.Article, err)
		}

		args = args[:0]
		rows := 0

		for _, r := range part {
			for _, h := range r.Hits {
				args = append(args, m.Story, r.Chat, h.Subscription, strings.Join(h.Matched, "\n"))
				rows++
			}
		}

		if err := t.insertHits(args, rows); err != nil {
			return fmt.Errorf("save the matches of article %d: %w", m.Article, err)
		}
	}

	return nil
}

func (t *Tx) insertHits(args []any, rows int) error {
	for rows > 0 {
		n := min(rows, 2*rowsPerInsert)
		if _, err := t.exec("INSERT INTO alert_matches (story, chat, subscription, matched) VALUES "+tuples(4, n)+" ON CONFLICT DO NOTHING",
			args[:4*n]...); err != nil {
			return err
		}

		args, rows = args[4*n:], rows-n
	}

	return nil
}

// lookAgain brings forward the alerts of a story that waited for as many outlets as tell
// it now.
func (t *Tx) lookAgain(m Match) error {
	if m.Story == m.Article && !slices.ContainsFunc(m.Alerts, func(a PendingAlert) bool { return a.Awaits > 0 }) {
		return nil // nobody else tells it
	}

	var ready []int64

	err := t.rows(`SELECT id FROM alerts WHERE story = $1 AND state = 'waiting' AND awaits > 0 AND message IS NULL
		AND awaits <= (SELECT count(DISTINCT outlet) FROM articles WHERE story = $1 AND outlet <> '')`, []any{m.Story},
		func(scan func(...any) error) error {
			var id int64

			err := scan(&id)
			ready = append(ready, id)

			return err
		})
	if err != nil || len(ready) == 0 {
		return err
	}

	waiting, err := t.waitingTimes(ready)
	if err != nil {
		return err
	}

	for _, w := range waiting {
		timing, err := t.timeOf(w, m.Zone, nil)
		if err != nil {
			return err
		}

		if timing.Due.Before(w.Due) {
			err = t.setTime(w.ID, timing, string(timing.Hold))
		} else if timing.Awaits != w.Awaits {
			_, err = t.exec("UPDATE alerts SET awaits = $2 WHERE id = $1", w.ID, timing.Awaits)
		}

		if err != nil {
			return err
		}
	}

	return nil
}

// Spared reports whether an article has what a chat's quiet hours let through.
type Spared func(article *news.Article, except string) bool

// Reschedule works out anew when the waiting alerts of a chat come, after it has
// changed its zone, its hours or when a subscription is delivered. zone is that of chats
// that have set none. What comes at once now comes in one digest.
func (t *Tx) Reschedule(chat int64, zone *time.Location, spared Spared) error {
	var ids []int64

	err := t.rows(`SELECT id FROM alerts WHERE chat = $1 AND state = 'waiting' AND message IS NULL AND bundle IN ('', 'digest', 'quiet', 'few')
		AND edition = 0 AND due_at > $2`, []any{chat, millis(t.Now)}, func(scan func(...any) error) error {
		var id int64

		err := scan(&id)
		ids = append(ids, id)

		return err
	})
	if err != nil {
		return err
	}

	waiting, err := t.waitingTimes(ids)
	if err != nil {
		return err
	}

	for _, w := range waiting {
		// What was told by enough outlets, as the matcher counts them, stays so.
		if w.Bundle != BundleFew {
			for i := range w.follows {
				w.follows[i].min = 0
			}
		}

		timing, err := t.timeOf(w, zone, spared)
		if err != nil {
			return err
		}

		bundle := string(timing.Hold)
		if timing.Hold == subscriptions.HoldFew {
			timing.Due = earlier(timing.Due, w.Due) // its story does not live longer
		} else if timing.Hold == subscriptions.HoldNothing && w.Bundle != BundleFew {
			bundle = w.Bundle
		}

		if err := t.setTime(w.ID, timing, bundle); err != nil {
			return err
		}
	}

	return nil
}

// earlier is the earlier of two moments.
func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}

	return b
}

func (t *Tx) setTime(alert int64, timing subscriptions.Timing, bundle string) error {
	t.raise(Woken)

	_, err := t.exec("UPDATE alerts SET due_at = $2, bundle = $3, rule = $4, awaits = $5 WHERE id = $1",
		alert, millis(timing.Due), bundle, timing.Rule, timing.Awaits)

	return err
}

// waitingTime is a waiting alert with what says when it comes.
type waitingTime struct {
	ID, Story, Chat, Article int64
	Due                      time.Time
	Bundle, Rule             string
	Awaits                   int
	zone, quiet, digest      string
	follows                  []follow // the subscriptions that it matches
}

// follow is a subscription with how it is delivered.
type follow struct {
	id       int64
	delivery string
	min      int // outlets that must tell a story
}

// waitingTimes reads alerts with what says when each comes.
func (t *Tx) waitingTimes(ids []int64) (all []*waitingTime, err error) {
	for part := range slices.Chunk(ids, mostSlots) {
		text, args := list(part)

		err = t.rows(`SELECT a.id, a.story, a.chat, a.article, a.due_at, a.bundle, a.rule, a.awaits, c.time_zone, c.quiet, c.digest, s.id, s.delivery, s.outlets
			FROM alerts a JOIN chats c ON c.id = a.chat JOIN alert_matches m ON m.story = a.story AND m.chat = a.chat
			JOIN subscriptions s ON s.id = m.subscription AND s.removed_at IS NULL WHERE a.id IN `+text+" ORDER BY a.id", args,
			func(scan func(...any) error) error {
				var (
					w   waitingTime
					f   follow
					due int64
				)

				err := scan(&w.ID, &w.Story, &w.Chat, &w.Article, &due, &w.Bundle, &w.Rule, &w.Awaits, &w.zone, &w.quiet, &w.digest, &f.id, &f.delivery, &f.min)
				if err != nil {
					return err
				}

				if n := len(all); n == 0 || all[n-1].ID != w.ID {
					w.Due = fromMillis(due)
					all = append(all, &w)
				}

				last := all[len(all)-1]
				last.follows = append(last.follows, f)

				return nil
			})
		if err != nil {
			return nil, fmt.Errorf("read when alerts come: %w", err)
		}
	}

	return all, nil
}

// timeOf works out when an alert comes: by the subscription that brings it first.
func (t *Tx) timeOf(w *waitingTime, zone *time.Location, spared Spared) (best subscriptions.Timing, err error) {
	outlets, err := t.countOutlets(w.Story, w.Chat)
	if err != nil {
		return best, err
	}

	for _, f := range w.follows {
		plan, err := subscriptions.ParsePlan(f.delivery, w.digest, w.quiet, w.zone, zone)
		if err != nil {
			return best, fmt.Errorf("read when alert %d comes: %w", w.ID, err)
		}

		plan.Min = f.min

		over, err := t.isOver(w, f, &plan)
		if err != nil {
			return best, err
		}

		isSpared := false

		if plan.Quiet.Except != "" && spared != nil {
			found, err := t.articlesWhere("a.id = $1", w.Article)
			if err != nil {
				return best, err
			}

			isSpared = len(found) > 0 && spared(&found[0].News, plan.Quiet.Except)
		}

		best = best.Earlier(plan.At(t.Now, outlets, isSpared, over))
	}

	return best, nil
}

// isOver reports whether an alert comes after as many as ring a day: one that was, and
// one that had to wait for outlets until now.
func (t *Tx) isOver(w *waitingTime, f follow, plan *subscriptions.Plan) (bool, error) {
	if plan.Delivery.Max == 0 || w.Bundle != BundleFew {
		return plan.Delivery.Max > 0 && strings.HasPrefix(w.Rule, subscriptions.RuleMax), nil
	}

	rung, err := t.RungSince(w.Chat, f.id, subscriptions.DayStart(t.Now, plan.Zone), plan.Delivery.Max)

	return len(rung) >= plan.Delivery.Max, err
}

// countOutlets counts the outlets that tell a story, as far as a chat gets them.
func (t *Tx) countOutlets(story, chat int64) (n int, err error) {
	err = t.one("SELECT count(DISTINCT a.outlet)"+fromArticles+`WHERE a.story = $1 AND a.outlet <> ''
		AND (o.origin = 'config' OR o.id IN (SELECT source FROM readers WHERE chat = $2))`, []any{story, chat}, &n)

	return n, err
}

// RungSince lists up to limit stories that a subscription had an alert of since a moment,
// those left to a digest by max: not among them.
func (t *Tx) RungSince(chat, subscription int64, since time.Time, limit int) (stories []int64, err error) {
	err = t.rows(`SELECT a.story FROM alerts a JOIN alert_matches m ON m.story = a.story AND m.chat = a.chat AND m.subscription = $2
		WHERE a.chat = $1 AND a.created_at >= $3 AND a.rule NOT LIKE 'max %' AND a.bundle <> 'few' AND a.state <> 'dropped' ORDER BY a.id DESC LIMIT $4`,
		[]any{chat, subscription, millis(since), limit}, func(scan func(...any) error) error {
			var story int64

			err := scan(&story)
			stories = append(stories, story)

			return err
		})

	return stories, err
}
