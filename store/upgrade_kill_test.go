package store

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"newsbell/store/engine"
)

// openVariable makes the test program a process that opens a database and ends, for
// tests that kill it on the way.
const openVariable = "NEWSBELL_TEST_OPEN"

func TestMain(m *testing.M) {
	path := os.Getenv(openVariable)
	if path == "" {
		os.Exit(m.Run())
	}

	if to := os.Getenv(moveVariable); to != "" {
		moveAndDie(path, to)
	}

	s, err := Open(context.Background(), path)
	if err == nil {
		err = s.Close()
	}

	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// schemas lists the versions that a database of before may have.
func schemas(t *testing.T) []int64 {
	t.Helper()

	var versions []int64

	for _, m := range migrationsOf(t, nil).ListSources() {
		versions = append(versions, m.Version)
	}

	return versions
}

func migrationsOf(t *testing.T, db *sql.DB) *goose.Provider {
	t.Helper()

	if db == nil {
		var err error
		if db, err = sql.Open("sqlite", ":memory:"); err != nil {
			t.Fatal(err)
		}

		t.Cleanup(func() { db.Close() })
	}

	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}

	provider, err := goose.NewProvider(goose.DialectSQLite3, db, dir)
	if err != nil {
		t.Fatal(err)
	}

	return provider
}

// oldDatabase makes a database of an older schema with some megabytes of articles.
func oldDatabase(t *testing.T, schema int64, articles int) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "old.db")

	db, err := engine.OpenFile(path, engine.FileOptions{Size: 1})
	if err != nil {
		t.Fatal(err)
	}

	if _, err := migrationsOf(t, db).UpTo(t.Context(), schema); err != nil {
		t.Fatal(err)
	}

	for _, statement := range []string{
		"INSERT INTO sources (id, url, origin, next_poll_at) VALUES (1, 'https://example.org/feed', 'config', 0)",
		"INSERT INTO chats (id, platform, address, kind, state_since, created_at) VALUES (1, 'test', '1', 'private', 0, 0)",
		fmt.Sprintf(`INSERT INTO articles (source, key, url, canonical, title, summary, text, seen_at)
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT 1, i, i, i, 'Storm ' || i, '', hex(randomblob(2000)), 0 FROM n`, articles),
		"INSERT INTO messages (chat, kind, state, next_attempt_at, created_at) SELECT 1, 'alert', 'sent', 0, 0 FROM articles",
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}

	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	return path
}

// goesOn opens a database and looks whether everything is there.
func goesOn(t *testing.T, path string, articles int) {
	t.Helper()

	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()

	s.update(t, func(tx *Tx) error {
		n, _, _, err := tx.CountArticles()
		if n != articles {
			t.Errorf("%d articles are left of %d", n, articles)
		}

		return err
	})

	if damage, err := s.Check(t.Context()); err != nil || len(damage) > 0 {
		t.Errorf("%v %v", damage, err)
	}
}

// copyOf is where the copy before the migration is.
func copyOf(t *testing.T, path string) string {
	t.Helper()

	versions := schemas(t)

	return fmt.Sprintf("%s.before-%d", path, versions[len(versions)-1])
}

// TestAKilledUpgradeGoesOn kills a process that upgrades a database, at moments that together
// cover the copy and the migrations: from every older schema in the long form, from every
// eighth and the last two in the short one.
func TestAKilledUpgradeGoesOn(t *testing.T) {
	if testing.Short() {
		t.Skip("it kills processes")
	}

	const articles = 500 // 2 MB

	versions := schemas(t)
	for i, schema := range versions[:len(versions)-1] {
		if os.Getenv("NEWSBELL_LONG") == "" && i%8 != 0 && i < len(versions)-3 {
			continue
		}

		t.Run(fmt.Sprint("from ", schema), func(t *testing.T) {
			killed := 0

			path := oldDatabase(t, schema, articles)

			for wait := 4 * time.Millisecond; ; wait *= 2 { // the first is before any program has begun
				child := exec.Command(os.Args[0])

				child.Env = append(os.Environ(), openVariable+"="+path)
				if err := child.Start(); err != nil {
					t.Fatal(err)
				}

				timer := time.AfterFunc(wait, func() { _ = child.Process.Kill() })

				if err := child.Wait(); err == nil {
					timer.Stop()
					break
				}

				if timer.Stop() {
					t.Fatal("the start after a kill failed by itself")
				}

				killed++
			}

			goesOn(t, path, articles)

			if killed == 0 {
				t.Error("it was never killed")
			}

			if _, err := os.Stat(copyOf(t, path) + ".partial"); err == nil {
				t.Error("a partial copy is left")
			}
		})
	}
}

// TestLeftoversOfAKilledUpgrade are the states in which a kill leaves the copy.
func TestLeftoversOfAKilledUpgrade(t *testing.T) {
	const articles = 20

	for _, c := range []struct {
		name    string
		prepare func(t *testing.T, path, kept string)
		copied  int64 // the schema of the copy at the end
	}{
		{"nothing", func(*testing.T, string, string) {}, 5},
		{"the beginning of a copy, as written by older releases", func(t *testing.T, path, kept string) {
			whole, err := os.ReadFile(path)
			if err == nil {
				err = os.WriteFile(kept, whole[:len(whole)/3], 0o644) // as they made it
			}

			if err != nil {
				t.Fatal(err)
			}
		}, 5},
		{"an empty copy", func(t *testing.T, _, kept string) {
			if err := os.WriteFile(kept, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, 5},
		{"the beginning of a copy", func(t *testing.T, _, kept string) {
			if err := os.WriteFile(kept+".partial", []byte("SQLite format 3"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, 5},
		{"a whole copy", func(t *testing.T, path, kept string) {
			whole, err := os.ReadFile(path)
			if err == nil {
				err = os.WriteFile(kept, whole, 0o600)
			}

			if err != nil {
				t.Fatal(err)
			}
		}, 5},
		{"a whole copy, and one migration is done", func(t *testing.T, path, kept string) {
			whole, err := os.ReadFile(path)
			if err == nil {
				err = os.WriteFile(kept, whole, 0o600)
			}

			if err != nil {
				t.Fatal(err)
			}

			db, err := engine.OpenFile(path, engine.FileOptions{Size: 1})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()

			if _, err := migrationsOf(t, db).UpByOne(t.Context()); err != nil {
				t.Fatal(err)
			}
		}, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := oldDatabase(t, 5, articles)
			kept := copyOf(t, path)
			c.prepare(t, path, kept)
			goesOn(t, path, articles)

			db, err := engine.OpenFile(kept, engine.FileOptions{Size: 1, ReadOnly: true})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()

			var n int
			if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM articles").Scan(&n); err != nil || n != articles {
				t.Errorf("the copy has %d articles (%v)", n, err)
			}

			var v int64

			err = db.QueryRowContext(t.Context(), "SELECT max(version_id) FROM goose_db_version WHERE is_applied").Scan(&v)
			if err != nil || v != c.copied {
				t.Errorf("the copy is of schema %d (%v), want %d", v, err, c.copied)
			}

			info, err := os.Stat(kept)
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the copy has the mode %v (%v)", info.Mode(), err)
			}
		})
	}
}
