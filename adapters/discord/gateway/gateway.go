// Package gateway keeps one session with Discord's gateway, the WebSocket that
// brings what happens. It knows nothing of what the events are for.
//
// [Client.Run] is a loop over connections. Each one ends with an outcome, and
// the outcome decides what comes next:
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
	"time"
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
	// Dispatch takes the events, one after the other, in order. It must return
	// soon: nothing else is read meanwhile.
	Dispatch func(Event)
	Times    Times
	Log      *slog.Logger
}

// Location is where the gateway is.
type Location struct {
	URL string
	// Wait is how long no new session may be started: the day's are used up.
	Wait time.Duration
}

// Event is one thing that happened.
type Event struct {
	Name string // "READY", "GUILD_CREATE", …
	Data json.RawMessage
	// Replayed: it happened while there was no connection.
	Replayed bool
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
		IdentifyEvery: 5 * time.Second, InvalidMax: 5 * time.Second, Open: 30 * time.Second,
	}
}

// After this many failures in a row the operator should know.
const failuresToReport = 5

// After this many failed resumes in a row the gateway's main address is used
// again, and then the session is given up.
const (
	resumesAtOwnURL = 2
	resumesAtAll    = 3
)

// Client keeps the session. Run may be called once.
type Client struct {
	config Config

	session       *session    // to be resumed, nil: identify
	starts        []time.Time // new sessions of the last 24 hours
	failures      int         // in a row
	failedResumes int         // in a row
}

// New makes a client. It does no network.
func New(c Config) *Client { return &Client{config: c} }

// Run stays connected until ctx ends; then it ends the session and returns nil.
// Every error is a *FatalError.
func (c *Client) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		began := time.Now()

		err := c.connect(ctx)
		if ctx.Err() != nil {
			return nil
		}

		if fatal, ok := errors.AsType[*FatalError](err); ok {
			return fatal
		}

		if time.Since(began) > c.config.Times.Settled {
			c.failures = 0
		}

		if err != nil {
			c.config.Log.Log(ctx, c.level(), "discord: the gateway connection ended", "error", err, "tries", c.failures)
		}

		sleep(ctx, c.backoff())
		c.failures++
	}

	return nil
}

// connect holds one connection from dialing to its end.
func (c *Client) connect(ctx context.Context) error {
	address, err := c.address(ctx)
	if err != nil {
		return err
	}

	if c.session == nil {
		c.awaitStart(ctx)
	}

	conn, err := c.open(ctx, address)
	if err != nil {
		return c.decide(ctx, outcome{err: err})
	}

	out := conn.run(ctx)
	if ctx.Err() != nil {
		return nil
	}

	if conn.session.id != "" {
		c.session = conn.session
	}

	return c.decide(ctx, out)
}

// decide chooses between resuming, identifying and stopping, and returns why the
// connection ended.
func (c *Client) decide(ctx context.Context, out outcome) error {
	if isFatal(out.code) {
		return &FatalError{Code: out.code}
	}

	switch {
	case out.invalid && !out.resumable:
		c.session = nil
		sleep(ctx, c.config.Times.InvalidMax/5+rand.N(c.config.Times.InvalidMax*4/5+1))
	case endsSession(out.code):
		c.session = nil
	case !out.live && c.session != nil:
		if c.failedResumes++; c.failedResumes >= resumesAtAll {
			c.session = nil
		}
	}

	if out.live || c.session == nil {
		c.failedResumes = 0
	}

	if out.live && c.session != nil {
		// To resume after a connection that worked costs nobody anything. To
		// identify again and again would: there the pauses keep growing.
		c.failures = 0
	}

	return out.err
}

// address returns where to connect.
func (c *Client) address(ctx context.Context) (string, error) {
	if c.session != nil && c.failedResumes < resumesAtOwnURL && c.trusts(c.session.resumeURL) {
		return c.session.resumeURL, nil
	}

	if c.config.URL != "" {
		return c.config.URL, nil
	}

	at, err := c.config.Locate(ctx)
	if err != nil {
		return "", fmt.Errorf("asking where the gateway is: %w", err)
	}

	if at.Wait > 0 && c.session == nil {
		c.config.Log.Warn("discord: no new sessions left for today", "wait", at.Wait)
		sleep(ctx, min(at.Wait, 24*time.Hour))
	}

	return at.URL, nil
}

// level is how loudly the end of a connection is logged: Discord renews
// connections every few hours.
func (c *Client) level() slog.Level {
	switch {
	case c.failures >= failuresToReport:
		return slog.LevelError
	case c.failures > 0:
		return slog.LevelWarn
	}

	return slog.LevelInfo
}

// backoff is the wait before the next try: none after a connection that worked.
func (c *Client) backoff() time.Duration {
	if c.failures == 0 {
		return 0
	}

	d := min(c.config.Times.Backoff<<min(c.failures-1, 16), c.config.Times.MaxBackoff)

	return d/2 + rand.N(d/2+1)
}

// sleep waits for d or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
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
