// Package bot is the conversation: what people ask in a chat and what they are
// answered.
//
// There is one table of commands ([Commands]); a platform's menu, its slash
// commands, /help and the README are made from it. A request comes in as data,
// is looked up in the table, checked for who may do it, and answered with data;
// which platform it came from matters only where DESIGN §6 says so (where
// alerts go).
//
// Every request has an effect once. The change, the tokens behind the buttons
// of its answer and the answer itself are written in one transaction, under the
// request's key; a platform that repeats the request, or a start after a crash,
// gets the written answer again and changes nothing ([Bot.Answer]).
//
// Nothing is remembered between requests but in the store: a question that was
// asked, a query on its way from a group to a private chat, and what stands
// behind a button too long for a platform are rows of its tokens, good for a
// day.
package bot

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/sources"
	"newsbell/store"
)

// Who may use the bot (Config.Access).
const (
	AccessOpen      = "open"      // everybody
	AccessListed    = "listed"    // those in Config.Allowed, and operators
	AccessOperators = "operators" // operators only
)

// Config is what a Bot is made of. Store, Adapters and Log are needed.
type Config struct {
	Store    *store.Store
	Fetcher  *sources.Fetcher // for /sources add; nil: it says that it cannot
	Log      *slog.Logger
	Adapters map[string]adapters.Adapter // by platform
	Gates    map[string]*gate.Gate       // by platform; a missing one lets everything through

	Operators []string // "telegram:1"; the person at the terminal always is one
	Access    string   // open, listed or operators; "" is open
	// Allowed are people, chats and Discord servers who may use a listed bot, as
	// "platform:id".
	Allowed []string

	// SubscriptionLimit is how many subscriptions a person and a chat may have
	// (limits.subscriptions); 0: 100.
	SubscriptionLimit int
	TimeZone          *time.Location // of chats that have not set theirs; nil: UTC
	Summary           int            // characters of a sample's summary; 0: 300

	// Event is called for each reply that a platform accepted; may be nil.
	Event func(ReplyEvent)
}

// ReplyEvent is a reply that reached a person.
type ReplyEvent struct {
	Chat string `json:"chat"` // the chat's address, as in alert events
	To   string `json:"to"`   // what was asked, as typed
	Text string `json:"text"` // plain text
}

// EventName returns "reply".
func (ReplyEvent) EventName() string { return "reply" }

// Bot answers people. It implements [adapters.Handler] and is safe for
// concurrent use.
type Bot struct {
	Config
	rows map[string]*row // the command table by name and alias
}

// New makes a Bot.
func New(c Config) *Bot {
	c.SubscriptionLimit = cmp.Or(c.SubscriptionLimit, 100)
	c.Summary = cmp.Or(c.Summary, 300)

	c.Access = cmp.Or(c.Access, AccessOpen)
	if c.TimeZone == nil {
		c.TimeZone = time.UTC
	}

	b := &Bot{Config: c, rows: map[string]*row{}}
	for _, r := range table() {
		b.rows[r.Name] = &r
		for _, alias := range r.Aliases {
			b.rows[alias] = &r
		}
	}

	return b
}

// gate waits for the bot's pace before an answer leaves.
func (b *Bot) gate(ctx context.Context, to adapters.ChatInfo) {
	if g := b.Gates[to.Platform]; g != nil {
		_ = g.Take(ctx, gate.Key(to.Chat), to.Kind != adapters.Private, gate.ClassReply) // an ended ctx ends the answer anyway
	}
}
