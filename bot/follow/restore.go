package follow

import (
	"strconv"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/listing"
	"newsbell/bot/turn"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

// restoreSubscriptions undoes the end of subscriptions. Of those that are back
// already it says the same.
func (h *Handler) restoreSubscriptions(tx *store.Tx, t *turn.Turn, ended []*store.Subscription) (*turn.Reply, error) {
	m := &adapters.Message{}

	var (
		back    []*store.Subscription
		brought []string
	)

	for _, s := range ended {
		read, refused, err := h.restoreSubscription(tx, t, s)
		if err != nil {
			return nil, err
		}

		if refused != nil {
			m.Text = append(m.Text, refused)
			continue
		}

		back, brought = append(back, s), append(brought, read...)
	}

	m.Text = append(t.SubscriptionLines("unsubscribe.restored", back), m.Text...)
	if len(back) == 1 {
		m.Buttons = [][]adapters.Button{{{Label: t.Say("button.undo"), Data: button.Off + button.ID(back[0].ID)}}}
		if len(brought) > 0 {
			m.Buttons[0][0] = undoWithBundles(t, back[0], brought)
		}
	}

	return &turn.Reply{Answer: m}, nil
}

// restoreSubscription makes a subscription live again, with the bundles that it brings
// back; refused says why it cannot.
func (h *Handler) restoreSubscription(tx *store.Tx, t *turn.Turn, s *store.Subscription) (brought []string, refused adapters.Line, err error) {
	if s.RemovedAt.IsZero() {
		return nil, nil, nil
	}

	all, err := tx.Subscriptions(s.Chat)
	if err != nil {
		return nil, nil, err
	}

	for _, other := range all {
		if other.Canonical == s.Canonical {
			return nil, t.Line("unsubscribe.already_subscribed", "subscription", t.Subscription(other, nil)), nil
		}
	}

	if len(all) >= h.SubscriptionLimit() {
		return nil, t.Line(listing.LimitKey(true), "limit", h.SubscriptionLimit()), nil
	}

	if err := tx.RestoreSubscription(s.ID); err != nil {
		return nil, nil, err
	}

	if brought, err = h.readAgain(tx, t, s); err != nil {
		return nil, nil, err
	}

	return brought, nil, tx.Log(s.Chat, t.PersonID(), "subscribed to #"+strconv.Itoa(s.Number)+" again")
}

// readAgain has a chat read the bundles that a restored subscription names, without which
// it would find nothing, and returns those that it did not read.
func (h *Handler) readAgain(tx *store.Tx, t *turn.Turn, s *store.Subscription) (brought []string, err error) {
	q, wrong := query.ParseCanonical(s.Canonical)
	if wrong != nil {
		return nil, nil // a query of an older version: it is restored as it was
	}

	c, err := tx.ChatByID(s.Chat)
	if err != nil {
		return nil, err
	}

	return h.Reading.ReadNamedBundles(tx, t, c, q)
}
