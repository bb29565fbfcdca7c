// Package story is what a chat says of a story: its page, what a language model or the articles
// themselves tell of it, its neighbours, following it, and the buttons below an alert of it.
//
// What there is to show of a story is assembled by package page; here is how it reads in a chat,
// and who may see it: everybody in the chat whose alert it is, elsewhere who may manage that chat.
package story

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"newsbell/adapters"
	"newsbell/ai"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/page"
	"newsbell/bot/turn"
	"newsbell/store"
)

// Handler answers what people ask of stories. It is safe for concurrent use.
type Handler struct{ *turn.Services }

// Show shows the page of a story: the one that a link, a reply or the latest alert
// names.
func (h *Handler) Show(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := h.FindAlertTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	return h.showPage(ctx, t, dest, func(tx *store.Tx, c *store.Chat) (*page.Story, error) {
		link, err := linkMeant(tx, t, c)
		if err != nil {
			return nil, err
		}

		return page.Read(tx, c.ID, link)
	})
}

// LinkPrefix begins the word of a link that leads from a story's page in a browser to the chat.
const LinkPrefix = "story-"

// ShowLinked shows the story that such a link names, if this chat reads a source that tells it.
func (h *Handler) ShowLinked(ctx context.Context, t *turn.Turn, text string) (*adapters.Message, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return t.Message("story.none"), nil
	}

	dest, err := h.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	return h.showPage(ctx, t, dest, func(tx *store.Tx, c *store.Chat) (*page.Story, error) { return page.ReadStory(tx, c.ID, id) })
}

// showPage shows the page of the story that read finds for a chat.
func (h *Handler) showPage(ctx context.Context, t *turn.Turn, dest turn.Target, read func(*store.Tx, *store.Chat) (*page.Story, error)) (*adapters.Message, error) {
	m := &adapters.Message{}

	err := h.Store.View(ctx, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, dest)
		if err != nil {
			return err
		}

		story, err := read(tx, c)
		if err != nil {
			return err
		}

		h.fillPage(m, t, c, story)
		m.Buttons, err = h.buttons(t, tx, c, story)

		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return t.Message("story.none"), nil
	}

	return m, err
}

// linkMeant is the address of the article that a request is about.
func linkMeant(tx *store.Tx, t *turn.Turn, c *store.Chat) (string, error) {
	if link := input.FindLink(t.Text); link != "" {
		return link, nil
	}

	if c.ID == 0 || strings.TrimSpace(t.Text) != "" {
		return "", store.ErrNotFound
	}

	if t.Request.Message != "" {
		alerts, err := tx.AlertsIn(c.ID, t.Request.Message)
		if err != nil {
			return "", err
		}

		if len(alerts) > 0 && alerts[0].Article != nil {
			return alerts[0].Article.News.URL, nil
		}

		if link := input.FindLink(t.Request.ReplyText); link != "" {
			return link, nil
		}
	}

	last, err := tx.LastAlert(c.ID)
	if err == nil && last.Article == nil {
		err = store.ErrNotFound
	}

	if err != nil {
		return "", err
	}

	return last.Article.News.URL, nil
}

// ShowOfAlert shows the page of an alert's story.
func (h *Handler) ShowOfAlert(ctx context.Context, t *turn.Turn, c *store.Chat, a *store.Alert) (*adapters.Message, error) {
	if a.Article == nil {
		return t.Message("story.none"), nil
	}

	m := &adapters.Message{Private: true}

	err := h.Store.View(ctx, func(tx *store.Tx) error {
		story, err := page.Read(tx, c.ID, a.Article.News.URL)
		if err == nil {
			h.fillPage(m, t, c, story)
			m.Buttons, err = h.buttons(t, tx, c, story)
		}

		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return t.Message("story.none"), nil
	}

	if err != nil {
		return nil, err
	}

	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) { return &turn.Reply{Answer: m}, tx.React(a.ID, store.Opened) })
}

// buttons are the buttons below a story's page: to follow it, where it is known,
// and what a language model can say of it, while there is one.
func (h *Handler) buttons(t *turn.Turn, tx *store.Tx, c *store.Chat, story *page.Story) ([][]adapters.Button, error) {
	if c.ID == 0 || story.ID == 0 {
		return nil, nil
	}

	follows, err := tx.FollowsStory(c.ID, story.ID)
	rows := [][]adapters.Button{{followButton(t.Texts, c.ID, story.ID, follows)}}

	if story.MoreRelated {
		rows[0] = append(rows[0], relatedButton(t.Texts, c.ID, story.ID, 1))
	}

	if !h.Writer.Works() {
		return rows, err
	}

	tell := func(kind ai.Kind) adapters.Button {
		return adapters.Button{Label: t.Say(kindLabels[kind]), Data: button.Tell + button.ID(c.ID) + ":" + button.ID(story.ID) + ":" + string(kind)}
	}

	rows = append(rows, []adapters.Button{tell(ai.Short), tell(ai.Sides), tell(ai.Background)}, []adapters.Button{tell(ai.Who)})

	if t.HearsAnswers() {
		rows[2] = append(rows[2], tell(ai.Question))
	}

	if len(story.FullArticles) > 0 && story.FullArticles[0].Language != "" && story.FullArticles[0].Language != t.Code() {
		rows[2] = append(rows[2], tell(ai.Translate))
	}

	return rows, err
}

// fillPage makes a message the page of a story, with a link to the same in a browser, where
// there is one, and with its picture, where the chat wants pictures.
func (h *Handler) fillPage(m *adapters.Message, t *turn.Turn, c *store.Chat, story *page.Story) {
	m.Page, m.Text = true, pageText(t.Words, story, h.ZoneOf(c))
	if h.PageOf != nil && story.ID != 0 && c.ID != 0 {
		m.Text = append(m.Text, adapters.Line{}, adapters.Line{adapters.Link(t.Say("story.as_page"), h.PageOf(c.ID, story.ID))})
	}

	if c.ID == 0 || c.Pictures {
		m.Picture = story.Image
	}
}
