package bot

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"newsbell/adapters"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

func (b *Bot) unsubscribe(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, err := b.place(ctx, t)
	if err != nil {
		return nil, err
	}

	c, all, err := b.subscriptionsOf(ctx, p)
	if err != nil {
		return nil, err
	}

	if len(all) == 0 {
		return say(textNothingFollowed(p.name())), nil
	}

	if t.text == "" {
		return choose(c, all, 0), nil
	}

	if strings.EqualFold(t.text, "all") {
		m := say(textUnsubscribeAll(len(all)))
		m.Buttons = [][]adapters.Button{{{Label: btnUnsubscribeAll, Data: pressOffAll + id(c.ID), Danger: true}, {Label: btnKeep, Data: pressNothing}}}

		return m, nil
	}

	meant := meantBy(t.text, all)
	if len(meant) == 0 {
		m := choose(c, all, 0)
		m.Text = adapters.Say(textNoSuchSubscription(t.text))

		return m, nil
	}

	return b.effect(ctx, t, func(tx *store.Tx) (*saved, error) { return end(tx, t, c, meant) })
}

// subscriptionsOf reads what a place follows.
func (b *Bot) subscriptionsOf(ctx context.Context, p place) (c *store.Chat, all []*store.Subscription, err error) {
	err = b.Store.View(ctx, func(tx *store.Tx) error {
		if c, err = chatOf(tx, p); err != nil || c.ID == 0 {
			return err
		}

		all, err = tx.Subscriptions(c.ID)

		return err
	})

	return c, all, err
}

// meantBy finds the subscriptions that are named by numbers ("3", "#1 #2") or by
// their query.
func meantBy(text string, all []*store.Subscription) []*store.Subscription {
	if numbers, ok := numbers(text); ok {
		var meant []*store.Subscription

		for _, s := range all {
			if slices.Contains(numbers, s.Number) {
				meant = append(meant, s)
			}
		}

		return meant
	}

	canonical := ""
	if q, err := query.Parse(text); err == nil {
		canonical = q.String()
	}

	var like []*store.Subscription

	for _, s := range all {
		if s.Canonical == canonical || strings.EqualFold(s.Query, text) {
			return []*store.Subscription{s}
		}

		if strings.Contains(strings.ToLower(s.Query), strings.ToLower(text)) {
			like = append(like, s)
		}
	}

	if len(like) == 1 {
		return like
	}

	return nil
}

// numbers reads "3", "#3", "1, 2 #5".
func numbers(text string) (ns []int, ok bool) {
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' }) {
		n, err := strconv.Atoi(strings.TrimPrefix(w, "#"))
		if err != nil {
			return nil, false
		}

		ns = append(ns, n)
	}

	return ns, len(ns) > 0
}

// end removes subscriptions and says so.
func end(tx *store.Tx, t *turn, c *store.Chat, meant []*store.Subscription) (*saved, error) {
	m := &adapters.Message{}

	for _, s := range meant {
		if err := tx.RemoveSubscription(s.ID); err != nil {
			return nil, err
		}

		if err := tx.Log(c.ID, t.who(), "unsubscribed from #"+strconv.Itoa(s.Number)); err != nil {
			return nil, err
		}

		m.Text = append(m.Text, numbered(textEnded, s, nil))
	}

	left, err := tx.Subscriptions(c.ID)
	if err != nil {
		return nil, err
	}

	m.Text = append(m.Text, adapters.Line{adapters.Plain(textLeft(len(left)))})

	undo := pressOn + id(meant[0].ID)
	if len(meant) > 1 {
		undo = pressOnAll + id(c.ID) + ":" + id(tx.Now.UnixMilli())
	}

	m.Buttons = [][]adapters.Button{{{Label: btnUndo, Data: undo}}}

	return &saved{Answer: m}, nil
}

// choices is how many subscriptions are offered as buttons at once.
const choices = 8

// choose shows a chat's subscriptions as buttons to end them.
func choose(c *store.Chat, all []*store.Subscription, page int) *adapters.Message {
	m := say(askUnsubscribe)
	from, pages := paged(len(all), choices, &page)

	var offered []adapters.Button
	for _, s := range all[from:min(from+choices, len(all))] {
		offered = append(offered, adapters.Button{Label: short("#" + strconv.Itoa(s.Number) + " " + s.Query), Data: pressOff + id(s.ID)})
	}

	last := turnPages(pressChoose+id(c.ID)+":", page, pages)
	m.Buttons = grid(c.Platform, offered, append(last, adapters.Button{Label: btnCancel, Data: pressNothing}))

	return m
}

// discordRows is how many rows of buttons Discord shows ("Action Row" in its
// documentation: five).
const discordRows = 5

// grid puts choices into rows, one each where there is room, and last below.
func grid(platform string, offered, last []adapters.Button) [][]adapters.Button {
	each := 1
	if platform == discord {
		each = (len(offered) + discordRows - 2) / (discordRows - 1)
	}

	var rows [][]adapters.Button
	for row := range slices.Chunk(offered, max(each, 1)) {
		rows = append(rows, row)
	}

	return append(rows, last)
}

// paged brings a page into range, and says where it begins and how many there are.
func paged(n, size int, page *int) (from, pages int) {
	pages = max((n+size-1)/size, 1)
	*page = max(0, min(*page, pages-1))

	return *page * size, pages
}

// turnPages are the buttons to the neighbouring pages.
func turnPages(data string, page, pages int) []adapters.Button {
	var row []adapters.Button
	if page > 0 {
		row = append(row, adapters.Button{Label: btnBack, Data: data + strconv.Itoa(page-1)})
	}

	if page < pages-1 {
		row = append(row, adapters.Button{Label: btnNext, Data: data + strconv.Itoa(page+1)})
	}

	return row
}

// restore takes the end of subscriptions back.
func (b *Bot) restore(tx *store.Tx, t *turn, ended []*store.Subscription) (*saved, error) {
	m := &adapters.Message{Replace: true}

	var back []*store.Subscription

	for _, s := range ended {
		line, restored, err := b.restoreOne(tx, t, s)
		if err != nil {
			return nil, err
		}

		m.Text = append(m.Text, line)
		if restored {
			back = append(back, s)
		}
	}

	if len(back) == 1 {
		m.Buttons = [][]adapters.Button{{{Label: btnUndo, Data: pressOff + id(back[0].ID)}}}
	}

	return &saved{Answer: m}, nil
}

func (b *Bot) restoreOne(tx *store.Tx, t *turn, s *store.Subscription) (adapters.Line, bool, error) {
	all, err := tx.Subscriptions(s.Chat)
	if err != nil {
		return nil, false, err
	}

	for _, other := range all {
		if other.Canonical == s.Canonical {
			return numbered(textFollowedAlready, other, nil), false, nil
		}
	}

	if len(all) >= b.SubscriptionLimit {
		return adapters.Line{adapters.Plain(textLimit(b.SubscriptionLimit, true))}, false, nil
	}

	if err := tx.RestoreSubscription(s.ID); err != nil {
		return nil, false, err
	}

	return numbered(textRestored, s, nil), true, tx.Log(s.Chat, t.who(), "took back the end of #"+strconv.Itoa(s.Number))
}
