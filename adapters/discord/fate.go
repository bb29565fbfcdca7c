package discord

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/discord/rest"
)

// Discord's error numbers that say more than the status. Source: "JSON Error
// Codes" in its documentation, August 2026.
const (
	codeUnknownChannel  = 10003
	codeUnknownGuild    = 10004
	codeUnknownMember   = 10007
	codeUnknownMessage  = 10008
	codeUnknownUser     = 10013
	codeUnknownWebhook  = 10015
	codeOldEdits        = 30046 // more edits of messages older than an hour than Discord takes
	codeUnknownPress    = 10062
	codeOpeningTooFast  = 40003
	codeAcknowledged    = 40060
	codeTagRequired     = 40067
	codeBlocked         = 40333 // of Cloudflare, in Discord's form: https://github.com/discord/discord-api-docs/issues/6473
	codeMissingAccess   = 50001
	codeCannotDM        = 50007
	codeNotOurs         = 50005 // the message is another one's
	codeNoText          = 50008
	codeMissingRights   = 50013
	codeWrongType       = 50024
	codeWebhookToken    = 50027
	codeInvalidForm     = 50035
	codeNoMutual        = 50278
	codePublished       = 40033
	codeThreadArchived  = 50083
	codeNoHistory       = 160002
	codeThreadOpen      = 160004 // below the message is a thread already
	codeThreadLocked    = 160005
	codeManyThreads     = 160006
	codeOverloaded      = 130000
	codeSlowmode        = 20016
	codeChannelWrites   = 20028
	codeServerWrites    = 20029
	codeAutoMod         = 200000
	codeHarmfulLink     = 240000
	openingTooFastPause = 10 * time.Minute
	manyThreadsPause    = 10 * time.Minute
)

// classifyError reads any error of a call about a chat.
func classifyError(err error) *adapters.SendError {
	if e, ok := errors.AsType[*adapters.SendError](err); ok {
		return e
	}

	if e, ok := errors.AsType[*rest.BudgetError](err); ok {
		return &adapters.SendError{Fate: adapters.Later, After: e.Wait, All: true, Reason: reasonBudget, Cause: err}
	}

	if e, ok := errors.AsType[*rest.NetError](err); ok {
		if e.Sent {
			return &adapters.SendError{Fate: adapters.Unsure, Reason: reasonNoAnswer, Cause: err}
		}

		return &adapters.SendError{Fate: adapters.Retry, Reason: reasonNetwork, Cause: err}
	}

	if e, ok := errors.AsType[*rest.Error](err); ok {
		out := fateOf(e)
		out.Cause = err

		return out
	}

	return &adapters.SendError{Fate: adapters.Unsure, Reason: reasonNoAnswer, Cause: err}
}

func fateOf(e *rest.Error) *adapters.SendError {
	if out := fateOfCode(e); out != nil {
		return out
	}

	switch {
	case e.Status == http.StatusTooManyRequests:
		return fateOfLimit(e)
	case e.Status == http.StatusUnauthorized:
		return &adapters.SendError{Fate: adapters.Later, After: time.Minute, All: true, Reason: reasonToken}
	case e.Status == http.StatusRequestEntityTooLarge, e.Status == http.StatusBadRequest && isTooLong(e):
		return &adapters.SendError{Fate: adapters.TooLong, Reason: reasonTooLong}
	case e.Status == http.StatusRequestTimeout, e.Status >= 500:
		// A nonce is known for a few minutes only, and an outage may be longer.
		return &adapters.SendError{Fate: adapters.Retry, Reason: reasonServer, Doubt: e.Status != http.StatusServiceUnavailable}
	case !e.JSON:
		// A page of a proxy, or of Cloudflare turning this address away: it says
		// nothing about the chat.
		return &adapters.SendError{Fate: adapters.Retry, Reason: reasonServer}
	case e.Status == http.StatusForbidden:
		return &adapters.SendError{Fate: adapters.Gone, Reason: reasonForbidden}
	case e.Status == http.StatusNotFound && e.Code == 0:
		return &adapters.SendError{Fate: adapters.Retry, Reason: reasonServer}
	case e.Status == http.StatusNotFound:
		return &adapters.SendError{Fate: adapters.Gone, Reason: reasonUnknown}
	}

	return &adapters.SendError{Fate: adapters.Refused, Reason: reasonRefused}
}

// isTooLong reports whether a form was refused for the length of a text in it, or of all of an
// embed's. Source: "Form Body Errors" of Discord's documentation, and what the API answers.
func isTooLong(e *rest.Error) bool {
	for _, word := range []string{"BASE_TYPE_MAX_LENGTH", "BASE_TYPE_BAD_LENGTH", "MAX_EMBED_SIZE_EXCEEDED"} {
		if bytes.Contains(e.Response.Body, []byte(`"`+word+`"`)) {
			return e.Code == codeInvalidForm
		}
	}

	return false
}

// fateOfCode returns what a number means that decides by itself, nil for any other.
func fateOfCode(e *rest.Error) *adapters.SendError {
	if reason := goneReason(e.Code); reason != "" {
		return &adapters.SendError{Fate: adapters.Gone, Reason: reason}
	}

	switch e.Code {
	case codeOpeningTooFast:
		return &adapters.SendError{Fate: adapters.Later, After: max(e.Response.RetryAfter(), openingTooFastPause), Reason: reasonOpening}
	case codeManyThreads:
		return &adapters.SendError{Fate: adapters.Later, After: manyThreadsPause, Reason: reasonThreads}
	case codeSlowmode, codeChannelWrites, codeServerWrites:
		return &adapters.SendError{Fate: adapters.Later, After: retryAfter(e.Response), Reason: reasonSlow}
	case codeOverloaded, codeBlocked: // nothing of the chat
		return &adapters.SendError{Fate: adapters.Retry, Reason: reasonServer}
	case codeOldEdits: // whatever its status says, no waiting helps
		return &adapters.SendError{Fate: adapters.Refused, Reason: reasonOldEdits}
	case codeAutoMod:
		return &adapters.SendError{Fate: adapters.Refused, Reason: reasonAutoMod}
	case codeHarmfulLink:
		return &adapters.SendError{Fate: adapters.Refused, Reason: reasonHarmful}
	}

	return nil
}

// takesNoFile reports whether an upload was refused in a way that a text need not be: it is
// too large, the bot may not attach files, or its form is not taken.
func takesNoFile(err error) bool {
	e, ok := errors.AsType[*rest.Error](err)

	return ok && (e.Status == http.StatusRequestEntityTooLarge || e.Status == http.StatusBadRequest || e.Code == codeMissingRights)
}

// fateOfLimit reads a 429: Discord's own, in one bucket, shared with others or
// for the whole bot, or Cloudflare's page, which turns the whole address away.
func fateOfLimit(e *rest.Error) *adapters.SendError {
	var body struct {
		Global bool `json:"global"`
	}

	_ = json.Unmarshal(e.Response.Body, &body)
	h := e.Response.Header
	all := body.Global || h.Get("X-RateLimit-Global") == "true" || h.Get("X-RateLimit-Scope") == "global" || !e.JSON

	return &adapters.SendError{Fate: adapters.Later, After: retryAfter(e.Response), All: all, Reason: reasonSlow}
}

// retryAfter returns how long the server asks to wait: at least a blink, at most a day.
func retryAfter(r *rest.Response) time.Duration {
	if d := r.RetryAfter(); d > 0 {
		return d
	}

	if len(r.Body) > 0 && r.Body[0] == '<' {
		return time.Minute
	}

	return 5 * time.Second
}
