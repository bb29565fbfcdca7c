package engine

import (
	"errors"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"sync/atomic"
	"testing"

	"newsbell/store/engine/enginetest"
)

// breaker stands between a session and its server, and breaks a connection at a COMMIT.
type breaker struct {
	network, server string
	at              atomic.Int32
}

// Where the connection breaks.
const (
	nowhere = iota
	before  // the server never sees the COMMIT
	after   // the server has committed, and its answer is lost
)

// startBreaker returns one, and the address of the database behind it.
func startBreaker(t *testing.T, address string) (b *breaker, own string) {
	t.Helper()

	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}

	query := u.Query()
	b = &breaker{network: "tcp", server: u.Host}

	if folder := query.Get("host"); folder != "" {
		b.network, b.server = "unix", folder+"/.s.PGSQL.5432"
	}

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { l.Close() })

	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}

			go b.pass(from)
		}
	}()

	query.Del("host")
	query.Set("sslmode", "disable")

	u.Host, u.RawQuery = l.Addr().String(), query.Encode()

	return b, u.String()
}

func (b *breaker) pass(from net.Conn) {
	defer from.Close()

	to, err := net.Dial(b.network, b.server)
	if err != nil {
		return
	}
	defer to.Close()

	var silent atomic.Bool // what the server says is not passed on

	go func() {
		defer from.Close()

		part := make([]byte, 32<<10)

		for {
			n, err := to.Read(part)

			if silent.Load() {
				return // it has answered the COMMIT
			}

			if _, failed := from.Write(part[:n]); err != nil || failed != nil {
				return
			}
		}
	}()

	part := make([]byte, 32<<10)

	for {
		n, err := from.Read(part)
		if err != nil {
			return
		}

		if enginetest.IsCommit(part[:n]) {
			switch b.at.Swap(nowhere) {
			case before:
				return
			case after:
				silent.Store(true)
			}
		}

		if _, err := to.Write(part[:n]); err != nil {
			return
		}

		if silent.Load() {
			_, _ = io.Copy(io.Discard, from) // until the answer has come and was swallowed
			return
		}
	}
}

// TestACommitWhoseAnswerIsLost is told of as what it was: committed, or not at all. So no write
// has to be one that may be done twice.
func TestACommitWhoseAnswerIsLost(t *testing.T) {
	enginetest.NeedsPostgres(t)

	b, own := startBreaker(t, enginetest.Database(t, filepath.Join(t.TempDir(), "a.db")))

	e, err := New(own, 0)
	if err != nil {
		t.Fatal(err)
	}

	pool := e.(*postgres).pool(1)
	defer pool.Close()

	if _, err := pool.ExecContext(t.Context(), "CREATE TABLE kept (n bigint)"); err != nil {
		t.Fatal(err)
	}

	s := NewSession(e, pool)
	defer s.Close()

	for n, c := range []struct {
		at      int32
		written bool
	}{{nowhere, true}, {after, true}, {before, false}, {after, true}, {nowhere, true}} {
		if err := s.Begin(t.Context(), Write); err != nil {
			t.Fatal(err)
		}

		if _, err := s.Exec(t.Context(), "INSERT INTO kept (n) VALUES (?)", []any{n}); err != nil {
			t.Fatal(err)
		}

		b.at.Store(c.at)

		if err := s.Commit(t.Context()); (err == nil) != c.written || err != nil && !errors.Is(err, ErrAway) {
			t.Errorf("write %d: %v, want it written: %v", n, err, c.written)
		}

		rows := 0

		if err := errors.Join(s.Begin(t.Context(), Read), s.Query(t.Context(), "SELECT 1 FROM kept WHERE n = ?", []any{n}, func(func(...any) error) error {
			rows++
			return nil
		}), s.Commit(t.Context())); err != nil || (rows == 1) != c.written {
			t.Errorf("write %d is there %d times, want it written: %v (%v)", n, rows, c.written, err)
		}

		if b.at.Load() != nowhere {
			t.Fatal("no COMMIT was seen")
		}
	}
}
