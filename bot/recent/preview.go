package recent

import (
	"context"
	"time"

	"newsbell/adapters"
	"newsbell/bot/search"
	"newsbell/bot/trial"
	"newsbell/bot/turn"
	"newsbell/bot/wish"
	"newsbell/subscriptions/query"
)

// previewed is how many stories /preview shows.
const previewed = 5

// Preview shows what a query would have caught, without following it.
func (h *Handler) Preview(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, q, asked, err := h.readQuery(ctx, t, "preview")
	if err != nil || asked != nil {
		return asked, err
	}

	scope, outlets, err := trial.ParseScope(t)
	if err != nil {
		return nil, err
	}

	c, err := h.Trial.Search(ctx, t, dest, q, search.Scoped(previewLimits(), scope, outlets))
	if err != nil {
		return nil, err
	}

	m := &adapters.Message{Text: adapters.Text{{adapters.Bold(t.InWords(q))}}}
	m.Text = append(m.Text, t.WarningLines(q)...)

	m.Text = append(m.Text, adapters.Line{adapters.Plain(c.Counts(t.Words, t.Now))})
	if outlets < 2 {
		m.Text = append(m.Text, c.MinHint(t.Words, t.Now)...)
	}

	for _, s := range c.Newest[:min(previewed, len(c.Newest))] {
		m.Text = append(m.Text, append(adapters.Line{adapters.Plain("• ")}, search.ArticleLine(t.Words, s.Article)...))
	}

	if more := c.Stories - previewed; more > 0 {
		m.Text = append(m.Text, t.Line("list.more", "n", more))
	}

	better, err := h.Trial.Advise(ctx, t, dest, q, c, "preview")
	if err != nil {
		return nil, err
	}

	m.Text = append(m.Text, better.Text...)
	if len(better.Buttons) > 0 {
		m.Buttons = append(m.Buttons, better.Buttons)
	}

	m.Buttons = append(m.Buttons, []adapters.Button{t.Button(t.Say("button.subscribe"), "subscribe", turn.Join(t.OptionsText(), t.Text))})

	return m, nil
}

// previewLimits are for /preview and for /news with a query.
func previewLimits() search.Limits {
	return search.Limits{Time: 2 * time.Second, Articles: 20_000, Stories: 60}
}

// readQuery returns the chat and the query that a command is about; without a query, or with one
// that cannot be read, asked is the answer.
func (h *Handler) readQuery(ctx context.Context, t *turn.Turn, command string) (dest turn.Target, q *query.Query, asked *adapters.Message, err error) {
	if dest, err = h.FindTarget(ctx, t); err != nil {
		return dest, nil, nil, err
	}

	if t.Text == "" {
		return dest, nil, t.Ask(t.Say("ask.preview"), t.Say("hint.query"), ""), nil
	}

	if c, ok := wish.Connect(t.Text, t.Code()); ok {
		t.Text = c.Query // it is shown in words, and nothing is kept of it
	}

	q, wrong := query.Parse(t.Text)
	if wrong != nil {
		return dest, nil, t.QueryErrorReply(wrong, command, "", t.Text), nil
	}

	return dest, q, nil, nil
}
