package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Retention is how long things are kept.
type Retention struct {
	Articles time.Duration // and the alerts and messages about them
	Seen     time.Duration // an item's identity, after it left its feed
	Left     time.Duration // a chat that the bot was removed from
	Related  time.Duration // the short form of an article; 0: for ever
}

// believedAt is the fact that holds the latest time at which the clock is believed, and believedStep is how
// far that moves in a minute, at most: a day in an hour.
const (
	believedAt   = "believed_at"
	believedStep = 24 * time.Minute
)

// neverBefore is the year 2000, in milliseconds. A clock that shows less was never set, as that of a small
// computer which starts in 1970. What it said is dropped: from there the way to now would take years.
const neverBefore = 946_684_800_000

// BelieveClock is called once a minute. It lets the time by which [Store.Sweep] deletes follow the clock at
// a limited pace: otherwise a clock that is decades ahead, for a minute or an hour, would have everything
// deleted. After a month in which the program did not run, it takes thirty hours to catch up.
func (t *Tx) BelieveClock() error {
	believed, err := t.Fact(believedAt)
	if err != nil {
		return err
	}

	now := t.Now.UnixMilli()
	if believed >= neverBefore {
		now = min(now, believed+believedStep.Milliseconds())
	}

	if now <= believed { // a clock that is behind deletes nothing anyway
		return nil
	}

	return t.SetFact(believedAt, now)
}

// believedNow is the moment by which it is judged what is old: now, or what is believed of it.
func (t *Tx) believedNow() (time.Time, error) {
	believed, err := t.Fact(believedAt)
	if err != nil || believed == 0 || t.Now.UnixMilli() <= believed {
		return t.Now, err
	}

	return fromMillis(believed), nil
}

// sweepRows is how many rows are looked for at a time, and sweptAtOnce how many one statement
// deletes at most. Readers find them and the writer is given their keys: a look through a table takes
// as long as the table is large, and nobody else can write meanwhile.
const (
	sweepRows   = 1000
	sweptAtOnce = mostSlots
)

// sweeping deletes rows of one kind that are past their time.
type sweeping struct {
	table string // called a in from and where
	keys  string // the columns that name a row
	types string // of the keys, "BIGINT" or "TEXT" each
	from  string // where the rows are looked for, "" for the table
	where string // which they are
	args  []any
}

// allSweepings lists what is deleted, and in what order: alerts before the messages that told
// them, and matches only below the oldest story that still has an alert.
func allSweepings(now time.Time, keep Retention) []sweeping {
	before := func(d time.Duration) []any { return []any{toMillis(now.Add(-d))} }

	const (
		id    = "BIGINT"
		month = 30 * 24 * time.Hour
	)

	return []sweeping{
		{"articles", "id", id, "", `a.seen_at < $1 AND a.matched_at IS NOT NULL
			AND NOT EXISTS (SELECT 1 FROM alerts WHERE alerts.article = a.id AND alerts.story = a.story AND alerts.state = 'waiting')
			AND NOT ` + hasBareForm, before(keep.Articles)},
		{"doubts", "article", id, "", "a.same IS NULL AND a.at < $1", before(keep.Articles)},
		{"joins", "article, related", id + " " + id, "", "a.at < $1", before(keep.Articles)},
		{"stories", "id", id, "", "a.last_at < $1", before(keep.Articles)}, // the first rows, which have no index for it
		{"developments", "article, story", id + " " + id, "", "NOT EXISTS (SELECT 1 FROM articles WHERE articles.id = a.article)", nil},
		{"corrections", "article", id, "", "a.at < $1", before(keep.Articles)},
		{"story_parts", "part", id, "", "NOT EXISTS (SELECT 1 FROM story_followers f WHERE f.story = a.story)", nil},
		{"alerts", "id", id, "", "a.message IS NULL AND a.done_at < $1", before(keep.Articles)},
		{"alerts", "id", id, "messages m JOIN alerts a ON a.message = m.id", "m.done_at < $1", before(keep.Articles)},
		{"messages", "id", id, "", "a.done_at < $1", before(keep.Articles)},
		{"alert_matches", "story, chat, subscription", id + " " + id + " " + id, "", "a.story < (SELECT coalesce(min(story), 4611686018427387904) FROM alerts)", nil},
		{"requests", "key", "TEXT", "", "a.at < $1", before(month)},
		{"briefed", "chat, story", id + " " + id, "", "a.at < $1", before(month)},
		{"tokens", "token", "TEXT", "", "a.at < $1", before(tokenLife)},
		{"target_codes", "person, place, at", "TEXT TEXT " + id, "", "a.at <= $1", before(codesWithin)},
		{"web_keys", "hash", "TEXT", "", "a.expires_at < $1", before(0)},
		{"subscription_days", "subscription, day", id + " " + id, "", "a.day < $1", []any{dayOf(now.Add(-daysKept))}},
		{"answers", "key", "TEXT", "", "a.at < $1", before(month)},
		{"model_tokens", "day, chat", id + " " + id, "", "a.day < $1", []any{dayOf(now.Add(-month))}},
		{"tallies", "hour, state, reason", id + " TEXT TEXT", "", "a.hour < $1", []any{hourOf(now.Add(-48 * time.Hour))}},
		{"log", "id", id, "", "a.at < $1", before(365 * 24 * time.Hour)},
		{"subscriptions", "id", id, "", "a.removed_at < $1", before(undoTime)},
	}
}

// find returns the keys of some rows that are past their time, one after the other.
func (w *sweeping) find(t *Tx) (keys []any, err error) {
	from := cmp.Or(w.from, w.table+" a")
	width := len(strings.Fields(w.types))
	text := fmt.Sprintf("SELECT a.%s FROM %s WHERE %s LIMIT %d", strings.ReplaceAll(w.keys, ", ", ", a."), from, w.where, sweepRows)

	err = t.rows(text, w.args, func(scan scanFunc) error {
		row := make([]any, width)
		into := make([]any, width)

		for i := range row {
			into[i] = &row[i]
		}

		err := scan(into...)

		keys = append(keys, row...)

		return err
	})

	return keys, err
}

// delete deletes rows by their keys, those that are still past their time.
func (w *sweeping) delete(t *Tx, keys []any) error {
	types := strings.Fields(w.types)

	where := w.where
	if w.from != "" {
		where = "EXISTS (SELECT 1 FROM messages m WHERE m.id = a.message AND " + w.where + ")"
	}

	// Few texts, so that each is parsed once: what is not needed is filled up with the last row.
	rows := slotCount(len(keys) / len(types))
	for len(keys) < rows*len(types) {
		keys = append(keys, keys[len(keys)-len(types):]...)
	}

	return t.run(fmt.Sprintf("DELETE FROM %s AS a WHERE %s AND (%s) IN (VALUES %s)",
		w.table, numbered(where), w.keys, typedTuples(rows, types...)), slices.Concat(w.args, keys)...)
}

// numbered is a condition on one moment, if any, among parameters without names.
func numbered(where string) string { return strings.Replace(where, "$1", "?", 1) }

// Sweep deletes what is past its time, in transactions that are bounded in time. It returns the
// number of rows. What it leaves when it is interrupted, the next one deletes.
func (s *Store) Sweep(ctx context.Context, keep Retention) (rows int64, err error) {
	var now time.Time

	err = s.View(ctx, func(t *Tx) (err error) {
		now, err = t.believedNow()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read up to when the clock is believed: %w", err)
	}

	if err := s.takeSteps(ctx, step{sweepRows, countDays}); err != nil {
		return 0, fmt.Errorf("count the alerts of the day: %w", err)
	}

	if rows, err = s.sweepWaiting(ctx, now); err != nil {
		return rows, err
	}

	if err := s.keepForms(ctx, toMillis(now.Add(-keep.Articles))); err != nil {
		return rows, fmt.Errorf("keep short forms: %w", err)
	}

	for _, kind := range allSweepings(now, keep) {
		n, err := s.sweepKind(ctx, &kind)
		if rows += n; err != nil {
			return rows, fmt.Errorf("sweep %s: %w", kind.table, err)
		}
	}

	if err := s.moveTerms(ctx); err != nil {
		return rows, fmt.Errorf("move the terms of short forms: %w", err)
	}

	if keep.Related > 0 {
		n, err := s.sweepRelated(ctx, toMillis(now.Add(-keep.Related)))
		if rows += n; err != nil {
			return rows, fmt.Errorf("sweep short forms: %w", err)
		}
	}

	n, err := s.sweepSeen(ctx, now.Add(-keep.Seen), keep.Seen)
	if err != nil {
		return rows + n, fmt.Errorf("sweep identities: %w", err)
	}

	return rows + n, s.forgetLeft(ctx, toMillis(now.Add(-keep.Left)))
}

// sweepKind deletes the rows of one kind.
func (s *Store) sweepKind(ctx context.Context, w *sweeping) (int64, error) {
	width := len(strings.Fields(w.types))

	return s.sweepFound(ctx, func(t *Tx) (int, func(t *Tx, from, to int) error, error) {
		keys, err := w.find(t)

		return len(keys) / width, func(t *Tx, from, to int) error {
			return w.delete(t, slices.Clone(keys[from*width:to*width]))
		}, err
	})
}

// sweepFound sweeps what find finds, sweepRows at most each time, until it finds fewer, and returns
// how much that was. What end does with some of it takes sweptAtOnce at a time at most.
func (s *Store) sweepFound(ctx context.Context, find func(t *Tx) (n int, end func(t *Tx, from, to int) error, err error)) (rows int64, err error) {
	for {
		var (
			n   int
			end func(t *Tx, from, to int) error
		)

		err := s.View(ctx, func(t *Tx) (err error) {
			n, end, err = find(t)
			return err
		})
		if err != nil || n == 0 {
			return rows, err
		}

		if err := s.takeSteps(ctx, runParts(n, sweptAtOnce, end)); err != nil {
			return rows, err
		}

		if rows += int64(n); n < sweepRows {
			return rows, nil
		}
	}
}

// sweepSeen deletes the identities of what left its feed long ago, and before a moment, a source at a
// time. They have no index for it.
func (s *Store) sweepSeen(ctx context.Context, before time.Time, keep time.Duration) (rows int64, err error) {
	const old = "source = ? AND last_listed_at < (SELECT listed_at FROM sources WHERE id = ?) - ? AND last_listed_at < ?"

	for source := int64(0); ; {
		err := s.View(ctx, func(t *Tx) error {
			return t.one("SELECT id FROM sources WHERE id > $1 ORDER BY id LIMIT 1", []any{source}, &source)
		})
		if errors.Is(err, ErrNotFound) {
			return rows, nil
		}

		if err != nil {
			return rows, err
		}

		args := []any{source, source, keep.Milliseconds(), toMillis(before)}

		n, err := s.sweepFound(ctx, func(t *Tx) (int, func(t *Tx, from, to int) error, error) {
			var identities []any

			err := t.rows(fmt.Sprintf("SELECT identity FROM seen WHERE %s LIMIT %d", old, sweepRows), args, func(scan scanFunc) error {
				var identity []byte

				err := scan(&identity)
				identities = append(identities, identity)

				return err
			})

			return len(identities), func(t *Tx, from, to int) error {
				few := slices.Clone(identities[from:to])
				for len(few) < slotCount(to-from) {
					few = append(few, few[0])
				}

				return t.run("DELETE FROM seen WHERE "+old+" AND identity IN "+valueTuples(len(few), 1), slices.Concat(args, few)...)
			}, err
		})
		if rows += n; err != nil {
			return rows, err
		}
	}
}

// sweepWaiting drops alerts that were never claimed, because their platform is off or their chat
// is gone.
func (s *Store) sweepWaiting(ctx context.Context, now time.Time) (rows int64, err error) {
	rows, err = s.sweepDrops(ctx, DroppedExpired, "message IS NULL AND due_at < $3 AND chat NOT IN (SELECT id FROM chats WHERE state <> 'active' AND away = 0)",
		toMillis(now.Add(-giveUpAfter)))
	if err == nil {
		var n int64

		n, err = s.sweepDrops(ctx, DroppedUnsubscribed, "chat NOT IN (SELECT id FROM chats)")
		rows += n
	}

	if err != nil {
		return rows, fmt.Errorf("sweep what waits: %w", err)
	}

	return rows, nil
}

// forgetLeft deletes chats that the bot was removed from long ago.
func (s *Store) forgetLeft(ctx context.Context, before int64) error {
	const left = "state = 'asleep' AND reason = 'left' AND state_since < $1"

	_, err := s.sweepFound(ctx, func(t *Tx) (int, func(t *Tx, from, to int) error, error) {
		ids, err := readColumn[int64](t, fmt.Sprintf("SELECT id FROM chats WHERE %s LIMIT %d", left, sweepRows), before)

		return len(ids), func(t *Tx, from, to int) error {
			for _, id := range ids[from:to] {
				still, err := readColumn[int64](t, "SELECT id FROM chats WHERE "+left+" AND id = $2", before, id)
				if err == nil && len(still) > 0 {
					err = t.Forget(id)
				}

				if err != nil {
					return err
				}
			}

			return nil
		}, err
	})

	return err
}
