package adapters

import "context"

// InlineQuery is what a person asks in a chat that the bot is not in: typed behind the
// bot's name, or said to a bot that was called there as a guest.
type InlineQuery struct {
	User   User
	Text   string
	About  string // the message that a guest's caller replies to, "" none
	Offset string // Cards.Next of the page before, "" for the first
}

// Cards are stories to choose from. What is chosen is sent in the person's name.
type Cards struct {
	Cards []Card // at most 10
	Next  string // what asks for the next page, up to 64 bytes; "" for the last
	// Private leads to the person's private chat with the bot: its Label and Start
	// matter.
	Private Button
	Words   Words // of the person's language; nil: English
}

// Card is a story to choose.
type Card struct {
	ID    string // unique in Cards, 1 to 64 bytes
	Alert Alert  // without subscriptions
}

// Inliner is a Handler that is also asked in chats which the bot is not in. Everybody
// there reads what it says, so nothing of any chat goes into it.
type Inliner interface {
	// Inline returns stories to choose from, nil for nothing. It is called at every
	// letter, so it has to be quick.
	Inline(ctx context.Context, q *InlineQuery) *Cards
	// Guest returns what a guest says, nil for nothing. Of the message only Text counts.
	Guest(ctx context.Context, q *InlineQuery) *Message
}
