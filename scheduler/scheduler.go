// Package scheduler decides when things happen: sources are polled when they are due, articles are
// matched when they come in, and old rows are cleaned up.
//
// # The poll loop
//
// The next poll of every source stands in the database, and in memory in a queue by host (agenda).
// The database decides after a restart, without a burst: sources that are late take turns. A host is
// asked one thing at a time, with a pause in between. What a poll brings is saved together with
// the source's next poll in one transaction; a poll that a kill loses is made again. Polls that end
// at about the same time are committed together (batcher).
//
// # The match loop
//
// It takes unmatched articles in order, finds the story each belongs to and the subscriptions it
// matches, and saves story, alerts and "matched" (store.SaveMatches). What it keeps in memory
// follows the database: the index of subscriptions catches up to the newest committed one in the
// snapshot of each batch, so a subscription that was confirmed to a person matches from the next
// article on; the open stories are rebuilt whenever a batch could not be saved.
//
// # Concurrency
//
// The loops share no memory and end when their context ends, after what is under way was saved. The
// poll loop runs a goroutine for each host that is being asked; its agenda, slots and cache are
// guarded by poller.mu. The matcher is used by one goroutine. Of processes that share a database,
// one matches and does the chores; each polls the hosts that are its own. An error that a loop
// returns is a database that cannot be used any more (store.ErrStop).
package scheduler

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"newsbell/locales"
	"newsbell/sources"
	"newsbell/store"
)

// DefaultAtOnce is how many visits are under way at the same time by default.
const DefaultAtOnce = 64

// Config is what a Scheduler needs. All fields are required but
// AtOnce, Texts, Event and Operator.
type Config struct {
	Store   *store.Store
	Fetcher *sources.Fetcher
	Log     *slog.Logger

	MinInterval, MaxInterval time.Duration // between two polls of a source
	AtOnce                   int           // visits under way at the same time; 0: DefaultAtOnce
	MaxAge                   time.Duration // an article dated longer before its first sight never alerts
	Group                    bool          // one alert per story; false: every article is its own story
	TimeZone                 *time.Location
	Retention                store.Retention

	// Texts are the texts of all languages; nil: those that come with the program.
	Texts *locales.Catalog
	// Event is called after each poll; nil: nobody listens.
	Event func(PollEvent)
	// Operator is called with what the operator should know, a sentence in a language.
	Operator func(ctx context.Context, say func(*locales.Texts) string)
}

// Scheduler runs the poll loop, the match loop and the housekeeping.
type Scheduler struct {
	Config
	matcher *matcher
}

// New makes a Scheduler. Run it once; of processes that share a database each calls Poll
// as often as its hosts change, and StandBy and Match once.
func New(c Config) *Scheduler {
	if c.Texts == nil {
		c.Texts = locales.Builtin()
	}

	return &Scheduler{Config: c, matcher: newMatcher(c)}
}

// Run works until ctx ends and waits for what is under way. An error means that
// the database cannot be used any more.
func (s *Scheduler) Run(ctx context.Context) error {
	if err := s.matcher.load(ctx); err != nil {
		return fmt.Errorf("start to match: %w", err)
	}

	loops, ctx := errgroup.WithContext(ctx)
	loops.Go(func() error { return s.Poll(ctx, nil) })
	loops.Go(func() error { return s.Match(ctx) })

	return loops.Wait()
}

// Poll polls the sources of the hosts that are ours (nil: all) until ctx ends, and saves
// what the polls under way bring.
func (s *Scheduler) Poll(ctx context.Context, ours func(host string) bool) error {
	return newPoller(s.Config, ours).run(ctx)
}

// Match matches and keeps the house in order until ctx ends. One process at a time does.
func (s *Scheduler) Match(ctx context.Context) error {
	loops, ctx := errgroup.WithContext(ctx)
	loops.Go(func() error { return s.matcher.run(ctx) })
	loops.Go(func() error { return s.doChores(ctx) })

	return loops.Wait()
}

// standByEvery is how often a matcher that stands by reads what has changed; one that could
// not for standByFor begins anew, since it may not have heard of what is gone.
const (
	standByEvery = time.Second
	standByFor   = store.TombstonesFor / 2
)

// StandBy keeps what matching needs in memory, so that Match can begin at once, until ctx
// ends. Another process matches meanwhile.
func (s *Scheduler) StandBy(ctx context.Context) {
	loaded := false

	for last := time.Now(); ctx.Err() == nil; {
		var err error

		switch {
		case !loaded || time.Since(last) > standByFor:
			*s.matcher = *newMatcher(s.Config)
			err = s.matcher.load(ctx)
		default:
			err = s.Store.View(ctx, s.matcher.catchUp)
		}

		if err == nil {
			loaded, last = true, time.Now()
		} else if ctx.Err() == nil {
			s.Log.Warn("stand by to match", "error", err)
		}

		select {
		case <-ctx.Done():
		case <-time.After(standByEvery):
		}
	}

	// The other one has gone on with the stories.
	s.matcher.stale = true
	s.matcher.loaded = loaded
}
