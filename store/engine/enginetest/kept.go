package enginetest

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// kept is a schema with all tables, which tests use one after the other: to make the tables
// takes longer than most tests.
type kept struct {
	name  string
	state string // reads its shape, and which of its tables hold something
	shape string // what it consists of, in the beginning; "": it cannot be emptied
	rows  string // a script of the rows that are there from the beginning, but for those of migrations
	steps string // the same for the migrations
}

// all are the schemas of this process.
var all struct {
	sync.Mutex
	server *link // it has read how the schemas are made, and remembers it
	free   []*kept
	used   map[string]*kept // by file
	script string           // makes the tables of the schema named in of; written by pg_dump, "": there is none
	of     string
}

// keptFor is the schema that a test has for a file; nil: none.
func keptFor(path string) *kept {
	all.Lock()
	defer all.Unlock()

	return all.used[path]
}

// takeSchema gives a test a schema for a file until its end.
func takeSchema(t testing.TB, path string, create func(address string) error) *kept {
	t.Helper()

	all.Lock()
	defer all.Unlock()

	var k *kept

	if n := len(all.free); n > 0 {
		k, all.free = all.free[n-1], all.free[:n-1]
	} else {
		var err error
		if k, err = makeTables(t, create); err != nil {
			t.Fatal(err)
		}
	}

	if all.used == nil {
		all.used = map[string]*kept{}
	}

	all.used[path] = k

	t.Cleanup(func() { giveBack(t, path) })

	return k
}

// giveBack empties a schema for the next test. One that a test has changed is dropped.
func giveBack(t testing.TB, path string) {
	t.Helper()

	k := keptFor(path)

	same, err := k.empty()
	if err == nil && !same {
		_, err = all.server.do("DROP SCHEMA " + k.name + " CASCADE")
	}

	if err != nil {
		t.Errorf("empty the database of the test: %v", err)
	}

	all.Lock()
	defer all.Unlock()

	delete(all.used, path)

	if err == nil && same {
		all.free = append(all.free, k)
	}
}

// migrationsTable is where goose notes what was migrated.
const migrationsTable = "goose_db_version"

// largeTable is from how many bytes on a table gets a new file, which is slower than to delete a few
// rows, and leaves none behind that have to be passed over.
const largeTable = 1 << 20

// empty makes a schema as it was in the beginning; same reports whether that is possible.
func (k *kept) empty() (same bool, err error) {
	if k.shape == "" {
		return false, nil
	}

	shape, filled, large, err := k.read()
	if err != nil {
		return false, nil // a table is not there any more
	}

	// The foreign keys of rows that go are of no interest.
	script := "BEGIN; SET LOCAL session_replication_role = replica;\n"

	switch have, want := shape, k.shape; {
	case have == want:
	case withoutMigrations(have) != withoutMigrations(want):
		return false, nil
	default:
		script += "DELETE FROM " + k.name + "." + migrationsTable + ";\n" + k.steps
	}

	if large {
		script += "TRUNCATE " + strings.Join(filled, ", ") + " CASCADE;\n"
	} else {
		for _, table := range filled {
			script += "DELETE FROM " + table + ";\n"
		}
	}

	_, err = all.server.do(script + k.rows + "COMMIT")

	return err == nil, err
}

// A shape has what the migrations are after the last space.
func migrationsOf(shape string) string { return shape[strings.LastIndexByte(shape, ' ')+1:] }

func withoutMigrations(shape string) string { return strings.TrimSuffix(shape, migrationsOf(shape)) }

// read says what a schema consists of, which of its tables hold something, and whether one of these
// is large.
func (k *kept) read() (shape string, filled []string, large bool, err error) {
	rows, err := all.server.do(k.state)

	for _, row := range rows {
		size, _ := strconv.Atoi(row[1]) // it is a number
		if size < 0 {
			shape = row[0]
			continue
		}

		filled = append(filled, row[0])
		large = large || size > largeTable
	}

	return shape, filled, large, err
}

// describe writes the statement that reads the state of a schema, and reads its shape.
func (k *kept) describe() error {
	rows, err := all.server.do(`SELECT concat(
		format('SELECT concat_ws('' '',
			(SELECT concat_ws('' '', count(*), sum(relnatts), sum(relchecks)) FROM pg_class WHERE relnamespace = %s),
			(SELECT count(*) FROM pg_attribute WHERE attrelid = ANY(%L::oid[]) AND NOT attisdropped),
			(SELECT count(*) FROM pg_trigger WHERE tgrelid = ANY(%2$L::oid[])),
			(SELECT concat_ws(''/'', count(*), sum(version_id)) FROM %s.goose_db_version)), -1::bigint', relnamespace, array_agg(oid), relnamespace::regnamespace),
		string_agg(format(' UNION ALL SELECT %L, pg_relation_size(%s) WHERE EXISTS (SELECT 1 FROM %s)', oid::regclass, oid, oid::regclass), '')
			FILTER (WHERE relname <> 'goose_db_version'))
		FROM pg_class WHERE relkind = 'r' AND relnamespace = '` + k.name + `'::regnamespace GROUP BY relnamespace`)
	if err != nil {
		return err
	}

	k.state = rows[0][0]
	k.shape, _, _, err = k.read()

	return err
}

// makeTables makes a schema with all tables: the first one by create, the others by what pg_dump says
// of it.
func makeTables(t testing.TB, create func(address string) error) (*kept, error) {
	t.Helper()

	ctx := context.WithoutCancel(t.Context())

	if all.server == nil {
		server, err := openLink(ctx, os.Getenv(Variable))
		if err != nil {
			return nil, err
		}

		all.server = server

		if err := sweepSchemas(server); err != nil {
			return nil, err
		}
	}

	now, err := all.server.do("SELECT extract(epoch FROM now())::bigint") // a test's may be simulated
	if err != nil {
		return nil, err
	}

	k := &kept{name: prefix + now[0][0] + "_" + strings.ToLower(rand.Text())}
	if _, err := all.server.do("CREATE SCHEMA " + k.name); err != nil {
		return nil, err
	}

	if all.script == "" {
		if err := create(addressWithin(t, k.name)); err != nil {
			return nil, err
		}

		all.script, all.of = scriptOf(ctx, k.name), k.name
	} else if _, err := all.server.do(strings.ReplaceAll(all.script, all.of, k.name) + "RESET ALL"); err != nil {
		return nil, err
	}

	if all.script == "" {
		return k, nil
	}

	for line := range strings.Lines(strings.ReplaceAll(all.script, all.of, k.name)) {
		switch {
		case strings.HasPrefix(line, "INSERT INTO "+k.name+"."+migrationsTable):
			k.steps += line
		case strings.HasPrefix(line, "INSERT INTO "), strings.HasPrefix(line, "SELECT pg_catalog.setval("):
			k.rows += line
		}
	}

	return k, k.describe()
}

// prefix begins the names of schemas that are kept; after it stands when they were made, in seconds.
const prefix = "newsbell_kept_"

// sweepSchemas drops the schemas that earlier runs have kept.
func sweepSchemas(server *link) error {
	old, err := server.do("SELECT nspname FROM pg_namespace WHERE nspname LIKE '" + prefix + "%' AND split_part(nspname, '_', 3)::bigint < extract(epoch FROM now()) - 7200")

	for _, row := range old {
		if err == nil {
			_, err = server.do("DROP SCHEMA IF EXISTS " + row[0] + " CASCADE")
		}
	}

	return err
}

// scriptOf returns what pg_dump writes of a schema; "" where there is no pg_dump.
func scriptOf(ctx context.Context, name string) string {
	folder, err := serverPrograms()
	if err != nil {
		return ""
	}

	dump, err := exec.CommandContext(ctx, filepath.Join(folder, "pg_dump"), "--schema="+name, "--inserts", "--no-owner", fmt.Sprintf("--dbname=%s", os.Getenv(Variable))).Output()
	if err != nil {
		return ""
	}

	var script strings.Builder

	for line := range strings.Lines(string(dump)) {
		if !strings.HasPrefix(line, `\`) && !strings.HasPrefix(line, "CREATE SCHEMA") { // commands of psql
			script.WriteString(line)
		}
	}

	return script.String()
}
