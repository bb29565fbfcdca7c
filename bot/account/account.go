package account

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/turn"
	"newsbell/store"
)

// linkTime is how long a link that signs in is good.
const linkTime = time.Hour

// OpenPages gives a person a link that signs them in on their pages, once; "off" ends all
// links and sessions. The link is in no table: what is kept of it is a hash, and a reply
// that does not arrive is asked for again.
func (h *Handler) OpenPages(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest := turn.Target{ChatInfo: t.Request.Chat, Here: true, Own: true}

	if !t.IsPrivate() {
		if !t.Request.Interaction { // everybody would read it
			return nil, t.InviteToPrivate()
		}

		var err error
		if dest, err = turn.PrivateTarget(t); err != nil {
			return nil, err
		}
	}

	if strings.EqualFold(t.Text, "off") {
		return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
			c, err := t.EnsureChat(tx, dest)
			if err == nil {
				err = errors.Join(tx.EndWebKeys(c.ID), tx.Log(c.ID, t.PersonID(), "signed out of the pages"))
			}

			return &turn.Reply{Answer: t.Message("web.signed_out")}, err
		})
	}

	secret := rand.Text()

	_, err := h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		c, err := t.EnsureChat(tx, dest)
		if err != nil {
			return nil, err
		}

		return &turn.Reply{}, tx.AddWebKey(secret, store.WebKey{
			Kind: store.WebLink, Chat: c.ID, Person: t.Request.User.ID, Name: t.Request.User.Name, Language: t.Request.User.Language, Expires: t.Now.Add(linkTime),
		})
	})
	if err != nil {
		return nil, err
	}

	address := h.SignIn(secret)

	return &adapters.Message{Text: t.Lines("web.link", "link", adapters.Link(address, address)), Private: !t.IsPrivate(), Buttons: t.CopyRow(address)}, nil
}

// SetFeed gives a chat's alerts an address under which they can be read as a feed: "on" for
// a new one, "off" for none.
func (h *Handler) SetFeed(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := h.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	on := t.Text != "off"

	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		c, err := t.EnsureChat(tx, dest)
		if err == nil {
			err = errors.Join(tx.SetFeed(c.ID, on), tx.Log(c.ID, t.PersonID(), "turned the feed of alerts "+input.OnOff(on)))
		}

		return &turn.Reply{Answer: t.Message("web.feed_" + input.OnOff(on))}, err
	})
}

// ConfirmForget asks before everything is deleted; the button does it.
func (h *Handler) ConfirmForget(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, c, all, err := h.Listing.OfTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	m := &adapters.Message{Text: t.AskForget(dest.Name(t.Words), dest.Own, len(all))}
	m.Buttons = [][]adapters.Button{{{Label: t.Say("button.forget"), Data: button.Forget + button.ID(c.ID), Danger: true}, {Label: t.Say("button.keep"), Data: button.Nothing}}}

	return m, nil
}

// ForgetChat deletes a chat (0: none is known), and the person if it is their
// own.
func (h *Handler) ForgetChat(ctx context.Context, t *turn.Turn, chat int64) (*adapters.Message, error) {
	c, err := h.LoadChatByID(ctx, chat)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}

	switch {
	case c != nil:
		if err := h.RequireChatManager(ctx, t, c); err != nil {
			return nil, err
		}
	case chat != 0:
		return t.OldButton(), nil
	}

	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		mine := c == nil || c.Kind == string(adapters.Private)
		if c != nil {
			if err := tx.Forget(c.ID); err != nil {
				return nil, err
			}
		}

		if mine && t.Request.User.ID != "" {
			if err := tx.ForgetPerson(t.Request.Chat.Platform, t.Request.User.ID); err != nil {
				return nil, err
			}
		}

		return &turn.Reply{Answer: &adapters.Message{Text: t.Lines("forget.done"), Replace: true}}, nil
	})
}

// ShowPrivacy says what is kept about a person.
func (h *Handler) ShowPrivacy(_ context.Context, t *turn.Turn) (*adapters.Message, error) {
	m := &adapters.Message{Text: adapters.Text{t.Line("privacy.kept"), t.Line("privacy.stays")}}
	if h.Writer.Works() {
		m.Text = append(m.Text, t.Line("privacy.model"))
	}

	m.Buttons = [][]adapters.Button{{t.Button(t.Say("button.forget_all"), "forget", "")}}

	return m, nil
}
