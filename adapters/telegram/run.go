package telegram

import (
	"context"
	"errors"
	"time"

	"newsbell/adapters"
)

// Run receives until ctx ends. It returns an error only when the server refuses
// the token or the configuration cannot work. Another running instance is said
// to the operator again and again, but waited for: it may be on its way out.
func (a *Adapter) Run(ctx context.Context, h adapters.Handler) error {
	if a.client.bad != nil {
		return a.client.bad
	}

	if err := a.meet(ctx); err != nil || ctx.Err() != nil {
		return err
	}

	a.asks.load(a.loadCursor(ctx, asksCursor))
	crew := newCrew(a, h)
	crew.wg.Go(func() { a.publishMenu(ctx) })
	p := &poller{a: a, crew: crew, window: newWindow(a.loadCursor(ctx, updatesCursor))}
	err := p.run(ctx)

	crew.wg.Wait()
	p.save(ctx)

	return err
}

// meet gets to know the bot, however long the server is out of reach.
func (a *Adapter) meet(ctx context.Context) error {
	var nagged time.Time

	for try := 1; ctx.Err() == nil; try++ {
		err := a.getMe(ctx)
		if err == nil {
			me := a.myself()
			a.log.Info("Telegram knows the bot", "bot", me.ID, "name", "@"+me.Username)

			return nil
		}

		wait := backoff(try)

		if api, ok := errors.AsType[*apiError](err); ok {
			if tokenRefused(api) {
				return operatorError(api)
			}

			wait = max(wait, api.After)
		}

		if nagged.IsZero() || time.Since(nagged) >= nagEvery {
			nagged = time.Now()

			a.log.Error("Telegram cannot be reached; trying again", "err", err)
		}

		pause(ctx, wait)
	}

	return nil
}
