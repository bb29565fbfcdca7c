package bot

import (
	"context"
	"errors"
	"strings"

	"newsbell/adapters"
	"newsbell/store"
)

// Notice implements [adapters.Handler]. An event has its effect once.
func (b *Bot) Notice(ctx context.Context, e *adapters.Event) {
	open, err := b.opened(ctx, e)
	if err != nil {
		b.Log.Error("looking after a change of rights", "platform", e.Chat.Platform, "error", err)
		return
	}

	err = b.Store.Update(ctx, func(tx *store.Tx) error {
		if e.Key != "" {
			if done, _, err := tx.Answered(e.Key); err != nil || done {
				return err
			}

			if err := tx.SaveAnswer(e.Key, ""); err != nil {
				return err
			}
		}

		return b.notice(tx, e, open)
	})
	if err != nil {
		b.Log.Error("taking in what happened to a chat", "platform", e.Chat.Platform, "error", err)
	}
}

func (b *Bot) notice(tx *store.Tx, e *adapters.Event, open []int64) error {
	switch {
	case e.Kind == adapters.Joined:
		woke, err := b.returned(tx, e)
		if err != nil {
			return err
		}

		return b.joined(tx, e, woke)
	case e.Kind == adapters.Left:
		return b.gone(tx, e, reasonLeft)
	case e.Kind == adapters.Blocked:
		return b.gone(tx, e, reasonBlocked)
	case e.Kind == adapters.ChatMoved:
		return b.moved(tx, e)
	case e.Kind == adapters.Returned:
		_, err := b.returned(tx, e)
		return err
	}

	for _, chat := range open {
		if err := wake(tx, chat); err != nil {
			return err
		}
	}

	return nil
}

// opened lists the sleeping chats where, after a change of rights, the bot may
// post again.
func (b *Bot) opened(ctx context.Context, e *adapters.Event) (open []int64, err error) {
	a := b.Adapters[e.Chat.Platform]
	if e.Kind != adapters.RightsChanged || a == nil {
		return nil, nil
	}

	var chats []*store.Chat

	err = b.Store.View(ctx, func(tx *store.Tx) error {
		chats, err = b.of(tx, e)
		return err
	})

	for _, c := range chats {
		if c.State != store.Asleep || c.Reason == reasonLeft || c.Kind == string(adapters.Private) {
			continue
		}

		may, err := a.Rights(ctx, infoOf(c).Chat, "")
		if err == nil && len(may.Missing) == 0 {
			open = append(open, c.ID)
		}
	}

	return open, err
}

// joined says hello, once and only where people talk: who may configure the bot,
// and the one command to try; or, where it was before, that all goes on.
func (b *Bot) joined(tx *store.Tx, e *adapters.Event, before bool) error {
	if e.Chat.Kind != adapters.Group || e.Chat.Address == "" || b.Access != AccessOpen && !b.invited(e) {
		return nil
	}

	c, err := tx.EnsureChat(store.Chat{
		Platform: e.Chat.Platform, Address: e.Chat.Address, Kind: string(e.Chat.Kind), Title: e.Chat.Title, Server: e.Chat.Server, SetUpBy: e.User.ID,
	})
	if err != nil {
		return err
	}

	if before {
		return tx.Notify(c.ID, textBack)
	}

	return tx.Notify(c.ID, textJoined(e.Chat.Platform))
}

// invited tells whether a bot that is not open was added where it may be used.
func (b *Bot) invited(e *adapters.Event) bool {
	_, allowed := b.access(&turn{r: &adapters.Request{Chat: e.Chat, User: e.User}})
	return allowed
}

// of lists the rows that an event is about: a chat with its topics, or all
// channels of a server.
func (b *Bot) of(tx *store.Tx, e *adapters.Event) ([]*store.Chat, error) {
	if e.Chat.Server != "" && (e.Chat.Address == "" || e.Kind == adapters.Joined) {
		return tx.ChatsOfServer(e.Chat.Platform, e.Chat.Server)
	}

	if strings.Contains(e.Chat.Address, "/") {
		c, err := tx.Chat(e.Chat.Platform, e.Chat.Address)
		if errors.Is(err, store.ErrNotFound) {
			return nil, nil
		}

		return []*store.Chat{c}, err
	}

	return tx.ChatsUnder(e.Chat.Platform, e.Chat.Address)
}

// Why a chat sleeps, as it is kept (store.Sweep forgets those left long ago).
const (
	reasonLeft    = "left"
	reasonBlocked = "blocked"
)

// gone puts to sleep what the bot cannot reach any more, and tells those who set
// it up.
func (b *Bot) gone(tx *store.Tx, e *adapters.Event, reason string) error {
	chats, err := b.of(tx, e)
	if err != nil {
		return err
	}

	told := map[string]bool{}

	for _, c := range chats {
		if c.Kind == string(adapters.Private) && e.Chat.Kind != adapters.Private {
			continue
		}

		if c.State == store.Asleep && c.Reason != reason { // the reason decides how long it is kept
			if _, _, err := tx.Wake(c.ID); err != nil {
				return err
			}
		}

		fell, err := tx.Sleep(c.ID, reason)
		if err != nil {
			return err
		}

		if fell && c.State != store.Asleep && !told[c.SetUpBy] {
			told[c.SetUpBy] = true
			if err := tellSetUp(tx, c, reason); err != nil {
				return err
			}
		}
	}

	return nil
}

// returned wakes what slept because the bot could not reach it, and tells
// whether anything did.
func (b *Bot) returned(tx *store.Tx, e *adapters.Event) (woke bool, err error) {
	chats, err := b.of(tx, e)
	for _, c := range chats {
		if err == nil && c.State == store.Asleep && !(c.Kind == string(adapters.Private) && e.Chat.Kind != adapters.Private) {
			woke, err = true, wake(tx, c.ID)
		}
	}

	return woke, err
}

// moved gives a chat and its topics their new address.
func (b *Bot) moved(tx *store.Tx, e *adapters.Event) error {
	chats, err := b.of(tx, e)
	for _, c := range chats {
		if err == nil {
			err = tx.MoveChat(c.ID, e.To.Address+strings.TrimPrefix(c.Address, e.Chat.Address))
		}
	}

	return err
}
