package telegram

import (
	"context"
	"errors"
	"net/http"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/telegram/botapi"
	"newsbell/adapters/telegram/render"
)

const (
	// maxFile is the largest file that is taken from a person, in bytes. The Bot
	// API would hand out 20 MB; an OPML list of a thousand feeds has 0.3 MB.
	maxFile = 2 << 20
	// maxCaption is in code points after parsing, of the Bot API's page.
	maxCaption    = 1024
	uploadTimeout = time.Minute
)

// fetchFile gets the file that a person sent, or names the text that says why not.
func (a *Adapter) fetchFile(ctx context.Context, d *botapi.Document) (*adapters.File, string) {
	if d.Size > maxFile {
		return nil, "alert.big_file"
	}

	var at struct {
		Path string `json:"file_path"`
	}
	if err := a.callOptional(ctx, "getFile", botapi.Params{"file_id": d.ID}, &at); err != nil || at.Path == "" {
		return nil, "alert.bad_file"
	}

	body, err := a.client.Download(ctx, sendTimeout, at.Path, maxFile)
	switch {
	case errors.Is(err, botapi.ErrTooBig):
		return nil, "alert.big_file"
	case err != nil:
		a.log.Warn("fetching a file", "err", err)
		return nil, "alert.bad_file"
	}

	return &adapters.File{Name: d.Name, Body: body}, ""
}

// sendFile uploads a message's file, with a caption if there is one. Where the
// server cannot take files, the person gets a sentence instead.
func (a *Adapter) sendFile(ctx context.Context, p botapi.Params, m *adapters.Message, caption *render.Part, sent *botapi.SentMessage) error {
	if caption != nil {
		p["caption"], p["parse_mode"] = caption.HTML, "HTML"
	}

	if m.File.Picture {
		return a.sendPicture(ctx, p, m, caption, sent)
	}

	if taken, err := a.upload(ctx, uploadTimeout, documentMethod, "document", p, m.File, sent); taken {
		return err
	}

	return a.sendInstead(ctx, p, caption, render.PlainPart(m.In().Say("alert.no_file")), sent)
}

const (
	documentMethod = "sendDocument"
	photoMethod    = "sendPhoto"
)

// sendPicture uploads a message's file as a picture. Where the server or the chat takes no
// pictures, what is said in its place is sent.
func (a *Adapter) sendPicture(ctx context.Context, p botapi.Params, m *adapters.Message, caption *render.Part, sent *botapi.SentMessage) error {
	if taken, err := a.upload(ctx, optionalTimeout, photoMethod, "photo", p, m.File, sent); taken {
		return err
	}

	instead := render.PlainPart(m.In().Say("alert.no_file"))
	if parts := a.renderer().Message(&adapters.Message{Text: m.Instead, Words: m.Words}, time.Now()); len(parts) > 0 {
		instead = parts[0]
	}

	return a.sendInstead(ctx, p, caption, instead, sent)
}

// upload sends a file by a method that servers may lack. taken is false where the file can't be sent so,
// and a text has to take its place.
func (a *Adapter) upload(ctx context.Context, timeout time.Duration, method, field string, p botapi.Params, file *adapters.File, sent *botapi.SentMessage) (taken bool, err error) {
	if !a.capabilities.offers(method) {
		return false, nil
	}

	err = a.client.Upload(ctx, timeout, method, p, botapi.File{Field: field, Name: file.Name, Body: file.Body}, sent)
	a.capabilities.learn(ctx, method, err)

	return !takesNoFile(err), err
}

// takesNoFile reports whether an upload failed in a way that a text need not: it is
// refused, unknown to the server, or gets no answer.
func takesNoFile(err error) bool {
	api, ok := errors.AsType[*botapi.Error](err)
	if ok && api.MigrateTo == 0 && (api.Code == http.StatusBadRequest || api.Code == http.StatusForbidden || api.Code == http.StatusRequestEntityTooLarge) {
		return true
	}

	return botapi.IsMissingMethod(err) || errors.Is(err, context.DeadlineExceeded)
}

// sendInstead sends a text in the place of a file, below what was to be its caption.
func (a *Adapter) sendInstead(ctx context.Context, p botapi.Params, caption *render.Part, text render.Part, sent *botapi.SentMessage) error {
	if caption != nil {
		text = render.Part{HTML: caption.HTML + "\n" + text.HTML, Plain: caption.Plain + "\n" + text.Plain}
	}

	delete(p, "caption")

	p["link_preview_options"] = noPreview

	return a.sendPart(ctx, "sendMessage", p, text, sent)
}
