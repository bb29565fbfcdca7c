package follow

import (
	"context"
	"strconv"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/listing"
	"newsbell/bot/turn"
	"newsbell/store"
)

// LiveSubscriptions are those that an alert is for and that are still followed.
func (h *Handler) LiveSubscriptions(ctx context.Context, a *store.Alert) (live []*store.Subscription, err error) {
	err = h.Store.View(ctx, func(tx *store.Tx) error {
		for _, hit := range a.Hits {
			s, err := tx.SubscriptionByID(hit.Subscription)
			if err != nil {
				return err
			}

			if hit.Live && s.Chat == a.Chat { // it may have moved
				live = append(live, s)
			}
		}

		return nil
	})

	return live, err
}

// ofAlert does something with the subscription that an alert is for, or asks which of several.
func (h *Handler) ofAlert(ctx context.Context, t *turn.Turn, a *store.Alert, do func(*store.Subscription) (*adapters.Message, error), ask func([]*store.Subscription) *adapters.Message) (*adapters.Message, error) {
	live, err := h.LiveSubscriptions(ctx, a)

	switch {
	case err != nil:
		return nil, err
	case len(live) == 0:
		return t.Message("unsubscribe.all_ended"), nil
	case len(live) == 1:
		return do(live[0])
	}

	return ask(live), nil
}

// NotifyToo subscribes the person who presses, in their direct messages, to what a channel's alert
// is for, or asks to which of several.
func (h *Handler) NotifyToo(ctx context.Context, t *turn.Turn, a *store.Alert) (*adapters.Message, error) {
	subscribe := func(s *store.Subscription) (*adapters.Message, error) {
		t.Confirmed = true
		return h.Run(ctx, t, "subscribe", sameSubscription(s))
	}

	return h.ofAlert(ctx, t, a, subscribe, func(live []*store.Subscription) *adapters.Message {
		m := t.Message("ask.subscribe_which")

		var offered []adapters.Button
		for _, s := range live[:min(len(live), listing.ChooseSize)] {
			offered = append(offered, t.ConfirmedButton(s.Query, "subscribe", sameSubscription(s)))
		}

		m.Buttons = button.Layout(turn.Discord, offered, nil)

		return m
	})
}

// sameSubscription is what another chat says to follow the same.
func sameSubscription(s *store.Subscription) string {
	text := s.Query
	if s.Outlets > 1 {
		text = "min:" + strconv.Itoa(s.Outlets) + " " + text
	}

	return text
}
