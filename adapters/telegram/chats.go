package telegram

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"newsbell/adapters"
	"newsbell/adapters/telegram/botapi"
	"newsbell/adapters/telegram/render"
)

// address is a chat's address in its parts: "-1001234/7" is topic 7 of a forum.
type address struct {
	Chat  int64
	Topic int
}

var errAddress = errors.New("not an address of a Telegram chat")

func parseAddress(s string) (address, error) {
	chat, topic, inTopic := strings.Cut(s, "/")

	id, err := strconv.ParseInt(chat, 10, 64)
	if err != nil || id == 0 {
		return address{}, errAddress
	}

	a := address{Chat: id}
	if inTopic {
		a.Topic, err = strconv.Atoi(topic)
		if err != nil || a.Topic <= 0 {
			return address{}, errAddress
		}
	}

	return a, nil
}

func (a address) String() string {
	s := strconv.FormatInt(a.Chat, 10)
	if a.Topic != 0 {
		s += "/" + strconv.Itoa(a.Topic)
	}

	return s
}

func (a address) chat() adapters.Chat {
	return adapters.Chat{Platform: platform, Address: a.String()}
}

// params returns the fields with which a request names the chat.
func (a address) params() botapi.Params {
	p := botapi.Params{"chat_id": strconv.FormatInt(a.Chat, 10)}
	if a.Topic != 0 {
		p["message_thread_id"] = strconv.Itoa(a.Topic)
	}

	return p
}

// withoutTopic cuts the topic off an address.
func withoutTopic(s string) string {
	chat, _, _ := strings.Cut(s, "/")
	return chat
}

// isShared reports whether others than one person and the bot are in the chat:
// people's ids are positive.
func isShared(address string) bool { return strings.HasPrefix(address, "-") }

// kindOf trusts the sign of the id where the type is missing.
func kindOf(c *botapi.Chat) adapters.Kind {
	switch {
	case c.Type == "channel":
		return adapters.Channel
	case c.Type == "private", c.Type == "" && c.ID > 0:
		return adapters.Private
	}

	return adapters.Group
}

// chatInfo returns a chat, or a topic of it, as the core knows it.
func chatInfo(c *botapi.Chat, topic int) adapters.ChatInfo {
	kind, title := kindOf(c), c.Title
	if kind == adapters.Private {
		title, topic = strings.TrimSpace(c.FirstName+" "+c.LastName), 0
	}

	if title == "" && c.Username != "" {
		title = "@" + c.Username
	}

	return adapters.ChatInfo{Chat: address{c.ID, topic}.chat(), Kind: kind, Title: render.OneLine(title)}
}

// userOf returns a user as the core knows it; nil is nobody known.
func userOf(u *botapi.User) adapters.User {
	if u == nil || u.ID == 0 {
		return adapters.User{}
	}

	name := strings.TrimSpace(u.FirstName + " " + u.LastName)
	if name == "" {
		name = u.Username
	}

	return adapters.User{ID: strconv.FormatInt(u.ID, 10), Name: render.OneLine(name), Language: u.Language}
}

// maxTopicName is of createForumTopic, in code points.
const maxTopicName = 128

// Topics reports whether private chats with the bot can have topics, as @BotFather has been
// told.
func (a *Adapter) Topics() bool { return a.identity().Topics }

// OpenTopic opens a topic in a private chat, and returns how Telegram names it. Every error
// is a *SendError.
func (a *Adapter) OpenTopic(ctx context.Context, chat adapters.Chat, name string) (string, error) {
	addr, err := parseAddress(chat.Address)
	if err != nil {
		return "", &adapters.SendError{Fate: adapters.Gone, Reason: "the bot can't find the chat", Cause: err}
	}

	if me := a.identity(); me.Username != "" && !me.Topics {
		return "", &adapters.SendError{Fate: adapters.Refused, Reason: "the bot has no topics in private chats"}
	}

	var opened struct {
		ID botapi.LenientInt `json:"message_thread_id"`
	}

	p := addr.params()
	p["name"] = render.CutWords(render.OneLine(name), maxTopicName)

	if err := a.callOptional(ctx, "createForumTopic", p, &opened); err != nil {
		return "", a.sendError(chat, err)
	}

	if opened.ID == 0 {
		return "", &adapters.SendError{Fate: adapters.Refused, Reason: "the server doesn't say which topic it opened"}
	}

	return strconv.FormatInt(int64(opened.ID), 10), nil
}
