package bot

import (
	"context"
	"strconv"

	"newsbell/adapters"
	"newsbell/store"
)

// listPage is how many subscriptions a page of /list shows.
const listPage = 15

func (b *Bot) list(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, err := b.place(ctx, t)
	if err != nil {
		return nil, err
	}

	c, all, err := b.subscriptionsOf(ctx, p)
	if err != nil {
		return nil, err
	}

	m := b.listing(c, all, p.name(), 0)
	if t.r.Chat.Server != "" && t.options["to"] == "" {
		more, err := b.channelsToo(ctx, t)
		if err != nil {
			return nil, err
		}

		m.Text = append(m.Text, more...)
	}

	return m, nil
}

func (b *Bot) listing(c *store.Chat, all []*store.Subscription, where string, page int) *adapters.Message {
	m := &adapters.Message{}
	if len(all) == 0 {
		m.Text = adapters.Say(textNothingFollowed(where))
		return m
	}

	from, pages := paged(len(all), listPage, &page)

	m.Text = adapters.Say(textList(len(all), where, page, pages))
	for _, s := range all[from:min(from+listPage, len(all))] {
		line := adapters.Line{adapters.Bold("#" + strconv.Itoa(s.Number)), adapters.Plain(" " + cutRunes(s.Query, 200))}
		if when := b.whenWords(s.Delivery, c); when != "" {
			line = append(line, adapters.Plain(" · "+when))
		}

		m.Text = append(m.Text, line)
	}

	if state := stateWords(c, b.zone(c)); state != "" {
		m.Text = append(m.Text, adapters.Line{}, adapters.Line{adapters.Plain(state)})
	}

	m.Buttons = append(m.Buttons, append(turnPages(pressList+id(c.ID)+":", page, pages),
		adapters.Button{Label: btnUnsubscribe, Data: pressChoose + id(c.ID) + ":0"}))
	if c.State == store.Paused {
		last := len(m.Buttons) - 1
		m.Buttons[last] = append(m.Buttons[last], adapters.Button{Label: btnResume, Data: pressResume + id(c.ID)})
	}

	return m
}

// channelsToo tells those who may configure a server which of its channels
// follow something.
func (b *Bot) channelsToo(ctx context.Context, t *turn) (adapters.Text, error) {
	if may, err := b.manages(ctx, t, t.r.Chat); err != nil || !may.Manage {
		return nil, nil //nolint:nilerr // then it is not told
	}

	var text adapters.Text

	err := b.Store.View(ctx, func(tx *store.Tx) error {
		chats, err := tx.ChatsOfServer(t.r.Chat.Platform, t.r.Chat.Server)
		for _, c := range chats {
			if err != nil || c.Kind == string(adapters.Private) {
				continue
			}

			var n int
			if n, _, err = tx.CountSubscriptions(c.ID, ""); n > 0 {
				text = append(text, adapters.Line{adapters.Plain(textChannelFollows(c.Title, n))})
			}
		}

		return err
	})

	if len(text) > 0 {
		text = append(adapters.Text{{}}, text...)
	}

	return text, err
}
