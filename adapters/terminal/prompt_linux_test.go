package terminal_test

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"newsbell/adapters"
	"newsbell/adapters/terminal"
)

// A chat at a pseudo terminal, judged by what is on its screen in the end.

func TestAlertsArriveAboveTheLineBeingTyped(t *testing.T) {
	w := openWindow(t, 60, 24)
	w.start(terminal.Config{}, newHandler(map[string]*adapters.Message{"/help drone": nil}))

	w.types("/subscribe dro")
	w.shows("> /subscribe dro")

	if _, err := w.bot.Send(t.Context(), terminal.ChatInfo().Chat, &adapters.Message{Alert: &adapters.Alert{Title: "A title that is rather long, so that it does not fit on one row", URL: "https://wire.example/1"}}); err != nil {
		t.Fatal(err)
	}

	w.shows("🔔 A title that is rather long, so that it does not fit on\n   one row\n\n   https://wire.example/1\n\n> /subscribe dro")

	if err := w.leaves("\x15\x04"); err != terminal.ErrQuit { // Ctrl-U, Ctrl-D
		t.Errorf("Run: %v", err)
	}
}

func TestLogsDoNotTearTheLineBeingTyped(t *testing.T) {
	w := openWindow(t, 60, 24)
	logs := terminal.NewLogWriter(w.tty)
	log := slog.New(slog.NewTextHandler(logs, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}

		return a
	}}))

	w.start(terminal.Config{Logs: logs}, newHandler(nil))
	w.types("dro")
	w.shows("> dro")
	log.Error("a source fails", "source", 3)
	log.Error("another fails", "source", 4)
	w.types("ne")
	w.shows("level=ERROR msg=\"a source fails\" source=3\nlevel=ERROR msg=\"another fails\" source=4\n> drone")

	_ = w.leaves("\x15\x04")

	log.Error("after the chat")
	w.shows("level=ERROR msg=\"after the chat\"")
}

func TestLinesFollowTheWindow(t *testing.T) {
	w := openWindow(t, 40, 24)
	w.start(terminal.Config{}, newHandler(map[string]*adapters.Message{"a": {Text: adapters.Say(strings.TrimSpace(strings.Repeat("word ", 14)))}}))
	w.types("a\r")
	w.shows("word word word word word word word word\nword word word word word word\n\n> ")

	w.resize(60, 24)
	w.types("a\r")
	w.shows("word word word word word word word word word word word word\nword word\n\n> ")

	// A line longer than the window is not torn when news comes.
	w.types(strings.Repeat("x", 70))
	w.shows("> " + strings.Repeat("x", 58) + "\n" + strings.Repeat("x", 12))

	if _, err := w.bot.Send(t.Context(), terminal.ChatInfo().Chat, &adapters.Message{Text: adapters.Say("News.")}); err != nil {
		t.Fatal(err)
	}

	w.shows("News.\n\n> " + strings.Repeat("x", 58) + "\n" + strings.Repeat("x", 12))

	_ = w.leaves("\x15\x04")
}

// A text of several lines that is pasted is one input, and nothing is sent before
// Enter.
func TestPastedLinesAreOneInput(t *testing.T) {
	h := newHandler(nil)
	w := openWindow(t, 60, 24)
	w.start(terminal.Config{}, h)
	w.types("\x1b[200~drone\nstrike\nkyiv\x1b[201~")
	w.shows("… kyiv")

	select {
	case r := <-h.requests:
		t.Fatalf("%q was sent before Enter", r.Text)
	default:
	}

	w.types(" now\r")

	if r := <-h.requests; r.Text != "drone\nstrike\nkyiv now" {
		t.Errorf("one paste became %q", r.Text)
	}

	w.shows("> ")

	_ = w.leaves("\x04")
}

func TestTabCompletes(t *testing.T) {
	h := newHandler(nil)
	h.complete = func(r *adapters.Request) []adapters.Choice {
		return []adapters.Choice{{Label: "#2 drone", Value: "2"}, {Label: "#7 kim", Value: "7"}}
	}

	w := openWindow(t, 60, 24)
	w.start(terminal.Config{Commands: []adapters.Command{
		{Name: "unsubscribe", Summary: "Unsubscribe", Options: []adapters.Option{{Name: "which", Complete: true}}}, {Name: "list", Summary: "Your subscriptions"},
	}}, h)
	w.types("/\t")
	w.shows("   /unsubscribe  Unsubscribe\n   /list  Your subscriptions\n> /")
	w.types("un\t\t")
	w.shows("   #2 drone\n   #7 kim\n> /unsubscribe ")
	w.types("7\t\r")

	if r := <-h.requests; r.Command != "unsubscribe" || r.Text != "7" {
		t.Errorf("%+v", r)
	}

	_ = w.leaves("\x04")
}

// A dumb terminal gets no escapes, and leaving it leaves the chat.
func TestDumbTerminal(t *testing.T) {
	w := openWindow(t, 60, 24)
	w.start(terminal.Config{Dumb: true}, newHandler(map[string]*adapters.Message{"a": {Text: adapters.Text{{adapters.Bold("Bold.")}}}}))
	w.types("a\n")
	w.shows("a\nBold.")

	if err := w.leaves("\x04"); err != terminal.ErrQuit {
		t.Errorf("Run: %v", err)
	}

	if raw := w.raw.String(); strings.ContainsRune(raw, 0x1b) {
		t.Errorf("a dumb terminal was sent %q", raw)
	}
}

func TestNoColor(t *testing.T) {
	for _, noColor := range []bool{true, false} {
		w := openWindow(t, 60, 24)
		w.start(terminal.Config{NoColor: noColor}, newHandler(map[string]*adapters.Message{"a": {Text: adapters.Text{{adapters.Bold("Bold.")}}}}))
		w.types("a\r")
		w.shows("Bold.\n\n>")

		_ = w.leaves("\x04")

		if got := strings.Contains(w.raw.String(), "\x1b[1m"); got == noColor {
			t.Errorf("with NoColor %v the text was bold: %v", noColor, got)
		}
	}
}

// window is a person at a pseudo terminal.
type window struct {
	t    *testing.T
	keys *os.File // the person's side
	tty  *os.File // the program's side
	bot  *terminal.Terminal
	end  chan error
	raw  output

	mu      sync.Mutex
	screen  screen
	changed chan struct{}
}

func openWindow(t *testing.T, columns, rows int) *window {
	t.Helper()

	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo terminals here: %v", err)
	}

	var number int

	control(t, keys, func(fd int) error { return unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0) })
	control(t, keys, func(fd int) (err error) {
		number, err = unix.IoctlGetInt(fd, unix.TIOCGPTN)
		return err
	})

	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}

	w := &window{t: t, keys: keys, tty: tty, changed: make(chan struct{}, 1), screen: screen{rows: [][]rune{nil}, width: columns}}
	w.setSize(columns, rows)

	var watching sync.WaitGroup

	watching.Go(w.watch)
	t.Cleanup(func() {
		_ = keys.Close() // ends all reads of the other side too
		_ = tty.Close()

		watching.Wait()
	})

	return w
}

// control does something with a file's descriptor that leaves its reads
// interruptible.
func control(t *testing.T, f *os.File, do func(fd int) error) {
	t.Helper()

	conn, err := f.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}

	var failed error

	if err := conn.Control(func(fd uintptr) { failed = do(int(fd)) }); err != nil || failed != nil {
		t.Fatal(err, failed)
	}
}

func (w *window) setSize(columns, rows int) {
	w.t.Helper()

	size := &unix.Winsize{Col: uint16(columns), Row: uint16(rows)}

	control(w.t, w.keys, func(fd int) error { return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, size) })

	w.mu.Lock()
	defer w.mu.Unlock()

	w.screen.width = columns
}

// resize changes the window and says so as the system does.
func (w *window) resize(columns, rows int) {
	w.t.Helper()
	w.setSize(columns, rows)

	before := w.bot.Width()

	if err := syscall.Kill(os.Getpid(), syscall.SIGWINCH); err != nil {
		w.t.Fatal(err)
	}

	for deadline := time.Now().Add(2 * time.Minute); w.bot.Width() == before; {
		if time.Now().After(deadline) {
			w.t.Fatal("the new width was not taken in")
		}

		<-time.After(time.Millisecond)
	}
}

func (w *window) start(c terminal.Config, h adapters.Handler) {
	w.t.Helper()

	before, err := term.GetState(int(w.tty.Fd()))
	if err != nil {
		w.t.Fatal(err)
	}

	c.In, c.Out = w.tty, w.tty
	w.bot = terminal.New(c)
	w.end = make(chan error, 1)

	go func() { w.end <- w.bot.Run(w.t.Context(), h) }()

	if !c.Dumb {
		w.shows("> ")
	}

	w.t.Cleanup(func() {
		if after, err := term.GetState(int(w.tty.Fd())); err != nil || *after != *before {
			w.t.Errorf("the terminal was not left as it was found: %v", err)
		}
	})
}

func (w *window) types(keys string) {
	w.t.Helper()

	if _, err := w.keys.WriteString(keys); err != nil {
		w.t.Fatal(err)
	}
}

// leaves types keys and returns how the chat ended.
func (w *window) leaves(keys string) error {
	w.t.Helper()
	w.types(keys)

	select {
	case err := <-w.end:
		return err
	case <-time.After(2 * time.Minute):
		w.t.Fatal("the chat did not end")
		return nil
	}
}

// watch draws what the program prints.
func (w *window) watch() {
	buf := make([]byte, 4096)

	for {
		n, err := w.keys.Read(buf)

		_, _ = w.raw.Write(buf[:n]) // first: what shows was sent

		w.mu.Lock()
		w.screen.print(string(buf[:n]))
		w.mu.Unlock()

		select {
		case w.changed <- struct{}{}:
		default:
		}

		if err != nil {
			return
		}
	}
}

// shows waits until the screen ends with a text, trailing blanks aside.
func (w *window) shows(want string) {
	w.t.Helper()

	want = strings.TrimRight(want, " ")
	deadline := time.After(2 * time.Minute)

	for {
		w.mu.Lock()
		got := w.screen.String()
		w.mu.Unlock()

		if strings.HasSuffix("\n"+got, "\n"+want) {
			return
		}

		select {
		case <-w.changed:
		case <-deadline:
			w.t.Fatalf("the screen shows\n%s\nand does not end with\n%s", got, want)
		}
	}
}
