package store

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// homesOfTables reads the list in the package comment: the file, or folder, of each table.
func homesOfTables(t *testing.T) map[string]string {
	t.Helper()

	file, err := parser.ParseFile(token.NewFileSet(), "store.go", nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}

	homes := map[string]string{}

	for _, m := range regexp.MustCompile(`(?m)^\t(\S+\.go|\S+/) +(.+)$`).FindAllStringSubmatch(file.Doc.Text(), -1) {
		for table := range strings.SplitSeq(m[2], ", ") {
			if homes[table] != "" {
				t.Errorf("the package comment names %s twice", table)
			}

			homes[table] = m[1]
		}
	}

	return homes
}

// tablesOfMigrations are the tables that there are after all migrations.
func tablesOfMigrations(t *testing.T) map[string]bool {
	t.Helper()

	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatal("no migrations", err)
	}

	tables := map[string]bool{}
	step := regexp.MustCompile(`(?i)(CREATE|DROP) TABLE (?:IF (?:NOT )?EXISTS )?(\w+)|ALTER TABLE (\w+) RENAME TO (\w+)`)

	for _, name := range names { // in the order of their numbers
		body, err := fs.ReadFile(migrations, name)
		if err != nil {
			t.Fatal(err)
		}

		up, _, _ := strings.Cut(string(body), "-- +goose Down")
		for _, m := range step.FindAllStringSubmatch(up, -1) {
			switch {
			case m[3] != "":
				delete(tables, m[3])
				tables[m[4]] = true
			case strings.EqualFold(m[1], "CREATE"):
				tables[m[2]] = true
			default:
				delete(tables, m[2])
			}
		}
	}

	return tables
}

// A newcomer finds each table by the package comment: in the file that it names are statements
// about it.
func TestEveryTableHasAFile(t *testing.T) {
	homes := homesOfTables(t)

	for table := range tablesOfMigrations(t) {
		home := homes[table]
		delete(homes, table)

		files := []string{home}
		if strings.HasSuffix(home, "/") {
			files, _ = filepath.Glob(home + "*.go")
		}

		statement := regexp.MustCompile(`\b(?:INSERT INTO|UPDATE|DELETE FROM|FROM|JOIN) ` + table + `\b`)
		found := false

		for _, name := range files {
			body, err := os.ReadFile(name)
			found = found || err == nil && statement.Match(body)
		}

		if !found {
			t.Errorf("table %s: the package comment says %q, where no statement is about it", table, home)
		}
	}

	for table, home := range homes {
		t.Errorf("the package comment names the table %s of %s, which no migration makes", table, home)
	}
}
