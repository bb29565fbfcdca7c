package store

import (
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Claim says how a chat's due alerts become a message.
type Claim struct {
	Boot  string        // names this run of the program
	Burst int           // more alerts than this become a digest
	Again time.Duration // when to try again if no result is written; grows with the attempts
	// Room says how many of these alerts fit the next message of a digest, at
	// least one. more is how many are left out if it is the last.
	Room func(c *Chat, alerts []*Alert) int
}

const (
	digestParts = 3                  // messages of a digest, the rest is folded
	digestMost  = 300                // titles looked at for a digest
	maxAgain    = time.Hour          // between two attempts
	giveUpAfter = 7 * 24 * time.Hour // then it is no news any more
)

// Claim takes what one chat is to be told next: an open message whose time has
// come, else a new one made of its due alerts. The attempt and the next one are
// written before anything is sent. Nothing to do is nil.
func (t *Tx) Claim(chat int64, claim Claim) (*Outgoing, error) {
	c, err := t.ChatByID(chat)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}

	if err != nil || c.State == Asleep {
		return nil, err
	}

	for {
		open, err := t.openMessage(c)
		if err != nil || (open != nil && open.next.After(t.Now)) {
			return nil, err
		}

		if open == nil && c.State == Active {
			return t.freeze(c, claim)
		}

		if open == nil {
			return nil, nil
		}

		if out, err := t.attempt(c, open, claim); err != nil || out != nil {
			return out, err
		}
	}
}

type openMessage struct {
	Outgoing
	next, first time.Time
	boot        string
}

func (t *Tx) openMessage(c *Chat) (*openMessage, error) {
	m := &openMessage{Outgoing: Outgoing{Chat: c}}

	var (
		kind  string
		next  int64
		first sql.NullInt64
	)

	err := t.one(`SELECT id, kind, bundle, part, parts, more, form, attempts, first_attempt_at, next_attempt_at, boot, notice
		FROM messages WHERE chat = $1 AND state = 'open' AND ($2 = 'active' OR kind = 'answer') ORDER BY id LIMIT 1`, []any{c.ID, string(c.State)},
		&m.ID, &kind, &m.Bundle, &m.Part, &m.Parts, &m.More, &m.Form, &m.Attempt, &first, &next, &m.boot, &m.Notice)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}

	if m.boot == bootTrouble {
		m.boot = "" // it did not arrive
	}

	m.Answer = kind == "answer"
	m.Digest, m.next, m.first = kind == "digest", fromMillis(next), fromNull(first)

	return m, err
}

// attempt counts an attempt of an open message, unless there is nobody left to
// tell or it is too late.
func (t *Tx) attempt(c *Chat, m *openMessage, claim Claim) (*Outgoing, error) {
	alerts, err := t.alertsWhere("a.message = $1 AND a.state = 'waiting' ORDER BY a.due_at, a.id", m.ID)
	if err != nil {
		return nil, err
	}

	live, dead := split(alerts)
	switch {
	case len(live) == 0 && m.Notice == "":
		if err := t.dropDead(dead); err != nil {
			return nil, err
		}

		return nil, t.fail(m.ID, "")
	case !m.first.IsZero() && t.Now.Sub(m.first) > giveUpAfter:
		return nil, t.fail(m.ID, DroppedExpired)
	}
	// What nobody wants any more leaves a message that was never tried; then it
	// is frozen.
	if m.Attempt == 0 {
		if err := t.dropDead(dead); err != nil {
			return nil, err
		}

		alerts = live
	}

	again := claim.Again << min(m.Attempt, 16)
	if again > maxAgain || again <= 0 {
		again = maxAgain
	}
	// A boot that stands there left without a result: it was killed.
	m.Unsure = m.boot != "" && m.boot != claim.Boot
	m.Attempt++

	_, err = t.exec(`UPDATE messages SET attempts = $2, first_attempt_at = coalesce(first_attempt_at, $3), next_attempt_at = $4, boot = $5 WHERE id = $1`,
		m.ID, m.Attempt, millis(t.Now), millis(t.Now.Add(again)), claim.Boot)
	if err != nil {
		return nil, err
	}

	m.Alerts = alerts
	err = t.one(`SELECT EXISTS (SELECT 1 FROM messages WHERE chat = $1 AND state = 'open' AND id > $2)
		OR EXISTS (SELECT 1 FROM alerts WHERE chat = $1 AND state = 'waiting' AND message IS NULL AND due_at <= $3)`,
		[]any{c.ID, m.ID, millis(t.Now)}, &m.Left)

	return &m.Outgoing, err
}

// fail ends a message without having told it, and what of its alerts still waits
// with it.
func (t *Tx) fail(message int64, reason string) error {
	if reason != "" {
		if _, err := t.drop(reason, "message = $3", message); err != nil {
			return err
		}
	}

	_, err := t.exec("UPDATE messages SET state = 'failed', result = $2, boot = '', done_at = $3 WHERE id = $1", message, reason, millis(t.Now))

	return err
}

// freeze makes messages of a chat's due alerts, one of the first or a digest of
// all in up to three parts, and takes the first of them as its first attempt. It
// returns nil if there is nothing.
func (t *Tx) freeze(c *Chat, claim Claim) (*Outgoing, error) {
	due, err := t.alertsWhere("a.chat = $1 AND a.state = 'waiting' AND a.message IS NULL AND a.due_at <= $2 ORDER BY a.due_at, a.id LIMIT $3",
		c.ID, millis(t.Now), digestMost)
	if err != nil {
		return nil, err
	}

	live, dead := split(due)
	if err := t.dropDead(dead); err != nil || len(live) == 0 {
		return nil, err
	}

	bundle := live[0].Bundle

	over := len(live) > claim.Burst
	if !over && len(due) == digestMost { // more than was looked at may be due
		if over, err = t.moreDue(c.ID, claim.Burst); err != nil {
			return nil, err
		}
	}

	if over {
		bundle = BundleBurst
	}

	if bundle == "" || len(live) == 1 {
		first := &Outgoing{Chat: c, Alerts: live[:1], Left: len(live) > 1}
		return first, t.insertMessage(first, claim)
	}

	all := live
	if bundle != BundleBurst {
		live = sameBundle(live, bundle)
	}

	first, err := t.freezeDigest(c, live, bundle, claim)
	first.Left = first.Parts > 1 || len(all) > len(live)

	return first, err
}

// moreDue reports whether more than n alerts of a chat are due.
func (t *Tx) moreDue(chat int64, n int) (more bool, err error) {
	var count int

	err = t.one("SELECT count(*) FROM (SELECT 1 FROM alerts WHERE chat = $1 AND state = 'waiting' AND message IS NULL AND due_at <= $2 LIMIT $3)",
		[]any{chat, millis(t.Now), n + 1}, &count)

	return count > n, err
}

func sameBundle(alerts []*Alert, bundle string) []*Alert {
	var same []*Alert

	for _, a := range alerts {
		if a.Bundle == bundle {
			same = append(same, a)
		}
	}

	return same
}

func (t *Tx) freezeDigest(c *Chat, alerts []*Alert, bundle string, claim Claim) (first *Outgoing, err error) {
	var parts []*Outgoing

	rest := alerts
	for len(rest) > 0 && len(parts) < digestParts {
		n := min(max(claim.Room(c, rest), 1), len(rest))
		parts = append(parts, &Outgoing{Chat: c, Digest: true, Bundle: bundle, Alerts: rest[:n]})
		rest = rest[n:]
	}

	for i, m := range parts {
		if len(parts) > 1 {
			m.Part, m.Parts = i+1, len(parts)
		}

		if i == len(parts)-1 {
			m.More = len(rest)
		}

		if err := t.insertMessage(m, claim); err != nil {
			return parts[0], err
		}
		// Only the first is attempted now.
		claim.Boot, claim.Again = "", 0
	}

	return parts[0], t.fold(parts[len(parts)-1], rest, len(alerts))
}

// fold puts what a digest has no room for into its last message, together with
// what lies beyond the alerts that were looked at.
func (t *Tx) fold(last *Outgoing, rest []*Alert, looked int) error {
	const fold = "UPDATE alerts SET state = 'folded', message = $1, done_at = $2 WHERE "
	for _, a := range rest {
		if _, err := t.noteDrops(DroppedFolded, fold+"id = $3 RETURNING id", last.ID, millis(t.Now), a.ID); err != nil {
			return fmt.Errorf("fold alert %d into message %d: %w", a.ID, last.ID, err)
		}
	}

	if looked < digestMost-1 {
		return nil
	}

	beyond, err := t.noteDrops(DroppedFolded, fold+"chat = $3 AND state = 'waiting' AND message IS NULL AND due_at <= $2 RETURNING id",
		last.ID, millis(t.Now), last.Chat.ID)
	if err == nil && beyond > 0 {
		last.More += int(beyond)
		_, err = t.exec("UPDATE messages SET more = $2 WHERE id = $1", last.ID, last.More)
	}

	return err
}

// insertMessage writes a new message with its members. With a boot in the claim
// its first attempt is written with it.
func (t *Tx) insertMessage(m *Outgoing, claim Claim) error {
	kind, next, attempted := "alert", t.Now, nullMillis(time.Time{})
	if m.Digest {
		kind = "digest"
	}

	if claim.Boot != "" {
		m.Attempt, next, attempted = 1, t.Now.Add(claim.Again), nullMillis(t.Now)
	}

	err := t.one(`INSERT INTO messages (chat, kind, bundle, part, parts, more, state, attempts, first_attempt_at, next_attempt_at, boot, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, $10, $11) RETURNING id`,
		[]any{m.Chat.ID, kind, m.Bundle, m.Part, m.Parts, m.More, m.Attempt, attempted, millis(next), claim.Boot, millis(t.Now)}, &m.ID)
	if err != nil {
		return err
	}

	for _, a := range m.Alerts {
		if _, err := t.exec("UPDATE alerts SET message = $2 WHERE id = $1", a.ID, m.ID); err != nil {
			return fmt.Errorf("put alert %d into message %d: %w", a.ID, m.ID, err)
		}
	}

	return nil
}
