package sources

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// longestWait bounds the pause between two requests to a host for somebody who waits
// for an answer in a chat.
const longestWait = 3 * time.Second

// A host that asks several sources in a row to be asked less often means all of them: it counts by who asks.
// One source alone may just be forbidden.
const (
	refusalsInRow = 3
	longestHold   = 5 * time.Minute
	defaultHold   = time.Minute // where it doesn't say how long
)

// pace lets one request at a time go to a host, with a pause between them, no matter
// who asks: the poll loop, or somebody who looks for a feed in a chat.
type pace struct {
	gap   time.Duration // none: no pace is kept
	mu    sync.Mutex
	hosts map[string]*hostPace
}

// hostPace is a host that is asked, or was just now.
type hostPace struct {
	turn  chan struct{} // holds one while a request is under way
	users int           // that have the turn or wait for it
	ended time.Time     // when the last request ended

	refused []string  // sources in a row, refusalsInRow at most
	held    time.Time // until when it wants to be left alone
}

// rememberedUntil is when nothing of the host matters any more.
func (h *hostPace) rememberedUntil(gap time.Duration) time.Time {
	if len(h.refused) > 0 {
		return h.freeAt(gap).Add(longestHold)
	}

	return h.freeAt(gap)
}

// freeAt is when the pause after the last request is over.
func (h *hostPace) freeAt(gap time.Duration) time.Time {
	if free := h.ended.Add(gap); free.After(h.held) {
		return free
	}

	return h.held
}

// Turn is the right to send a request to a host. The zero Turn is one where no pace
// is kept.
type Turn struct {
	pace *pace
	host *hostPace
}

// End gives the turn back and returns when the next one may begin.
func (t Turn) End() (free time.Time) {
	if t.pace == nil {
		return time.Time{}
	}

	t.host.ended = time.Now()
	free = t.host.freeAt(t.pace.gap)

	t.abandon()

	return free
}

// hear takes in how the host answered for a source; e is nil if all is well. No answer at all says nothing.
func (t Turn) hear(source string, e *Error) {
	switch {
	case t.pace == nil || e != nil && e.Status == 0:
	case e != nil && (e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable && e.Wait > 0):
		if len(t.host.refused) < refusalsInRow && !slices.Contains(t.host.refused, source) {
			t.host.refused = append(t.host.refused, source)
		}

		if len(t.host.refused) == refusalsInRow {
			t.host.held = time.Now().Add(min(longestHold, cmp.Or(e.Wait, defaultHold)))
		}
	default:
		t.host.refused, t.host.held = nil, time.Time{}
	}
}

// abandon gives the turn back as if no request had been sent.
func (t Turn) abandon() {
	<-t.host.turn
	t.pace.leave(t.host)
}

// TryTurn takes the turn of an address's host if it is free, and else says how long
// to wait before trying again.
func (f *Fetcher) TryTurn(address string) (turn Turn, wait time.Duration) {
	return f.pace.try(address)
}

func (p *pace) try(address string) (turn Turn, wait time.Duration) {
	if p.gap <= 0 {
		return Turn{}, 0
	}

	h := p.join(HostOf(address))
	select {
	case h.turn <- struct{}{}:
	default:
		p.leave(h)
		return Turn{}, p.gap
	}

	turn = Turn{p, h}
	if wait = time.Until(h.freeAt(p.gap)); wait > 0 {
		turn.abandon()
		return Turn{}, wait
	}

	return turn, 0
}

// wait waits for a turn, for a pause of at most longest.
func (p *pace) wait(ctx context.Context, address string, longest time.Duration) (Turn, error) {
	if p.gap <= 0 {
		return Turn{}, nil
	}

	h := p.join(HostOf(address))
	select {
	case h.turn <- struct{}{}:
	case <-ctx.Done():
		p.leave(h)
		return Turn{}, ctx.Err()
	}

	turn := Turn{p, h}

	pause := time.NewTimer(time.Until(h.ended.Add(min(p.gap, longest))))
	defer pause.Stop()

	select {
	case <-pause.C:
		return turn, nil
	case <-ctx.Done():
		turn.abandon()
		return Turn{}, ctx.Err()
	}
}

// join finds a host, and forgets those that nobody asks and whose pause is over.
func (p *pace) join(name string) *hostPace {
	p.mu.Lock()
	defer p.mu.Unlock()

	h := p.hosts[name]
	if h == nil {
		now := time.Now()

		maps.DeleteFunc(p.hosts, func(_ string, h *hostPace) bool { return h.users == 0 && h.rememberedUntil(p.gap).Before(now) })
		h = &hostPace{turn: make(chan struct{}, 1)}
		p.hosts[name] = h
	}

	h.users++

	return h
}

func (p *pace) leave(h *hostPace) {
	p.mu.Lock()
	defer p.mu.Unlock()

	h.users--
}

// HostOf names the host of an address as its server knows it, however it is spelled.
// An address that does not parse is its own host.
func HostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}

	if u.Scheme == "http" && u.Port() == "80" || u.Scheme == "https" && u.Port() == "443" {
		return strings.ToLower(u.Hostname())
	}

	return strings.ToLower(u.Host)
}
