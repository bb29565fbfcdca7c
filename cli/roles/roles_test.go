package roles

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"newsbell/store"
	"newsbell/store/engine/enginetest"
	"newsbell/store/storetest"
)

// TestPollingThatFailsLeavesItsParts: a process whose polling ends with an error when it has to
// give parts back ends with that error, and another one polls all hosts.
func TestPollingThatFailsLeavesItsParts(t *testing.T) {
	enginetest.NeedsPostgres(t)

	database := storetest.Database(t, filepath.Join(t.TempDir(), "newsbell.db"))
	failure := errors.New("nothing more is written")

	polls := make(chan bool)
	first, leave := runner(t, database, func(ctx context.Context, _ func(string) bool) error {
		close(polls)
		<-ctx.Done()

		return failure
	})

	failed := make(chan error, 1)
	go func() { failed <- first.Run(t.Context()) }()

	<-polls

	ctx, stop := context.WithCancel(t.Context())

	second, _ := runner(t, database, func(ctx context.Context, ours func(string) bool) error {
		for _, host := range []string{"a.example", "b.example", "c.example", "d.example", "e.example", "f.example", "g.example", "h.example"} {
			if !ours(host) {
				<-ctx.Done()
				return nil
			}
		}

		stop() // all are ours

		return nil
	})

	ended := make(chan error, 1)
	go func() { ended <- second.Run(ctx) }()

	select {
	case err := <-failed:
		if !errors.Is(err, failure) {
			t.Errorf("the first process ended with %v", err)
		}

		leave()
	case <-time.After(2 * time.Minute):
		t.Fatal("a process whose polling failed keeps its parts and goes on")
	}

	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(2 * time.Minute):
		t.Fatal("the parts of a process whose polling failed belong to nobody")
	}
}

// runner returns a process that polls, on a database of its own that leave closes.
func runner(t *testing.T, database string, poll func(context.Context, func(string) bool) error) (r *Runner, leave func()) {
	t.Helper()

	s, err := store.Open(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}

	leave = sync.OnceFunc(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(leave)

	p, err := s.Join(t.Context(), store.Member{Roles: Poll, Warn: func(string) {}})
	if err != nil {
		t.Fatal(err)
	}

	return &Runner{Process: p, Log: slog.New(slog.DiscardHandler), Poll: poll}, leave
}

// TestAStopBeforeTheWorkBegins is no failure: it may come while a process that has lost its leases
// begins again.
func TestAStopBeforeTheWorkBegins(t *testing.T) {
	enginetest.NeedsPostgres(t)

	r, _ := runner(t, storetest.Database(t, filepath.Join(t.TempDir(), "newsbell.db")), nil)

	ctx, stop := context.WithCancel(t.Context())
	stop()

	if err := r.Run(ctx); err != nil {
		t.Errorf("a process that was stopped at once ended with %v", err)
	}
}
