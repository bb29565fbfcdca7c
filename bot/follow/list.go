package follow

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/listing"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/store"
)

// List shows what a target follows; words after the command filter it.
func (h *Handler) List(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, c, all, err := h.Listing.OfTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	if t.Text != "" && len(all) > 0 && len(listing.Filter(t.Words, t.Text, all)) == 0 {
		return t.Message("list.nothing_listed", "n", len(all), "words", button.Label(t.Text)), nil
	}

	m := h.Listing.Reply(t, c, all, dest.Name(t.Words), t.NewPage(t.Text))
	if t.Text == "" {
		if err := h.addSilent(ctx, t, c, all, m); err != nil {
			return nil, err
		}
	}

	if t.Request.Chat.Server != "" && t.Options["to"] == "" {
		if err := h.addChannels(ctx, t, m); err != nil {
			return nil, err
		}
	}

	if t.IsPrivate() && t.Options["to"] == "" && t.Text == "" && t.Request.User.ID != "" {
		if err := h.addOtherChats(ctx, t, m); err != nil {
			return nil, err
		}
	}

	return m, nil
}

// silence is for how long a subscription alerts of nothing before its chat is told so below /list.
const silence = 21 * 24 * time.Hour

// addSilent names the subscriptions that have alerted of nothing for long, with what says why. A chat that is paused or
// asleep gets nothing of any.
func (h *Handler) addSilent(ctx context.Context, t *turn.Turn, c *store.Chat, all []*store.Subscription, m *adapters.Message) error {
	if len(all) == 0 || c.State != store.Active {
		return nil
	}

	silent, err := store.Read(ctx, h.Store, func(tx *store.Tx) (map[int64]bool, error) { return tx.SilentSubscriptions(c.ID, t.Now.Add(-silence)) })
	if err != nil {
		return err
	}

	named := slices.DeleteFunc(slices.Clone(all), func(s *store.Subscription) bool { return !silent[s.ID] })
	if len(named) > 0 {
		m.Text = append(m.Text, adapters.Line{}, t.Line("list.silent", "numbers", t.NumberList(named), "first", strconv.Itoa(named[0].Number)))
	}

	return nil
}

// addOtherChats adds to a private list the chats that the person set up, each with a button that
// shows it to those who may still manage it.
func (h *Handler) addOtherChats(ctx context.Context, t *turn.Turn, m *adapters.Message) error {
	chats, err := store.Read(ctx, h.Store, func(tx *store.Tx) ([]*store.Chat, error) {
		return tx.ChatsSetUpBy(t.Request.Chat.Platform, t.Request.User.ID, channelsListed)
	})
	if err != nil || len(chats) == 0 {
		return err
	}

	m.Text = append(m.Text, adapters.Line{}, t.Line("list.places"))

	var buttons []adapters.Button

	for _, c := range chats {
		m.Text = append(m.Text, adapters.Line{adapters.Plain("• " + cmp.Or(c.Title, c.Address))})
		buttons = append(buttons, adapters.Button{Label: button.Label(cmp.Or(c.Title, c.Address)), Data: button.Server + button.ID(c.ID)})
	}

	each := 2
	if t.Request.Chat.Platform == turn.Discord {
		each = 5
	}

	m.Buttons = slices.AppendSeq(m.Buttons, slices.Chunk(buttons, each))

	return nil
}

// channelsListed is how many channels of a server get a button below /list: four
// rows of five.
const channelsListed = 20

// addChannels adds the channels of a server that have subscriptions to a list,
// each with a button that opens its own, for people who may manage the server.
func (h *Handler) addChannels(ctx context.Context, t *turn.Turn, m *adapters.Message) error {
	if may, err := h.RightsIn(ctx, t, t.Request.Chat); err != nil || !may.Manage {
		return nil // then they are not listed
	}

	var (
		text    adapters.Text
		buttons []adapters.Button
	)

	err := h.Store.View(ctx, func(tx *store.Tx) error {
		chats, err := tx.ChatsOfServer(t.Request.Chat.Platform, t.Request.Chat.Server)
		for _, c := range chats {
			if err != nil || c.Kind == string(adapters.Private) {
				continue
			}

			var n int
			if n, _, err = tx.CountSubscriptions(c.ID, ""); n > 0 {
				text = append(text, listing.ChannelLine(t.Words, c, n))
				buttons = append(buttons, adapters.Button{Label: wording.Cut(c.Title, 40), Data: button.List + button.ID(c.ID) + ":0"})
			}
		}

		return err
	})
	if err != nil || len(text) == 0 {
		return err
	}

	m.Text = append(append(m.Text, adapters.Line{}), text...)
	for row := range slices.Chunk(buttons[:min(len(buttons), channelsListed)], 5) {
		m.Buttons = append(m.Buttons, row)
	}

	return nil
}
