package bot

import (
	"context"
	"errors"
	"slices"
	"strings"

	"newsbell/adapters"
	"newsbell/store"
)

// terminal is the platform of the chat in the terminal, whose person always is
// an operator.
const terminal = "terminal"

func (b *Bot) operator(t *turn) bool {
	return t.r.Chat.Platform == terminal || t.r.User.ID != "" && slices.Contains(b.Operators, t.who())
}

// access says whether the person may use the bot at all, and if not, what they
// hear.
func (b *Bot) access(t *turn) (no *adapters.Message, allowed bool) {
	if b.Access == AccessOpen || b.operator(t) || b.Access == AccessListed && b.listed(t) {
		return nil, true
	}

	if t.private() {
		return say(textNotLetIn(t.who())), false
	}

	if t.r.Chat.Platform == discord { // a slash command has to be answered
		return say(textNotLetIn(t.who())), false
	}

	return nil, false
}

func (b *Bot) listed(t *turn) bool {
	c := t.r.Chat
	for _, id := range []string{t.r.User.ID, c.Address, base(c.Address), c.Server} {
		if id != "" && slices.Contains(b.Allowed, c.Platform+":"+id) {
			return true
		}
	}

	return false
}

// base is the address of the group that a topic is in.
func base(address string) string {
	group, _, _ := strings.Cut(address, "/")
	return group
}

// awake notes that a person who writes in a private chat can be reached again.
func (b *Bot) awake(ctx context.Context, t *turn) error {
	if !t.private() {
		return nil
	}

	var c *store.Chat

	err := b.Store.View(ctx, func(tx *store.Tx) (err error) {
		c, err = tx.Chat(t.r.Chat.Platform, t.r.Chat.Address)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}

	if err != nil || c.State != store.Asleep {
		return err
	}

	return b.Store.Update(ctx, func(tx *store.Tx) error { return wake(tx, c.ID) })
}

// wake makes a chat active again, and tells it where to find what it missed.
func wake(tx *store.Tx, chat int64) error {
	_, away, err := tx.Wake(chat)
	if err == nil && away {
		err = tx.Notify(chat, textWhileAway)
	}

	return err
}
