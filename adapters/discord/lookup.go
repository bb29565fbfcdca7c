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

	p, err := a.infoOf(ctx, id)
	switch {
	case err != nil && passes(err):
		return adapters.ChatInfo{}, sentence(sayTrouble)
	case err != nil:
		return adapters.ChatInfo{}, sentence(fmt.Sprintf(sayNoChannel, name))
	case p.guild != "" && p.guild != server:
		return adapters.ChatInfo{}, sentence(sayOtherServer)
	case !isPostable(p.kind):
		return adapters.ChatInfo{}, sentence(fmt.Sprintf(sayNoPosting, name))
	}

	return adapters.ChatInfo{
		Chat: adapters.Chat{Platform: platform, Address: id}, Kind: kindOf(p.kind), Title: title(p.name), Server: server,
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

// infoOf is what is known of a channel: asked for, or where a server cannot
// tell, as the gateway or the person's own choice showed it.
func (a *Adapter) infoOf(ctx context.Context, id string) (channelInfo, error) {
	c, err := a.fetchChannel(ctx, id)
	if err == nil {
		return c.info(""), nil
	}

	if rest.IsNoEndpoint(err) {
		known, _ := a.channels.Get(id) // else a text channel, to be tried
		return known, nil
	}

	return channelInfo{}, err
}

// named finds a channel or open thread of a server by its name.
func (a *Adapter) named(ctx context.Context, server, name string) (string, error) {
	if name == "" {
		return "", nil
	}

	var all []channel

	_, err := a.rest.Call(ctx, http.MethodGet, "/guilds/"+server+"/channels", nil, &all)
	if err != nil && passes(err) {
		return "", sentence(sayTrouble)
	}

	var active struct {
		Threads []channel `json:"threads"`
	}

	if id := pick(all, name); id != "" {
		return id, nil
	}

	if _, err := a.rest.Call(ctx, http.MethodGet, "/guilds/"+server+"/threads/active", nil, &active); err == nil {
		if id := pick(active.Threads, name); id != "" {
			return id, nil
		}
	}

	found := ""

	for _, id := range a.channels.Keys() {
		if c, ok := a.channels.Peek(id); ok && c.guild == server && isPostable(c.kind) && strings.EqualFold(c.name, name) {
			found = id
		}
	}

	return found, nil
}

func pick(all []channel, name string) string {
	for _, c := range all {
		if isPostable(c.Type) && strings.EqualFold(c.Name, name) {
			return c.ID
		}
	}

	return ""
}
