package adapters

import (
	"errors"
	"fmt"
	"time"
)

// Fate is what to do with a message that was not, or perhaps not, delivered.
type Fate int

// The fates. Each concerns this message, its chat, or the whole bot.
const (
	Retry   Fate = iota // a problem that may pass (no connection, 5xx): try again with a growing pause
	Later               // the server named a pause: SendError.After, for the chat or, if All, for the whole bot
	Gone                // the chat cannot be reached (blocked, kicked, deleted, rights lost): it falls asleep
	Moved               // the chat has a new address: SendError.To
	Refused             // this message is not accepted in this form: our bug
	Unsure              // the request went out and no answer came: it may have arrived
	TooLong             // this message is too long for the server: a digest goes out in smaller parts
)

// String returns the fate as logs have it.
func (f Fate) String() string {
	return [...]string{"retry", "later", "gone", "moved", "refused", "unsure", "too long"}[f]
}

// SendError is why a message was not delivered. It never holds a token.
type SendError struct {
	Fate  Fate
	After time.Duration // Later: how long to wait, as the server said
	All   bool          // Later: the whole bot waits, not only this chat
	To    Chat          // Moved: the new address
	// Doubt: Retry, and it may have arrived all the same (a proxy's 502).
	Doubt bool
	// NoTopic: Gone is the topic of the message, not its chat.
	NoTopic bool
	// Reason is one short clause for people and /status ("the bot was blocked").
	Reason string
	Cause  error // what the server said, for the log
}

// Error returns everything that is known in one line, for the log.
func (e *SendError) Error() string {
	if e.Cause == nil {
		return fmt.Sprintf("%s: %s", e.Fate, e.Reason)
	}

	return fmt.Sprintf("%s: %s: %v", e.Fate, e.Reason, e.Cause)
}

func (e *SendError) Unwrap() error { return e.Cause }

// FateOf returns an error of Send as a *SendError. An error of another type is
// tried again, so that no message is lost to it.
func FateOf(err error) *SendError {
	if e, ok := errors.AsType[*SendError](err); ok {
		return e
	}

	return &SendError{Fate: Retry, Reason: "unexpected problem", Cause: err}
}
