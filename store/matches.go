package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Match is what the matcher decided about one article.
type Match struct {
	Article int64
	At      time.Time // Article.At
	Story   int64
	Joined  []int64        // stories that turned out to be Story
	Doubt   *Doubt         // the article that it may tell the same as; nil when there is no doubt
	Alerts  []PendingAlert // one for each chat, ascending by chat

	Developments []Development // what it tells that is new of followed stories
}

// PendingAlert is an alert to be: a chat that an article answers.
type PendingAlert struct {
	Chat   int64
	Due    time.Time
	Bundle string // see alerts.bundle
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
	BundleQuiet    = "quiet"    // it came in the chat's quiet hours
	BundleDigest   = "digest"   // the subscription is delivered in digests
	BundleBurst    = "burst"    // too many at once
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

		if err := s.Update(ctx, func(t *Tx) error { return t.placeArticle(m) }); err != nil {
			return err
		}

		for rings := range slices.Chunk(m.Alerts, chunk) {
			if err := s.Update(ctx, func(t *Tx) error { return t.insertAlerts(m, rings) }); err != nil {
				return err
			}
		}

		if err := s.Update(ctx, func(t *Tx) error { return t.markMatched(m) }); err != nil {
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
			if err := t.placeArticle(m); err != nil {
				return err
			}

			if err := t.insertAlerts(m, m.Alerts); err != nil {
				return err
			}

			if err := t.markMatched(m); err != nil {
				return err
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
// still waits and would come later.
const onSecondAlert = ` ON CONFLICT (story, chat, edition) DO UPDATE SET
	article = CASE WHEN alerts.state = 'dropped' THEN excluded.article ELSE alerts.article END,
	due_at = excluded.due_at, bundle = excluded.bundle, state = 'waiting', reason = '', message = NULL, done_at = NULL
	WHERE alerts.state = 'dropped' AND alerts.reason IN ('` + DroppedMuted + `', '` + DroppedUnsubscribed + `')
		OR alerts.state = 'waiting' AND alerts.message IS NULL AND excluded.due_at < alerts.due_at`

// insertAlerts writes the alerts and their matches in multi-row statements. A chat
// that was told the story keeps its alert; the new matches are added for /why.
func (t *Tx) insertAlerts(m Match, rings []PendingAlert) error {
	if len(rings) == 0 {
		return nil
	}

	t.raise(NewAlerts)
	now := millis(t.Now)

	for part := range slices.Chunk(rings, rowsPerInsert) {
		args := make([]any, 0, 6*len(part))
		for _, r := range part {
			args = append(args, m.Story, r.Chat, m.Article, millis(r.Due), r.Bundle, now)
		}

		if _, err := t.exec("INSERT INTO alerts (story, chat, article, due_at, bundle, created_at) VALUES "+tuples(6, len(part))+onSecondAlert, args...); err != nil {
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
