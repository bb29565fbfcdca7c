package target

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"newsbell/adapters"
)

// fateOf returns what an answer means, as a *SendError; nil for a success. body is its beginning.
func fateOf(kind Kind, resp *http.Response, body []byte) error {
	e := &adapters.SendError{Reason: "it answered " + strconv.Itoa(resp.StatusCode), Cause: fmt.Errorf("HTTP %d", resp.StatusCode)}

	switch status := resp.StatusCode; {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusTooManyRequests:
		e.Fate, e.After, e.Reason = adapters.Later, cmp.Or(retryAfter(resp, body), time.Minute), "it asks the bot to slow down"
	case kind == Discord && status == http.StatusForbidden: // Cloudflare turns this address away; a webhook that is gone is unknown (404)
		e.Fate = adapters.Retry
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusNotFound:
		if e.Fate = adapters.Gone; kind.answersInJSON() && !json.Valid(body) {
			e.Fate = adapters.Retry // a proxy before it, as while the service restarts
		}
	case status == http.StatusGone, status >= 300 && status < 400:
		e.Fate = adapters.Gone
	case kind == Pushover && status == http.StatusBadRequest && isUnknownToPushover(body):
		e.Fate = adapters.Gone
	case status == http.StatusRequestEntityTooLarge:
		e.Fate = adapters.TooLong
	case status >= 500:
		e.Fate, e.Reason = adapters.Retry, fmt.Sprintf("the server has a problem (%d)", status)
		if resp.Header.Get("Retry-After") != "" { // what else Pushover says is of its month
			e.Fate, e.After = adapters.Later, cmp.Or(retryAfter(resp, body), time.Minute)
		}
	case status == http.StatusRequestTimeout, status == http.StatusConflict:
		e.Fate = adapters.Retry
	default:
		e.Fate = adapters.Refused
	}

	return e
}

// answersInJSON reports whether a service says in JSON what is wrong, so that anything else is not its answer.
func (k Kind) answersInJSON() bool {
	switch k {
	case Ntfy, Discord, Gotify, Pushover, Matrix:
		return true
	}

	return false
}

// isUnknownToPushover reports whether Pushover says that the user or the application isn't there,
// which it answers with the status of a mistake: https://pushover.net/api#response.
func isUnknownToPushover(body []byte) bool {
	var said struct{ User, Token string }

	return json.Unmarshal(body, &said) == nil && (said.User == "invalid" || said.Token == "invalid")
}

// retryAfter returns how long a target asks us to wait: in seconds as most say it, Discord in its answer
// too, until a date as proxies may (RFC 9110, 10.2.3), in milliseconds as older Matrix servers do,
// until the month ends as Pushover does; 0 if it says nothing.
func retryAfter(resp *http.Response, body []byte) time.Duration {
	var said struct {
		Milliseconds int64   `json:"retry_after_ms"` // deprecated since Matrix 1.10
		Seconds      float64 `json:"retry_after"`
	}

	_ = json.Unmarshal(body, &said) // most say nothing there

	wait := time.Duration(said.Milliseconds)*time.Millisecond + time.Duration(said.Seconds*float64(time.Second))

	if n, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil {
		wait = time.Duration(n) * time.Second
	} else if date, err := http.ParseTime(resp.Header.Get("Retry-After")); err == nil {
		wait = time.Until(date)
	} else if reset, err := strconv.ParseInt(resp.Header.Get("X-Limit-App-Reset"), 10, 64); err == nil {
		wait = time.Until(time.Unix(reset, 0))
	}

	return min(max(wait, 0), longestPause)
}
