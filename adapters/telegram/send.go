package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
)

// Send delivers one message. A text that is longer than a message goes out as
// several, and the reference is the last one's.
func (a *Adapter) Send(ctx context.Context, to adapters.Chat, m *adapters.Message) (string, error) {
	return a.send(ctx, to, m, &delivery{})
}

// delivery is how far the parts of one message have come, for an answer that is
// tried again: what has arrived is not sent twice.
type delivery struct {
	replyTo int64 // the person's message, in a group
	sent    int   // parts
}

// Find is not possible: the Bot API does not show a chat's messages.
func (a *Adapter) Find(context.Context, adapters.Chat, string) (string, bool, error) {
	return "", false, adapters.ErrUnsupported
}

// sentMessage is the part of a result that matters.
type sentMessage struct {
	ID lenientID
}

// UnmarshalJSON never fails: the server has said ok, so the message is sent,
// whatever it shows of it.
func (m *sentMessage) UnmarshalJSON(b []byte) error {
	var in struct {
		ID lenientID `json:"message_id"`
	}

	_ = json.Unmarshal(b, &in)
	m.ID = in.ID

	return nil
}

func (a *Adapter) send(ctx context.Context, to adapters.Chat, m *adapters.Message, d *delivery) (string, error) {
	addr, err := parseAddress(to.Address)
	if err != nil {
		return "", &adapters.SendError{Fate: adapters.Gone, Reason: "the chat does not exist for the bot", Cause: err}
	}

	parts := render(m, time.Now())
	if len(parts) == 0 && m.File == nil {
		return "", &adapters.SendError{Fate: adapters.Refused, Reason: "the message is empty", Cause: errors.New("nothing to send")}
	}

	var sent sentMessage
	for i := d.sent; i < len(parts); i++ {
		part := parts[i]
		p := addr.params()
		p.AddBool("disable_notification", m.Silent)

		if d.replyTo != 0 && i == 0 {
			p["reply_parameters"] = jsonText(map[string]any{"message_id": d.replyTo, "allow_sending_without_reply": true})
		}

		last := i == len(parts)-1
		if last {
			p.AddNonEmpty("reply_markup", a.markup(ctx, m, addr))
		}

		if last && m.File != nil && part.runes <= maxCaption {
			err = a.sendFile(ctx, p, m.File, &part, &sent)
		} else {
			p["link_preview_options"] = noPreview
			err = a.sendPart(ctx, "sendMessage", p, part, &sent)
		}

		if err != nil {
			return "", a.fate(to, err)
		}

		d.sent++
	}

	if m.File != nil && (len(parts) == 0 || parts[len(parts)-1].runes > maxCaption) {
		if err := a.sendFile(ctx, addr.params(), m.File, nil, &sent); err != nil {
			return "", a.fate(to, err)
		}
	}

	ref := strconv.FormatInt(int64(sent.ID), 10)
	if m.Ask != "" && addr.Chat < 0 {
		a.noteAsk(ctx, to, ref)
	}

	return ref, nil
}

// noPreview: an alert shows what it shows; a preview would only repeat it.
const noPreview = `{"is_disabled":true}`

// markup is the keyboard of a message. Only a button that opens the private
// chat needs the bot's name.
func (a *Adapter) markup(ctx context.Context, m *adapters.Message, addr address) string {
	name := ""

	for _, row := range m.Buttons {
		for _, b := range row {
			if b.Start != "" && name == "" {
				name = a.username(ctx)
			}
		}
	}

	return keyboard(m, name, addr.Chat < 0)
}

// sendPart posts a text as HTML. Should the server not be able to read the HTML,
// which is our bug, the person gets the plain text.
func (a *Adapter) sendPart(ctx context.Context, method string, p params, part part, out any) error {
	p["text"], p["parse_mode"] = part.html, "HTML"

	err := a.client.call(ctx, sendTimeout, method, p, out)
	if api, ok := errors.AsType[*apiError](err); !ok || !strings.Contains(strings.ToLower(api.Text), "can't parse entities") {
		return err
	}

	a.log.Error("bug: the server cannot read our HTML; sending it as plain text", "err", err)
	delete(p, "parse_mode")
	p["text"] = cutSentences(part.plain, maxText)

	return a.client.call(ctx, sendTimeout, method, p, out)
}

// Edit replaces a message sent before. A text that does not fit is cut, with a
// word about it.
func (a *Adapter) Edit(ctx context.Context, to adapters.Chat, ref string, m *adapters.Message) error {
	err := a.edit(ctx, to, ref, m)
	switch {
	case err == nil || editIs(err, editGone):
		return nil
	case errors.Is(err, errOff) || missing(err):
		return &adapters.SendError{Fate: adapters.Refused, Reason: "this server cannot edit messages", Cause: err}
	}

	return a.fate(to, err)
}

const editMethod = "editMessageText"

// What the server says of an edit that is not needed, and of one that comes too late.
var (
	editSame = []string{"message is not modified"}
	editGone = []string{"message to edit not found", "message can't be edited", "message_id_invalid", "message identifier is not specified"}
)

func editIs(err error, texts []string) bool {
	api, ok := errors.AsType[*apiError](err)
	if !ok {
		return false
	}

	for _, t := range texts {
		if strings.Contains(strings.ToLower(api.Text), t) {
			return true
		}
	}

	return false
}

// edit is Edit with a message that is gone as an error. Not every server can do
// it.
func (a *Adapter) edit(ctx context.Context, to adapters.Chat, ref string, m *adapters.Message) error {
	if !a.extras.on(editMethod) {
		return errOff
	}

	addr, err := parseAddress(to.Address)
	if err != nil {
		return err
	}

	parts := render(m, time.Now())
	if len(parts) == 0 {
		return errors.New("nothing to show")
	}

	first := parts[0]
	if len(parts) > 1 {
		first = plainPart(cutSentences(first.plain, maxText-len(sayCut)-1) + "\n" + sayCut)
	}

	p := params{"chat_id": strconv.FormatInt(addr.Chat, 10), "message_id": ref, "link_preview_options": noPreview}
	if rows := a.markup(ctx, &adapters.Message{Buttons: m.Buttons}, addr); rows != "" {
		p["reply_markup"] = rows
	}

	short, cancel := context.WithTimeout(ctx, extraTimeout)
	defer cancel()

	err = a.sendPart(short, editMethod, p, first, nil)
	a.extras.learn(ctx, editMethod, err)

	if editIs(err, editSame) {
		return nil
	}

	return err
}

// lenientID is a number that a server may write as text.
type lenientID int64

// UnmarshalJSON never fails: an unreadable id is 0.
func (id *lenientID) UnmarshalJSON(b []byte) error {
	*id = lenientID(lenientInt(json.RawMessage(b)))
	return nil
}
