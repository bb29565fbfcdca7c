package cli

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"newsbell/store"
)

// held makes a database that another program writes to until free is called.
func held(t *testing.T, path string) (free func()) {
	t.Helper()

	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}

	begun, end, ended := make(chan bool), make(chan bool), make(chan error)
	go func() {
		ended <- s.Update(context.Background(), func(*store.Tx) error { close(begun); <-end; return nil })
	}()

	<-begun

	return func() {
		close(end)

		if err := errors.Join(<-ended, s.Close()); err != nil {
			t.Error(err)
		}
	}
}

// TestReadingALockedDatabase: commands that only read do not wait for who writes.
func TestReadingALockedDatabase(t *testing.T) {
	dir := t.TempDir()

	free := held(t, filepath.Join(dir, "newsbell.db"))
	defer free()

	for _, args := range []string{"check", "check --alerts", "backup copy.db", "preview storm", "export"} {
		if stdout, stderr, code := newsbell(t, dir, "", strings.Fields(args)...); code != 0 {
			t.Errorf("%s: exit %d: %s%s", args, code, stdout, stderr)
		}
	}
}
