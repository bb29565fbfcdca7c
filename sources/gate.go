package sources

import (
	"sync"
	"time"
)

// HostGate spaces requests to one server: one at a time, with a pause between
// the end of one and the start of the next. It never waits itself: a loop asks,
// and puts the source off when the answer is no. It is safe for concurrent use.
type HostGate struct {
	gap  time.Duration
	mu   sync.Mutex
	host map[string]hostTurn
}

type hostTurn struct {
	busy bool
	free time.Time // when the next request may start
}

// NewHostGate makes a gate with a pause of gap (0: none, still one at a time).
func NewHostGate(gap time.Duration) *HostGate {
	return &HostGate{gap: gap, host: make(map[string]hostTurn)}
}

// Enter asks to visit the server of an address now. If it is not free, the
// moment at which to ask again is returned with false. After true the caller
// calls Leave when the answer is read.
func (g *HostGate) Enter(address string, now time.Time) (time.Time, bool) {
	host := hostOf(address)
	g.mu.Lock()
	defer g.mu.Unlock()
	t := g.host[host]
	if t.busy {
		return now.Add(max(g.gap, 100*time.Millisecond)), false
	}
	if t.free.After(now) {
		return t.free, false
	}
	g.host[host] = hostTurn{busy: true}
	return now, true
}

// Leave ends a visit. hold is how long the server wants to be left alone by all
// of its feeds (a 429's Retry-After), 0 if it said nothing.
func (g *HostGate) Leave(address string, now time.Time, hold time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.host[hostOf(address)] = hostTurn{free: now.Add(max(g.gap, hold))}
	if len(g.host) > 1024 { // forget servers that are free anyway
		for h, t := range g.host {
			if !t.busy && !t.free.After(now) {
				delete(g.host, h)
			}
		}
	}
}
