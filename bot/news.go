package bot

import (
	"context"
	"strconv"
	"time"

	"newsbell/adapters"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

// previewed is how many stories /preview shows.
const previewed = 5

func (b *Bot) preview(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, err := b.findTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	if t.text == "" {
		return t.ask(askPreview, hintQuery, ""), nil
	}

	q, err := query.Parse(t.text)
	if err != nil {
		return t.queryErrorReply(err, "preview", "", t.text), nil
	}

	c, err := b.search(ctx, p, q, previewLimits())
	if err != nil {
		return nil, err
	}

	m := &adapters.Message{Text: adapters.Text{{adapters.Bold(q.Words())}}}
	m.Text = append(m.Text, warningLines(q)...)

	m.Text = append(m.Text, adapters.Line{adapters.Plain(c.countsText())})
	for _, s := range c.Newest[:min(previewed, len(c.Newest))] {
		m.Text = append(m.Text, append(adapters.Line{adapters.Plain("• ")}, s.line()...))
	}

	if more := c.Stories - previewed; more > 0 {
		m.Text = append(m.Text, adapters.Line{adapters.Plain(textAndMore(more))})
	}

	m.Buttons = [][]adapters.Button{{t.button(btnSubscribe, "subscribe", t.text)}}

	return m, nil
}

func (b *Bot) readable(ctx context.Context, t *turn) (target, error) { return b.findTarget(ctx, t) }

// newsPage is how many stories a page of /news shows.
const newsPage = 8

func (b *Bot) showNews(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, err := b.findTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	return b.newsPage(ctx, t, p, t.text, 0)
}

func (b *Bot) newsPage(ctx context.Context, t *turn, p target, text string, page int) (*adapters.Message, error) {
	var q *query.Query

	heading := textNews

	if text != "" {
		var err error
		if q, err = query.Parse(text); err != nil {
			return t.queryErrorReply(err, "news", "", text), nil
		}

		heading = textNewsAbout(q.Words())
	}

	how := previewLimits()
	if q == nil {
		how = newsLimits()
	}

	c, err := b.search(ctx, p, q, how)
	if err != nil {
		return nil, err
	}

	if len(c.Newest) == 0 {
		return say(noNews(q)), nil
	}

	from, pages := pageRange(len(c.Newest), newsPage, &page)

	d := &adapters.Digest{Heading: heading}
	for _, s := range c.Newest[from:min(from+newsPage, len(c.Newest))] {
		d.Alerts = append(d.Alerts, s.alert())
	}

	if a := b.Adapters[t.r.Chat.Platform]; a != nil {
		fit := min(a.Room(d), len(d.Alerts))
		d.More = len(d.Alerts) - fit
		d.Alerts = d.Alerts[:fit]
	}

	m := &adapters.Message{Digest: d}

	row := b.newsButtons(t, text, page, pages)
	if q != nil {
		row = append(row, t.button(btnSubscribe, "subscribe", text))
	}

	if len(row) > 0 {
		m.Buttons = [][]adapters.Button{row}
	}

	return m, nil
}

// newsButtons lead to the neighbouring pages; a token holds the query.
func (b *Bot) newsButtons(t *turn, text string, page, pages int) []adapters.Button {
	var row []adapters.Button

	turn := func(label string, page int) {
		row = append(row, adapters.Button{Label: label, Data: pressNews + strconv.Itoa(page)})
		if text != "" {
			row[len(row)-1].Data += ":" + t.saveToken(token{Who: t.personID(), Command: "news", Text: text})
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
func (s *StoryMatch) alert() adapters.Alert {
	n := &s.Article.News
	return adapters.Alert{Title: n.Title, URL: n.URL, Outlet: outlet(n), Published: s.Article.At(), Also: s.also()}
}

// also is who else tells it, without links: a list shows one for each story.
func (s *StoryMatch) also() []adapters.Also {
	var all []adapters.Also
	for _, name := range s.Outlets {
		all = append(all, adapters.Also{Outlet: name})
	}

	return all
}

func noNews(q *query.Query) string {
	if q == nil {
		return textNoNews
	}

	return textNoNewsAbout(q.Words())
}

// lookBack is how far previews look back.
const lookBack = 7 * 24 * time.Hour

// outlet is who published an article, as people know it.
func outlet(a *news.Article) string {
	if a.Outlet != "" {
		return a.Outlet
	}

	return news.Host(a.URL)
}

// summaryLines are the counts and the newest match.
func (c *SearchResult) summaryLines() adapters.Text {
	text := adapters.Text{{adapters.Plain(c.countsText())}}
	if len(c.Newest) > 0 {
		text = append(text, append(adapters.Line{adapters.Plain(textNewest)}, c.Newest[0].line()...))
	}

	return text
}

// line is "Title (link) · UPI · 2 h ago".
func (s *StoryMatch) line() adapters.Line {
	return articleLine(s.Article)
}

func articleLine(a *store.Article) adapters.Line {
	line := adapters.Line{adapters.Link(a.News.Title, a.News.URL)}
	if name := outlet(&a.News); name != "" {
		line = append(line, adapters.Plain(" · "+name))
	}

	return append(line, adapters.Plain(" · "), agoSpan(a.At()))
}
