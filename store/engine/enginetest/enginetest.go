// Package enginetest gives the tests of every package that opens a database one on the
// engine that they are to run on.
//
// Without NEWSBELL_POSTGRES that is a SQLite file. With it, the address of a server where
// schemas may be made (postgres:///postgres?host=/tmp/pg&user=postgres), each file that a test
// names becomes a schema of its own there. Those with all tables are kept for the next test, and
// a later run takes them away.
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

	if k := keptFor(path); k != nil {
		return addressWithin(t, k.name)
	}

	return schemaAddress(t, path)
}

// schemaAddress returns the address of the schema that a file becomes. It is made faster than a
// database, and is as much by itself.
func schemaAddress(t testing.TB, path string) string {
	t.Helper()

	name, ctx := nameOf(path), context.WithoutCancel(t.Context())

	server, err := sql.Open("pgx", os.Getenv(Variable))
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()

	var there bool
	if err := server.QueryRowContext(ctx, "SELECT to_regnamespace($1) IS NOT NULL", name).Scan(&there); err != nil {
		t.Fatal(err)
	}

	if !there {
		if _, err := server.ExecContext(ctx, "CREATE SCHEMA "+name); err != nil {
			t.Fatal(err)
		}

		t.Cleanup(func() {
			if err := dropSchema(context.Background(), name); err != nil {
				t.Error(err)
			}
		})
	}

	return addressWithin(t, name)
}

// addressWithin is the address of a schema.
func addressWithin(t testing.TB, name string) string {
	t.Helper()

	address, err := url.Parse(os.Getenv(Variable))
	if err != nil || address.Scheme == "" {
		t.Fatalf("%s is no address such as postgres://HOST/DATABASE", Variable)
	}

	query := address.Query()
	query.Set("search_path", name)
	address.RawQuery = query.Encode()

	return address.String()
}

// nameOf is the schema that a file becomes.
func nameOf(path string) string {
	hash := sha256.Sum256([]byte(path))
	return "newsbell_test_" + hex.EncodeToString(hash[:8])
}

// serverPrograms is the folder with the programs of the newest server on this machine.
func serverPrograms() (folder string, err error) {
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
		k := keptFor(path)
		if k == nil {
			k = takeSchema(t, path, create)
		}

		return addressWithin(t, k.name)
	}

	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return path
	}

	template.Do(func() { template.file, template.err = makeFile(create) })

	err := errors.Join(template.err, os.MkdirAll(filepath.Dir(path), 0o700))
	if err == nil {
		err = os.WriteFile(path, template.file, 0o600)
	}

	if err != nil {
		t.Fatal(err)
	}

	return path
}

// makeFile returns the file that create makes.
func makeFile(create func(path string) error) ([]byte, error) {
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

func dropSchema(ctx context.Context, name string) error {
	db, err := sql.Open("pgx", os.Getenv(Variable))
	if err != nil {
		return err
	}
	defer db.Close()

	_, err = db.ExecContext(ctx, "DROP SCHEMA "+name+" CASCADE")

	return err
}
