// Package discord connects Newsbell to Discord: slash commands, buttons and
// direct messages in, embeds out.
//
// It stands on discordgo, of which it uses what holds: its types, its gateway
// session under a supervisor of our own ([gateway], [line], [wire]), and its REST
// request around its rate limiter and retries ([rest]). Gateway events are
// decoded here, leniently, from their raw form: a component or an interaction
// that nobody knows yet must not lose the rest of the event.
//
// Addresses: a channel's or thread's id, and "@4711" for direct messages with
// user 4711. A message goes out under its enforced nonce, so that trying again
// after silence makes no second one; only a forum post has none. References are
// "channel/message".
//
// What is asked of Discord: the intents for servers and direct messages, and in
// a channel the rights View Channel, Send Messages (in Threads) and Embed Links.
package discord

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"newsbell/adapters"
)

// platform is this platform's name.
const platform = "discord"

// Pace is told what Discord says about pace; package adapters has the gate that
// keeps it.
type Pace interface {
	// Hold keeps back all messages of the bot for d; the adapter calls it with
	// the zero Chat only, for the global limit and for Cloudflare's.
	Hold(chat adapters.Chat, d time.Duration)
	// Rest keeps back messages to one chat, whose own allowance is used up.
	HoldChat(chat adapters.Chat, d time.Duration)
}

// Config is what an adapter needs.
type Config struct {
	Token      string // without "Bot "
	APIURL     string // the whole prefix, "https://discord.com/api/v10"
	GatewayURL string // "" to ask the API
	Proxy      string // http://, https:// or socks5://; "" for the environment's
	Commands   []adapters.Command
	Pace       Pace             // nil: nobody cares
	Cursors    adapters.Cursors // nil: nothing is kept across restarts
	Log        *slog.Logger     // nil: silence
}

// Adapter is one bot on Discord. It is safe for concurrent use.
type Adapter struct {
	config Config
	log    *slog.Logger
	rest   *rest
	net    network
	wrong  error // in the configuration; Run says so
	pauses pauses
	limits limits

	me       atomic.Pointer[identity]
	direct   *memory[string, string] // user → channel of direct messages
	places   *memory[string, place]  // channel → what the gateway said about it
	answered *memory[string, bool]   // interactions taken in
	guilds   guilds

	mu       sync.Mutex
	noDirect bool // the server cannot open direct messages

	probe sync.Once // whether it can
}

// identity is who the bot is, from READY.
type identity struct{ user, application string }

// limits are the times of an interaction.
type limits struct {
	answer   time.Duration // to answer at once; Discord's own limit is 3 s
	replayed time.Duration // the same for one that waited for a new connection
	token    time.Duration // how long an interaction can be answered at all: 15 min
	complete time.Duration // to offer completions
}

func usualLimits() limits {
	return limits{answer: 1800 * time.Millisecond, replayed: 200 * time.Millisecond, token: 14*time.Minute + 30*time.Second, complete: 2 * time.Second}
}

// New makes an adapter. It does no network.
func New(c Config) *Adapter {
	c.Token = strings.TrimPrefix(strings.TrimSpace(c.Token), "Bot ")

	a := &Adapter{
		config: c, log: c.Log, pauses: usualPauses(), limits: usualLimits(),
		direct: newMemory[string, string](50_000), places: newMemory[string, place](500_000), answered: newMemory[string, bool](10_000),
	}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}

	a.net, a.wrong = parseProxy(c.Proxy)
	if u, err := url.Parse(c.APIURL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		a.wrong = sentence(fatalAPI)
	}

	if c.Token == "" {
		a.wrong = sentence(fatalNoToken)
	}

	a.rest = newREST(c.Token, c.APIURL, a.net.transport())

	return a
}

// Platform implements [adapters.Adapter].
func (a *Adapter) Platform() string { return platform }

// Run implements [adapters.Adapter].
func (a *Adapter) Run(ctx context.Context, h adapters.Handler) error {
	if a.wrong != nil {
		return a.wrong
	}

	in := newIntake(a, h)
	// What was begun is finished in its own time: a handler's context outlives
	// the stop, bounded by stopLimit.
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()

	in.start(ctx, work)
	defer in.wait(stop)

	g := &gateway{
		token: a.config.Token, address: a.config.GatewayURL, rest: a.rest, net: a.net,
		pauses: a.pauses, log: a.log, event: in.take,
	}
	if err := g.run(ctx); err != nil {
		return err
	}

	return nil
}

// bot names the bot in the table of cursors: its id, which is the first part of
// a real token, else a digest of the token.
func (a *Adapter) bot() string {
	head, _, _ := strings.Cut(a.config.Token, ".")
	if id, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(head, "=")); err == nil && snowflake(string(id)) != "" {
		return platform + ":" + string(id)
	}

	sum := sha256.Sum256([]byte("newsbell " + a.config.Token))

	return platform + ":" + hex.EncodeToString(sum[:6])
}

// cursor reads a value kept across restarts, "" if there is none.
func (a *Adapter) cursor(ctx context.Context, name string) string {
	if a.config.Cursors == nil {
		return ""
	}

	v, err := a.config.Cursors.Cursor(ctx, a.bot(), name)
	if err != nil {
		a.log.Warn("discord: reading what was kept", "name", name, "error", err)
	}

	return v
}

func (a *Adapter) setCursor(ctx context.Context, name, value string) {
	if a.config.Cursors == nil {
		return
	}

	if err := a.config.Cursors.SetCursor(ctx, a.bot(), name, value); err != nil {
		a.log.Warn("discord: keeping a value", "name", name, "error", err)
	}
}

// hold tells the gate about a pause.
func (a *Adapter) hold(chat adapters.Chat, d time.Duration) {
	switch {
	case a.config.Pace == nil || d <= 0:
	case chat == adapters.Chat{}:
		a.config.Pace.Hold(chat, d)
	default:
		a.config.Pace.HoldChat(chat, d)
	}
}
