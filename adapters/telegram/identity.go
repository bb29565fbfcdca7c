package telegram

import (
	"context"
	"strconv"
	"strings"

	"newsbell/adapters/telegram/botapi"
)

// getMe asks the server who the bot is and keeps the answer.
func (a *Adapter) getMe(ctx context.Context) error {
	var u botapi.User
	if err := a.client.Call(ctx, sendTimeout, "getMe", nil, &u); err != nil {
		return err
	}

	if u.ID == 0 {
		u.ID = a.tokenID()
	}

	a.meMu.Lock()
	defer a.meMu.Unlock()

	a.me = u

	return nil
}

// RemoveWebhook has updates go to whoever asks for them again, instead of to an address.
// What has not been delivered there is kept for us.
func (a *Adapter) RemoveWebhook(ctx context.Context) error {
	return a.client.Call(ctx, sendTimeout, "deleteWebhook", nil, nil)
}

// identity returns what is known of the bot. Before getMe was answered, that is
// only the id in its token.
func (a *Adapter) identity() botapi.User {
	a.meMu.Lock()
	defer a.meMu.Unlock()

	if a.me.ID == 0 {
		return botapi.User{ID: a.tokenID()}
	}

	return a.me
}

// username returns the bot's @name, asking for it if it is not known yet, "" if
// the server does not say.
func (a *Adapter) username(ctx context.Context) string {
	a.meMu.Lock()
	known := a.me.ID != 0
	a.meMu.Unlock()

	if !known {
		if err := a.getMe(ctx); err != nil {
			return ""
		}
	}

	return a.identity().Username
}

// tokenID returns the bot's id as its token has it: "<id>:<secret>".
func (a *Adapter) tokenID() int64 {
	id, _, _ := strings.Cut(a.cfg.Token, ":")
	n, _ := strconv.ParseInt(id, 10, 64)

	return n
}

// botID names the bot in cursors and keys. It outlives a new token.
func (a *Adapter) botID() string { return strconv.FormatInt(a.identity().ID, 10) }

func (a *Adapter) loadCursor(ctx context.Context, name string) string {
	if a.cfg.Cursors == nil {
		return ""
	}

	v, err := a.cfg.Cursors.Cursor(ctx, platform+":"+a.botID(), name)
	if err != nil && ctx.Err() == nil { // a stop is no error
		a.log.Error("reading a cursor", "cursor", name, "err", err)
	}

	return v
}

// saveCursor writes a cursor, even while the program is stopping.
func (a *Adapter) saveCursor(ctx context.Context, name, value string) {
	if a.cfg.Cursors == nil {
		return
	}

	if err := a.cfg.Cursors.SetCursor(context.WithoutCancel(ctx), platform+":"+a.botID(), name, value); err != nil {
		a.log.Error("saving a cursor", "cursor", name, "err", err)
	}
}
