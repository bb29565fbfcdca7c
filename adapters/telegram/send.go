package telegram

import (
	"context"
	"errors"
	"strconv"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/telegram/botapi"
	"newsbell/adapters/telegram/render"
)

// Send delivers one message. A text that is longer than a message goes out as
// several, and the reference is the last one's.
func (a *Adapter) Send(ctx context.Context, to adapters.Chat, m *adapters.Message) (string, error) {
	return a.send(ctx, to, m, &sentParts{})
}

// sentParts is how far the parts of one message have come, for an answer that is
// tried again: what has arrived is not sent twice.
type sentParts struct {
	replyTo int64 // the person's message, in a group
	count   int   // of the parts that have arrived
}

// Find is not possible: the Bot API does not show a chat's messages.
func (a *Adapter) Find(context.Context, adapters.Chat, string) (string, bool, error) {
	return "", false, adapters.ErrUnsupported
}

func (a *Adapter) send(ctx context.Context, to adapters.Chat, m *adapters.Message, done *sentParts) (string, error) {
	addr, err := parseAddress(to.Address)
	if err != nil {
		return "", &adapters.SendError{Fate: adapters.Gone, Reason: "the bot can't find the chat", Cause: err}
	}

	parts := render.Message(m, time.Now())
	if len(parts) == 0 && m.File == nil {
		return "", &adapters.SendError{Fate: adapters.Refused, Reason: "the message is empty", Cause: errors.New("nothing to send")}
	}

	var sent botapi.SentMessage

	for i := done.count; i < len(parts); i++ {
		part := parts[i]
		p := addr.params()
		p.AddBool("disable_notification", m.Silent)

		if done.replyTo != 0 && i == 0 {
			p["reply_parameters"] = toJSON(map[string]any{"message_id": done.replyTo, "allow_sending_without_reply": true})
		}

		last := i == len(parts)-1
		if last {
			p.AddNonEmpty("reply_markup", a.keyboard(ctx, m, addr))
		}

		if last && m.File != nil && part.Runes <= maxCaption {
			err = a.sendFile(ctx, p, m.File, &part, &sent)
		} else {
			p["link_preview_options"] = noPreview
			err = a.sendPart(ctx, "sendMessage", p, part, &sent)
		}

		if err != nil {
			return "", a.sendError(to, err)
		}

		done.count++
	}

	if m.File != nil && (len(parts) == 0 || parts[len(parts)-1].Runes > maxCaption) {
		if err := a.sendFile(ctx, addr.params(), m.File, nil, &sent); err != nil {
			return "", a.sendError(to, err)
		}
	}

	ref := strconv.FormatInt(sent.ID, 10)
	if m.Ask != "" && addr.Chat < 0 {
		a.keepQuestion(ctx, to, ref)
	}

	return ref, nil
}

// noPreview: an alert shows what it shows; a preview would only repeat it.
const noPreview = `{"is_disabled":true}`

// keyboard returns the reply_markup of a message. Only a button that opens the
// private chat needs the bot's name.
func (a *Adapter) keyboard(ctx context.Context, m *adapters.Message, addr address) string {
	name := ""

	for _, row := range m.Buttons {
		for _, b := range row {
			if b.Start != "" && name == "" {
				name = a.username(ctx)
			}
		}
	}

	return render.Keyboard(m, name, addr.Chat < 0)
}

// sendPart posts a text as HTML. Should the server not be able to read the HTML,
// which is our bug, the person gets the plain text.
func (a *Adapter) sendPart(ctx context.Context, method string, p botapi.Params, part render.Part, out any) error {
	p["text"], p["parse_mode"] = part.HTML, "HTML"

	err := a.client.Call(ctx, sendTimeout, method, p, out)
	if !botapi.ErrorContains(err, "can't parse entities") {
		return err
	}

	a.log.Error("bug: the server cannot read our HTML; sending it as plain text", "err", err)
	delete(p, "parse_mode")
	p["text"] = render.CutSentences(part.Plain, render.MaxText)

	return a.client.Call(ctx, sendTimeout, method, p, out)
}

// Room returns how many of the digest's first alerts fit one message.
func (a *Adapter) Room(d *adapters.Digest) int { return render.Room(d) }
