package bot

import (
	"context"
	"time"

	"newsbell/adapters"
	"newsbell/store"
)

// statusFailing is how many failing sources /status names.
const statusFailing = 3

func (b *Bot) status(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, err := b.place(ctx, t)
	if err != nil {
		return nil, err
	}

	m := &adapters.Message{}
	err = b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := chatOf(tx, p)
		if err != nil {
			return err
		}

		if m.Text, err = b.working(tx, t, c); err != nil {
			return err
		}

		here, err := b.statusHere(tx, t, c, p)
		m.Text = append(m.Text, here...)

		return err
	})

	return m, err
}

// working says whether the news comes in.
func (b *Bot) working(tx *store.Tx, t *turn, c *store.Chat) (adapters.Text, error) {
	polls, err := tx.Polls(c.ID)
	if err != nil {
		return nil, err
	}

	text := adapters.Text{{adapters.Bold(statusHead(polls))}}

	text = append(text, adapters.Line{adapters.Plain(statusPolls(polls, t.now))})
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
			text = append(text, adapters.Line{adapters.Plain(statusMoreFailing(polls.Failing - statusFailing))})
			break
		}

		text = append(text, adapters.Line{adapters.Plain("• " + sourceName(s) + ": " + s.Error)})
	}

	return text, nil
}

// statusHere says how the chat itself is.
func (b *Bot) statusHere(tx *store.Tx, t *turn, c *store.Chat, p place) (adapters.Text, error) {
	follows, _, err := tx.CountSubscriptions(c.ID, "")
	if err != nil {
		return nil, err
	}

	text := adapters.Text{{}, {adapters.Plain(statusFollows(follows, p.name()))}}
	if state := stateWords(c, b.zone(c)); state != "" {
		text = append(text, adapters.Line{adapters.Plain(state)})
	}

	if c.ID != 0 {
		counts, err := tx.CountChat(c.ID, t.now.Add(-24*time.Hour))
		if err != nil {
			return nil, err
		}

		text = append(text, adapters.Line{adapters.Plain(statusAlerts(counts))})
		if last, err := tx.LastAlert(c.ID); err == nil && last.Article != nil {
			text = append(text, append(adapters.Line{adapters.Plain(textLastAlert)}, articleLine(last.Article)...))
		}
	}

	if t.private() && t.who() != "" && !b.operator(t) {
		text = append(text, adapters.Line{adapters.Plain(textYourNumber), adapters.Code(t.who())})
	}

	if b.operator(t) {
		all, err := tx.CountRecent(t.now.Add(-24 * time.Hour))
		if err != nil {
			return nil, err
		}

		n, oldest, _, err := tx.CountArticles()
		if err != nil {
			return nil, err
		}

		text = append(text, adapters.Line{}, adapters.Line{adapters.Plain(statusOperator(all, n, oldest, t.now))})
	}

	return text, nil
}
