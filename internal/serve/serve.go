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
	answered := watchAnswers(server)
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
	case <-answered.stop():
	case <-stopping.Done():
	}

	_ = server.Close()

	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}

	return nil
}

// answers knows the connections on which a request is being answered. An answer is not over when
// its handler returns, for its last bytes are written after that, but when its connection idles
// or is closed.
type answers struct {
	next http.Handler

	mu       sync.Mutex
	open     map[net.Conn]struct{}
	stopping bool
	none     chan struct{} // closed when nothing is answered any more
}

// connKey is the key of a request's connection in its context.
type connKey struct{}

// watchAnswers has the server tell of its answers. It takes the server's hooks, which must be free.
func watchAnswers(server *http.Server) *answers {
	a := &answers{next: server.Handler, open: map[net.Conn]struct{}{}, none: make(chan struct{})}

	server.Handler = a
	server.ConnContext = func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) }
	server.ConnState = func(c net.Conn, state http.ConnState) {
		if state != http.StateNew && state != http.StateActive {
			a.end(c)
		}
	}

	return a
}

// ServeHTTP answers a request, and turns it away after a stop.
func (a *answers) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	if !a.begin(q.Context().Value(connKey{}).(net.Conn)) {
		w.Header().Set("Connection", "close")
		http.Error(w, "stopping", http.StatusServiceUnavailable)

		return
	}

	a.next.ServeHTTP(w, q)
}

// begin notes that a request of a connection is being answered; false after a stop.
func (a *answers) begin(c net.Conn) bool {
	a.mu.Lock()
	defer a.mu.Unlock()

	if a.stopping {
		return false
	}

	a.open[c] = struct{}{}

	return true
}

// end notes that a connection has nothing to answer any more.
func (a *answers) end(c net.Conn) {
	a.mu.Lock()
	defer a.mu.Unlock()

	if _, ok := a.open[c]; !ok {
		return
	}

	if delete(a.open, c); a.stopping && len(a.open) == 0 {
		close(a.none)
	}
}

// stop lets no more requests in. What it returns is closed when the last one is answered.
func (a *answers) stop() <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()

	if a.stopping = true; len(a.open) == 0 {
		close(a.none)
	}

	return a.none
}
