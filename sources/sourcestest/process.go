package sourcestest

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"testing"
)

// number is how the process of a test is told how many feeds to serve.
const number = "NEWSBELL_FEED_SERVER"

// Start runs the test's own program as a server, so that its processor time is
// not counted with the test's, and returns the port it listens on. The test's package has a
// TestFeedServer that calls Serve.
func Start(t testing.TB, feeds int) (port int) {
	t.Helper()

	cmd := exec.Command(os.Args[0], "-test.run=^TestFeedServer$")

	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", number, feeds))

	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}

	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}

	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { stdin.Close(); cmd.Wait() })

	if _, err := fmt.Fscanln(out, &port); err != nil {
		t.Fatal(err)
	}

	return port
}

// Serve is the server in the other process; it ends with its standard input. It
// listens on all addresses of the loopback, each of which is a host.
func Serve(t testing.TB) {
	feeds := 0
	if fmt.Sscan(os.Getenv(number), &feeds); feeds == 0 {
		t.Skip("the other process of a measurement")
	}

	l, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}

	s := &http.Server{Handler: New(feeds)}
	go s.Serve(l)

	fmt.Println(l.Addr().(*net.TCPAddr).Port)
	io.Copy(io.Discard, os.Stdin)
	s.Close()
}
