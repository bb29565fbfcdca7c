package bot

import (
	"context"
	"slices"
	"strconv"
	"time"

	"newsbell/adapters"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions/index"
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

	if len(c.newest) == 0 {
		return say(noNews(q)), nil
	}

	from, pages := pageRange(len(c.newest), newsPage, &page)

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
func (s *storyMatch) alert() adapters.Alert {
	n := &s.article.News
	return adapters.Alert{Title: n.Title, URL: n.URL, Outlet: outlet(n), Published: s.article.At(), Also: s.outlets}
}

func noNews(q *query.Query) string {
	if q == nil {
		return textNoNews
	}

	return textNoNewsAbout(q.Words())
}

// lookBack is how far previews look back.
const lookBack = 7 * 24 * time.Hour

// searchLimits bound a search of past articles: somebody is waiting.
type searchLimits struct {
	time     time.Duration
	articles int
	shown    int // stories to return
}

// previewLimits are for /preview and for /news with a query.
func previewLimits() searchLimits { return searchLimits{2 * time.Second, 20_000, 60} }

// newsLimits are for /news without a query: enough for its pages.
func newsLimits() searchLimits { return searchLimits{time.Second, 2000, 60} }

// quickLimits are for the counts in a reply to /subscribe.
func quickLimits() searchLimits { return searchLimits{time.Second, 20_000, 1} }

// searchResult is what a query would have matched.
type searchResult struct {
	articles, stories int
	outlets           int
	newest            []*storyMatch // one a story, newest first
	// cut tells that the look ended early: since then it is complete.
	cut   bool
	since time.Time
	span  time.Duration
}

// storyMatch is a story with the newest of its articles that matched.
type storyMatch struct {
	article *store.Article
	matched []string
	outlets []string // who else tells it, as far as caught
}

// search finds what a query (nil: any) would have matched among the articles
// that a target gets.
func (b *Bot) search(ctx context.Context, p target, q *query.Query, e searchLimits) (*searchResult, error) {
	var found *searchResult

	err := b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := findChat(tx, p)
		if err != nil {
			return err
		}

		found, err = searchIn(tx, c.ID, q, lookBack, e)

		return err
	})

	return found, err
}

func searchIn(tx *store.Tx, chat int64, q *query.Query, span time.Duration, e searchLimits) (*searchResult, error) {
	var single *index.Single
	if q != nil {
		single = index.NewSingle(q)
	}

	began, looked := time.Now(), 0
	c := &searchResult{since: tx.Now.Add(-span), span: span}
	stories := map[int64]*storyMatch{}
	outlets := map[string]bool{}
	err := tx.Recent(chat, c.since, func(a *store.Article) bool {
		if looked++; looked > e.articles || looked%64 == 0 && time.Since(began) > e.time {
			c.cut, c.since = true, a.SeenAt
			return false
		}

		if a.At().Before(tx.Now.Add(-span)) {
			return true
		}

		var matched []string

		if single != nil {
			var ok bool
			if matched, ok = single.Match(&a.News); !ok {
				return true
			}
		}

		c.articles++
		outlets[outlet(&a.News)] = true

		story := a.Story
		if story == 0 {
			story = -a.ID
		}

		s := stories[story]
		if s == nil {
			s = &storyMatch{article: a, matched: matched}
			stories[story] = s
			c.newest = append(c.newest, s)
		} else if name := outlet(&a.News); name != outlet(&s.article.News) && !slices.Contains(s.outlets, name) {
			s.outlets = append(s.outlets, name)
		}

		return true
	})
	c.stories, c.outlets = len(stories), len(outlets)
	slices.SortStableFunc(c.newest, func(a, b *storyMatch) int { return b.article.At().Compare(a.article.At()) })

	if len(c.newest) > e.shown {
		c.newest = c.newest[:e.shown]
	}

	return c, err
}

// outlet is who published an article, as people know it.
func outlet(a *news.Article) string {
	if a.Outlet != "" {
		return a.Outlet
	}

	return news.Host(a.URL)
}

// summaryLines are the counts and the newest match.
func (c *searchResult) summaryLines() adapters.Text {
	text := adapters.Text{{adapters.Plain(c.countsText())}}
	if len(c.newest) > 0 {
		text = append(text, append(adapters.Line{adapters.Plain(textNewest)}, c.newest[0].line()...))
	}

	return text
}

// line is "Title (link) · UPI · 2 h ago".
func (s *storyMatch) line() adapters.Line {
	return articleLine(s.article)
}

func articleLine(a *store.Article) adapters.Line {
	line := adapters.Line{adapters.Link(a.News.Title, a.News.URL)}
	if name := outlet(&a.News); name != "" {
		line = append(line, adapters.Plain(" · "+name))
	}

	return append(line, adapters.Plain(" · "), agoSpan(a.At()))
}
