// Package storetest gives tests a database that has its tables already.
package storetest

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"newsbell/news"
	"newsbell/store"
	"newsbell/store/engine/enginetest"
)

// Database returns the database to open in place of a file, on the engine that the tests
// run on. One that is not there yet has all tables and no rows. The same name is the same
// database within a test.
func Database(t testing.TB, path string) string {
	t.Helper()
	return enginetest.Migrated(t, path, createDatabase)
}

// Open opens a Database of its own, until the test ends.
func Open(t testing.TB) *store.Store {
	t.Helper()

	s, err := store.Open(t.Context(), Database(t, filepath.Join(t.TempDir(), "newsbell.db")))
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})

	return s
}

// Poll has a source list articles, and be asked again in ten minutes. Those that are more than two days
// old cause no alert.
func Poll(t *store.Tx, source int64, articles ...news.Article) error {
	_, err := t.SavePoll(store.PreparePoll(store.PollResult{Source: source, Next: t.Now.Add(10 * time.Minute), Articles: articles}), 48*time.Hour)
	return err
}

func createDatabase(path string) error {
	s, err := store.Open(context.Background(), path)
	if err != nil {
		return err
	}

	return s.Close()
}
