package bot

import (
	"context"
	"strconv"

	"newsbell/adapters"
	"newsbell/subscriptions/query"
)

// previewed is how many stories /preview shows.
const previewed = 5

func (b *Bot) preview(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, err := b.readable(ctx, t)
	if err != nil {
		return nil, err
	}

	if t.text == "" {
		return t.ask(askPreview, hintQuery, ""), nil
	}

	q, err := query.Parse(t.text)
	if err != nil {
		return t.badQuery(err, "preview", "", t.text), nil
	}

	c, err := b.look(ctx, p, q, thorough())
	if err != nil {
		return nil, err
	}

	m := &adapters.Message{Text: adapters.Text{{adapters.Bold(q.Words())}}}
	m.Text = append(m.Text, warnings(q)...)

	m.Text = append(m.Text, adapters.Line{adapters.Plain(c.counts())})
	for _, s := range c.newest[:min(previewed, len(c.newest))] {
		m.Text = append(m.Text, append(adapters.Line{adapters.Plain("• ")}, s.line()...))
	}

	if more := c.stories - previewed; more > 0 {
		m.Text = append(m.Text, adapters.Line{adapters.Plain(textAndMore(more))})
	}

	m.Buttons = [][]adapters.Button{{t.button(btnSubscribe, "subscribe", t.text)}}

	return m, nil
}

// readable is the place whose sources a question is about; for those who read
// only. In a Telegram group a member is asked over to the private chat.
func (b *Bot) readable(ctx context.Context, t *turn) (place, error) { return b.place(ctx, t) }

// newsPage is how many stories a page of /news shows.
const newsPage = 8

func (b *Bot) news(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, err := b.readable(ctx, t)
	if err != nil {
		return nil, err
	}

	return b.newsPage(ctx, t, p, t.text, 0)
}

func (b *Bot) newsPage(ctx context.Context, t *turn, p place, text string, page int) (*adapters.Message, error) {
	var q *query.Query

	heading := textNews

	if text != "" {
		var err error
		if q, err = query.Parse(text); err != nil {
			return t.badQuery(err, "news", "", text), nil
		}

		heading = textNewsAbout(q.Words())
	}

	how := thorough()
	if q == nil {
		how = browse()
	}

	c, err := b.look(ctx, p, q, how)
	if err != nil {
		return nil, err
	}

	if len(c.newest) == 0 {
		return say(noNews(q)), nil
	}

	from, pages := paged(len(c.newest), newsPage, &page)

	d := &adapters.Digest{Heading: heading}
	for _, s := range c.newest[from:min(from+newsPage, len(c.newest))] {
		d.Alerts = append(d.Alerts, s.alert())
	}

	if a := b.Adapters[t.r.Chat.Platform]; a != nil {
		fit := min(a.Room(d), len(d.Alerts))
		d.More = len(d.Alerts) - fit
		d.Alerts = d.Alerts[:fit]
	}

	m := &adapters.Message{Digest: d}

	row := b.newsTurns(t, text, page, pages)
	if q != nil {
		row = append(row, t.button(btnSubscribe, "subscribe", text))
	}

	if len(row) > 0 {
		m.Buttons = [][]adapters.Button{row}
	}

	return m, nil
}

// newsTurns are the buttons to the neighbouring pages; the query stands behind
// them.
func (b *Bot) newsTurns(t *turn, text string, page, pages int) []adapters.Button {
	var row []adapters.Button

	turn := func(label string, page int) {
		row = append(row, adapters.Button{Label: label, Data: pressNews + strconv.Itoa(page)})
		if text != "" {
			row[len(row)-1].Data += ":" + t.word(token{Who: t.who(), Command: "news", Text: text})
		}
	}
	if page > 0 {
		turn(btnBack, page-1)
	}

	if page < pages-1 {
		turn(btnNext, page+1)
	}

	return row
}

// alert is a sighting as a digest lists it.
func (s *sighting) alert() adapters.Alert {
	n := &s.article.News
	return adapters.Alert{Title: n.Title, URL: n.URL, Outlet: outlet(n), Published: s.article.At(), Also: s.outlets}
}

func noNews(q *query.Query) string {
	if q == nil {
		return textNoNews
	}

	return textNoNewsAbout(q.Words())
}
