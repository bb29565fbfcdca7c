// Package discord connects Newsbell to Discord: slash commands, buttons and
// direct messages in, embeds out.
//
// Three packages below this one know nothing of Newsbell: gateway keeps the session
// that brings events, rest makes the calls, markdown escapes text. Here events become
// requests ([dispatcher]), messages become payloads (renderMessage), and errors become
// fates. discordgo lends its types for embeds and components. Events are decoded here,
// leniently, from their raw form: a component or an interaction that nobody knows yet
// must not lose the rest of the event.
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
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
	lru "github.com/hashicorp/golang-lru/v2"

	"newsbell/adapters"
	"newsbell/adapters/discord/gateway"
	"newsbell/adapters/discord/rest"
	"newsbell/adapters/gate"
)

// platform is this platform's name.
const platform = "discord"

// Pace hears what Discord says about pace; package gate keeps it.
type Pace interface {
	// Hold keeps back all messages of the bot for d; the adapter calls it with
	// the zero Chat only, for the global limit and for Cloudflare's.
	Hold(chat adapters.Chat, d time.Duration)
	// HoldChat keeps back messages to one chat, whose own allowance is used up.
	HoldChat(chat adapters.Chat, d time.Duration)
	// Take waits for the turn of a call that the adapter makes on its own, such
	// as opening direct messages: Discord counts those too.
	Take(ctx context.Context, chat uint64, many bool, class gate.Class) error
}

// Config is what an adapter needs.
type Config struct {
	Token      string // without "Bot "
	APIURL     string // the whole prefix, "https://discord.com/api/v10"
	GatewayURL string // "" to ask the API
	Proxy      string // http://, https:// or socks5://; "" for the environment's
	// Dial connects in place of the operating system (tests).
	Dial     func(ctx context.Context, network, address string) (net.Conn, error)
	Commands []adapters.Command
	// OnMessages stand in the menu of a message; the request has its text and links.
	OnMessages []adapters.Command
	// Localizations are the table in other languages.
	Localizations []adapters.Localization
	Pace          Pace             // nil: nobody cares
	Cursors       adapters.Cursors // nil: nothing is kept across restarts
	Log           *slog.Logger     // nil: silence
	// AnswerWithin is how long the server waits for the first answer to an interaction; 0 is
	// Discord's 3 s.
	AnswerWithin time.Duration
	// IdentifyEvery is the least time between two new sessions with the gateway, also of processes
	// after each other; 0 is Discord's 5 s with room for a slow way there.
	IdentifyEvery time.Duration

	// HearsReplies has the adapter hear, in servers too, what replies to a message of the bot
	// and mentions it.
	HearsReplies bool

	// Words returns the texts for a person whose app speaks a language; nil: English.
	Words func(language string) adapters.Words
}

// words returns the texts for a person whose app speaks a language.
func (a *Adapter) words(language string) adapters.Words {
	if a.config.Words == nil {
		return adapters.English()
	}

	return a.config.Words(language)
}

// Adapter is one bot on Discord. It is safe for concurrent use.
type Adapter struct {
	config Config
	log    *slog.Logger
	rest   *rest.Client
	net    rest.Network
	wrong  error // in the configuration; Run says so
	times  gateway.Times
	limits limits

	me       atomic.Pointer[identity]
	directs  *lru.Cache[string, string]      // user → channel of direct messages
	channels *lru.Cache[string, channelInfo] // channel → what the gateway said about it
	seen     *lru.Cache[string, struct{}]    // interactions and messages taken
	managers *lru.Cache[string, manager]     // server and user → may they manage it
	hooks    *lru.Cache[string, hook]        // channel → the webhook that posts in other names there
	states   guildStates
	guilds   guilds

	commandIDs atomic.Pointer[map[string]string] // by name, "sources list" for a subcommand
	noDirect   atomic.Bool                       // the server cannot open direct messages
}

// How much is remembered of each.
const (
	maxDirects  = 50_000
	maxChannels = 500_000
	maxSeen     = 10_000
	maxManagers = 10_000
	maxHooks    = 50_000
)

// identity is who the bot is, from READY.
type identity struct{ user, application string }

// whoAmI returns who the bot is, as far as that is known by now.
func (a *Adapter) whoAmI() identity {
	if me := a.me.Load(); me != nil {
		return *me
	}

	return identity{}
}

// limits are the times of an interaction.
type limits struct {
	answer   time.Duration // to answer at once; Discord's own limit is 3 s
	replayed time.Duration // the same for one that waited for a new connection
	callback time.Duration // for one try of a first answer, after which it is made again
	token    time.Duration // how long an interaction can be answered at all: 15 min
	complete time.Duration // to offer completions
}

// limitsOf returns the limits where the server waits so long for a first answer.
func limitsOf(within time.Duration) limits {
	within = cmp.Or(within, 3*time.Second)

	return limits{
		answer: within * 3 / 5, replayed: 200 * time.Millisecond, callback: within * 2 / 3,
		token: 14*time.Minute + 30*time.Second, complete: within * 2 / 3,
	}
}

// New makes an adapter. It does no network.
func New(c Config) *Adapter {
	c.Token = strings.TrimPrefix(strings.TrimSpace(c.Token), "Bot ")

	a := &Adapter{
		config: c, log: c.Log, times: gateway.DefaultTimes(), limits: limitsOf(c.AnswerWithin),
		directs: newCache[string](maxDirects), channels: newCache[channelInfo](maxChannels), seen: newCache[struct{}](maxSeen),
		managers: newCache[manager](maxManagers), hooks: newCache[hook](maxHooks),
	}
	a.times.IdentifyEvery = cmp.Or(c.IdentifyEvery, a.times.IdentifyEvery)

	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}

	var err error
	if a.net, err = rest.ParseProxy(c.Proxy); err != nil {
		a.wrong = sentence(fatalProxy)
	}

	a.net.Direct = c.Dial

	if u, err := url.Parse(c.APIURL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		a.wrong = sentence(fatalAPI)
	}

	if c.Token == "" {
		a.wrong = sentence(fatalNoToken)
	}

	a.rest = rest.New(c.Token, c.APIURL, a.net.Transport())

	return a
}

// newCache makes a cache of Discord's ids. Its only error is a size below one.
func newCache[V any](size int) *lru.Cache[string, V] {
	cache, err := lru.New[string, V](size)
	if err != nil {
		panic(err)
	}

	return cache
}

// Platform implements [adapters.Adapter].
func (a *Adapter) Platform() string { return platform }

// invitation is what the bot asks for when it is added to a server.
const invitation = canView | canSend | canEmbed | canReadHistory | canSendInThreads

// Identify implements [adapters.Identifier]. The link adds the bot to a server with
// the rights that it needs.
func (a *Adapter) Identify(ctx context.Context) (adapters.Identity, error) {
	if a.wrong != nil {
		return adapters.Identity{}, a.wrong
	}

	var me user

	_, err := a.ask(ctx, http.MethodGet, "/users/@me", nil, &me)
	if e, ok := errors.AsType[*rest.Error](err); ok && e.Status == http.StatusUnauthorized {
		return adapters.Identity{}, sentence(fatalToken)
	}

	if err != nil {
		return adapters.Identity{}, adapters.UnreachableError(fmt.Sprintf(fatalUnreachable, err))
	}

	app := a.application(ctx)
	if app == "" {
		app = me.ID // the same for all but the oldest bots
	}

	link := fmt.Sprintf("https://discord.com/oauth2/authorize?client_id=%s&scope=bot+applications.commands&permissions=%d", app, int64(invitation))

	return adapters.Identity{Name: me.name(), Link: link, Chat: "https://discord.com/users/" + me.ID}, nil
}

const (
	// A bot that Discord has not verified joins so many servers, and may ask to be verified from
	// serversNear on. Source: "App Verification" in its documentation.
	serversAtMost = 100
	serversNear   = 75
	flagVerified  = 1 << 16 // of a bot's user
	startsNear    = 100     // connections left for the day, of 1000
)

// NearLimit says in a sentence for the operator which limit of Discord the bot will meet
// soon, "" for none or where Discord does not tell.
func (a *Adapter) NearLimit(ctx context.Context) string {
	var app struct {
		Servers int `json:"approximate_guild_count"`
		Bot     *struct {
			Flags *uint64 `json:"public_flags"`
		} `json:"bot"`
	}

	_, err := a.ask(ctx, http.MethodGet, "/applications/@me", nil, &app)
	if err == nil && app.Servers >= serversNear && app.Servers <= serversAtMost &&
		app.Bot != nil && app.Bot.Flags != nil && *app.Bot.Flags&flagVerified == 0 {
		return fmt.Sprintf(nearServers, app.Servers, serversAtMost)
	}

	var gateway struct {
		Start struct {
			Remaining *int `json:"remaining"`
		} `json:"session_start_limit"`
	}

	if _, err := a.ask(ctx, http.MethodGet, "/gateway/bot", nil, &gateway); err != nil || gateway.Start.Remaining == nil || *gateway.Start.Remaining >= startsNear {
		return ""
	}

	return fmt.Sprintf(nearStarts, *gateway.Start.Remaining)
}

// Run implements [adapters.Adapter].
func (a *Adapter) Run(ctx context.Context, h adapters.Handler) error {
	if a.wrong != nil {
		return a.wrong
	}

	// What was begun is finished in its own time: a handler's context outlives
	// the stop, bounded by stopLimit.
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()

	d := newDispatcher(a, h)

	d.start(work)
	defer d.wait(stop)

	ctx, end := context.WithCancel(ctx)
	defer end()

	d.spawn("registering commands", func() {
		select {
		case <-d.ready:
			a.register(ctx)
		case <-ctx.Done():
		}
	})

	client := gateway.New(gateway.Config{
		Token: a.config.Token, Intents: a.intents(), URL: a.config.GatewayURL, Locate: a.locateGateway, Dial: a.net.DialHost,
		Dispatch: func(e gateway.Event) { d.dispatch(work, e) }, LastStart: a.lastStart(ctx), Started: func(at time.Time) { a.keepStart(work, at) }, Times: a.times, Log: a.log,
	})

	err := client.Run(ctx)
	if fatal, ok := errors.AsType[*gateway.FatalError](err); ok {
		return sentence(fatalClose(fatal.Code))
	}

	return err
}

// cursorStart is when the newest session with the gateway was started, in milliseconds: Discord
// ends the one that comes too soon after it, whichever process started it.
const cursorStart = "session started"

// lastStart returns when a session was last started, zero where that is not known.
func (a *Adapter) lastStart(ctx context.Context) time.Time {
	at, err := strconv.ParseInt(a.cursor(ctx, cursorStart), 10, 64)
	if err != nil {
		return time.Time{}
	}

	return time.UnixMilli(at)
}

// keepsStartIn bounds how long a new session waits for a database that does not answer.
const keepsStartIn = 2 * time.Second

func (a *Adapter) keepStart(ctx context.Context, at time.Time) {
	ctx, cancel := context.WithTimeout(ctx, keepsStartIn)
	defer cancel()

	a.setCursor(ctx, cursorStart, strconv.FormatInt(at.UnixMilli(), 10))
}

// Only these events are asked for: servers, their channels and roles; and direct
// messages, so that a person can just write. None is privileged, and
// interactions need none.
const intents = int(discordgo.IntentsGuilds | discordgo.IntentsDirectMessages)

// intents returns the events that are asked for. Messages of servers are no privileged intent, and
// come without their text unless they mention the bot: Discord, "Message Content Intent".
func (a *Adapter) intents() int {
	if a.config.HearsReplies {
		return intents | int(discordgo.IntentsGuildMessages)
	}

	return intents
}

// locateGateway asks where the gateway is.
func (a *Adapter) locateGateway(ctx context.Context) (gateway.Location, error) {
	var out struct {
		URL    string `json:"url"`
		Shards int    `json:"shards"` // as many as Discord recommends
		Start  struct {
			Total      int   `json:"total"`
			Remaining  *int  `json:"remaining"`
			ResetAfter int64 `json:"reset_after"` // milliseconds
			AtOnce     int   `json:"max_concurrency"`
		} `json:"session_start_limit"`
	}

	_, err := a.rest.Call(ctx, http.MethodGet, "/gateway/bot", nil, &out)
	if e, ok := errors.AsType[*rest.Error](err); ok && e.Status == http.StatusUnauthorized {
		return gateway.Location{}, &gateway.FatalError{Code: gateway.CloseAuthFailed}
	}

	if err != nil || out.URL == "" {
		_, err = a.rest.Call(ctx, http.MethodGet, "/gateway", nil, &out)
	}

	if err == nil && out.URL == "" {
		err = errors.New("no address in the answer")
	}

	return gateway.Location{
		URL: out.URL, Shards: out.Shards, AtOnce: out.Start.AtOnce,
		StartsPerDay: out.Start.Total, StartsLeft: out.Start.Remaining, ResetAfter: time.Duration(out.Start.ResetAfter) * time.Millisecond,
	}, err
}

// bot names the bot in the table of cursors: its id, which is the first part of
// a real token, else a digest of the token.
func (a *Adapter) bot() string {
	head, _, _ := strings.Cut(a.config.Token, ".")
	if id, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(head, "=")); err == nil && parseSnowflake(string(id)) != "" {
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

// ask makes a call of the adapter's own that counts against the bot's limit, when
// its turn has come. Its errors are those of [rest.Client.Call].
func (a *Adapter) ask(ctx context.Context, method, path string, body, out any) (*rest.Response, error) {
	if err := a.takeTurn(ctx); err != nil {
		return nil, err
	}

	got, err := a.rest.Call(ctx, method, path, body, out)
	if err != nil {
		if f := classifyError(err); f.Fate == adapters.Later && f.All {
			a.hold(adapters.Chat{}, f.After)
		}
	}

	return got, err
}

// takeTurn waits until a call that counts may be made.
func (a *Adapter) takeTurn(ctx context.Context) error {
	if a.config.Pace == nil {
		return nil
	}

	if err := a.config.Pace.Take(ctx, 0, false, gate.ClassReply); err != nil {
		return &rest.NetError{Cause: err}
	}

	return nil
}

// hold passes a pause on to the gate.
func (a *Adapter) hold(chat adapters.Chat, d time.Duration) {
	switch {
	case a.config.Pace == nil || d <= 0:
	case chat == adapters.Chat{}:
		a.config.Pace.Hold(chat, d)
	default:
		a.config.Pace.HoldChat(chat, d)
	}
}
