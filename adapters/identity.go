package adapters

import "context"

// Identity is a bot on its platform.
type Identity struct {
	Name string // as people see it: "@newsbell_bot"
	Link string // the address that opens a chat with it, or adds it to a server
	Chat string // the address that opens it for somebody, "" none is known
}

// Identifier is an adapter whose bot has a name on its platform.
type Identifier interface {
	// Identify asks the platform who the bot is. That the platform refuses the
	// token, or cannot be reached ([UnreachableError]), is an error whose text is a
	// sentence for the operator.
	Identify(ctx context.Context) (Identity, error)
}

// UnreachableError is the sentence of a failure that says nothing about the token: the
// platform could not be asked.
type UnreachableError string

func (u UnreachableError) Error() string { return string(u) }
