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
	p, err := b.findTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	c, all, err := b.loadSubscriptions(ctx, p)
	if err != nil {
		return nil, err
	}

	if len(all) == 0 {
		return say(textNothingFollowed(p.name())), nil
	}

	if t.text == "" {
		return chooseSubscription(c, all, 0), nil
	}

	if strings.EqualFold(t.text, "all") {
		m := say(textUnsubscribeAll(len(all)))
		m.Buttons = [][]adapters.Button{{{Label: btnUnsubscribeAll, Data: pressOffAll + formatID(c.ID), Danger: true}, {Label: btnKeep, Data: pressNothing}}}

		return m, nil
	}

	meant := selectSubscriptions(t.text, all)
	if len(meant) == 0 {
		m := chooseSubscription(c, all, 0)
		m.Text = adapters.Say(textNoSuchSubscription(t.text))

		return m, nil
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) { return endSubscriptions(tx, t, c, meant) })
}

// loadSubscriptions reads the row and the subscriptions of a target.
func (b *Bot) loadSubscriptions(ctx context.Context, p target) (c *store.Chat, all []*store.Subscription, err error) {
	err = b.Store.View(ctx, func(tx *store.Tx) error {
		if c, err = findChat(tx, p); err != nil || c.ID == 0 {
			return err
		}

		all, err = tx.Subscriptions(c.ID)

		return err
	})

	return c, all, err
}

// selectSubscriptions finds the subscriptions that are named by number ("3",
// "#1 #2") or by query.
func selectSubscriptions(text string, all []*store.Subscription) []*store.Subscription {
	if numbers, ok := parseNumbers(text); ok {
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

// parseNumbers reads "3", "#3", "1, 2 #5".
func parseNumbers(text string) (ns []int, ok bool) {
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' }) {
		n, err := strconv.Atoi(strings.TrimPrefix(w, "#"))
		if err != nil {
			return nil, false
		}

		ns = append(ns, n)
	}

	return ns, len(ns) > 0
}

// endSubscriptions removes subscriptions and makes the reply.
func endSubscriptions(tx *store.Tx, t *turn, c *store.Chat, meant []*store.Subscription) (*reply, error) {
	m := &adapters.Message{}

	for _, s := range meant {
		if err := tx.RemoveSubscription(s.ID); err != nil {
			return nil, err
		}

		if err := tx.Log(c.ID, t.personID(), "unsubscribed from #"+strconv.Itoa(s.Number)); err != nil {
			return nil, err
		}

		m.Text = append(m.Text, subscriptionLine(textEnded, s, nil))
	}

	left, err := tx.Subscriptions(c.ID)
	if err != nil {
		return nil, err
	}

	m.Text = append(m.Text, adapters.Line{adapters.Plain(textLeft(len(left)))})

	undo := pressOn + formatID(meant[0].ID)
	if len(meant) > 1 {
		undo = pressOnAll + formatID(c.ID) + ":" + formatID(tx.Now.UnixMilli())
	}

	m.Buttons = [][]adapters.Button{{{Label: btnUndo, Data: undo}}}

	return &reply{Answer: m}, nil
}

// choices is how many subscriptions are offered as buttons at once.
const choices = 8

// chooseSubscription offers a chat's subscriptions as buttons that end them.
func chooseSubscription(c *store.Chat, all []*store.Subscription, page int) *adapters.Message {
	m := say(askUnsubscribe)
	from, pages := pageRange(len(all), choices, &page)

	var offered []adapters.Button
	for _, s := range all[from:min(from+choices, len(all))] {
		offered = append(offered, adapters.Button{Label: buttonLabel("#" + strconv.Itoa(s.Number) + " " + s.Query), Data: pressOff + formatID(s.ID)})
	}

	last := pageButtons(pressChoose+formatID(c.ID)+":", page, pages)
	m.Buttons = layoutButtons(c.Platform, offered, append(last, adapters.Button{Label: btnCancel, Data: pressNothing}))

	return m
}

// discordRows is how many rows of buttons Discord shows ("Action Row" in its
// documentation: five).
const discordRows = 5

// layoutButtons puts choices into rows, one each where there is room, with the
// row last below them.
func layoutButtons(platform string, offered, last []adapters.Button) [][]adapters.Button {
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

// pageRange clamps page to the pages there are, and returns the index of its
// first item and the number of pages.
func pageRange(n, size int, page *int) (from, pages int) {
	pages = max((n+size-1)/size, 1)
	*page = max(0, min(*page, pages-1))

	return *page * size, pages
}

// pageButtons lead to the neighbouring pages.
func pageButtons(data string, page, pages int) []adapters.Button {
	var row []adapters.Button
	if page > 0 {
		row = append(row, adapters.Button{Label: btnBack, Data: data + strconv.Itoa(page-1)})
	}

	if page < pages-1 {
		row = append(row, adapters.Button{Label: btnNext, Data: data + strconv.Itoa(page+1)})
	}

	return row
}

// restoreSubscriptions undoes the end of subscriptions.
func (b *Bot) restoreSubscriptions(tx *store.Tx, t *turn, ended []*store.Subscription) (*reply, error) {
	m := &adapters.Message{Replace: true}

	var back []*store.Subscription

	for _, s := range ended {
		line, restored, err := b.restoreSubscription(tx, t, s)
		if err != nil {
			return nil, err
		}

		m.Text = append(m.Text, line)
		if restored {
			back = append(back, s)
		}
	}

	if len(back) == 1 {
		m.Buttons = [][]adapters.Button{{{Label: btnUndo, Data: pressOff + formatID(back[0].ID)}}}
	}

	return &reply{Answer: m}, nil
}

func (b *Bot) restoreSubscription(tx *store.Tx, t *turn, s *store.Subscription) (adapters.Line, bool, error) {
	all, err := tx.Subscriptions(s.Chat)
	if err != nil {
		return nil, false, err
	}

	for _, other := range all {
		if other.Canonical == s.Canonical {
			return subscriptionLine(textAlreadySubscribed, other, nil), false, nil
		}
	}

	if len(all) >= b.SubscriptionLimit {
		return adapters.Line{adapters.Plain(textLimit(b.SubscriptionLimit, true))}, false, nil
	}

	if err := tx.RestoreSubscription(s.ID); err != nil {
		return nil, false, err
	}

	return subscriptionLine(textRestored, s, nil), true, tx.Log(s.Chat, t.personID(), "took back the end of #"+strconv.Itoa(s.Number))
}
