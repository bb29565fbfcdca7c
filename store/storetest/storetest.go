// Package storetest gives tests a database that has its tables already.
package storetest

import (
	"context"
	"testing"

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

func createDatabase(path string) error {
	s, err := store.Open(context.Background(), path)
	if err != nil {
		return err
	}

	return s.Close()
}
