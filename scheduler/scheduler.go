// Package scheduler decides when things happen: sources are polled when due,
// articles are matched when they come, and the house is kept in order.
//
// The poll loop keeps every source's next poll in memory, grouped by host, and
// in the database, which is the truth: a restart goes on where it was, without a
// burst. A host is asked one thing at a time, with a pause in between. What a
// poll brings is saved together with the source's next poll, in one transaction.
//
// The match loop takes unmatched articles in order, finds the story each belongs
// to and the subscriptions it answers, and saves story, alerts and "matched".
// There is one matcher at a time. What it keeps in memory, the index and the
// open stories, follows the database: the index catches up to the newest
// committed subscription inside each batch, the stories are rebuilt when a batch
// could not be saved.
//
// The loops share no memory. They end by themselves when the context ends.
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
	MaxAge                   time.Duration // an article dated longer before its first sight never rings
	Group                    bool          // one alert per story; false: every article is its own story
	TimeZone                 *time.Location
	Retention                store.Retention

	// Texts are the texts of all languages; nil: those that come with the program.
	Texts *locales.Catalog
	// Event is called after each poll; nil: nobody listens.
	Event func(PollEvent)
	// Operator is told, in a sentence of a language, what the operator should know.
	Operator func(ctx context.Context, say func(*locales.Texts) string)
}

// Scheduler runs the poll loop, the match loop and the housekeeping.
type Scheduler struct {
	Config
	poller  *poller
	matcher *matcher
}

// New makes a Scheduler. Run it once.
func New(c Config) *Scheduler {
	if c.Texts == nil {
		c.Texts = locales.Builtin()
	}

	return &Scheduler{Config: c, poller: newPoller(c), matcher: newMatcher(c)}
}

// Run works until ctx ends and waits for what is under way. An error means that
// the database cannot be used any more.
func (s *Scheduler) Run(ctx context.Context) error {
	if err := s.matcher.load(ctx); err != nil {
		return fmt.Errorf("start to match: %w", err)
	}

	loops, ctx := errgroup.WithContext(ctx)
	loops.Go(func() error { return s.poller.run(ctx) })
	loops.Go(func() error { return s.matcher.run(ctx) })
	loops.Go(func() error { return s.doChores(ctx) })

	return loops.Wait()
}
