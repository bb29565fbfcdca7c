package telegram

import (
	"encoding/json"
	"strconv"
	"strings"

	"newsbell/adapters"
)

// The parts of the Bot API's objects that matter here. Whatever may be missing
// on some server is read as its zero value.

type user struct {
	ID        int64  `json:"id"`
	IsBot     bool   `json:"is_bot"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Username  string `json:"username"`
	Language  string `json:"language_code"`
}

func (u *user) person() adapters.User {
	if u == nil || u.ID == 0 {
		return adapters.User{}
	}

	name := strings.TrimSpace(u.FirstName + " " + u.LastName)
	if name == "" {
		name = u.Username
	}

	return adapters.User{ID: strconv.FormatInt(u.ID, 10), Name: oneLine(name), Language: u.Language}
}

type chat struct {
	ID          int64        `json:"id"`
	Type        string       `json:"type"` // private, group, supergroup, channel
	Title       string       `json:"title"`
	FirstName   string       `json:"first_name"`
	LastName    string       `json:"last_name"`
	Username    string       `json:"username"`
	IsForum     bool         `json:"is_forum"`
	Permissions *permissions `json:"permissions"` // only in getChat
}

func (c *chat) info(topic int) adapters.ChatInfo {
	title := c.Title
	if c.kind() == adapters.Private {
		title = strings.TrimSpace(c.FirstName + " " + c.LastName)
	}

	if title == "" && c.Username != "" {
		title = "@" + c.Username
	}

	return adapters.ChatInfo{Chat: address{c.ID, topic}.chat(), Kind: c.kind(), Title: oneLine(title)}
}

// kind trusts the sign of the id where the type is missing: people's are positive.
func (c *chat) kind() adapters.Kind {
	switch {
	case c.Type == "channel":
		return adapters.Channel
	case c.Type == "private", c.Type == "" && c.ID > 0:
		return adapters.Private
	}

	return adapters.Group
}

type permissions struct {
	SendMessages *bool `json:"can_send_messages"`
}

type document struct {
	ID   string `json:"file_id"`
	Name string `json:"file_name"`
	Size int64  `json:"file_size"`
}

type message struct {
	ID          int64           `json:"message_id"`
	Topic       int             `json:"message_thread_id"`
	IsTopic     bool            `json:"is_topic_message"`
	From        *user           `json:"from"`
	SenderChat  *chat           `json:"sender_chat"`
	Chat        *chat           `json:"chat"`
	Forwarded   bool            `json:"is_automatic_forward"`
	Text        string          `json:"text"`
	Caption     string          `json:"caption"`
	Document    *document       `json:"document"`
	ReplyTo     *message        `json:"reply_to_message"`
	MigrateTo   int64           `json:"migrate_to_chat_id"`
	MigrateFrom int64           `json:"migrate_from_chat_id"`
	Reopened    json.RawMessage `json:"forum_topic_reopened"`
}

// topic is the forum topic the message stands in, 0 for none: in an ordinary
// supergroup the thread id only names a chain of replies.
func (m *message) topic() int {
	if m.IsTopic {
		return m.Topic
	}

	return 0
}

type callback struct {
	ID      string   `json:"id"`
	From    *user    `json:"from"`
	Message *message `json:"message"` // missing for a message sent through inline mode
	Data    string   `json:"data"`
}

type member struct {
	Status string `json:"status"`
	User   *user  `json:"user"`

	IsMember     *bool `json:"is_member"`         // restricted
	SendMessages *bool `json:"can_send_messages"` // restricted
	PostMessages *bool `json:"can_post_messages"` // administrator of a channel
}

// in tells whether the member is in the chat.
func (m *member) in() bool {
	switch m.Status {
	case "creator", "administrator", "member":
		return true
	case "restricted":
		return m.IsMember == nil || *m.IsMember
	}

	return false
}

type memberChange struct {
	Chat *chat   `json:"chat"`
	From *user   `json:"from"`
	Old  *member `json:"old_chat_member"`
	New  *member `json:"new_chat_member"`
}

type update struct {
	ID       int64         `json:"update_id"`
	Message  *message      `json:"message"`
	Callback *callback     `json:"callback_query"`
	MyMember *memberChange `json:"my_chat_member"`
}

// allowedUpdates are the kinds of updates that update can hold.
const allowedUpdates = `["message","callback_query","my_chat_member"]`

// looseUpdate finds the id of an update that cannot be decoded otherwise.
func looseUpdate(raw json.RawMessage) (int64, bool) {
	var u struct {
		ID lenientID `json:"update_id"`
	}

	return int64(u.ID), json.Unmarshal(raw, &u) == nil && u.ID != 0
}
