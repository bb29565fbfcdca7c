package telegram

import (
	"context"
	"strconv"
)

// botName is the bot in cursors and keys: its id, which outlives a new token.
func (a *Adapter) botName() string { return strconv.FormatInt(a.myself().ID, 10) }

func (a *Adapter) loadCursor(ctx context.Context, name string) string {
	if a.cfg.Cursors == nil {
		return ""
	}

	v, err := a.cfg.Cursors.Cursor(ctx, platform+":"+a.botName(), name)
	if err != nil {
		a.log.Error("reading a cursor", "cursor", name, "err", err)
	}

	return v
}

func (a *Adapter) saveCursor(ctx context.Context, name, value string) {
	if a.cfg.Cursors == nil {
		return
	}
	// What was done is written down even while stopping.
	if err := a.cfg.Cursors.SetCursor(context.WithoutCancel(ctx), platform+":"+a.botName(), name, value); err != nil {
		a.log.Error("saving a cursor", "cursor", name, "err", err)
	}
}
