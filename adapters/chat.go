package adapters

import "strings"

// Chat is where messages go: a direct message, a group, a channel, a topic or a
// thread, on one platform. Address is the platform's own id:
//
//	telegram  "4711", "-1001234", and "-1001234/7" for topic 7 of a forum
//	discord   a channel or thread id; "@4711" for direct messages with user 4711
//	terminal  "terminal"
type Chat struct {
	Platform string `json:"platform"`
	Address  string `json:"address"`
}

// String returns the chat as operators write it: "telegram:4711".
func (c Chat) String() string { return c.Platform + ":" + c.Address }

// ParseChat reads what Chat.String prints.
func ParseChat(s string) (Chat, bool) {
	platform, address, ok := strings.Cut(s, ":")
	return Chat{platform, address}, ok && platform != "" && address != ""
}

// Kind is the kind of a chat.
type Kind string

// The kinds of chats.
const (
	Private Kind = "private" // one person and the bot
	Group   Kind = "group"   // many people talk: a Telegram group, topic, a Discord text channel or thread
	Channel Kind = "channel" // few post, many read: a Telegram channel, a Discord announcement channel
	Forum   Kind = "forum"   // a Discord forum: each alert opens a post
)

// ChatInfo is a chat with what its platform says about it.
type ChatInfo struct {
	Chat
	Kind  Kind
	Title string // "#news", "Climate desk", a person's name; "" unknown
	// Server is the Discord server the chat is in, "" elsewhere.
	Server string
	// Language of that server, BCP 47, "" unknown.
	Language string
	// Comments: whether people can comment below what is posted in a Telegram channel.
	Comments Comments
}

// Comments says whether a channel has a group in which its posts are discussed.
type Comments string

// What is known of a channel's comments.
const (
	CommentsUnknown Comments = ""
	CommentsOn      Comments = "on"  // a discussion group is linked
	CommentsOff     Comments = "off" // none is
)

// User is a person on one platform.
type User struct {
	ID       string // the platform's id; "" unknown (an anonymous admin, a channel)
	Name     string // what to call the person
	Language string // BCP 47, as the platform's client says, "" unknown
}
