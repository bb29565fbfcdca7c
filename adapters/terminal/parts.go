package terminal

import (
	"context"
	"strings"

	"newsbell/adapters"
)

// written is an answer that is shown while it is being written: a terminal does not go back, so
// a line is printed once the next part has it too.
type written struct {
	last  []string // lines of the part before
	shown string   // what is on the screen
}

// showParts has a request show what there is of its answer, where a person reads along: in a pipe
// an answer comes whole.
func (t *Terminal) showParts(r *adapters.Request) *written {
	a := &written{}

	t.mu.Lock()
	defer t.mu.Unlock()

	if t.prompt != nil {
		r.Show = func(_ context.Context, m *adapters.Message) {
			t.mu.Lock()
			defer t.mu.Unlock()

			if more := a.next(t.style.message(m)); more != "" {
				_ = t.write(more) // printing the whole answer fails too
			}
		}
	}

	return a
}

// next returns the lines that a part has in common with the one before and that are not printed.
func (a *written) next(part string) string {
	lines := strings.SplitAfter(part, "\n")

	same := 0
	for same < len(lines) && same < len(a.last) && lines[same] == a.last[same] {
		same++
	}

	a.last = lines

	more, ok := strings.CutPrefix(strings.Join(lines[:same], ""), a.shown)
	if !ok {
		return ""
	}

	a.shown += more

	return more
}

// rest returns what of a whole answer is not on the screen; all of it if it goes on otherwise.
func (a *written) rest(whole string) string {
	if rest, ok := strings.CutPrefix(whole, a.shown); ok {
		return rest
	}

	return whole
}
