package telegram

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"newsbell/adapters"
)

// Limits of a keyboard: callback data as the Bot API says; rows and their
// length as the apps show them.
const (
	maxCallback = 64 // bytes
	maxLabel    = 40 // code points; more is cut by the apps anyway
	maxRow      = 8
	maxButtons  = 100
	maxHint     = 64 // code points of a placeholder in the input field
)

type inlineButton struct {
	Text  string `json:"text"`
	Data  string `json:"callback_data,omitempty"`
	URL   string `json:"url,omitempty"`
	Style string `json:"style,omitempty"`
}

// keyboard writes reply_markup, "" if there is none. Buttons win over an Ask,
// because a message can carry only one of the two.
func keyboard(m *adapters.Message, botName string, group bool) string {
	if rows := inline(m.Buttons, botName); len(rows) > 0 {
		return jsonText(map[string]any{"inline_keyboard": rows})
	}

	if m.Ask != "" {
		force := map[string]any{"force_reply": true, "input_field_placeholder": cutWords(oneLine(m.Ask), maxHint)}
		if group {
			force["selective"] = true // only the person who asked sees the input field open
		}

		return jsonText(force)
	}

	return ""
}

func inline(buttons [][]adapters.Button, botName string) [][]inlineButton {
	var rows [][]inlineButton

	total := 0

	for _, in := range buttons {
		var row []inlineButton

		for _, b := range in {
			out, ok := oneButton(b, botName)
			if !ok || total == maxButtons {
				continue
			}

			total++

			if len(row) == maxRow {
				rows, row = append(rows, row), nil
			}

			row = append(row, out)
		}

		if len(row) > 0 {
			rows = append(rows, row)
		}
	}

	return rows
}

// oneButton leaves out what would make the server refuse the whole message.
func oneButton(b adapters.Button, botName string) (inlineButton, bool) {
	out := inlineButton{Text: cutWords(oneLine(b.Label), maxLabel)}
	if b.Danger {
		out.Style = "danger"
	}

	switch {
	case out.Text == "":
		return out, false
	case b.Start != "":
		out.URL = "https://t.me/" + botName + "?start=" + b.Start
		return out, botName != "" && startWord(b.Start)
	default:
		out.Data = b.Data
		return out, b.Data != "" && len(b.Data) <= maxCallback && utf8.ValidString(b.Data)
	}
}

// startWord tells whether s may follow ?start=.
func startWord(s string) bool {
	return len(s) <= 64 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

// jsonText is v as a form field. What is passed here always marshals.
func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}

	return string(b)
}
