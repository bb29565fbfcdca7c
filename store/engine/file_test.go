package engine

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// newFile makes a database with a table and some rows, and closes it.
func newFile(t *testing.T) string {
	t.Helper()

	path := filepath.Join(t.TempDir(), "a folder", "news.db")
	db := open(t, path, FileOptions{Size: 1})
	exec(t, db, "CREATE TABLE facts (name TEXT NOT NULL, value INTEGER NOT NULL) STRICT")
	exec(t, db, "CREATE INDEX facts_name ON facts (name)")
	exec(t, db, "INSERT INTO facts WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT 'fact ' || i, i FROM n")

	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	return path
}

func open(t *testing.T, path string, o FileOptions) *sql.DB {
	t.Helper()

	db, err := OpenFile(path, o)
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { db.Close() })

	return db
}

func exec(t *testing.T, db *sql.DB, statement string) {
	t.Helper()

	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func TestLockIsOfTheFileAndNotOfItsName(t *testing.T) {
	path := newFile(t)

	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(path, link); err != nil {
		t.Skip("links cannot be made here:", err)
	}

	unlock, err := LockFile(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}

	if _, err := LockFile(t.Context(), link); !errors.Is(err, ErrInUse) {
		t.Errorf("by another name: %v, want ErrInUse", err)
	}

	if err := unlock(); err != nil {
		t.Fatal(err)
	}

	again, err := LockFile(t.Context(), link)
	if err != nil {
		t.Fatal(err)
	}

	if err := again(); err != nil {
		t.Error(err)
	}
}

func TestAnotherFileOfThatNameIsNoticed(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"deleted": os.Remove,
		"moved":   func(path string) error { return os.Rename(path, path+".old") },
		"replaced": func(path string) error {
			return errors.Join(os.WriteFile(path+".new", nil, 0o600), os.Rename(path+".new", path))
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := newFile(t)

			opened, err := Identify(path)
			if err != nil {
				t.Fatal(err)
			}

			if err := opened.Check(); err != nil {
				t.Errorf("as it was: %v", err)
			}

			if err := change(path); err != nil {
				t.Fatal(err)
			}

			if err := opened.Check(); !errors.Is(err, ErrReplaced) || !errors.Is(err, ErrStop) {
				t.Errorf("%v, want ErrReplaced", err)
			}
		})
	}
}

func TestFilesArePrivate(t *testing.T) {
	path := newFile(t)
	if err := os.Chmod(path, 0o644); err != nil { // as older releases made it
		t.Fatal(err)
	}

	db := open(t, path, FileOptions{Size: 1})
	exec(t, db, "INSERT INTO facts VALUES ('new', 1)")

	if err := CopyFile(t.Context(), db, path, path+".copy"); err != nil {
		t.Fatal(err)
	}

	unlock, err := LockFile(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}

	defer func() {
		if err := unlock(); err != nil {
			t.Error(err)
		}
	}()

	for _, suffix := range []string{"", "-wal", "-shm", ".copy", ".lock"} {
		info, err := os.Stat(path + suffix)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v (%v), want 0600", suffix, info.Mode(), err)
		}
	}
}

// TestErrorsSayWhichFileAndWhatToDo has SQLite itself fail in every way that people
// meet.
func TestErrorsSayWhichFileAndWhatToDo(t *testing.T) {
	read := func(ctx context.Context, path string) error {
		db, err := OpenFile(path, FileOptions{Size: 1})
		if err != nil {
			return err
		}
		defer db.Close()

		var n int

		return db.QueryRowContext(ctx, "SELECT sum(value), count(*) FROM facts").Scan(&n, &n)
	}

	for _, c := range []struct {
		name string
		fail func(t *testing.T, path string) error
		says []string
	}{
		{"no database", func(t *testing.T, path string) error {
			if err := os.WriteFile(path, []byte(strings.Repeat("Dear diary. ", 100)), 0o600); err != nil {
				t.Fatal(err)
			}

			return read(t.Context(), path)
		}, []string{"is no database of Newsbell", "name another file"}},
		{"damaged", func(t *testing.T, path string) error {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}

			copy(content[4096:], strings.Repeat("x", len(content)-4096))

			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}

			return read(t.Context(), path)
		}, []string{"is damaged", "put a backup in its place"}},
		{"a folder", func(t *testing.T, path string) error {
			_, err := OpenFile(filepath.Dir(path), FileOptions{Size: 1})
			return err
		}, []string{"is a folder", "name a file"}},
		{"a folder that takes no such file", func(t *testing.T, path string) error {
			_, err := OpenFile(filepath.Join(filepath.Dir(path), strings.Repeat("x", 1000)), FileOptions{Size: 1})
			return err
		}, []string{"cannot be made", "write into its folder"}},
		{"read only", func(t *testing.T, path string) error {
			_, err := open(t, path, FileOptions{Size: 1, ReadOnly: true}).ExecContext(t.Context(), "DELETE FROM facts")
			return err
		}, []string{"may only be read", "run Newsbell as the user"}},
		{"full", func(t *testing.T, path string) error {
			_, err := open(t, path, FileOptions{Size: 1, MaxPages: 60}).ExecContext(t.Context(), "INSERT INTO facts SELECT name || name || name, value FROM facts, (SELECT 1 UNION SELECT 2)")
			return err
		}, []string{"the disk is full", "free some space"}},
		{"no longer whole: a wrong type", func(t *testing.T, _ string) error {
			return errors.New(`sql: Scan error on column index 3, name "seen_at": converting driver.Value type string ("x")`)
		}, []string{"is damaged"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := newFile(t)

			err := explainFile(c.fail(t, path), path)
			if err == nil {
				t.Fatal("it did not fail")
			}

			for _, part := range append(c.says, filepath.Dir(path)) {
				if !strings.Contains(err.Error(), part) && (part != filepath.Dir(path) || c.name != "full") {
					t.Errorf("%q does not say %q", err, part)
				}
			}

			if again := explainFile(err, path); again.Error() != err.Error() {
				t.Errorf("fileError twice: %s", again)
			}
		})
	}
}

func TestDamageIsFoundQuickly(t *testing.T) {
	path := newFile(t)
	if err := CheckFile(t.Context(), path); err != nil {
		t.Errorf("a sound file: %v", err)
	}

	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}

	copy(content[len(content)/2:], strings.Repeat("y", 9000))

	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}

	if err := CheckFile(t.Context(), path); err == nil || !strings.Contains(err.Error(), "is damaged") {
		t.Errorf("a damaged file: %v", err)
	}
}
