package cli

import (
	"bytes"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"newsbell/store"
	"newsbell/store/engine"
	"newsbell/store/engine/enginetest"
	"newsbell/store/storetest"
)

// output runs the command line and returns what it printed, its complaints and exit code.
func output(t *testing.T, args ...string) (out, complaint string, code int) {
	t.Helper()

	var stdout, stderr bytes.Buffer

	code = Run(t.Context(), args, strings.NewReader(""), &stdout, &stderr)

	return stdout.String(), stderr.String(), code
}

// rowsOf reads every row of a database, as text, in an order that engines don't decide.
func rowsOf(t *testing.T, database string) (rows []string) {
	t.Helper()

	e, err := engine.New(database, 0)
	if err != nil {
		t.Fatal(err)
	}

	tables, err := engine.OpenTables(e)
	if err != nil {
		t.Fatal(err)
	}
	defer tables.Close()

	driver := "sqlite"
	if strings.Contains(database, "://") {
		driver = "pgx"
	}

	db, err := sql.Open(driver, database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()

	names, err := tables.Names(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	for _, name := range names {
		columns, err := tables.Columns(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}

		rows = append(rows, rowsOfTable(t, db, name, columns)...)
	}

	slices.Sort(rows)

	return rows
}

func rowsOfTable(t *testing.T, db *sql.DB, name string, columns []string) (all []string) {
	t.Helper()

	rows, err := db.QueryContext(t.Context(), `SELECT "`+strings.Join(columns, `", "`)+`" FROM `+name)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()

	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}

	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}

		row := name + ":"
		for i, value := range values {
			row += fmt.Sprintf(" %s=%#v", columns[i], value)
		}

		// Which programs may share a database is a fact of a server's only.
		if !strings.Contains(row, `name="oldest_program`) {
			all = append(all, row)
		}
	}

	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}

	return all
}

// TestAMovedDatabaseIsTheSame moves a demo's database, to a server if there is one, and
// back: every row, the alerts and previews are those of before, and the first stays as it was.
func TestAMovedDatabaseIsTheSame(t *testing.T) {
	dir := t.TempDir()
	first, second, third := filepath.Join(dir, "first.db"), storetest.Database(t, filepath.Join(dir, "second.db")), filepath.Join(dir, "third.db")

	if code := Run(t.Context(), []string{"demo", "--json", "--database", first}, strings.NewReader(""), io.Discard, os.Stderr); code != 0 {
		t.Fatal("the demo failed")
	}

	look := func(database string) string {
		alerts, _, _ := output(t, "check", "--alerts", "--json", "--database", database)
		preview, _, _ := output(t, "preview", "--json", "--days", "9000", "--database", database, "Kim")

		return alerts + preview
	}

	before, rows := look(first), rowsOf(t, first)
	if !strings.Contains(before, "Kim") || len(rows) < 50 {
		t.Fatalf("the demo left nothing to move: %s", before)
	}

	for _, step := range [][2]string{{first, second}, {second, third}} {
		if _, complaint, code := output(t, "move", "--database", step[0], "--to", step[1]); code != 0 {
			t.Fatal(complaint)
		}
	}

	for _, database := range []string{first, second, third} {
		if after := look(database); after != before {
			t.Errorf("%s is\n%s, was\n%s", filepath.Base(database), after, before)
		}

		if after := rowsOf(t, database); !slices.Equal(after, rows) {
			t.Errorf("%s has other rows: %s", filepath.Base(database), cmp.Diff(rows, after))
		}
	}

	_, complaint, code := output(t, "move", "--database", first, "--to", third)
	if code != 1 || !strings.Contains(complaint, "there is something in it already") {
		t.Errorf("into what holds something: exit %d, %s", code, complaint)
	}
}

func TestAServerThatIsNotThereIsASentenceWithoutThePassword(t *testing.T) {
	for _, c := range []struct{ address, says string }{
		{"postgres://newsbell:sekrit@127.0.0.1:1/news", "cannot be reached"},
		{"postgres://newsbell:sekrit@127.0.0.1:notaport/news", "the address in `database` is not one"},
	} {
		_, complaint, code := output(t, "preview", "--database", c.address, "storm")
		if code != 2 || !strings.Contains(complaint, c.says) || strings.Contains(complaint, "sekrit") || strings.Count(complaint, "\n") != 1 {
			t.Errorf("%s: exit %d, %s", c.says, code, complaint)
		}
	}
}

// TestTheDemoOnAServerRingsAsOnAFile: as many alerts of the same subscriptions, and on a database that
// was kept nothing rings again.
func TestTheDemoOnAServerRingsAsOnAFile(t *testing.T) {
	enginetest.NeedsPostgres(t)

	dir := t.TempDir()
	file, server := filepath.Join(dir, "file.db"), enginetest.Database(t, filepath.Join(dir, "server.db"))

	for i, what := range []string{"a new database", "one that was kept"} {
		a, b := alertsOfDemo(t, file), alertsOfDemo(t, server)
		if !cmp.Equal(a, b) || (len(a) > 0) != (i == 0) {
			t.Errorf("%s: on a file %d alerts, on a server %d: %s", what, len(a), len(b), cmp.Diff(a, b))
		}
	}
}

// alertsOfDemo says which subscriptions a demo alerted. Which outlet tells a story first is chance.
func alertsOfDemo(t *testing.T, database string) (alerts []string) {
	t.Helper()

	out, complaint, code := output(t, "demo", "--json", "--database", database)
	if code != 0 {
		t.Fatal(complaint)
	}

	for _, a := range eventsOf(t, out)["alert"] {
		alerts = append(alerts, fmt.Sprint(a["platform"], a["chat"], a["subscriptions"], a["attempt"]))
	}

	slices.Sort(alerts)

	return alerts
}

// TestWrongNamesOfDatabases: SQLite would make folders named http: and sqlite: of them.
func TestWrongNamesOfDatabases(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte("default_sources = false\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	s, err := store.Open(t.Context(), filepath.Join(dir, "newsbell.db"))
	if err != nil {
		t.Fatal(err)
	}

	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	for _, c := range []struct{ args, want string }{
		{"move --to http://db/news", "--to takes the name of a file, or postgres://"},
		{"move --to sqlite:///news.db", "--to takes the name of a file, or postgres://"},
		{"move --to newsbell.db", "--to names the database itself"},
		{"move --to ./newsbell.db", "--to names the database itself"},
		{"stats --database mysql://me:secret@db/news", "--database takes the name of a file, or postgres://"},
		{"demo --json --database mysql://me:secret@db/news", "--database takes the name of a file, or postgres://"},
	} {
		_, stderr, code := newsbell(t, dir, "", strings.Fields(c.args)...)
		if code != exitUsage || !strings.Contains(stderr, c.want) || strings.Contains(stderr, "secret") {
			t.Errorf("%s: exit %d: %s", c.args, code, stderr)
		}
	}

	made, err := filepath.Glob(filepath.Join(dir, "*:*"))
	if err != nil || len(made) > 0 {
		t.Errorf("made %s (%v)", made, err)
	}
}
