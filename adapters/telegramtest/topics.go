package telegramtest

import (
	"net/http"
	"strings"
	"unicode/utf8"
)

// maxTopicName is of createForumTopic.
const maxTopicName = 128

// createForumTopic opens a topic: in a private chat where @BotFather has switched that on, in
// a forum where the bot may manage topics.
func (s *Server) createForumTopic(c *Chat, f *form) (any, *refusal) {
	name := strings.TrimSpace(f.get("name"))

	switch {
	case name == "" || utf8.RuneCountInString(name) > maxTopicName:
		return nil, badRequest("TOPIC_TITLE_EMPTY")
	case c.Kind == "private" && !s.opts.Topics, c.Kind != "private" && !c.Forum:
		return nil, badRequest("the chat is not a forum")
	case c.Kind != "private":
		return nil, refuse(http.StatusNotImplemented, "telegramtest: the bot opens topics in private chats only")
	}

	t := s.newTopic(c, name)
	s.touch()

	return map[string]any{"message_thread_id": t.ID, "name": name, "icon_color": 7322096}, nil
}

// newTopic opens a topic. The lock is held.
func (s *Server) newTopic(c *Chat, name string) *Topic {
	if c.topics == nil {
		c.topics = map[int]*Topic{}
	}

	s.lastID++
	t := &Topic{Chat: c, ID: int(s.lastID), Name: name}
	c.topics[t.ID] = t

	return t
}

// Topic returns the newest open topic of that name in the chat, nil if there is none.
func (c *Chat) Topic(name string) *Topic {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()

	var newest *Topic

	for _, t := range c.topics {
		if t.Name == name && !t.gone && (newest == nil || t.ID > newest.ID) {
			newest = t
		}
	}

	return newest
}

// TopicName returns the name of a topic, "" if there is none of that number.
func (c *Chat) TopicName(id int) string {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()

	if t := c.topics[id]; t != nil {
		return t.Name
	}

	return ""
}
