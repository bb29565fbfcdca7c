// Package terminal is a chat in the terminal: the adapter that is always there.
// The person typing in it started the program, so it counts as an operator.
//
// At a terminal it edits lines, completes commands, colours, follows the window's
// width, and lets alerts and logs arrive above the line being typed (prompt.go).
// Otherwise, or at a dumb terminal, each line of the input is what the operator
// says, one after the other, and the end of the input ends nothing.
//
// Buttons are pressed by typing the number shown before their label (buttons.go).
package terminal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"

	"golang.org/x/term"

	"newsbell/adapters"
)

// The terminal's names on the platform.
const (
	Platform = "terminal"
	Address  = "terminal"
	User     = "operator"
)

// ChatInfo returns the terminal as a chat.
func ChatInfo() adapters.ChatInfo {
	return adapters.ChatInfo{Chat: adapters.Chat{Platform: Platform, Address: Address}, Kind: adapters.Private, Title: "terminal"}
}

// ErrQuit is what Run returns when the person at the terminal ended the chat
// with Ctrl-C or Ctrl-D.
var ErrQuit = errors.New("the terminal was closed")

// Config says what a Terminal reads and writes.
type Config struct {
	In      io.Reader
	Out     io.Writer
	NoColor bool // as the environment variable NO_COLOR asks
	Dumb    bool // the terminal can neither colour nor edit (TERM=dumb)

	// Commands is the command table, for completion with Tab.
	Commands []adapters.Command
	// Logs is the writer of the program's log. While a line is being typed, what
	// is logged is shown above it. Nil: the log goes elsewhere.
	Logs *LogWriter
}

// Terminal is the adapter. Make it with New.
type Terminal struct {
	config Config
	tty    *os.File // set if In is a terminal
	screen *os.File // set if Out is a terminal

	mu      sync.Mutex
	style   style
	prompt  *prompt // while lines are edited
	buttons []numberedButton
	printed int // messages so far
}

// New makes the adapter. If In and Out are terminals, they are used as one.
func New(c Config) *Terminal {
	t := &Terminal{config: c, tty: asTerminal(c.In), screen: asTerminal(c.Out), style: style{width: defaultWidth}}
	if t.screen != nil {
		t.style = style{color: !c.NoColor && !c.Dumb, width: columnsOf(t.screen), wrapText: true}
	}

	return t
}

// asTerminal returns the file if v is a terminal, else nil.
func asTerminal(v any) *os.File {
	if f, ok := v.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return f
	}

	return nil
}

// Platform is "terminal".
func (t *Terminal) Platform() string { return Platform }

// Run reads until ctx ends. At a terminal it returns ErrQuit when the person
// leaves.
func (t *Terminal) Run(ctx context.Context, h adapters.Handler) error {
	read := t.readLines

	if t.tty != nil && t.screen != nil && !t.config.Dumb {
		p, err := t.openPrompt(ctx, h)
		if err != nil {
			return err
		}
		defer t.closePrompt(p)

		read = p.readInputs
	}

	lines := make(chan string)
	ended := make(chan struct{})
	// A read cannot be interrupted: this goroutine ends with the input or the
	// process, and says nothing after ctx has ended.
	go func() {
		defer close(ended)

		read(ctx, lines)
	}()

	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ended:
			if t.tty != nil {
				return ErrQuit
			}

			ended = nil // the end of the input stops nothing
		case line := <-lines:
			t.Say(ctx, h, line)
		}
	}
}

// readLines reads lines without editing them.
func (t *Terminal) readLines(ctx context.Context, lines chan<- string) {
	scanner := bufio.NewScanner(t.config.In)
	scanner.Buffer(nil, 1<<20)

	for scanner.Scan() {
		select {
		case lines <- scanner.Text():
		case <-ctx.Done():
			return
		}
	}
}

// Send prints a message. The buttons of an alert or digest are left out: they come
// and go, and cannot be told apart by number. What comes unasked and has no buttons
// takes none away: those of the latest answer can still be pressed.
func (t *Terminal) Send(_ context.Context, _ adapters.Chat, m *adapters.Message) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()

	var err error
	if m.Alert != nil || m.Digest != nil || len(m.Buttons) == 0 {
		err = t.print(t.style.message(m))
	} else {
		err = t.printWithButtons(m)
	}

	if err != nil {
		return "", err
	}

	t.printed++

	return strconv.Itoa(t.printed), nil
}

// print writes a text and a blank line. t.mu is held.
func (t *Terminal) print(text string) error { return t.write(text + "\n") }

// write writes a text. t.mu is held.
func (t *Terminal) write(text string) error {
	w := t.config.Out
	if t.prompt != nil {
		w = t.prompt
	}

	if _, err := io.WriteString(w, text); err != nil {
		return &adapters.SendError{Fate: adapters.Retry, Reason: "the terminal can't be written to", Cause: err}
	}

	return nil
}

// Edit prints the message again, of an alert only what is new: a terminal does not go
// back.
func (t *Terminal) Edit(ctx context.Context, to adapters.Chat, _ string, m *adapters.Message) error {
	if m.Alert == nil {
		_, err := t.Send(ctx, to, m)
		return err
	}

	t.mu.Lock()
	defer t.mu.Unlock()

	return t.print(t.style.update(m.In(), m.Alert))
}

// Find is not possible.
func (t *Terminal) Find(context.Context, adapters.Chat, *adapters.Message) (string, bool, error) {
	return "", false, adapters.ErrUnsupported
}

// Room is unlimited: a terminal scrolls.
func (t *Terminal) Room(d *adapters.Digest) int { return len(d.Alerts) }

// Lookup knows no other chat.
func (t *Terminal) Lookup(_ context.Context, name string, _ *adapters.Request) (adapters.ChatInfo, error) {
	return adapters.ChatInfo{}, fmt.Errorf("there is no chat %q here: the terminal has only this one", name)
}

// Rights returns all rights: whoever types there started the program.
func (t *Terminal) Rights(context.Context, adapters.Chat, string) (adapters.Rights, error) {
	return adapters.Rights{Manage: true}, nil
}
