package follow

import (
	"errors"
	"fmt"
	"slices"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/listing"
	"newsbell/bot/search"
	"newsbell/bot/turn"
	"newsbell/store"
)

// addSubscription saves a subscription and makes the reply.
func (h *Handler) addSubscription(tx *store.Tx, t *turn.Turn, wanted *Wanted, seen *search.Result) (*turn.Reply, error) {
	c, err := h.chatToSubscribe(tx, t, wanted)
	if err != nil {
		return nil, err
	}

	s, err := h.saveSubscription(tx, t, c, wanted)
	if err != nil {
		return nil, err
	}

	m := h.subscribedReply(t, wanted, s, c, seen)

	switch {
	case s.changed:
		undo := turn.Join(turn.ToOption(wanted.Target), input.DeliveryOptions(&s.before), s.Query)
		m.Buttons = button.Prepend(t.ConfirmedButton(t.Say("button.undo"), "subscribe", undo), m.Buttons)
	case s.added:
		addTogether(t, m, wanted)
	}

	if err := addScope(t, tx, m, wanted, s.Subscription); err != nil {
		return nil, err
	}

	if wanted.Target.Here || !wanted.Target.Own {
		return &turn.Reply{Answer: m}, nil
	}

	closed := &adapters.Message{Text: append(slices.Clone(m.Text), adapters.Line{}, adapters.Line{adapters.Plain(t.Say("subscribe.closed_kept"))}), Buttons: m.Buttons}

	return turn.SendPrivately(t, wanted.Target, m, t.Message("subscribe.sent_direct"), closed), nil
}

// chatToSubscribe is the chat that a new subscription is for. One that slept is awake
// again: the bot may post there, as was just asked. A full chat is refused all but what it
// follows already.
func (h *Handler) chatToSubscribe(tx *store.Tx, t *turn.Turn, wanted *Wanted) (*store.Chat, error) {
	c, err := t.EnsureChat(tx, wanted.Target)
	if err != nil {
		return nil, err
	}

	if c.State == store.Asleep && wanted.Target.IsShared() {
		if err := h.Events().Wake(tx, c.ID); err != nil {
			return nil, err
		}

		c.State = store.Active
	}

	over, err := h.OverLimit(tx, t, c)
	if err != nil || over == nil {
		return c, err
	}

	known, err := listing.FindByCanonical(tx, c.ID, wanted.Query)
	if err != nil || known == nil {
		return nil, errors.Join(err, over)
	}

	return c, nil
}

// savedSubscription is a subscription with what saving it has done.
type savedSubscription struct {
	*store.Subscription
	before         store.Subscription // as it was
	added, changed bool
	brought        []string // bundles that the chat reads because of it
}

// saveSubscription adds a subscription, or changes the one to the same query.
func (h *Handler) saveSubscription(tx *store.Tx, t *turn.Turn, c *store.Chat, wanted *Wanted) (s savedSubscription, err error) {
	s.Subscription, s.added, err = tx.AddSubscription(store.Subscription{
		Chat: c.ID, Query: wanted.Text, Canonical: wanted.Query.String(), CreatedBy: t.Request.User.ID, Server: t.Request.Chat.Server,
		Delivery: wanted.Delivery.String(), Ping: wanted.ping, Label: wanted.label, Scope: wanted.scope, Outlets: wanted.Min, Only: wanted.only,
	})
	if err != nil {
		return s, err
	}

	s.before = *s.Subscription

	if s.brought, err = h.Reading.ReadNamedBundles(tx, t, c, wanted.Query); err != nil {
		return s, err
	}

	if wanted.Delivery.When.HasTime() {
		if wanted.guessed, err = h.Settings.GuessZone(tx, t, wanted.Target, c); err != nil {
			return s, err
		}
	}

	if !s.added {
		s.changed, err = h.changeSubscription(tx, t, s.Subscription, wanted)
	}

	if err != nil || !s.added && !s.changed {
		return s, err
	}

	return s, tx.Log(c.ID, t.PersonID(), fmt.Sprintf("subscribed to #%d", s.Number))
}

// undoButton takes a new subscription back, with all that it brought.
func undoButton(t *turn.Turn, s *savedSubscription) adapters.Button {
	if len(s.brought) > 0 {
		return undoWithBundles(t, s.Subscription, s.brought)
	}

	return adapters.Button{Label: t.Say("button.undo"), Data: button.Off + button.ID(s.ID)}
}

// OverLimit returns the refusal when a chat or the person has as many subscriptions as they
// may, nil when there is room.
func (h *Handler) OverLimit(tx *store.Tx, t *turn.Turn, c *store.Chat) (over, err error) {
	inChat, ofPerson, err := tx.CountSubscriptions(c.ID, t.Request.User.ID)
	if err != nil {
		return nil, err
	}

	if limit := h.SubscriptionLimit(); inChat >= limit || ofPerson >= limit {
		over = t.Refuse(listing.LimitKey(inChat >= limit), "limit", limit)
	}

	return over, nil
}
