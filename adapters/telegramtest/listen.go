package telegramtest

import (
	"net"
	"net/http"
	"sync"

	"newsbell/internal/porttest"
)

// listener is how clients reach the server: a port, or pipes.
type listener struct {
	net.Listener

	http *http.Server
	wg   sync.WaitGroup
}

// Listen serves real HTTP on a port of the loopback and returns the api_url.
func (s *Server) Listen() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}

	s.serve(l)

	return "http://" + l.Addr().String(), nil
}

// Transport serves HTTP over pipes: no port, and no socket that would keep a
// synctest bubble from advancing. Any http address reaches the server. Close the
// server in the same bubble.
func (s *Server) Transport() *http.Transport {
	pipes := porttest.NewPipes()
	s.serve(pipes)

	return &http.Transport{DialContext: pipes.Dial, MaxIdleConnsPerHost: 64}
}

func (s *Server) serve(l net.Listener) {
	own := &listener{Listener: l, http: &http.Server{Handler: s}} // no timeouts: polls are long, and the client is ours
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
