// Package events is what becomes of a chat without anybody asking: the bot joins it, is thrown
// out, blocked or let in again, the chat moves or is deleted, an alert cannot be delivered
// there. A chat that cannot be reached falls asleep, and who set it up hears of it, once; one
// that can be reached again wakes.
package events

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"

	"newsbell/adapters"
	"newsbell/locales"
	"newsbell/store"
)

// Handler takes in what happens to chats. Its fields are required.
type Handler struct {
	Store    *store.Store
	Log      *slog.Logger
	Texts    *locales.Catalog
	Adapters map[string]adapters.Adapter // by platform

	// IsInvited reports whether the bot may be used where it was added.
	IsInvited func(e *adapters.Event) bool
	// OfferSetUp asks in a person's private chat what to post in the channel that they added the
	// bot to.
	OfferSetUp func(private *store.Chat, channel adapters.ChatInfo) *adapters.Message
	// NameOfTarget is a target as others may read it.
	NameOfTarget func(address string) string
}

// The platforms that differ in whom a bot may write to, and how.
const (
	discord  = "discord"
	telegram = "telegram"
)

// Notice takes in an event. It has its effect once.
func (h *Handler) Notice(ctx context.Context, e *adapters.Event) {
	open, err := h.reopenedChats(ctx, e)
	if err != nil {
		h.Log.Error("looking after a change of rights", "platform", e.Chat.Platform, "error", err)
		return
	}

	err = h.Store.Update(ctx, func(tx *store.Tx) error {
		if e.Key != "" {
			if done, _, err := tx.Reply(e.Key); err != nil || done {
				return err
			}

			if err := tx.SaveReply(e.Key, ""); err != nil {
				return err
			}
		}

		return h.handle(tx, e, open)
	})
	if err != nil {
		h.Log.Error("taking in what happened to a chat", "platform", e.Chat.Platform, "error", err)
	}
}

func (h *Handler) handle(tx *store.Tx, e *adapters.Event, open []int64) error {
	switch e.Kind {
	case adapters.Joined:
		woke, err := h.handleReturned(tx, e)
		if err != nil {
			return err
		}

		return h.handleJoined(tx, e, woke)
	case adapters.Left:
		return h.handleLost(tx, e, reasonLeft)
	case adapters.Deleted:
		return h.handleLost(tx, e, reasonDeleted)
	case adapters.Blocked:
		return h.handleLost(tx, e, reasonBlocked)
	case adapters.ChatMoved:
		return h.handleMoved(tx, e)
	case adapters.Returned:
		_, err := h.handleReturned(tx, e)
		return err
	}

	for _, chat := range open {
		if err := h.Wake(tx, chat); err != nil {
			return err
		}
	}

	return nil
}

// reopenedChats lists the sleeping chats that a change of rights lets the bot
// post in again.
func (h *Handler) reopenedChats(ctx context.Context, e *adapters.Event) (open []int64, err error) {
	a := h.Adapters[e.Chat.Platform]
	if e.Kind != adapters.RightsChanged || a == nil {
		return nil, nil
	}

	var chats []*store.Chat

	err = h.Store.View(ctx, func(tx *store.Tx) error {
		chats, err = h.chatsOf(tx, e)
		return err
	})

	for _, c := range chats {
		if c.State != store.Asleep || c.Reason == reasonLeft || c.Reason == reasonDeleted || c.Kind == string(adapters.Private) {
			continue
		}

		may, err := a.Rights(ctx, adapters.Chat{Platform: c.Platform, Address: c.Address}, "")
		if err == nil && len(may.Missing) == 0 {
			open = append(open, c.ID)
		}
	}

	return open, err
}

// handleJoined says hello, once and only where people talk: who may set up
// alerts and the one command to try; or, where the bot was before, that it is
// back.
func (h *Handler) handleJoined(tx *store.Tx, e *adapters.Event, before bool) error {
	if e.Chat.Kind == adapters.Channel && e.Chat.Platform == telegram && !before {
		return h.offerSetUp(tx, e)
	}

	if e.Chat.Kind != adapters.Group || e.Chat.Address == "" || !h.IsInvited(e) {
		return nil
	}

	c, err := tx.EnsureChat(store.Chat{
		Platform: e.Chat.Platform, Address: e.Chat.Address, Kind: string(e.Chat.Kind), Title: e.Chat.Title, Server: e.Chat.Server, SetUpBy: e.User.ID,
		Language: cmp.Or(e.Chat.Language, e.User.Language),
	})
	if err != nil {
		return err
	}

	if before {
		followed, err := followedIn(tx, e)
		if err != nil {
			return err
		}

		if followed {
			return tx.Notify(c.ID, h.textsOf(c).Say("start.back"))
		}
	}

	return tx.Notify(c.ID, joinedText(h.textsOf(c), e.Chat.Platform))
}

// offerSetUp asks whoever added the bot to a channel what to post there, in their private
// chat: a channel is no place to talk in.
func (h *Handler) offerSetUp(tx *store.Tx, e *adapters.Event) error {
	c, err := tx.Chat(e.Chat.Platform, e.User.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil // there a bot cannot write first
	}

	if err != nil || e.User.ID == "" {
		return err
	}

	raw, err := json.Marshal(h.OfferSetUp(c, e.Chat))
	if err != nil {
		return err
	}

	return tx.SayLater(c.ID, string(raw))
}

// followedIn reports whether any chat that an event is about has subscriptions.
func followedIn(tx *store.Tx, e *adapters.Event) (bool, error) {
	chats, err := tx.ChatsOfServer(e.Chat.Platform, e.Chat.Server)
	if e.Chat.Server == "" {
		chats, err = tx.ChatsUnder(e.Chat.Platform, e.Chat.Address)
	}

	for _, c := range chats {
		if err != nil {
			break
		}

		var n int
		if n, _, err = tx.CountSubscriptions(c.ID, ""); n > 0 {
			return true, err
		}
	}

	return false, err
}

// chatsOf lists the rows that an event is about: a chat with its topics, or all
// channels of a server.
func (h *Handler) chatsOf(tx *store.Tx, e *adapters.Event) ([]*store.Chat, error) {
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

// handleLost puts to sleep the chats that the bot cannot reach any more, and
// notifies those who set them up.
func (h *Handler) handleLost(tx *store.Tx, e *adapters.Event, reason string) error {
	chats, err := h.chatsOf(tx, e)
	if err != nil {
		return err
	}

	notified := map[string]bool{}

	for _, c := range chats {
		if c.Kind == string(adapters.Private) && e.Chat.Kind != adapters.Private {
			continue
		}

		if c.State == store.Asleep && c.Reason != reason { // the reason decides how long its row is kept
			if _, _, err := tx.Wake(c.ID); err != nil {
				return err
			}
		}

		fell, err := tx.Sleep(c.ID, reason)
		if err != nil {
			return err
		}

		if fell && c.State != store.Asleep && !notified[c.SetUpBy] {
			notified[c.SetUpBy] = true
			if err := h.notifyOwner(tx, c, reason); err != nil {
				return err
			}
		}
	}

	return nil
}

// handleReturned wakes the chats that slept because the bot could not reach
// them, and reports whether there were any.
func (h *Handler) handleReturned(tx *store.Tx, e *adapters.Event) (woke bool, err error) {
	chats, err := h.chatsOf(tx, e)
	for _, c := range chats {
		if err == nil && c.State == store.Asleep && !(c.Kind == string(adapters.Private) && e.Chat.Kind != adapters.Private) {
			woke, err = true, h.Wake(tx, c.ID)
		}
	}

	return woke, err
}

// handleMoved gives a chat and its topics their new address.
func (h *Handler) handleMoved(tx *store.Tx, e *adapters.Event) error {
	chats, err := h.chatsOf(tx, e)
	for _, c := range chats {
		if err == nil {
			err = tx.MoveChat(c.ID, e.To.Address+strings.TrimPrefix(c.Address, e.Chat.Address))
		}
	}

	return err
}

// NotifyAsleep notifies the person who set up a chat that it fell asleep, once,
// in their private chat; of a target, the chat whose alerts go there. Nobody is
// notified about their own private chat: they closed it.
func (h *Handler) NotifyAsleep(ctx context.Context, chat *store.Chat, reason string) {
	if err := h.Store.Update(ctx, func(tx *store.Tx) error { return h.notifyOwner(tx, chat, reason) }); err != nil {
		h.Log.Error("telling who set up a chat that it sleeps", "error", err)
	}
}

// notifyOwner queues the news that a chat fell asleep for the private chat of
// the person who set it up, if it has subscriptions and there is such a chat.
func (h *Handler) notifyOwner(tx *store.Tx, chat *store.Chat, reason string) error {
	if store.IsTarget(chat.Platform) {
		return h.notifyOwnerOfTarget(tx, chat, func(t *locales.Texts, name string) string { return t.Say("target.asleep", "place", name) })
	}

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

	return tx.Notify(to.ID, asleepText(h.Texts.Find(slices.Concat(to.ReadIn(), chat.ReadIn())...), chat.Title, reason))
}

// NotifyFailing notifies the chat whose alerts go to a target that nothing arrives there for now, once
// for a message: of the next one nothing is known until this one has arrived.
func (h *Handler) NotifyFailing(ctx context.Context, chat *store.Chat, message int64, reason string) {
	if !store.IsTarget(chat.Platform) { // a chat can't be told while it can't be reached
		return
	}

	err := h.Store.Update(ctx, func(tx *store.Tx) error {
		first, err := tx.NoteFailing(chat.ID, message)
		if err != nil || !first {
			return err
		}

		return h.notifyOwnerOfTarget(tx, chat, func(t *locales.Texts, name string) string {
			return t.Say("target.failing", "place", name, "reason", t.Translate(reason))
		})
	})
	if err != nil {
		h.Log.Error("telling a chat that its target fails", "error", err)
	}
}

// notifyOwnerOfTarget queues news of a target for the chat whose alerts go there.
func (h *Handler) notifyOwnerOfTarget(tx *store.Tx, chat *store.Chat, say func(t *locales.Texts, name string) string) error {
	g, err := tx.TargetOf(chat.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil // it was removed meanwhile
	}

	if err != nil {
		return err
	}

	owner, err := tx.ChatByID(g.Owner)
	if err != nil {
		return err
	}

	return tx.Notify(owner.ID, say(h.textsOf(owner), h.NameOfTarget(g.URL)))
}

// Wake makes a chat active again, and points it to what it missed.
func (h *Handler) Wake(tx *store.Tx, chat int64) error {
	_, away, err := tx.Wake(chat)
	if err != nil || !away {
		return err
	}

	c, err := tx.ChatByID(chat)
	if err != nil {
		return err
	}

	return tx.Notify(chat, h.textsOf(c).Say("state.away"))
}

// textsOf are the texts in the language that a chat reads.
func (h *Handler) textsOf(c *store.Chat) *locales.Texts { return h.Texts.Find(c.ReadIn()...) }

// Why a chat sleeps, as the store has it (store.Sweep deletes those left long ago).
const (
	reasonLeft    = "left"
	reasonBlocked = "blocked"
	reasonDeleted = "the channel was deleted"
)

// IsDeleted reports whether a chat is gone for good.
func IsDeleted(c *store.Chat) bool { return c.State == store.Asleep && c.Reason == reasonDeleted }

// WhyAsleep says why a chat sleeps, for one that does.
func WhyAsleep(t *locales.Texts, reason string) string {
	if reason == reasonDeleted {
		return t.Say("state.deleted")
	}

	return t.Say("state.asleep", "reason", reasonText(t, reason))
}

// reasonText is why a chat sleeps, as a clause.
func reasonText(t *locales.Texts, reason string) string {
	switch reason {
	case reasonLeft:
		return t.Say("state.left")
	case reasonBlocked:
		return t.Say("state.blocked")
	default:
		return t.Translate(strings.TrimSuffix(reason, "."))
	}
}

// asleepText tells who set up a chat that it sleeps.
func asleepText(t *locales.Texts, title, reason string) string {
	key := "state.chat_asleep"
	if reason == reasonDeleted {
		key = "state.chat_deleted"
	}

	if title == "" {
		key += "_unnamed"
	}

	return t.Say(key, "where", title, "reason", reasonText(t, reason))
}

// joinedText is what the bot says when it comes into a group or server.
func joinedText(t *locales.Texts, platform string) string {
	if platform == discord {
		return t.Say("start.joined_server")
	}

	return t.Say("start.joined_group")
}
