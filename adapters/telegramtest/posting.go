package telegramtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // what photos are
	_ "image/png"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits of the real server.
const (
	maxText     = 4096
	maxCaption  = 1024
	maxRaw      = 32768
	maxEntities = 100
	maxMarkup   = 10000 // bytes of the keyboard that still fit a message
)

// parse reads text and parse_mode as the server does and refuses what it would.
func (s *Server) parse(text, mode string, limit int, tooLong, empty string) (string, []Entity, *refusal) {
	switch {
	case text == "":
		return "", nil, badRequest(empty)
	case !utf8.ValidString(text):
		return "", nil, badRequest("strings must be encoded in UTF-8")
	case len(text) > maxRaw:
		return "", nil, badRequest("text is too long")
	}

	if s.opts.CountRaw && len(text) > limit {
		return "", nil, badRequest(tooLong)
	}

	var found []Entity

	if strings.EqualFold(mode, "HTML") {
		var err error

		if i := strings.Index(text, "<tg-time"); s.opts.NoTimes && i >= 0 {
			return "", nil, badRequest(fmt.Sprintf("can't parse entities: Unsupported start tag \"tg-time\" at byte offset %d", i))
		}

		text, found, err = ParseHTML(text)
		if err != nil {
			return "", nil, badRequest("can't parse entities: " + err.Error())
		}
	} else if mode != "" && !strings.EqualFold(mode, "none") {
		return "", nil, badRequest("telegramtest: Markdown is not read here")
	}

	text, found = trimText(text, found)
	switch {
	case strings.TrimFunc(text, isUnseen) == "":
		return "", nil, badRequest("text must be non-empty")
	case utf8.RuneCountInString(text) > limit:
		return "", nil, badRequest(tooLong)
	}

	return text, found[:min(len(found), maxEntities)], nil
}

func isUnseen(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || r >= 0x200b && r <= 0x200f
}

// trimText drops blanks around the text, and moves and cuts the entities with it.
func trimText(text string, in []Entity) (string, []Entity) {
	left := strings.TrimLeftFunc(text, unicode.IsSpace)
	shift := utf16Len(text) - utf16Len(left)
	out := strings.TrimRightFunc(left, unicode.IsSpace)
	end := utf16Len(out)

	var found []Entity

	for _, e := range in {
		from, to := max(e.Offset-shift, 0), min(e.Offset+e.Length-shift, end)
		if to > from {
			e.Offset, e.Length = from, to-from
			found = append(found, e)
		}
	}

	return out, found
}

// utf16Len returns the length in UTF-16 units.
func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}

	return n
}

func (s *Server) sendMessage(f *form) (any, *refusal) {
	text, found, no := s.parse(f.get("text"), f.get("parse_mode"), maxText, "message is too long", "message text is empty")
	if no != nil {
		return nil, no
	}

	m, no := s.outgoing(f)
	if no != nil {
		return nil, no
	}

	m.Text, m.Entities = text, found
	m.raw, m.markup = text+f.get("reply_markup"), f.get("reply_markup")
	s.post(m)
	s.touch()

	return s.messageJSON(m), nil
}

func (s *Server) sendDocument(f *form) (any, *refusal) {
	file, ok := f.files["document"]
	if !ok {
		return nil, badRequest("there is no document in the request")
	}

	if n := len(file.body); n == 0 {
		return nil, badRequest("file must be non-empty")
	}

	m, no := s.captioned(f)
	if no != nil {
		return nil, no
	}

	m.File, m.Body = file.name, file.body
	s.post(m)
	s.touch()

	return s.messageJSON(m), nil
}

// Limits of a photo. Source: sendPhoto of the Bot API's page.
const (
	maxPhoto      = 10 << 20
	maxPhotoSides = 10_000 // width and height together
	maxPhotoRatio = 20
)

func (s *Server) sendPhoto(f *form) (any, *refusal) {
	file, ok := f.files["photo"]
	if !ok {
		return nil, badRequest("there is no photo in the request")
	}

	if len(file.body) > maxPhoto {
		return nil, badRequest("file is too big")
	}

	picture, _, err := image.DecodeConfig(bytes.NewReader(file.body))
	if err != nil {
		return nil, badRequest("IMAGE_PROCESS_FAILED")
	}

	width, height := picture.Width, picture.Height
	if width+height > maxPhotoSides || max(width, height) > maxPhotoRatio*min(width, height) {
		return nil, badRequest("PHOTO_INVALID_DIMENSIONS")
	}

	m, no := s.captioned(f)
	if no != nil {
		return nil, no
	}

	m.File, m.Body, m.Picture = file.name, file.body, fmt.Sprintf("%dx%d", width, height)
	s.post(m)
	s.touch()

	return s.messageJSON(m), nil
}

// captioned is outgoing with the caption of a file, if it has one.
func (s *Server) captioned(f *form) (*Message, *refusal) {
	m, no := s.outgoing(f)
	if no != nil {
		return nil, no
	}

	if caption := f.get("caption"); caption != "" {
		m.Text, m.Entities, no = s.parse(caption, f.get("parse_mode"), maxCaption, "message caption is too long", "message caption is empty")
	}

	return m, no
}

// outgoing returns a message of the bot, checked for everything but its text.
func (s *Server) outgoing(f *form) (*Message, *refusal) {
	c, topic, no := s.target(f)
	if no != nil {
		return nil, no
	}

	if no := s.mayPost(c, topic); no != nil {
		return nil, no
	}

	if s.opts.Whispers && f.get("ephemeral_message_parameters") != "" {
		return s.whisper(c, topic, f)
	}

	m := &Message{Chat: c, Topic: topic, From: "bot", bot: true, Silent: f.bool("disable_notification"), Preview: previewOn(f)}
	if no := m.readMarkup(f.get("reply_markup")); no != nil {
		return nil, no
	}

	if m.ReplyTo, no = replyTo(c, f); no != nil {
		return nil, no
	}

	if no := s.flooded(c); no != nil {
		return nil, no
	}

	return m, nil
}

func previewOn(f *form) bool {
	var o struct {
		Off bool `json:"is_disabled"`
	}
	if text := f.get("link_preview_options"); text != "" {
		return json.Unmarshal([]byte(text), &o) == nil && !o.Off
	}

	return !f.bool("disable_web_page_preview")
}

func replyTo(c *Chat, f *form) (int64, *refusal) {
	var r struct {
		ID   int64 `json:"message_id"`
		Lone bool  `json:"allow_sending_without_reply"`
	}
	if text := f.get("reply_parameters"); text != "" {
		if json.Unmarshal([]byte(text), &r) != nil {
			return 0, badRequest("can't parse reply parameters: can't find field \"message_id\"")
		}
	} else {
		r.ID, r.Lone = f.int("reply_to_message_id"), f.bool("allow_sending_without_reply")
	}

	switch {
	case r.ID == 0 || c.message(r.ID) != nil:
		return r.ID, nil
	case r.Lone:
		return 0, nil
	}

	return 0, badRequest("message to be replied not found")
}

// markup is a keyboard as it is sent. Source: "InlineKeyboardMarkup", "ReplyKeyboardMarkup",
// "ForceReply".
type markup struct {
	Inline [][]struct {
		Text  string `json:"text"`
		Data  string `json:"callback_data"`
		URL   string `json:"url"`
		Style string `json:"style"`
		Copy  struct {
			Text string `json:"text"`
		} `json:"copy_text"`
	} `json:"inline_keyboard"`
	Keys [][]struct {
		Text    string `json:"text"`
		Request *struct {
			ID      int  `json:"request_id"`
			Channel bool `json:"chat_is_channel"`
		} `json:"request_chat"`
	} `json:"keyboard"`
	Force bool   `json:"force_reply"`
	Hint  string `json:"input_field_placeholder"`
}

// readMarkup reads a keyboard that checkMarkup has found well-formed.
func (m *Message) readMarkup(text string) *refusal {
	if text == "" {
		return nil
	}

	if len(text) > maxMarkup {
		return badRequest("reply markup is too long")
	}

	var in markup
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		return badRequest("can't parse reply keyboard markup JSON object")
	}

	if len(in.Keys) > 0 && m.Chat.Kind == "channel" {
		return badRequest("reply keyboard can't be used in channels")
	}

	m.Keyboard, m.Keys = nil, nil

	if no := m.readKeys(in); no != nil {
		return no
	}

	if no := m.readButtons(in); no != nil {
		return no
	}

	if in.Force {
		m.Ask = in.Hint
		if utf8.RuneCountInString(in.Hint) > 64 {
			return badRequest("input field placeholder is too long")
		}

		if m.Ask == "" {
			m.Ask = "-"
		}
	}

	return nil
}

// readKeys reads the keys that ask for a chat; others say their text only.
func (m *Message) readKeys(in markup) *refusal {
	for _, row := range in.Keys {
		for _, k := range row {
			if k.Request == nil {
				continue
			}

			if m.Chat.Kind != "private" {
				return badRequest("BUTTON_TYPE_INVALID")
			}

			m.Keys = append(m.Keys, Key{k.Text, k.Request.ID, k.Request.Channel})
		}
	}

	return nil
}

// readButtons reads the buttons below a message.
func (m *Message) readButtons(in markup) *refusal {
	for _, row := range in.Inline {
		var out []Button

		for _, b := range row {
			if why := m.Chat.s.misreads(b.URL); why != "" {
				m.Chat.s.complaints = append(m.Chat.s.complaints, why)
			}

			if b.Copy.Text != "" && m.Chat.s.opts.NoCopy {
				return badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
			}

			out = append(out, Button{b.Text, b.Data, b.URL, b.Style, b.Copy.Text})
		}

		m.Keyboard = append(m.Keyboard, out)
	}

	return nil
}

// editable finds the message of a chat that an edit is about: one of the bot's.
func (c *Chat) editable(f *form) (*Message, *refusal) {
	m := c.message(f.int("message_id"))
	switch {
	case m == nil:
		return nil, badRequest("message to edit not found")
	case !m.bot:
		return nil, badRequest("message can't be edited")
	}

	return m, nil
}

// readEdit reads a message's new text, and the chat that it stands in.
func (s *Server) readEdit(f *form) (c *Chat, text string, found []Entity, no *refusal) {
	if text, found, no = s.parse(f.get("text"), f.get("parse_mode"), maxText, "message is too long", "message text is empty"); no != nil {
		return nil, "", nil, no
	}

	c, _, no = s.target(f)

	return c, text, found, no
}

func (s *Server) editMessageText(f *form) (any, *refusal) {
	c, text, found, no := s.readEdit(f)
	if no != nil {
		return nil, no
	}

	m, no := c.editable(f)

	switch {
	case no != nil:
		return nil, no
	case m.File != "":
		return nil, badRequest("message can't be edited")
	}

	raw := text + f.get("reply_markup")
	if raw == m.raw && fmt.Sprint(found) == fmt.Sprint(m.Entities) {
		return nil, badRequest(notModified)
	}

	m.Keyboard = nil // an edit without a keyboard takes the old one away
	if no := m.readMarkup(f.get("reply_markup")); no != nil {
		return nil, no
	}

	m.Text, m.Entities, m.raw, m.Edited, m.Preview = text, found, raw, true, previewOn(f)
	m.markup = f.get("reply_markup")

	s.touch()

	return s.messageJSON(m), nil
}

const notModified = "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message"

// editMessageReplyMarkup changes what stands below a message; its text keeps no mark of that.
func (s *Server) editMessageReplyMarkup(c *Chat, f *form) (any, *refusal) {
	m, no := c.editable(f)

	switch {
	case no != nil:
		return nil, no
	case m.markup == f.get("reply_markup"):
		return nil, badRequest(notModified)
	}

	m.Keyboard = nil
	if no := m.readMarkup(f.get("reply_markup")); no != nil {
		return nil, no
	}

	m.raw = strings.TrimSuffix(m.raw, m.markup) + f.get("reply_markup")
	m.markup = f.get("reply_markup")

	s.touch()

	return s.messageJSON(m), nil
}

// press is a callback query that waits for its answer.
type press struct {
	at       time.Time
	answered bool
	by       *User
	on       *Message
}

func (s *Server) newPress(u *User, on *Message) string {
	id := fmt.Sprintf("%d%06d", u.ID, len(s.callbacks)+1)
	s.callbacks[id] = &press{at: time.Now(), by: u, on: on}

	return id
}

var errStale = errors.New("query is too old and response timeout expired or query ID is invalid")

func (s *Server) answerCallbackQuery(f *form) (any, *refusal) {
	p := s.callbacks[f.get("callback_query_id")]
	if p == nil || p.answered || time.Since(p.at) > s.opts.CallbackLife {
		return nil, badRequest(errStale.Error())
	}

	if utf8.RuneCountInString(f.get("text")) > 200 {
		return nil, badRequest("MESSAGE_TOO_LONG")
	}

	p.answered = true
	if text := f.get("text"); text != "" {
		c := p.on.Chat
		c.acts = append(c.acts, act{len(c.messages), p.on.Topic, p.by.Name + " sees: " + text})
	}

	return true, nil
}

// Spinning returns how many presses were never answered: their buttons still spin.
func (s *Server) Spinning() int {
	s.mu.Lock()
	defer s.mu.Unlock()

	n := 0

	for _, p := range s.callbacks {
		if !p.answered {
			n++
		}
	}

	return n
}
