package story

import (
	"context"
	"errors"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/page"
	"newsbell/bot/turn"
	"newsbell/news"
	"newsbell/store"
)

// MessageText is the text of the message that a command of its menu, or a button below the
// reply to it, is about. Nothing in it is an option.
func MessageText(t *turn.Turn) string {
	text := t.Text
	if t.Request.Kind == adapters.CommandRequest {
		text = t.Request.Text
	}

	t.Text, t.Options = "", map[string]string{}

	return strings.TrimSpace(text)
}

// Bounds of what is read of a message that people point at.
const (
	MessageLinks  = 3   // links that are looked up
	MessageNear   = 5   // stories that are named
	MessageAsWish = 100 // characters of one that may be a query
)

// ReadLinked reads the first story, as a chat sees it, that one of the links tells; nil: none does.
func ReadLinked(tx *store.Tx, chat int64, links []string) (*page.Story, error) {
	for _, link := range links {
		story, err := page.Read(tx, chat, link)
		if !errors.Is(err, store.ErrNotFound) {
			return story, err
		}
	}

	return nil, nil
}

// FindShown is the story that a message tells: that of a link in it, else the nearest to its
// words; nil: none is known.
func (h *Handler) FindShown(ctx context.Context, dest turn.Target, text, words string) (story *page.Story, err error) {
	err = h.Store.View(ctx, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, dest)
		if err != nil {
			return err
		}

		links := input.FindLinks(text, MessageLinks)
		if len(links) == 0 && len([]rune(words)) > MessageAsWish {
			near, err := page.FindNearest(tx, c.ID, words, 1)
			if err != nil || len(near) == 0 {
				return err
			}

			links = []string{near[0].URL}
		}

		story, err = ReadLinked(tx, c.ID, links)

		return err
	})

	if story != nil && story.ID == 0 { // its article is not matched yet
		story = nil
	}

	return story, err
}

// Offer offers to follow a story, or the outlet that tells it.
func (h *Handler) Offer(ctx context.Context, t *turn.Turn, dest turn.Target, story *page.Story) (*adapters.Message, error) {
	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		c, err := t.EnsureChat(tx, dest)
		if err != nil {
			return nil, err
		}

		follows, err := tx.FollowsStory(c.ID, story.ID)
		if err != nil {
			return nil, err
		}

		host := news.Host(story.URL)
		m := &adapters.Message{Text: append(adapters.Text{{adapters.Link(story.Title, story.URL)}}, t.Lines("message.follow")...)}
		m.Buttons = [][]adapters.Button{
			{followButton(t.Texts, c.ID, story.ID, follows)},
			{t.Button(button.Label(t.Say("button.follow_site", "host", host)), "subscribe", "site:"+host)},
			{t.Button(t.Say("message.outlets_say"), CommandOutletsSay, story.URL)},
		}

		return &turn.Reply{Answer: m}, nil
	})
}

// ShowOutlets shows what outlets report on what a message says.
func (h *Handler) ShowOutlets(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	text := MessageText(t)

	dest, err := h.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	words := input.WithoutLinks(text)
	if text == "" {
		return t.Message("message.empty"), nil
	}

	m := t.Message("message.nothing")
	m.Buttons = [][]adapters.Button{{t.Button(t.Say("message.follow_this"), CommandFollowThis, text)}}

	err = h.Store.View(ctx, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, dest)
		if err != nil {
			return err
		}

		story, err := ReadLinked(tx, c.ID, input.FindLinks(text, MessageLinks))
		if err != nil {
			return err
		}

		if story != nil {
			h.fillPage(m, t, c, story)
			m.Buttons, err = h.buttons(t, tx, c, story)

			return err
		}

		near, err := page.FindNearest(tx, c.ID, words, MessageNear)
		if len(near) > 0 {
			m.Text = append(t.Lines("message.head"), RelatedLines(t.Words, near)...)
		}

		return err
	})

	return m, err
}

// Names of the commands about a message.
const (
	CommandFollowThis = "follow_this"
	CommandOutletsSay = "outlets_say"
)
