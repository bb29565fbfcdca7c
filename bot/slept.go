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
	if chat.SetUpBy == "" || chat.Kind == string(adapters.Private) {
		return
	}
	err := b.Store.Update(ctx, func(tx *store.Tx) error {
		address := chat.SetUpBy
		if chat.Platform == discord {
			address = "@" + address
		}
		to, err := tx.Chat(chat.Platform, address)
		if errors.Is(err, store.ErrNotFound) {
			if chat.Platform != discord {
				return nil // a bot cannot write first
			}
			to, err = tx.EnsureChat(store.Chat{Platform: chat.Platform, Address: address, Kind: string(adapters.Private), SetUpBy: chat.SetUpBy})
		}
		if err != nil {
			return err
		}
		return tx.Notify(to.ID, textSlept(chat.Title, reason))
	})
	if err != nil {
		b.Log.Error("telling who set up a chat that it sleeps", "error", err)
	}
}
