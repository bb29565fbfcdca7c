// Package recent is what was told lately: /news, /preview of a query, the brief of the top stories and
// the trend of a month, and the pages of what a digest or a brief only counts.
package recent

import (
	"context"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/reading"
	"newsbell/bot/search"
	"newsbell/bot/settings"
	"newsbell/bot/trial"
	"newsbell/bot/turn"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

// Handler answers what people ask of the latest stories. It is safe for concurrent use.
type Handler struct {
	*turn.Services
	Trial    *trial.Searcher
	Settings *settings.Handler // sets when a brief comes
}

// newsPage is how many stories a page of /news shows.
const newsPage = 8

// ShowNews shows the latest stories of what a target reads, or of a query.
func (h *Handler) ShowNews(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := h.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	return h.NewsPage(ctx, t, dest, t.Text, 0)
}

// NewsPage is a page of /news, counted from 0; text is the query as typed, "" for everything.
func (h *Handler) NewsPage(ctx context.Context, t *turn.Turn, dest turn.Target, text string, page int) (*adapters.Message, error) {
	var q *query.Query

	heading := t.Say("news.head")

	if text != "" {
		var err error
		if q, err = query.Parse(text); err != nil {
			return t.QueryErrorReply(err, "news", "", text), nil
		}

		heading = t.Say("news.about", "query", t.InWords(q))
	}

	how := previewLimits()
	if q == nil {
		how = newsLimits()
	}

	c, err := h.Trial.Search(ctx, t, dest, q, how)
	if err != nil {
		return nil, err
	}

	if len(c.Newest) == 0 {
		return h.noNews(ctx, t, dest, q)
	}

	from, pages := turn.PageRange(len(c.Newest), newsPage, &page)

	d := &adapters.Digest{Heading: heading}
	for _, s := range c.Newest[from:min(from+newsPage, len(c.Newest))] {
		d.Alerts = append(d.Alerts, AlertOf(s))
	}

	d.More = h.CutToRoom(t.Request.Chat.Platform, d)

	m := &adapters.Message{Digest: d}

	row := turn.StepButtons(t.Words, page > 0, page < pages-1, func(step int) string { return newsData(t, text, page+step) })
	if q != nil {
		row = append(row, t.Button(t.Say("button.subscribe"), "subscribe", text))
	}

	button.Add(m, row...)

	return m, nil
}

// newsData is what the button to a page of /news carries; a token holds the query.
func newsData(t *turn.Turn, text string, page int) string {
	data := button.News + strconv.Itoa(page)
	if text != "" {
		data += ":" + t.SaveToken(turn.Token{Who: t.PersonID(), Command: "news", Text: text})
	}

	return data
}

// newsLimits are for /news without a query: enough for its pages.
func newsLimits() search.Limits { return search.Limits{Time: time.Second, Articles: 2000, Stories: 60} }

// AlertOf is a found story as a digest lists it.
func AlertOf(s *search.Story) adapters.Alert {
	n := &s.Article.News
	return adapters.Alert{Title: n.Title, URL: n.URL, Outlet: search.OutletOf(n), Published: s.Article.At(), Also: alsoOf(s)}
}

// alsoOf is who else tells it, without links: a list shows one for each story.
func alsoOf(s *search.Story) []adapters.Also {
	var all []adapters.Also
	for _, name := range s.Outlets {
		all = append(all, adapters.Also{Outlet: name})
	}

	return all
}

// noNews replies where there is no story to show.
func (h *Handler) noNews(ctx context.Context, t *turn.Turn, dest turn.Target, q *query.Query) (*adapters.Message, error) {
	if q != nil && len(q.Bundles()) == 0 {
		return t.Message("news.none_about", "query", t.InWords(q)), nil
	}

	var polls store.PollTimes

	err := h.Store.View(ctx, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, dest)
		if err == nil {
			polls, err = tx.Polls(c.ID)
		}

		return err
	})
	if err != nil {
		return nil, err
	}

	switch {
	case polls.NoneWorks():
		return &adapters.Message{Text: adapters.Say(t.StatusHead(polls, reading.AnyAnswered(polls)))}, nil
	case q != nil && polls.Unread > 0: // those of a bundle that was just chosen
		return t.Message("start.first_read"), nil
	case q != nil:
		return t.Message("news.none_about", "query", t.InWords(q)), nil
	default:
		return t.Message("news.none"), nil
	}
}

// PressFolded shows a page of the alerts that a digest of this chat only counts. The
// pages take the place of each other below the digest, which stays.
func (h *Handler) PressFolded(ctx context.Context, t *turn.Turn, message int64, rest string) (*adapters.Message, error) {
	page, err := strconv.Atoi(strings.TrimPrefix(rest, "again:"))
	if err != nil || page < 0 {
		return t.OldButton(), nil
	}

	var (
		alerts []*store.Alert
		total  int
	)

	err = h.Store.View(ctx, func(tx *store.Tx) error {
		c, err := tx.Chat(t.Request.Chat.Platform, t.Request.Chat.Address)
		if err == nil {
			alerts, total, err = tx.Folded(c.ID, message, page*newsPage, newsPage)
		}

		return err
	})
	if err != nil {
		return nil, err
	}

	if total == 0 {
		return t.OldButton(), nil
	}

	d := &adapters.Digest{Heading: t.Say("news.folded", "n", total)}

	for _, a := range alerts {
		if a.Article != nil { // else its time to be kept is over
			d.Alerts = append(d.Alerts, AlertOf(&search.Story{Article: a.Article}))
		}
	}

	m := &adapters.Message{Digest: d, Replace: strings.HasPrefix(rest, "again:")}
	button.Add(m, turn.StepButtons(t.Words, page > 0, (page+1)*newsPage < total, func(step int) string {
		return button.Folded + button.ID(message) + ":again:" + strconv.Itoa(page+step)
	})...)

	return m, nil
}
