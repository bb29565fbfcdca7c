package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Retention is how long things are kept.
type Retention struct {
	Articles time.Duration // and the alerts and messages about them
	Seen     time.Duration // an item's identity, after it left its feed
	Left     time.Duration // a chat that the bot was removed from
	Related  time.Duration // the short form of an article; 0: for ever
}

// sweepRows is how many rows one transaction deletes.
const sweepRows = 1000

// sweeping deletes the rows of a table that are past their time.
type sweeping struct {
	table string
	key   string // the columns that name a row
	find  string // selects the keys of the rows to delete
	args  []any  // of find
}

// statement deletes up to sweepRows rows.
func (s sweeping) statement() string {
	return fmt.Sprintf("DELETE FROM %s WHERE (%s) IN (%s LIMIT %d)", s.table, s.key, s.find, sweepRows)
}

// allSweepings lists what is deleted, and in what order: alerts before the messages that told
// them, and matches only below the oldest story that still has an alert.
func allSweepings(now time.Time, keep Retention) []sweeping {
	before := func(d time.Duration) []any { return []any{toMillis(now.Add(-d))} }
	articles, month := before(keep.Articles), before(30*24*time.Hour)

	return []sweeping{
		{"articles", "id", `SELECT id FROM articles a WHERE seen_at < $1 AND matched_at IS NOT NULL
			AND NOT EXISTS (SELECT 1 FROM alerts WHERE alerts.article = a.id AND alerts.story = a.story AND alerts.state = 'waiting')
			AND NOT ` + hasBareForm, articles},
		{"doubts", "article", "SELECT article FROM doubts WHERE same IS NULL AND at < $1", articles},
		{"joins", "article, related", "SELECT article, related FROM joins WHERE at < $1", articles},
		{"stories", "id", "SELECT id FROM stories WHERE last_at < $1", articles},
		{"developments", "article, story", "SELECT article, story FROM developments d WHERE NOT EXISTS (SELECT 1 FROM articles a WHERE a.id = d.article)", nil},
		{"corrections", "article", "SELECT article FROM corrections WHERE at < $1", articles},
		{"story_parts", "part", "SELECT part FROM story_parts p WHERE NOT EXISTS (SELECT 1 FROM story_followers f WHERE f.story = p.story)", nil},
		{"alerts", "id", "SELECT id FROM alerts WHERE message IS NULL AND done_at < $1", articles},
		{"alerts", "id", "SELECT a.id FROM messages m JOIN alerts a ON a.message = m.id WHERE m.done_at < $1", articles},
		{"messages", "id", "SELECT id FROM messages WHERE done_at < $1", articles},
		{"alert_matches", "story, chat, subscription", `SELECT story, chat, subscription FROM alert_matches
			WHERE story < (SELECT coalesce(min(story), 4611686018427387904) FROM alerts)`, nil},
		{"requests", "key", "SELECT key FROM requests WHERE at < $1", month},
		{"briefed", "chat, story", "SELECT chat, story FROM briefed WHERE at < $1", month},
		{"tokens", "token", "SELECT token FROM tokens WHERE at < $1", before(tokenLife)},
		{"target_codes", "person, place, at", "SELECT person, place, at FROM target_codes WHERE at <= $1", before(codesWithin)},
		{"web_keys", "hash", "SELECT hash FROM web_keys WHERE expires_at < $1", before(0)},
		{"subscription_days", "subscription, day", "SELECT subscription, day FROM subscription_days WHERE day < $1", []any{dayOf(now.Add(-daysKept))}},
		{"answers", "key", "SELECT key FROM answers WHERE at < $1", month},
		{"model_tokens", "day, chat", "SELECT day, chat FROM model_tokens WHERE day < $1", []any{dayOf(now.Add(-30 * 24 * time.Hour))}},
		{"tallies", "hour, state, reason", "SELECT hour, state, reason FROM tallies WHERE hour < $1", []any{hourOf(now.Add(-48 * time.Hour))}},
		{"log", "id", "SELECT id FROM log WHERE at < $1", before(365 * 24 * time.Hour)},
		{"subscriptions", "id", "SELECT id FROM subscriptions WHERE removed_at < $1", before(undoTime)},
	}
}

// Sweep deletes what is past its time, sweepRows at a time, so that the writer is never held for
// long. It returns the number of rows. What it leaves when it is interrupted, the next one deletes.
func (s *Store) Sweep(ctx context.Context, keep Retention) (rows int64, err error) {
	now := time.Now()

	if err := s.countDays(ctx); err != nil {
		return 0, fmt.Errorf("count the alerts of the day: %w", err)
	}

	if rows, err = s.sweepWaiting(ctx); err != nil {
		return rows, err
	}

	if err := s.keepForms(ctx, toMillis(now.Add(-keep.Articles))); err != nil {
		return rows, fmt.Errorf("keep short forms: %w", err)
	}

	for _, step := range allSweepings(now, keep) {
		for {
			var n int64

			err := s.Update(ctx, func(t *Tx) (err error) {
				n, err = t.exec(step.statement(), step.args...)
				return err
			})
			if err != nil {
				return rows, fmt.Errorf("sweep %s: %w", step.table, err)
			}

			if rows += n; n < sweepRows {
				break
			}
		}
	}

	for n := int64(1); n > 0 && keep.Related > 0; rows += n {
		err := s.Update(ctx, func(t *Tx) (err error) {
			n, err = t.sweepRelated(toMillis(now.Add(-keep.Related)))
			return err
		})
		if err != nil {
			return rows, fmt.Errorf("sweep short forms: %w", err)
		}
	}

	n, err := s.sweepSeen(ctx, keep.Seen)
	if err != nil {
		return rows + n, fmt.Errorf("sweep identities: %w", err)
	}

	return rows + n, s.forgetLeft(ctx, toMillis(now.Add(-keep.Left)))
}

// sweepSeen deletes the identities of items that left their feed long ago, source by source. No
// index finds them, so a reader looks whether a source has any before the writer is occupied.
func (s *Store) sweepSeen(ctx context.Context, keep time.Duration) (rows int64, err error) {
	const old = "source = $1 AND last_listed_at < (SELECT listed_at FROM sources WHERE id = $1) - $2"

	for source := int64(0); ; {
		err := s.View(ctx, func(t *Tx) error {
			return t.one("SELECT id FROM sources WHERE id > $1 ORDER BY id LIMIT 1", []any{source}, &source)
		})
		if errors.Is(err, ErrNotFound) {
			return rows, nil
		}

		left := true
		for err == nil && left {
			err = s.View(ctx, func(t *Tx) error {
				return t.one("SELECT EXISTS (SELECT 1 FROM seen WHERE "+old+")", []any{source, keep.Milliseconds()}, &left)
			})
			if err != nil || !left {
				break
			}

			var n int64

			err = s.Update(ctx, func(t *Tx) (err error) {
				n, err = t.exec(fmt.Sprintf("DELETE FROM seen WHERE source = $1 AND identity IN (SELECT identity FROM seen WHERE %s LIMIT %d)", old, sweepRows), source, keep.Milliseconds())
				return err
			})
			rows += n
		}

		if err != nil {
			return rows, err
		}
	}
}

// sweepWaiting drops alerts that were never claimed, because their platform is off or their chat
// is gone.
func (s *Store) sweepWaiting(ctx context.Context) (rows int64, err error) {
	for _, step := range []struct {
		reason, where string
		args          []any
	}{
		{DroppedExpired, "message IS NULL AND due_at < $3 AND chat NOT IN (SELECT id FROM chats WHERE state <> 'active' AND away = 0)", []any{toMillis(time.Now().Add(-giveUpAfter))}},
		{DroppedUnsubscribed, "chat NOT IN (SELECT id FROM chats)", nil},
	} {
		where := fmt.Sprintf("id IN (SELECT id FROM alerts WHERE state = 'waiting' AND %s LIMIT %d)", step.where, sweepRows)

		for n := int64(sweepRows); n == sweepRows; rows += n {
			err := s.Update(ctx, func(t *Tx) (err error) {
				n, err = t.drop(step.reason, where, step.args...)
				return err
			})
			if err != nil {
				return rows, fmt.Errorf("sweep what waits: %w", err)
			}
		}
	}

	return rows, nil
}

// forgetLeft deletes chats that the bot was removed from long ago.
func (s *Store) forgetLeft(ctx context.Context, before int64) error {
	return s.Update(ctx, func(t *Tx) error {
		left, err := readColumn[int64](t, "SELECT id FROM chats WHERE state = 'asleep' AND reason = 'left' AND state_since < $1 LIMIT 100", before)
		for _, id := range left {
			if err == nil {
				err = t.Forget(id)
			}
		}

		return err
	})
}

const (
	// daysKept is how long it is kept how many stories a subscription alerted of a day.
	daysKept = 400 * 24 * time.Hour
	// countedFact is the newest alert that is counted in subscription_days.
	countedFact = "alerts_counted"
)

// countDays adds the alerts since the last time to the days of their subscriptions, a
// little at a time.
func (s *Store) countDays(ctx context.Context) error {
	for more := true; more; {
		err := s.Update(ctx, func(t *Tx) error {
			from, err := t.Fact(countedFact)
			if err != nil {
				return err
			}

			var last, n int64

			err = t.one("SELECT coalesce(max(id), 0), count(*) FROM (SELECT id FROM alerts WHERE id > $1 ORDER BY id LIMIT $2) few", []any{from, sweepRows}, &last, &n)
			if more = n == sweepRows; err != nil || n == 0 {
				return err
			}

			_, err = t.exec(`INSERT INTO subscription_days (subscription, day, stories)
				SELECT m.subscription, a.created_at / 86400000, count(*) FROM alerts a JOIN alert_matches m ON m.story = a.story AND m.chat = a.chat
				JOIN subscriptions s ON s.id = m.subscription
				WHERE a.id > $1 AND a.id <= $2 AND a.edition = 0 AND a.chat = s.chat GROUP BY m.subscription, a.created_at / 86400000
				ON CONFLICT (subscription, day) DO UPDATE SET stories = subscription_days.stories + excluded.stories`, from, last)
			if err != nil {
				return err
			}

			return t.SetFact(countedFact, last)
		})
		if err != nil {
			return err
		}
	}

	return nil
}

// SubscriptionDays returns how many stories each live subscription of a chat alerted of,
// by day (UTC, days since 1970), as long as that is kept.
func (t *Tx) SubscriptionDays(chat int64) (map[int64]map[int64]int, error) {
	days := map[int64]map[int64]int{}
	add := func(scan scanFunc) error {
		var (
			subscription, day int64
			n                 int
		)

		err := scan(&subscription, &day, &n)
		if days[subscription] == nil {
			days[subscription] = map[int64]int{}
		}

		days[subscription][day] += n

		return err
	}

	counted, err := t.Fact(countedFact)
	if err != nil {
		return nil, err
	}

	err = t.rows(`SELECT d.subscription, d.day, d.stories FROM subscription_days d JOIN subscriptions s ON s.id = d.subscription
		WHERE s.chat = $1 AND s.removed_at IS NULL`, []any{chat}, add)
	if err != nil {
		return nil, err
	}

	err = t.rows(`SELECT m.subscription, a.created_at / 86400000, count(*) FROM alerts a JOIN alert_matches m ON m.story = a.story AND m.chat = a.chat
		WHERE a.chat = $1 AND a.id > $2 AND a.edition = 0 GROUP BY m.subscription, a.created_at / 86400000`, []any{chat, counted}, add)

	return days, err
}

// sizesKept is for how many days the sizes of the database are kept.
const sizesKept = 60

// NoteSize notes how large the database is now, in bytes; 0: it is not known.
func (t *Tx) NoteSize(bytes int64) error {
	if bytes == 0 {
		return nil // not known
	}

	_, err := t.exec("INSERT INTO sizes (day, bytes) VALUES ($1, $2) ON CONFLICT (day) DO UPDATE SET bytes = excluded.bytes", dayOf(t.Now), bytes)
	if err == nil {
		_, err = t.exec("DELETE FROM sizes WHERE day <= $1", dayOf(t.Now)-sizesKept)
	}

	return err
}

// Growth returns by how many bytes the database grew in so many days; less is known of a new one, whose
// days are fewer.
func (t *Tx) Growth(most int) (bytes int64, days int, err error) {
	var first, last struct{ day, bytes int64 }

	err = t.rows("SELECT day, bytes FROM sizes WHERE day >= $1 ORDER BY day", []any{dayOf(t.Now) - int64(most)}, func(scan scanFunc) error {
		err := scan(&last.day, &last.bytes)
		if first.day == 0 {
			first = last
		}

		return err
	})

	return last.bytes - first.bytes, int(last.day - first.day), err
}

// SizesByDay returns how large the database was on each of the last days (UTC), in bytes, the oldest
// first: of a day that nothing is known of what it was before, 0 before anything is.
func (t *Tx) SizesByDay(days int) ([]int, error) {
	first := dayOf(t.Now) - int64(days) + 1

	sizes, err := t.countSince(first, days, "SELECT day, bytes FROM sizes WHERE day >= $1")
	for i := 1; i < len(sizes); i++ {
		if sizes[i] == 0 {
			sizes[i] = sizes[i-1]
		}
	}

	return sizes, err
}

// Sample is something that is measured of the program, by hour.
type Sample string

// What is measured.
const (
	SampleWaiting  Sample = "waiting"  // alerts that wait, the most at one time
	SampleDelay    Sample = "delay"    // milliseconds that 95 % of the hour's alerts took at most, from first sight to delivered
	SampleArticles Sample = "articles" // that were first seen
	SampleHolds    Sample = "holds"    // times that a platform said “too many” (429)
)

// samplesKept is for how many hours samples are kept: a month.
const samplesKept = 31 * 24

// MeasureSamples measures what the database knows of the hour so far.
func (t *Tx) MeasureSamples() (map[Sample]int64, error) {
	began := t.Now.Truncate(time.Hour)

	counts, err := t.CountRecent(t.Now)
	if err != nil {
		return nil, err
	}

	delay, err := t.Delays(began)
	if err != nil {
		return nil, err
	}

	var articles int64

	err = t.one("SELECT count(*) FROM articles WHERE seen_at >= $1", []any{toMillis(began)}, &articles)

	return map[Sample]int64{SampleWaiting: int64(counts.Waiting), SampleDelay: delay.P95.Milliseconds(), SampleArticles: articles}, err
}

// KeepSamples keeps the most of each that was measured in the hour.
func (t *Tx) KeepSamples(measured map[Sample]int64) error {
	for what, value := range measured {
		if err := t.keepSample(what, value, "CASE WHEN excluded.value > samples.value THEN excluded.value ELSE samples.value END"); err != nil {
			return err
		}
	}

	_, err := t.exec("DELETE FROM samples WHERE hour <= $1", hourOf(t.Now)-samplesKept)

	return err
}

// AddSample adds to what was counted in the hour.
func (t *Tx) AddSample(what Sample, n int64) error {
	return t.keepSample(what, n, "samples.value + excluded.value")
}

// keepSample writes a value of the hour; together is what becomes of one that is there.
func (t *Tx) keepSample(what Sample, value int64, together string) error {
	if value == 0 {
		return nil
	}

	_, err := t.exec("INSERT INTO samples (what, hour, value) VALUES ($1, $2, $3) ON CONFLICT (what, hour) DO UPDATE SET value = "+together, string(what), hourOf(t.Now), value)

	return err
}

// SamplesByHour returns a sample of each of the last hours, the oldest first.
func (t *Tx) SamplesByHour(what Sample, hours int) ([]int, error) {
	return t.countSince(hourOf(t.Now)-int64(hours)+1, hours, "SELECT hour, value FROM samples WHERE hour >= $1 AND what = $2", string(what))
}

// SamplesByDay returns a sample of each of the last days (UTC), the oldest first: the sum of its hours, or
// the most of one.
func (t *Tx) SamplesByDay(what Sample, days int) ([]int, error) {
	together := "max"
	if what == SampleArticles || what == SampleHolds {
		together = "sum"
	}

	return t.countSince(dayOf(t.Now)-int64(days)+1, days, "SELECT hour / 24, "+together+"(value) FROM samples WHERE hour / 24 >= $1 AND what = $2 GROUP BY hour / 24", string(what))
}

// StoriesByDay returns for how many stories subscriptions alerted on each of the last days
// (UTC), the oldest first.
func (t *Tx) StoriesByDay(days int) ([]int, error) {
	counted, err := t.Fact(countedFact)
	if err != nil {
		return nil, err
	}

	// What came since the last sweep is in the alerts alone.
	return t.countSince(dayOf(t.Now)-int64(days)+1, days, `SELECT day, sum(stories) FROM subscription_days WHERE day >= $1 GROUP BY day
		UNION ALL
		SELECT a.created_at / 86400000, count(*) FROM alerts a JOIN alert_matches m ON m.story = a.story AND m.chat = a.chat
		JOIN subscriptions s ON s.id = m.subscription
		WHERE a.id > $2 AND a.edition = 0 AND a.chat = s.chat GROUP BY a.created_at / 86400000`, counted)
}
