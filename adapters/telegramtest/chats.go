package telegramtest

import (
	"fmt"
	"strings"
	"time"
)

// User is a person with a Telegram account.
type User struct {
	s        *Server
	ID       int64
	Name     string
	Language string // as the app says, "" is "en"
	// Clipboard is what a button has copied last.
	Clipboard string

	private     *Chat
	deactivated bool
	asked       *question // what the person has typed behind the bot's name
}

// Chat is a private chat, a group, a supergroup, a forum or a channel.
type Chat struct {
	s        *Server
	ID       int64
	Kind     string // private, group, supergroup, channel
	Title    string
	Username string // without @
	Forum    bool

	person   *User // of a private chat
	started  bool  // the person has written to the bot
	blocked  bool  // the person has blocked it
	bot      membership
	members  map[int64]*membership
	silenced bool // plain members may not write
	deleted  bool

	discussion *Chat // of a channel
	movedTo    int64
	topics     map[int]*Topic
	messages   []*Message
	acts       []act
	drafts     []string
}

type act struct {
	after int // how many messages stood before it
	topic int
	text  string
}

// Topic is a topic of a forum.
type Topic struct {
	Chat   *Chat
	ID     int
	Name   string
	closed bool
	gone   bool
}

// ChatOrTopic is where one can write: a *Chat or a *Topic.
type ChatOrTopic interface{ location() (*Chat, int) }

func (c *Chat) location() (*Chat, int)  { return c, 0 }
func (t *Topic) location() (*Chat, int) { return t.Chat, t.ID }

// membership is what somebody is in a chat: creator, administrator, member,
// restricted, left or kicked.
type membership struct {
	status  string
	canSend bool // restricted
	canPost bool // administrator of a channel
}

func (m membership) in() bool {
	return m.status == "creator" || m.status == "administrator" || m.status == "member" || m.status == "restricted"
}

func (m membership) admin() bool { return m.status == "creator" || m.status == "administrator" }

// Key is a button in place of the letters that shares a chat with the bot.
type Key struct {
	Text    string
	Request int
	Channel bool
}

// Message is a message as it stands now.
type Message struct {
	ID       int64
	Chat     *Chat
	Topic    int
	From     string // a name, "bot" for the bot
	Text     string
	Entities []Entity
	Keyboard [][]Button
	Keys     []Key
	Ask      string // the hint of a forced reply, "-" if it has none
	ReplyTo  int64
	Silent   bool
	Preview  bool // a link preview may be shown
	Edited   bool
	File     string
	Picture  string // "1440x900" of a file that is shown as a picture
	Body     []byte
	Sent     time.Time
	SeenBy   string // the name of the only person who sees it, "" everybody does

	bot     bool
	reader  *User // who alone sees it, nil: everybody
	deleted bool
	sender  *User  // nil: the bot, or nobody known
	raw     string // reply markup and text as sent, to tell an edit that changes nothing
	markup  string // the reply markup of it
}

// Button is a button under a message.
type Button struct {
	Text, Data, URL, Style string
	Copy                   string // what a press puts on the clipboard
}

// LinkDiscussion makes a group the one in which a channel's posts are discussed.
func (c *Chat) LinkDiscussion(group *Chat) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()

	c.discussion = group
}

// NewUser makes a person, whose private chat with the bot is empty.
func (s *Server) NewUser(name string) *User {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.lastUser++
	u := &User{s: s, ID: s.lastUser, Name: name}
	u.private = &Chat{s: s, ID: u.ID, Kind: "private", person: u, bot: membership{status: "member"}}
	s.users[u.ID] = u
	s.chats[u.ID] = u.private

	return u
}

// NewGroup makes a basic group: the first of the people is its creator. The bot
// is not in it yet.
func (s *Server) NewGroup(title string, people ...*User) *Chat {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.lastGroup++

	return s.newChat("group", -s.lastGroup, title, people)
}

// NewSupergroup makes a supergroup likewise.
func (s *Server) NewSupergroup(title string, people ...*User) *Chat {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.lastGroup++

	return s.newChat("supergroup", superID(s.lastGroup), title, people)
}

// NewForum makes a supergroup with topics, likewise.
func (s *Server) NewForum(title string, people ...*User) *Chat {
	c := s.NewSupergroup(title, people...)
	c.Forum = true

	return c
}

// NewChannel makes a channel with a public name ("" for none), likewise.
func (s *Server) NewChannel(title, username string, people ...*User) *Chat {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.lastGroup++
	c := s.newChat("channel", superID(s.lastGroup), title, people)
	c.Username = username

	return c
}

func superID(n int64) int64 { return -1000000000000 - n }

func (s *Server) newChat(kind string, id int64, title string, people []*User) *Chat {
	c := &Chat{s: s, ID: id, Kind: kind, Title: title, bot: membership{status: "left"}, members: map[int64]*membership{}, topics: map[int]*Topic{}}
	for i, u := range people {
		status := "member"
		if i == 0 {
			status = "creator"
		}

		c.members[u.ID] = &membership{status: status}
	}

	s.chats[id] = c

	return c
}

// Private returns the person's chat with the bot.
func (u *User) Private() *Chat { return u.private }

// NewTopic opens a topic in a forum.
func (c *Chat) NewTopic(name string) *Topic {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()

	return c.s.newTopic(c, name)
}

// find returns the chat that chat_id names, nil if the bot knows none.
func (s *Server) find(chatID string) *Chat {
	if name, ok := strings.CutPrefix(chatID, "@"); ok {
		for _, c := range s.chats {
			if c.Username != "" && strings.EqualFold(c.Username, name) {
				return c
			}
		}

		return nil
	}

	var id int64
	if _, err := fmt.Sscan(chatID, &id); err != nil {
		return nil
	}

	return s.chats[id]
}

// word returns how refusals name a chat's kind.
func (c *Chat) word() string { return c.Kind + " chat" }

// post keeps a message. The lock is held.
func (s *Server) post(m *Message) *Message {
	s.lastID++
	m.ID, m.Sent = s.lastID, time.Now()
	m.Chat.messages = append(m.Chat.messages, m)

	return m
}

func (c *Chat) message(id int64) *Message {
	for _, m := range c.messages {
		if m.ID == id && !m.deleted {
			return m
		}
	}

	return nil
}
