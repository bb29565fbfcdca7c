// Package terminal is a chat in the terminal: the adapter that is always there.
// Whoever types in it started the program, so it counts as an operator.
//
// On a terminal it edits lines, colours and lets alerts arrive while one types.
// Otherwise each line of the input is what the operator says, one after the
// other, and the end of the input ends nothing.
package terminal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
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

// Here is the terminal as a chat.
func Here() adapters.ChatInfo {
	return adapters.ChatInfo{Chat: adapters.Chat{Platform: Platform, Address: Address}, Kind: adapters.Private, Title: "terminal"}
}

// ErrQuit is what Run returns when the person at the terminal ended the chat
// with Ctrl-C or Ctrl-D.
var ErrQuit = errors.New("the terminal was closed")

// Terminal is the adapter. Make it with New.
type Terminal struct {
	in   io.Reader
	out  io.Writer
	tty  *os.File // set if in is a terminal
	look look

	mu      sync.Mutex
	lines   *term.Terminal // while a terminal is read
	said    int            // requests so far
	buttons []adapters.Button
}

// Config says what a Terminal reads and writes.
type Config struct {
	In      io.Reader
	Out     io.Writer
	NoColor bool
	Width   int // columns to wrap at; 0: the terminal's own, or 80
}

// New makes the adapter. If In is a terminal it is used as one.
func New(c Config) *Terminal {
	t := &Terminal{in: c.In, out: c.Out, look: look{color: false, width: c.Width}}
	if f, ok := c.In.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		t.tty = f
	}

	if f, ok := c.Out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		t.look.color = !c.NoColor
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && c.Width == 0 {
			t.look.width = min(w, 100)
		}
	}

	if t.look.width <= 0 {
		t.look.width = 80
	}

	return t
}

// Interactive reports whether a person sits at it.
func (t *Terminal) Interactive() bool { return t.tty != nil }

// Platform implements adapters.Adapter.
func (t *Terminal) Platform() string { return Platform }

// Run reads until ctx ends. At a terminal it returns ErrQuit when the person
// leaves.
func (t *Terminal) Run(ctx context.Context, h adapters.Handler) error {
	next := t.readLines
	if t.tty != nil {
		state, err := term.MakeRaw(int(t.tty.Fd()))
		if err != nil {
			return fmt.Errorf("use the terminal: %w", err)
		}
		defer term.Restore(int(t.tty.Fd()), state) //nolint:errcheck // nothing can be done

		t.mu.Lock()
		t.lines = term.NewTerminal(struct {
			io.Reader
			io.Writer
		}{t.in, t.out}, "> ")
		t.mu.Unlock()
		next = t.typeLines
	}

	lines := make(chan string)
	// A read cannot be interrupted: this goroutine ends with the input or the
	// process, and says nothing after ctx has ended.
	ended := make(chan struct{})
	go func() {
		defer close(ended)

		next(ctx, lines)
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

func (t *Terminal) readLines(ctx context.Context, lines chan<- string) {
	scanner := bufio.NewScanner(t.in)
	scanner.Buffer(nil, 1<<20)

	for scanner.Scan() {
		select {
		case lines <- scanner.Text():
		case <-ctx.Done():
			return
		}
	}
}

func (t *Terminal) typeLines(ctx context.Context, lines chan<- string) {
	for {
		line, err := t.lines.ReadLine()
		if err != nil {
			return
		}

		select {
		case lines <- line:
		case <-ctx.Done():
			return
		}
	}
}

// Say is one line typed by the operator: it returns when the answer was shown.
func (t *Terminal) Say(ctx context.Context, h adapters.Handler, line string) {
	line = strings.TrimSpace(line)
	if line == "" {
		return
	}

	r := t.request(line)

	m := h.Answer(ctx, r)
	if m == nil {
		return
	}

	_, err := t.Send(ctx, r.Chat.Chat, m)
	h.Answered(ctx, r, m, err)
}

func (t *Terminal) request(line string) *adapters.Request {
	t.mu.Lock()
	defer t.mu.Unlock()

	t.said++
	r := &adapters.Request{
		Kind: adapters.TextRequest, Chat: Here(), Text: line,
		User:   adapters.User{ID: User, Name: "operator"},
		Rights: &adapters.Rights{Manage: true},
	}
	// Nobody repeats what was typed: no Key.
	if n, err := strconv.Atoi(line); err == nil && n >= 1 && n <= len(t.buttons) {
		r.Kind, r.Text, r.Data = adapters.PressRequest, "", t.buttons[n-1].Data
		return r
	}

	if name, ok := strings.CutPrefix(line, "/"); ok {
		name, rest, _ := strings.Cut(name, " ")
		r.Kind, r.Command, r.Text = adapters.CommandRequest, strings.ToLower(name), strings.TrimSpace(rest)
	}

	return r
}

// Send prints a message.
func (t *Terminal) Send(_ context.Context, _ adapters.Chat, m *adapters.Message) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()

	var buttons []adapters.Button

	for _, row := range m.Buttons {
		for _, b := range row {
			if b.Data != "" {
				buttons = append(buttons, b)
			}
		}
	}
	// The buttons of alerts come and go; those of an answer can be pressed by
	// number until the next answer.
	text := t.look.message(m)
	if m.Alert == nil && m.Digest == nil {
		t.buttons = buttons
		text += t.look.buttons(buttons)
	}

	var err error
	if t.lines != nil {
		_, err = io.WriteString(t.lines, text+"\n")
	} else {
		_, err = io.WriteString(t.out, text+"\n")
	}

	if err != nil {
		return "", &adapters.SendError{Fate: adapters.Retry, Reason: "the terminal does not take it", Cause: err}
	}

	return "", nil
}

// Edit prints the message anew: a terminal does not go back.
func (t *Terminal) Edit(ctx context.Context, to adapters.Chat, _ string, m *adapters.Message) error {
	_, err := t.Send(ctx, to, m)
	return err
}

// Find cannot tell.
func (t *Terminal) Find(context.Context, adapters.Chat, string) (string, bool, error) {
	return "", false, adapters.ErrUnsupported
}

// Room is unlimited: a terminal scrolls.
func (t *Terminal) Room(d *adapters.Digest) int { return len(d.Alerts) }

// Lookup knows no other chat.
func (t *Terminal) Lookup(_ context.Context, name string, _ *adapters.Request) (adapters.ChatInfo, error) {
	return adapters.ChatInfo{}, fmt.Errorf("the terminal has no chat %q, only this one", name)
}

// Rights are all rights.
func (t *Terminal) Rights(context.Context, adapters.Chat, string) (adapters.Rights, error) {
	return adapters.Rights{Manage: true}, nil
}
