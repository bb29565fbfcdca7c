package telegram

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"newsbell/adapters"
)

var (
	nameOf    = regexp.MustCompile(`^@?([A-Za-z][A-Za-z0-9_]{3,31})$`)
	numberOf  = regexp.MustCompile(`^(-?\d{1,19})(?:/(\d{1,9}))?$`)
	linkNames = regexp.MustCompile(`^(?:https?://)?(?:www\.)?(?:t|telegram)\.me/([A-Za-z][A-Za-z0-9_]{3,31})(?:/\d+)?/?$`)
	linkChat  = regexp.MustCompile(`^(?:https?://)?(?:www\.)?(?:t|telegram)\.me/c/(\d{1,18})(?:/(\d{1,9}))?(?:/\d+)?/?$`)
)

// Lookup finds "@name", "-100…", "-100…/7" for a topic, or a t.me address. It
// says where the chat is, not who may post there: that is for Rights.
func (a *Adapter) Lookup(ctx context.Context, name string, r *adapters.Request) (adapters.ChatInfo, error) {
	name = strings.TrimSpace(name)

	id, topic := readName(name)
	if id == "" {
		return adapters.ChatInfo{}, noSuchChat(name)
	}

	if r != nil && id == r.User.ID {
		return adapters.ChatInfo{Chat: address{Chat: mustInt(id)}.chat(), Kind: adapters.Private, Title: r.User.Name}, nil
	}

	var c chat
	if err := a.extra(ctx, "getChat", params{"chat_id": id}, &c); err != nil {
		if known, ok := sameChat(r, id, topic); ok {
			return known, nil
		}

		if api, ok := errors.AsType[*apiError](err); ok && api.Code/100 == 4 && api.Code != 429 && api.Code != 404 {
			return adapters.ChatInfo{}, noSuchChat(name)
		}

		return adapters.ChatInfo{}, sentence(sayNoLookup)
	}

	if c.ID == 0 {
		return adapters.ChatInfo{}, noSuchChat(name)
	}

	if c.kind() == adapters.Private {
		return adapters.ChatInfo{}, sentence(sayNoPrivate)
	}

	if topic != 0 && c.Type == "supergroup" && !c.IsForum {
		return adapters.ChatInfo{}, sentence(sayNoTopic)
	}

	if err := a.reach(ctx, &c); err != nil {
		return adapters.ChatInfo{}, err
	}

	return c.info(topic), nil
}

// reach is the sentence for a chat that everybody can see but where the bot is
// not, or not enough to learn who asks. Where the server does not tell, it is
// assumed to be.
func (a *Adapter) reach(ctx context.Context, c *chat) error {
	bot, err := a.member(ctx, address{Chat: c.ID}, a.botName())
	if err != nil || bot == nil {
		return nil //nolint:nilerr // Rights will tell, or Send
	}

	title := c.info(0).Title
	switch admin := bot.Status == "creator" || bot.Status == "administrator"; {
	case c.kind() == adapters.Channel && !admin:
		return sentence(fmt.Sprintf(sayNotInChannel, title))
	case !bot.in():
		return sentence(fmt.Sprintf(sayNotInGroup, title))
	}

	return nil
}

// readName reads the ways in which people name a chat.
func readName(s string) (id string, topic int) {
	if m := numberOf.FindStringSubmatch(s); m != nil {
		topic, _ = strconv.Atoi(m[2])
		return m[1], topic
	}

	if m := linkChat.FindStringSubmatch(s); m != nil {
		topic, _ = strconv.Atoi(m[2])
		return "-100" + m[1], topic
	}

	if m := linkNames.FindStringSubmatch(s); m != nil {
		return "@" + m[1], 0
	}

	if m := nameOf.FindStringSubmatch(s); m != nil {
		return "@" + m[1], 0
	}

	return "", 0
}

// sameChat is the chat of the request itself, for a server without getChat.
func sameChat(r *adapters.Request, id string, topic int) (adapters.ChatInfo, bool) {
	if r == nil || baseAddress(r.Chat.Address) != id {
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
	return sentence(fmt.Sprintf(sayNoSuchChat, cutWords(oneLine(name), 64)))
}
