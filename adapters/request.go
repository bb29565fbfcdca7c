package adapters

import "context"

// RequestKind is what a person did.
type RequestKind int

// The kinds of requests.
const (
	CommandRequest  RequestKind = iota // a command of the table, typed or chosen
	TextRequest                        // free text in a private chat, or a reply to an Ask
	PressRequest                       // a button
	FileRequest                        // a file sent to the bot
	CompleteRequest                    // an option being typed
)

// Request is something that a person asks of the bot.
type Request struct {
	// Key names this request for good ("telegram:8123:u991"): it takes effect
	// once, also after a crash and when the platform repeats it.
	Key  string
	Kind RequestKind

	Chat ChatInfo // where it was said, and where the answer goes
	User User

	// Command is the name in the table, without "/", lower case, aliases
	// resolved by the handler; "" unless Kind is CommandRequest or CompleteRequest.
	Command string
	// Text is what follows the command, or the free text, as typed.
	Text string
	// Options are a slash command's named options, and then Text is empty.
	Options map[string]string
	// Focus is the option being typed, for CompleteRequest.
	Focus string

	// Edited: it is an earlier message of a private chat that was changed. What it
	// asked for has been done.
	Edited bool

	// Data is the pressed button's Button.Data.
	Data string
	// Picked is how the adapter names the chat that was chosen from a Message.Pick, as
	// Lookup takes it; "" none was. It is no proof of any right.
	Picked string
	// Message refers to the message that the button sits on or that is replied
	// to; ReplyText is that message's text, "" unknown.
	Message   string
	ReplyText string
	// ReplyTo is the person whose message is replied to; no ID: not known, or no person's.
	ReplyTo User

	File *File

	// Wordless: it is a voice message, a picture or the like, without a text.
	Wordless bool

	// Forward is set if the text is not the person's own: they pass it on, and nothing
	// in it is a command.
	Forward *Forward

	// Interaction: the reply belongs to the command or button itself (Discord). It
	// does not count against the bot's pace, and its time is short.
	Interaction bool

	// Unseen: nobody else in a shared chat has seen what is asked. An answer that cannot come
	// as unseen, because it is late, does not come at all.
	Unseen bool

	// Rights of the person in Chat, when the platform sent them along; nil: ask
	// Adapter.Rights when they matter.
	Rights *Rights
	// Roles are the ids of the person's roles in the server, where there are any.
	Roles []string

	// Show shows an answer that is still being written, all of it so far, where the whole
	// one will stand; of a message without text only that there will be one. It is called
	// by one goroutine, until Answer returns. What cannot be shown just now is left out.
	// Nil: the adapter shows nothing before the whole answer.
	Show func(ctx context.Context, m *Message) `json:"-"`
}

// File is a file sent by a person or to one.
type File struct {
	Name string
	Body []byte
	// Picture: a PNG to look at, which is shown with the text as its caption.
	Picture bool
	// Address is where a person's file is to be fetched, which has no Body then; whoever
	// fetches it guards against private addresses. Size is how long it is said to be, in bytes.
	Address string
	Size    int64
}

// EventKind is what happened to a chat.
type EventKind int

// The kinds of events.
const (
	Joined        EventKind = iota // the bot was added, or a person started it
	Left                           // the bot was removed, kicked, or its server is gone
	Blocked                        // the person blocked the bot
	Returned                       // the person or chat is back after Blocked, Left or lost rights
	ChatMoved                      // the chat has another address now: To
	RightsChanged                  // what the bot may do there changed
	Deleted                        // the chat does not exist any more
)

// Event is something that happened to a chat, without anybody asking.
type Event struct {
	Key  string // as Request.Key
	Kind EventKind
	Chat ChatInfo
	User User // who did it, if known
	To   Chat // ChatMoved: the new address
}

// Forward is where a text comes from that a person passed on.
type Forward struct {
	From string // the title of the channel that published it; "" not known, or a person
	Link string // the first address in it that leads off the platform, "" none
}
