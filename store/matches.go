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
	Alerts  []Ring // one for each chat, ascending by chat
}

// Ring is an alert to be: a chat that an article answers.
type Ring struct {
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
// fan-out is written in chunks, "matched" in the last: killed in between, it is
// decided and written again, and what stands there already stays as it is.
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

		for rings := range slices.Chunk(m.Alerts, chunk) {
			if err := s.Update(ctx, func(t *Tx) error { return t.insertAlerts(m, rings) }); err != nil {
				return err
			}
		}

		m.Alerts = nil
		if err := s.saveMatched(ctx, []Match{m}); err != nil {
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
			if err := t.insertAlerts(m, m.Alerts); err != nil {
				return err
			}

			if err := t.saveStory(m); err != nil {
				return fmt.Errorf("save the story of article %d: %w", m.Article, err)
			}
		}

		return nil
	})
}

func (t *Tx) saveStory(m Match) error {
	n, err := t.exec("UPDATE articles SET matched_at = $2, story = $3 WHERE id = $1 AND story IS $3", m.Article, millis(t.Now), m.Story)
	if err != nil || n > 0 {
		return err // an update of an article: its story counted it already
	}

	if _, err := t.exec("UPDATE articles SET matched_at = $2, story = $3 WHERE id = $1", m.Article, millis(t.Now), m.Story); err != nil {
		return err
	}

	_, err = t.exec(`INSERT INTO stories (id, first_at, last_at, articles, last) VALUES ($1, $2, $2, 1, $3)
		ON CONFLICT (id) DO UPDATE SET last_at = max(last_at, excluded.last_at), articles = articles + 1, last = excluded.last`,
		m.Story, millis(m.At), m.Article)

	return err
}

// insertAlerts writes the alerts and their matches in multi-row statements. A chat
// that was told the story keeps its alert; the new matches are added for /why.
func (t *Tx) insertAlerts(m Match, rings []Ring) error {
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

		if _, err := t.exec("INSERT INTO alerts (story, chat, article, due_at, bundle, created_at) VALUES "+tuples(6, len(part))+
			" ON CONFLICT (story, chat, edition) DO NOTHING", args...); err != nil {
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

// tuples is "(?, ?), (?, ?)" for rows of width columns. SQLite looks named
// parameters up one by one: with the hundreds of a multi-row insert that would
// be most of its work.
func tuples(width, rows int) string {
	row := "(?" + strings.Repeat(", ?", width-1) + ")"
	return row + strings.Repeat(", "+row, rows-1)
}

// Audience is who hears the sources that chats added: source → its chats.
func (t *Tx) Audience() (map[int64]map[int64]bool, error) {
	audience := map[int64]map[int64]bool{}
	err := t.rows("SELECT source, chat FROM source_chats", nil, func(scan func(...any) error) error {
		var source, chat int64
		if err := scan(&source, &chat); err != nil {
			return err
		}

		if audience[source] == nil {
			audience[source] = map[int64]bool{}
		}

		audience[source][chat] = true

		return nil
	})

	return audience, err
}
