package store

import (
	"database/sql"
	"time"
)

// PollTimes is when sources were last asked and will next be.
type PollTimes struct {
	Sources, Failing int
	Last, Next       time.Time
}

// Polls sums up the sources that a chat hears.
func (t *Tx) Polls(chat int64) (p PollTimes, err error) {
	var last, next sql.NullInt64

	err = t.one(`SELECT count(*), coalesce(sum(error <> ''), 0), max(last_poll_at), min(next_poll_at) FROM sources
		WHERE enabled = 1 AND (origin = 'config' OR id IN (SELECT source FROM source_chats WHERE chat = $1))`,
		[]any{chat}, &p.Sources, &p.Failing, &last, &next)
	p.Last, p.Next = fromNull(last), fromNull(next)

	return p, err
}

// AlertsIn lists what a message told, by the platform's reference.
func (t *Tx) AlertsIn(chat int64, ref string) ([]*Alert, error) {
	return t.alertsWhere("a.message IN (SELECT id FROM messages WHERE chat = $1 AND ref = $2 AND ref <> '') ORDER BY a.due_at, a.id", chat, ref)
}

// AlertOf finds what a chat was or was not told of a story.
func (t *Tx) AlertOf(chat, story int64) (*Alert, error) {
	return t.alertWhere("a.story = $2 AND a.chat = $1", chat, story)
}

// LastAlert finds the newest alert that a chat was told, or ErrNotFound.
func (t *Tx) LastAlert(chat int64) (*Alert, error) {
	return t.alertWhere(`a.message = (SELECT m.id FROM messages m WHERE m.chat = $1 AND m.state = 'sent' AND m.kind IN ('alert', 'digest') ORDER BY m.id DESC LIMIT 1)
		AND a.state = 'sent' ORDER BY a.id DESC LIMIT 1`, chat)
}

// LastFor finds the newest alert of a chat that answers a subscription, whatever
// became of it, among its latest ten thousand.
func (t *Tx) LastFor(chat, subscription int64) (*Alert, error) {
	var id int64

	err := t.one(`SELECT id FROM (SELECT id, story FROM alerts WHERE chat = $1 ORDER BY id DESC LIMIT 10000) latest
		WHERE EXISTS (SELECT 1 FROM alert_matches m WHERE m.story = latest.story AND m.chat = $1 AND m.subscription = $2)
		ORDER BY id DESC LIMIT 1`, []any{chat, subscription}, &id)
	if err != nil {
		return nil, err
	}

	return t.AlertByID(id)
}

// alertWhere finds one alert, or answers ErrNotFound.
func (t *Tx) alertWhere(where string, args ...any) (*Alert, error) {
	found, err := t.alertsWhere(where, args...)
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}

	if err != nil {
		return nil, err
	}

	return found[0], nil
}

// PollNow makes every source due.
func (t *Tx) PollNow() error {
	_, err := t.exec("UPDATE sources SET next_poll_at = $1 WHERE enabled = 1", millis(t.Now))
	t.raise(NewSources)

	return err
}

// Settled reports whether every article is matched, and every active chat was
// told what is due.
func (t *Tx) Settled() (settled bool, err error) {
	err = t.one(`SELECT NOT EXISTS (SELECT 1 FROM articles WHERE matched_at IS NULL)
		AND NOT EXISTS (SELECT 1 FROM alerts a JOIN chats c ON c.id = a.chat WHERE a.state = 'waiting' AND a.due_at <= $1 AND c.state = 'active')
		AND NOT EXISTS (SELECT 1 FROM messages m JOIN chats c ON c.id = m.chat WHERE m.state = 'open' AND c.state = 'active')`,
		[]any{millis(t.Now)}, &settled)

	return settled, err
}
