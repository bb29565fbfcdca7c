// Package serve runs an HTTP server until it is told to stop.
//
// [http.Server.Shutdown] waits five seconds for a connection that has not said anything yet,
// and for one that has sent half a request as long as it is let. Browsers and proxies open
// such connections in advance, so a stop would nearly always take that long. Here a stop
// waits for the requests that are being answered, and for nothing else.
package serve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Until serves until ctx ends, then takes no more connections and waits, at most for patience,
// for the requests that are being answered. It closes the listener. The error is nil after a stop.
func Until(ctx context.Context, listener net.Listener, server *http.Server, patience time.Duration) error {
	asked := &requests{next: server.Handler, none: make(chan struct{})}
	server.Handler = asked

	failed := make(chan error, 1)

	go func() { failed <- server.Serve(listener) }()

	select {
	case err := <-failed:
		return fmt.Errorf("serve %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}

	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()

	_ = server.Shutdown(ctx) // has ended: it closes what listens and what idles, and does not wait

	select {
	case <-asked.stop():
	case <-stopping.Done():
	}

	_ = server.Close()

	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}

	return nil
}

// requests counts the requests that are being answered.
type requests struct {
	next http.Handler

	mu       sync.Mutex
	open     int
	stopping bool
	none     chan struct{} // closed when nothing is answered any more
}

// ServeHTTP answers a request, and turns it away after a stop.
func (r *requests) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	if !r.enter() {
		w.Header().Set("Connection", "close")
		http.Error(w, "stopping", http.StatusServiceUnavailable)

		return
	}
	defer r.leave()

	r.next.ServeHTTP(w, q)
}

func (r *requests) enter() bool {
	r.mu.Lock()
	defer r.mu.Unlock()

	if r.stopping {
		return false
	}

	r.open++

	return true
}

func (r *requests) leave() {
	r.mu.Lock()
	defer r.mu.Unlock()

	if r.open--; r.stopping && r.open == 0 {
		close(r.none)
	}
}

// stop lets no more requests in. What it returns is closed when the last one is answered.
func (r *requests) stop() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()

	if r.stopping = true; r.open == 0 {
		close(r.none)
	}

	return r.none
}
