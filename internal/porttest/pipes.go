package porttest

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
)

// Pipes is a network in memory and what listens on it, for tests in a synctest bubble: simulated
// time does not pass while somebody waits for a real socket. It is to be made in the bubble, and is
// safe for concurrent use.
type Pipes struct {
	waiting chan net.Conn
	close   sync.Once
	closed  chan struct{}

	dialled, died atomic.Int64 // connections
}

// mortal is one end of a connection.
type mortal struct {
	net.Conn
	network *Pipes
	number  int64
}

// Write swallows what is written once the connection has died.
func (m mortal) Write(b []byte) (int, error) {
	if m.number <= m.network.died.Load() {
		return len(b), nil
	}

	return m.Conn.Write(b)
}

// NewPipes returns a network to which nobody is connected.
func NewPipes() *Pipes {
	return &Pipes{waiting: make(chan net.Conn), closed: make(chan struct{})}
}

// Dial connects to whoever accepts; network and address mean nothing. It has the form of
// [net.Dialer.DialContext].
func (p *Pipes) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()

	select {
	case p.waiting <- theirs:
		return mortal{ours, p, p.dialled.Add(1)}, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Die has the connections that stand die silently, as behind a router that forgets them: nothing comes any
// more of what is written by who dialled, and no end of them. New ones live.
func (p *Pipes) Die() { p.died.Store(p.dialled.Load()) }

// Accept implements [net.Listener].
func (p *Pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.waiting:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close implements [net.Listener]; a second time it does nothing.
func (p *Pipes) Close() error {
	p.close.Do(func() { close(p.closed) })

	return nil
}

// Addr implements [net.Listener].
func (p *Pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }
