package store

import (
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pressly/goose/v3"
)

// TestADatabaseOfBeforeIsUpgraded makes the tables of an older Newsbell with a
// source, an article and what is known of it: after the upgrade nothing is new
// again, and the copy of before is there.
func TestADatabaseOfBeforeIsUpgraded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "old.db")

	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}

	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}

	old, err := goose.NewProvider(goose.DialectSQLite3, db, dir)
	if err != nil {
		t.Fatal(err)
	}

	if _, err := old.UpTo(t.Context(), 5); err != nil {
		t.Fatal(err)
	}

	now := time.Now()
	it := itemOf(item("1", "https://example.org/1", "Storm", now))

	key, text := identityOf("key", it.Key), strings.Repeat("A text of before. ", 40)
	for _, step := range []struct {
		statement string
		args      []any
	}{
		{"INSERT INTO sources (id, url, origin, next_poll_at, last_ok_at, baseline_at, listed_at) VALUES (1, 'https://example.org/feed', 'config', 0, $1, $1, $1)", []any{toMillis(now)}},
		{"INSERT INTO articles (id, source, key, url, canonical, title, summary, text, seen_at, story) VALUES (1, 1, '1', $1, $1, 'Storm', '', $3, $2, 1)", []any{it.URL, toMillis(now), text}},
		{"INSERT INTO seen (source, identity, article, content, last_listed_at) VALUES (1, $1, 1, $2, $3)", []any{key[:], contentOf(it.Article), toMillis(now)}},
	} {
		if _, err := db.ExecContext(t.Context(), step.statement, step.args...); err != nil {
			t.Fatal(err)
		}
	}

	_, want, err := old.GetVersions(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()

	if _, err := os.Stat(fmt.Sprintf("%s.before-%d", path, want)); err != nil {
		t.Errorf("no copy was kept: %v", err)
	}

	s.update(t, func(tx *Tx) error {
		a, err := tx.Article(1)
		if err == nil && a.News.Text != text {
			t.Errorf("the text of before reads %q", a.News.Text)
		}

		return err
	})

	if got := s.poll(t, 1, item("1", "https://example.org/1", "Storm", now), item("2", "https://example.org/2", "Flood", now)); got.New != 1 {
		t.Errorf("%+v, want the second item to be new", got)
	}
}
