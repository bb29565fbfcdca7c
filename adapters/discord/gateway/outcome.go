package gateway

import (
	"errors"
	"fmt"
	"time"

	"github.com/gorilla/websocket"
)

// outcome is how a connection ended.
type outcome struct {
	code      int           // of the server's close frame, 0 without one
	invalid   bool          // op 9
	resumable bool          // op 9 with d true
	live      bool          // READY or RESUMED was seen before
	held      time.Duration // since then
	err       error
}

var (
	errReconnect = errors.New("the gateway asked to reconnect")
	errInvalid   = errors.New("the gateway called the session invalid")
	errNonsense  = errors.New("the gateway sent something that is not a message")
)

// FatalError is an end after which one must not come back: an operator has to
// change something first. Source: "Gateway Close Event Codes".
type FatalError struct{ Code int }

func (e *FatalError) Error() string { return fmt.Sprintf("the gateway closed with %d", e.Code) }

// Close codes that decide what comes next; after all others the session is
// resumed. Source: "Gateway Close Event Codes".
const (
	CloseNotAuthenticated  = 4003
	CloseAuthFailed        = 4004
	CloseInvalidSequence   = 4007
	CloseSessionTimedOut   = 4009
	CloseInvalidShard      = 4010
	CloseShardingRequired  = 4011
	CloseInvalidVersion    = 4012
	CloseInvalidIntents    = 4013
	CloseDisallowedIntents = 4014
)

// isFatal reports whether a close code asks the bot to stay away.
func isFatal(code int) bool {
	switch code {
	case CloseAuthFailed, CloseInvalidShard, CloseShardingRequired, CloseInvalidVersion, CloseInvalidIntents, CloseDisallowedIntents:
		return true
	}

	return false
}

// endsSession reports whether a close code leaves nothing to resume.
func endsSession(code int) bool {
	return code == CloseNotAuthenticated || code == CloseInvalidSequence || code == CloseSessionTimedOut
}

// closedBy returns the outcome of an error of reading.
func closedBy(err error) outcome {
	if c, ok := errors.AsType[*websocket.CloseError](err); ok && c.Code != websocket.CloseAbnormalClosure {
		return outcome{code: c.Code, err: fmt.Errorf("closed with %d %q", c.Code, c.Text)}
	}

	return outcome{err: err}
}
