// Package porttest finds ports for servers that tests start: below those that systems hand out to
// whoever asks for any, so that nobody gets one between its choice and its use. For tests whose time is
// simulated it has a network in memory (Pipes).
package porttest

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
)

// The ports that are chosen from, and how many are tried.
const (
	first = 20000
	ports = 12000
	tries = 1000
)

// Find returns a port of 127.0.0.1 on which nobody listens.
func Find() (int, error) {
	for range tries {
		port := first + rand.N(ports) // a port is no secret

		if l, err := net.Listen("tcp", addressOf(port)); err == nil { // it is over at once
			return port, l.Close()
		}
	}

	return 0, errors.New("no port is free")
}

// Address returns an address of 127.0.0.1 on which nobody listens, or ends the test.
func Address(t testing.TB) string {
	t.Helper()

	port, err := Find()
	if err != nil {
		t.Fatal(err)
	}

	return addressOf(port)
}

func addressOf(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
