package botapi

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// AllowedUpdates returns the kinds of updates that a bot is to be sent, as getUpdates takes
// them: those that an Update can hold, as far as the bot has them.
func AllowedUpdates(me *User) string {
	kinds := []string{"message", "edited_message", "callback_query", "my_chat_member"}
	if me.Inline {
		kinds = append(kinds, "inline_query")
	}

	if me.Guest {
		kinds = append(kinds, "guest_message")
	}

	return `["` + strings.Join(kinds, `","`) + `"]`
}

// Update is something that happened. The types here are the parts of the Bot
// API's objects that matter to Newsbell; what is missing on some server is read
// as its zero value.
type Update struct {
	ID       int64         `json:"update_id"`
	Message  *Message      `json:"message"`
	Edited   *Message      `json:"edited_message"`
	Callback *Callback     `json:"callback_query"`
	MyMember *MemberChange `json:"my_chat_member"`
	Inline   *InlineQuery  `json:"inline_query"`
	Guest    *Message      `json:"guest_message"` // said to us in a chat that we are not in
}

// UpdateID finds the id of an update that cannot be decoded otherwise.
func UpdateID(raw json.RawMessage) (id int64, ok bool) {
	var u struct {
		ID LenientInt `json:"update_id"`
	}

	return int64(u.ID), json.Unmarshal(raw, &u) == nil && u.ID != 0
}

// Message is one that somebody sent.
type Message struct {
	ID          int64           `json:"message_id"`
	ThreadID    int             `json:"message_thread_id"`
	IsTopic     bool            `json:"is_topic_message"`
	From        *User           `json:"from"`
	SenderChat  *Chat           `json:"sender_chat"`
	Chat        *Chat           `json:"chat"`
	Forwarded   bool            `json:"is_automatic_forward"`
	Origin      *Origin         `json:"forward_origin"`
	ForwardFrom *Chat           `json:"forward_from_chat"` // in place of Origin before Bot API 7.0
	Entities    []Entity        `json:"entities"`
	InCaption   []Entity        `json:"caption_entities"`
	Text        string          `json:"text"`
	Caption     string          `json:"caption"`
	Document    *Document       `json:"document"`
	Voice       json.RawMessage `json:"voice"`
	VideoNote   json.RawMessage `json:"video_note"`
	Video       json.RawMessage `json:"video"`
	Audio       json.RawMessage `json:"audio"`
	Photo       json.RawMessage `json:"photo"`
	Sticker     json.RawMessage `json:"sticker"`
	Location    json.RawMessage `json:"location"`
	Contact     json.RawMessage `json:"contact"`
	Album       string          `json:"media_group_id"`
	ReplyTo     *Message        `json:"reply_to_message"`
	Shared      *SharedChat     `json:"chat_shared"`
	MigrateTo   int64           `json:"migrate_to_chat_id"`
	MigrateFrom int64           `json:"migrate_from_chat_id"`
	Reopened    json.RawMessage `json:"forum_topic_reopened"`
	GuestQuery  string          `json:"guest_query_id"`       // of a guest_message: what it is answered by
	Ephemeral   int64           `json:"ephemeral_message_id"` // of a message that one person and the bot see; its ID is 0
}

// IsWordless reports whether the message says something that is no text, and is no part of an
// album: of that each picture is a message.
func (m *Message) IsWordless() bool {
	if m.Text != "" || m.Caption != "" || m.Album != "" {
		return false
	}

	return slices.ContainsFunc([]json.RawMessage{m.Voice, m.VideoNote, m.Video, m.Audio, m.Photo, m.Sticker, m.Location, m.Contact}, func(media json.RawMessage) bool { return len(media) > 0 })
}

// Topic returns the forum topic that the message stands in, 0 for none: in an ordinary
// supergroup the thread id only names a chain of replies.
func (m *Message) Topic() int {
	if m.IsTopic {
		return m.ThreadID
	}

	return 0
}

// OwnTopic returns the topic of a private chat that the message stands in, "" for none: the chat
// is one chat whatever topics its person has.
func (m *Message) OwnTopic() string {
	if m.Topic() == 0 || m.Chat == nil || m.Chat.ID < 0 {
		return ""
	}

	return strconv.Itoa(m.ThreadID)
}

// SharedChat is a chat that somebody chose by a button of a keyboard.
type SharedChat struct {
	ID int64 `json:"chat_id"`
}

// Origin is where a forwarded message was sent first.
type Origin struct {
	Type string `json:"type"` // user, hidden_user, chat, channel
	Chat *Chat  `json:"chat"` // of a channel
}

// Entity is a part of a text that is more than text.
type Entity struct {
	Type string `json:"type"`
	URL  string `json:"url"` // of a text_link: the address behind the words
}

// User is a person or a bot.
type User struct {
	ID        int64  `json:"id"`
	IsBot     bool   `json:"is_bot"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Username  string `json:"username"`
	Language  string `json:"language_code"`
	Inline    bool   `json:"supports_inline_queries"` // of the bot itself, in getMe
	Guest     bool   `json:"supports_guest_queries"`  // the same
	Topics    bool   `json:"has_topics_enabled"`      // the same: private chats have topics
}

// Chat is a private chat, a group, a supergroup or a channel.
type Chat struct {
	ID          int64        `json:"id"`
	Type        string       `json:"type"` // private, group, supergroup, channel
	Title       string       `json:"title"`
	FirstName   string       `json:"first_name"`
	LastName    string       `json:"last_name"`
	Username    string       `json:"username"`
	IsForum     bool         `json:"is_forum"`
	Linked      int64        `json:"linked_chat_id"` // of a channel: its discussion group; only in getChat
	Permissions *Permissions `json:"permissions"`    // only in getChat
}

// Permissions is what plain members of a chat may do.
type Permissions struct {
	SendMessages *bool `json:"can_send_messages"`
}

// Document is a file that somebody sent.
type Document struct {
	ID   string `json:"file_id"`
	Name string `json:"file_name"`
	Size int64  `json:"file_size"`
}

// Callback is a press on a button.
type Callback struct {
	ID      string   `json:"id"`
	From    *User    `json:"from"`
	Message *Message `json:"message"` // missing for a message sent through inline mode
	Data    string   `json:"data"`
}

// InlineQuery is what somebody types behind the bot's name.
type InlineQuery struct {
	ID     string `json:"id"`
	From   *User  `json:"from"`
	Query  string `json:"query"`
	Offset string `json:"offset"`
}

// Member is what somebody is in a chat.
type Member struct {
	Status string `json:"status"`
	User   *User  `json:"user"`

	IsMember     *bool `json:"is_member"`         // restricted
	SendMessages *bool `json:"can_send_messages"` // restricted
	PostMessages *bool `json:"can_post_messages"` // administrator of a channel
}

// IsAdmin reports whether the member administers the chat.
func (m *Member) IsAdmin() bool { return m.Status == "creator" || m.Status == "administrator" }

// IsIn reports whether the member is in the chat.
func (m *Member) IsIn() bool {
	switch m.Status {
	case "creator", "administrator", "member":
		return true
	case "restricted":
		return m.IsMember == nil || *m.IsMember
	}

	return false
}

// MaySend reports whether the member may send messages, as far as the record
// tells.
func (m *Member) MaySend() bool {
	switch m.Status {
	case "restricted":
		return m.SendMessages == nil || *m.SendMessages
	case "administrator":
		return m.PostMessages == nil || *m.PostMessages
	}

	return m.IsIn()
}

// MemberChange is a change of the bot's own membership.
type MemberChange struct {
	Chat *Chat   `json:"chat"`
	From *User   `json:"from"`
	Old  *Member `json:"old_chat_member"`
	New  *Member `json:"new_chat_member"`
}

// SentMessage is the part of a sent message that matters.
type SentMessage struct {
	ID        int64
	Ephemeral bool // only one person of the group sees it
}

// UnmarshalJSON never fails: the server has said ok, so the message is sent,
// however little the result shows of it.
func (m *SentMessage) UnmarshalJSON(b []byte) error {
	var in struct {
		ID        LenientInt `json:"message_id"`
		Ephemeral LenientInt `json:"ephemeral_message_id"`
	}

	_ = json.Unmarshal(b, &in)
	m.ID, m.Ephemeral = int64(in.ID), in.Ephemeral != 0

	return nil
}
