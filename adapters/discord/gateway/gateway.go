// Package gateway keeps the sessions with Discord's gateway, the WebSocket that
// brings what happens. It knows nothing of what the events are for.
//
// A bot has one session, or where it is in many servers one for each of its
// shards ([Client.Run]): each is kept by itself, and only new ones wait for each
// other. A shard is a loop over connections. Each one ends with an outcome, and the
// outcome decides what comes next:
//
//	connect ── HELLO ── IDENTIFY ── READY ───┐
//	   │          └──── RESUME ─── RESUMED ──┤
//	   │                                     live: events, heartbeats
//	   ▼                                     ▼
//	op 7, cut, zombie, most close codes ──▶ resume at resume_gateway_url
//	op 9 false, 4003, 4007, 4009 ─────────▶ identify anew
//	4004, 4010 to 4014 ───────────────────▶ stop: only an operator can help
//
// A connection that is to be resumed is cut without a close frame, because the
// codes 1000 and 1001 end the session. New sessions are paced: Discord takes
// one in five seconds, and takes away the token of a bot that starts a thousand
// a day.
package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Config is what a client needs.
type Config struct {
	Token   string // without "Bot "
	Intents int
	// URL is the gateway's address, "" to ask Locate.
	URL string
	// Locate asks Discord where the gateway is. A *FatalError ends Run.
	Locate func(context.Context) (Location, error)
	// Dial opens a connection to host:port, with TLS if secure.
	Dial func(ctx context.Context, address string, secure bool) (net.Conn, error)
	// Dispatch takes the events: those of one shard one after the other, in order;
	// several shards call it at the same time. It must return soon: nothing else of
	// the shard is read meanwhile.
	Dispatch func(Event)
	// LastStart is when a process before this one started its last session; zero: not known.
	// Started is called before each new session, so that it is known to the next process; nil:
	// nobody cares.
	LastStart time.Time
	Started   func(at time.Time)
	Times     Times
	Log       *slog.Logger
}

// Location is where the gateway is.
type Location struct {
	URL string
	// Shards is how many sessions the bot is to have; 0 and 1: one for all servers.
	Shards int
	// AtOnce is how many sessions may be started in the time for one (max_concurrency); 0: one.
	AtOnce int
	// StartsPerDay is how many new sessions Discord takes in a day; 0: not known. StartsLeft is how
	// many of them nobody with this token has started yet; nil: not known. They are counted anew
	// after ResetAfter.
	StartsPerDay int
	StartsLeft   *int
	ResetAfter   time.Duration
}

// Event is one thing that happened.
type Event struct {
	Name string // "READY", "GUILD_CREATE", …
	Data json.RawMessage
	// Replayed: it happened while there was no connection.
	Replayed bool
	// Shard is which of Shards it came to, counted from 0.
	Shard, Shards int
}

// Times are the waits of a client.
type Times struct {
	Backoff       time.Duration // before the first try after a failure, doubling
	MaxBackoff    time.Duration // and never longer
	Settled       time.Duration // a connection that held this long was a good one
	IdentifyEvery time.Duration // at least this between two new sessions
	InvalidMax    time.Duration // the longest wait after op 9, chosen at random from a fifth of it
	Open          time.Duration // for a connection to bring its first event
}

// DefaultTimes are Discord's own where it names one. Source: "Gateway" in its
// documentation.
func DefaultTimes() Times {
	return Times{
		Backoff: time.Second, MaxBackoff: 2 * time.Minute, Settled: time.Minute,
		IdentifyEvery: 5*time.Second + identifyRoom, InvalidMax: 5 * time.Second, Open: 30 * time.Second,
	}
}

// identifyRoom is by how much later than ours Discord's clock of an IDENTIFY may start: the way there is
// slower at one time than at another, and two that are five seconds apart here are less there.
const identifyRoom = 500 * time.Millisecond

// After this many failures in a row the operator should know.
const failuresToReport = 5

// Client keeps the sessions. Run may be called once.
type Client struct {
	config Config
	starts *starts

	locating sync.Mutex // one asks where the gateway is, the others take its answer
	located  Location
	askedAt  time.Time
}

// New makes a client. It does no network.
func New(c Config) *Client { return &Client{config: c, starts: newStarts(c)} }

// Run stays connected until ctx ends; then it ends the sessions and returns nil.
// Every error is a *FatalError.
//
// There are as many sessions as Discord recommends. When it insists on more (the bot
// has joined more servers), all are ended and as many as it now wants are begun. At an
// address that an operator named there is one, until it insists.
func (c *Client) Run(ctx context.Context) error {
	shards, insists := 1, false

	for {
		if c.config.URL == "" || insists {
			wanted, err := c.countShards(ctx)
			if err != nil || ctx.Err() != nil {
				return err
			}

			if insists && wanted <= shards {
				return &FatalError{Code: CloseShardingRequired}
			}

			shards = wanted
		}

		err := c.runShards(ctx, shards)
		if fatal, ok := errors.AsType[*FatalError](err); !ok || fatal.Code != CloseShardingRequired {
			return err
		}

		c.config.Log.Warn("discord: the bot needs more shards", "shards", shards)

		insists, c.askedAt = true, time.Time{}
	}
}

// runShards keeps a session for each shard until ctx ends, or for one of them there is
// no going on.
func (c *Client) runShards(ctx context.Context, count int) error {
	group, ctx := errgroup.WithContext(ctx)

	for i := range count {
		s := newShard(c, i, count)

		group.Go(func() error { return s.run(ctx) })
	}

	return group.Wait()
}

// maxShards bounds what is believed: so many carry over two million servers.
const maxShards = 1024

// countShards asks how many shards the bot is to have, until there is an answer.
func (c *Client) countShards(ctx context.Context) (int, error) {
	for failures := 0; ctx.Err() == nil; failures++ {
		at, err := c.locate(ctx)
		if err == nil {
			c.starts.allow(at)

			return min(max(at.Shards, 1), maxShards), nil
		}

		if fatal, ok := errors.AsType[*FatalError](err); ok {
			return 0, fatal
		}

		if ctx.Err() == nil {
			c.config.Log.Log(ctx, logLevel(failures), "discord: the gateway connection ended", "error", err, "tries", failures)
			Sleep(ctx, c.backoff(failures))
		}
	}

	return 0, nil
}

// freshFor is how long shards that begin together take one answer to where the gateway is.
const freshFor = 5 * time.Second

// locate asks where the gateway is, or takes an answer that is fresh.
func (c *Client) locate(ctx context.Context) (Location, error) {
	c.locating.Lock()
	defer c.locating.Unlock()

	if !c.askedAt.IsZero() && time.Since(c.askedAt) < freshFor {
		return c.located, nil
	}

	at, err := c.config.Locate(ctx)
	if err != nil {
		return at, fmt.Errorf("asking where the gateway is: %w", err)
	}

	c.located, c.askedAt = at, time.Now()
	c.starts.hear(at)

	return at, nil
}

// logLevel returns how loudly the end of a connection is logged: Discord renews
// connections every few hours.
func logLevel(failures int) slog.Level {
	switch {
	case failures >= failuresToReport:
		return slog.LevelError
	case failures > 0:
		return slog.LevelWarn
	}

	return slog.LevelInfo
}

// backoff returns the wait before the next try: none after a connection that worked.
func (c *Client) backoff(failures int) time.Duration {
	if failures == 0 {
		return 0
	}

	d := min(c.config.Times.Backoff<<min(failures-1, 16), c.config.Times.MaxBackoff)

	return d/2 + rand.N(d/2+1)
}

// Sleep waits for d or until ctx ends.
func Sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}

	t := time.NewTimer(d)
	defer t.Stop()

	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
