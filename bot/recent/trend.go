package recent

import (
	"context"
	"time"

	"newsbell/adapters"
	"newsbell/bot/search"
	"newsbell/bot/trend"
	"newsbell/bot/turn"
	"newsbell/store"
)

// trendLimits are for /trend.
func trendLimits() search.Limits {
	return search.Limits{Span: trend.Days * 24 * time.Hour, Time: 5 * time.Second, Articles: 300_000}
}

// ShowTrend shows the last month of a query: as a picture, and where there are none as a
// line of bars.
func (h *Handler) ShowTrend(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, q, asked, err := h.readQuery(ctx, t, "trend")
	if err != nil || asked != nil {
		return asked, err
	}

	counter, limits := trend.NewCounter(), trendLimits()
	limits.Each = func(a *store.Article, matches bool) {
		if a.News.Text = ""; matches { // a month of texts is too much to hold
			counter.Add(a, search.OutletOf(&a.News))
		}
	}

	c, err := h.Trial.Search(ctx, t, dest, q, limits)
	if err != nil {
		return nil, err
	}

	m := &adapters.Message{Text: adapters.Text{{adapters.Bold(t.InWords(q))}, {adapters.Plain(c.Counts(t.Words, t.Now))}}}
	m.Buttons = [][]adapters.Button{{t.Button(t.Say("button.subscribe"), "subscribe", t.Text)}}

	if c.Articles == 0 {
		return m, nil
	}

	chat, err := h.LoadChat(ctx, dest)
	if err != nil {
		return nil, err
	}

	zone := h.ZoneOf(chat)

	return h.drawTrend(t, m, counter, counter.Trend(c.Since, t.Now, zone), zone)
}

// drawTrend adds to a message what a trend looks like.
func (h *Handler) drawTrend(t *turn.Turn, m *adapters.Message, counter *trend.Counter, days *trend.Trend, zone *time.Location) (*adapters.Message, error) {
	peak := days.Peak()
	if top := counter.Headline(days, peak); top != nil {
		m.Text = append(m.Text, t.Line("trend.peak", "day", t.Date(days.Days[peak].At), "stories", days.Days[peak].Total(), "article", search.ArticleLine(t.Words, top)))
	}

	first, last := days.Days[0].At, t.Now.In(zone)
	line := adapters.Text{t.Line("trend.line", "from", t.Date(first), "until", t.Date(last)), {{Text: days.Sparkline(), Style: adapters.StylePre}}}

	if t.Request.Chat.Platform == turn.Terminal {
		m.Text = append(m.Text, line...)
		return m, nil
	}

	picture, err := days.Draw()
	if err != nil {
		return nil, err
	}

	m.File = &adapters.File{Name: "trend.png", Body: picture, Picture: true}
	m.Text, m.Instead = append(m.Text, t.Line("trend.legend")), line

	return m, nil
}
