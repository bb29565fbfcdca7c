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
	p, err := b.findTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	c, all, err := b.loadSubscriptions(ctx, p)
	if err != nil {
		return nil, err
	}

	m := b.listReply(c, all, p.name(), 0)
	if t.r.Chat.Server != "" && t.options["to"] == "" {
		more, err := b.channelLines(ctx, t)
		if err != nil {
			return nil, err
		}

		m.Text = append(m.Text, more...)
	}

	return m, nil
}

func (b *Bot) listReply(c *store.Chat, all []*store.Subscription, where string, page int) *adapters.Message {
	m := &adapters.Message{}
	if len(all) == 0 {
		m.Text = adapters.Say(textNothingFollowed(where))
		return m
	}

	from, pages := pageRange(len(all), listPage, &page)

	m.Text = adapters.Say(textList(len(all), where, page, pages))
	for _, s := range all[from:min(from+listPage, len(all))] {
		line := adapters.Line{adapters.Bold("#" + strconv.Itoa(s.Number)), adapters.Plain(" " + cutRunes(s.Query, 200))}
		if when := b.scheduleText(s.Delivery, c); when != "" {
			line = append(line, adapters.Plain(" · "+when))
		}

		m.Text = append(m.Text, line)
	}

	if state := stateWords(c, b.zoneOf(c)); state != "" {
		m.Text = append(m.Text, adapters.Line{}, adapters.Line{adapters.Plain(state)})
	}

	m.Buttons = append(m.Buttons, append(pageButtons(pressList+formatID(c.ID)+":", page, pages),
		adapters.Button{Label: btnUnsubscribe, Data: pressChoose + formatID(c.ID) + ":0"}))
	if c.State == store.Paused {
		last := len(m.Buttons) - 1
		m.Buttons[last] = append(m.Buttons[last], adapters.Button{Label: btnResume, Data: pressResume + formatID(c.ID)})
	}

	return m
}

// channelLines lists the channels of a server that have subscriptions, for
// people who may manage it.
func (b *Bot) channelLines(ctx context.Context, t *turn) (adapters.Text, error) {
	if may, err := b.rightsIn(ctx, t, t.r.Chat); err != nil || !may.Manage {
		return nil, nil //nolint:nilerr // then they are not listed
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
