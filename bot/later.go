package bot

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/store"
)

// patience is how long an answer waits for a chat whose platform has named a
// pause: who waits here takes the place of others.
const patience = 10 * time.Second

// held reports whether the platform wants nothing sent to the chat for longer
// than an answer should wait here.
func (b *Bot) held(to adapters.ChatInfo) bool {
	g := b.Gates[to.Platform]
	return g != nil && time.Until(g.ReadyAt(gate.Key(to.Chat), false)) > patience
}

// passes reports whether an answer that could not be sent can be later. On
// Discord it cannot: it belongs to its interaction, and in a server only the
// person who asked may see it.
func passes(r *adapters.Request, err error) bool {
	e, ok := errors.AsType[*adapters.SendError](err)
	return ok && r.Chat.Platform != discord && (e.Fate == adapters.Retry || e.Fate == adapters.Later || e.Fate == adapters.Unsure)
}

// sayLater leaves an answer to the outbox, which is as patient as it has to be.
// In the same transaction it is noted as said, so that nobody says it twice.
func (b *Bot) sayLater(ctx context.Context, r *adapters.Request, m *adapters.Message) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}

	return b.Store.Update(ctx, func(tx *store.Tx) error {
		if r.Key != "" {
			done, kept, err := tx.Answered(r.Key)
			if done && kept != "" {
				err = tx.SaveAnswer(r.Key, "")
			}

			if err != nil || done && kept == "" {
				return err
			}
		}

		c, err := tx.EnsureChat(store.Chat{Platform: r.Chat.Platform, Address: r.Chat.Address, Kind: string(r.Chat.Kind), Title: r.Chat.Title})
		if err != nil {
			return err
		}

		return tx.SayLater(c.ID, string(raw))
	})
}
