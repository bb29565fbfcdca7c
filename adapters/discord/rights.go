package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/discord/rest"
)

// rightsFor is how long it is believed that a person may manage a server: long
// enough for the command that said so, and short after a role was taken away.
const rightsFor = time.Minute

// manager is whether a person could manage a server at a time.
type manager struct {
	may bool
	at  time.Time
}

// Rights implements [adapters.Adapter]. Nearly always it asks nobody: the person
// who runs a command brought their rights along, and the gateway says what the
// bot may do.
func (a *Adapter) Rights(ctx context.Context, chat adapters.Chat, userID string) (adapters.Rights, error) {
	if person, ok := strings.CutPrefix(chat.Address, "@"); ok {
		return adapters.Rights{Manage: person == userID}, nil
	}

	c, err := a.channelInfo(ctx, chat.Address)
	if err != nil {
		return noRights(err)
	}

	out := adapters.Rights{}

	if userID != "" {
		out.Manage, err = a.manages(ctx, c.guild, userID)
		if out.Outside = errors.Is(err, errNoMember); err != nil && !out.Outside {
			return adapters.Rights{}, err
		}
	}

	out.Missing, err = a.missingIn(ctx, c)
	if err != nil {
		return adapters.Rights{}, err
	}

	return out, nil
}

// noRights returns the answer when the chat cannot be looked at: trouble that passes
// is an error; a chat that the bot may not see lacks a right; what a server does
// not tell is a member's right, and the bot tries.
func noRights(err error) (adapters.Rights, error) {
	switch rest.Code(err) {
	case codeMissingAccess, codeMissingRights:
		return adapters.Rights{Missing: []string{nameView}}, nil
	}

	if isTemporary(err) {
		return adapters.Rights{}, classifyError(err)
	}

	return adapters.Rights{}, nil
}

// isTemporary reports whether the same call may work later.
func isTemporary(err error) bool {
	if rest.IsNoEndpoint(err) {
		return false
	}

	switch classifyError(err).Fate {
	case adapters.Retry, adapters.Later, adapters.Unsure:
		return true
	}

	return false
}

// noteManager remembers the rights that an interaction brought along.
func (a *Adapter) noteManager(guildID, userID string, may bool) {
	a.managers.Add(guildID+" "+userID, manager{may, time.Now()})
}

// errNoMember says that a person is not in a server, or not any more.
var errNoMember = errors.New("the person is not in the server")

// manages reports whether a person may manage the server; errNoMember when they are not in it.
func (a *Adapter) manages(ctx context.Context, guildID, userID string) (bool, error) {
	if m, ok := a.managers.Get(guildID + " " + userID); ok && time.Since(m.at) < rightsFor {
		return m.may, nil
	}

	g, err := a.guild(ctx, guildID)
	if err != nil {
		if isTemporary(err) {
			return false, classifyError(err)
		}

		return false, nil
	}

	if userID == g.owner {
		return true, nil
	}

	m, err := a.fetchMember(ctx, guildID, userID)
	if err != nil {
		switch {
		case rest.Code(err) == codeUnknownMember, rest.Code(err) == codeUnknownUser:
			return false, errNoMember
		case isTemporary(err):
			return false, classifyError(err)
		}

		return false, nil
	}

	if !g.knows(m.Roles) { // the gateway tells of a new role a moment later
		if g, err = a.fetchGuild(ctx, guildID); err != nil {
			return false, classifyError(err)
		}
	}

	may := g.rights(userID, m.Roles)&canManageServer != 0
	a.noteManager(guildID, userID, may)

	return may, nil
}

// missingIn names what the bot lacks in a channel; nothing when that is unknown.
func (a *Adapter) missingIn(ctx context.Context, c channelInfo) ([]string, error) {
	set, known, err := a.ownRights(ctx, c)
	if err != nil || !known {
		return nil, err
	}

	return missingRights(set, c.kind, c.locked), nil
}

// ownRights returns what the bot may do in a channel; known is false where the server
// does not tell.
func (a *Adapter) ownRights(ctx context.Context, c channelInfo) (set uint64, known bool, err error) {
	me := a.me.Load()
	if me == nil || me.user == "" {
		return 0, false, nil
	}

	g, err := a.guild(ctx, c.guild)
	if err != nil {
		if isTemporary(err) {
			return 0, false, classifyError(err)
		}

		return 0, false, nil
	}

	roles, ok := g.bot, g.botKnown
	if !ok {
		m, err := a.fetchMember(ctx, c.guild, me.user)
		if err != nil {
			return 0, false, nil
		}

		roles = m.Roles
	}

	if len(g.roles) == 0 {
		return 0, false, nil
	}

	if isThread(c.kind) && c.parent != "" { // a thread has its parent's overwrites
		parent, err := a.channelInfo(ctx, c.parent)
		if err != nil {
			return 0, false, nil
		}

		c.overwrites = parent.overwrites
	}

	return g.channelRights(c.guild, c.overwrites, me.user, roles), true, nil
}

// CheckPing reports, in a sentence for the person who asked, why a role would not
// be mentioned in a chat; nil if it would, or if that is not known.
func (a *Adapter) CheckPing(ctx context.Context, chat adapters.ChatInfo, roleID string) error {
	c, err := a.channelInfo(ctx, chat.Address)
	if err != nil {
		return nil // then it is tried
	}

	g, err := a.guild(ctx, c.guild)
	if err != nil || len(g.roles) == 0 {
		return nil // then it is tried
	}

	r, ok := g.roles[roleID]
	if !ok {
		return sentence(sayNoRole)
	}

	set, known, err := a.ownRights(ctx, c)
	if err != nil || !known || set&(canMention|canAdminister) != 0 {
		return nil // then it is tried
	}

	switch {
	case roleID == g.id:
		return sentence(fmt.Sprintf(sayNoEveryone, channelTitle(c.name)))
	case !r.Mentionable:
		return sentence(fmt.Sprintf(sayNotMentionable, r.Name, channelTitle(c.name)))
	}

	return nil
}

// Labels returns the tags that a post of a forum may get, by name in the forum's order; ok:
// it is a forum, as far as that is known.
func (a *Adapter) Labels(ctx context.Context, chat adapters.Chat) (names []string, ok bool) {
	if strings.HasPrefix(chat.Address, "@") {
		return nil, false
	}

	c, err := a.channelInfo(ctx, chat.Address)
	if err != nil || !isForum(c.kind) {
		return nil, false
	}

	for _, t := range c.tags {
		names = append(names, t.Name)
	}

	return names, true
}

// CheckThreads says whether threads can open below messages of a channel, and names the
// right that the bot needs for it and does not have.
func (a *Adapter) CheckThreads(ctx context.Context, chat adapters.Chat) (can bool, missing []string) {
	if strings.HasPrefix(chat.Address, "@") {
		return false, nil
	}

	c, err := a.channelInfo(ctx, chat.Address)
	if err != nil {
		return true, nil // then it is tried
	}

	if c.kind != typeText && c.kind != typeAnnouncement {
		return false, nil
	}

	set, known, err := a.ownRights(ctx, c)
	if err == nil && known && set&(canOpenThreads|canAdminister) == 0 {
		missing = []string{nameOpenThreads}
	}

	return true, missing
}

// CheckSender says whether messages to a chat can come in another one's name, and names the rights
// that the bot needs for it and does not have.
func (a *Adapter) CheckSender(ctx context.Context, chat adapters.Chat) (can bool, missing []string) {
	if can, _ = a.CheckThreads(ctx, chat); !can { // the same sorts of channels
		return false, nil
	}

	c, err := a.channelInfo(ctx, chat.Address)
	if err != nil {
		return true, nil // then it is tried
	}

	if set, known, err := a.ownRights(ctx, c); err == nil && known {
		missing = lackForHooks(set)
	}

	return true, missing
}

// lackForHooks names what a set lacks to post by a webhook, and to see whether that arrived.
func lackForHooks(set uint64) (missing []string) {
	if set&canAdminister != 0 {
		return nil
	}

	if set&canManageWebhooks == 0 {
		missing = append(missing, nameWebhooks)
	}

	if set&canReadHistory == 0 {
		missing = append(missing, nameHistory)
	}

	return missing
}

// ownMissing returns what the bot lacks in a chat, after a message to it was refused:
// then what is remembered is not to be trusted.
func (a *Adapter) ownMissing(ctx context.Context, chat adapters.Chat) []string {
	if strings.HasPrefix(chat.Address, "@") {
		return nil
	}

	c, err := a.fetchChannel(ctx, chat.Address)
	if err != nil {
		return nil
	}

	if c.parent != "" && isThread(c.kind) {
		_, _ = a.fetchChannel(ctx, c.parent)
	}

	missing, err := a.missingIn(ctx, c)
	if err != nil {
		return nil
	}

	return missing
}

// fetchMember asks for a member of a server.
func (a *Adapter) fetchMember(ctx context.Context, guildID, userID string) (*member, error) {
	var m member
	if _, err := a.ask(ctx, http.MethodGet, "/guilds/"+guildID+"/members/"+userID, nil, &m); err != nil {
		return nil, err
	}

	return &m, nil
}

// channelInfo returns what is known of a channel: from the gateway, or asked for.
func (a *Adapter) channelInfo(ctx context.Context, id string) (channelInfo, error) {
	if c, ok := a.channels.Get(id); ok && c.guild != "" && (c.complete || isThread(c.kind)) {
		return c, nil
	}

	return a.fetchChannel(ctx, id)
}

// fetchChannel asks for a channel and remembers it.
func (a *Adapter) fetchChannel(ctx context.Context, id string) (channelInfo, error) {
	if parseSnowflake(id) == "" {
		return channelInfo{}, errors.New("no channel's id: " + id)
	}

	var c channel

	got, err := a.ask(ctx, http.MethodGet, "/channels/"+id, nil, &c)
	if err != nil && !got.OK() {
		return channelInfo{}, err
	}

	if c.ID == "" {
		return channelInfo{}, &rest.Error{Status: http.StatusNotFound, JSON: true, Response: &rest.Response{}}
	}

	return a.noteChannel(&c, ""), nil
}

// Permissions. Source: "Bitwise Permission Flags" in Discord's documentation.
const (
	canAdminister     = 1 << 3
	canManageServer   = 1 << 5
	canView           = 1 << 10
	canSend           = 1 << 11
	canEmbed          = 1 << 14
	canReadHistory    = 1 << 16
	canMention        = 1 << 17
	canManageWebhooks = 1 << 29
	canManageThreads  = 1 << 34
	canOpenThreads    = 1 << 35
	canSendInThreads  = 1 << 38
	everything        = ^uint64(0)
	nameView          = "View Channel"
	nameSend          = "Send Messages"
	nameEmbed         = "Embed Links"
	nameSendInThreads = "Send Messages in Threads"
	nameManageThreads = "Manage Threads (the thread is locked)"
	nameOpenThreads   = "Create Public Threads"
	nameWebhooks      = "Manage Webhooks"
	nameHistory       = "Read Message History"
)

// rights returns a member's rights in the whole server.
func (g *guildState) rights(userID string, roles []string) uint64 {
	if userID != "" && userID == g.owner {
		return everything
	}

	set := g.roles[g.id].Permissions.set
	for _, id := range roles {
		set |= g.roles[id].Permissions.set
	}

	if set&canAdminister != 0 {
		return everything
	}

	return set
}

// knows reports whether every role of a member is one that the server is known to have.
func (g *guildState) knows(roles []string) bool {
	for _, id := range roles {
		if _, ok := g.roles[id]; !ok {
			return false
		}
	}

	return true
}

// channelRights applies a channel's overwrites in the order that Discord
// documents: everybody's, then all roles' together, then the member's own.
func (g *guildState) channelRights(guildID string, overwrites []overwrite, userID string, roles []string) uint64 {
	set := g.rights(userID, roles)
	if set == everything {
		return set
	}

	var (
		own         overwrite
		allow, deny uint64
	)

	for _, o := range overwrites {
		switch {
		case o.Type == 0 && o.ID == guildID:
			set = set&^o.Deny.set | o.Allow.set
		case o.Type == 0 && slices.Contains(roles, o.ID):
			allow |= o.Allow.set
			deny |= o.Deny.set
		case o.Type == 1 && o.ID == userID:
			own = o
		}
	}

	set = set&^deny | allow

	return set&^own.Deny.set | own.Allow.set
}

// missingRights names what a set lacks to post in a channel of that kind, in the
// order to grant them.
func missingRights(set uint64, kind int, locked bool) []string {
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

	if locked && set&canManageThreads == 0 {
		out = append(out, nameManageThreads)
	}

	return out
}
