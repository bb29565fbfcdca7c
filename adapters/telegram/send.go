package telegram

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/telegram/botapi"
	"newsbell/adapters/telegram/render"
)

// Send delivers one message. A text that is longer than a message goes out as
// several, and the reference is the last one's.
func (a *Adapter) Send(ctx context.Context, to adapters.Chat, m *adapters.Message) (string, error) {
	return a.send(ctx, to, m, &sentParts{topic: m.Topic})
}

// sentParts is how far the parts of one message have come, for an answer that is
// tried again: what has arrived is not sent twice.
type sentParts struct {
	parts    []render.Part
	replaces string   // the message that is edited instead, "" none
	replyTo  int64    // the person's message, in a group
	only     *whisper // who alone is to see it, nil: everybody
	count    int      // of the parts that have arrived
	topic    string   // the topic of a private chat that they stand in, "" none
}

// params says where a part goes, and who sees it.
func (done *sentParts) params(addr address) botapi.Params {
	p := addr.params()
	p.AddNonEmpty("message_thread_id", done.topic)

	if done.only != nil {
		maps.Copy(p, done.only.parameters())
	}

	return p
}

// Find is not possible: the Bot API does not show a chat's messages.
func (a *Adapter) Find(context.Context, adapters.Chat, *adapters.Message) (string, bool, error) {
	return "", false, adapters.ErrUnsupported
}

// send sends what is missing of a message.
func (a *Adapter) send(ctx context.Context, to adapters.Chat, m *adapters.Message, done *sentParts) (string, error) {
	addr, err := parseAddress(to.Address)
	if err != nil {
		return "", &adapters.SendError{Fate: adapters.Gone, Reason: "the bot can't find the chat", Cause: err}
	}

	sent, err := a.sendParts(ctx, addr, m, done)
	if m.Digest == nil && done.count == 0 && isTooLong(err) && a.capabilities.countsRaw.Load() {
		sent, err = a.sendParts(ctx, addr, m, done) // shorter, now that the server is known
	}

	if done.count == len(done.parts)-1 && a.capabilities.learnCopies(m, err) {
		sent, err = a.sendParts(ctx, addr, m, done)
	}

	if done.count == len(done.parts)-1 && a.refusesButtons(m, err) {
		sent, err = a.sendParts(ctx, addr, withoutButtons(m), done)
	}

	if err != nil {
		if e, ok := errors.AsType[*adapters.SendError](err); ok {
			return "", e
		}

		e := a.sendError(to, err)
		e.NoTopic = done.topic != "" && e.Fate == adapters.Gone && e.Reason == topicDeleted

		return "", e
	}

	if done.only != nil {
		a.whispers.noteSent(sent.Ephemeral)
	}

	if addr.Chat < 0 && !sent.Ephemeral {
		a.attention.NoteSpoke(addr.Chat)
	}

	ref := strconv.FormatInt(sent.ID, 10)
	if m.Ask != "" && addr.Chat < 0 && !sent.Ephemeral {
		a.keepQuestion(ctx, to, ref)
	}

	return ref, nil
}

// questionsCursor keeps the questions over a restart.
const questionsCursor = "asks"

func questionRef(chat, message string) string { return chat + " " + message }

// keepQuestion keeps a question over a restart too.
func (a *Adapter) keepQuestion(ctx context.Context, to adapters.Chat, ref string) {
	saved := a.questions.Add(questionRef(withoutTopic(to.Address), ref))
	a.saveCursor(ctx, questionsCursor, saved)
}

// sendParts sends the parts of a message that have not arrived, and its file.
func (a *Adapter) sendParts(ctx context.Context, addr address, m *adapters.Message, done *sentParts) (sent botapi.SentMessage, err error) {
	if done.count == 0 {
		done.parts = a.renderer().Message(m, time.Now())
	}

	parts := done.parts
	if len(parts) == 0 && m.File == nil {
		return sent, &adapters.SendError{Fate: adapters.Refused, Reason: "the message is empty", Cause: errors.New("nothing to send")}
	}

	for done.count < len(parts) {
		if err := a.sendNext(ctx, addr, m, done, &sent); err != nil {
			return sent, err
		}

		done.count++
	}

	if m.File != nil && (len(parts) == 0 || parts[len(parts)-1].Runes > maxCaption) {
		err = a.sendFile(ctx, done.params(addr), m, nil, &sent)
	}

	return sent, err
}

// sendNext sends the first part of a message that has not arrived: the last one as the caption of
// its file, if it is short enough, all others as texts.
func (a *Adapter) sendNext(ctx context.Context, addr address, m *adapters.Message, done *sentParts, sent *botapi.SentMessage) error {
	i := done.count
	part, isLast := done.parts[i], i == len(done.parts)-1

	p := done.params(addr)
	p.AddBool("disable_notification", m.Silent)

	if replyTo := cmp.Or(done.replyTo, messageID(m.ReplyTo)); replyTo != 0 && i == 0 && p["reply_parameters"] == "" {
		p["reply_parameters"] = render.ToJSON(map[string]any{"message_id": replyTo, "allow_sending_without_reply": true})
	}

	if isLast {
		p.AddNonEmpty("reply_markup", a.keyboard(ctx, m, addr))
	}

	var err error

	switch {
	case isLast && m.File != nil && part.Runes <= maxCaption:
		part = part.WithoutNewTags()
		err = a.sendFile(ctx, p, m, &part, sent)
	case i == 0:
		err = a.sendText(ctx, p, part, previewOf(m), sent)
	default:
		err = a.sendText(ctx, p, part, noPreview, sent)
	}

	if i > 0 && isTooLong(err) {
		return a.sendPieces(ctx, p, part, sent)
	}

	return err
}

// sendText sends a part as a text below a preview, and without that if the server refuses it: it
// may be the picture.
func (a *Adapter) sendText(ctx context.Context, p botapi.Params, part render.Part, preview string, sent *botapi.SentMessage) error {
	p["link_preview_options"] = preview

	err := a.sendPart(ctx, "sendMessage", p, part, sent)
	if preview == noPreview || fateOf(err) != adapters.Refused {
		return err
	}

	p["link_preview_options"] = noPreview

	return a.sendPart(ctx, "sendMessage", p, part, sent)
}

// sendPieces sends a part without markup, in as many messages as a server needs that
// counts bytes.
func (a *Adapter) sendPieces(ctx context.Context, p botapi.Params, part render.Part, sent *botapi.SentMessage) error {
	for _, piece := range part.Pieces() {
		if err := a.sendPart(ctx, "sendMessage", p, piece, sent); err != nil {
			return err
		}
	}

	return nil
}

// messageID returns the number in a reference of ours, 0 for none.
func messageID(ref string) int64 {
	id, err := strconv.ParseInt(ref, 10, 64)
	if err != nil {
		return 0
	}

	return id
}

const noPreview = `{"is_disabled":true}`

// linkPreview is what is shown of a link: here, of a picture's address.
type linkPreview struct {
	URL   string `json:"url,omitempty"`
	Large bool   `json:"prefer_large_media,omitempty"`
	Above bool   `json:"show_above_text,omitempty"`
}

// previewOf shows the picture of an alert or a page above its text, which so stays a text:
// it can be edited, may be longer than a caption, and loses nothing if the picture is gone.
// Of other messages no preview is shown; it would only repeat them.
func previewOf(m *adapters.Message) string {
	address := m.Picture
	if m.Alert != nil {
		address = m.Alert.Image
	}

	if address = render.PictureAt(address); address != "" {
		return render.ToJSON(linkPreview{URL: address, Large: true, Above: true})
	}

	return noPreview
}

// keyboard returns the reply_markup of a message. Only a button that opens the
// private chat needs the bot's name.
func (a *Adapter) keyboard(ctx context.Context, m *adapters.Message, addr address) string {
	name := ""

	if a.capabilities.noCopies.Load() {
		m = withoutCopies(m)
	}

	for _, row := range m.Buttons {
		for _, b := range row {
			if b.Start != "" && name == "" {
				name = a.username(ctx)
			}
		}
	}

	return render.Keyboard(m, name, addr.Chat < 0)
}

// withoutCopies returns a message without its buttons that copy a text.
func withoutCopies(m *adapters.Message) *adapters.Message {
	plain := *m
	plain.Buttons = nil

	for _, row := range m.Buttons {
		plain.Buttons = append(plain.Buttons, slices.DeleteFunc(slices.Clone(row), func(b adapters.Button) bool { return b.Copy != "" }))
	}

	return &plain
}

// deletedAtOnce is what the server says, as a 500, of a message that was deleted before it could answer.
const deletedAtOnce = "sent message was immediately deleted"

// sendPart posts a text as HTML. Should the server not be able to read the HTML, it
// gets the text without newer tags, which it may not know, or else, since that
// is our bug, the plain text.
func (a *Adapter) sendPart(ctx context.Context, method string, p botapi.Params, part render.Part, result any) error {
	post := func(text, mode string) error {
		delete(p, "parse_mode")
		p.AddNonEmpty("parse_mode", mode)
		p["text"] = text

		err := a.client.Call(ctx, sendTimeout, method, p, result)
		if botapi.ErrorContains(err, deletedAtOnce) {
			return nil // as another bot of the group may do with each: sent again, it would be there and gone again
		}

		return err
	}

	err := post(part.HTML, "HTML")

	if cannotParse(err) && part.WithoutNewTags() != part {
		if part = part.WithoutNewTags(); !a.capabilities.noNewTags.Swap(true) {
			a.log.Info("the server does not know newer tags; messages go without", "err", err)
		}

		err = post(part.HTML, "HTML")
	}

	if isTooLong(err) {
		a.capabilities.learnLength(part)
	}

	if !cannotParse(err) {
		return err
	}

	a.log.Error("bug: the server cannot read our HTML; sending it as plain text", "err", err)

	return post(render.CutSentences(part.Plain, render.MaxText), "")
}

// refusesButtons reports whether the server refused a message because of its buttons. It is read without them.
func (a *Adapter) refusesButtons(m *adapters.Message, err error) bool {
	if len(m.Buttons) == 0 || !botapi.ErrorContains(err, "button", "keyboard", "reply markup", "reply_markup") {
		return false
	}

	a.log.Error("the server refuses the buttons of a message; it goes without them", "err", err)

	return true
}

// withoutButtons returns a message without its buttons.
func withoutButtons(m *adapters.Message) *adapters.Message {
	plain := *m
	plain.Buttons = nil

	return &plain
}

// aboutButtons is in what the server says of a button that it does not know.
const aboutButtons = "inline keyboard"

func cannotParse(err error) bool {
	return botapi.ErrorContains(err, "can't parse", "unsupported start tag", "tg-time", "blockquote") && !botapi.ErrorContains(err, aboutButtons)
}

// isTooLong reports whether the server found a text too long, in any of its words.
func isTooLong(err error) bool { return fateOf(err) == adapters.TooLong }

// fateOf returns what a 400 or 403 of the server means for a message, Retry for any
// other error and for none.
func fateOf(err error) adapters.Fate {
	api, ok := errors.AsType[*botapi.Error](err)
	if !ok || api.Code != http.StatusBadRequest && api.Code != http.StatusForbidden && api.Code != http.StatusRequestEntityTooLarge {
		return adapters.Retry
	}

	fate, _ := readRefusal(api.Code, strings.ToLower(api.Text))

	return fate
}

// Room returns how many of the digest's first alerts fit one message. It is fewer
// once the server has turned out to count differently.
func (a *Adapter) Room(d *adapters.Digest) int { return a.renderer().Room(d) }

// Edit replaces a message sent before. A text that does not fit is cut, with a
// word about it.
func (a *Adapter) Edit(ctx context.Context, to adapters.Chat, ref string, m *adapters.Message) error {
	err := a.edit(ctx, to, ref, m)
	switch {
	case err == nil:
		return nil
	case botapi.ErrorContains(err, notFound, cannotEdit, invalidID, noIdentifier):
		return &adapters.SendError{Fate: adapters.Refused, Reason: "the message is gone", Cause: err}
	case errors.Is(err, errUnavailable) || botapi.IsMissingMethod(err):
		return &adapters.SendError{Fate: adapters.Refused, Reason: "this server can't edit messages", Cause: err}
	}

	// Too many edits hold up further edits, but no alert.
	e := readError(err)
	e.All = e.All || e.Fate == adapters.Later

	return e
}

const editMethod = "editMessageText"

// What the server says of an edit that is not needed, and of one that comes too
// late.
const (
	sameText = "message is not modified"

	notFound     = "message to edit not found"
	cannotEdit   = "message can't be edited"
	invalidID    = "message_id_invalid"
	noIdentifier = "message identifier is not specified"
)

// editButtons puts other buttons below a message, which stays as it is.
func (a *Adapter) editButtons(ctx context.Context, to adapters.Chat, ref string, m *adapters.Message) error {
	if !a.capabilities.offers(editButtonsMethod) || isEphemeral(ref) {
		return errUnavailable
	}

	addr, err := parseAddress(to.Address)
	if err != nil {
		return err
	}

	p := botapi.Params{"chat_id": strconv.FormatInt(addr.Chat, 10), "message_id": ref}
	p.AddNonEmpty("reply_markup", a.keyboard(ctx, &adapters.Message{Buttons: m.Buttons}, addr))

	err = a.client.Call(ctx, optionalTimeout, editButtonsMethod, p, nil)
	a.capabilities.learn(ctx, editButtonsMethod, err)

	if botapi.ErrorContains(err, sameText) {
		return nil
	}

	return err
}

const editButtonsMethod = "editMessageReplyMarkup"

// edit is Edit, but a message that is gone is an error too. Not every server can
// edit.
func (a *Adapter) edit(ctx context.Context, to adapters.Chat, ref string, m *adapters.Message) error {
	if !a.capabilities.offers(editMethod) {
		return errUnavailable
	}

	addr, err := parseAddress(to.Address)
	if err != nil {
		return err
	}

	method, p, err := editParameters(addr.Chat, ref)
	if err != nil {
		return err
	}

	p["link_preview_options"] = previewOf(m)
	p.AddNonEmpty("reply_markup", a.keyboard(ctx, &adapters.Message{Buttons: m.Buttons}, addr))

	short, cancel := context.WithTimeout(ctx, optionalTimeout)
	defer cancel()

	for {
		writer := a.renderer()

		parts := writer.Message(m, time.Now())
		if len(parts) == 0 {
			return errors.New("nothing to show")
		}

		first := parts[0]
		if len(parts) > 1 {
			first = first.Cut(m.In())
		}

		err = a.sendPart(short, method, p, first, nil)
		if a.capabilities.learnCopies(m, err) {
			delete(p, "reply_markup")
			p.AddNonEmpty("reply_markup", a.keyboard(ctx, &adapters.Message{Buttons: m.Buttons}, addr))

			continue
		}

		if p["reply_markup"] != "" && a.refusesButtons(m, err) {
			delete(p, "reply_markup")
			continue
		}

		if !isTooLong(err) || a.renderer().CountsRaw == writer.CountsRaw {
			break
		}
	}

	a.capabilities.learn(ctx, method, err)

	if botapi.ErrorContains(err, sameText) {
		return nil
	}

	return err
}
