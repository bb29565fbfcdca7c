package store

import (
	"time"
)

// Counts is how many alerts are in which state.
type Counts struct {
	Waiting, Sent, Folded int
	Dropped               map[string]int // by reason
}

// add counts alerts that ended.
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
	err := t.rows(query, args, func(scan func(...any) error) error {
		var (
			state, reason string
			n             int
		)

		err := scan(&state, &reason, &n)
		c.add(state, reason, n)

		return err
	})

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

	err := t.one("SELECT id FROM alerts WHERE chat = $1 AND created_at < $2 ORDER BY id DESC LIMIT 1", []any{chat, millis(since)}, &before)
	if err != nil && err != ErrNotFound { //nolint:errorlint // returned as it is
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
	c, err := t.countRows("SELECT state, reason, sum(n) FROM tallies WHERE hour >= $1 GROUP BY state, reason", hour(since))
	if err == nil {
		err = t.one("SELECT count(*) FROM (SELECT 1 FROM alerts WHERE state = 'waiting' LIMIT $1)", []any{MostWaiting}, &c.Waiting)
	}

	return c, err
}

// hour is the hour of a moment since 1970.
func hour(t time.Time) int64 { return t.Unix() / 3600 }

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
		if _, err := t.exec("INSERT INTO tallies (hour, state, reason, n) VALUES ($1, $2, $3, $4) ON CONFLICT (hour, state, reason) DO UPDATE SET n = n + excluded.n",
			hour(t.Now), what.state, what.reason, n); err != nil {
			return err
		}
	}

	return nil
}
