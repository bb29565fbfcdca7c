package render

import (
	"cmp"
	"strings"
	"time"

	"newsbell/adapters"
)

// Limits of what there is to choose from, as the apps show it; the number is ours.
const (
	maxCards       = 10
	maxCardTitle   = 128
	maxCardSummary = 200
	maxCardID      = 64 // bytes
)

// Result is one thing to choose from behind the bot's name: an InlineQueryResultArticle of
// the Bot API.
type Result struct {
	Type        string  `json:"type"`
	ID          string  `json:"id"`
	Title       string  `json:"title"`
	Description string  `json:"description,omitempty"`
	Thumbnail   string  `json:"thumbnail_url,omitempty"`
	Content     content `json:"input_message_content"`
}

// content is what is sent once it is chosen.
type content struct {
	Text    string  `json:"message_text"`
	Mode    string  `json:"parse_mode"`
	Preview preview `json:"link_preview_options"`
}

// preview is what is shown of a link.
type preview struct {
	Disabled bool   `json:"is_disabled,omitempty"`
	URL      string `json:"url,omitempty"`
	Large    bool   `json:"prefer_large_media,omitempty"`
	Above    bool   `json:"show_above_text,omitempty"`
}

// Cards writes stories to choose from: each with its headline, outlet, age and summary,
// and as what it is sent, an alert that is for nobody's subscription.
func (r Renderer) Cards(cards *adapters.Cards, now time.Time) []Result {
	m := &adapters.Message{Words: cards.Words}
	results := []Result{}

	for _, c := range cards.Cards[:min(len(cards.Cards), maxCards)] {
		if c.ID == "" || len(c.ID) > maxCardID {
			continue
		}

		m.Alert = &c.Alert
		words := m.In()
		below := adapters.JoinPresent(" · ", CutWords(OneLine(c.Alert.Outlet), maxOutlet), formatAge(words, c.Alert.Published, now))

		results = append(results, Result{
			Type: "article", ID: c.ID, Title: renderTitle(words, &c.Alert, maxCardTitle), Thumbnail: PictureURL(&c.Alert),
			Description: adapters.JoinPresent("\n", below, CutWords(OneLine(c.Alert.Summary), maxCardSummary)),
			Content:     contentOf(r.Message(m, now)[0], PictureURL(&c.Alert)),
		})
	}

	return results
}

// Guest writes what a guest says; ok is false if there is nothing to see.
func (r Renderer) Guest(m *adapters.Message, id string, now time.Time) (result Result, ok bool) {
	parts := r.Message(m, now)
	if len(parts) == 0 {
		return Result{}, false
	}

	first := parts[0]
	if len(parts) > 1 {
		first = first.Cut(m.In())
	}

	headline, _, _ := strings.Cut(first.Plain, "\n")

	return Result{Type: "article", ID: id, Title: cmp.Or(CutWords(OneLine(headline), maxCardTitle), "…"), Content: contentOf(first, "")}, true
}

// contentOf returns a part as it is sent once it is chosen, with a picture above ("" none).
func contentOf(p Part, picture string) content {
	c := content{Text: p.HTML, Mode: "HTML", Preview: preview{Disabled: picture == ""}}
	if picture != "" {
		c.Preview = preview{URL: picture, Large: true, Above: true}
	}

	return c
}
