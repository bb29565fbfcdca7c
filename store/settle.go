package store

import (
	"fmt"
	"time"
)

// Outcome is what came of an attempt. Exactly one of its parts is set.
type Outcome struct {
	Message int64
	Sent    bool
	Ref     string // Sent: the platform's reference

	Again   time.Time // try again then
	Trouble bool      // Again: for trouble that passes, see Tx.Recover
	Unsure  bool      // Again: it may have arrived; look before sending again
	Plainer bool      // the platform refused this form: try the next plainer one at once
	Gone    string    // the chat is out of reach: why, in words
	Moved   string    // the chat's new address; the message is tried again there

	Result string // for the log and /status, "" after Sent
}

// What stands in place of a boot while nobody has an attempt under way but the
// next has to wait: both are made due by a start and by Recover.
const (
	bootUnsure  = "unsure"  // the last may have arrived
	bootTrouble = "trouble" // it did not
)

// Settle writes the outcome of an attempt. slept tells that the chat fell asleep
// by it.
func (t *Tx) Settle(o Outcome) (slept bool, err error) {
	var (
		chat int64
		form Form
	)

	err = t.one("SELECT chat, form FROM messages WHERE id = $1 AND state = 'open'", []any{o.Message}, &chat, &form)
	if err == ErrNotFound { //nolint:errorlint // returned as it is
		return false, nil // forgotten meanwhile
	}

	if err != nil {
		return false, fmt.Errorf("settle message %d: %w", o.Message, err)
	}

	switch {
	case o.Sent:
		return false, t.settleSent(o)
	case o.Plainer && form < PlainText:
		_, err = t.exec("UPDATE messages SET form = form + 1, next_attempt_at = $2, boot = '', result = $3 WHERE id = $1", o.Message, millis(t.Now), o.Result)
		t.raise(NewAlerts)

		return false, err
	case o.Plainer:
		if err = t.fail(o.Message, DroppedRefused); err == nil {
			_, err = t.exec("UPDATE messages SET result = $2 WHERE id = $1", o.Message, o.Result)
		}

		return false, err
	case o.Gone != "":
		return t.settleGone(o, chat)
	case o.Moved != "":
		if _, err = t.exec("UPDATE messages SET next_attempt_at = $2, boot = '', result = 'moved' WHERE id = $1", o.Message, millis(t.Now)); err == nil {
			err = t.MoveChat(chat, o.Moved)
		}

		t.raise(Woken)

		return false, err
	default:
		boot := ""

		switch {
		case o.Unsure:
			boot = bootUnsure
		case o.Trouble:
			boot = bootTrouble
		}

		_, err = t.exec("UPDATE messages SET next_attempt_at = $2, boot = $4, result = $3 WHERE id = $1", o.Message, millis(o.Again), o.Result, boot)

		return false, err
	}
}

func (t *Tx) settleSent(o Outcome) error {
	if _, err := t.exec("UPDATE messages SET state = 'sent', ref = $2, boot = '', result = '', done_at = $3 WHERE id = $1", o.Message, o.Ref, millis(t.Now)); err != nil {
		return err
	}

	n, err := t.exec("UPDATE alerts SET state = 'sent', done_at = $2 WHERE message = $1 AND state = 'waiting'", o.Message, millis(t.Now))
	t.count("sent", "", n)

	return err
}

// settleGone puts the chat to sleep. What was on its way waits again, to come as
// a digest when the chat wakes soon; a digest's other parts are dissolved too.
func (t *Tx) settleGone(o Outcome, chat int64) (bool, error) {
	for _, statement := range []string{
		"UPDATE alerts SET message = NULL, bundle = 'held', state = 'waiting', done_at = NULL WHERE chat = $1 AND message IN (SELECT id FROM messages WHERE chat = $1 AND state = 'open')",
		"UPDATE messages SET state = 'failed', boot = '', result = $2, done_at = $3 WHERE chat = $1 AND state = 'open'",
	} {
		args := []any{chat, o.Result, millis(t.Now)}
		if statement[:13] == "UPDATE alerts" {
			args = args[:1]
		}

		if _, err := t.exec(statement, args...); err != nil {
			return false, err
		}
	}

	return t.Sleep(chat, o.Gone)
}
