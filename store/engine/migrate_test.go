package engine_test

import (
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"newsbell/store/engine"
	"newsbell/store/engine/enginetest"
)

// TestAnOlderProgramWithoutALateMigration is refused a file that has it, although the highest
// number is the same, and changes nothing. On a server it may go on: migrations only add. A
// program that has another late one in its place is refused there, too.
func TestAnOlderProgramWithoutALateMigration(t *testing.T) {
	database := enginetest.Database(t, filepath.Join(t.TempDir(), "late.db"))
	facts := &fstest.MapFile{Data: []byte("-- +goose Up\nCREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;\n")}
	older := fstest.MapFS{"00001_facts.sql": facts, "00903_three.sql": table("three")}
	newer := fstest.MapFS{"00001_facts.sql": facts, "00902_two.sql": table("two"), "00903_three.sql": table("three")}
	other := fstest.MapFS{"00001_facts.sql": facts, "00901_one.sql": table("one"), "00903_three.sql": table("three")}

	openAndRead(t, database, older, []string{"three"})
	openAndRead(t, database, newer, []string{"two", "three"})

	if enginetest.IsPostgres() {
		openAndRead(t, database, older, []string{"two", "three"})
	} else {
		refuseNewer(t, database, older)
	}

	refuseNewer(t, database, other)
	openAndRead(t, database, newer, []string{"two", "three"})
}

func refuseNewer(t *testing.T, database string, files fs.FS) {
	t.Helper()

	e, err := engine.New(database, 0)
	if err != nil {
		t.Fatal(err)
	}

	writer, _, err := e.Open(t.Context(), files)
	if writer != nil {
		defer writer.Close()
	}

	if err == nil || !strings.Contains(err.Error(), "newer Newsbell (this program doesn't know version 902 of its tables)") {
		t.Errorf("a program without a migration that the tables have: %v", err)
	}
}

// TestTheCopyOfBeforeALateMigration is of the moment before it: a copy that an upgrade to the
// same highest number has left is not taken for it, but one that a killed upgrade left is.
func TestTheCopyOfBeforeALateMigration(t *testing.T) {
	enginetest.NeedsFile(t)

	path := filepath.Join(t.TempDir(), "late.db")
	one, four := fstest.MapFS{"00001_one.sql": table("one")}, fstest.MapFS{"00001_one.sql": table("one"), "00004_four.sql": table("four")}
	late := fstest.MapFS{"00001_one.sql": table("one"), "00002_two.sql": table("two"), "00004_four.sql": table("four")}
	later := fstest.MapFS{"00001_one.sql": table("one"), "00002_two.sql": table("two"), "00003_three.sql": table("three"), "00004_four.sql": table("four")}

	openAndRead(t, path, one, []string{"one"})
	openAndRead(t, path, four, []string{"one", "four"})
	addRow(t, path, 1)
	openAndRead(t, path, late, []string{"one", "two", "four"})

	if rows := countRows(t, path+".before-4-3"); rows != 1 {
		t.Errorf("the copy of before the late migration has %d rows of 1", rows)
	}

	// As a kill leaves it that came after the copy and the first of two migrations.
	if err := os.Rename(path+".before-4-3", path+".before-4-4"); err != nil {
		t.Fatal(err)
	}

	addRow(t, path, 2)
	openAndRead(t, path, later, []string{"one", "two", "three", "four"})

	if rows := countRows(t, path+".before-4-4"); rows != 1 {
		t.Errorf("the copy that the killed upgrade made was replaced: %d rows", rows)
	}
}

func addRow(t *testing.T, path string, id int) {
	t.Helper()

	db := open(t, path)
	if _, err := db.ExecContext(t.Context(), "INSERT INTO one (id) VALUES ($1)", id); err != nil {
		t.Fatal(err)
	}
}

func countRows(t *testing.T, path string) (n int) {
	t.Helper()

	if err := open(t, path).QueryRowContext(t.Context(), "SELECT count(*) FROM one").Scan(&n); err != nil {
		t.Fatal(err)
	}

	return n
}

func open(t *testing.T, path string) *sql.DB {
	t.Helper()

	db, err := engine.OpenFile(path, engine.FileOptions{Size: 1})
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = db.Close() })

	return db
}

// table is a migration that makes a table.
func table(name string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("-- +goose Up\nCREATE TABLE " + name + " (id INTEGER PRIMARY KEY) STRICT;\n")}
}

// TestAMigrationThatComesLate, with a number below those that a database has, is made up
// for, whether or not there are newer ones.
func TestAMigrationThatComesLate(t *testing.T) {
	one, two, three, four := table("one"), table("two"), table("three"), table("four")
	database := enginetest.Database(t, filepath.Join(t.TempDir(), "late.db"))

	for _, c := range []struct {
		files  fstest.MapFS
		tables []string
	}{
		{fstest.MapFS{"00001_one.sql": one, "00003_three.sql": three}, []string{"one", "three"}},
		{fstest.MapFS{"00001_one.sql": one, "00002_two.sql": two, "00003_three.sql": three}, []string{"one", "two", "three"}},
		{fstest.MapFS{"00001_one.sql": one, "00002_two.sql": two, "00003_three.sql": three, "00004_four.sql": four}, []string{"one", "two", "three", "four"}},
	} {
		openAndRead(t, database, c.files, c.tables)
		openAndRead(t, database, c.files, c.tables)
	}
}

func openAndRead(t *testing.T, database string, files fs.FS, tables []string) {
	t.Helper()

	e, err := engine.New(database, 0)
	if err != nil {
		t.Fatal(err)
	}

	writer, readers, err := e.Open(t.Context(), files)
	if err != nil {
		t.Fatal(err)
	}

	defer writer.Close()
	defer readers.Close()

	for _, table := range tables {
		var n int
		if err := writer.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
			t.Errorf("%s: %v", table, err)
		}
	}
}
