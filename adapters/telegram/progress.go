package telegram

import (
	"context"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"newsbell/adapters"
	"newsbell/adapters/telegram/botapi"
	"newsbell/adapters/telegram/render"
)

const (
	// progressAfter is when a person is shown that something is going on.
	progressAfter = time.Second
	// The typing sign lasts 5 s in the apps.
	typingEvery = 5 * time.Second
	typingLimit = time.Minute
	// maxPopup is in code points, of the Bot API's page.
	maxPopup = 200
)

// showProgress shows the person that something is going on when it takes a while:
// the press is acknowledged, which stops its spinner, and the typing sign comes.
// Nothing waits for it.
func (a *Adapter) showProgress(ctx context.Context, in *incoming, p *press, answered <-chan struct{}) {
	t := time.NewTimer(progressAfter)
	defer t.Stop()

	select {
	case <-answered:
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

	for shown := time.Duration(0); shown < typingLimit; shown += typingEvery {
		select {
		case <-answered:
			return
		case <-ctx.Done():
			return
		default:
		}

		p := addr.params()
		p["action"] = "typing"
		_ = a.callOptional(ctx, "sendChatAction", p, nil)

		t.Reset(typingEvery)

		select {
		case <-answered:
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
		return errUnavailable
	}

	form := botapi.Params{"callback_query_id": p.id}
	if text != "" {
		form["text"], form["show_alert"] = text, "true"
	}

	return a.callOptional(ctx, "answerCallbackQuery", form, nil)
}

// showPopup shows a short private answer to a press in a shared chat to the presser
// alone, and reports whether it did.
func (a *Adapter) showPopup(ctx context.Context, r *adapters.Request, p *press, m *adapters.Message) bool {
	if p.id == "" || !m.Private || m.Replace || r.Chat.Kind == adapters.Private || len(m.Buttons) > 0 || m.Ask != "" || m.File != nil {
		return false
	}

	parts := render.Renderer{NoNewTags: true}.Message(&adapters.Message{Text: m.Text, Words: m.Words}, time.Now())
	if len(parts) != 1 || utf8.RuneCountInString(parts[0].Plain) > maxPopup {
		return false
	}

	return a.acknowledge(ctx, p, parts[0].Plain) == nil
}
