package app

import (
	"context"
	"time"

	"newsbell/store"
)

const (
	// AliveFact is when a process last wrote that it runs.
	AliveFact = "alive_at"
	// AliveEvery is how often it does.
	AliveEvery = 30 * time.Second
)

// noteAlive writes every half minute that this process runs, until ctx ends.
func (a *App) noteAlive(ctx context.Context) {
	tick := time.NewTicker(AliveEvery)
	defer tick.Stop()

	for {
		err := a.store.Update(ctx, func(t *store.Tx) error { return t.SetFact(AliveFact, t.Now.UnixMilli()) })
		if err != nil && ctx.Err() == nil {
			a.Log.Warn("note that the process is alive", "error", err)
		}

		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
