package gateway

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// Connections that never stood start no session: they must not use up the day's
// allowance of new ones.
func TestFailedDialsAreNoNewSessions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 48*time.Hour)
		defer cancel()

		dials, longest, last := 0, time.Duration(0), time.Now()
		c := New(Config{
			URL: "ws://127.0.0.1:1", Times: DefaultTimes(), Log: slog.New(slog.DiscardHandler),
			Dial: func(context.Context, string, bool) (net.Conn, error) {
				dials++
				longest, last = max(longest, time.Since(last)), time.Now()

				return nil, errors.New("refused")
			},
		})

		if err := c.Run(ctx); err != nil {
			t.Error(err)
		}

		if dials < 2*MaxStartsPerDay || longest > DefaultTimes().MaxBackoff {
			t.Errorf("%d dials in two days, the longest pause was %v", dials, longest)
		}

		if n := len(c.starts.times); n != 0 {
			t.Errorf("%d new sessions were counted", n)
		}
	})
}
