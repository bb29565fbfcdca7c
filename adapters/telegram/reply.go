package telegram

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"newsbell/adapters"
	"newsbell/adapters/gate"
)

const (
	// slow is when a person is shown that something is going on.
	slow = time.Second
	// The typing sign lasts 5 s in the apps.
	typingEvery = 5 * time.Second
	typingAtAll = time.Minute

	// An answer is tried again here for so long, then it is left to the handler,
	// who has an outbox: until it is out of our hands the server keeps its update,
	// and hands out no more than a hundred behind that.
	answerPatient = 10 * time.Second
)

// showWork shows the person that something is going on once it is slow: the
// press is acknowledged, which stops its spinner, and the typing sign comes.
// Nothing waits for it.
func (a *Adapter) showWork(ctx context.Context, in *incoming, p *press, finished <-chan struct{}) {
	t := time.NewTimer(slow)
	defer t.Stop()

	select {
	case <-finished:
		return
	case <-ctx.Done():
		return
	case <-t.C:
	}

	if in.request == nil {
		return
	}

	if p.id != "" {
		_ = a.acknowledge(ctx, p, "")
	}

	addr, err := parseAddress(in.request.Chat.Address)
	if err != nil {
		return
	}

	for shown := time.Duration(0); shown < typingAtAll; shown += typingEvery {
		select {
		case <-finished:
			return
		case <-ctx.Done():
			return
		default:
		}

		p := addr.params()
		p["action"] = "typing"
		_ = a.extra(ctx, "sendChatAction", p, nil)

		t.Reset(typingEvery)

		select {
		case <-finished:
			return
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// press is a pressed button, which spins until it is acknowledged. The server
// takes one acknowledgement.
type press struct {
	id   string
	done atomic.Bool
}

// acknowledge ends a press, with a text that only the presser sees, if any.
func (a *Adapter) acknowledge(ctx context.Context, p *press, text string) error {
	if p.id == "" || p.done.Swap(true) {
		return errOff
	}

	form := params{"callback_query_id": p.id}
	if text != "" {
		form["text"], form["show_alert"] = text, "true"
	}

	return a.extra(ctx, "answerCallbackQuery", form, nil)
}

// maxPopup is in code points, of the Bot API's page.
const maxPopup = 200

// popup shows a short private answer to a press in a shared chat to the presser
// alone.
func (a *Adapter) popup(ctx context.Context, r *adapters.Request, p *press, m *adapters.Message) bool {
	if p.id == "" || !m.Private || m.Replace || r.Chat.Kind == adapters.Private || len(m.Buttons) > 0 || m.Ask != "" || m.File != nil {
		return false
	}

	parts := renderText(m.Text)
	if len(parts) != 1 || utf8.RuneCountInString(parts[0].plain) > maxPopup {
		return false
	}

	return a.acknowledge(ctx, p, parts[0].plain) == nil
}

// reply sends the answer to a request: in place of the pressed button's message
// if it says so, else as a new message, in a group as a reply.
func (a *Adapter) reply(ctx context.Context, in *incoming, m *adapters.Message) error {
	r := in.request
	if m.Replace && r.Kind == adapters.PressRequest && m.File == nil && a.replaced(ctx, r, m) {
		return nil
	}

	to, d := r.Chat.Chat, &delivery{}
	if r.Chat.Kind != adapters.Private {
		d.replyTo = in.message
	}

	var err error

	began := time.Now()

	for try := 1; ; try++ {
		if err = a.attempt(ctx, to, m, d, try > 1); err == nil {
			return nil
		}

		e := adapters.FateOf(err)
		wait := backoff(try)

		switch e.Fate {
		case adapters.Moved:
			to, wait = e.To, 0
		case adapters.Later:
			wait = e.After
		case adapters.Refused:
			// The server does not know the message to reply to, or replying at all.
			if d.replyTo == 0 || !replyRefused(err) {
				return err
			}

			d.replyTo, wait = 0, 0
		case adapters.Gone:
			return err
		case adapters.Retry, adapters.Unsure: // rather twice than never
		}

		if time.Since(began)+wait > answerPatient || ctx.Err() != nil {
			return err
		}

		pause(ctx, wait)
	}
}

// attempt sends. The first time the handler has waited for the gate; what is
// repeated waits for its turn again.
func (a *Adapter) attempt(ctx context.Context, to adapters.Chat, m *adapters.Message, d *delivery, again bool) error {
	pace := a.cfg.Gate
	if again && pace != nil {
		if err := pace.Take(ctx, gate.Key(to), strings.HasPrefix(to.Address, "-"), gate.ClassReply); err != nil {
			return &adapters.SendError{Fate: adapters.Retry, Reason: "the program stops", Cause: err}
		}
	}

	_, err := a.send(ctx, to, m, d)

	return err
}

func replyRefused(err error) bool {
	api, ok := errors.AsType[*apiError](err)
	return ok && strings.Contains(strings.ToLower(api.Text), "repl")
}

// replaced tries to put the answer in the pressed message's place.
func (a *Adapter) replaced(ctx context.Context, r *adapters.Request, m *adapters.Message) bool {
	return r.Message != "" && a.edit(ctx, r.Chat.Chat, r.Message, m) == nil
}
