package follow

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/events"
	"newsbell/bot/input"
	"newsbell/bot/listing"
	"newsbell/bot/reading"
	"newsbell/bot/turn"
	"newsbell/store"
)

// Unsubscribe ends the subscriptions that numbers or words name. Where that is not clear, it offers
// them to choose from.
func (h *Handler) Unsubscribe(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, c, all, err := h.Listing.OfTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	if len(all) == 0 {
		return listing.NothingFollowed(t.Words, dest.Name(t.Words)), nil
	}

	if t.Text == "" {
		return listing.Choose(t, c, all, turn.Page{}), nil
	}

	if isAll(t, all) {
		m := t.Message("unsubscribe.all", "n", len(all))
		m.Buttons = [][]adapters.Button{{endAllButton(t, c, len(all)), {Label: t.Say("button.keep"), Data: button.Nothing}}}

		return m, nil
	}

	found := listing.Select(t.Words, t.Text, all)
	if found.Clear {
		return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
			r, err := endSubscriptions(tx, t, c, found.Like)
			if err == nil && len(found.Missing) > 0 {
				r.Answer.Text = append(r.Answer.Text, t.MissingNumbers(found.Missing))
			}

			return r, err
		})
	}

	if len(found.Like) == 0 {
		m := listing.Choose(t, c, all, turn.Page{})
		m.Text = t.Lines("unsubscribe.no_such", "what", button.Label(t.Text))

		return m, nil
	}

	m := listing.Choose(t, c, all, t.NewPage(t.Text))
	m.Text = t.Lines("unsubscribe.several", "n", len(found.Like), "words", button.Label(t.Text))

	return m, nil
}

// isAll reports whether somebody means all subscriptions, and none that looks for that word, as "lang" does, which
// also says how long alerts are.
func isAll(t *turn.Turn, all []*store.Subscription) bool {
	if strings.EqualFold(t.Text, "all") {
		return true
	}

	return t.Text != "full" && input.MeansAll(t.Text, t.Code()) && len(listing.Select(t.Words, t.Text, all).Like) == 0
}

// endAllButton ends the n subscriptions of a chat.
func endAllButton(t *turn.Turn, c *store.Chat, n int) adapters.Button {
	key := "button.unsubscribe_all"
	if n == 1 {
		key = "button.unsubscribe"
	}

	return adapters.Button{Label: t.Say(key), Data: button.OffAll + button.ID(c.ID), Danger: true}
}

// EndAll ends all subscriptions of a target.
func (h *Handler) EndAll(ctx context.Context, t *turn.Turn, dest turn.Target, c *store.Chat) (*adapters.Message, error) {
	_, all, err := h.Listing.Load(ctx, dest)
	if err != nil || len(all) == 0 {
		return listing.NothingFollowed(t.Words, dest.Name(t.Words)), err
	}

	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		r, err := endSubscriptions(tx, t, c, all)
		return turn.ReplacingReply(r), err
	})
}

// EndFromAlert ends the subscription that an alert is for, or asks which of several.
func (h *Handler) EndFromAlert(ctx context.Context, t *turn.Turn, c *store.Chat, a *store.Alert) (*adapters.Message, error) {
	end := func(s *store.Subscription) (*adapters.Message, error) {
		return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) { return endSubscriptions(tx, t, c, []*store.Subscription{s}) })
	}

	return h.ofAlert(ctx, t, a, end, func(live []*store.Subscription) *adapters.Message { return listing.Choose(t, c, live, turn.Page{}) })
}

// PressPage turns to a page of a chat's subscriptions, to look at or to choose from.
func (h *Handler) PressPage(ctx context.Context, t *turn.Turn, dest turn.Target, c *store.Chat, choose bool, rest string) (*adapters.Message, error) {
	_, all, err := h.Listing.Load(ctx, dest)
	if err != nil {
		return nil, err
	}

	shown, err := h.ParsePage(ctx, t, rest)
	if err != nil {
		return nil, err
	}

	if choose && len(all) > 0 {
		return turn.Replacing(listing.Choose(t, c, all, shown)), nil
	}

	m := h.Listing.Reply(t, c, all, dest.Name(t.Words), shown)
	if events.IsDeleted(c) && len(all) > 0 && c.Server == t.Request.Chat.Server {
		m.Buttons = append(m.Buttons, []adapters.Button{{Label: t.Say("button.move_here"), Data: button.Move + button.ID(c.ID)}})
	}

	return turn.Replacing(m), nil
}

// PressSubscription ends a subscription or takes its end back. Pressed twice, it
// shows the same again. page is where the button stands in a list, "" if in none.
func (h *Handler) PressSubscription(ctx context.Context, t *turn.Turn, n int64, on bool, data string) (*adapters.Message, error) {
	_, c, err := h.Listing.LoadToManage(ctx, t, n)
	if err != nil {
		return nil, err
	}

	page, err := h.ParsePage(ctx, t, data)
	if err != nil {
		return nil, err
	}

	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		s, err := tx.SubscriptionByID(n)
		if err != nil {
			return nil, err
		}

		var r *turn.Reply
		if on {
			r, err = h.restoreSubscriptions(tx, t, []*store.Subscription{s})
		} else {
			r, err = endAgain(tx, t, c, s)
		}

		if err != nil || data == "" {
			return turn.ReplacingReply(r), err
		}

		return returnToPage(tx, t, c, r, page, data)
	})
}

// PressTogether ends subscriptions that were restored together, or restores those
// that were ended together, at a time that the button names.
func (h *Handler) PressTogether(ctx context.Context, t *turn.Turn, c *store.Chat, on bool, at string) (*adapters.Message, error) {
	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		all, err := endedTogether(tx, t, c, at)
		if err != nil {
			return nil, err
		}

		if on {
			r, err := h.restoreSubscriptions(tx, t, all)
			if err == nil && len(all) > 1 {
				r.Answer.Buttons = [][]adapters.Button{{{Label: t.Say("button.undo"), Data: button.OffTogether + button.ID(c.ID) + ":" + at}}}
			}

			return turn.ReplacingReply(r), err
		}

		r, err := endSubscriptions(tx, t, c, all)

		return turn.ReplacingReply(r), err
	})
}

// endSubscriptions removes subscriptions and makes the reply.
func endSubscriptions(tx *store.Tx, t *turn.Turn, c *store.Chat, meant []*store.Subscription) (*turn.Reply, error) {
	for _, s := range meant {
		if err := tx.RemoveSubscription(s.ID); err != nil {
			return nil, err
		}

		if err := tx.Log(c.ID, t.PersonID(), "unsubscribed from #"+strconv.Itoa(s.Number)); err != nil {
			return nil, err
		}
	}

	left, err := tx.Subscriptions(c.ID)
	if err != nil {
		return nil, err
	}

	m := &adapters.Message{Text: append(t.SubscriptionLines("unsubscribe.ended", meant), t.Line("unsubscribe.left", "n", len(left)))}

	undo := button.On + button.ID(meant[0].ID)

	if len(meant) > 1 {
		at := button.ID(tx.Now.UnixMilli())
		undo = button.OnAll + button.ID(c.ID) + ":" + at
		t.KeepToken(undoWord(c.ID, at), turn.Token{Command: "unsubscribe", Text: listing.IDs(meant)})
	}

	m.Buttons = [][]adapters.Button{{{Label: t.Say("button.undo"), Data: undo}}}

	return &turn.Reply{Answer: m}, nil
}

// endAgain ends a subscription; of one that is ended already it says the same.
func endAgain(tx *store.Tx, t *turn.Turn, c *store.Chat, s *store.Subscription) (*turn.Reply, error) {
	if s.RemovedAt.IsZero() {
		return endSubscriptions(tx, t, c, []*store.Subscription{s})
	}

	left, err := tx.Subscriptions(c.ID)
	if err != nil {
		return nil, err
	}

	m := &adapters.Message{Text: adapters.Text{t.Line("unsubscribe.ended", "subscription", t.Subscription(s, nil)), t.Line("unsubscribe.left", "n", len(left))}}
	m.Buttons = [][]adapters.Button{{{Label: t.Say("button.undo"), Data: button.On + button.ID(s.ID)}}}

	return &turn.Reply{Answer: m}, nil
}

// endedTogether lists the subscriptions of a chat that were ended at a time. The
// token knows them also when they are back.
func endedTogether(tx *store.Tx, t *turn.Turn, c *store.Chat, at string) (all []*store.Subscription, err error) {
	k, err := t.ReadToken(tx, undoWord(c.ID, at))
	if err != nil || k == nil {
		return nil, errors.Join(err, t.Refuse("error.too_late"))
	}

	for part := range strings.SplitSeq(k.Text, ",") {
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return nil, err
		}

		s, err := tx.SubscriptionByID(n)
		if err != nil {
			return nil, err
		}

		all = append(all, s)
	}

	return all, nil
}

// undoWord is the word of the token that holds which subscriptions of a chat were
// ended together.
func undoWord(chat int64, at string) string { return "undo:" + button.ID(chat) + ":" + at }

// returnToPage puts the page of a list that a button stood on below the reply to it.
func returnToPage(tx *store.Tx, t *turn.Turn, c *store.Chat, r *turn.Reply, page turn.Page, data string) (*turn.Reply, error) {
	all, err := tx.Subscriptions(c.ID)
	if err != nil {
		return nil, err
	}

	r = turn.ReplacingReply(r)
	if len(listing.OfPage(page, t.Words, all)) == 0 {
		return r, nil
	}

	var last []adapters.Button

	for _, b := range slices.Concat(r.Answer.Buttons...) {
		last = append(last, adapters.Button{Label: b.Label, Data: b.Data + ":" + data})
	}

	last = append(last, adapters.Button{Label: t.Say("button.done"), Data: button.List + button.ID(c.ID) + ":0"})
	r.Answer.Buttons = listing.ChooseButtons(t, c, all, page, last...)

	return r, nil
}

// undoWithBundles ends a subscription together with the bundles that it brought.
func undoWithBundles(t *turn.Turn, s *store.Subscription, brought []string) adapters.Button {
	word := t.SaveToken(turn.Token{Command: "unsubscribe", Text: strings.Join(brought, " ")})
	return adapters.Button{Label: t.Say("button.undo"), Data: button.OffBundles + button.ID(s.ID) + ":" + word}
}

// PressOffBundles ends a subscription and what was read because of it. What other
// subscriptions name stays.
func (h *Handler) PressOffBundles(ctx context.Context, t *turn.Turn, n int64, rest string) (*adapters.Message, error) {
	s, c, err := h.Listing.LoadToManage(ctx, t, n)
	if err != nil {
		return nil, err
	}

	word, data, _ := strings.Cut(rest, ":")

	page, err := h.ParsePage(ctx, t, data)
	if err != nil {
		return nil, err
	}

	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		k, err := t.ReadToken(tx, word)
		if err != nil {
			return nil, err
		}

		if s, err = tx.SubscriptionByID(n); err != nil {
			return nil, err
		}

		r, err := endAgain(tx, t, c, s)
		if err != nil || k == nil {
			return turn.ReplacingReply(r), err
		}

		ended, err := reading.UnfollowUnnamed(tx, t, c, strings.Fields(k.Text))
		if err != nil {
			return nil, err
		}

		if len(ended) > 0 {
			r.Answer.Text = append(r.Answer.Text, t.Line("bundle.removed", "name", reading.BundleNames(t, ended)))
		}

		if data == "" {
			return turn.ReplacingReply(r), nil
		}

		return returnToPage(tx, t, c, r, page, data)
	})
}
