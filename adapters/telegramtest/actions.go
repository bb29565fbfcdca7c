package telegramtest

import (
	"fmt"
	"strings"
)

// Says writes to the bot in the person's private chat.
func (u *User) Says(text string) *Message { return u.SaysIn(u.private, text) }

// SaysIn writes in a chat or topic.
func (u *User) SaysIn(where ChatOrTopic, text string) *Message { return u.write(where, text, nil, nil) }

// Replies writes in answer to a message.
func (u *User) Replies(to *Message, text string) *Message {
	return u.write(locationOf(to), text, to, nil)
}

// SaysAnonymously writes as an administrator who hides behind the group.
func (u *User) SaysAnonymously(where ChatOrTopic, text string) *Message {
	c, _ := where.location()

	return u.write(where, text, nil, func(w wireMessage) {
		w["from"] = map[string]any{"id": 1087968824, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot"}
		w["sender_chat"] = c.s.chatJSON(c)
	})
}

// Forwards passes a post of a channel on to the bot. link is behind its last word, "" for
// none.
func (u *User) Forwards(channel, text, link string) *Message {
	return u.write(u.private, text, nil, func(w wireMessage) {
		w["forward_origin"] = map[string]any{
			"type": "channel", "date": 1700000000, "message_id": 5,
			"chat": map[string]any{"id": -1001999, "type": "channel", "title": channel},
		}

		if link != "" {
			at := strings.LastIndex(text, " ") + 1
			w["entities"] = []Entity{{Type: "text_link", Offset: utf16Len(text[:at]), Length: utf16Len(text[at:]), URL: link}}
		}
	})
}

// Sends sends a file with a caption ("" for none) in the private chat.
func (u *User) Sends(name string, body []byte, caption string) *Message {
	id := fmt.Sprintf("file-%d-%s", u.ID, name)
	u.s.mu.Lock()
	u.s.files[id] = upload{name, body}
	u.s.mu.Unlock()
	m := u.write(u.private, caption, nil, func(w wireMessage) {
		delete(w, "text")

		if caption != "" {
			w["caption"] = caption
		}

		w["document"] = map[string]any{"file_id": id, "file_unique_id": id, "file_name": name, "file_size": len(body)}
	})
	u.s.mu.Lock()
	defer u.s.mu.Unlock()

	m.File, m.Body = name, body

	return m
}

func locationOf(m *Message) ChatOrTopic {
	if t := m.Chat.topics[m.Topic]; t != nil {
		return t
	}

	return m.Chat
}

func (u *User) write(where ChatOrTopic, text string, reply *Message, more func(wireMessage)) *Message {
	c, topic := where.location()
	s := u.s
	s.mu.Lock()
	defer s.mu.Unlock()

	if c.Kind == "private" && c.blocked {
		u.unblock()
	}

	m := &Message{Chat: c, Topic: topic, From: u.Name, Text: text}
	if reply != nil {
		m.ReplyTo = reply.ID
	}

	m.sender = u
	s.post(m)

	c.started = true
	w := s.messageJSON(m)

	w["from"] = u.json()
	if e := commandEntity(text); e != nil && !s.opts.Sparse {
		w["entities"] = []Entity{*e}
	}

	if more != nil {
		more(w)
	}

	if s.hears(c, m, reply) {
		s.push("message", w)
	}

	return m
}

// Edits changes a message that the person sent before.
func (u *User) Edits(m *Message, text string) {
	s := u.s
	s.mu.Lock()
	defer s.mu.Unlock()

	m.Text, m.Edited = text, true
	w := s.messageJSON(m)
	w["from"] = u.json()

	if s.hears(m.Chat, m, nil) {
		s.push("edited_message", w)
	}
}

// Shares chooses a chat by the key with that label, the newest in the private chat. It
// panics when there is none, or when it is for another kind of chat.
func (u *User) Shares(label string, chosen *Chat) {
	c, _ := u.private.location()

	var key *Key

	for _, m := range c.Messages() {
		for _, k := range m.Keys {
			if k.Text == label {
				key = &k
			}
		}
	}

	if key == nil || key.Channel != (chosen.Kind == "channel") {
		panic(fmt.Sprintf("no key %q for a %s\n%s", label, chosen.Kind, c.Transcript()))
	}

	u.write(u.private, "", nil, func(w wireMessage) {
		delete(w, "text")

		w["chat_shared"] = map[string]any{"request_id": key.Request, "chat_id": chosen.ID}
	})
}

func commandEntity(text string) *Entity {
	if !strings.HasPrefix(text, "/") || len(text) < 2 {
		return nil
	}

	word, _, _ := strings.Cut(text, " ")
	word, _, _ = strings.Cut(word, "\n")

	return &Entity{Type: "bot_command", Length: len(word)}
}

// hears is the privacy mode: in a group the bot hears commands that may be its
// own and replies to it, unless it is an administrator. In channels it is told
// of posts, which are another kind of update.
func (s *Server) hears(c *Chat, m, reply *Message) bool {
	switch {
	case c.Kind == "private":
		return true
	case c.Kind == "channel" || !c.bot.in():
		return false
	case c.bot.admin(), reply != nil && reply.bot:
		return true
	case !strings.HasPrefix(m.Text, "/"):
		return false
	}

	word, _, _ := strings.Cut(m.Text, " ")
	_, name, named := strings.Cut(word, "@")

	return !named || strings.EqualFold(name, s.opts.Username)
}

// Presses presses the newest button with that label in the private chat. It
// panics when there is none, which ends the test with the transcript.
func (u *User) Presses(label string) { u.PressesIn(u.private, label) }

// PressesIn presses the newest button with that label in a chat or topic.
func (u *User) PressesIn(where ChatOrTopic, label string) {
	c, topic := where.location()
	c.s.mu.Lock()

	var found *Message

	for _, m := range c.messages {
		if m.Topic == topic && !m.deleted && m.button(label) != nil {
			found = m
		}
	}
	c.s.mu.Unlock()

	if found == nil {
		panic(fmt.Sprintf("no button %q to press in\n%s", label, c.Transcript()))
	}

	u.PressesOn(found, label)
}

func (m *Message) button(label string) *Button {
	for _, row := range m.Keyboard {
		for i := range row {
			if row[i].Text == label {
				return &row[i]
			}
		}
	}

	return nil
}

// PressesOn presses a button of a message.
func (u *User) PressesOn(m *Message, label string) {
	s := u.s
	s.mu.Lock()
	defer s.mu.Unlock()

	b := m.button(label)
	if b == nil {
		panic(fmt.Sprintf("the message has no button %q: %s", label, m.Text))
	}

	m.Chat.acts = append(m.Chat.acts, act{len(m.Chat.messages), m.Topic, u.Name + " presses [" + label + "]"})
	if b.URL != "" {
		s.follow(u, b.URL)
		return
	}

	if b.Copy != "" {
		u.Clipboard = b.Copy
		return
	}

	id := s.newPress(u, m)
	s.push("callback_query", map[string]any{
		"id": id, "from": u.json(), "message": s.messageJSON(m), "chat_instance": fmt.Sprint(m.Chat.ID), "data": b.Data,
	})
}

// follow opens a t.me link with ?start=: the app sends /start with the word. The
// lock is held.
func (s *Server) follow(u *User, url string) {
	_, word, ok := strings.Cut(url, "https://t.me/"+s.opts.Username+"?start=")
	if !ok {
		return
	}

	s.mu.Unlock()
	defer s.mu.Lock()

	u.Says("/start " + word)
}

// Blocks blocks the bot.
func (u *User) Blocks() {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()

	u.private.blocked = true
	u.s.changeBot(u.private, u, membership{status: "kicked"})
}

func (u *User) unblock() {
	u.private.blocked = false
	u.s.changeBot(u.private, u, membership{status: "member"})
}

// Deactivates deletes the person's account.
func (u *User) Deactivates() {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()

	u.deactivated = true
}

// changeBot changes what the bot is in a chat and tells it. The lock is held.
func (s *Server) changeBot(c *Chat, by *User, now membership) {
	old := c.bot
	c.bot = now
	bot := s.botJSON()
	w := map[string]any{
		"chat": s.chatJSON(c), "from": by.json(), "date": s.date(),
		"old_chat_member": s.memberJSON(c, bot, old), "new_chat_member": s.memberJSON(c, bot, now),
	}
	s.push("my_chat_member", w)
}
