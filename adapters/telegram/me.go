package telegram

import (
	"context"
	"strconv"
	"strings"
)

// getMe asks the server who the bot is and remembers it.
func (a *Adapter) getMe(ctx context.Context) error {
	var u user
	if err := a.client.call(ctx, sendTimeout, "getMe", nil, &u); err != nil {
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

// myself is the bot. Before getMe was answered, only the id that its token tells.
func (a *Adapter) myself() user {
	a.meMu.Lock()
	defer a.meMu.Unlock()

	if a.me.ID == 0 {
		return user{ID: a.tokenID()}
	}

	return a.me
}

// username is the bot's @name, asked for if it is not known yet, "" if the
// server does not say.
func (a *Adapter) username(ctx context.Context) string {
	a.meMu.Lock()
	known := a.me.ID != 0
	a.meMu.Unlock()

	if !known {
		if err := a.getMe(ctx); err != nil {
			return ""
		}
	}

	return a.myself().Username
}

// tokenID is the bot's id as its token says it: "<id>:<secret>".
func (a *Adapter) tokenID() int64 {
	id, _, _ := strings.Cut(a.cfg.Token, ":")
	n, _ := strconv.ParseInt(id, 10, 64)

	return n
}
