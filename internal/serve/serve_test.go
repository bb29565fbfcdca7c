package serve_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/internal/porttest"
	"newsbell/internal/serve"
)

// TestAStopWaitsForAnswersOnly: not for a connection that says nothing, nor for half a request.
func TestAStopWaitsForAnswersOnly(t *testing.T) {
	for name, c := range map[string]struct {
		request string
		answer  time.Duration // what the handler takes
		write   time.Duration // what the connection takes for each write
		want    time.Duration // what the stop takes
		body    string
	}{
		"nothing is said":     {"", 0, 0, 0, ""},
		"half a request":      {"GET / HTTP/1.1\r\nHo", 0, 0, 0, ""},
		"a request":           {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 700 * time.Millisecond, 0, 700 * time.Millisecond, "done"},
		"a slow network":      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", time.Millisecond, 300 * time.Millisecond, 301 * time.Millisecond, "done"},
		"one that never ends": {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", time.Hour, 0, 2 * time.Second, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				gone, leave := context.WithCancel(t.Context())
				defer leave()

				listener := porttest.NewPipes()
				server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					select {
					case <-time.After(c.answer):
						_, _ = io.WriteString(w, "done")
					case <-gone.Done():
					}
				})}

				ctx, stop := context.WithCancel(t.Context())
				ended := make(chan error, 1)

				go func() { ended <- serve.Until(ctx, slowListener{listener, c.write}, server, 2*time.Second) }()

				conn, err := listener.Dial(ctx, "", "")
				if err != nil {
					t.Fatal(err)
				}

				if _, err := io.WriteString(conn, c.request); err != nil {
					t.Fatal(err)
				}

				got := make(chan []byte, 1)

				go func() {
					all, _ := io.ReadAll(conn)
					got <- all
				}()

				synctest.Wait()

				began := time.Now()

				stop()

				if err := <-ended; err != nil {
					t.Error(err)
				}

				if took := time.Since(began); took != c.want {
					t.Errorf("the stop took %s, want %s", took, c.want)
				}

				answer := string(<-got)
				if n := len(answer); n < len(c.body) || answer[n-len(c.body):] != c.body || (c.body == "" && answer != "") {
					t.Errorf("the answer is %q, want %q", answer, c.body)
				}
			})
		})
	}
}

// slowListener takes connections that take a time for each write.
type slowListener struct {
	net.Listener

	write time.Duration
}

func (l slowListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}

	return slowConn{c, l.write}, nil
}

type slowConn struct {
	net.Conn

	write time.Duration
}

func (c slowConn) Write(b []byte) (int, error) {
	if c.write > 0 {
		time.Sleep(c.write)
	}

	return c.Conn.Write(b)
}
