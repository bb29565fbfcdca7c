//go:build linux

package progress

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
)

// openTerminal opens a pseudo terminal with some columns. seen returns what was written
// to it so far; it has to be closed before.
func openTerminal(t *testing.T, columns uint16) (tty *os.File, seen func() string) {
	t.Helper()

	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo terminals here: %v", err)
	}

	fd := int(master.Fd()) // blocks from here on, which is what a read in a goroutine may do

	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}

	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns})
	}

	if err == nil {
		tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	}

	if err != nil {
		t.Fatal(err)
	}

	var (
		out     bytes.Buffer
		reading sync.WaitGroup
	)

	reading.Go(func() { _, _ = io.Copy(&out, master) }) // ends when the other side is closed

	return tty, func() string {
		tty.Close()
		reading.Wait()
		master.Close()

		return out.String()
	}
}

// TestProgressIsShownAndErased at a terminal: what is in its last row in the end is what
// was written above the line.
func TestProgressIsShownAndErased(t *testing.T) {
	t.Setenv("TERM", "xterm")

	tty, seen := openTerminal(t, 60)
	line := Start(tty, Work{What: "Reading", Unit: Sources, Total: 4000})

	line.mu.Lock()
	line.began = line.began.Add(-quietFor) // as if it had been at work for a while
	line.mu.Unlock()

	line.Add(1000)

	for { // until it has been drawn
		line.mu.Lock()
		drawn := line.drawn
		line.mu.Unlock()

		if drawn {
			break
		}

		<-time.After(time.Millisecond)
	}

	fmt.Fprintln(line.Above(tty), "one feed is broken")
	line.Stop()

	got := seen()
	if !strings.Contains(got, "Reading  █████░░░░░░░░░░░░░░░  1,000 of 4,000 sources") {
		t.Errorf("%q", got)
	}

	if !strings.Contains(got, "\r\x1b[Kone feed is broken\r\n") {
		t.Errorf("the line is torn: %q", got)
	}

	if last := got[strings.LastIndex(got, "\n")+1:]; last != "" && !strings.HasSuffix(last, "\x1b[K") {
		t.Errorf("it is not erased: %q", got)
	}
}

// TestNothingIsShownWhereNobodyLooks: in a pipe, in a dumb terminal, and of what is done
// at once.
func TestNothingIsShownWhereNobodyLooks(t *testing.T) {
	t.Setenv("TERM", "dumb")

	var pipe bytes.Buffer

	tty, seen := openTerminal(t, 60)
	for _, out := range []io.Writer{&pipe, tty} {
		line := Start(out, Work{What: "Reading", Unit: Sources})
		line.Add(1)
		line.Stop()

		if line != nil || line.Above(out) != out {
			t.Errorf("a line on %T", out)
		}
	}

	t.Setenv("TERM", "xterm")

	line := Start(tty, Work{What: "Reading", Unit: Sources})
	line.Stop()

	if got := seen() + pipe.String(); got != "" {
		t.Errorf("it shows %q", got)
	}
}

func TestText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		now := began.Add(75 * time.Second)

		for want, l := range map[string]*Line{
			"Matching  1,234,567 articles  1m15s":          {what: "Matching", unit: Articles, width: 80},
			"Copying  ██████████░░░░░░░░░░  2.5 of 5.0 MB": {what: "Copying", unit: Bytes, total: 5e6, width: 80, measure: func() int64 { return 25e5 }},
			"Copying  ████████████████████  5.0 of 5.0 MB": {what: "Copying", unit: Bytes, total: 5e6, width: 80, measure: func() int64 { return 9e6 }},
			"Matching  1,234,567": {what: "Matching", unit: Articles, width: 20},
		} {
			l.began = began
			l.count.Store(1234567)

			if got := l.text(now); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
	})
}
