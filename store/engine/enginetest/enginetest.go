// Package enginetest gives the tests of every package that opens a database one on the
// engine that they are to run on.
//
// Without NEWSBELL_POSTGRES that is a SQLite file. With it, the address of a server where
// schemas may be made (postgres:///postgres?host=/tmp/pg&user=postgres), each file that a test
// names becomes a schema of its own there, which is gone after the test.
package enginetest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver
)

// Variable is the variable of the environment with the server's address.
const Variable = "NEWSBELL_POSTGRES"

// IsPostgres reports whether the tests run on a server.
func IsPostgres() bool { return os.Getenv(Variable) != "" }

// NeedsFile skips a test that is about a file.
func NeedsFile(t testing.TB) {
	t.Helper()

	if IsPostgres() {
		t.Skip("it is about a SQLite file")
	}
}

// NeedsPostgres skips a test that is about a server.
func NeedsPostgres(t testing.TB) {
	t.Helper()

	if !IsPostgres() {
		t.Skip("SKIP: no PostgreSQL: " + Variable + " names no server")
	}
}

// Database returns the database to open in place of a file. The same name is the same
// database within a test.
func Database(t testing.TB, path string) string {
	t.Helper()

	if !IsPostgres() {
		return path
	}

	address, _ := schema(t, path)

	return address
}

// schema returns the address of the schema that a file becomes. It is made faster than a
// database, and is as much by itself. fresh reports whether it was.
func schema(t testing.TB, path string) (own string, fresh bool) {
	t.Helper()

	address, err := url.Parse(os.Getenv(Variable))
	if err != nil || address.Scheme == "" {
		t.Fatalf("%s is no address such as postgres://HOST/DATABASE", Variable)
	}

	name := nameOf(path)

	server, err := sql.Open("pgx", address.String())
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()

	ctx := context.WithoutCancel(t.Context())

	var there bool
	if err := server.QueryRowContext(ctx, "SELECT to_regnamespace($1) IS NOT NULL", name).Scan(&there); err != nil {
		t.Fatal(err)
	}

	if !there {
		if _, err := server.ExecContext(ctx, "CREATE SCHEMA "+name); err != nil {
			t.Fatal(err)
		}

		t.Cleanup(func() { drop(t, address.String(), name) })
	}

	within := address.Query()
	within.Set("search_path", name)
	address.RawQuery = within.Encode()

	return address.String(), !there
}

// nameOf is the schema that a file becomes.
func nameOf(path string) string {
	hash := sha256.Sum256([]byte(path))
	return "newsbell_test_" + hex.EncodeToString(hash[:8])
}

// tables is a script that makes all tables in a schema, written once a process by pg_dump:
// migrations take longer than most tests. "": there is none.
var tables struct {
	sync.Once
	script, of string
}

// fill makes all tables in a fresh schema, as create does.
func fill(ctx context.Context, address, name string, create func(address string) error) error {
	var err error

	first := false

	tables.Do(func() {
		first = true
		if err = create(address); err == nil {
			tables.script, tables.of = scriptOf(ctx, name), name
		}
	})

	if first {
		return err
	}

	if tables.script == "" {
		return create(address)
	}

	db, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	defer db.Close()

	_, err = db.ExecContext(ctx, strings.ReplaceAll(tables.script, tables.of, name))

	return err
}

// scriptOf returns what pg_dump writes of a schema that is there; "" where there is none.
func scriptOf(ctx context.Context, name string) string {
	folder, err := programs()
	if err != nil {
		return ""
	}

	dump, err := exec.CommandContext(ctx, filepath.Join(folder, "pg_dump"), "--schema="+name, "--inserts", "--no-owner", "--dbname="+os.Getenv(Variable)).Output()
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

// programs is the folder with the programs of the newest server on this machine.
func programs() (folder string, err error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err == nil && len(found) > 0 {
		slices.Sort(found)
		return filepath.Dir(found[len(found)-1]), nil
	}

	one, err := exec.LookPath("initdb")

	return filepath.Dir(one), err
}

// template is a file with all tables and no rows, made once a process: migrations take
// longer than most tests.
var template struct {
	sync.Once
	file []byte
	err  error
}

// Migrated returns the database to open in place of a file, as Database does. A file that
// is not there yet is written as create makes one.
func Migrated(t testing.TB, path string, create func(path string) error) string {
	t.Helper()

	if IsPostgres() {
		address, fresh := schema(t, path)
		if fresh {
			if err := fill(context.WithoutCancel(t.Context()), address, nameOf(path), create); err != nil {
				t.Fatal(err)
			}
		}

		return address
	}

	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return path
	}

	template.Do(func() { template.file, template.err = made(create) })

	err := errors.Join(template.err, os.MkdirAll(filepath.Dir(path), 0o700))
	if err == nil {
		err = os.WriteFile(path, template.file, 0o600)
	}

	if err != nil {
		t.Fatal(err)
	}

	return path
}

// made returns the file that create makes.
func made(create func(path string) error) ([]byte, error) {
	dir, err := os.MkdirTemp("", "newsbell")
	if err != nil {
		return nil, fmt.Errorf("make a database to copy: %w", err)
	}
	defer os.RemoveAll(dir)

	path := filepath.Join(dir, "template.db")
	if err := create(path); err != nil {
		return nil, err
	}

	return os.ReadFile(path)
}

func drop(t testing.TB, server, name string) {
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Error(err)
		return
	}
	defer db.Close()

	if _, err := db.ExecContext(context.Background(), "DROP SCHEMA "+name+" CASCADE"); err != nil {
		t.Error(err)
	}
}
