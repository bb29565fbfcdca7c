package discord

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"newsbell/adapters"
	"newsbell/adapters/discord/rest"
)

// Rights implements [adapters.Adapter].
func (a *Adapter) Rights(ctx context.Context, chat adapters.Chat, userID string) (adapters.Rights, error) {
	if person, ok := strings.CutPrefix(chat.Address, "@"); ok {
		return adapters.Rights{Manage: person == userID}, nil
	}

	c, err := a.fetchChannel(ctx, chat.Address)
	if err != nil {
		return noRights(err)
	}

	g, err := a.fetchGuild(ctx, c.GuildID)
	if err != nil {
		return noRights(err)
	}

	out := adapters.Rights{}
	if userID != "" {
		if out.Manage, err = a.manages(ctx, g, userID); err != nil {
			return adapters.Rights{}, err
		}
	}

	out.Missing = a.missingIn(ctx, g, c)

	return out, nil
}

// noRights is the answer when the chat cannot be looked at: trouble that passes
// is an error; a chat that the bot may not see lacks a right; what a server does
// not tell is a member's right, and the bot tries.
func noRights(err error) (adapters.Rights, error) {
	switch rest.Code(err) {
	case codeMissingAccess, codeMissingRights:
		return adapters.Rights{Missing: []string{nameView}}, nil
	}

	if passes(err) {
		return adapters.Rights{}, fate(err)
	}

	return adapters.Rights{}, nil
}

// passes reports whether the same call may work later.
func passes(err error) bool {
	if rest.IsNoEndpoint(err) {
		return false
	}

	switch fate(err).Fate {
	case adapters.Retry, adapters.Later, adapters.Unsure:
		return true
	}

	return false
}

// manages reports whether a person may manage the server.
func (a *Adapter) manages(ctx context.Context, g *guild, userID string) (bool, error) {
	if userID == g.OwnerID {
		return true, nil
	}

	var m member

	_, err := a.rest.Call(ctx, http.MethodGet, "/guilds/"+g.ID+"/members/"+userID, nil, &m)
	if err != nil {
		if passes(err) {
			return false, fate(err)
		}

		return false, nil
	}

	return guildRights(g, userID, m.Roles)&canManageServer != 0, nil
}

// missingIn names what the bot lacks in a channel; nothing when that is unknown.
func (a *Adapter) missingIn(ctx context.Context, g *guild, c *channel) []string {
	me := a.me.Load()
	if me == nil || me.user == "" || len(g.Roles) == 0 {
		return nil
	}

	var m member
	if _, err := a.rest.Call(ctx, http.MethodGet, "/guilds/"+g.ID+"/members/"+me.user, nil, &m); err != nil {
		return nil
	}

	held := c
	if isThread(c.Type) && c.ParentID != "" { // a thread has its parent's overwrites
		parent, err := a.fetchChannel(ctx, c.ParentID)
		if err != nil {
			return nil
		}

		held = parent
	}

	return missingRights(channelRights(g, held, me.user, m.Roles), c.Type)
}

// ownMissing is missingIn for a chat, after a message to it was refused.
func (a *Adapter) ownMissing(ctx context.Context, chat adapters.Chat) []string {
	if strings.HasPrefix(chat.Address, "@") {
		return nil
	}

	r, err := a.Rights(ctx, chat, "")
	if err != nil {
		return nil
	}

	return r.Missing
}

// fetchChannel asks for a channel and remembers its kind.
func (a *Adapter) fetchChannel(ctx context.Context, id string) (*channel, error) {
	if snowflake(id) == "" {
		return nil, errors.New("no channel's id: " + id)
	}

	var c channel

	got, err := a.rest.Call(ctx, http.MethodGet, "/channels/"+id, nil, &c)
	if err != nil && !got.OK() {
		return nil, err
	}

	if c.ID == "" {
		return nil, &rest.Error{Status: http.StatusNotFound, JSON: true, Response: &rest.Response{}}
	}

	if c.GuildID == "" {
		p, _ := a.channels.Get(id)
		c.GuildID = p.guild
	}

	a.channels.Add(id, c.info(""))

	return &c, nil
}

// fetchGuild asks for a server with its roles.
func (a *Adapter) fetchGuild(ctx context.Context, id string) (*guild, error) {
	if snowflake(id) == "" {
		return nil, &rest.Error{Status: http.StatusNotFound, JSON: true, Response: &rest.Response{}}
	}

	var g guild

	got, err := a.rest.Call(ctx, http.MethodGet, "/guilds/"+id, nil, &g)
	if err != nil && !got.OK() {
		return nil, err
	}

	g.ID = id

	return &g, nil
}

// Permissions. Source: "Bitwise Permission Flags" in Discord's documentation.
const (
	canAdminister     = 1 << 3
	canManageServer   = 1 << 5
	canView           = 1 << 10
	canSend           = 1 << 11
	canEmbed          = 1 << 14
	canSendInThreads  = 1 << 38
	everything        = ^uint64(0)
	nameView          = "View Channel"
	nameSend          = "Send Messages"
	nameEmbed         = "Embed Links"
	nameSendInThreads = "Send Messages in Threads"
)

// guildRights are a member's rights in the whole server.
func guildRights(g *guild, userID string, roles []string) uint64 {
	if userID != "" && userID == g.OwnerID {
		return everything
	}

	var set uint64

	for _, r := range g.Roles {
		if r.ID == g.ID || slices.Contains(roles, r.ID) {
			set |= r.Permissions.set
		}
	}

	if set&canAdminister != 0 {
		return everything
	}

	return set
}

// channelRights applies a channel's overwrites in the order that Discord
// documents: everybody's, then all roles' together, then the member's own.
func channelRights(g *guild, c *channel, userID string, roles []string) uint64 {
	set := guildRights(g, userID, roles)
	if set == everything {
		return set
	}

	var (
		own         *overwrite
		allow, deny uint64
	)

	for i, o := range c.Overwrites {
		switch {
		case o.Type == 0 && o.ID == g.ID:
			set = set&^o.Deny.set | o.Allow.set
		case o.Type == 0 && slices.Contains(roles, o.ID):
			allow |= o.Allow.set
			deny |= o.Deny.set
		case o.Type == 1 && o.ID == userID:
			own = &c.Overwrites[i]
		}
	}

	set = set&^deny | allow
	if own != nil {
		set = set&^own.Deny.set | own.Allow.set
	}

	return set
}

// missingRights names what a set lacks to post in a channel of that kind, in the
// order to grant them.
func missingRights(set uint64, kind int) []string {
	if set&canAdminister != 0 {
		return nil
	}

	send, name := uint64(canSend), nameSend
	if isThread(kind) {
		send, name = canSendInThreads, nameSendInThreads
	}

	var out []string

	for _, need := range []struct {
		bit  uint64
		name string
	}{{canView, nameView}, {send, name}, {canEmbed, nameEmbed}} {
		if set&need.bit == 0 {
			out = append(out, need.name)
		}
	}

	return out
}
