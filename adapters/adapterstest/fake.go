// Package adapterstest helps to test what talks to a platform: a fake adapter
// that records, and the suite that every adapter passes.
package adapterstest

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"newsbell/adapters"
)

// Fake is an adapter without a platform. It records what is sent and answers
// from its tables. Its methods are safe for concurrent use; set its fields before.
type Fake struct {
	Name string // of the platform
	// Chats is what Lookup finds, by the name a person writes.
	Chats map[string]adapters.ChatInfo
	// Admins may configure: "chat user". Everybody may in a chat with "*".
	Admins map[string]bool
	// Outside are those who are not in a chat, or not any more: "chat user".
	Outside map[string]bool
	// Missing are the rights that the bot lacks, by chat address.
	Missing map[string][]string
	// Threads are the chats in which threads open below messages, by address, each with the
	// rights that the bot lacks for it.
	Threads map[string][]string
	Senders map[string][]string // the same of messages in another one's name
	// Fail answers Send to a chat with an error, by address.
	Fail map[string]*adapters.SendError
	// RightsErr is what Rights returns, if set.
	RightsErr error

	mu   sync.Mutex
	sent []Sent
}

// Sent is a message that was sent or edited.
type Sent struct {
	To      adapters.Chat
	Message *adapters.Message
	Edited  string // the reference of the message that it replaced, "" none
}

// New makes a Fake of a platform.
func New(platform string) *Fake {
	return &Fake{
		Name: platform, Chats: map[string]adapters.ChatInfo{}, Admins: map[string]bool{}, Outside: map[string]bool{},
		Missing: map[string][]string{}, Fail: map[string]*adapters.SendError{},
	}
}

// Platform implements [adapters.Adapter].
func (f *Fake) Platform() string { return f.Name }

// Run waits until ctx ends.
func (f *Fake) Run(ctx context.Context, _ adapters.Handler) error {
	<-ctx.Done()
	return nil
}

// Send records.
func (f *Fake) Send(ctx context.Context, to adapters.Chat, m *adapters.Message) (string, error) {
	return f.record(ctx, to, m, "")
}

// Edit records.
func (f *Fake) Edit(ctx context.Context, to adapters.Chat, ref string, m *adapters.Message) error {
	_, err := f.record(ctx, to, m, ref)
	return err
}

func (f *Fake) record(ctx context.Context, to adapters.Chat, m *adapters.Message, edited string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", &adapters.SendError{Fate: adapters.Retry, Reason: "Newsbell is stopping", Cause: err}
	}

	f.mu.Lock()
	defer f.mu.Unlock()

	if e := f.Fail[to.Address]; e != nil {
		return "", e
	}

	f.sent = append(f.sent, Sent{to, m, edited})

	return fmt.Sprintf("m%d", len(f.sent)), nil
}

// Take returns what was sent since the last Take.
func (f *Fake) Take() []Sent {
	f.mu.Lock()
	defer f.mu.Unlock()

	sent := f.sent
	f.sent = nil

	return sent
}

// Find is not possible.
func (f *Fake) Find(context.Context, adapters.Chat, *adapters.Message) (string, bool, error) {
	return "", false, adapters.ErrUnsupported
}

// Room is for ten alerts.
func (f *Fake) Room(d *adapters.Digest) int { return min(len(d.Alerts), 10) }

// Lookup answers from Chats.
func (f *Fake) Lookup(_ context.Context, name string, _ *adapters.Request) (adapters.ChatInfo, error) {
	if c, ok := f.Chats[strings.ToLower(name)]; ok {
		return c, nil
	}

	return adapters.ChatInfo{}, fmt.Errorf("there is no chat called %s", name)
}

// CheckThreads answers from Threads.
func (f *Fake) CheckThreads(_ context.Context, chat adapters.Chat) (can bool, missing []string) {
	missing, can = f.Threads[chat.Address]
	return can, missing
}

// CheckSender answers from Senders.
func (f *Fake) CheckSender(_ context.Context, chat adapters.Chat) (can bool, missing []string) {
	missing, can = f.Senders[chat.Address]
	return can, missing
}

// Rights answers from Admins, Outside and Missing.
func (f *Fake) Rights(_ context.Context, chat adapters.Chat, user string) (adapters.Rights, error) {
	if f.RightsErr != nil {
		return adapters.Rights{}, f.RightsErr
	}

	return adapters.Rights{Manage: f.Admins[chat.Address+" "+user] || f.Admins[chat.Address+" *"], Outside: f.Outside[chat.Address+" "+user], Missing: f.Missing[chat.Address]}, nil
}
