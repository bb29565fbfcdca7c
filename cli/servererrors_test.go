//go:build unix

package cli

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"

	"newsbell/store"
	"newsbell/store/engine/enginetest"
)

// TestWhatIsWrongWithAServerIsASentence: whatever keeps Newsbell from a database on a server
// ends `newsbell run` at once, with exit code 2 and one sentence that says where to look, and
// never with the password.
func TestWhatIsWrongWithAServerIsASentence(t *testing.T) {
	server := enginetest.NewServer(t)
	server.Do("postgres", "CREATE ROLE newsbell LOGIN PASSWORD 'sekrit'", "CREATE DATABASE mine OWNER newsbell", "CREATE DATABASE theirs", "CREATE DATABASE closed",
		"REVOKE CONNECT ON DATABASE closed FROM PUBLIC", "CREATE DATABASE latin OWNER newsbell ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0",
		"CREATE DATABASE frozen OWNER newsbell", "ALTER DATABASE frozen SET default_transaction_read_only = on",
		"CREATE DATABASE crowded OWNER newsbell", "ALTER DATABASE crowded CONNECTION LIMIT 0", "CREATE DATABASE newer OWNER newsbell")

	s, err := store.Open(t.Context(), server.AddressOf("newsbell", "sekrit", "newer"))
	if err != nil {
		t.Fatal(err)
	}

	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	server.Do("newer", "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)")

	of := func(database string) string { return server.AddressOf("newsbell", "sekrit", database) }

	for name, c := range map[string]struct{ address, says string }{
		"no address":     {"postgres://newsbell:sekrit@127.0.0.1:notaport/news", "the address in `database` is not one"},
		"nobody there":   {"postgres://newsbell:sekrit@127.0.0.1:1/news", "cannot be reached (connect: connection refused): see that it runs, and that the address in `database` is right"},
		"no such host":   {"postgres://newsbell:sekrit@no-such-host.invalid/news", "cannot be reached (no host no-such-host.invalid)"},
		"wrong password": {server.AddressOf("newsbell", "sekrit2", "mine"), "refuses the user or the password: look at both in `database` of the configuration"},
		"no such user":   {server.AddressOf("nobody", "sekrit", "mine"), "refuses the user or the password"},
		"no database":    {of("nothing"), "there is no such database"},
		"not mine":       {of("theirs"), "may not make tables in the database"},
		"not allowed":    {of("closed"), "the user lacks a right in the database"},
		"not UTF-8":      {of("latin"), "is encoded in LATIN1, and Newsbell needs UTF-8"},
		"no such schema": {of("mine") + "?search_path=nowhere", "may not make tables in the database"},
		"read only":      {of("frozen"), "may only be read"},
		"too many":       {of("crowded"), "too many connections"},
		"no TLS":         {of("mine") + "?sslmode=require", "offers no TLS: write ?sslmode=disable behind the address in `database`, or switch ssl on at the server"},
		"wrong TLS":      {of("mine") + "?sslmode=verify-full&sslrootcert=" + "/no/such.pem", "names the file /no/such.pem, which cannot be read"},
		"too old":        {oldServer(t), "is PostgreSQL 12.22, and Newsbell needs 13 or later"},
		"newer tables":   {of("newer"), "newer Newsbell"},
	} {
		t.Run(name, func(t *testing.T) {
			config := filepath.Join(t.TempDir(), "config.toml")
			if err := os.WriteFile(config, fmt.Appendf(nil, "database = %q\ndefault_sources = false\n", c.address), 0o600); err != nil {
				t.Fatal(err)
			}

			out, complaint, code := output(t, "run", "--config", config, "--for", "1s")
			if code != 2 || !strings.Contains(complaint, c.says) || strings.Contains(out+complaint, "sekrit") || strings.Count(complaint, "\n") != 1 {
				t.Errorf("exit %d, want 2 and one line that says %q:\n%s", code, c.says, complaint)
			}
		})
	}
}

// oldServer returns the address of one that is of an old version, as far as one can ask.
func oldServer(t *testing.T) string {
	t.Helper()

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { l.Close() })

	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}

			go func() {
				defer conn.Close()

				answerAsOld(conn)
			}()
		}
	}()

	return "postgres://newsbell:sekrit@" + l.Addr().String() + "/news?sslmode=disable"
}

// answerAsOld answers every question on a connection with version, encoding and rights.
func answerAsOld(conn net.Conn) {
	b := pgproto3.NewBackend(conn, conn)

	if _, err := b.ReceiveStartupMessage(); err != nil {
		return
	}

	b.Send(&pgproto3.AuthenticationOk{})
	b.Send(&pgproto3.ParameterStatus{Name: "client_encoding", Value: "UTF8"})
	b.Send(&pgproto3.ParameterStatus{Name: "standard_conforming_strings", Value: "on"})
	b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})

	fields := make([]pgproto3.FieldDescription, 5)
	for i, kind := range []uint32{23, 25, 25, 16, 16} { // int4, text, text, bool, bool
		fields[i] = pgproto3.FieldDescription{Name: []byte("c"), DataTypeOID: kind, DataTypeSize: -1, TypeModifier: -1}
	}

	for b.Flush() == nil {
		message, err := b.Receive()
		if err != nil {
			return
		}

		switch m := message.(type) {
		case *pgproto3.Parse:
			b.Send(&pgproto3.ParseComplete{})
		case *pgproto3.Describe:
			if m.ObjectType == 'S' {
				b.Send(&pgproto3.ParameterDescription{})
			}

			b.Send(&pgproto3.RowDescription{Fields: fields})
		case *pgproto3.Bind:
			b.Send(&pgproto3.BindComplete{})
		case *pgproto3.Execute:
			b.Send(&pgproto3.DataRow{Values: [][]byte{{0, 1, 0xd4, 0xd6}, []byte("12.22"), []byte("UTF8"), {0}, {1}}})
			b.Send(&pgproto3.CommandComplete{CommandTag: []byte("SELECT 1")})
		case *pgproto3.Close:
			b.Send(&pgproto3.CloseComplete{})
		case *pgproto3.Sync:
			b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
		}
	}
}
