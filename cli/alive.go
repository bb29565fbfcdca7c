package cli

import (
	"context"
	"time"

	"newsbell/store"
)

const (
	// aliveFact is when a process last wrote that it runs.
	aliveFact = "alive_at"
	// aliveEvery is how often it does.
	aliveEvery = 30 * time.Second
)

// noteAlive writes every half minute that this process runs, until ctx ends.
func (a *app) noteAlive(ctx context.Context) {
	tick := time.NewTicker(aliveEvery)
	defer tick.Stop()

	for {
		err := a.store.Update(ctx, func(t *store.Tx) error { return t.SetFact(aliveFact, t.Now.UnixMilli()) })
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
