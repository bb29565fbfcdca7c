package telegram

import (
	"context"
	"errors"
	"strconv"

	"newsbell/adapters"
)

// The rights by the names that the apps show.
const (
	rightMember = "Member"
	rightAdmin  = "Administrator"
	rightPost   = "Post Messages"
	rightSend   = "Send Messages"
)

// Rights asks the server about the person and about the bot. Only trouble that
// passes is an error; where the server does not tell, a person is a member and
// the bot is assumed to be allowed.
func (a *Adapter) Rights(ctx context.Context, c adapters.Chat, user string) (adapters.Rights, error) {
	addr, err := parseAddress(c.Address)
	if err != nil {
		return adapters.Rights{}, err
	}

	if addr.Chat > 0 {
		return adapters.Rights{Manage: strconv.FormatInt(addr.Chat, 10) == user}, nil
	}

	var r adapters.Rights

	if user != "" {
		m, err := a.member(ctx, addr, user)
		if err != nil {
			return r, err
		}

		r.Manage = m != nil && (m.Status == "creator" || m.Status == "administrator")
	}

	bot, err := a.member(ctx, addr, a.botName())
	if err != nil || bot == nil {
		return r, err
	}

	r.Missing = a.missing(ctx, addr, bot)

	return r, nil
}

// member is nil where the server refuses to tell.
func (a *Adapter) member(ctx context.Context, addr address, user string) (*member, error) {
	var m member

	p := params{"chat_id": strconv.FormatInt(addr.Chat, 10), "user_id": user}

	err := a.extra(ctx, "getChatMember", p, &m)
	if err == nil {
		return &m, nil
	}

	if errors.Is(err, errOff) {
		return nil, nil
	}

	if api, ok := errors.AsType[*apiError](err); ok {
		if api.Code == 429 || api.Code >= 500 {
			return nil, err
		}

		if e := a.fate(addr.chat(), err); e.Fate == adapters.Gone {
			return &member{Status: "left"}, nil
		}

		return nil, nil
	}

	return nil, err
}

// missing names what the bot needs to post.
func (a *Adapter) missing(ctx context.Context, addr address, bot *member) []string {
	channel, silenced := a.nature(ctx, addr, bot)
	switch {
	case channel && bot.Status != "creator" && bot.Status != "administrator":
		return []string{rightAdmin, rightPost}
	case channel && !maySend(bot):
		return []string{rightPost}
	case channel:
		return nil
	case !bot.in():
		return []string{rightMember}
	case bot.Status == "restricted" && !maySend(bot), bot.Status == "member" && silenced:
		return []string{rightSend}
	}

	return nil
}

// nature says whether the chat is a channel, and whether plain members of it
// are kept from writing. It asks only when the bot's own record leaves it open.
func (a *Adapter) nature(ctx context.Context, addr address, bot *member) (channel, silenced bool) {
	if bot.PostMessages != nil {
		return true, false // only administrators of a channel have it
	}

	if bot.Status == "administrator" || bot.Status == "creator" || bot.Status == "restricted" {
		return false, false
	}

	var c chat
	if a.extra(ctx, "getChat", params{"chat_id": strconv.FormatInt(addr.Chat, 10)}, &c) != nil {
		return false, false
	}

	p := c.Permissions

	return c.kind() == adapters.Channel, p != nil && p.SendMessages != nil && !*p.SendMessages
}
