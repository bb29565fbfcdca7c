package telegramtest

// AddBot puts the bot into a chat. In a channel it can only be an administrator.
func (u *User) AddBot(c *Chat) {
	status := membership{status: "member"}
	if c.Kind == "channel" {
		status = membership{status: "administrator", canPost: true}
	}

	u.setBot(c, status)
}

// PromoteBot makes it an administrator; canPost matters in channels.
func (u *User) PromoteBot(c *Chat, canPost bool) {
	u.setBot(c, membership{status: "administrator", canPost: canPost})
}

// RestrictBot takes its right to write, or gives it back.
func (u *User) RestrictBot(c *Chat, canSend bool) {
	if canSend {
		u.setBot(c, membership{status: "member"})
		return
	}

	u.setBot(c, membership{status: "restricted"})
}

// KickBot removes it.
func (u *User) KickBot(c *Chat) { u.setBot(c, membership{status: "kicked"}) }

func (u *User) setBot(c *Chat, m membership) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()

	u.s.changeBot(c, u, m)
}

// Promote makes a person an administrator of the chat, or a plain member again.
func (c *Chat) Promote(u *User, admin bool) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()

	m := c.members[u.ID]
	if m == nil {
		m = &membership{}
		c.members[u.ID] = m
	}

	m.status = "member"
	if admin {
		m.status = "administrator"
	}
}

// Join puts people into the chat.
func (c *Chat) Join(people ...*User) {
	for _, u := range people {
		c.Promote(u, false)
	}
}

// Silence keeps plain members from writing, or lets them again.
func (c *Chat) Silence(on bool) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()

	c.silenced = on
}

// Delete deletes the group.
func (c *Chat) Delete() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()

	c.deleted = true
}

// Upgrade turns a basic group into a supergroup with another id. The bot is told
// twice, in the old group and in the new.
func (c *Chat) Upgrade() *Chat {
	s := c.s
	s.mu.Lock()
	defer s.mu.Unlock()

	s.lastGroup++
	n := s.newChat("supergroup", superID(s.lastGroup), c.Title, nil)
	n.members, n.bot = c.members, c.bot

	c.movedTo = n.ID
	if c.bot.in() {
		from := s.botJSON()
		a := s.post(&Message{Chat: c, From: "", Text: ""})
		w := s.messageJSON(a)
		delete(w, "text")
		w["from"], w["migrate_to_chat_id"] = from, n.ID
		s.push("message", w)
		b := s.post(&Message{Chat: n, From: "", Text: ""})
		w = s.messageJSON(b)
		delete(w, "text")
		w["from"], w["migrate_from_chat_id"] = from, c.ID
		s.push("message", w)
	}

	return n
}

// Close closes a topic: only administrators write there.
func (t *Topic) Close(by *User) { t.set(by, true, "forum_topic_closed") }

// Reopen opens it again.
func (t *Topic) Reopen(by *User) { t.set(by, false, "forum_topic_reopened") }

func (t *Topic) set(by *User, closed bool, service string) {
	s := t.Chat.s
	s.mu.Lock()
	defer s.mu.Unlock()

	t.closed = closed
	m := s.post(&Message{Chat: t.Chat, Topic: t.ID})
	w := s.messageJSON(m)
	delete(w, "text")
	w["from"], w[service] = by.json(), map[string]any{}
	s.push("message", w)
}

// Delete deletes a topic with all that stands in it.
func (t *Topic) Delete() {
	s := t.Chat.s
	s.mu.Lock()
	defer s.mu.Unlock()

	t.gone = true
	for _, m := range t.Chat.messages {
		if m.Topic == t.ID {
			m.deleted = true
		}
	}
}

// Delete deletes a message.
func (m *Message) Delete() {
	m.Chat.s.mu.Lock()
	defer m.Chat.s.mu.Unlock()

	m.deleted = true
}
