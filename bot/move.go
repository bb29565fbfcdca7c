package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/listing"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/store"
	"newsbell/subscriptions"
)

// askWhereTo asks for the channel or group to which a subscription moves.
func askWhereTo(t *turn.Turn, s *store.Subscription) *adapters.Message {
	m := askWhere(t)
	t.KeepToken(turn.QuestionWord(t.Request), turn.Token{Who: t.PersonID(), Command: button.CommandMove, Text: button.ID(s.ID)})

	return m
}

// moveSubscriptions moves subscriptions of one chat to another.
func (b *Bot) moveSubscriptions(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	into, err := b.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	if len(into.Missing) > 0 {
		return nil, turn.AsRefusal(t.MissingRights(into.ShownName(), into.Missing))
	}

	from, all, err := b.subscriptionsToMove(ctx, t)
	if err != nil || len(all) == 0 || from.Platform != into.Platform {
		return t.OldButton(), err
	}

	for _, s := range all {
		if s.Ping != "" {
			if err := b.CheckPing(ctx, t, into, s.Ping); err != nil {
				return nil, err
			}
		}

		if subscriptions.WantsThread(s.Delivery) {
			if err := b.CheckThreads(ctx, t, into); err != nil {
				return nil, err
			}
		}
	}

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) { return b.saveMove(tx, t, from, into, all) })
}

// subscriptionsToMove reads the subscriptions that a request names by their rows, and the
// chat that all of them are of, which the person must be allowed to manage.
func (b *Bot) subscriptionsToMove(ctx context.Context, t *turn.Turn) (from *store.Chat, all []*store.Subscription, err error) {
	err = b.Store.View(ctx, func(tx *store.Tx) error {
		for word := range strings.SplitSeq(t.Text, ",") {
			id, err := strconv.ParseInt(word, 10, 64)
			if err != nil {
				return store.ErrNotFound
			}

			s, err := tx.SubscriptionByID(id)
			if err != nil {
				return err
			}

			if len(all) > 0 && s.Chat != all[0].Chat {
				return store.ErrNotFound
			}

			if s.RemovedAt.IsZero() {
				all = append(all, s)
			}
		}

		if len(all) > 0 {
			from, err = tx.ChatByID(all[0].Chat)
		}

		return err
	})

	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, nil, nil
	case err != nil || from == nil:
		return nil, nil, err
	}

	return from, all, b.RequireChatManager(ctx, t, from)
}

// saveMove moves subscriptions. What the other chat follows already stays where it is.
func (b *Bot) saveMove(tx *store.Tx, t *turn.Turn, from *store.Chat, into turn.Target, all []*store.Subscription) (*turn.Reply, error) {
	c, err := t.EnsureChat(tx, into)
	if err != nil {
		return nil, err
	}

	there, err := tx.Subscriptions(c.ID)
	if err != nil {
		return nil, err
	}

	var (
		m     adapters.Message
		moved []*store.Subscription
	)

	for _, s := range all {
		if twin := slices.IndexFunc(there, func(o *store.Subscription) bool { return o.Canonical == s.Canonical }); twin >= 0 {
			m.Text = append(m.Text, listing.FollowsLine(t.Words, into, "already", t.Subscription(there[twin], nil)))
		} else {
			moved = append(moved, s)
		}
	}

	if len(moved) == 0 || c.ID == from.ID {
		return &turn.Reply{Answer: &m}, nil
	}

	if limit := b.SubscriptionLimit(); len(there)+len(moved) > limit {
		return nil, t.Refuse(listing.LimitKey(true), "limit", limit)
	}

	for _, s := range moved {
		if err := tx.MoveSubscription(s, c.ID); err != nil {
			return nil, err
		}
	}

	what := fmt.Sprintf("moved %s to %s", t.NumberList(moved), into.ShownName())
	if err := tx.Log(from.ID, t.PersonID(), what); err != nil {
		return nil, err
	}

	name, err := movedName(t, tx, moved)
	if err != nil {
		return nil, err
	}

	m.Text = append(adapters.Text{t.Line("server.moved", "numbers", name, "where", cmp.Or(into.Name(t.Words), into.ShownName()))}, m.Text...)
	m.Buttons = [][]adapters.Button{{t.Button(t.Say("button.undo"), button.CommandMove, turn.ToAddress(from)+" "+listing.IDs(moved)), {Label: t.Say("button.back"), Data: button.Server + button.ID(c.ID)}}}

	return &turn.Reply{Answer: &m}, nil
}

// movedName names subscriptions by the numbers that they have now, a single one by its query,
// too.
func movedName(t *turn.Turn, tx *store.Tx, moved []*store.Subscription) (string, error) {
	now := make([]*store.Subscription, len(moved))

	for i, s := range moved {
		var err error
		if now[i], err = tx.SubscriptionByID(s.ID); err != nil {
			return "", err
		}
	}

	if len(now) == 1 {
		return "#" + strconv.Itoa(now[0].Number) + " " + wording.Cut(now[0].Query, 200), nil
	}

	return t.NumberList(now), nil
}

// moveHere takes the subscriptions of a channel that was deleted to the channel
// where the button was pressed.
func (b *Bot) moveHere(ctx context.Context, t *turn.Turn, from *store.Chat) (*adapters.Message, error) {
	here, err := b.RequireManager(ctx, t, turn.Target{ChatInfo: t.Request.Chat, Here: true})
	if err != nil {
		return nil, err
	}

	if len(here.Missing) > 0 {
		return nil, turn.AsRefusal(t.MissingRights(here.Title, here.Missing))
	}

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		n, _, err := tx.CountSubscriptions(from.ID, "")
		if err != nil {
			return nil, err
		}

		into, err := t.EnsureChat(tx, here)
		if err == nil {
			err = tx.MoveChat(from.ID, into.Address)
		}

		if err == nil {
			err = tx.Log(into.ID, t.PersonID(), "moved the subscriptions of "+from.Title+" here")
		}

		return &turn.Reply{Answer: turn.Replacing(t.Message("list.moved", "n", n))}, err
	})
}
