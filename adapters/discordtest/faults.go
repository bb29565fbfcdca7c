package discordtest

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// Fault is trouble that the fake makes.
type Fault struct {
	// Status, Body and Header answer in place of the real answer.
	Status int
	Body   string
	Header map[string]string
	// Hang keeps the caller waiting so long before anything happens.
	Hang time.Duration
	// Behind is how long after it came a call takes effect, whether its caller still waits or not;
	// Came is closed, if there is one, when it has come.
	Behind time.Duration
	Came   chan struct{}
	// Drop cuts the connection before the call has an effect; Lose after it had.
	Drop, Lose bool
	// After makes Status come after the effect.
	After bool
}

type faults struct {
	mu   sync.Mutex
	next []planned
}

type planned struct {
	route string
	fault Fault
}

// Fail makes the next calls of a route ("POST /channels/{channel}/messages", or
// any part of it) go wrong, one fault each, in order.
func (f *Fake) Fail(route string, all ...Fault) {
	f.faults.mu.Lock()
	defer f.faults.mu.Unlock()

	for _, one := range all {
		f.faults.next = append(f.faults.next, planned{route, one})
	}
}

// Heal takes back the faults that nothing met.
func (f *Fake) Heal() {
	f.faults.mu.Lock()
	defer f.faults.mu.Unlock()

	f.faults.next = nil
}

func (s *faults) take(route string, when func(Fault) bool) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()

	for i, p := range s.next {
		if strings.Contains(route, p.route) {
			if !when(p.fault) {
				return Fault{}, false
			}

			s.next = append(s.next[:i:i], s.next[i+1:]...)

			return p.fault, true
		}
	}

	return Fault{}, false
}

// before does the faults that come before the effect; true says that the call is
// over.
func (s *faults) before(w http.ResponseWriter, r *http.Request, route string) bool {
	fault, ok := s.take(route, func(f Fault) bool { return !f.After && !f.Lose })
	if !ok {
		return false
	}

	if fault.Came != nil {
		close(fault.Came)
	}

	<-time.After(fault.Behind)

	if fault.Hang > 0 {
		select {
		case <-time.After(fault.Hang):
		case <-r.Context().Done():
			return true
		}
	}

	switch {
	case fault.Drop:
		panic(http.ErrAbortHandler)
	case fault.Status != 0:
		for k, v := range fault.Header {
			w.Header().Set(k, v)
		}

		if !strings.HasPrefix(fault.Body, "<") {
			w.Header().Set("Content-Type", "application/json")
		}

		w.WriteHeader(fault.Status)
		w.Write([]byte(fault.Body))

		return true
	}

	return false
}

// after does the faults that come after the effect.
func (s *faults) after(route string) *refusal {
	fault, ok := s.take(route, func(f Fault) bool { return f.After || f.Lose })
	switch {
	case !ok:
		return nil
	case fault.Lose:
		return &refusal{status: -1}
	}

	h := http.Header{}
	for k, v := range fault.Header {
		h.Set(k, v)
	}

	return &refusal{status: fault.Status, html: fault.Body, header: h}
}
