package engine_test

import (
	"io/fs"
	"path/filepath"
	"testing"
	"testing/fstest"

	"newsbell/store/engine"
	"newsbell/store/engine/enginetest"
)

// TestAMigrationThatComesLate, with a number below those that a database has, is made up
// for, whether or not there are newer ones.
func TestAMigrationThatComesLate(t *testing.T) {
	file := func(table string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("-- +goose Up\nCREATE TABLE " + table + " (id INTEGER PRIMARY KEY) STRICT;\n")}
	}
	one, two, three, four := file("one"), file("two"), file("three"), file("four")
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
