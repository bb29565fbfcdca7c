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
	"net/url"
	"os"
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

	address, err := url.Parse(os.Getenv(Variable))
	if err != nil || address.Scheme == "" {
		t.Fatalf("%s is no address such as postgres://HOST/DATABASE", Variable)
	}

	hash := sha256.Sum256([]byte(path))
	name := "newsbell_test_" + hex.EncodeToString(hash[:8])

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

	// A schema is made faster than a database, and is as much by itself.
	within := address.Query()
	within.Set("search_path", name)

	own := *address
	own.RawQuery = within.Encode()

	return own.String()
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
