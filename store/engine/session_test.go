package engine

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"
)

// openSession is a session on a file with a table of three numbers.
func openSession(t *testing.T) *Session {
	t.Helper()

	path := filepath.Join(t.TempDir(), "a.db")

	db, err := OpenFile(path, FileOptions{Size: 1})
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { db.Close() })

	for _, statement := range []string{"CREATE TABLE numbers (n INTEGER)", "INSERT INTO numbers VALUES (1), (2), (3)"} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}

	s := NewSession(&sqliteFile{path: path}, db)

	t.Cleanup(func() { s.Close() })

	return s
}

// read reads the numbers in a transaction, and calls each for every one.
func (s *Session) read(ctx context.Context, each func()) error {
	if err := s.Begin(ctx, Read); err != nil {
		return err
	}

	err := s.Query(ctx, "SELECT n FROM numbers", nil, func(scan func(...any) error) error {
		each()
		return scan(new(int))
	})

	return errors.Join(err, s.Rollback(ctx))
}

// TestAQueryOfAFileStartsNoGoroutine: two for each query that may be cancelled cost as much as a small one.
func TestAQueryOfAFileStartsNoGoroutine(t *testing.T) {
	s := openSession(t)
	ctx, stop := context.WithCancel(t.Context())

	defer stop()

	if err := s.read(ctx, func() {}); err != nil { // the pool has its own by then
		t.Fatal(err)
	}

	before := runtime.NumGoroutine()

	if err := s.read(ctx, func() {
		if n := runtime.NumGoroutine(); n > before {
			t.Errorf("%d goroutines in a query, %d before it", n, before)
		}
	}); err != nil {
		t.Error(err)
	}
}

// TestAQueryOfAFileEndsWithItsContext: after it no row is read, and no query begins.
func TestAQueryOfAFileEndsWithItsContext(t *testing.T) {
	s := openSession(t)

	ctx, stop := context.WithCancel(t.Context())
	defer stop()

	rows := 0

	for range 2 {
		err := s.read(ctx, func() {
			rows++

			stop()
		})
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}

	if rows != 1 {
		t.Errorf("%d rows were read", rows)
	}
}

// TestATransactionIsParsedOnce: its BEGIN and its end are as any other statement.
func TestATransactionIsParsedOnce(t *testing.T) {
	s := openSession(t)

	err := errors.Join(s.read(t.Context(), func() {}), s.Begin(t.Context(), Write), s.Commit(t.Context()))
	if err != nil {
		t.Fatal(err)
	}

	for _, text := range []string{"BEGIN", "ROLLBACK", "BEGIN IMMEDIATE", "COMMIT"} {
		if s.statements[text] == nil {
			t.Errorf("%s is not kept", text)
		}
	}
}

// TestAStatementIsKeptThatComesLate: texts with lists of every length come first, and go when it does.
func TestAStatementIsKeptThatComesLate(t *testing.T) {
	s := openSession(t)

	if err := s.Begin(t.Context(), Read); err != nil {
		t.Fatal(err)
	}

	for n := range mostStatements + 50 {
		if _, err := s.Exec(t.Context(), fmt.Sprintf("SELECT %d", n), nil); err != nil {
			t.Fatal(err)
		}
	}

	if err := errors.Join(s.Rollback(t.Context()), s.read(t.Context(), func() {})); err != nil {
		t.Fatal(err)
	}

	if s.statements["ROLLBACK"] == nil || len(s.statements) > mostStatements {
		t.Errorf("%d statements are kept, and the latest is not among them", len(s.statements))
	}
}
