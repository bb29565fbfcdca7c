package cli

import (
	"context"
	"errors"
	"slices"
	"time"

	"newsbell/store"
)

const (
	// aliveFact is when a process last wrote that it runs.
	aliveFact = "alive_at"
	// aliveEvery is how often a running process writes that.
	aliveEvery = 30 * time.Second
	// stoppedFact is when a process stopped, after it finished what it did.
	stoppedFact = "stopped_at"
	// stopTime is how long writing stoppedFact may take.
	stopTime = 2 * time.Second
	// sizeTime is how long a look at the size of the database may take, and sizeEvery how often
	// it is noted.
	sizeTime  = 5 * time.Second
	sizeEvery = time.Hour
)

// noteAlive writes every half minute that this process runs, until ctx ends.
func (a *app) noteAlive(ctx context.Context) {
	defer a.noteStopped(ctx)

	tick := time.NewTicker(aliveEvery)
	defer tick.Stop()

	for size, sized := int64(0), (time.Time{}); ; {
		if time.Since(sized) >= sizeEvery {
			size, sized = a.databaseSize(), time.Now()
		}

		measured := a.measure(ctx)

		err := a.store.Update(ctx, func(t *store.Tx) error {
			return errors.Join(t.SetFact(aliveFact, t.Now.UnixMilli()), t.NoteSize(size), t.KeepSamples(measured))
		})
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

// measure measures what the charts of the operator's page show. It only reads, so that no write waits.
func (a *app) measure(ctx context.Context) map[store.Sample]int64 {
	measured, err := store.Read(ctx, a.store, (*store.Tx).MeasureSamples)
	if err != nil && ctx.Err() == nil {
		a.Log.Warn("measure what the operator's page shows", "error", err)
	}

	return measured
}

// noteHolds writes every half minute how often platforms said “too many”, until ctx ends.
func (a *app) noteHolds(ctx context.Context, platforms ...string) {
	noted := map[string]uint64{}
	for platform, pace := range a.paces() {
		noted[platform] = pace.Holds // an earlier run of this loop has noted those
	}

	for tick := time.NewTicker(aliveEvery); ; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			tick.Stop()
			return
		}

		for platform, pace := range a.paces() {
			if n := int64(pace.Holds - noted[platform]); n > 0 && slices.Contains(platforms, platform) {
				if err := a.store.Update(ctx, func(t *store.Tx) error { return t.AddSample(store.SampleHolds, n) }); err != nil {
					continue // it is tried again
				}

				noted[platform] = pace.Holds
			}
		}
	}
}

// noteStopped writes that this process stopped. Of those that share a database others may run on.
func (a *app) noteStopped(ctx context.Context) {
	if a.process != nil {
		return
	}

	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()

	if err := a.store.Update(stopping, func(t *store.Tx) error { return t.SetFact(stoppedFact, t.Now.UnixMilli()) }); err != nil {
		a.Log.Warn("note that the process stopped", "error", err)
	}
}

// databaseSize returns the size of the database in bytes, 0 where that is not known now.
func (a *app) databaseSize() int64 {
	ctx, cancel := context.WithTimeout(context.Background(), sizeTime)
	defer cancel()

	size, err := a.store.Size(ctx)
	if err != nil {
		a.Log.Warn("look how large the database is", "error", err)
	}

	return size
}
