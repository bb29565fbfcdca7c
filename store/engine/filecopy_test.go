package engine_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"newsbell/store/engine"
)

// between is a context that does something whenever it is asked whether it has ended.
type between struct {
	context.Context

	do func() error
}

func (b between) Err() error { return errors.Join(b.Context.Err(), b.do()) }

// largeFile makes a database that is copied in several steps.
func largeFile(t *testing.T) (path string) {
	t.Helper()

	path = filepath.Join(t.TempDir(), "large.db")

	_, err := open(t, path).ExecContext(t.Context(), `CREATE TABLE one (id INTEGER PRIMARY KEY, text BLOB NOT NULL DEFAULT (x'')) STRICT;
		WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 2000) INSERT INTO one SELECT id, randomblob(5000) FROM n`)
	if err != nil {
		t.Fatal(err)
	}

	return path
}

// TestACopyIsOfOneMoment, however much is written while it is made.
func TestACopyIsOfOneMoment(t *testing.T) {
	path := largeFile(t)
	writer, to, steps := open(t, path), filepath.Join(t.TempDir(), "copy.db"), 0

	// Every row is changed: in a copy of several moments some would be other than others. The
	// database's package looks at the context, too.
	var mu sync.Mutex

	ctx := between{t.Context(), func() error {
		mu.Lock()
		defer mu.Unlock()

		steps++
		_, err := writer.ExecContext(t.Context(), "UPDATE one SET text = $1; INSERT INTO one DEFAULT VALUES", []byte{byte(steps)})

		return err
	}}

	if err := engine.CopyFile(ctx, open(t, path), path, to); err != nil {
		t.Fatal(err)
	}

	mu.Lock()
	defer mu.Unlock()

	if steps < 3 || steps > 20 {
		t.Errorf("something was written %d times while it was copied", steps)
	}

	if rows := countRows(t, to); rows < 2000 || rows >= 2000+steps {
		t.Errorf("%d rows, and %d were written meanwhile", rows, steps)
	}

	var texts int
	if err := open(t, to).QueryRowContext(t.Context(), "SELECT count(DISTINCT length(text)) FROM one WHERE id <= 2000").Scan(&texts); err != nil || texts != 1 {
		t.Errorf("rows of %d moments, %v", texts, err)
	}

	if err := engine.CheckFile(t.Context(), to); err != nil {
		t.Error(err)
	}
}

// TestACopyEndsWithItsContext: a stop does not wait for the end of a large copy, and nothing
// is left of it.
func TestACopyEndsWithItsContext(t *testing.T) {
	path := largeFile(t)
	folder := t.TempDir()
	to := filepath.Join(folder, "copy.db")

	err := engine.CopyFile(between{t.Context(), func() error {
		if begun, err := os.Stat(to + engine.Partial); err == nil && begun.Size() > 0 {
			return context.Canceled
		}

		return nil
	}}, open(t, path), path, to)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a copy that was stopped: %v", err)
	}

	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// TestACopyHasItsName, also where SQLite would read options in it: nothing of the database may
// be written to another file, which others could read.
func TestACopyHasItsName(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such names")
	}

	folder := t.TempDir()
	path := filepath.Join(folder, "news 100%20?mode=ro#ü.db")
	to := filepath.Join(folder, "copy 100%20?mode=ro#ü.db")
	db := open(t, path)

	if _, err := db.ExecContext(t.Context(), "CREATE TABLE one (id INTEGER PRIMARY KEY) STRICT; INSERT INTO one VALUES (1), (2)"); err != nil {
		t.Fatal(err)
	}

	if err := engine.CopyFile(t.Context(), db, path, to); err != nil {
		t.Fatal(err)
	}

	if rows := countRows(t, to); rows != 2 {
		t.Errorf("%d rows", rows)
	}

	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}

	for _, file := range files {
		if !strings.HasPrefix(file.Name(), filepath.Base(path)) && !strings.HasPrefix(file.Name(), filepath.Base(to)) {
			t.Errorf("%q is nobody's", file.Name())
		}
	}
}
