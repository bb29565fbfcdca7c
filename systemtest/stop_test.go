//go:build unix

package systemtest

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestASecondCtrlCEndsWhatIsStopping: the first one asks to stop, and what waits for the other end of a named
// pipe cannot; the second one ends the program.
func TestASecondCtrlCEndsWhatIsStopping(t *testing.T) {
	queries, articles := filepath.Join(t.TempDir(), "queries"), filepath.Join(t.TempDir(), "articles")
	if err := errors.Join(syscall.Mkfifo(queries, 0o600), syscall.Mkfifo(articles, 0o600)); err != nil {
		t.Fatal(err)
	}

	// A shell has what it runs in the background ignore it, and whatever that starts.
	pressed := make(chan os.Signal, 1)
	signal.Notify(pressed, os.Interrupt)
	t.Cleanup(func() { signal.Stop(pressed) })

	child := exec.CommandContext(t.Context(), testBinary(t), "match", "--queries", queries, "--articles", articles)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}

	read, err := os.OpenFile(queries, os.O_WRONLY, 0) // once the program reads it
	if err != nil {
		t.Fatal(err)
	}

	read.Close()

	ended := make(chan error)
	go func() { ended <- child.Wait() }()

	presses := time.NewTicker(10 * time.Millisecond)
	defer presses.Stop()

	for {
		select {
		case <-ended:
			return
		case <-presses.C:
			_ = child.Process.Signal(syscall.SIGINT) // it may have ended just now
		}
	}
}
