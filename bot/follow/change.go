package follow

import (
	"context"
	"errors"
	"fmt"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/listing"
	"newsbell/bot/search"
	"newsbell/bot/turn"
	"newsbell/store"
	"newsbell/subscriptions"
	"newsbell/subscriptions/query"
)

// Edit gives a subscription another query: "3 storm -sand". Its number, its schedule and
// its history stay.
func (h *Handler) Edit(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, c, all, err := h.Listing.OfTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	number, typed := input.CutWord(t.Text)

	s := listing.FindByNumber(all, number)
	if s == nil {
		return t.Message("list.no_number", "number", button.Label(number)), nil
	}

	q, err := query.Parse(typed)
	if err != nil {
		return t.QueryErrorReply(err, "edit", turn.Join(turn.ToOption(dest), number), typed), nil
	}

	seen, err := h.Trial.Search(ctx, t, dest, q, search.Scoped(search.Quick(), s.Scope, s.Outlets))
	if err != nil {
		return nil, err
	}

	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		if err := h.replaceQuery(tx, t, dest, c, s, typed, q); err != nil {
			return nil, err
		}

		m := &adapters.Message{Text: adapters.Text{t.Line("subscribe.changed", "subscription", adapters.Bold(fmt.Sprintf("#%d %s", s.Number, t.InWords(q))))}}
		m.Text = append(append(m.Text, t.WarningLines(q)...), seen.Summary(t.Words)...)
		m.Buttons = [][]adapters.Button{{t.Button(t.Say("button.undo"), "edit", turn.Join(turn.ToOption(dest), number, s.Query))}}

		return &turn.Reply{Answer: m}, nil
	})
}

// replaceQuery saves another query of a subscription. One that the chat follows already is refused.
func (h *Handler) replaceQuery(tx *store.Tx, t *turn.Turn, dest turn.Target, c *store.Chat, s *store.Subscription, typed string, q *query.Query) error {
	known, err := listing.FindByCanonical(tx, c.ID, q)
	if err != nil {
		return err
	}

	if known != nil && known.ID != s.ID {
		return turn.AsRefusal(&adapters.Message{Text: adapters.Text{listing.FollowsLine(t.Words, dest, "already", t.Subscription(known, q))}})
	}

	if _, err := h.Reading.ReadNamedBundles(tx, t, c, q); err != nil {
		return err
	}

	return errors.Join(
		tx.SetQuery(s.ID, input.OnOneLine(typed, q), q.String()),
		tx.Log(c.ID, t.PersonID(), fmt.Sprintf("changed the query of #%d", s.Number)),
	)
}

// PressPing has a subscription's alerts mention roles, or none, as ping: does.
func (h *Handler) PressPing(ctx context.Context, t *turn.Turn, n int64, roles string) (*adapters.Message, error) {
	s, c, err := h.Listing.LoadToManage(ctx, t, n)
	if err != nil {
		return nil, err
	}

	if !s.RemovedAt.IsZero() {
		return t.OldButton(), nil
	}

	dest := turn.Target{ChatInfo: turn.ChatInfo(c), Here: turn.ChatInfo(c).Chat == t.Request.Chat.Chat}
	t.Confirmed = true // nothing else changes

	return h.Run(ctx, t, "subscribe", turn.ToOption(dest)+" ping:"+input.OrOff(roles)+" "+s.Query)
}

// changeSubscription changes a subscription as the options of a request say, and moves
// what waits because of it.
func (h *Handler) changeSubscription(tx *store.Tx, t *turn.Turn, s *store.Subscription, wanted *Wanted) (changed bool, err error) {
	if changed, err = changeDelivery(t, tx, s, wanted); err != nil {
		return false, err
	}

	if t.Options["in"] != "" && s.Scope != wanted.scope || t.Options["min"] != "" && s.Outlets != wanted.Min {
		changed = true

		if err := changeScope(t, tx, s, wanted); err != nil {
			return false, err
		}
	}

	if !changed {
		return false, nil
	}

	return true, tx.Reschedule(s.Chat, h.TimeZone, turn.IsSpared)
}

// changeDelivery changes how a subscription is delivered as the options of a request say.
func changeDelivery(t *turn.Turn, tx *store.Tx, s *store.Subscription, wanted *Wanted) (changed bool, err error) {
	had, err := subscriptions.ParseDelivery(s.Delivery)
	if err != nil {
		return false, err
	}

	d, err := changedDelivery(t, had)
	if err != nil {
		return false, err
	}

	ping := s.Ping
	if t.Options["ping"] != "" {
		ping = wanted.ping
	}

	only := s.Only
	if t.Options[input.OptionOnly] != "" {
		only = wanted.only
	}

	label := s.Label
	if t.Options[input.OptionLabel] != "" {
		label = wanted.label
	}

	if d == had && ping == s.Ping && only == s.Only && label == s.Label {
		return false, nil
	}

	if err := errors.Join(tx.SetDelivery(s.ID, d.String(), ping), tx.SetOnly(s.ID, only), tx.SetLabel(s.ID, label)); err != nil {
		return false, err
	}

	s.Delivery, s.Ping, s.Only, s.Label = d.String(), ping, only, label

	return true, nil
}
