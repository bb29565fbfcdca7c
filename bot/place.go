package bot

import (
	"context"
	"errors"
	"strings"

	"newsbell/adapters"
	"newsbell/store"
)

// Platforms whose customs differ where alerts go (DESIGN §6).
const (
	telegram = "telegram"
	discord  = "discord"
)

// place is the chat that a command is about.
type place struct {
	adapters.ChatInfo
	here bool // it is where the command was given
	mine bool // it is the person's own private chat
	// missing are the rights that the bot needs to post there, of a chat that
	// others read too.
	missing []string
}

// shared tells a chat that others read too.
func (p place) shared() bool { return p.Kind != adapters.Private }

// name is the place as an answer names it: "" for here.
func (p place) name() string {
	switch {
	case p.here:
		return ""
	case p.mine:
		return nameDirect
	case p.Title != "":
		return p.Title
	default:
		return p.Address
	}
}

// place finds the chat that a command is about: what to: says, else by the rule
// of DESIGN §6. In a chat with others the person must be allowed to configure
// it, which is asked anew each time.
func (b *Bot) place(ctx context.Context, t *turn) (place, error) {
	here := place{ChatInfo: t.r.Chat, here: true, mine: t.private()}
	switch to := strings.TrimSpace(t.options["to"]); strings.ToLower(to) {
	case "", "me":
		if t.private() {
			return here, nil
		}

		if t.r.Chat.Platform == discord {
			return ownChat(t)
		}

		if to == "" {
			may, err := b.manages(ctx, t, t.r.Chat)
			if here.missing = may.Missing; err != nil || may.Manage {
				return here, err
			}
		}

		return place{}, t.comeOver()
	case "here", "this":
		return b.managed(ctx, t, here)
	default:
		return b.named(ctx, t, to)
	}
}

// ownChat is the person's direct messages.
func ownChat(t *turn) (place, error) {
	if t.r.User.ID == "" {
		return place{}, refuse(textNobody)
	}

	address := t.r.User.ID
	if t.r.Chat.Platform == discord {
		address = "@" + address
	}

	return place{mine: true, ChatInfo: adapters.ChatInfo{
		Chat: adapters.Chat{Platform: t.r.Chat.Platform, Address: address}, Kind: adapters.Private, Title: t.r.User.Name,
	}}, nil
}

// comeOver is what a member of a group hears: a button that opens the private
// chat and does there what was asked. What it was is not repeated in the group.
func (t *turn) comeOver() error {
	if t.r.User.ID == "" {
		return refuse(textNobody)
	}

	command := t.command

	text := t.text
	if sub := t.options["sub"]; sub != "" {
		text = strings.TrimSpace(sub + " " + text)
	}

	if when := t.options["when"]; when != "" {
		text = "when:" + when + " " + text
	}

	m := say(textComeOver)
	m.Buttons = [][]adapters.Button{{{Label: btnComeOver, Start: t.word(token{Who: t.who(), Command: command, Text: text})}}}

	return &refusal{m}
}

// named is the chat that to: names.
func (b *Bot) named(ctx context.Context, t *turn, name string) (place, error) {
	a := b.Adapters[t.r.Chat.Platform]
	if a == nil || t.r.Chat.Platform == terminal {
		return place{}, refuse(textOnlyHere)
	}

	info, err := a.Lookup(ctx, name, t.r)
	if err != nil {
		return place{}, refuse(sentence(err.Error()))
	}

	p := place{ChatInfo: info, here: info.Chat == t.r.Chat.Chat, mine: isOwn(t, info.Chat)}
	if p.mine {
		return p, nil
	}

	return b.managed(ctx, t, p)
}

// isOwn tells whether a chat is the person's own.
func isOwn(t *turn, c adapters.Chat) bool {
	id := t.r.User.ID
	return t.private() && c == t.r.Chat.Chat || id != "" && c.Platform == t.r.Chat.Platform && (c.Address == id || c.Address == "@"+id)
}

// managed passes a place on if the person may configure it.
func (b *Bot) managed(ctx context.Context, t *turn, p place) (place, error) {
	if p.mine {
		return p, nil
	}

	may, err := b.manages(ctx, t, p.ChatInfo)
	switch {
	case err != nil:
		return place{}, err
	case !may.Manage:
		return place{}, refuse(textNotAdmin(p.Platform, p.name()))
	}

	p.missing = may.Missing

	return p, nil
}

// manages asks what the person and the bot may do in a chat.
func (b *Bot) manages(ctx context.Context, t *turn, c adapters.ChatInfo) (adapters.Rights, error) {
	if c.Platform == terminal {
		return adapters.Rights{Manage: true}, nil
	}

	if c.Chat == t.r.Chat.Chat && t.r.Rights != nil {
		return *t.r.Rights, nil
	}

	a := b.Adapters[c.Platform]
	if a == nil {
		return adapters.Rights{}, refuse(textNoRights)
	}

	may, err := a.Rights(ctx, c.Chat, t.r.User.ID)
	if err != nil {
		b.Log.Warn("rights could not be asked for", "platform", c.Platform, "error", err)
		return adapters.Rights{}, refuse(textNoRights)
	}

	return may, nil
}

// mayChange checks the right to change what belongs to a chat, for buttons.
func (b *Bot) mayChange(ctx context.Context, t *turn, c *store.Chat) error {
	info := infoOf(c)
	if isOwn(t, info.Chat) {
		return nil
	}

	if c.Kind == string(adapters.Private) {
		return refuse(textNotYours)
	}

	may, err := b.manages(ctx, t, info)
	if err != nil {
		return err
	}

	if !may.Manage {
		return refuse(textNotAdmin(c.Platform, ""))
	}

	return nil
}

// infoOf is a stored chat as the platforms see it.
func infoOf(c *store.Chat) adapters.ChatInfo {
	return adapters.ChatInfo{
		Chat: adapters.Chat{Platform: c.Platform, Address: c.Address}, Kind: adapters.Kind(c.Kind), Title: c.Title, Server: c.Server,
	}
}

// ensure is the place's row, made if it is new. In a transaction that changes it.
func (t *turn) ensure(tx *store.Tx, p place) (*store.Chat, error) {
	c := store.Chat{
		Platform: p.Platform, Address: p.Address, Kind: string(p.Kind), Title: p.Title, Server: p.Server, SetUpBy: t.r.User.ID,
	}
	if p.mine {
		c.Language = t.r.User.Language
	}

	return tx.EnsureChat(c)
}

// chatOf is the place's row for reading; one that is new has no ID.
func chatOf(tx *store.Tx, p place) (*store.Chat, error) {
	c, err := tx.Chat(p.Platform, p.Address)
	if errors.Is(err, store.ErrNotFound) {
		return &store.Chat{Platform: p.Platform, Address: p.Address, Kind: string(p.Kind), State: store.Active}, nil
	}

	return c, err
}
