package render

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
	maxCopy     = 256 // code points
	maxHint     = 64  // code points of a placeholder in the input field
)

// forceReply opens the input field as a reply to the message.
type forceReply struct {
	ForceReply bool   `json:"force_reply"`
	Hint       string `json:"input_field_placeholder"`
	Selective  bool   `json:"selective,omitempty"`
}

type inlineButton struct {
	Text  string    `json:"text"`
	Data  string    `json:"callback_data,omitempty"`
	URL   string    `json:"url,omitempty"`
	Style string    `json:"style,omitempty"`
	Copy  *copyText `json:"copy_text,omitempty"`
}

// copyText is what a button copies.
type copyText struct {
	Text string `json:"text"`
}

// chatButton opens a list of the person's chats and sends the bot the one they choose.
type chatButton struct {
	Text    string      `json:"text"`
	Request requestChat `json:"request_chat"`
}

// requestChat is which chats are listed: those that the bot is in. Source:
// KeyboardButtonRequestChat of the Bot API.
type requestChat struct {
	ID        int  `json:"request_id"` // unique in its message
	Channel   bool `json:"chat_is_channel"`
	BotMember bool `json:"bot_is_member"`
}

// chatKeyboard is a keyboard in place of the letters, gone after one press.
type chatKeyboard struct {
	Rows    [][]chatButton `json:"keyboard"`
	Once    bool           `json:"one_time_keyboard"`
	Resize  bool           `json:"resize_keyboard"`
	Persist bool           `json:"is_persistent"`
}

// pickKeyboard offers channels and groups.
func pickKeyboard(p *adapters.Pick) chatKeyboard {
	k := chatKeyboard{Once: true, Resize: true}

	var row []chatButton

	for i, label := range []string{p.Channel, p.Group} {
		if label = CutWords(OneLine(label), maxLabel); label != "" {
			row = append(row, chatButton{label, requestChat{ID: i + 1, Channel: i == 0, BotMember: true}})
		}
	}

	k.Rows = [][]chatButton{row}

	return k
}

// Keyboard writes the reply_markup of a message, "" if there is none. Buttons win
// over a Pick and that over an Ask, because a message can carry only one of them. Chats
// can be picked in private chats only. botName is the
// bot's @name, for buttons that open its private chat; "" leaves those out.
func Keyboard(m *adapters.Message, botName string, group bool) string {
	if rows := fitRows(buttonRows(m.Buttons, botName)); len(rows) > 0 {
		return ToJSON(map[string]any{"inline_keyboard": rows})
	}

	if m.Pick != nil && !group {
		return ToJSON(pickKeyboard(m.Pick))
	}

	if m.Ask != "" {
		return ToJSON(forceReply{
			ForceReply: true, Hint: CutWords(OneLine(m.Ask), maxHint),
			Selective: group, // only the person who asked sees the input field open
		})
	}

	return ""
}

func buttonRows(buttons [][]adapters.Button, botName string) [][]inlineButton {
	var rows [][]inlineButton

	total := 0

	for _, in := range buttons {
		var row []inlineButton

		for _, b := range in {
			out, ok := renderButton(b, botName)
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

// renderButton returns false for a button that would make the server refuse the whole
// message.
func renderButton(b adapters.Button, botName string) (inlineButton, bool) {
	out := inlineButton{Text: CutWords(OneLine(b.Label), maxLabel)}
	switch {
	case b.Danger:
		out.Style = "danger"
	case b.Main:
		out.Style = "primary"
	}

	switch {
	case out.Text == "":
		return out, false
	case b.Start != "":
		out.URL = "https://t.me/" + botName + "?" + startParameter(b)
		return out, botName != "" && isStartWord(b.Start)
	case b.Copy != "":
		out.Copy = &copyText{b.Copy}
		return out, utf8.ValidString(b.Copy) && utf8.RuneCountInString(b.Copy) <= maxCopy
	default:
		out.Data = b.Data
		return out, b.Data != "" && len(b.Data) <= maxCallback && utf8.ValidString(b.Data)
	}
}

// startParameter returns what opens the bot's private chat, or the choice of where to add it
// (https://core.telegram.org/api/links#bot-links).
func startParameter(b adapters.Button) string {
	switch b.In {
	case adapters.Group:
		return "startgroup=" + b.Start
	case adapters.Channel:
		return "startchannel&admin=post_messages+edit_messages"
	default:
		return "start=" + b.Start
	}
}

// isStartWord reports whether s may follow ?start=.
func isStartWord(s string) bool {
	return len(s) <= 64 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

// ToJSON writes v as a form field. What is passed here always marshals.
func ToJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}

	return string(b)
}
