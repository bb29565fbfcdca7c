package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"newsbell/store/engine/enginetest"
)

func TestStatementsForPostgreSQL(t *testing.T) {
	p := &postgres{}

	for _, c := range []struct {
		query string
		args  []any
		text  string
		want  []any
	}{
		{"SELECT a FROM t WHERE b = ? AND c = '?'", []any{true}, "SELECT a FROM t WHERE b = $1 AND c = '?'", []any{int64(1)}},
		{"DELETE FROM t WHERE id IN (?, ?, ?) AND n < ?", []any{int64(3), int64(4), int64(0), 7}, "DELETE FROM t WHERE id = ANY($1) AND n < $2", []any{[]int64{3, 4, 0}, int64(7)}},
		{"UPDATE t SET a = $1 WHERE b = $2", []any{"x\x00y\xff", int64(1), "of another statement"}, "UPDATE t SET a = $1 WHERE b = $2", []any{"xy\uFFFD", int64(1)}},
		{
			"WITH d (id, ref) AS (VALUES (CAST(? AS BIGINT), CAST(? AS TEXT)), (?, ?)) UPDATE t SET a = ? FROM d WHERE t.id IN (?)",
			[]any{int64(1), "x", int64(0), "", 5, int64(7)},
			"WITH d (id, ref) AS (SELECT * FROM unnest($1::BIGINT[], $2::TEXT[]) AS given (column1, column2)) UPDATE t SET a = $3 FROM d WHERE t.id = ANY($4)",
			[]any{[]int64{1, 0}, []string{"x", ""}, int64(5), []int64{7}},
		},
		{"SELECT 1 WHERE k IN (?, ?)", []any{[]byte("a"), []byte("b")}, "SELECT 1 WHERE k = ANY($1)", []any{[][]byte{[]byte("a"), []byte("b")}}},
	} {
		got := p.translate(c.query)

		args, err := got.arguments(c.args)
		if err != nil || got.text != c.text || !cmp.Equal(args, c.want) {
			t.Errorf("%s: %s with %v (%v)", c.query, got.text, args, err)
		}
	}
}

// TestBothHaveTheSameTables: the migrations are written once, and make the same of both.
func TestBothHaveTheSameTables(t *testing.T) {
	enginetest.NeedsPostgres(t)

	dir, err := os.OpenRoot("../migrations")
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()

	file := filepath.Join(t.TempDir(), "a.db")
	if a, b := tablesOf(t, file, dir.FS()), tablesOf(t, enginetest.Database(t, file), dir.FS()); !cmp.Equal(a, b) {
		t.Error(cmp.Diff(a, b))
	}
}

func tablesOf(t *testing.T, database string, migrations fs.FS) (all []string) {
	t.Helper()

	e, err := New(database, 0)
	if err != nil {
		t.Fatal(err)
	}

	writer, readers, err := e.Open(t.Context(), migrations)
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	defer readers.Close()

	tables, err := OpenTables(e)
	if err != nil {
		t.Fatal(err)
	}
	defer tables.Close()

	names, err := tables.Names(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	for _, name := range names {
		columns, err := tables.Columns(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}

		slices.Sort(columns)
		all = append(all, fmt.Sprint(name, columns))
	}

	slices.Sort(all)

	return all
}

// TestOneProcessAtATime: who holds the lease renews it, and a second one is refused; a
// process that lost it writes nothing more; once released it is free at once.
func TestOneProcessAtATime(t *testing.T) {
	enginetest.NeedsPostgres(t)

	dir, err := os.OpenRoot("../migrations")
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()

	e, err := New(enginetest.Database(t, filepath.Join(t.TempDir(), "a.db")), 0)
	if err != nil {
		t.Fatal(err)
	}

	writer, readers, err := e.Open(t.Context(), dir.FS())
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	defer readers.Close()

	unlock, err := e.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	other := &postgres{config: e.(*postgres).config, name: e.Name()}
	if _, err := other.Lock(t.Context()); !errors.Is(err, ErrInUse) {
		t.Fatalf("a second process: %v, want ErrInUse", err)
	}

	s := NewSession(e, writer)
	defer s.Close()

	if err := errors.Join(s.Begin(t.Context(), Write), s.Commit(t.Context())); err != nil {
		t.Fatalf("who has the lease: %v", err)
	}

	if _, err := readers.ExecContext(t.Context(), "UPDATE leases SET token = token + 1, owner = 'another'"); err != nil {
		t.Fatal(err)
	}

	if err := s.Begin(t.Context(), Write); !errors.Is(err, ErrStop) {
		t.Errorf("who has lost the lease: %v, want ErrStop", err)
	}

	if err := unlock(); err != nil {
		t.Error(err)
	}
}

// TestACommitThatIsARollback: a statement fails, nobody minds, and COMMIT is to say that nothing was
// written, as the server answers it without an error.
func TestACommitThatIsARollback(t *testing.T) {
	enginetest.NeedsPostgres(t)

	e, err := New(enginetest.Database(t, filepath.Join(t.TempDir(), "a.db")), 0)
	if err != nil {
		t.Fatal(err)
	}

	pool := e.(*postgres).pool(1)
	defer pool.Close()

	s := NewSession(e, pool)
	defer s.Close()

	if err := s.Begin(t.Context(), Write); err != nil {
		t.Fatal(err)
	}

	if _, err := s.Exec(t.Context(), "SELECT 1 / 0", nil); err == nil {
		t.Fatal("a statement that divides by zero did not fail")
	}

	if err := s.Commit(t.Context()); !errors.Is(err, errAborted) {
		t.Errorf("the COMMIT of a transaction that had failed: %v, want %v", err, errAborted)
	}

	if err := errors.Join(s.Begin(t.Context(), Write), s.Commit(t.Context())); err != nil {
		t.Errorf("the transaction after it: %v", err)
	}
}

// TestALostConnectionIsOpenedAgain: the server ends every connection, as a restart does.
func TestALostConnectionIsOpenedAgain(t *testing.T) {
	enginetest.NeedsPostgres(t)

	e, err := New(enginetest.Database(t, filepath.Join(t.TempDir(), "a.db")), 0)
	if err != nil {
		t.Fatal(err)
	}

	p := e.(*postgres)
	pool, killer := p.pool(1), p.pool(1)

	defer pool.Close()
	defer killer.Close()

	s := NewSession(e, pool)
	defer s.Close()

	write := func(value int) error {
		if err := s.Begin(t.Context(), Write); err != nil {
			return err
		}

		_, err := s.Exec(t.Context(), "INSERT INTO kept (n) VALUES (?)", []any{value})

		return errors.Join(err, s.Commit(t.Context()))
	}

	if _, err := killer.ExecContext(t.Context(), "CREATE TABLE kept (n bigint)"); err != nil {
		t.Fatal(err)
	}

	for n := range 3 {
		if err := write(n); err != nil {
			t.Fatalf("write %d: %v", n, err)
		}

		var process int64
		if err := s.conn.QueryRowContext(t.Context(), "SELECT pg_backend_pid()").Scan(&process); err != nil {
			t.Fatal(err)
		}

		// Until it is gone: it ends at its next statement, which may be the middle of a write.
		if _, err := killer.ExecContext(t.Context(), "SELECT pg_terminate_backend($1, 60000)", process); err != nil {
			t.Fatal(err)
		}
	}

	var n int
	if err := killer.QueryRowContext(t.Context(), "SELECT count(*) FROM kept").Scan(&n); err != nil || n != 3 {
		t.Errorf("%d of 3 are written (%v)", n, err)
	}
}
