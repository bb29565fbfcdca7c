// Package adapters is the contract between Newsbell and a chat platform.
//
// The core speaks in data: a [Request] or an [Event] comes in, a [Message] goes
// out. An adapter (a package below this one) turns them into one platform's
// wire format and back. It renders, escapes and cuts; nothing outside it sees
// HTML, Markdown or an embed, and it knows commands only from the [Command] table
// that it is given.
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
	// returns nil. Problems that may pass are handled inside. An error means that
	// the adapter cannot work until an operator acts (the configuration is wrong)
	// and is a sentence for the operator.
	Run(ctx context.Context, h Handler) error

	// Send delivers one message and returns the platform's reference to it,
	// opaque text for Edit. Every error is a *SendError.
	Send(ctx context.Context, to Chat, m *Message) (ref string, err error)

	// Edit replaces a message sent before. That it already reads so is no error; of
	// one that is gone or can't be edited any more the error is a *SendError with
	// the fate Refused.
	Edit(ctx context.Context, to Chat, ref string, m *Message) error

	// Find looks for a message among the chat's newest, after a restart, to learn
	// whether an attempt without a result arrived: by its nonce, else by what it
	// shows. Where that cannot be known it returns errors.ErrUnsupported.
	Find(ctx context.Context, to Chat, m *Message) (ref string, found bool, err error)

	// Room returns how many of the digest's first alerts fit one message, at least
	// one if there are any. It is pure: the same digest gives the same number.
	Room(d *Digest) int

	// Lookup finds the chat that a person named in to: ("@name", "-100…",
	// "#channel", "<#id>", an id), seen from the request. For a chat that does not
	// exist or that the bot cannot reach, the error's text is for that person.
	Lookup(ctx context.Context, name string, r *Request) (ChatInfo, error)

	// Rights returns what a user and the bot may do in a chat. The error is for
	// problems that may pass; where the platform does not tell, the user has a
	// member's rights.
	Rights(ctx context.Context, chat Chat, user string) (Rights, error)
}

// Handler is the conversation, as an adapter sees it: package bot implements it.
type Handler interface {
	// Answer does what the request asks and returns what to say, nil for
	// nothing. It may be slow (a fetch); the adapter shows that it is working.
	// A request whose Key was answered before returns nil.
	Answer(ctx context.Context, r *Request) *Message

	// Answered reports that the platform accepted the answer (err is nil) or did
	// not; the handler may then send it later. It is not called after a nil
	// answer. Until it is called with a nil error, the same Key may be answered
	// again after a restart.
	Answered(ctx context.Context, r *Request, m *Message, err error)

	// Complete offers values for the option being typed (autocompletion), best
	// first, at most 25, without blocking for long.
	Complete(ctx context.Context, r *Request) []Choice

	// Notice handles an event.
	Notice(ctx context.Context, e *Event)
}

// Cursors keeps how far an adapter has read the platform's updates, and what else
// it needs after a restart. The store implements it; values are opaque to it.
type Cursors interface {
	// Cursor returns the value saved under bot and name, "" if there is none.
	Cursor(ctx context.Context, bot, name string) (string, error)
	// SetCursor saves it durably before it returns.
	SetCursor(ctx context.Context, bot, name, value string) error
}

// Rights is what a user and the bot may do in one chat.
type Rights struct {
	// Manage: the person may configure the chat (Telegram: an administrator;
	// Discord: Manage Server). A private chat is its person's own.
	Manage bool
	// Missing names the rights that the bot needs to post there and does not
	// have, in the platform's own words, in the order to grant them.
	Missing []string
	// Absent: the bot is not in the place at all; a person brought it along.
	Absent bool
	// Outside: the person is known not to be in the place, or not any more.
	Outside bool
}

// ErrUnsupported is what an adapter returns for what its platform cannot do.
var ErrUnsupported = errors.ErrUnsupported
