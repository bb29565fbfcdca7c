package telegramtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Ephemeral messages: one person of a group sees them. A bot may send one for 15 s after
// that person pressed a button or used a command that the menu calls ephemeral, and at any
// time where it is an administrator.

// whispered is a command that only the bot has seen.
type whispered struct {
	at time.Time
	by *User
}

var errWhisper = "not enough rights to send ephemeral messages"

// whisper is outgoing for a message that one person sees.
func (s *Server) whisper(c *Chat, topic int, f *form) (*Message, *refusal) {
	var to struct {
		User    int64  `json:"receiver_user_id"`
		Press   string `json:"callback_query_id"`
		Replace bool   `json:"replace_callback_query_message"`
	}

	_ = json.Unmarshal([]byte(f.get("ephemeral_message_parameters")), &to) // checked by the schema

	var reply struct {
		ID      int64 `json:"message_id"`
		Command int64 `json:"ephemeral_message_id"`
	}
	if text := f.get("reply_parameters"); text != "" && json.Unmarshal([]byte(text), &reply) != nil {
		return nil, badRequest("can't parse reply parameters")
	}

	reader := s.users[to.User]

	switch known := c.members[to.User]; {
	case c.Kind != "group" && c.Kind != "supergroup":
		return nil, badRequest("ephemeral messages can be sent only to groups and supergroups")
	case to.Replace:
		return nil, refuse(http.StatusNotImplemented, "telegramtest: nothing is replaced here")
	case reader == nil || known == nil || !known.in():
		return nil, badRequest("user not found")
	case !s.mayWhisper(c, reader, to.Press, reply.Command):
		return nil, badRequest(errWhisper)
	case reply.ID != 0 && c.message(reply.ID) == nil:
		return nil, badRequest("message to be replied not found") // it cannot go without
	}

	m := &Message{Chat: c, Topic: topic, From: "bot", bot: true, SeenBy: reader.Name, reader: reader, ReplyTo: reply.ID, Preview: previewOn(f)}
	if no := m.readMarkup(f.get("reply_markup")); no != nil {
		return nil, no
	}

	return m, s.flooded(c)
}

// mayWhisper reports whether the bot may send something that only this person sees.
func (s *Server) mayWhisper(c *Chat, reader *User, press string, command int64) bool {
	if press != "" {
		p := s.callbacks[press]
		return p != nil && p.by == reader && p.on.Chat == c && time.Since(p.at) <= s.opts.CallbackLife
	}

	if command != 0 {
		w := s.whispered[command]
		return w != nil && w.by == reader && time.Since(w.at) <= s.opts.CallbackLife
	}

	return c.bot.admin()
}

// editWhisper changes a message that one person sees.
func (s *Server) editWhisper(f *form) (any, *refusal) {
	c, text, found, no := s.readEdit(f)
	if no != nil {
		return nil, no
	}

	m := c.message(f.int("ephemeral_message_id"))
	if m == nil || m.reader == nil || m.reader.ID != f.int("receiver_user_id") {
		return nil, badRequest("message to edit not found")
	}

	m.Keyboard = nil
	if no := m.readMarkup(f.get("reply_markup")); no != nil {
		return nil, no
	}

	m.Text, m.Entities, m.Edited = text, found, true

	s.touch()

	return true, nil
}

// Whispers uses a command of the menu of a group that is marked as ephemeral: nobody but the
// bot sees it. It panics when the menu has none of that name.
func (u *User) Whispers(where ChatOrTopic, text string) {
	c, topic := where.location()
	s := u.s

	s.mu.Lock()
	defer s.mu.Unlock()

	name, _, _ := strings.Cut(strings.TrimPrefix(text, "/"), " ")
	if !s.isWhispered(name) {
		panic(fmt.Sprintf("no command of the menu is ephemeral and called %q: %s", name, s.menus["all_chat_administrators"]))
	}

	s.lastID++
	s.whispered[s.lastID] = &whispered{time.Now(), u}

	c.acts = append(c.acts, act{len(c.messages), topic, u.Name + " whispers: " + text})

	s.push("message", map[string]any{
		"message_id": 0, "ephemeral_message_id": s.lastID, "receiver_user": s.botJSON(), "date": s.date(),
		"chat": s.chatJSON(c), "from": u.json(), "text": text, "entities": []Entity{*commandEntity(text)},
	})
}

// isWhispered reports whether a menu of groups marks a command as ephemeral. The lock is held.
func (s *Server) isWhispered(name string) bool {
	for _, scope := range []string{"all_group_chats", "all_chat_administrators"} {
		var menu []struct {
			Command   string `json:"command"`
			Ephemeral bool   `json:"is_ephemeral"`
		}

		_ = json.Unmarshal([]byte(s.menus[scope]), &menu)

		for _, c := range menu {
			if c.Command == name && c.Ephemeral {
				return s.opts.Whispers
			}
		}
	}

	return false
}
