// Package adapters is the contract between Newsbell and a chat platform.
//
// The core speaks in data: a [Request] or an [Event] comes in, a [Message] goes
// out. An adapter (a package below this one) turns them into one platform's
// wire format and back. It renders, escapes and cuts; nothing outside it sees
// HTML, Markdown or an embed, and nothing inside it knows a command by name but
// from the [Command] table it is given.
//
// Reliability lives in the core, not here. An adapter never sleeps, never
// retries and never queues: it reports what happened as a [SendError] whose
// [Fate] says what to do next, and the outbox does it. How fast one may send is
// held by one gate per bot (package gate), which bot and delivery share; the
// adapter tells the gate what the server said about pace.
package adapters

import (
	"context"
	"errors"
)

// Adapter connects one bot to one platform. Its methods are safe for concurrent
// use, and all but Run may be called before and while Run is running.
type Adapter interface {
	// Platform is the platform's name in addresses, tables and logs:
	// "telegram", "discord", "terminal".
	Platform() string

	// Run receives until ctx ends, then waits for the handlers it started and
	// returns nil. Trouble that may pass is handled inside. An error means that
	// the adapter cannot work until an operator acts (a wrong token, another
	// instance) and is a sentence for the operator.
	Run(ctx context.Context, h Handler) error

	// Send delivers one message and returns the platform's reference to it,
	// opaque text for Edit. Every error is a *SendError.
	Send(ctx context.Context, to Chat, m *Message) (ref string, err error)

	// Edit replaces a message sent before. A message that is gone or already
	// reads so is no error.
	Edit(ctx context.Context, to Chat, ref string, m *Message) error

	// Find looks for a message with this nonce among the chat's newest, after a
	// restart, to learn whether an attempt without a result arrived. A platform
	// that cannot tell returns errors.ErrUnsupported.
	Find(ctx context.Context, to Chat, nonce string) (ref string, found bool, err error)

	// Room says how many of the digest's first alerts fit one message, at least
	// one if there is any. It is pure: the same digest gives the same answer.
	Room(d *Digest) int

	// Lookup finds the chat that a person named in to: ("@name", "-100…",
	// "#channel", "<#id>", an id), seen from the request. What is not found or
	// cannot be reached by the bot is an error whose text is for that person.
	Lookup(ctx context.Context, name string, r *Request) (ChatInfo, error)

	// Rights says what a user and the bot may do in a chat. The error is for
	// trouble that may pass; what the platform does not tell is a member's right.
	Rights(ctx context.Context, chat Chat, user string) (Rights, error)
}

// Handler is the conversation, as an adapter sees it: package bot implements it.
type Handler interface {
	// Answer does what the request asks and returns what to say, nil for
	// silence. It may be slow (a fetch); the adapter shows that it is working.
	// A request whose Key was answered before returns nil.
	Answer(ctx context.Context, r *Request) *Message

	// Answered tells that the answer reached the platform (err nil) or did not;
	// then what happens to it is up to the handler.
	// After a nil answer it is not called. Until it is called with a nil error,
	// the same Key may be answered again after a restart.
	Answered(ctx context.Context, r *Request, m *Message, err error)

	// Complete offers values for the option being typed (autocompletion), best
	// first, at most 25, without blocking for long.
	Complete(ctx context.Context, r *Request) []Choice

	// Notice takes in what happened to a chat.
	Notice(ctx context.Context, e *Event)
}

// Cursors keeps an adapter's place in the platform's stream of updates across
// restarts. It is implemented by the store; values are opaque to it.
type Cursors interface {
	// Cursor returns the value saved under bot and name, "" if there is none.
	Cursor(ctx context.Context, bot, name string) (string, error)
	// SetCursor saves it durably before it returns.
	SetCursor(ctx context.Context, bot, name, value string) error
}

// Rights is what a person and the bot may do in one chat.
type Rights struct {
	// Manage: the person may configure the chat (Telegram: an administrator;
	// Discord: Manage Server). A private chat is its person's own.
	Manage bool
	// Missing names the rights that the bot needs to post there and does not
	// have, in the platform's own words, in the order to grant them.
	Missing []string
}

// ErrUnsupported is what an adapter answers where its platform has no such thing.
var ErrUnsupported = errors.ErrUnsupported
