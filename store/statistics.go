package store

import (
	"time"
)

// Counts is how many alerts are in which state.
type Counts struct {
	Waiting, Sent, Folded int
	Dropped               map[string]int // by reason
}

// add counts n alerts of a state.
func (c *Counts) add(state, reason string, n int) {
	switch state {
	case "waiting":
		c.Waiting += n
	case "sent":
		c.Sent += n
	case "folded":
		c.Folded += n
	default:
		c.Dropped[reason] += n
	}
}

// countRows counts by rows of state, reason and number.
func (t *Tx) countRows(query string, args ...any) (Counts, error) {
	c := Counts{Dropped: map[string]int{}}
	err := eachTriple(t, query, args, c.add)

	return c, err
}

// CountAlerts counts every alert that is kept, one by one: for an audit.
func (t *Tx) CountAlerts() (Counts, error) {
	return t.countRows("SELECT state, reason, count(*) FROM alerts GROUP BY state, reason")
}

// CountChat counts the alerts of a chat that were made since a moment, and those
// that wait.
func (t *Tx) CountChat(chat int64, since time.Time) (Counts, error) {
	var before int64

	err := t.oneOrNone("SELECT id FROM alerts WHERE chat = $1 AND created_at < $2 ORDER BY id DESC LIMIT 1", []any{chat, toMillis(since)}, &before)
	if err != nil {
		return Counts{}, err
	}

	c, err := t.countRows("SELECT state, reason, count(*) FROM alerts WHERE chat = $1 AND id > $2 AND state <> 'waiting' GROUP BY state, reason", chat, before)
	if err == nil {
		err = t.one("SELECT count(*) FROM alerts WHERE chat = $1 AND state = 'waiting'", []any{chat}, &c.Waiting)
	}

	return c, err
}

// MostWaiting is up to what number CountRecent counts what waits.
const MostWaiting = 100_000

// CountRecent counts the alerts of all chats that ended since a moment, to the
// hour, and those that wait, up to MostWaiting.
func (t *Tx) CountRecent(since time.Time) (Counts, error) {
	c, err := t.countRows("SELECT state, reason, sum(n) FROM tallies WHERE hour >= $1 GROUP BY state, reason", hourOf(since))
	if err == nil {
		err = t.one("SELECT count(*) FROM (SELECT 1 FROM alerts WHERE state = 'waiting' LIMIT $1) w", []any{MostWaiting}, &c.Waiting)
	}

	return c, err
}

// hourOf is the hour of a moment since 1970.
func hourOf(t time.Time) int64 { return t.Unix() / 3600 }

// tally is what alerts have come to.
type tally struct{ state, reason string }

// count notes that alerts ended, to be written when the transaction ends.
func (t *Tx) count(state, reason string, n int64) {
	if n == 0 {
		return
	}

	if t.tallies == nil {
		t.tallies = map[tally]int64{}
	}

	t.tallies[tally{state, reason}] += n
}

// saveTallies writes what was counted in a group of writes.
func (t *Tx) saveTallies() error {
	for what, n := range t.tallies {
		if _, err := t.exec("INSERT INTO tallies (hour, state, reason, n) VALUES ($1, $2, $3, $4) ON CONFLICT (hour, state, reason) DO UPDATE SET n = tallies.n + excluded.n",
			hourOf(t.Now), what.state, what.reason, n); err != nil {
			return err
		}
	}

	return nil
}

// SentByHour returns how many alerts were sent in each of the last hours, the oldest first,
// as far as that is kept (two days).
func (t *Tx) SentByHour(hours int) ([]int, error) {
	return t.countSince(hourOf(t.Now)-int64(hours)+1, hours, "SELECT hour, n FROM tallies WHERE state = 'sent' AND reason = '' AND hour >= $1")
}

// DroppedByHour is SentByHour for alerts that were dropped, for whatever reason.
func (t *Tx) DroppedByHour(hours int) ([]int, error) {
	return t.countSince(hourOf(t.Now)-int64(hours)+1, hours, "SELECT hour, n FROM tallies WHERE state = 'dropped' AND hour >= $1")
}

// countSince sums rows of a period's number and a count, for n periods from the first on,
// which is the query's $1; args follow.
func (t *Tx) countSince(first int64, n int, query string, args ...any) ([]int, error) {
	counts := make([]int, n)

	return counts, eachPair(t, query, append([]any{first}, args...), func(period int64, count int) {
		if i := period - first; i >= 0 && i < int64(n) {
			counts[i] += count
		}
	})
}

const (
	// daysKept is how long it is kept how many stories a subscription alerted of a day.
	daysKept = 400 * 24 * time.Hour
	// countedFact is the newest alert that is counted in subscription_days.
	countedFact = "alerts_counted"
)

// countDays adds the alerts since the last time to the days of their subscriptions, so many at
// most. It is a step: where it goes on is written beside.
func countDays(t *Tx, _ int64, most int) (_ int64, more bool, err error) {
	from, err := t.Fact(countedFact)
	if err != nil {
		return 0, false, err
	}

	var (
		last int64
		n    int
	)

	err = t.one("SELECT coalesce(max(id), 0), count(*) FROM (SELECT id FROM alerts WHERE id > $1 ORDER BY id LIMIT $2) few", []any{from, most}, &last, &n)
	if err != nil || n == 0 {
		return 0, false, err
	}

	_, err = t.exec(`INSERT INTO subscription_days (subscription, day, stories)
		SELECT m.subscription, a.created_at / 86400000, count(*) FROM alerts a JOIN alert_matches m ON m.story = a.story AND m.chat = a.chat
		JOIN subscriptions s ON s.id = m.subscription
		WHERE a.id > $1 AND a.id <= $2 AND a.edition = 0 AND a.chat = s.chat GROUP BY m.subscription, a.created_at / 86400000
		ON CONFLICT (subscription, day) DO UPDATE SET stories = subscription_days.stories + excluded.stories`, from, last)
	if err != nil {
		return 0, false, err
	}

	return 0, n == most, t.SetFact(countedFact, last)
}

// SubscriptionDays returns how many stories each live subscription of a chat alerted of,
// by day (UTC, days since 1970), as long as that is kept.
func (t *Tx) SubscriptionDays(chat int64) (map[int64]map[int64]int, error) {
	days := map[int64]map[int64]int{}
	add := func(subscription, day int64, n int) {
		if days[subscription] == nil {
			days[subscription] = map[int64]int{}
		}

		days[subscription][day] += n
	}

	counted, err := t.Fact(countedFact)
	if err != nil {
		return nil, err
	}

	err = eachTriple(t, `SELECT d.subscription, d.day, d.stories FROM subscription_days d JOIN subscriptions s ON s.id = d.subscription
		WHERE s.chat = $1 AND s.removed_at IS NULL`, []any{chat}, add)
	if err != nil {
		return nil, err
	}

	err = eachTriple(t, `SELECT m.subscription, a.created_at / 86400000, count(*) FROM alerts a JOIN alert_matches m ON m.story = a.story AND m.chat = a.chat
		WHERE a.chat = $1 AND a.id > $2 AND a.edition = 0 GROUP BY m.subscription, a.created_at / 86400000`, []any{chat, counted}, add)

	return days, err
}

// SilentSubscriptions returns the live subscriptions of a chat that are older than a moment and alerted of nothing since
// that day.
func (t *Tx) SilentSubscriptions(chat int64, since time.Time) (map[int64]bool, error) {
	counted, err := t.Fact(countedFact)
	if err != nil {
		return nil, err
	}

	return readSet[int64](t, `SELECT s.id FROM subscriptions s WHERE s.chat = $1 AND s.removed_at IS NULL AND s.created_at < $2
		AND NOT EXISTS (SELECT 1 FROM subscription_days d WHERE d.subscription = s.id AND d.day >= $3)
		AND s.id NOT IN (SELECT m.subscription FROM alerts a JOIN alert_matches m ON m.story = a.story AND m.chat = a.chat WHERE a.chat = $1 AND a.id > $4)`,
		chat, toMillis(since), dayOf(since), counted)
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
	type size struct{ day, bytes int64 }

	var first, last size

	err = eachPair(t, "SELECT day, bytes FROM sizes WHERE day >= $1 ORDER BY day", []any{dayOf(t.Now) - int64(most)}, func(day, bytes int64) {
		if last = (size{day, bytes}); first.day == 0 {
			first = last
		}
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

	return t.run("DELETE FROM samples WHERE hour <= $1", hourOf(t.Now)-samplesKept)
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

	return t.run("INSERT INTO samples (what, hour, value) VALUES ($1, $2, $3) ON CONFLICT (what, hour) DO UPDATE SET value = "+together, string(what), hourOf(t.Now), value)
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
