package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"newsbell/adapters"
	"newsbell/store"
)

// Notice implements [adapters.Handler]. An event has its effect once.
func (b *Bot) Notice(ctx context.Context, e *adapters.Event) {
	open, err := b.reopenedChats(ctx, e)
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

		return b.handleEvent(tx, e, open)
	})
	if err != nil {
		b.Log.Error("taking in what happened to a chat", "platform", e.Chat.Platform, "error", err)
	}
}

func (b *Bot) handleEvent(tx *store.Tx, e *adapters.Event, open []int64) error {
	switch e.Kind {
	case adapters.Joined:
		woke, err := b.handleReturned(tx, e)
		if err != nil {
			return err
		}

		return b.handleJoined(tx, e, woke)
	case adapters.Left:
		return b.handleLost(tx, e, reasonLeft)
	case adapters.Deleted:
		return b.handleLost(tx, e, reasonDeleted)
	case adapters.Blocked:
		return b.handleLost(tx, e, reasonBlocked)
	case adapters.ChatMoved:
		return b.handleMoved(tx, e)
	case adapters.Returned:
		_, err := b.handleReturned(tx, e)
		return err
	}

	for _, chat := range open {
		if err := b.wakeChat(tx, chat); err != nil {
			return err
		}
	}

	return nil
}

// reopenedChats lists the sleeping chats that a change of rights lets the bot
// post in again.
func (b *Bot) reopenedChats(ctx context.Context, e *adapters.Event) (open []int64, err error) {
	a := b.Adapters[e.Chat.Platform]
	if e.Kind != adapters.RightsChanged || a == nil {
		return nil, nil
	}

	var chats []*store.Chat

	err = b.Store.View(ctx, func(tx *store.Tx) error {
		chats, err = b.chatsOf(tx, e)
		return err
	})

	for _, c := range chats {
		if c.State != store.Asleep || c.Reason == reasonLeft || c.Reason == reasonDeleted || c.Kind == string(adapters.Private) {
			continue
		}

		may, err := a.Rights(ctx, chatInfo(c).Chat, "")
		if err == nil && len(may.Missing) == 0 {
			open = append(open, c.ID)
		}
	}

	return open, err
}

// handleJoined says hello, once and only where people talk: who may set up
// alerts and the one command to try; or, where the bot was before, that it is
// back.
func (b *Bot) handleJoined(tx *store.Tx, e *adapters.Event, before bool) error {
	if e.Chat.Kind == adapters.Channel && e.Chat.Platform == telegram && !before {
		return b.offerSetUp(tx, e)
	}

	if e.Chat.Kind != adapters.Group || e.Chat.Address == "" || b.policy.Load().Access != AccessOpen && !b.isInvited(e) {
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
			return tx.Notify(c.ID, b.wordsOf(c).Say("start.back"))
		}
	}

	return tx.Notify(c.ID, b.wordsOf(c).joined(e.Chat.Platform))
}

// offerSetUp asks whoever added the bot to a channel what to post there, in their private
// chat: a channel is no place to talk in.
func (b *Bot) offerSetUp(tx *store.Tx, e *adapters.Event) error {
	c, err := tx.Chat(e.Chat.Platform, e.User.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil // there a bot cannot write first
	}

	if err != nil || e.User.ID == "" {
		return err
	}

	w := b.wordsOf(c)
	m := &adapters.Message{Text: w.lines("start.added_channel", "name", cmp.Or(e.Chat.Title, e.Chat.Address))}
	m.Buttons = [][]adapters.Button{{{Label: w.Say("button.set_up"), Data: pressRun + "start to:" + e.Chat.Address, Main: true}}}

	raw, err := json.Marshal(m)
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

// isInvited reports whether a bot that is not open to everybody was added where
// it may be used.
func (b *Bot) isInvited(e *adapters.Event) bool {
	_, allowed := b.checkAccess(&turn{r: &adapters.Request{Chat: e.Chat, User: e.User}})
	return allowed
}

// chatsOf lists the rows that an event is about: a chat with its topics, or all
// channels of a server.
func (b *Bot) chatsOf(tx *store.Tx, e *adapters.Event) ([]*store.Chat, error) {
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

// Why a chat sleeps, as the store has it (store.Sweep deletes those left long ago).
const (
	reasonLeft    = "left"
	reasonBlocked = "blocked"
	reasonDeleted = "the channel was deleted"
)

// handleLost puts to sleep the chats that the bot cannot reach any more, and
// notifies those who set them up.
func (b *Bot) handleLost(tx *store.Tx, e *adapters.Event, reason string) error {
	chats, err := b.chatsOf(tx, e)
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
			if err := b.notifyOwner(tx, c, reason); err != nil {
				return err
			}
		}
	}

	return nil
}

// handleReturned wakes the chats that slept because the bot could not reach
// them, and reports whether there were any.
func (b *Bot) handleReturned(tx *store.Tx, e *adapters.Event) (woke bool, err error) {
	chats, err := b.chatsOf(tx, e)
	for _, c := range chats {
		if err == nil && c.State == store.Asleep && !(c.Kind == string(adapters.Private) && e.Chat.Kind != adapters.Private) {
			woke, err = true, b.wakeChat(tx, c.ID)
		}
	}

	return woke, err
}

// handleMoved gives a chat and its topics their new address.
func (b *Bot) handleMoved(tx *store.Tx, e *adapters.Event) error {
	chats, err := b.chatsOf(tx, e)
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
func (b *Bot) NotifyAsleep(ctx context.Context, chat *store.Chat, reason string) {
	if err := b.Store.Update(ctx, func(tx *store.Tx) error { return b.notifyOwner(tx, chat, reason) }); err != nil {
		b.Log.Error("telling who set up a chat that it sleeps", "error", err)
	}
}

// notifyOwner queues the news that a chat fell asleep for the private chat of
// the person who set it up, if it has subscriptions and there is such a chat.
func (b *Bot) notifyOwner(tx *store.Tx, chat *store.Chat, reason string) error {
	if chat.Platform == store.TargetPlatform {
		return b.notifyOwnerOfTarget(tx, chat)
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

	return tx.Notify(to.ID, words{b.Texts.Find(slices.Concat(to.ReadIn(), chat.ReadIn())...)}.chatAsleep(chat.Title, reason))
}

// notifyOwnerOfTarget queues the news that nothing arrives at a target for the chat whose
// alerts go there.
func (b *Bot) notifyOwnerOfTarget(tx *store.Tx, chat *store.Chat) error {
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

	return tx.Notify(owner.ID, b.wordsOf(owner).Say("target.asleep", "place", b.nameOfTarget(g.URL)))
}
