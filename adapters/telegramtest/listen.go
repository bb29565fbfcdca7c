package telegramtest

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
)

// listener is how clients reach the server: a port, or pipes.
type listener struct {
	http  *http.Server
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
	wg    sync.WaitGroup
}

// Listen serves real HTTP on a port of the loopback and returns the api_url.
func (s *Server) Listen() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}

	s.serve(l, &listener{done: make(chan struct{})})

	return "http://" + l.Addr().String(), nil
}

// Transport serves HTTP over pipes: no port, and no socket that would keep a
// synctest bubble from advancing. Any http address reaches the server. Close the
// server in the same bubble.
func (s *Server) Transport() *http.Transport {
	l := &listener{conns: make(chan net.Conn), done: make(chan struct{})}
	s.serve(l, l)

	return &http.Transport{DialContext: l.dial, MaxIdleConnsPerHost: 64}
}

func (s *Server) serve(l net.Listener, own *listener) {
	own.http = &http.Server{Handler: s} // no timeouts: polls are long, and the client is ours
	s.mu.Lock()
	s.listener = own
	s.mu.Unlock()
	own.wg.Go(func() { _ = own.http.Serve(l) })
}

// Close ends every connection at once and waits for the server to end.
func (s *Server) Close() {
	s.mu.Lock()
	l, h := s.listener, s.hook
	s.endHook()
	s.mu.Unlock()

	if h != nil {
		h.wg.Wait()
	}

	if l == nil {
		return
	}

	_ = l.http.Close()
	_ = l.Close()
	l.wg.Wait()
}

func (l *listener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.done:
		return nil, errors.New("the fake is closed")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept takes the next pipe.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close makes Accept and dial fail.
func (l *listener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

// Addr is a name, for there is no port.
func (l *listener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }
