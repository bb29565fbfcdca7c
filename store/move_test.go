package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"newsbell/store/engine/enginetest"
)

// moveVariable makes the test program one that moves the database of openVariable there, and
// is killed in the middle of it.
const moveVariable = "NEWSBELL_TEST_MOVE"

// diesAfter is after how many rows it is killed: some are committed, and some are not.
const diesAfter = 2_200

// moveAndDie moves a database and kills the process on the way.
func moveAndDie(from, to string) {
	rows := 0

	err := Move(context.Background(), from, to, func(int64) func(int) {
		return func(n int) {
			if rows += n; rows >= diesAfter {
				self, _ := os.FindProcess(os.Getpid())
				_ = self.Kill()

				select {}
			}
		}
	})

	fmt.Fprintln(os.Stderr, "it was not killed:", err)
	os.Exit(1)
}

// TestAMoveThatIsKilled: what it has written of the target is not taken for a database, the
// first is as it was, and the next move begins anew and ends with the same rows, empty blobs among
// them (the driver of SQLite reads those as NULL).
func TestAMoveThatIsKilled(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from.db"), enginetest.Database(t, filepath.Join(dir, "to.db"))
	fillForMove(t, from)

	child := exec.Command(os.Args[0], "-test.run=^$")

	child.Env = append(os.Environ(), openVariable+"="+from, moveVariable+"="+to)

	out, err := child.CombinedOutput()
	if err == nil || strings.Contains(string(out), "not killed") {
		t.Fatalf("it was not killed: %v %s", err, out)
	}

	if _, err := Open(t.Context(), to); !errors.Is(err, ErrSetup) || !strings.Contains(err.Error(), "holds a part of another database only") {
		t.Fatalf("what was half moved opens: %v", err)
	}

	if err := Move(t.Context(), from, to, func(int64) func(int) { return func(int) {} }); err != nil {
		t.Fatal(err)
	}

	for _, database := range []string{from, to} {
		s, err := Open(t.Context(), database)
		if err != nil {
			t.Fatal(err)
		}

		s.update(t, func(tx *Tx) error { // those that a copy without its first page would lack
			var chats, subscriptions, empty int

			err := tx.one("SELECT (SELECT count(*) FROM chats), (SELECT count(*) FROM subscriptions), (SELECT count(*) FROM related WHERE terms = body AND octet_length(terms) = 0)", nil, &chats, &subscriptions, &empty)
			if chats != diesAfter || subscriptions != diesAfter || empty != 1 {
				t.Errorf("%s: %d chats, %d subscriptions, %d rows with empty blobs", database, chats, subscriptions, empty)
			}

			return err
		})

		if damage, err := s.Check(t.Context()); err != nil || len(damage) > 0 {
			t.Errorf("%v %v", damage, err)
		}

		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// fillForMove writes a file that takes more than one page to copy.
func fillForMove(t *testing.T, path string) {
	t.Helper()

	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}

	s.update(t, func(tx *Tx) error {
		if err := tx.SetFact("of the first", 7); err != nil {
			return err
		}

		return tx.execAll(nil, fmt.Sprintf(`WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < %d)
			INSERT INTO chats (platform, address, kind, state_since, created_at, next_number) SELECT 'test', CAST(i AS TEXT), 'private', 0, 0, 2 FROM c`, diesAfter),
			"INSERT INTO subscriptions (chat, number, query, canonical, version, created_at) SELECT id, 1, 'storm', 'storm', 1, 0 FROM chats",
			"INSERT INTO subscription_days (subscription, day, stories) SELECT id, 20000, 3 FROM subscriptions",
			"INSERT INTO related (article, source, story, at, terms, body) VALUES (1, 1, 1, 1, x'', x'')",
		)
	})

	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
