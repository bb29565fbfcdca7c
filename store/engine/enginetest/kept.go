package enginetest

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// kept is a schema with all tables, which tests use one after the other: to make the tables
// takes longer than most tests.
type kept struct {
	name  string
	shape string // what the schema consists of
	rows  string // a script of the rows that are there from the beginning
}

// all are the schemas of this process.
var all struct {
	sync.Mutex
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
	ctx := context.Background()

	same, err := k.empty(ctx, addressWithin(t, k.name))
	if err == nil && !same {
		err = dropSchema(ctx, k.name)
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

// empties deletes what is in the tables of a schema: row by row where there are few, which is faster
// than new files for the table and its indexes. The foreign keys of rows that go are of no interest.
const empties = `SET session_replication_role = replica;
DO $$
DECLARE
	name text;
	filled boolean;
	large boolean := false;
	names text[] := '{}';
BEGIN
	FOR name IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema() LOOP
		EXECUTE 'SELECT EXISTS (SELECT 1 FROM ' || name || ')' INTO filled;
		IF filled THEN
			names := names || name;
			large := large OR pg_relation_size(name::regclass) > 1000000;
		END IF;
	END LOOP;

	IF large THEN
		EXECUTE 'TRUNCATE ' || array_to_string(names, ', ') || ' CASCADE';
	ELSE
		FOREACH name IN ARRAY names LOOP
			EXECUTE 'DELETE FROM ' || name;
		END LOOP;
	END IF;

	PERFORM setval(quote_ident(sequencename)::regclass, start_value, false) FROM pg_sequences WHERE schemaname = current_schema() AND last_value IS NOT NULL;
END $$;
`

// shapeOf counts what a schema consists of.
const shapeOf = `SELECT concat_ws(' ', (SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace),
	(SELECT count(*) FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = current_schema()::regnamespace AND NOT attisdropped),
	(SELECT count(*) FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid WHERE relnamespace = current_schema()::regnamespace),
	(SELECT count(*) FROM pg_constraint WHERE connamespace = current_schema()::regnamespace))`

// empty makes a schema as it was in the beginning; same reports whether that is possible.
func (k *kept) empty(ctx context.Context, address string) (same bool, err error) {
	db, err := sql.Open("pgx", address)
	if err != nil {
		return false, err
	}
	defer db.Close()

	shape := ""
	if err := db.QueryRowContext(ctx, shapeOf).Scan(&shape); err != nil || shape != k.shape {
		return false, err
	}

	_, err = db.ExecContext(ctx, empties+k.rows)

	return err == nil, err
}

// makeTables makes a schema with all tables: the first one by create, the others by what pg_dump says
// of it.
func makeTables(t testing.TB, create func(address string) error) (*kept, error) {
	t.Helper()

	ctx := context.WithoutCancel(t.Context())

	server, err := sql.Open("pgx", os.Getenv(Variable))
	if err != nil {
		return nil, err
	}
	defer server.Close()

	if all.of == "" {
		if err := sweepSchemas(ctx, server); err != nil {
			return nil, err
		}
	}

	k := &kept{}
	if err := server.QueryRowContext(ctx, "SELECT '"+prefix+"' || extract(epoch FROM now())::bigint || '_' || replace(gen_random_uuid()::text, '-', '')").Scan(&k.name); err != nil {
		return nil, err
	}

	if _, err := server.ExecContext(ctx, "CREATE SCHEMA "+k.name); err != nil {
		return nil, err
	}

	address := addressWithin(t, k.name)

	if all.script == "" {
		if err := create(address); err != nil {
			return nil, err
		}

		all.script, all.of = scriptOf(ctx, k.name), k.name
	} else if _, err := server.ExecContext(ctx, strings.ReplaceAll(all.script, all.of, k.name)); err != nil {
		return nil, err
	}

	for line := range strings.Lines(strings.ReplaceAll(all.script, all.of, k.name)) {
		if strings.HasPrefix(line, "INSERT INTO ") || strings.HasPrefix(line, "SELECT pg_catalog.setval(") {
			k.rows += line
		}
	}

	own, err := sql.Open("pgx", address)
	if err != nil {
		return nil, err
	}
	defer own.Close()

	return k, own.QueryRowContext(ctx, shapeOf).Scan(&k.shape)
}

// prefix begins the names of schemas that are kept; after it stands when they were made, in seconds.
const prefix = "newsbell_kept_"

// sweepSchemas drops the schemas that earlier runs have kept.
func sweepSchemas(ctx context.Context, server *sql.DB) error {
	var names []string

	rows, err := server.QueryContext(ctx, "SELECT nspname FROM pg_namespace WHERE nspname LIKE '"+prefix+"%' AND split_part(nspname, '_', 3)::bigint < extract(epoch FROM now()) - 7200")
	if err != nil {
		return err
	}
	defer rows.Close()

	for rows.Next() {
		name := ""
		if err := rows.Scan(&name); err != nil {
			return err
		}

		names = append(names, name)
	}

	for _, name := range names {
		if _, err := server.ExecContext(ctx, "DROP SCHEMA IF EXISTS "+name+" CASCADE"); err != nil {
			return err
		}
	}

	return rows.Err()
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
