package sources

import (
	"context"
	"maps"
	"net/url"
	"strings"
	"sync"
	"time"
)

// longestGap bounds the pause between two requests to a host here: somebody may be
// waiting for them in a chat. The scheduler keeps longer ones between its visits.
const longestGap = 3 * time.Second

// pace lets one request at a time go to a host, with a pause between them, whoever
// asks: the scheduler, or somebody who looks for a feed in a chat.
type pace struct {
	gap   time.Duration // none: no pace is kept
	mu    sync.Mutex
	hosts map[string]*turns
}

// turns is a host that is asked, or was just now.
type turns struct {
	place chan struct{} // holds one while a request is under way
	users int           // that have a turn or wait for one
	free  time.Time     // when the pause is over
}

// take waits for a turn and returns how to end it.
func (p *pace) take(ctx context.Context, address string) (end func(), err error) {
	u, err := url.Parse(address)
	if p.gap <= 0 || err != nil {
		return func() {}, nil
	}

	h := p.join(strings.ToLower(u.Host))
	select {
	case h.place <- struct{}{}:
	case <-ctx.Done():
		p.leave(h)
		return nil, ctx.Err()
	}

	over := func() {
		<-h.place
		p.leave(h)
	}

	pause := time.NewTimer(time.Until(h.free))
	defer pause.Stop()

	select {
	case <-pause.C:
		return func() {
			h.free = time.Now().Add(p.gap)

			over()
		}, nil
	case <-ctx.Done():
		over()
		return nil, ctx.Err()
	}
}

// join finds the turns of a host, and forgets the hosts that nobody asks and whose
// pause is over.
func (p *pace) join(host string) *turns {
	p.mu.Lock()
	defer p.mu.Unlock()

	h := p.hosts[host]
	if h == nil {
		now := time.Now()

		maps.DeleteFunc(p.hosts, func(_ string, h *turns) bool { return h.users == 0 && h.free.Before(now) })
		h = &turns{place: make(chan struct{}, 1)}
		p.hosts[host] = h
	}

	h.users++

	return h
}

func (p *pace) leave(h *turns) {
	p.mu.Lock()
	defer p.mu.Unlock()

	h.users--
}
