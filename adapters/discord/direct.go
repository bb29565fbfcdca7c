package discord

import (
	"context"
	"net/http"
	"strings"

	"newsbell/adapters"
	"newsbell/adapters/discord/rest"
)

// channelOf is the channel behind a chat's address; for a person it is the
// channel of direct messages, opened if need be.
//
// Opening uses up the turn for which the caller waited; a message that follows
// needs another one, as opened says.
func (a *Adapter) channelOf(ctx context.Context, to adapters.Chat) (channel string, opened bool, err error) {
	person, ok := strings.CutPrefix(to.Address, "@")
	if !ok {
		if snowflake(to.Address) == "" {
			return "", false, &adapters.SendError{Fate: adapters.Gone, Reason: reasonUnknown}
		}

		return to.Address, false, nil
	}

	if snowflake(person) == "" {
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

// knownDirect is the channel of direct messages with a person, "" if it has to be
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
