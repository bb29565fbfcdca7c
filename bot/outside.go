package bot

import (
	"context"
	"errors"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/inline"
	"newsbell/bot/input"
	"newsbell/bot/page"
	"newsbell/bot/recent"
	"newsbell/bot/search"
	"newsbell/bot/story"
	"newsbell/bot/turn"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

// Inline implements [adapters.Inliner]: stories of public sources for a chat that the bot
// is not in.
func (b *Bot) Inline(ctx context.Context, asked *adapters.InlineQuery) *adapters.Cards {
	t, leave := b.enterOutside(ctx, asked)
	if t == nil {
		return nil
	}
	defer leave()

	all, err := b.publicStories(ctx, t, inline.Parse(asked.Text))
	if err != nil {
		if _, ok := errors.AsType[*turn.RefusalError](err); !ok {
			b.Log.Error("finding stories for another chat", "platform", t.Request.Chat.Platform, "error", err)
		}

		return nil
	}

	cards := &adapters.Cards{Words: t.Texts, Private: adapters.Button{Label: t.Say("inline.choose"), Start: "setup"}}
	cards.Cards, cards.Next = inline.Paginate(all, asked.Offset)

	if word := inline.LinkWord(asked.Text); word != "" {
		key := "inline.alerts"
		if len(all) == 0 {
			key = "inline.none"
		}

		cards.Private = adapters.Button{Label: t.Say(key), Start: word}
	}

	return cards
}

// Guest implements [adapters.Inliner]: what outlets report on what somebody says in a chat
// that the bot is not in.
func (b *Bot) Guest(ctx context.Context, asked *adapters.InlineQuery) *adapters.Message {
	t, leave := b.enterOutside(ctx, asked)
	if t == nil {
		return nil
	}
	defer leave()

	m := t.Message("message.nothing")
	m.Words = t.Texts

	text := strings.TrimSpace(asked.Text + " " + asked.About)
	if text == "" {
		m.Text = t.Lines("inline.guest_empty")
		return m
	}

	err := b.Store.View(ctx, func(tx *store.Tx) error {
		told, err := story.ReadLinked(tx, 0, input.FindLinks(text, story.MessageLinks))
		if err != nil {
			return err
		}

		if told != nil {
			m.Text = append(adapters.Text{{adapters.Link(told.Title, told.URL)}}, story.TimelineLines(t.Words, told, b.TimeZone)...)
			return nil
		}

		near, err := page.FindNearest(tx, 0, input.WithoutLinks(text), story.MessageNear)
		if len(near) > 0 {
			m.Text = append(t.Lines("message.head"), story.RelatedLines(t.Words, near)...)
		}

		return err
	})
	if err != nil {
		b.Log.Error("finding what outlets report for another chat", "platform", t.Request.Chat.Platform, "error", err)
		return nil
	}

	return m
}

// publicStories finds what a query (nil: any) matches in sources that no chat added.
func (b *Bot) publicStories(ctx context.Context, t *turn.Turn, q *query.Query) ([]adapters.Card, error) {
	key := ""
	if q != nil {
		key = q.String()
	}

	return b.inline.Find(ctx, key, func(ctx context.Context) ([]adapters.Card, error) {
		limits := search.Limits{Time: time.Second, Articles: 20_000, Stories: inline.Most, Everywhere: true}

		found, err := b.trial.Search(ctx, t, turn.Target{}, q, limits)
		if err != nil {
			return nil, err
		}

		var cards []adapters.Card

		for _, s := range found.Newest {
			a := recent.AlertOf(s)
			a.Summary, a.Image = news.Shorten(s.Article.News.Summary, b.Summary), s.Article.News.Image
			cards = append(cards, adapters.Card{ID: button.ID(s.Article.ID), Alert: a})
		}

		return cards, nil
	})
}

// enterOutside begins what a person asks for in a chat that the bot is not in; nil: they
// may not, or ask too much at once.
func (b *Bot) enterOutside(ctx context.Context, asked *adapters.InlineQuery) (t *turn.Turn, leave func()) {
	private := adapters.ChatInfo{Chat: adapters.Chat{Platform: turn.Telegram, Address: asked.User.ID}, Kind: adapters.Private}
	t = b.NewTurn(&adapters.Request{Chat: private, User: asked.User})

	leave, ok := b.Enter(ctx, t)
	if !ok {
		return nil, nil
	}

	err := b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := tx.Chat(private.Platform, private.Address)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}

		t.Words = b.WordsFor(t.Request, c)
		t.Blocked, err = b.IsBlocked(tx, t)

		return err
	})

	if err == nil && !t.Blocked {
		ok = b.IsInvited(t)
	} else {
		ok = false
	}

	if !ok {
		leave()
		return nil, nil
	}

	return t, leave
}
