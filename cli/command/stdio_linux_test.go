package command

import (
	"bytes"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// At a terminal, a command that reads standard input says that it waits for it; with a pipe, a file or a
// name it says nothing.
func TestWaitingForAPersonIsSaid(t *testing.T) {
	keys, terminal := openTerminal(t)

	if _, err := keys.WriteString("{}\n\x04"); err != nil { // Ctrl-D
		t.Fatal(err)
	}

	var said bytes.Buffer

	f, err := Stdio{In: terminal, Err: &said}.OpenInput(t.Context(), "-")
	if err != nil {
		t.Fatal(err)
	}

	if typed, err := io.ReadAll(f); err != nil || strings.TrimSpace(string(typed)) != "{}" {
		t.Errorf("typed %q, %v", typed, err)
	}

	if got := said.String(); got != "Reading what you type. Press Ctrl-D on a new line when you're done.\n" {
		t.Errorf("said %q", got)
	}

	said.Reset()

	if _, err := (Stdio{In: strings.NewReader("{}"), Err: &said}).OpenInput(t.Context(), "-"); err != nil || said.Len() > 0 {
		t.Errorf("with a pipe it said %q, %v", &said, err)
	}

	if _, err := (Stdio{In: terminal, Err: &said}).OpenInput(t.Context(), os.DevNull); err != nil || said.Len() > 0 {
		t.Errorf("with a file it said %q, %v", &said, err)
	}
}

// openTerminal returns the two ends of a terminal: what is written to keys is typed.
func openTerminal(t *testing.T) (keys, terminal *os.File) {
	t.Helper()

	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no terminals here: ", err)
	}

	t.Cleanup(func() { keys.Close() })

	if err := unix.IoctlSetPointerInt(int(keys.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}

	n, err := unix.IoctlGetInt(int(keys.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}

	if terminal, err = os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { terminal.Close() })

	return keys, terminal
}
