package gateway

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"time"
)

// logSessions also reaches the operator's chat, in its language.
const logSessions = "Discord allows no more new sessions today; waiting until tomorrow"

// MaxStartsPerDay is our own limit of new sessions; at 1,000 Discord takes the
// token away. Source: "Session Start Limit" in its documentation.
const MaxStartsPerDay = 500

// session is what can be resumed, over one connection after the other.
type session struct {
	id        string // "" before READY
	resumeURL string // "" if READY named none
	origin    string // of the first connection
	sequence  atomic.Int64
}

// start takes READY in. Whatever has another shape than expected is left out.
func (s *session) start(raw json.RawMessage) {
	var ready struct {
		Session string `json:"session_id"`
		Resume  string `json:"resume_gateway_url"`
	}

	_ = json.Unmarshal(raw, &ready)
	s.id, s.resumeURL = ready.Session, ready.Resume
}

// saw takes the number of an event in.
func (s *session) saw(sequence int64) {
	if sequence > 0 {
		s.sequence.Store(sequence)
	}
}

// heartbeat is the number of the last event, as a heartbeat carries it.
func (s *session) heartbeat() any {
	if n := s.sequence.Load(); n > 0 {
		return n
	}

	return nil
}

// trusts reports whether the session may be resumed at an address that READY
// named: one of the same sort as before (not on the internet after a local
// server), and where an operator named a gateway, only there.
func (c *Client) trusts(address string) bool {
	_, resume, err := parseURL(address)
	if err != nil || schemeOf(resume) != schemeOf(c.session.origin) {
		return false
	}

	_, named, _ := parseURL(c.config.URL)

	return c.config.URL == "" || named == resume
}

// awaitStart waits until one more new session is safe.
func (c *Client) awaitStart(ctx context.Context) {
	now := time.Now()
	for len(c.starts) > 0 && now.Sub(c.starts[0]) > 24*time.Hour {
		c.starts = c.starts[1:]
	}

	n := len(c.starts)
	if n == 0 {
		return
	}

	wait := c.config.Times.IdentifyEvery - now.Sub(c.starts[n-1])
	if n >= MaxStartsPerDay {
		wait = 24*time.Hour - now.Sub(c.starts[0])
		c.config.Log.Error(logSessions, "wait", wait)
	}

	sleep(ctx, wait)
}
