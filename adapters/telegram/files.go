package telegram

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"time"

	"newsbell/adapters"
)

const (
	// maxFile is the largest file that is taken from a person, in bytes. The Bot
	// API would hand out 20 MB; an OPML list of a thousand feeds has 0.3 MB.
	maxFile = 2 << 20
	// maxCaption is in code points after parsing, of the Bot API's page.
	maxCaption    = 1024
	uploadTimeout = time.Minute
)

// fetchFile gets what a person sent, or a sentence for them.
func (a *Adapter) fetchFile(ctx context.Context, d *document) (*adapters.File, string) {
	if d.Size > maxFile {
		return nil, sayBigFile
	}

	var at struct {
		Path string `json:"file_path"`
	}
	if err := a.extra(ctx, "getFile", params{"file_id": d.ID}, &at); err != nil || at.Path == "" {
		return nil, sayBadFile
	}

	body, err := a.client.download(ctx, at.Path)
	switch {
	case errors.Is(err, errTooBig):
		return nil, sayBigFile
	case err != nil:
		a.log.Warn("fetching a file", "err", err)
		return nil, sayBadFile
	}

	return &adapters.File{Name: d.Name, Body: body}, ""
}

var errTooBig = errors.New("the file is too big")

func (c *client) download(ctx context.Context, path string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()

	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.api+"/file/bot"+c.token+"/"+path, nil)
	if err != nil {
		return nil, errors.New("the server named a file by an odd path")
	}

	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.redact(err)
	}
	defer resp.Body.Close()

	if resp.StatusCode != http.StatusOK {
		return nil, errors.New("HTTP status " + resp.Status)
	}

	body, err := io.ReadAll(io.LimitReader(resp.Body, maxFile+1))
	if err == nil && len(body) > maxFile {
		err = errTooBig
	}

	return body, err
}

// sendFile uploads a message's file, with a caption if there is one. Where the
// server cannot take files, the person is told.
func (a *Adapter) sendFile(ctx context.Context, p params, f *adapters.File, caption *part, out any) error {
	if caption != nil {
		p["caption"], p["parse_mode"] = caption.html, "HTML"
	}

	contentType, body, err := upload(p, "document", f)
	if err != nil {
		return err
	}

	err = a.client.post(ctx, uploadTimeout, "sendDocument", contentType, body, out)
	if !missing(err) {
		return err
	}

	text := plainPart(sayNoFile)
	if caption != nil {
		text = part{html: caption.html + "\n" + text.html, plain: caption.plain + "\n" + text.plain}
	}

	delete(p, "caption")

	return a.sendPart(ctx, "sendMessage", p, text, out)
}

// upload writes the form with its length known beforehand, which some servers
// insist on.
func upload(p params, field string, f *adapters.File) (contentType string, body []byte, err error) {
	var b bytes.Buffer

	form := multipart.NewWriter(&b)
	for k, v := range p {
		if err := form.WriteField(k, v); err != nil {
			return "", nil, err
		}
	}

	w, err := form.CreateFormFile(field, f.Name)
	if err != nil {
		return "", nil, err
	}

	if _, err := w.Write(f.Body); err != nil {
		return "", nil, err
	}

	if err := form.Close(); err != nil {
		return "", nil, err
	}

	return form.FormDataContentType(), b.Bytes(), nil
}
