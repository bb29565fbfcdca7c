package store

import (
	"fmt"
)

// dropDead drops alerts that must not ring any more, each for its own reason.
func (t *Tx) dropDead(dead []*Alert) error {
	for _, a := range dead {
		if _, err := t.drop(a.dead(), "id = $3", a.ID); err != nil {
			return err
		}
	}

	return nil
}

// Why an alert did not ring (alerts.reason).
const (
	DroppedUnsubscribed = "unsubscribed" // nobody there follows it any more
	DroppedGone         = "gone"         // its article is no longer there
	DroppedAway         = "away"         // the chat was paused or asleep for over a day
	DroppedRefused      = "refused"      // the platform takes it in no form
	DroppedExpired      = "expired"      // it could not be sent for a week
	DroppedMerged       = "merged"       // its chat became one with another, which has the story already
	DroppedForgotten    = "forgotten"    // its chat was deleted, and it with it
	// DroppedFolded is told of alerts in the state folded: a digest had no room
	// for them and only counts them.
	DroppedFolded = "folded"
)

// Drop is an alert that does not ring.
type Drop struct {
	ID     int64
	Reason string
}

// TellDrops has told called for every alert that does not ring, once that is
// committed and by the goroutine that decided it. Call it before the store is
// shared. Whatever ends an alert goes through this file, so that none ends
// silently.
func (s *Store) TellDrops(told func(Drop)) { s.tellDrop = told }

// drop ends the waiting alerts of a condition without ringing. Its parameters
// start at $3.
func (t *Tx) drop(reason, where string, args ...any) (n int64, err error) {
	n, err = t.noteDrops(reason, "UPDATE alerts SET state = 'dropped', reason = $1, done_at = $2 WHERE state = 'waiting' AND "+where+" RETURNING id",
		append([]any{reason, millis(t.Now)}, args...)...)
	if err != nil {
		return n, fmt.Errorf("drop alerts (%s): %w", reason, err)
	}

	return n, nil
}

// noteDrops runs a statement that returns the ids of alerts that do not ring.
func (t *Tx) noteDrops(reason, statement string, args ...any) (n int64, err error) {
	err = t.rows(statement, args, func(scan func(...any) error) error {
		d := Drop{Reason: reason}
		err := scan(&d.ID)
		t.drops = append(t.drops, d)
		n++

		return err
	})
	if reason == DroppedFolded {
		t.count("folded", "", n)
	} else {
		t.count("dropped", reason, n)
	}

	return n, err
}

// dropAll ends everything that waits for a chat, claimed or not.
func (t *Tx) dropAll(chat int64, reason string) error {
	if _, err := t.drop(reason, "chat = $3", chat); err != nil {
		return err
	}

	_, err := t.exec("UPDATE messages SET state = 'failed', result = $2, boot = '', done_at = $3 WHERE chat = $1 AND state = 'open'",
		chat, reason, millis(t.Now))

	return err
}
