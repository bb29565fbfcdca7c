package telegram

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"newsbell/adapters"
	"newsbell/adapters/telegram/botapi"
	"newsbell/adapters/telegram/render"
)

var (
	nameOf    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^@?([A-Za-z][A-Za-z0-9_]{3,31})$`) })
	numberOf  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(-?\d{1,19})(?:/(\d{1,9}))?$`) })
	linkNames = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:https?://)?(?:www\.)?(?:t|telegram)\.me/([A-Za-z][A-Za-z0-9_]{3,31})(?:/\d+)?/?$`)
	})
	linkChat = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:https?://)?(?:www\.)?(?:t|telegram)\.me/c/(\d{1,18})(?:/(\d{1,9}))?(?:/\d+)?/?$`)
	})
)

// Lookup finds "@name", "-100…", "-100…/7" for a topic, or a t.me address. It
// says where the chat is, not who may post there: that is for Rights.
func (a *Adapter) Lookup(ctx context.Context, name string, r *adapters.Request) (adapters.ChatInfo, error) {
	name = strings.TrimSpace(name)

	id, topic := parseName(name)
	if id == "" {
		return adapters.ChatInfo{}, noSuchChat(name)
	}

	if r != nil && id == r.User.ID {
		return adapters.ChatInfo{Chat: address{Chat: mustInt(id)}.chat(), Kind: adapters.Private, Title: r.User.Name}, nil
	}

	var c botapi.Chat
	if err := a.callOptional(ctx, "getChat", botapi.Params{"chat_id": id}, &c); err != nil {
		if known, ok := sameChat(r, id, topic); ok {
			return known, nil
		}

		if api, ok := errors.AsType[*botapi.Error](err); ok && api.Code/100 == 4 && api.Code != http.StatusTooManyRequests && api.Code != http.StatusNotFound {
			return adapters.ChatInfo{}, noSuchChat(name)
		}

		return adapters.ChatInfo{}, sentence(sayNoLookup)
	}

	if c.ID == 0 {
		return adapters.ChatInfo{}, noSuchChat(name)
	}

	if kindOf(&c) == adapters.Private {
		return adapters.ChatInfo{}, sentence(sayNoPrivate)
	}

	if topic != 0 && c.Type == "supergroup" && !c.IsForum {
		return adapters.ChatInfo{}, sentence(sayNoTopic)
	}

	if err := a.checkReach(ctx, &c); err != nil {
		return adapters.ChatInfo{}, err
	}

	info := chatInfo(&c, topic)
	if info.Kind == adapters.Channel {
		info.Comments = adapters.CommentsOff

		if c.Linked != 0 {
			info.Comments = adapters.CommentsOn
		}
	}

	return info, nil
}

// checkReach returns a sentence for a chat that everybody can see but in which the
// bot is not, or not with the rights to learn who asks. Where the server does not
// tell, the bot is assumed to be in it.
func (a *Adapter) checkReach(ctx context.Context, c *botapi.Chat) error {
	bot, err := a.member(ctx, address{Chat: c.ID}, a.botID())
	if err != nil || bot == nil {
		return nil // Rights will tell, or Send
	}

	title := chatInfo(c, 0).Title
	switch {
	case kindOf(c) == adapters.Channel && !bot.IsAdmin():
		return sentence(fmt.Sprintf(sayNotInChannel, title))
	case !bot.IsIn():
		return sentence(fmt.Sprintf(sayNotInGroup, title))
	}

	return nil
}

// parseName reads the ways in which people name a chat.
func parseName(s string) (id string, topic int) {
	if m := numberOf().FindStringSubmatch(s); m != nil {
		topic, _ = strconv.Atoi(m[2])
		return m[1], topic
	}

	if m := linkChat().FindStringSubmatch(s); m != nil {
		topic, _ = strconv.Atoi(m[2])
		return "-100" + m[1], topic
	}

	if m := linkNames().FindStringSubmatch(s); m != nil {
		return "@" + m[1], 0
	}

	if m := nameOf().FindStringSubmatch(s); m != nil {
		return "@" + m[1], 0
	}

	return "", 0
}

// sameChat returns the chat of the request itself, for a server without getChat.
func sameChat(r *adapters.Request, id string, topic int) (adapters.ChatInfo, bool) {
	if r == nil || withoutTopic(r.Chat.Address) != id {
		return adapters.ChatInfo{}, false
	}

	info := r.Chat
	info.Chat = address{mustInt(id), topic}.chat()

	return info, true
}

// mustInt reads digits that a pattern has already matched.
func mustInt(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}

func noSuchChat(name string) error {
	return sentence(fmt.Sprintf(sayNoSuchChat, render.CutWords(render.OneLine(name), 64)))
}
