package cli

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"newsbell/cli/config"
	"newsbell/store"
)

// onWarning calls once for the first warning and counts them.
type onWarning struct {
	slog.Handler
	warnings int
	do       func()
}

func (h *onWarning) Enabled(context.Context, slog.Level) bool { return true }

func (h *onWarning) Handle(context.Context, slog.Record) error {
	if h.warnings++; h.warnings == 1 {
		h.do()
	}

	return nil
}

// TestRunWaitsForALockedDatabase however long another program writes to it, and
// warns once, in plain words.
func TestRunWaitsForALockedDatabase(t *testing.T) {
	if os.Getenv("NEWSBELL_LONG") == "" {
		t.Skip("SQLite waits for ten seconds; .ci/run sets NEWSBELL_LONG")
	}

	t.Parallel()

	path := filepath.Join(t.TempDir(), "newsbell.db")
	h := &onWarning{do: held(t, path)}

	s, _, err := openFree(t.Context(), &config.Config{Database: path}, options{Log: slog.New(h)})
	if err != nil || h.warnings != 1 {
		t.Fatalf("%v after %d warnings", err, h.warnings)
	}

	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestRunThatStopsWaitingSaysWhy: an operator who gives up on a locked database
// hears what it waited for.
func TestRunThatStopsWaitingSaysWhy(t *testing.T) {
	if os.Getenv("NEWSBELL_LONG") == "" {
		t.Skip("SQLite waits for ten seconds; .ci/run sets NEWSBELL_LONG")
	}

	t.Parallel()

	path := filepath.Join(t.TempDir(), "newsbell.db")
	defer held(t, path)()

	ctx, stop := context.WithCancel(t.Context())

	s, _, err := openFree(ctx, &config.Config{Database: path}, options{Log: slog.New(&onWarning{do: stop})})
	if !errors.Is(err, store.ErrBusy) {
		t.Errorf("%v, %v", s, err)
	}
}
