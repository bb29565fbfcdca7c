package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"newsbell/adapters"
)

const (
	// defaultWidth is where lines are wrapped that go to no terminal.
	defaultWidth = 80
	// maxWidth is where lines are wrapped however wide the window: longer ones are
	// hard to read.
	maxWidth = 100

	promptText   = "> "
	continuation = "… " // before the last line of a text that was pasted
)

// prompt is a line editor at the bottom of the screen. What is written to it is
// shown above the line being typed.
type prompt struct {
	*term.Terminal
	tty         *os.File
	before      *term.State // of the terminal, to be restored
	stopResizes func()
}

// openPrompt puts the terminal into raw mode and shows the prompt.
func (t *Terminal) openPrompt(ctx context.Context, h adapters.Handler) (*prompt, error) {
	state, err := term.MakeRaw(int(t.tty.Fd()))
	if err != nil {
		return nil, fmt.Errorf("using the terminal: %w", err)
	}

	lines := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{t.config.In, t.config.Out}, promptText)
	p := &prompt{Terminal: lines, tty: t.tty, before: state}
	lines.SetBracketedPasteMode(true)

	c := completer{commands: t.config.Commands, values: func(r *adapters.Request) []adapters.Choice { return h.Complete(ctx, r) }}
	lines.AutoCompleteCallback = func(line string, pos int, key rune) (string, int, bool) {
		if key != '\t' {
			return "", 0, false
		}

		newLine, newPos, offered := c.complete(line, pos)
		if len(offered) > 0 {
			_, _ = io.WriteString(lines, strings.Join(offered, "\n")+"\n")
		}

		return newLine, newPos, true
	}

	t.mu.Lock()
	t.prompt = p
	t.mu.Unlock()

	t.resize()
	p.stopResizes = watchResizes(t.resize)
	t.config.Logs.redirect(p)

	return p, nil
}

// closePrompt leaves the terminal as it was found.
func (t *Terminal) closePrompt(p *prompt) {
	t.config.Logs.redirect(nil)
	p.stopResizes()

	t.mu.Lock()
	t.prompt = nil
	t.mu.Unlock()

	p.SetBracketedPasteMode(false)
	_ = term.Restore(int(p.tty.Fd()), p.before)
	_, _ = io.WriteString(t.config.Out, "\n")
}

// resize takes in the size of the window.
func (t *Terminal) resize() {
	width, height, err := term.GetSize(int(t.screen.Fd()))
	if err != nil || width <= 0 {
		return
	}

	t.mu.Lock()
	defer t.mu.Unlock()

	t.style.width = min(width, maxWidth)
	if t.prompt != nil {
		_ = t.prompt.SetSize(width, height)
	}
}

// Width returns the columns at which lines are wrapped.
func (t *Terminal) Width() int {
	t.mu.Lock()
	defer t.mu.Unlock()

	return t.style.width
}

// columnsOf returns where to wrap what goes to a screen.
func columnsOf(screen *os.File) int {
	width, _, err := term.GetSize(int(screen.Fd()))
	if err != nil || width <= 0 {
		return defaultWidth
	}

	return min(width, maxWidth)
}

// readInputs reads what is typed or pasted until the person leaves. A text of
// several lines that was pasted is one input.
func (p *prompt) readInputs(ctx context.Context, inputs chan<- string) {
	var pasted []string

	for {
		line, err := p.ReadLine()
		if errors.Is(err, term.ErrPasteIndicator) {
			pasted = append(pasted, line)

			p.SetPrompt(continuation)

			continue
		}

		if err != nil {
			return
		}

		input := strings.Join(append(pasted, line), "\n")
		pasted = nil

		p.SetPrompt(promptText)

		select {
		case inputs <- input:
		case <-ctx.Done():
			return
		}
	}
}
