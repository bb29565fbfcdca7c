package bot

import (
	"context"
	"slices"
	"time"

	"newsbell/adapters"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

// lookBack is how far previews look back.
const lookBack = 7 * 24 * time.Hour

// effort bounds a look at past articles: somebody is waiting.
type effort struct {
	time     time.Duration
	articles int
	shown    int // stories to return
}

// thorough is what /preview and /news take at most.
func thorough() effort { return effort{2 * time.Second, 20_000, 60} }

// browse is what /news looks at without a query: enough for its pages.
func browse() effort { return effort{time.Second, 2000, 60} }

// sneak is what a subscribing person waits at most.
func sneak() effort { return effort{time.Second, 20_000, 1} }

// caught is what a query would have caught.
type caught struct {
	articles, stories int
	outlets           int
	newest            []*sighting // one a story, newest first
	// cut tells that the look ended early: since then it is complete.
	cut   bool
	since time.Time
	span  time.Duration
}

// sighting is a story with the newest of its articles that was caught.
type sighting struct {
	article *store.Article
	matched []string
	outlets []string // who else tells it, as far as caught
}

// look asks what a query (nil: any) would have caught of what a place hears.
func (b *Bot) look(ctx context.Context, p place, q *query.Query, e effort) (*caught, error) {
	var found *caught

	err := b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := chatOf(tx, p)
		if err != nil {
			return err
		}

		found, err = lookIn(tx, c.ID, q, lookBack, e)

		return err
	})

	return found, err
}

func lookIn(tx *store.Tx, chat int64, q *query.Query, span time.Duration, e effort) (*caught, error) {
	var single *index.Single
	if q != nil {
		single = index.NewSingle(q)
	}

	began, looked := time.Now(), 0
	c := &caught{since: tx.Now.Add(-span), span: span}
	stories := map[int64]*sighting{}
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
			s = &sighting{article: a, matched: matched}
			stories[story] = s
			c.newest = append(c.newest, s)
		} else if name := outlet(&a.News); name != outlet(&s.article.News) && !slices.Contains(s.outlets, name) {
			s.outlets = append(s.outlets, name)
		}

		return true
	})
	c.stories, c.outlets = len(stories), len(outlets)
	slices.SortStableFunc(c.newest, func(a, b *sighting) int { return b.article.At().Compare(a.article.At()) })

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

// inShort is what a subscriber hears of it: counts and the newest hit.
func (c *caught) inShort() adapters.Text {
	text := adapters.Text{{adapters.Plain(c.counts())}}
	if len(c.newest) > 0 {
		text = append(text, append(adapters.Line{adapters.Plain(textNewest)}, c.newest[0].line()...))
	}

	return text
}

// line is "Title (link) · UPI · 2 h ago".
func (s *sighting) line() adapters.Line {
	return articleLine(s.article)
}

func articleLine(a *store.Article) adapters.Line {
	line := adapters.Line{adapters.Link(a.News.Title, a.News.URL)}
	if name := outlet(&a.News); name != "" {
		line = append(line, adapters.Plain(" · "+name))
	}

	return append(line, adapters.Plain(" · "), ago(a.At()))
}
