package bot

import (
	"context"
	"errors"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/internal/failpoint"
	"newsbell/store"
)

// refusal is an answer that says no: nothing was changed.
type refusal struct{ message *adapters.Message }

func (r *refusal) Error() string { return r.message.Text.String() }

func refuse(lines ...string) error { return &refusal{say(lines...)} }

func say(lines ...string) *adapters.Message {
	return &adapters.Message{Text: adapters.Say(lines...)}
}

// Answer implements [adapters.Handler].
func (b *Bot) Answer(ctx context.Context, r *adapters.Request) *adapters.Message {
	t := &turn{r: r, now: time.Now(), tokens: map[string]token{}}

	m, err := b.answer(ctx, t)
	if err != nil {
		b.Log.Error("a request could not be answered", "platform", r.Chat.Platform, "command", t.command, "error", err)

		m = &adapters.Message{Text: adapters.Say(textTrouble), Private: !t.private()}
		if errors.Is(err, store.ErrFull) {
			m.Text = adapters.Say(textFull)
		}
	}

	if m == nil {
		return nil
	}

	if r.Chat.Platform != discord && b.held(r.Chat) && b.sayLater(ctx, r, m) == nil {
		return nil
	}

	b.gate(ctx, r.Chat)

	return m
}

func (b *Bot) answer(ctx context.Context, t *turn) (*adapters.Message, error) {
	kept, done, err := b.kept(ctx, t)
	if err != nil {
		return nil, err
	}

	if !done {
		m, err := b.dispatch(ctx, t)
		if no, ok := errors.AsType[*refusal](err); ok {
			m, err = no.message, nil
		}

		if err != nil {
			return nil, err
		}

		if kept = t.done; kept == nil {
			if m == nil && len(t.tokens) == 0 {
				return nil, nil // what is not for us leaves no trace
			}

			kept = &saved{Answer: m}

			if err := b.Store.Update(ctx, func(tx *store.Tx) error { return t.keep(tx, kept) }); err != nil {
				return nil, err
			}
		}
	}

	if kept.Direct != nil {
		return b.sendDirect(ctx, t, kept)
	}

	return kept.Answer, nil
}

// kept looks for an earlier answer to the same request.
func (b *Bot) kept(ctx context.Context, t *turn) (s *saved, done bool, err error) {
	if t.r.Key == "" {
		return nil, false, nil
	}

	err = b.Store.View(ctx, func(tx *store.Tx) error {
		var answer string

		done, answer, err = tx.Answered(t.r.Key)
		s = thaw(answer)

		return err
	})

	return s, done, err
}

// Answered implements [adapters.Handler].
func (b *Bot) Answered(ctx context.Context, r *adapters.Request, m *adapters.Message, err error) {
	if err != nil {
		later := passes(r, err)
		b.Log.Warn("an answer did not arrive", "platform", r.Chat.Platform, "later", later, "error", err)

		if later {
			if err := b.sayLater(ctx, r, m); err != nil {
				b.Log.Error("leaving an answer to the outbox", "error", err)
			}
		}

		return
	}

	if r.Key != "" {
		if err := b.Store.Update(ctx, func(tx *store.Tx) error { return tx.SaveAnswer(r.Key, "") }); err != nil {
			b.Log.Error("noting that an answer was said", "error", err)
		}
	}

	failpoint.Hit(failpoint.Answered)

	if b.Event != nil {
		b.Event(ReplyEvent{Chat: r.Chat.Address, To: asked(r), Text: m.String()})
	}
}

func (b *Bot) dispatch(ctx context.Context, t *turn) (*adapters.Message, error) {
	if no, allowed := b.access(t); !allowed {
		return no, nil
	}

	if err := b.awake(ctx, t); err != nil {
		return nil, err
	}

	switch t.r.Kind {
	case adapters.CommandRequest:
		return b.command(ctx, t, t.r.Command, t.r.Text)
	case adapters.TextRequest:
		return b.free(ctx, t)
	case adapters.PressRequest:
		return b.press(ctx, t)
	case adapters.FileRequest:
		if t.private() {
			return say(textNoFiles), nil
		}
	case adapters.CompleteRequest:
	}

	return nil, nil
}

// command runs a command of the table.
func (b *Bot) command(ctx context.Context, t *turn, name, text string) (*adapters.Message, error) {
	name = strings.ToLower(name)

	row := b.rows[name]
	if row == nil {
		return b.unknown(t, name), nil
	}

	t.command = row.Name

	t.text, t.options = readOptions(row, text, t.r.Options)
	if t.r.Kind == adapters.PressRequest || t.r.Kind == adapters.TextRequest {
		t.text, t.options = readOptions(row, text, nil)
	}

	if t.command != "cancel" {
		t.tokens[askWord(t.r)] = token{} // a new command ends an open question
	}

	return row.do(b, ctx, t)
}

// unknown answers a command that is not in the table: in a group it is another
// bot's.
func (b *Bot) unknown(t *turn, name string) *adapters.Message {
	if !t.private() {
		return nil
	}

	if near := b.nearest(name); near != "" {
		m := say(textUnknownNear(name, near))
		m.Buttons = [][]adapters.Button{{t.button("/"+near, near, t.r.Text)}}

		return m
	}

	return say(textUnknown(name))
}

// nearest is the command that begins like a mistyped one.
func (b *Bot) nearest(name string) string {
	best, most := "", 2

	for _, c := range table() {
		same := 0
		for same < len(name) && same < len(c.Name) && name[same] == c.Name[same] {
			same++
		}

		if same > most {
			best, most = c.Name, same
		}
	}

	return best
}
