package rest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Error is an answer that is not a success.
type Error struct {
	Status   int
	Code     int    // Discord's own number, 0 when the body has none
	Message  string // in Discord's words
	JSON     bool   // the body was Discord's, not some proxy's page
	Response *Response
}

func (e *Error) Error() string {
	text := fmt.Sprintf("HTTP %d", e.Status)
	if e.Code != 0 {
		text += fmt.Sprintf(", code %d", e.Code)
	}

	if e.Message != "" {
		text += ", " + e.Message
	}

	return text
}

// NetError is a call without an answer.
type NetError struct {
	Sent  bool // the request was written: it may have had its effect
	Cause error
}

func (e *NetError) Error() string { return e.Cause.Error() }
func (e *NetError) Unwrap() error { return e.Cause }

// BudgetError is the answer of our own counter; nothing was sent.
type BudgetError struct{ Wait time.Duration }

func (e *BudgetError) Error() string {
	return "too many refused requests lately; waiting before Discord bans this address"
}

// Code returns Discord's number of an error, 0 if it has none.
func Code(err error) int {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}

	return 0
}

// IsNoEndpoint reports whether the server has no such endpoint, which says
// nothing about what was asked for.
func IsNoEndpoint(err error) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Code != 0 {
		return false
	}

	return e.Status == http.StatusNotFound || e.Status == http.StatusMethodNotAllowed || e.Status == http.StatusNotImplemented
}

// Lengths of what an error quotes, in bytes.
const (
	maxMessage = 200
	maxDetails = 300
)

// readError reads the error in an answer.
func readError(r *Response) *Error {
	e := &Error{Status: r.Status, Response: r}

	var body struct {
		Code    int             `json:"code"`
		Message string          `json:"message"`
		Errors  json.RawMessage `json:"errors"`
	}
	if json.Unmarshal(r.Body, &body) != nil {
		return e
	}

	e.JSON, e.Code, e.Message = true, body.Code, truncateBytes(body.Message, maxMessage)
	if len(body.Errors) > 0 {
		e.Message += " " + truncateBytes(string(body.Errors), maxDetails)
	}

	return e
}

func truncateBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}

	return strings.ToValidUTF8(s[:n], "") + "…"
}

// maxPause is the longest pause that a server is believed.
const maxPause = 24 * time.Hour

// RetryAfter returns the pause that the server asks for: from the body, whose
// figure is the finer one, or from the headers; 0 when neither has it.
func (r *Response) RetryAfter() time.Duration {
	var body struct {
		RetryAfter float64 `json:"retry_after"`
	}

	_ = json.Unmarshal(r.Body, &body)

	for _, s := range []float64{body.RetryAfter, parseNumber(r.Header.Get("Retry-After")), parseNumber(r.Header.Get("X-RateLimit-Reset-After"))} {
		if s > 0 {
			return toDuration(s)
		}
	}

	return 0
}

// Exhausted returns how long the route asks to wait before the next call,
// because this one took the last of its allowance; 0 for not at all.
func (r *Response) Exhausted() time.Duration {
	if r == nil || r.Header.Get("X-RateLimit-Remaining") != "0" {
		return 0
	}

	return toDuration(max(parseNumber(r.Header.Get("X-RateLimit-Reset-After")), 0))
}

func toDuration(s float64) time.Duration {
	return time.Duration(min(s, maxPause.Seconds()) * float64(time.Second))
}

func parseNumber(s string) float64 {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}

	return n
}
