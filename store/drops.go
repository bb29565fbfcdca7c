package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Why an alert was not sent (alerts.reason).
const (
	DroppedUnsubscribed = "unsubscribed" // nobody there follows it any more
	DroppedMuted        = "muted"        // its story or outlet is muted there
	DroppedGone         = "gone"         // its article is no longer there
	DroppedAway         = "away"         // the chat was paused or asleep for over a day
	DroppedRefused      = "refused"      // the platform takes it in no form
	DroppedExpired      = "expired"      // it could not be sent for a week
	DroppedMerged       = "merged"       // its chat became one with another, which has the story already
	DroppedFollowed     = "followed"     // it was told as a development of a story that is followed there
	DroppedUnfollowed   = "unfollowed"   // a development of a story that nobody there follows any more
	DroppedForgotten    = "forgotten"    // its chat was deleted, and it with it
	DroppedJoined       = "joined"       // its story became one with another, to which the chat was alerted
	DroppedFew          = "few"          // fewer outlets reported its story than min: asks for
	DroppedCalm         = "calm"         // no more came in its hour than usual, and its subscription is for spikes
	DroppedJudged       = "judged"       // a language model judged that it is not what only: asks for
	// DroppedFolded is reported for alerts in the state folded: a digest had no room
	// for them and only counts them.
	DroppedFolded = "folded"
)

// Drop is an alert that is not sent.
type Drop struct {
	ID     int64
	Reason string
}

// OnDrop makes an open store report every alert that will not be sent, once that is
// committed, by the goroutine that committed it. Whatever ends an alert unsent goes
// through this file, so that none ends silently.
func OnDrop(report func(Drop)) Option { return func(s *Store) { s.onDrop = report } }

// drop ends the waiting alerts of a condition unsent. Its parameters
// start at $3.
func (t *Tx) drop(reason, where string, args ...any) (n int64, err error) {
	n, err = t.noteDrops(reason, "UPDATE alerts SET state = 'dropped', reason = $1, done_at = $2 WHERE state = 'waiting' AND "+where+" RETURNING id",
		append([]any{reason, toMillis(t.Now)}, args...)...)
	if err != nil {
		return n, fmt.Errorf("drop alerts (%s): %w", reason, err)
	}

	return n, nil
}

// noteDrops runs a statement that returns the ids of alerts that are not sent.
func (t *Tx) noteDrops(reason, statement string, args ...any) (n int64, err error) {
	ids, err := readColumn[int64](t, statement, args...)
	for _, id := range ids {
		t.drops = append(t.drops, Drop{ID: id, Reason: reason})
	}

	n = int64(len(ids))
	if reason == DroppedFolded {
		t.count("folded", "", n)
	} else {
		t.count("dropped", reason, n)
	}

	return n, err
}

// sweepDrops drops the waiting alerts of a condition, whose parameters start at $3, in transactions
// that are bounded in time. It returns how many.
func (s *Store) sweepDrops(ctx context.Context, reason, where string, args ...any) (int64, error) {
	find := fmt.Sprintf("SELECT id FROM alerts WHERE state = 'waiting' AND %s LIMIT %d", strings.Replace(where, "$3", "$1", 1), sweepRows)

	return s.sweepFound(ctx, func(t *Tx) (int, func(t *Tx, from, to int) error, error) {
		ids, err := readColumn[int64](t, find, args...)

		return len(ids), func(t *Tx, from, to int) error {
			all := slices.Clone(args)
			slots := make([]string, slotCount(to-from))

			for i := range slots {
				slots[i] = fmt.Sprintf("$%d", 3+len(all))
				all = append(all, ids[min(from+i, to-1)])
			}

			_, err := t.drop(reason, "id IN ("+strings.Join(slots, ", ")+") AND "+where, all...)

			return err
		}, err
	})
}

// dropAll ends everything that waits for a chat, claimed or not.
func (t *Tx) dropAll(chat int64, reason string) error {
	if _, err := t.drop(reason, "chat = $3", chat); err != nil {
		return err
	}

	return t.failOpen(chat, reason)
}

// dropDead drops alerts that must no longer be sent, each for its own reason.
func (t *Tx) dropDead(dead []*Alert) error {
	for _, a := range dead {
		n, err := t.drop(a.dead(), "id = $3", a.ID)
		if err == nil && n > 0 && a.dead() == DroppedUnfollowed {
			err = t.reviveFollowed(a)
		}

		if err != nil {
			return err
		}
	}

	return nil
}

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
	err := t.rows(query, args, func(scan scanFunc) error {
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

	err := t.one("SELECT id FROM alerts WHERE chat = $1 AND created_at < $2 ORDER BY id DESC LIMIT 1", []any{chat, toMillis(since)}, &before)
	if err != nil && !errors.Is(err, ErrNotFound) {
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

	err := t.rows(query, append([]any{first}, args...), func(scan scanFunc) error {
		var (
			period int64
			count  int
		)

		err := scan(&period, &count)
		if i := period - first; i >= 0 && i < int64(n) {
			counts[i] += count
		}

		return err
	})

	return counts, err
}

// Verdict is what a language model says of an article and what a subscription asks for with
// only: (alert_matches.verdict).
type Verdict string

// The verdicts.
const (
	Unasked  Verdict = ""         // the subscription asks for none
	ToJudge  Verdict = "open"     // it is to be judged
	Fits     Verdict = "fits"     // it is what the subscription asks for
	Differs  Verdict = "other"    // it is not
	Unjudged Verdict = "unjudged" // the model was away
)

// Case is a match that a language model is to judge: once for a subscription's chat and the
// targets of that.
type Case struct {
	Alert, Story, Subscription int64

	Chat    int64     // whose subscription it is
	Only    string    // what the subscription asks for
	Article *Article  // nil: there is nothing to judge any more, the alert went out or ended
	Due     time.Time // when the alert comes unjudged
}

// openVerdicts notes which matches of alerts are to be judged. What was judged for an earlier
// article of the story stays so.
func (t *Tx) openVerdicts(story int64, alerts []PendingAlert) error {
	for _, a := range alerts {
		for _, h := range a.Hits {
			if !h.Judge {
				continue
			}

			if _, err := t.exec("UPDATE alert_matches SET verdict = 'open' WHERE story = $1 AND chat = $2 AND subscription = $3 AND verdict = ''",
				story, a.Chat, h.Subscription); err != nil {
				return err
			}
		}
	}

	return nil
}

// OpenCases lists matches that are to be judged, those whose alert comes first before others.
// What waits for further outlets is judged once they tell its story. An alert that goes to a
// target of the chat, too, is a case of its own only where that of the chat is none.
func (t *Tx) OpenCases(limit int) ([]*Case, error) {
	var (
		all      []*Case
		articles []int64
	)

	err := t.rows(`SELECT a.id, a.story, s.chat, m.subscription, s.only_about, a.due_at, CASE WHEN a.state = 'waiting' AND a.message IS NULL THEN a.article ELSE 0 END
		FROM alert_matches m CROSS JOIN alerts a CROSS JOIN subscriptions s
		WHERE m.verdict = 'open' AND a.story = m.story AND a.chat = m.chat AND a.edition = 0 AND s.id = m.subscription AND NOT (a.state = 'waiting' AND a.bundle = 'few')
			AND (m.chat = s.chat OR NOT EXISTS (SELECT 1 FROM alert_matches own WHERE own.story = m.story AND own.chat = s.chat AND own.subscription = s.id AND own.verdict = 'open')) ORDER BY a.due_at, a.id LIMIT $1`, []any{limit},
		func(scan scanFunc) error {
			var (
				c            Case
				due, article int64
			)

			err := scan(&c.Alert, &c.Story, &c.Chat, &c.Subscription, &c.Only, &due, &article)
			c.Due = fromMillis(due)
			all, articles = append(all, &c), append(articles, article)

			return err
		})
	if err != nil || len(all) == 0 {
		return nil, err
	}

	text, args := inList(articles)

	found, err := t.articlesWhere("a.id IN "+text, args...)
	if err != nil {
		return nil, fmt.Errorf("read what is to be judged: %w", err)
	}

	byID := make(map[int64]*Article, len(found))
	for _, a := range found {
		byID[a.ID] = a
	}

	for i, id := range articles {
		all[i].Article = byID[id]
	}

	return all, nil
}

// Judge writes a verdict, for the chat of a case and its targets. A waiting alert then comes
// when what is left of its subscriptions says; of none it is dropped. One that went out
// meanwhile was not judged. A case without an article ends alone: its target may still wait.
func (t *Tx) Judge(c *Case, v Verdict, zone *time.Location, spared Spared) error {
	var waiting, gone []int64

	err := t.rows(`SELECT a.id, a.state = 'waiting' AND a.message IS NULL FROM alert_matches m JOIN alerts a ON a.story = m.story AND a.chat = m.chat AND a.edition = 0
		WHERE m.story = $1 AND m.subscription = $2 AND m.verdict = 'open' ORDER BY a.id`, []any{c.Story, c.Subscription},
		func(scan scanFunc) error {
			var (
				id    int64
				waits bool
			)

			err := scan(&id, &waits)

			switch {
			case !waits:
				gone = append(gone, id)
			case c.Article != nil || id == c.Alert:
				waiting = append(waiting, id)
			}

			return err
		})
	if err != nil {
		return err
	}

	if err := t.writeVerdict(c, Unjudged, gone); err != nil {
		return err
	}

	if err := t.writeVerdict(c, v, waiting); err != nil {
		return err
	}

	all, err := t.waitingTimes(waiting)

	for i := 0; i < len(all) && err == nil; i++ {
		err = t.retimeJudged(all[i], zone, spared)
	}

	return err
}

// writeVerdict writes a verdict into the matches of some alerts with the subscription of a case.
func (t *Tx) writeVerdict(c *Case, v Verdict, alerts []int64) error {
	if len(alerts) == 0 {
		return nil
	}

	text, args := inList(alerts)
	_, err := t.exec("UPDATE alert_matches SET verdict = ? WHERE story = ? AND subscription = ? AND verdict = 'open' AND chat IN (SELECT chat FROM alerts WHERE id IN "+text+")",
		append([]any{string(v), c.Story, c.Subscription}, args...)...)

	return err
}

// retimeJudged has an alert come when what a judgement left of its subscriptions says.
func (t *Tx) retimeJudged(w *waitingTime, zone *time.Location, spared Spared) error {
	w.follows = slices.DeleteFunc(w.follows, func(f follow) bool { return f.verdict == Differs })

	if len(w.follows) == 0 {
		_, err := t.drop(DroppedJudged, "id = $3 AND message IS NULL", w.ID)
		return err
	}

	switch w.Bundle {
	case "", BundleDigest, BundleQuiet: // others come as they are
		return t.updateDue(w, zone, spared)
	default:
		return nil
	}
}
