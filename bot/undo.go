package bot

import (
	"context"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/intent"
)

// lastUndoWord is the word of the token that holds the newest [Undo] of a person in a chat: who
// types /undo presses that.
func lastUndoWord(r *adapters.Request) string { return "undo:" + r.Chat.String() + ":" + r.User.ID }

// keepUndo keeps the [Undo] below a reply in a private chat for /undo.
func (t *turn) keepUndo(m *adapters.Message) {
	if m == nil || !t.private() || t.r.User.ID == "" {
		return
	}

	for _, row := range m.Buttons {
		for _, one := range row {
			if one.Label == t.Say("button.undo") && one.Data != "" {
				t.tokens[lastUndoWord(t.r)] = token{Who: t.personID(), Command: "undo", Text: one.Data}
				return
			}
		}
	}
}

// undoLast takes back what the person changed last, as the button below the reply to it does.
func (b *Bot) undoLast(ctx context.Context, t *turn) (*adapters.Message, error) {
	last, err := b.token(ctx, t, lastUndoWord(t.r))
	if err != nil {
		return nil, err
	}

	if last == nil {
		return t.say("undo.nothing"), nil
	}

	t.tokens[lastUndoWord(t.r)] = token{}

	pressed := *t.r
	pressed.Kind, pressed.Data, pressed.Message, pressed.Text = adapters.PressRequest, last.Text, "", ""
	t.r = &pressed

	m, err := b.press(ctx, t)
	if m != nil {
		m.Replace = false // there is no message of ours to stand in place of
	}

	return m, err
}

// commandInOwnWords finds a command that was typed in the words of the chat's language
// ("/abonnieren", "/hilfe"), or /undo, which stands in no menu. nil: it is neither.
func (b *Bot) commandInOwnWords(t *turn, name string) func(ctx context.Context, text string) (*adapters.Message, error) {
	if name == "undo" || strings.EqualFold(name, t.Say("button.undo")) {
		return func(ctx context.Context, _ string) (*adapters.Message, error) { return b.undoLast(ctx, t) }
	}

	for _, command := range []string{"subscribe", "unsubscribe", "preview", "pause", "resume"} {
		if strings.EqualFold(name, t.Say("button."+command)) {
			return func(ctx context.Context, text string) (*adapters.Message, error) {
				return b.command(ctx, t, command, text)
			}
		}
	}

	if i := intent.Parse(name, t.Code()); i != intent.None && i != intent.Nod {
		return func(ctx context.Context, _ string) (*adapters.Message, error) { return b.answerIntent(ctx, t, i) }
	}

	return nil
}
