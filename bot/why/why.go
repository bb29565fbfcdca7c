// Package why explains (/why): why an alert came, waits, or did not come, by which subscriptions, words
// and rules.
package why

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/input"
	"newsbell/bot/listing"
	"newsbell/bot/page"
	"newsbell/bot/search"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

// Handler answers /why. It is safe for concurrent use.
type Handler struct{ *turn.Services }

// Explain says why an alert came, or why none did.
func (h *Handler) Explain(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := h.FindAlertTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	m := &adapters.Message{}

	err = h.Store.View(ctx, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, dest)
		if err != nil {
			return err
		}

		m.Text, err = h.explainRequest(ctx, tx, t, c)

		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return t.Message("why.nothing"), nil
	}

	return m, err
}

// explainRequest explains what the question names: the alert it replies to, an
// address or a subscription; otherwise the latest alert.
func (h *Handler) explainRequest(ctx context.Context, tx *store.Tx, t *turn.Turn, c *store.Chat) (adapters.Text, error) {
	text := strings.TrimSpace(t.Text)
	if link := input.FindLink(text); link != "" {
		return h.explainLink(tx, t.Words, c, link)
	}

	if c.ID == 0 {
		return nil, store.ErrNotFound
	}

	if ns, ok := input.ParseNumbers(text); ok {
		return h.explainSubscription(ctx, tx, t.Words, c, ns[0].First)
	}

	if t.Request.Message != "" {
		alerts, err := tx.AlertsIn(c.ID, t.Request.Message)
		if err != nil {
			return nil, err
		}

		if len(alerts) > 0 {
			return h.explainAlerts(t.Words, c, alerts), nil
		}

		if link := input.FindLink(t.Request.ReplyText); link != "" {
			return h.explainLink(tx, t.Words, c, link)
		}
	}

	if text != "" {
		return h.explainWords(ctx, tx, t, c, text)
	}

	waiting, err := h.waitingLines(tx, t.Words, c)
	if err != nil {
		return nil, err
	}

	last, err := tx.LastAlert(c.ID)
	if errors.Is(err, store.ErrNotFound) && len(waiting) > 0 {
		return waiting, nil
	}

	if err != nil {
		return nil, err
	}

	return append(waiting, h.ExplainAlert(t.Words, c, last)...), nil
}

// explainWords explains the one subscription whose query has the words, as /unsubscribe
// finds it.
func (h *Handler) explainWords(ctx context.Context, tx *store.Tx, t *turn.Turn, c *store.Chat, words string) (adapters.Text, error) {
	all, err := tx.Subscriptions(c.ID)
	if err != nil {
		return nil, err
	}

	found := listing.Filter(t.Words, words, all)
	if len(found) != 1 {
		return t.Lines("why.how"), nil
	}

	return h.explainSubscription(ctx, tx, t.Words, c, found[0].Number)
}

// waitingLines lists what a chat is still to get, and what each waits for.
func (h *Handler) waitingLines(tx *store.Tx, w wording.Words, c *store.Chat) (text adapters.Text, err error) {
	waiting, err := tx.WaitingAlerts(c.ID, whyMost)
	if err != nil || len(waiting) == 0 {
		return nil, err
	}

	counts, err := tx.CountChat(c.ID, time.Now())
	if err != nil {
		return nil, err
	}

	text = w.Lines("why.waiting", "n", max(counts.Waiting, len(waiting)))

	for _, a := range waiting {
		line := adapters.Line{adapters.Plain("• ")}
		if a.Article != nil {
			line = append(append(line, search.ArticleLine(w, a.Article)...), adapters.Plain(" · "))
		}

		text = append(text, append(line, alertState(w, a, c, h.ZoneOf(c))...))
	}

	return append(text, adapters.Line{}), nil
}

// whyMost is how many alerts of a digest are explained at once.
const whyMost = 5

// explainAlerts explains the alerts of one message one after the other.
func (h *Handler) explainAlerts(w wording.Words, c *store.Chat, alerts []*store.Alert) adapters.Text {
	var text adapters.Text

	for i, a := range alerts[:min(len(alerts), whyMost)] {
		if i > 0 {
			text = append(text, adapters.Line{})
		}

		text = append(text, h.ExplainAlert(w, c, a)...)
	}

	if more := len(alerts) - whyMost; more > 0 {
		text = append(text, w.Line("list.more", "n", more))
	}

	return text
}

// ExplainAlert says which subscriptions an alert matched, by which words, and
// what became of it.
func (h *Handler) ExplainAlert(w wording.Words, c *store.Chat, a *store.Alert) adapters.Text {
	text := adapters.Text{}
	if a.Article != nil {
		text = append(text, search.ArticleLine(w, a.Article))
	}

	if a.Edition != 0 {
		text = append(text, developmentLine(w, a.Details))
	}

	text = append(text, hitLines(w, a)...)

	if a.Article != nil {
		text = append(text, articleTimes(w, a.Article, h.ZoneOf(c)))
	}

	text = append(text, outcomeLines(w, a, c, h.ZoneOf(c))...)

	if a.State == "sent" && a.Edition == 0 && a.Article != nil && a.Article.Story != a.Story {
		text = append(text, w.Line("why.joined_later"))
	}

	if len(a.Also) > 0 {
		text = append(text, w.Line("why.also", "outlets", w.And(alsoOutlets(a.Also))))
	}

	return text
}

// explainSubscription explains the latest alert of a subscription; of one that never alerted it says
// what the query would have caught.
func (h *Handler) explainSubscription(ctx context.Context, tx *store.Tx, w wording.Words, c *store.Chat, number int) (adapters.Text, error) {
	s, err := tx.Subscription(c.ID, number)
	if errors.Is(err, store.ErrNotFound) {
		return w.Lines("list.no_number", "number", strconv.Itoa(number)), nil
	}

	if err != nil {
		return nil, err
	}

	a, err := tx.LastFor(c.ID, s.ID)
	if err == nil {
		return append(w.Lines("why.latest", "subscription", w.Subscription(s, nil)), h.ExplainAlert(w, c, a)...), nil
	}

	if !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}

	q, err := query.Parse(s.Query)
	if err != nil || q.String() != s.Canonical { // words are shown as they were typed, where they still mean the same
		q, err = query.ParseCanonical(s.Canonical)
	}

	if err != nil {
		return nil, err
	}

	found, err := search.Run(ctx, tx, c.ID, q, search.LookBack, search.Quick())
	if err != nil {
		return nil, err
	}

	return append(w.Lines("why.never", "subscription", w.Subscription(s, q)), found.Summary(w)...), nil
}

// explainLink says what became of the article at an address.
func (h *Handler) explainLink(tx *store.Tx, w wording.Words, c *store.Chat, link string) (adapters.Text, error) {
	all, err := tx.ArticlesAt(link)
	if err != nil {
		return nil, err
	}

	a, err := page.FirstReadable(tx, c.ID, all)
	if err != nil {
		return nil, err
	}

	if a == nil {
		return adapters.Text{w.Line("why.unseen"), w.Line("why.unseen_how")}, nil
	}

	text := adapters.Text{search.ArticleLine(w, a), articleTimes(w, a, h.ZoneOf(c))}
	if a.Story == 0 {
		return append(text, w.Line("why.checking")), nil
	}

	if c.ID != 0 {
		alert, err := tx.AlertOf(c.ID, a.Story)
		if err == nil {
			return append(text, h.explainStory(w, c, a, alert)...), nil
		}

		if !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
	}

	not, err := h.explainNoAlert(tx, w, c, a)

	return append(text, not...), err
}

// explainStory explains an article whose story has an alert in this chat.
func (h *Handler) explainStory(w wording.Words, c *store.Chat, a *store.Article, alert *store.Alert) adapters.Text {
	var text adapters.Text
	if alert.Article != nil && alert.Article.ID != a.ID {
		text = append(text, w.Line("why.same_story", "article", search.ArticleLine(w, alert.Article)))
		text = append(text, sameWords(w, &a.News, &alert.Article.News)...)
	}

	text = append(text, hitLines(w, alert)...)

	return append(text, outcomeLines(w, alert, c, h.ZoneOf(c))...)
}
