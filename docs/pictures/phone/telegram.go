package main

import (
	"context"
	"encoding/json"
	"html"
	"regexp"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/telegram/render"
)

var (
	quoteEnd = regexp.MustCompile(`\n*(</?(?:blockquote|pre)[^>]*>)\n?`)
	tgTime   = regexp.MustCompile(`<tg-time[^>]*>|</tg-time>`)
)

// telegramMessage draws a message with its picture and its keyboard.
func telegramMessage(_ context.Context, m *adapters.Message) (string, error) {
	var b strings.Builder

	for i, p := range (render.Renderer{}).Message(m, time.Now()) {
		b.WriteString(`<div class="bubble" dir="auto">`)

		if i == 0 && hasPicture(m) {
			b.WriteString(`<div class="picture">` + harbour + `</div>`)
		}

		text := quoteEnd.ReplaceAllString(tgTime.ReplaceAllString(p.HTML, ""), "$1")
		b.WriteString(`<div class="text" dir="auto">` + text + `<span class="stamp">14:03</span></div></div>`)
	}

	rows, err := keyboardRows(m)
	if err != nil {
		return "", err
	}

	for _, row := range rows {
		b.WriteString(`<div class="row">`)

		for _, button := range row {
			b.WriteString(`<span class="button ` + button.Style + `"><span>` + html.EscapeString(button.Text) + `</span></span>`)
		}

		b.WriteString(`</div>`)
	}

	return b.String(), nil
}

func hasPicture(m *adapters.Message) bool {
	return m.Alert != nil && render.PictureURL(m.Alert) != "" || m.Page && m.Picture != "" || m.File != nil
}

// key is a button of a keyboard.
type key struct{ Text, Style string }

func keyboardRows(m *adapters.Message) ([][]key, error) {
	var k struct {
		Inline [][]key `json:"inline_keyboard"`
		Rows   [][]key `json:"keyboard"`
	}

	markup := render.Keyboard(m, "newsbell_bot", false)
	if markup == "" {
		return nil, nil
	}

	err := json.Unmarshal([]byte(markup), &k)

	return append(k.Inline, k.Rows...), err
}
