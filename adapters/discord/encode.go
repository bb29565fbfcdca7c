package discord

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/textproto"
	"strings"

	"newsbell/adapters"
)

// encode makes a body: JSON, or with a file the form that Discord asks for.
func encode(body any, f *adapters.File) (contentType string, raw []byte, err error) {
	if raw, err = json.Marshal(body); err != nil || f == nil {
		return "application/json", raw, err
	}

	var b bytes.Buffer

	form := multipart.NewWriter(&b)

	part, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="payload_json"`}, "Content-Type": {"application/json"},
	})
	if err == nil {
		_, err = part.Write(raw)
	}

	if err == nil {
		part, err = form.CreateFormFile("files[0]", fileName(f.Name))
	}

	if err == nil {
		_, err = part.Write(f.Body)
	}

	if err == nil {
		err = form.Close()
	}

	return form.FormDataContentType(), b.Bytes(), err
}

func fileName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r == '"' || r < ' ' {
			return '_'
		}

		return r
	}, s)
	if s == "" {
		return "file.txt"
	}

	return s
}
