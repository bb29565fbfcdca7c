package gateway

import (
	"encoding/json"
	"sync/atomic"
)

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

// heartbeat returns the number of the last event, as a heartbeat carries it.
func (s *session) heartbeat() any {
	if n := s.sequence.Load(); n > 0 {
		return n
	}

	return nil
}

// trusts reports whether the session may be resumed at an address that READY
// named: one of the same sort as before (not on the internet after a local
// server), and where an operator named a gateway, only there.
func (s *shard) trusts(address string) bool {
	_, resume, err := parseURL(address)
	if err != nil || schemeOf(resume) != schemeOf(s.session.origin) {
		return false
	}

	_, named, _ := parseURL(s.config.URL)

	return s.config.URL == "" || named == resume
}
