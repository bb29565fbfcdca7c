// Package telegram connects Newsbell to a Telegram bot.
//
// The Bot API is one HTTP server that answers form posts; package botapi is its
// client, package render writes messages as it reads them.
//
// Receiving (poller.go, workers.go): a batch of updates is decoded one by one,
// each goes to the queue of its chat, chats work side by side, and an update is
// confirmed to the server only after it was handled (package offsets). So a kill at
// any moment loses none; the server repeats it, and Request.Key recognises it. Where a
// webhook is configured, the server posts the updates instead (posted.go). What in a
// group is said to the bot at all, package talk knows.
//
// Sending (send.go, fate.go): one message, one request, one honest SendError.
// Only an answer to a person is tried again here (reply.go), since no outbox knows of it.
// In a group some answers are for one person's eyes (whispers.go).
//
// Only getMe, getUpdates and sendMessage are needed. Whatever else a server
// refuses, lacks or does not answer within 10 s is one warning (capabilities.go).
package telegram

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/adapters/telegram/botapi"
	"newsbell/adapters/telegram/offsets"
	"newsbell/adapters/telegram/talk"
)

// Config is what an Adapter needs. Only Token is required.
type Config struct {
	Token  string
	APIURL string // "" is https://api.telegram.org; requests go to <APIURL>/bot<Token>/<method>
	// Proxy is the address of an http, https or socks5 proxy for Telegram
	// alone; "" means the usual environment variables.
	Proxy string
	// Webhook is where the server posts the updates; without an Address we ask for them.
	Webhook Webhook
	// Transport replaces the connection to the server (tests); Proxy is unused then.
	Transport http.RoundTripper

	// Commands is the command table: the menu, and which words in a group are ours.
	Commands []adapters.Command
	// Localizations are the table and what the bot says of itself in other languages;
	// one of the language "" or English is for all others.
	Localizations []adapters.Localization
	// Gate is the bot's, shared with the handler and delivery, which pass it
	// before they answer and send. It hears what the server says about pace, and
	// an answer that is tried again passes it here. Nil: no pace is kept.
	Gate    *gate.Gate
	Cursors adapters.Cursors // nil: nothing is kept over a restart
	Log     *slog.Logger     // nil: silent

	// Words returns the texts for a person whose app speaks a language; nil: English.
	Words func(language string) adapters.Words
}

// Webhook is how updates are posted to us.
type Webhook struct {
	Address string // as the server reaches it
	Listen  string // host and port that Run listens at
}

// words returns the texts for a person whose app speaks a language.
func (a *Adapter) words(language string) adapters.Words {
	if a.cfg.Words == nil {
		return adapters.English()
	}

	return a.cfg.Words(language)
}

// Adapter is one Telegram bot. Make it with New.
type Adapter struct {
	cfg          Config
	log          *slog.Logger
	client       *botapi.Client
	commands     map[string]bool // names and aliases of the table, and whether others have them too
	capabilities *capabilities
	questions    talk.Questions
	attention    talk.Attention
	whispers     whispers

	meMu sync.Mutex
	me   botapi.User // zero until getMe was answered
}

var (
	_ adapters.Adapter    = (*Adapter)(nil)
	_ adapters.Identifier = (*Adapter)(nil)
)

const platform = "telegram"

// sendTimeout bounds a request that is essential. The server itself answers within
// seconds, or after 3 s when it guards itself.
const sendTimeout = 30 * time.Second

// New makes an adapter. It does not touch the network: what is wrong with the
// token or an address is reported by Run.
func New(cfg Config) *Adapter {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}

	return &Adapter{
		cfg:          cfg,
		log:          cfg.Log,
		client:       botapi.New(botapi.Config{Token: cfg.Token, URL: cfg.APIURL, Proxy: cfg.Proxy, Transport: cfg.Transport}),
		commands:     commandNames(cfg.Commands),
		capabilities: newCapabilities(cfg.Log),
	}
}

// Platform is "telegram".
func (a *Adapter) Platform() string { return platform }

// Run receives until ctx ends. It returns an error only when the configuration
// cannot work or the server refuses the token from the start. A token that is
// refused later, or another running instance, is logged and waited for: a server
// may be restarting, an instance on its way out.
func (a *Adapter) Run(ctx context.Context, h adapters.Handler) error {
	if err := a.client.Err(); err != nil {
		return configError(err)
	}

	health := &health{a: a}
	if err := a.connect(ctx, health); err != nil || ctx.Err() != nil {
		return err
	}

	a.questions.Load(a.loadCursor(ctx, questionsCursor))

	taken := offsets.New(a.loadCursor(ctx, updatesCursor))
	workers := newWorkers(a, h, taken)
	workers.wg.Go(func() { a.publishMenu(ctx) })

	p := &poller{a: a, workers: workers, offsets: taken, health: health}
	if a.cfg.Webhook.Address != "" {
		return p.runWebhook(ctx)
	}

	p.endWebhook(ctx, webhookTries)
	p.run(ctx)

	workers.wg.Wait()
	p.saveOffset(ctx)

	return nil
}

// connect learns who the bot is, however long the server is out of reach. The error
// is that of a token which the server has refused several times in a row.
func (a *Adapter) connect(ctx context.Context, health *health) error {
	for ctx.Err() == nil {
		err := a.getMe(ctx)
		if err == nil {
			me := a.identity()
			a.log.Info("connected to Telegram", "bot", me.ID, "name", "@"+me.Username)

			return nil
		}

		wait := health.noteFailure(ctx, err)

		if api, ok := errors.AsType[*botapi.Error](err); ok && health.refusals >= noticeAfter {
			return tokenError(api)
		}

		sleep(ctx, wait)
	}

	return nil
}

// Identify asks the server who the bot is.
func (a *Adapter) Identify(ctx context.Context) (adapters.Identity, error) {
	if err := a.client.Err(); err != nil {
		return adapters.Identity{}, configError(err)
	}

	if err := a.getMe(ctx); err != nil {
		if api, ok := errors.AsType[*botapi.Error](err); ok && isTokenRefused(api) {
			return adapters.Identity{}, tokenError(api)
		}

		return adapters.Identity{}, adapters.UnreachableError(fmt.Sprintf(sayUnreachable, err))
	}

	name := a.identity().Username
	if name == "" {
		return adapters.Identity{}, nil // the server does not say
	}

	return adapters.Identity{Name: "@" + name, Link: "https://t.me/" + name, Chat: "https://t.me/" + name}, nil
}

// configError returns the sentence for a configuration that cannot work.
func configError(err error) error {
	switch {
	case errors.Is(err, botapi.ErrToken):
		return sentence(sayBadToken)
	case errors.Is(err, botapi.ErrURL):
		return sentence(sayBadURL)
	case errors.Is(err, botapi.ErrProxy):
		return sentence(sayBadProxy)
	}

	return err
}
