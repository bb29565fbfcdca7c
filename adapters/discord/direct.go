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
func (a *Adapter) channelOf(ctx context.Context, to adapters.Chat) (string, error) {
	person, ok := strings.CutPrefix(to.Address, "@")
	if !ok {
		if snowflake(to.Address) == "" {
			return "", &adapters.SendError{Fate: adapters.Gone, Reason: reasonUnknown}
		}

		return to.Address, nil
	}

	if snowflake(person) == "" {
		return "", &adapters.SendError{Fate: adapters.Gone, Reason: reasonUnknown}
	}

	if known, ok := a.directs.Get(person); ok {
		return known, nil
	}

	return a.openDirect(ctx, person)
}

// openDirect asks for the channel of direct messages with a person.
func (a *Adapter) openDirect(ctx context.Context, person string) (string, error) {
	if a.cannotOpen() {
		return a.learned(ctx, person), nil
	}

	var out struct {
		ID string `json:"id"`
	}

	_, err := a.ask(ctx, http.MethodPost, "/users/@me/channels", map[string]string{"recipient_id": person}, &out)
	switch {
	case err == nil && out.ID != "":
		a.directs.Add(person, out.ID)
		return out.ID, nil
	case err == nil, rest.IsNoEndpoint(err):
		a.mu.Lock()
		a.noDirect = true
		a.mu.Unlock()
		a.log.Warn("discord: this server cannot open direct messages; using the channels that people write from")

		return a.learned(ctx, person), nil
	}

	return "", err
}

// seenDirect takes in where a person wrote from. The first one of a run is used
// to learn whether the server can open direct messages: if not, these channels
// are all there is, and they are kept across restarts.
func (a *Adapter) seenDirect(ctx context.Context, person string) {
	a.probe.Do(func() { _, _ = a.openDirect(ctx, person) })

	if a.cannotOpen() {
		a.learned(ctx, person)
	}
}

func (a *Adapter) cannotOpen() bool {
	a.mu.Lock()
	defer a.mu.Unlock()

	return a.noDirect
}

// learned is the direct channel that a person was seen in, now or before a
// restart; else the person's own id, which some servers take for it.
func (a *Adapter) learned(ctx context.Context, person string) string {
	name := "direct:" + person
	kept := a.cursor(ctx, name)

	known, ok := a.directs.Get(person)
	switch {
	case ok && kept != known:
		a.setCursor(ctx, name, known)
	case !ok && kept != "":
		a.directs.Add(person, kept)
		return kept
	case !ok:
		return person
	}

	return known
}

// forgetDirect drops a direct channel that is not there any more.
func (a *Adapter) forgetDirect(to adapters.Chat, err error) {
	if person, ok := strings.CutPrefix(to.Address, "@"); ok && rest.Code(err) == codeUnknownChannel {
		a.directs.Remove(person)
	}
}
