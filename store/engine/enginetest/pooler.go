package enginetest

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"testing"
)

// forget is what a pooler does to a connection before another client has it, but for prepared
// statements, which PgBouncer has kept since 1.21.
const forget = "CLOSE ALL; UNLISTEN *; RESET ALL; DISCARD TEMP; DISCARD SEQUENCES; SELECT pg_advisory_unlock_all()"

// forgetStatements is what an older one does besides: the next client has another connection.
const forgetStatements = "; DEALLOCATE ALL"

// StartPooler starts a proxy before the server of an address that does as PgBouncer does where it
// pools by transaction: nothing of a session outlives a transaction, but prepared statements. own is
// the address through it.
func StartPooler(t testing.TB, address string) (own string) { return startPooler(t, address, forget) }

// StartOldPooler is StartPooler for a pooler that keeps no prepared statements either.
func StartOldPooler(t testing.TB, address string) (own string) {
	return startPooler(t, address, forget+forgetStatements)
}

func startPooler(t testing.TB, address, forget string) (own string) {
	t.Helper()

	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}

	query := u.Query()
	network, server := "tcp", u.Host

	if folder := query.Get("host"); folder != "" {
		port := query.Get("port")
		if port == "" {
			port = "5432"
		}

		network, server = "unix", folder+"/.s.PGSQL."+port
	}

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { listener.Close() })

	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}

			go serveClient(client, network, server, forget)
		}
	}()

	query.Del("host")
	query.Del("port")
	query.Set("sslmode", "disable")

	u.Host, u.RawQuery = listener.Addr().String(), query.Encode()

	return u.String()
}

// serveClient serves one client.
func serveClient(client net.Conn, network, address, forget string) {
	defer client.Close()

	server, err := net.Dial(network, address)
	if err != nil {
		return
	}
	defer server.Close()

	go func() {
		defer server.Close()

		_, _ = io.Copy(server, client) // its end is that of the connection
	}()

	for {
		message, err := readMessage(server)
		if err == nil && bytes.Equal(message, idle) {
			// The client waits for this one: nothing of it comes between.
			err = clean(server, forget)
		}

		if err == nil {
			_, err = client.Write(message)
		}

		if err != nil {
			return
		}
	}
}

// idle is what a server says that has ended a transaction.
var idle = []byte{'Z', 0, 0, 0, 5, 'I'}

// readMessage reads one message: its kind, its length without that, and the rest.
func readMessage(from io.Reader) ([]byte, error) {
	head := make([]byte, 5)
	if _, err := io.ReadFull(from, head); err != nil {
		return nil, err
	}

	rest := make([]byte, max(int(binary.BigEndian.Uint32(head[1:]))-4, 0))
	_, err := io.ReadFull(from, rest)

	return append(head, rest...), err
}

// clean has the server forget a session, and reads what it says to that.
func clean(server net.Conn, forget string) error {
	text := append([]byte(forget), 0)

	if _, err := server.Write(append(binary.BigEndian.AppendUint32([]byte{'Q'}, uint32(4+len(text))), text...)); err != nil {
		return err
	}

	for {
		if message, err := readMessage(server); err != nil || bytes.Equal(message, idle) {
			return err
		}
	}
}

// IsCommit reports whether what a client has sent, as one read gave it, is a COMMIT and nothing else.
func IsCommit(part []byte) bool { return bytes.Equal(part, []byte("Q\x00\x00\x00\x0bCOMMIT\x00")) }
