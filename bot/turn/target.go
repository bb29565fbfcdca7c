package turn

import (
	"cmp"
	"context"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/wording"
	"newsbell/store"
)

// Platforms that differ in where alerts go, or in who may do what.
const (
	Telegram = "telegram"
	Discord  = "discord"
	Terminal = "terminal" // the person there always is an operator
)

// Target is the chat that a command is about.
type Target struct {
	adapters.ChatInfo
	Here bool // it is where the command was given
	Own  bool // it is the person's own private chat
	// Missing are the rights that the bot needs to post there, of a chat that
	// others read too.
	Missing []string
}

// IsShared reports whether others read the chat too.
func (dest Target) IsShared() bool { return dest.Kind != adapters.Private }

// Name is the target as a reply calls it; "" means here.
func (dest Target) Name(w wording.Words) string {
	switch {
	case dest.Here:
		return ""
	case dest.Own:
		return w.Say("list.direct")
	case dest.Title != "":
		return dest.Title
	default:
		return dest.Address
	}
}

// ShownName names a chat, also the one where the person is.
func (dest Target) ShownName() string { return cmp.Or(dest.Title, dest.Address) }

// FindTarget finds the chat that a command is about: what to: names, otherwise
// by the rules of the platform. In a shared chat the person must be allowed to
// manage it, which is checked each time.
func (s *Services) FindTarget(ctx context.Context, t *Turn) (Target, error) {
	here := Target{ChatInfo: t.Request.Chat, Here: true, Own: t.IsPrivate()}
	switch to := strings.TrimSpace(t.Options["to"]); strings.ToLower(to) {
	case "", "me":
		if t.IsPrivate() {
			return here, nil
		}

		if t.Request.Chat.Platform == Discord {
			return PrivateTarget(t)
		}

		if to == "" {
			may, err := s.RightsIn(ctx, t, t.Request.Chat)
			if here.Missing = may.Missing; err != nil || may.Manage {
				return here, err
			}
		}

		return Target{}, t.InviteToPrivate()
	case "here", "this":
		return s.RequireManager(ctx, t, here)
	default:
		return s.FindNamed(ctx, t, to)
	}
}

// PrivateTarget is the person's direct messages.
func PrivateTarget(t *Turn) (Target, error) {
	if t.Request.User.ID == "" {
		return Target{}, t.Refuse("error.unknown_person")
	}

	address := t.Request.User.ID
	if t.Request.Chat.Platform == Discord {
		address = "@" + address
	}

	return Target{Own: true, ChatInfo: adapters.ChatInfo{
		Chat: adapters.Chat{Platform: t.Request.Chat.Platform, Address: address}, Kind: adapters.Private, Title: t.Request.User.Name,
	}}, nil
}

// InviteToPrivate is what a member of a group gets: a button that opens the
// private chat and goes on there. The request is not repeated in the group.
func (t *Turn) InviteToPrivate() error {
	if t.Request.User.ID == "" {
		return t.Refuse("error.unknown_person")
	}

	command := t.Command

	text := t.Text
	if sub := t.Options["sub"]; sub != "" {
		text = strings.TrimSpace(sub + " " + text)
	}

	if when := t.Options["when"]; when != "" {
		text = "when:" + when + " " + text
	}

	m := t.Message("rights.private_chat")
	m.Buttons = [][]adapters.Button{{{Label: t.Say("button.private_chat"), Main: true, Start: t.SaveToken(Token{Who: t.PersonID(), Command: command, Text: text})}}}

	return AsRefusal(m)
}

// FindNamed finds the chat that to: names.
func (s *Services) FindNamed(ctx context.Context, t *Turn, name string) (Target, error) {
	a := s.Adapters[t.Request.Chat.Platform]
	if a == nil || t.Request.Chat.Platform == Terminal {
		return Target{}, t.Refuse("rights.only_here")
	}

	if t.isGuest() {
		return Target{}, t.Refuse("rights.absent")
	}

	info, err := a.Lookup(ctx, name, t.Request)
	if err != nil {
		return Target{}, RefuseSaying(t.Translated(err))
	}

	dest := Target{ChatInfo: info, Here: info.Chat == t.Request.Chat.Chat, Own: isOwnChat(t, info.Chat)}
	if dest.Own {
		return dest, nil
	}

	return s.RequireManager(ctx, t, dest)
}

// isOwnChat reports whether a chat is the person's own.
func isOwnChat(t *Turn, c adapters.Chat) bool {
	id := t.Request.User.ID
	return t.IsPrivate() && c == t.Request.Chat.Chat || id != "" && c.Platform == t.Request.Chat.Platform && (c.Address == id || c.Address == "@"+id)
}

// TargetOf is a chat that a button is about, as a target.
func (t *Turn) TargetOf(c *store.Chat) Target {
	info := ChatInfo(c)
	return Target{ChatInfo: info, Here: info.Chat == t.Request.Chat.Chat, Own: c.Kind == string(adapters.Private)}
}

// ToOption names a target for a command that a button runs; "" for the usual one.
func ToOption(dest Target) string {
	switch {
	case dest.Own:
		return ""
	case dest.Here:
		return "to:here"
	default:
		return "to:" + dest.Address
	}
}

// ToTyped names a target as one types it: a channel of a server by its name.
func ToTyped(dest Target, w wording.Words) string {
	if dest.Platform == Discord && !dest.Own && !dest.Here {
		return "to:" + dest.Name(w)
	}

	return ToOption(dest)
}

// ToAddress names a chat for a command that a button runs, wherever it is pressed.
func ToAddress(c *store.Chat) string {
	if c.Kind == string(adapters.Private) {
		return "to:me"
	}

	return "to:" + c.Address
}

// NameOfTarget is a target as others may read it.
func (s *Services) NameOfTarget(address string) string {
	at, err := s.ParseTarget(address)
	if err != nil {
		return "?" // a version before knew it, or e-mail is off now
	}

	return at.Name
}

// FindAlertTarget is the chat whose alerts are explained: the one that to: names, else
// the current one, but in a server the person's own direct messages unless they
// ask about a message.
func (s *Services) FindAlertTarget(ctx context.Context, t *Turn) (Target, error) {
	if t.Options["to"] != "" {
		return s.FindTarget(ctx, t)
	}

	if t.Request.Chat.Platform == Discord && !t.IsPrivate() && t.Request.Message == "" {
		if dest, err := PrivateTarget(t); err == nil {
			return dest, nil
		}
	}

	return Target{ChatInfo: t.Request.Chat, Here: true, Own: t.IsPrivate()}, nil
}
