// Package status is how the bot does (/status, /test) and who changed what (/log).
package status

import (
	"context"
	"strconv"
	"time"

	"newsbell/adapters"
	"newsbell/bot/events"
	"newsbell/bot/reading"
	"newsbell/bot/search"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/store"
)

// Handler answers what people ask of the bot's state. It is safe for concurrent use.
type Handler struct{ *turn.Services }

// statusFailing is how many failing sources /status names.
const statusFailing = 3

// ShowStatus says whether alerts reach a target, and how its sources and the bot are.
func (h *Handler) ShowStatus(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := h.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	m := &adapters.Message{}
	err = h.Store.View(ctx, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, dest)
		if err != nil {
			return err
		}

		if m.Text, err = h.pollLines(tx, t, c); err != nil {
			return err
		}

		here, err := h.chatLines(tx, t, c, dest)
		m.Text = append(m.Text, here...)

		if h.Version != "" && t.IsPrivate() {
			m.Text = append(m.Text, adapters.Line{adapters.Plain("Newsbell " + h.Version)})
		}

		return err
	})

	return m, err
}

// pollLines reports whether news is coming in, and can go out to a chat.
func (h *Handler) pollLines(tx *store.Tx, t *turn.Turn, c *store.Chat) (adapters.Text, error) {
	polls, err := tx.Polls(c.ID)
	if err != nil {
		return nil, err
	}

	head := t.StatusHead(polls, reading.AnyAnswered(polls))
	if c.State == store.Asleep {
		head = events.WhyAsleep(t.Texts, c.Reason)
	}

	text := adapters.Text{{adapters.Bold(head)}, {adapters.Plain(t.StatusPolls(polls, t.Now))}}
	if polls.Failing == 0 {
		return text, nil
	}

	all, err := tx.SourcesFor(c.ID)
	if err != nil {
		return nil, err
	}

	named := 0

	for _, s := range all {
		if s.Error == "" {
			continue
		}

		if named++; named > statusFailing {
			text = append(text, t.Line("status.more_failing", "n", polls.Failing-statusFailing))
			break
		}

		text = append(text, adapters.Line{adapters.Plain("• " + t.Isolate(reading.SourceName(s)) + ": " + t.Translate(s.Error))})
	}

	return text, nil
}

// chatLines reports the state of the chat itself.
func (h *Handler) chatLines(tx *store.Tx, t *turn.Turn, c *store.Chat, dest turn.Target) (adapters.Text, error) {
	follows, _, err := tx.CountSubscriptions(c.ID, "")
	if err != nil {
		return nil, err
	}

	text := adapters.Text{{}, {adapters.Plain(statusFollows(t.Words, follows, dest))}}
	if state := turn.StateLine(t.Words, c, h.ZoneOf(c)); state != nil && c.State != store.Asleep { // which the head says
		text = append(text, state)
	}

	switch dest.Comments {
	case adapters.CommentsOn:
		text = append(text, t.Line("status.comments_on"))
	case adapters.CommentsOff:
		text = append(text, t.Line("status.comments_off"))
	}

	if c.ID != 0 {
		counts, err := tx.CountChat(c.ID, t.Now.Add(-24*time.Hour))
		if err != nil {
			return nil, err
		}

		text = append(text, adapters.Line{adapters.Plain(t.StatusAlerts(counts))})

		for _, lines := range []func(*store.Tx, wording.Words, *store.Chat) (adapters.Text, error){h.targetLines, slowLines} {
			more, err := lines(tx, t.Words, c)
			if err != nil {
				return nil, err
			}

			text = append(text, more...)
		}

		if last, err := tx.LastAlert(c.ID); err == nil && last.Article != nil {
			text = append(text, t.Line("status.last_alert", "article", search.ArticleLine(t.Words, last.Article)))
		}
	}

	if t.IsPrivate() && t.PersonID() != "" && !h.IsOperator(t) {
		text = append(text, t.Line("status.your_id", "id", adapters.Code(t.PersonID())))
	}

	if !h.IsOperator(t) {
		return text, nil
	}

	lines, err := h.operatorLines(tx, t)

	return append(text, lines...), err
}

// statusFollows says how many subscriptions a target has.
func statusFollows(w wording.Words, n int, dest turn.Target) string {
	switch {
	case dest.Here:
		return w.Say("status.here", "n", n)
	case dest.Own:
		return w.Say("status.direct", "n", n)
	default:
		return w.Say("status.in", "n", n, "where", dest.Name(w))
	}
}

// operatorLines reports on all chats together, after an empty line.
func (h *Handler) operatorLines(tx *store.Tx, t *turn.Turn) (adapters.Text, error) {
	all, err := tx.CountRecent(t.Now.Add(-24 * time.Hour))
	if err != nil {
		return nil, err
	}

	n, oldest, _, err := tx.CountArticles()
	if err != nil {
		return nil, err
	}

	text := adapters.Text{{}, {adapters.Plain(t.StatusOperator(all, n, oldest, t.Now))}}

	if h.EmbeddingFails != nil {
		if since := h.EmbeddingFails(); !since.IsZero() {
			text = append(text, t.Line("status.embedding_fails", "ago", t.Ago(t.Now.Sub(since))))
		}
	}

	if !h.Writer.HasModel() {
		return text, nil
	}

	_, tokens, err := tx.SpentTokens(0)
	if err != nil {
		return nil, err
	}

	return append(text, t.ModelCost(tokens, h.Price)), nil
}

// targetLines names the targets of a chat at which nothing arrives.
func (h *Handler) targetLines(tx *store.Tx, w wording.Words, c *store.Chat) (text adapters.Text, err error) {
	all, err := tx.Targets(c.ID)

	for i, g := range all {
		switch {
		case g.State == store.Asleep:
			text = append(text, w.Line("target.line_away", "n", i+1, "place", h.NameOfTarget(g.URL)))
		case g.Code == "" && g.Failing != "":
			text = append(text, w.Line("target.line_failing", "n", i+1, "place", h.NameOfTarget(g.URL), "reason", w.Translate(g.Failing)))
		}
	}

	return text, err
}

// slowLines names the subscriptions whose regexes took too long on some articles.
func slowLines(tx *store.Tx, w wording.Words, c *store.Chat) (text adapters.Text, err error) {
	all, err := tx.Subscriptions(c.ID)

	for _, s := range all {
		if s.Skipped > 0 && len(text) < statusFailing {
			text = append(text, w.Line("status.slow", "number", strconv.Itoa(s.Number), "n", s.Skipped))
		}
	}

	return text, err
}
