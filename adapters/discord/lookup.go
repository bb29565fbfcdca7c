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

	id := mentioned(name)
	if id == "" {
		found, err := a.named(ctx, server, strings.TrimPrefix(name, "#"))
		if err != nil {
			return adapters.ChatInfo{}, err
		}

		if id = found; id == "" {
			return adapters.ChatInfo{}, sentence(fmt.Sprintf(sayNoChannel, name))
		}
	}

	c, err := a.seenChannel(ctx, id)
	switch {
	case err != nil && passes(err):
		return adapters.ChatInfo{}, sentence(sayTrouble)
	case err != nil:
		return adapters.ChatInfo{}, sentence(fmt.Sprintf(sayNoChannel, name))
	case c.guild != "" && c.guild != server:
		return adapters.ChatInfo{}, sentence(sayOtherServer)
	case !isPostable(c.kind):
		return adapters.ChatInfo{}, sentence(fmt.Sprintf(sayNoPosting, name))
	}

	return adapters.ChatInfo{
		Chat: adapters.Chat{Platform: platform, Address: id}, Kind: kindOf(c.kind), Title: title(c.name), Server: server,
	}, nil
}

// mentioned reads an id or "<#id>".
func mentioned(name string) string {
	if inner, ok := strings.CutPrefix(name, "<#"); ok {
		name = strings.TrimSuffix(inner, ">")
	}

	if id := snowflake(name); len(id) >= 1 {
		return id
	}

	return ""
}

// seenChannel is a channel as the gateway or the person's own choice showed it,
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

// named finds a channel or open thread of a server by its name.
func (a *Adapter) named(ctx context.Context, server, name string) (string, error) {
	if name == "" {
		return "", nil
	}

	if id := a.namedHere(server, name); id != "" {
		return id, nil
	}

	var all []channel

	_, err := a.ask(ctx, http.MethodGet, "/guilds/"+server+"/channels", nil, &all)
	if err != nil && passes(err) {
		return "", sentence(sayTrouble)
	}

	if id := pick(all, name); id != "" {
		return id, nil
	}

	var active struct {
		Threads []channel `json:"threads"`
	}

	if _, err := a.ask(ctx, http.MethodGet, "/guilds/"+server+"/threads/active", nil, &active); err == nil {
		return pick(active.Threads, name), nil
	}

	return "", nil
}

// namedHere finds a channel by its name among those that the gateway showed.
func (a *Adapter) namedHere(server, name string) string {
	for _, id := range a.channels.Keys() {
		if c, ok := a.channels.Peek(id); ok && c.guild == server && isPostable(c.kind) && strings.EqualFold(c.name, name) {
			return id
		}
	}

	return ""
}

func pick(all []channel, name string) string {
	for _, c := range all {
		if isPostable(c.Type) && strings.EqualFold(c.Name, name) {
			return c.ID
		}
	}

	return ""
}
