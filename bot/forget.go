package bot

import (
	"context"
	"errors"

	"newsbell/adapters"
	"newsbell/store"
)

// forget asks whether everything is to be deleted; the button does it.
func (b *Bot) forget(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, err := b.place(ctx, t)
	if err != nil {
		return nil, err
	}

	c, all, err := b.subscriptionsOf(ctx, p)
	if err != nil {
		return nil, err
	}

	m := say(textForget(p.name(), p.mine, len(all))...)
	m.Buttons = [][]adapters.Button{{{Label: btnForget, Data: pressForget + id(c.ID), Danger: true}, {Label: btnKeep, Data: pressNothing}}}

	return m, nil
}

// forgotten deletes a chat (0: none is known), and the person if it is theirs.
func (b *Bot) forgotten(ctx context.Context, t *turn, chat int64) (*adapters.Message, error) {
	var c *store.Chat

	err := b.Store.View(ctx, func(tx *store.Tx) (err error) {
		c, err = tx.ChatByID(chat)
		return err
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}

	switch {
	case c != nil:
		if err := b.mayChange(ctx, t, c); err != nil {
			return nil, err
		}
	case chat != 0:
		return b.oldButton(), nil
	}

	return b.effect(ctx, t, func(tx *store.Tx) (*saved, error) {
		mine := c == nil || c.Kind == string(adapters.Private)
		if c != nil {
			if err := tx.Forget(c.ID); err != nil {
				return nil, err
			}
		}

		if mine && t.r.User.ID != "" {
			if err := tx.ForgetPerson(t.r.Chat.Platform, t.r.User.ID); err != nil {
				return nil, err
			}
		}

		return &saved{Answer: &adapters.Message{Text: adapters.Say(textForgotten), Replace: true}}, nil
	})
}
