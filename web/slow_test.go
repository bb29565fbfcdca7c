package web

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/internal/porttest"
	"newsbell/internal/serve"
)

// TestSlowVisitorsAreLetGo: who sends a request a byte at a time, or never asks anything,
// holds nothing for long, and others are served meanwhile.
func TestSlowVisitorsAreLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, Config{}, bridge()...)
		ctx, stop := context.WithCancel(t.Context())
		listener := porttest.NewPipes()
		served := make(chan error, 1)

		go func() { served <- serve.Until(ctx, listener, s.server(ctx), stopTime) }()

		begun := time.Now()
		ended := map[string]time.Duration{}

		for what, drip := range map[string]string{"a head without end": "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: " + strings.Repeat("a", 1000), "a body without end": "POST /me/do HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n" + strings.Repeat("a", 1000), "nothing": ""} {
			ours, err := listener.Dial(ctx, "", "")
			if err != nil {
				t.Fatal(err)
			}

			go func() { _, _ = io.Copy(io.Discard, ours) }() // what it says is not read

			at := 0
			if what == "a body without end" {
				at = strings.Index(drip, "\r\n\r\n") + 4
				if _, err := io.WriteString(ours, drip[:at]); err != nil {
					t.Fatal(err)
				}
			}

			for ; ; at++ {
				if at < len(drip) {
					if _, err := io.WriteString(ours, drip[at:at+1]); err != nil {
						break
					}
				} else if _, err := ours.Write(nil); errors.Is(err, io.ErrClosedPipe) {
					break
				}

				if time.Since(begun) > time.Hour {
					t.Fatalf("%s: it is held for ever", what)
				}

				time.Sleep(time.Second)
			}

			ended[what], begun = time.Since(begun), time.Now()
		}

		for what, took := range ended {
			if took > readTime+idleTime {
				t.Errorf("%s was held for %s", what, took)
			}
		}

		if len(s.slots) != 0 {
			t.Errorf("%d places are still taken", len(s.slots))
		}

		stop()

		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}
