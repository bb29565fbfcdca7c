package discord

import (
	"context"
	"net/http"
	"strings"

	"newsbell/adapters"
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
	known, ok := a.direct.get(person)
	if ok && !a.cannotOpen() {
		return known, nil
	}
	if a.cannotOpen() {
		return a.learned(ctx, person, known), nil
	}
	var out struct {
		ID string `json:"id"`
	}
	_, err := a.rest.call(ctx, http.MethodPost, "/users/@me/channels", map[string]string{"recipient_id": person}, &out)
	switch {
	case err == nil && out.ID != "":
		a.direct.put(person, out.ID)
		return out.ID, nil
	case err == nil, missing(err):
		a.mu.Lock()
		a.noDirect = true
		a.mu.Unlock()
		a.log.Warn("discord: this server cannot open direct messages; using the channels that people wrote from")
		return a.learned(ctx, person, known), nil
	}
	return "", err
}

func (a *Adapter) cannotOpen() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.noDirect
}

// learned is the direct channel that a person was seen in, kept across restarts
// where a server cannot tell it again; else the person's own id, which some
// servers take for it.
func (a *Adapter) learned(ctx context.Context, person, known string) string {
	name := "direct:" + person
	if known != "" {
		if a.cursor(ctx, name) != known {
			a.setCursor(ctx, name, known)
		}
		return known
	}
	if kept := a.cursor(ctx, name); kept != "" {
		a.direct.put(person, kept)
		return kept
	}
	return person
}

// forgetDirect drops a direct channel that is not there any more.
func (a *Adapter) forgetDirect(to adapters.Chat, err error) {
	if person, ok := strings.CutPrefix(to.Address, "@"); ok && codeOf(err) == codeUnknownChannel {
		a.direct.remove(person)
	}
}
