package bot

import (
	"context"
	"errors"

	"newsbell/adapters"
	"newsbell/store"
)

// confirmForget asks before everything is deleted; the button does it.
func (b *Bot) confirmForget(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, err := b.findTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	c, all, err := b.loadSubscriptions(ctx, p)
	if err != nil {
		return nil, err
	}

	m := say(textForget(p.name(), p.own, len(all))...)
	m.Buttons = [][]adapters.Button{{{Label: btnForget, Data: pressForget + formatID(c.ID), Danger: true}, {Label: btnKeep, Data: pressNothing}}}

	return m, nil
}

// forgetChat deletes a chat (0: none is known), and the person if it is their
// own.
func (b *Bot) forgetChat(ctx context.Context, t *turn, chat int64) (*adapters.Message, error) {
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
		if err := b.requireChatManager(ctx, t, c); err != nil {
			return nil, err
		}
	case chat != 0:
		return b.oldButton(), nil
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
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

		return &reply{Answer: &adapters.Message{Text: adapters.Say(textForgotten), Replace: true}}, nil
	})
}

// showPrivacy says what is kept about a person.
func (b *Bot) showPrivacy(_ context.Context, t *turn) (*adapters.Message, error) {
	m := say(textPrivacy...)
	m.Buttons = [][]adapters.Button{{t.button(btnForgetAll, "forget", "")}}

	return m, nil
}
