package adapters

import (
	"errors"
	"fmt"
	"time"
)

// Fate is what to do with a message that was not (surely) delivered.
type Fate int

// The fates. Each says who is concerned: this message, its chat, or the bot.
const (
	Retry   Fate = iota // trouble that passes (network before the request was out, 5xx): try again with a growing pause
	Later               // the server named a pause: SendError.After, for the chat or, if All, for the whole bot
	Gone                // the chat cannot be reached (blocked, kicked, deleted, rights lost): it falls asleep
	Moved               // the chat has a new address: SendError.To
	Refused             // this message is not accepted in this form: our bug
	Unsure              // the request went out and no answer came: it may have arrived
)

// String is the fate in a log.
func (f Fate) String() string {
	return [...]string{"retry", "later", "gone", "moved", "refused", "unsure"}[f]
}

// SendError is why a message was not delivered. It never holds a token.
type SendError struct {
	Fate  Fate
	After time.Duration // Later: how long to wait, as the server said
	All   bool          // Later: the whole bot waits, not only this chat
	To    Chat          // Moved: the new address
	// Reason is one short clause for people and /status ("the bot was blocked").
	Reason string
	Cause  error // what the server said, for the log
}

// Error is the whole truth in one line, for the log.
func (e *SendError) Error() string {
	if e.Cause == nil {
		return fmt.Sprintf("%s: %s", e.Fate, e.Reason)
	}

	return fmt.Sprintf("%s: %s: %v", e.Fate, e.Reason, e.Cause)
}

func (e *SendError) Unwrap() error { return e.Cause }

// FateOf reads the fate of any error of Send: nothing that passes by unmarked is
// lost, it is tried again.
func FateOf(err error) *SendError {
	if e, ok := errors.AsType[*SendError](err); ok {
		return e
	}

	return &SendError{Fate: Retry, Reason: "unexpected trouble", Cause: err}
}
