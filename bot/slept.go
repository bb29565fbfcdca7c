package bot

import (
	"context"
	"errors"

	"newsbell/adapters"
	"newsbell/store"
)

// Slept tells the person who set a chat up that it fell asleep, once, in their
// private chat. Nobody is told of their own private chat: they closed it.
func (b *Bot) Slept(ctx context.Context, chat *store.Chat, reason string) {
	if err := b.Store.Update(ctx, func(tx *store.Tx) error { return tellSetUp(tx, chat, reason) }); err != nil {
		b.Log.Error("telling who set up a chat that it sleeps", "error", err)
	}
}

// tellSetUp puts the news that a chat sleeps into the outbox of the private chat
// of who set it up, if it matters and there is one.
func tellSetUp(tx *store.Tx, chat *store.Chat, reason string) error {
	if chat.SetUpBy == "" || chat.Kind == string(adapters.Private) {
		return nil
	}

	follows, _, err := tx.CountSubscriptions(chat.ID, "")
	if err != nil || follows == 0 {
		return err
	}

	address := chat.SetUpBy
	if chat.Platform == discord {
		address = "@" + address
	}

	to, err := tx.Chat(chat.Platform, address)
	if errors.Is(err, store.ErrNotFound) {
		if chat.Platform != discord {
			return nil // there a bot cannot write first
		}

		to, err = tx.EnsureChat(store.Chat{Platform: chat.Platform, Address: address, Kind: string(adapters.Private), SetUpBy: chat.SetUpBy})
	}

	if err != nil {
		return err
	}

	return tx.Notify(to.ID, textSlept(chat.Title, reason))
}
