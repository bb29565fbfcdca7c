package telegram

import (
	"context"
	"errors"
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
// server cannot take files, the person is told.
func (a *Adapter) sendFile(ctx context.Context, p botapi.Params, m *adapters.Message, caption *render.Part, sent *botapi.SentMessage) error {
	if caption != nil {
		p["caption"], p["parse_mode"] = caption.HTML, "HTML"
	}

	document := botapi.File{Field: "document", Name: m.File.Name, Body: m.File.Body}

	err := a.client.Upload(ctx, uploadTimeout, "sendDocument", p, document, sent)
	if !botapi.IsMissingMethod(err) {
		return err
	}

	text := render.Plain(m.In().Say("alert.no_file"))
	if caption != nil {
		text = render.Part{HTML: caption.HTML + "\n" + text.HTML, Plain: caption.Plain + "\n" + text.Plain}
	}

	delete(p, "caption")

	return a.sendPart(ctx, "sendMessage", p, text, sent)
}
