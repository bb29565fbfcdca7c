package telegram

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"newsbell/adapters"
	"newsbell/adapters/telegram/botapi"
)

// The rights by the names that the apps show.
const (
	rightMember = "Member"
	rightAdmin  = "Administrator"
	rightPost   = "Post Messages"
	rightSend   = "Send Messages"
)

// Rights asks the server about the person and about the bot. Only a problem that
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

		r.Manage, r.Outside = m != nil && m.IsAdmin(), m != nil && !m.IsIn()

		if m != nil && m.IsIn() && !m.IsAdmin() {
			return r, nil // what the bot may do is of no interest to them
		}
	}

	bot, err := a.member(ctx, addr, a.botID())
	if err != nil || bot == nil {
		return r, err
	}

	r.Missing = a.missingRights(ctx, addr, bot)

	return r, nil
}

// member returns what a user is in a chat, nil where the server refuses to tell.
func (a *Adapter) member(ctx context.Context, addr address, user string) (*botapi.Member, error) {
	var m botapi.Member

	p := botapi.Params{"chat_id": strconv.FormatInt(addr.Chat, 10), "user_id": user}

	err := a.callOptional(ctx, "getChatMember", p, &m)
	if err == nil {
		return &m, nil
	}

	if errors.Is(err, errUnavailable) {
		return nil, nil
	}

	if api, ok := errors.AsType[*botapi.Error](err); ok {
		if api.Code == http.StatusTooManyRequests || api.Code >= http.StatusInternalServerError {
			return nil, err
		}

		if e := a.sendError(addr.chat(), err); e.Fate == adapters.Gone {
			return &botapi.Member{Status: "left"}, nil
		}

		return nil, nil
	}

	return nil, err
}

// missingRights names what the bot needs to post.
func (a *Adapter) missingRights(ctx context.Context, addr address, bot *botapi.Member) []string {
	channel, silenced := a.postingRules(ctx, addr, bot)
	switch {
	case channel && !bot.IsAdmin():
		return []string{rightAdmin, rightPost}
	case channel && !bot.MaySend():
		return []string{rightPost}
	case channel:
		return nil
	case !bot.IsIn():
		return []string{rightMember}
	case bot.Status == "restricted" && !bot.MaySend(), bot.Status == "member" && silenced:
		return []string{rightSend}
	}

	return nil
}

// postingRules reports whether the chat is a channel, and whether plain members of it
// are kept from writing. It asks only when the bot's own record leaves it open.
func (a *Adapter) postingRules(ctx context.Context, addr address, bot *botapi.Member) (channel, silenced bool) {
	if bot.PostMessages != nil {
		return true, false // only administrators of a channel have it
	}

	if bot.IsAdmin() || bot.Status == "restricted" {
		return false, false
	}

	var c botapi.Chat
	if a.callOptional(ctx, "getChat", botapi.Params{"chat_id": strconv.FormatInt(addr.Chat, 10)}, &c) != nil {
		return false, false
	}

	p := c.Permissions

	return kindOf(&c) == adapters.Channel, p != nil && p.SendMessages != nil && !*p.SendMessages
}
