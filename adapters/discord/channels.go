package discord

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"newsbell/adapters"
	"newsbell/adapters/discord/rest"
)

// Lookup implements [adapters.Adapter]. Channels are found only in the server
// that the request comes from.
func (a *Adapter) Lookup(ctx context.Context, name string, r *adapters.Request) (adapters.ChatInfo, error) {
	name = strings.TrimSpace(name)

	server := r.Chat.Server
	if server == "" {
		return adapters.ChatInfo{}, sentence(sayNoServer)
	}

	id := parseMention(name)
	if id == "" {
		found, err := a.findNamed(ctx, server, strings.TrimPrefix(name, "#"))
		if err != nil {
			return adapters.ChatInfo{}, err
		}

		if id = found; id == "" {
			return adapters.ChatInfo{}, sentence(fmt.Sprintf(sayNoChannel, name))
		}
	}

	c, err := a.seenChannel(ctx, id)
	switch {
	case err != nil && isTemporary(err):
		return adapters.ChatInfo{}, sentence(sayTrouble)
	case err != nil:
		return adapters.ChatInfo{}, sentence(fmt.Sprintf(sayNoChannel, name))
	case c.guild != "" && c.guild != server:
		return adapters.ChatInfo{}, sentence(sayOtherServer)
	case !isPostable(c.kind):
		return adapters.ChatInfo{}, sentence(fmt.Sprintf(sayNoPosting, name))
	}

	return adapters.ChatInfo{
		Chat: adapters.Chat{Platform: platform, Address: id}, Kind: kindOf(c.kind), Title: channelTitle(c.name), Server: server,
	}, nil
}

// parseMention reads an id or "<#id>".
func parseMention(name string) string {
	if inner, ok := strings.CutPrefix(name, "<#"); ok {
		name = strings.TrimSuffix(inner, ">")
	}

	if id := parseSnowflake(name); len(id) >= 1 {
		return id
	}

	return ""
}

// seenChannel returns a channel as the gateway or the person's own choice showed it,
// else asked for. One that the bot may not see is found too: what it lacks is
// said by Rights.
func (a *Adapter) seenChannel(ctx context.Context, id string) (channelInfo, error) {
	if known, ok := a.channels.Get(id); ok && known.guild != "" {
		return known, nil
	}

	c, err := a.fetchChannel(ctx, id)
	if err != nil && rest.IsNoEndpoint(err) {
		return channelInfo{}, nil // a text channel, to be tried
	}

	return c, err
}

// findNamed finds a channel or open thread of a server by its name.
func (a *Adapter) findNamed(ctx context.Context, server, name string) (string, error) {
	if name == "" {
		return "", nil
	}

	if id := a.findNamedHere(server, name); id != "" {
		return id, nil
	}

	var all []channel

	_, err := a.ask(ctx, http.MethodGet, "/guilds/"+server+"/channels", nil, &all)
	if err != nil && isTemporary(err) {
		return "", sentence(sayTrouble)
	}

	if id := findByName(all, name); id != "" {
		return id, nil
	}

	var active struct {
		Threads []channel `json:"threads"`
	}

	if _, err := a.ask(ctx, http.MethodGet, "/guilds/"+server+"/threads/active", nil, &active); err == nil {
		return findByName(active.Threads, name), nil
	}

	return "", nil
}

// findNamedHere finds a channel by its name among those that the gateway showed.
func (a *Adapter) findNamedHere(server, name string) string {
	for _, id := range a.channels.Keys() {
		if c, ok := a.channels.Peek(id); ok && c.guild == server && isPostable(c.kind) && strings.EqualFold(c.name, name) {
			return id
		}
	}

	return ""
}

func findByName(all []channel, name string) string {
	for _, c := range all {
		if isPostable(c.Type) && strings.EqualFold(c.Name, name) {
			return c.ID
		}
	}

	return ""
}

// channelOf returns the channel behind a chat's address; for a person it is the
// channel of direct messages, opened if need be.
//
// Opening uses up the turn for which the caller waited; a message that follows
// needs another one, as opened says.
func (a *Adapter) channelOf(ctx context.Context, to adapters.Chat) (channel string, opened bool, err error) {
	person, ok := strings.CutPrefix(to.Address, "@")
	if !ok {
		if parseSnowflake(to.Address) == "" {
			return "", false, &adapters.SendError{Fate: adapters.Gone, Reason: reasonUnknown}
		}

		return to.Address, false, nil
	}

	if parseSnowflake(person) == "" {
		return "", false, &adapters.SendError{Fate: adapters.Gone, Reason: reasonUnknown}
	}

	if known := a.knownDirect(ctx, person); known != "" {
		return known, false, nil
	}

	if a.noDirect.Load() {
		return person, false, nil
	}

	channel, err = a.openDirect(ctx, person)

	return channel, true, err
}

// openDirect asks for the channel of direct messages with a person. Where the
// server has no such request, the person's own id has to do: some take it.
func (a *Adapter) openDirect(ctx context.Context, person string) (string, error) {
	var out struct {
		ID string `json:"id"`
	}

	_, err := a.rest.Call(ctx, http.MethodPost, "/users/@me/channels", map[string]string{"recipient_id": person}, &out)
	switch {
	case err == nil && out.ID != "":
		a.rememberDirect(ctx, person, out.ID)
		return out.ID, nil
	case err == nil, rest.IsNoEndpoint(err):
		a.noDirect.Store(true)
		a.log.Warn("discord: this server cannot open direct messages; using the channels that people write from")

		return person, nil
	}

	return "", err
}

// The channels of direct messages are kept across restarts: Discord frowns on a
// bot that opens many at once, and some servers cannot open any.
const cursorDirect = "direct:"

// knownDirect returns the channel of direct messages with a person, "" if it has to be
// opened.
func (a *Adapter) knownDirect(ctx context.Context, person string) string {
	if known, ok := a.directs.Get(person); ok {
		return known
	}

	kept := a.cursor(ctx, cursorDirect+person)
	if kept != "" {
		a.directs.Add(person, kept)
	}

	return kept
}

// rememberDirect keeps the channel of direct messages with a person.
func (a *Adapter) rememberDirect(ctx context.Context, person, channel string) {
	if a.knownDirect(ctx, person) == channel {
		return
	}

	a.directs.Add(person, channel)
	a.setCursor(ctx, cursorDirect+person, channel)
}

// forgetDirect drops a channel of direct messages that no longer exists.
func (a *Adapter) forgetDirect(ctx context.Context, to adapters.Chat, err error) {
	if person, ok := strings.CutPrefix(to.Address, "@"); ok && rest.Code(err) == codeUnknownChannel {
		a.directs.Remove(person)
		a.setCursor(ctx, cursorDirect+person, "")
	}
}
