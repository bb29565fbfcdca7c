package cli

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"newsbell/adapters/terminal"
	"newsbell/bot"
	"newsbell/cli/config"
	"newsbell/scheduler"
	"newsbell/store"
	"newsbell/web"
)

const (
	// aliveFact is when a process last wrote that it runs.
	aliveFact = "alive_at"
	// aliveEvery is how often it does.
	aliveEvery = 30 * time.Second
	// stoppedFact is when a process stopped, after it finished what it did.
	stoppedFact = "stopped_at"
	// stopTime is how long noting that may take.
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
func (a *app) measure(ctx context.Context) (measured map[store.Sample]int64) {
	err := a.store.View(ctx, func(t *store.Tx) (err error) {
		measured, err = t.MeasureSamples()
		return err
	})
	if err != nil && ctx.Err() == nil {
		a.Log.Warn("measure what the operator's page shows", "error", err)
	}

	return measured
}

// noteHolds writes every half minute how often platforms said “too many”, until ctx ends.
func (a *app) noteHolds(ctx context.Context, platforms ...string) {
	noted := map[string]uint64{}
	for platform, pace := range a.paces() {
		noted[platform] = pace.Holds // an earlier turn of this process noted those
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

// openPages makes the web server if one is configured.
func (a *app) openPages(ctx context.Context) (err error) {
	if a.config.Web.Listen == "" {
		return nil
	}

	a.web, err = web.New(ctx, web.Config{
		Listen: a.config.Web.Listen, URL: a.config.Web.URL, Store: a.store, Log: a.Log,
		Texts: a.texts, Ready: a.isReady, Counters: a.events.snapshot, Size: a.databaseSize, Paces: a.paces, Work: a.work(), Picture: a.fetcher.Picture,
		LinkPictures: a.config.Web.Pictures == "link",
	})

	return err
}

// connectPages gives the pages those they speak with.
func (a *app) connectPages(c scheduler.Config) {
	if a.web == nil {
		return
	}

	a.web.Bot = a.bot

	if a.config.Web.URL != "" {
		a.hubs = scheduler.NewHubs(c, a.web.PushAddress, userAgent(a.Version, a.config.Contact))
		a.web.Hubs = a.hubs
	}
}

// paces is how busy the bots are.
func (a *app) paces() map[string]web.Pace {
	all := map[string]web.Pace{}

	for platform, g := range a.gates {
		if platform != terminal.Platform {
			all[platform] = web.Pace(g.State())
		}
	}

	return all
}

// pageOf is what links to story pages; nil where people could not reach them.
func (a *app) pageOf() func(chat, story int64) string {
	if a.web == nil || a.config.Web.URL == "" {
		return nil
	}

	return a.web.PageOf
}

// featuresOf is what this configuration has besides.
func featuresOf(c config.Config) []bot.Feature {
	features := []bot.Feature{bot.Targets}
	if c.Web.Listen != "" {
		features = append(features, bot.Pages)
	}

	if c.AI.URL != "" {
		features = append(features, bot.Model)
	}

	return features
}

// signIn is where people sign in on their pages; nil where there are none.
func (a *app) signIn() func(secret string) string {
	if a.web == nil {
		return nil
	}

	return a.web.SignInAddress
}

// databaseSize is the size of the database in bytes, 0 where that is not known now.
func (a *app) databaseSize() int64 {
	ctx, cancel := context.WithTimeout(context.Background(), sizeTime)
	defer cancel()

	size, err := a.store.Size(ctx)
	if err != nil {
		a.Log.Warn("look how large the database is", "error", err)
	}

	return size
}

// isReady returns why this process is not well, or nil.
func (a *app) isReady(ctx context.Context) error {
	var all []error

	err := a.store.View(ctx, func(t *store.Tx) error {
		return checkLoops(t, func(what string, err error, _ string) {
			if err != nil {
				all = append(all, errors.New(what+": "+err.Error()))
			}
		})
	})

	return errors.Join(append(all, err)...)
}

// snapshot returns the counters as they are now.
func (c *counters) snapshot() map[string]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()

	return maps.Clone(c.n)
}
