// Package telegram connects Newsbell to a Telegram bot.
//
// The Bot API is one HTTP server that answers form posts. Underneath is the
// library's MakeRequest, which reaches every method of today's API, on a
// transport of our own (wire.go): it knows contexts and timeouts, bounds
// bodies, judges an answer by its JSON, and keeps the token, which is part of
// every address, out of every error. The library's own update loop, types and
// helpers are not used: the loop blocks for ever on one odd update, and the
// types end with the API of 2021.
//
// Receiving (poll.go, work.go): a batch of updates is decoded one by one, each
// goes to the queue of its chat, chats work side by side, and an update is
// confirmed to the server only after it was handled. So a kill at any moment
// loses none; the server repeats it, and Request.Key names it.
//
// Sending (send.go, fate.go): one message, one request, one honest SendError.
// Only an answer to a person is tried again here, since no outbox knows of it.
//
// Only getMe, getUpdates and sendMessage are needed. Whatever else a server
// refuses, lacks or does not answer within 10 s is one warning (extras.go).
package telegram

import (
	"log/slog"
	"net/http"
	"sync"

	"newsbell/adapters"
	"newsbell/adapters/gate"
)

// Config is what an Adapter needs. Only Token is required.
type Config struct {
	Token  string
	APIURL string // "" is https://api.telegram.org; requests go to <APIURL>/bot<Token>/<method>
	// Proxy is the address of an http, https or socks5 proxy for Telegram
	// alone; "" means the usual environment variables.
	Proxy string
	// Transport replaces the connection to the server (tests); Proxy is unused then.
	Transport http.RoundTripper

	// Commands is the command table: the menu, and which words in a group are ours.
	Commands []adapters.Command
	// Gate is the bot's, shared with the handler and delivery, which pass it
	// before they answer and send. It hears what the server says about pace, and
	// an answer that is tried again passes it here. Nil: no pace is kept.
	Gate    *gate.Gate
	Cursors adapters.Cursors // nil: nothing is kept over a restart
	Log     *slog.Logger     // nil: silent
}

// Adapter is one Telegram bot. Make it with New.
type Adapter struct {
	cfg    Config
	log    *slog.Logger
	client *client
	names  map[string]bool // the commands and aliases of the table
	extras extras
	asks   *asks

	meMu sync.Mutex
	me   user // zero until getMe was answered
}

var _ adapters.Adapter = (*Adapter)(nil)

// New makes an adapter. It does not touch the network: what is wrong with the
// token or an address is reported by Run.
func New(cfg Config) *Adapter {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}

	a := &Adapter{
		cfg:    cfg,
		log:    cfg.Log,
		client: newClient(cfg),
		names:  map[string]bool{},
		asks:   newAsks(),
	}

	a.extras.log = a.log
	for _, c := range cfg.Commands {
		a.names[c.Name] = true
		for _, alias := range c.Aliases {
			a.names[alias] = true
		}
	}

	return a
}

const platform = "telegram"

// Platform is "telegram".
func (a *Adapter) Platform() string { return platform }
