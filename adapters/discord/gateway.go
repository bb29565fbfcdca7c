package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// pauses are the waits of the supervisor.
type pauses struct {
	first    time.Duration // before the first try after trouble, doubling
	most     time.Duration // and never longer
	settled  time.Duration // a connection that held so long was a good one
	identify time.Duration // at least this between two identifies; Discord allows one in 5 s
	invalid  time.Duration // at most this after op 9, at random; Discord says 1 to 5 s
	open     time.Duration // for a connection to stand, READY included
	stuck    time.Duration // for discordgo to come back after its connection was cut
}

func usualPauses() pauses {
	return pauses{
		first: time.Second, most: 2 * time.Minute, settled: time.Minute, identify: 5 * time.Second,
		invalid: 5 * time.Second, open: 30 * time.Second, stuck: 5 * time.Second,
	}
}

// identifiesADay is our own limit; at 1,000 Discord takes the token away.
// Source: "Session Start Limit" in its documentation.
const identifiesADay = 500

// gateway keeps one line to Discord open: it decides after each end whether to
// resume, to begin anew or to stop.
type gateway struct {
	token   string
	address string // [discord] gateway_url, "" to ask
	rest    *rest
	net     network
	pauses  pauses
	log     *slog.Logger
	event   func(*line, *discordgo.Event)

	line       *line // to be resumed; nil: identify
	identified []time.Time
	tries      int // failures in a row
	resumes    int // resumes in a row that did not reach RESUMED
}

// triesToTell is after how many failures in a row an operator should hear of them.
const triesToTell = 5

// run connects until ctx ends. An error is fatal, a sentence for the operator.
func (g *gateway) run(ctx context.Context) error {
	for ctx.Err() == nil {
		began := time.Now()

		err := g.connect(ctx)
		if ctx.Err() != nil {
			return nil
		}

		if fatal, ok := errors.AsType[*fatalError](err); ok {
			return fatal
		}

		if time.Since(began) > g.pauses.settled {
			g.tries = 0
		}

		if err != nil {
			level := slog.LevelInfo // Discord renews connections every few hours
			if g.tries > 0 {
				level = slog.LevelWarn
			}

			if g.tries >= triesToTell {
				level = slog.LevelError
			}

			g.log.Log(ctx, level, "discord: the gateway connection ended", "error", err, "tries", g.tries)
		}

		sleep(ctx, g.backoff())
		g.tries++
	}

	return nil
}

// fatalError stops the adapter.
type fatalError struct{ sentence }

// connect holds one connection from dialing to its end.
func (g *gateway) connect(ctx context.Context) error {
	address, err := g.where(ctx)
	if err != nil {
		return err
	}

	if g.line == nil {
		if err := g.mayIdentify(ctx); err != nil {
			return err
		}

		g.line = newLine(g.token, g.net, g.pauses, g.event)
	}

	l := g.line

	stuck, err := l.open(ctx, address)
	if stuck {
		g.line = nil
		return fmt.Errorf("abandoning a connection that does not come back: %w", err)
	}

	if err == nil {
		g.log.Info("discord: connected")
		l.wait(ctx)
	}

	if ctx.Err() != nil {
		return nil
	}

	return g.judge(ctx, l, err)
}

// judge reads how a connection ended and decides how to go on.
func (g *gateway) judge(ctx context.Context, l *line, err error) error {
	end := l.ended()
	if c, ok := errors.AsType[*websocket.CloseError](err); ok && end.Code == 0 {
		end.Code, end.Text = c.Code, c.Text
	}

	if fatal := fatalClose(end.Code); fatal != "" {
		return &fatalError{sentence(fatal)}
	}

	_, resumable := l.resumable()
	switch {
	case end.Invalid && !end.Resumable:
		g.line = nil
		sleep(ctx, g.pauses.invalid/5+rand.N(g.pauses.invalid*4/5+1))
	case end.Code == 4003, end.Code == 4007, end.Code == 4009, !resumable:
		g.line = nil
	case !l.isLive():
		// Resuming did not work: the third time begin anew, it may be the
		// session's own fault.
		if g.resumes++; g.resumes >= 3 {
			g.line = nil
		}
	}

	if l.isLive() && g.line != nil {
		// To resume after a connection that worked costs nobody anything. To
		// begin anew again and again would: there the pauses keep growing.
		g.tries = 0
	}

	if l.isLive() || g.line == nil {
		g.resumes = 0
	}

	switch {
	case end.Code != 0:
		return fmt.Errorf("closed with %d %s", end.Code, end.Text)
	case end.Reconnect:
		return errReconnect
	case end.Invalid:
		return errInvalid
	}

	return withoutAddress(err)
}

// fatalClose is the sentence for a close code after which one must not come
// back, "" for all others. Source: "Gateway Close Event Codes".
func fatalClose(code int) string {
	switch code {
	case 4004:
		return fatalToken
	case 4010, 4011:
		return fatalSharding
	case 4012:
		return fatalVersion
	case 4013, 4014:
		return fatalIntents
	}

	return ""
}

// where is the address to connect to.
func (g *gateway) where(ctx context.Context) (string, error) {
	if g.line != nil {
		if address, ok := g.line.resumable(); ok && g.resumes < 2 && g.trusts(address) {
			return address, nil
		}
	}

	if g.address != "" {
		return g.address, nil
	}

	var out struct {
		URL   string `json:"url"`
		Start struct {
			Remaining  *int  `json:"remaining"`
			ResetAfter int64 `json:"reset_after"` // milliseconds
		} `json:"session_start_limit"`
	}

	_, err := g.rest.call(ctx, http.MethodGet, "/gateway/bot", nil, &out)
	if e, ok := errors.AsType[*apiError](err); ok && e.Status == http.StatusUnauthorized {
		return "", &fatalError{fatalToken}
	}

	if err != nil || out.URL == "" {
		_, err = g.rest.call(ctx, http.MethodGet, "/gateway", nil, &out)
	}

	if err == nil && out.URL == "" {
		err = errors.New("no address in the answer")
	}

	if err != nil {
		return "", fmt.Errorf("asking where the gateway is: %w", err)
	}

	if left := out.Start.Remaining; left != nil && *left <= 0 && g.line == nil && out.Start.ResetAfter > 0 {
		g.log.Warn("discord: no connections left for today", "wait_ms", out.Start.ResetAfter)
		sleep(ctx, time.Duration(min(out.Start.ResetAfter, 24*3600*1000))*time.Millisecond)
	}

	return out.URL, nil
}

// trusts says whether a session is resumed where READY said: at a place of the
// same sort as before (not on the internet after a local server), and where an
// operator named a gateway, only there.
func (g *gateway) trusts(address string) bool {
	resume, _, err := gatewayURL(address)
	if err != nil {
		return false
	}

	scheme, _, _ := strings.Cut(resume, ":")
	if first, _, _ := strings.Cut(g.line.url, ":"); scheme != first {
		return false
	}

	named, _, _ := gatewayURL(g.address)

	return g.address == "" || named == resume
}

// mayIdentify waits until one more identify is safe.
func (g *gateway) mayIdentify(ctx context.Context) error {
	now := time.Now()
	for len(g.identified) > 0 && now.Sub(g.identified[0]) > 24*time.Hour {
		g.identified = g.identified[1:]
	}

	if n := len(g.identified); n > 0 {
		wait := g.pauses.identify - now.Sub(g.identified[n-1])
		if n >= identifiesADay {
			wait = 24*time.Hour - now.Sub(g.identified[0])
			g.log.Error("discord: too many new sessions today, waiting", "wait", wait)
		}

		sleep(ctx, wait)
	}

	if ctx.Err() != nil {
		return ctx.Err()
	}

	g.identified = append(g.identified, time.Now())

	return nil
}

// backoff is the wait before the next try: none after a connection that worked.
func (g *gateway) backoff() time.Duration {
	if g.tries == 0 {
		return 0
	}

	d := min(g.pauses.first<<min(g.tries-1, 16), g.pauses.most)

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
