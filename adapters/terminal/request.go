package terminal

import (
	"context"
	"strings"

	"newsbell/adapters"
)

// Say handles one input of the operator. It returns when the answer was shown.
func (t *Terminal) Say(ctx context.Context, h adapters.Handler, input string) {
	input = strings.TrimSpace(input)
	if input == "" {
		return
	}

	r := t.request(input)
	shown := t.showParts(r)

	m := h.Answer(ctx, r)
	if m == nil {
		return
	}

	t.mu.Lock()
	err := t.printRest(m, shown)
	t.mu.Unlock()

	h.Answered(ctx, r, m, err)
}

// request reads an input: a number presses a button, a slash begins a command. It
// has no Key, since nobody repeats what was typed.
func (t *Terminal) request(input string) *adapters.Request {
	r := &adapters.Request{
		Kind: adapters.TextRequest, Chat: ChatInfo(), Text: input,
		User:   adapters.User{ID: User, Name: "operator"},
		Rights: &adapters.Rights{Manage: true},
	}

	if data, ok := t.pressed(input); ok {
		r.Kind, r.Text, r.Data = adapters.PressRequest, "", data
		return r
	}

	if command, ok := strings.CutPrefix(input, "/"); ok {
		name, rest, _ := strings.Cut(command, " ")
		r.Kind, r.Command, r.Text = adapters.CommandRequest, strings.ToLower(name), strings.TrimSpace(rest)
	}

	return r
}
