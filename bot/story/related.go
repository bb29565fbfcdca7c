package story

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/page"
	"newsbell/bot/turn"
	"newsbell/locales"
	"newsbell/store"
)

// relatedButton opens a page of a story's neighbours, counted from 0.
func relatedButton(t *locales.Texts, chat, story int64, n int) adapters.Button {
	return adapters.Button{Label: t.Say("button.more_related"), Data: button.Related + button.ID(chat) + ":" + button.ID(story) + ":" + strconv.Itoa(n)}
}

// PressRelated shows a page of a story's neighbours. rest is story:page, and InReply if the
// button stands below another such page.
func (h *Handler) PressRelated(ctx context.Context, t *turn.Turn, chat int64, rest string) (*adapters.Message, error) {
	position, replied := strings.CutSuffix(rest, button.InReply)
	first, second, _ := strings.Cut(position, ":")
	id, err := strconv.ParseInt(first, 10, 64)
	n, wrong := strconv.Atoi(second)

	if err != nil || wrong != nil || n < 1 {
		return t.OldButton(), nil
	}

	c, err := h.readableChat(ctx, t, chat)
	if err != nil {
		return nil, err
	}

	story, err := store.Read(ctx, h.Store, func(tx *store.Tx) (*page.Story, error) { return page.ReadNeighbours(tx, c.ID, id, n) })
	if errors.Is(err, store.ErrNotFound) {
		return t.Message("story.none"), nil
	}

	if err != nil {
		return nil, err
	}

	m := &adapters.Message{Private: true, Replace: replied, Text: adapters.Text{
		{adapters.Bold(t.Say("story.related"))}, {adapters.Link(story.Title, story.URL)}, {},
	}}
	m.Text = append(m.Text, RelatedLines(t.Words, story.Related)...)

	if row := relatedRow(t.Texts, c.ID, story, n); len(row) > 0 {
		m.Buttons = [][]adapters.Button{row}
	}

	return m, nil
}

// relatedRow are the buttons that lead from a page of a story's neighbours to those beside it.
func relatedRow(t *locales.Texts, chat int64, story *page.Story, n int) (row []adapters.Button) {
	if n > 1 {
		back := relatedButton(t, chat, story.ID, n-1)
		back.Label = t.Say("button.back")
		row = append(row, back)
	}

	if story.MoreRelated {
		row = append(row, relatedButton(t, chat, story.ID, n+1))
	}

	for i := range row {
		row[i].Data += button.InReply
	}

	return row
}
