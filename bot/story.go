package bot

import (
	"context"
	"errors"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/page"
	"newsbell/news"
	"newsbell/store"
)

// showStory shows the page of a story: the one that a link, a reply or the latest alert
// names.
func (b *Bot) showStory(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, err := b.whyTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	m := &adapters.Message{}

	err = b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := findChat(tx, p)
		if err != nil {
			return err
		}

		link, err := storyLink(tx, t, c)
		if err != nil {
			return err
		}

		story, err := page.Read(tx, c.ID, link)
		if err != nil {
			return err
		}

		m.Text = t.storyText(story)

		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return t.say("story.none"), nil
	}

	return m, err
}

// storyLink is the address of the article that a request is about.
func storyLink(tx *store.Tx, t *turn, c *store.Chat) (string, error) {
	if link := linkIn.FindString(t.text); link != "" {
		return link, nil
	}

	if c.ID == 0 || strings.TrimSpace(t.text) != "" {
		return "", store.ErrNotFound
	}

	if t.r.Message != "" {
		alerts, err := tx.AlertsIn(c.ID, t.r.Message)
		if err != nil {
			return "", err
		}

		if len(alerts) > 0 && alerts[0].Article != nil {
			return alerts[0].Article.News.URL, nil
		}

		if link := linkIn.FindString(t.r.ReplyText); link != "" {
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

// storyOfAlert shows the page of an alert's story.
func (b *Bot) storyOfAlert(ctx context.Context, t *turn, c *store.Chat, a *store.Alert) (*adapters.Message, error) {
	if a.Article == nil {
		return t.say("story.none"), nil
	}

	m := &adapters.Message{Private: true}

	err := b.Store.View(ctx, func(tx *store.Tx) error {
		story, err := page.Read(tx, c.ID, a.Article.News.URL)
		if err == nil {
			m.Text = t.storyText(story)
		}

		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return t.say("story.none"), nil
	}

	return m, err
}

// Bounds of a story in a chat, beside those of the page.
const (
	storyOpening = 600 // characters of the text
	storyOutlets = 8   // outlets with their headlines
	relatedText  = 200 // characters of a neighbour's paragraph
)

// storyText is a story page as a message: the news first, then who tells it, then what
// is near it.
func (w words) storyText(s *page.Story) adapters.Text {
	text := adapters.Text{
		{adapters.Bold(s.Title)},
		{adapters.Link(w.storyOutlet(s.Outlet), s.URL), adapters.Plain(" · "), w.ago(s.Published)},
	}
	if line := w.picture(s); line != "" {
		text = append(text, adapters.Line{{Text: line, Style: adapters.StyleDim}})
	}

	if len(s.Articles) == 1 && s.Text != "" {
		text = append(text, adapters.Line{}, adapters.Line{adapters.Plain(news.Shorten(s.Text, storyOpening))})
	}

	if len(s.Articles) > 1 {
		text = append(text, adapters.Line{}, adapters.Line{adapters.Bold(w.Say("story.in_short"))})
		for _, sentence := range s.Short {
			text = append(text, adapters.Line{adapters.Plain("• " + sentence.Text + " "), {Text: strings.Join(sentence.Outlets, ", "), Style: adapters.StyleDim}})
		}

		text = append(text, w.outletLines(s)...)
	}

	if len(s.Related) > 0 {
		text = append(text, adapters.Line{}, adapters.Line{adapters.Bold(w.Say("story.related"))})
	}

	for _, r := range s.Related {
		text = append(text, adapters.Line{adapters.Plain("• "), adapters.Link(r.Title, r.URL), adapters.Plain(" · " + w.storyOutlet(r.Outlet) + " · "), w.ago(r.Published)})
		if r.Text != "" {
			text = append(text, adapters.Line{adapters.Plain(news.Shorten(r.Text, relatedText))})
		}
	}

	return text
}

// outletLines are the headlines of a story side by side, the first of each outlet.
func (w words) outletLines(s *page.Story) adapters.Text {
	text := adapters.Text{{}, {adapters.Bold(w.Say("story.headlines"))}}
	seen := map[string]bool{}

	for _, a := range s.Articles {
		if seen[a.Outlet] {
			continue
		}

		if seen[a.Outlet] = true; len(seen) > storyOutlets {
			continue
		}

		line := adapters.Line{adapters.Plain("• " + w.storyOutlet(a.Outlet)), {Text: w.outletLabels(a), Style: adapters.StyleDim}, adapters.Plain(": ")}
		if a.URL == s.URL {
			line = append(line, adapters.Plain(a.Title)) // its link stands above
		} else {
			line = append(line, adapters.Link(a.Title, a.URL))
		}

		text = append(text, append(line, adapters.Plain(" · "), w.ago(a.Published)))
	}

	if more := len(seen) - storyOutlets; more > 0 {
		text = append(text, w.Line("list.more", "n", more))
	}

	return text
}
