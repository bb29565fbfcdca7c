package recent

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"newsbell/adapters"
	"newsbell/bot/answers"
	"newsbell/bot/brief"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/search"
	"newsbell/bot/settings"
	"newsbell/bot/story"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

// clockLike is what begins like a time of day, also one that there is not.
var clockLike = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d{1,2}[:.h]\d\d\b`) })

// ShowBrief shows the top stories of what a chat reads since its last brief. A time
// after the command sets when it comes; a query narrows it.
func (h *Handler) ShowBrief(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := h.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	c, err := h.LoadChat(ctx, dest)
	if err != nil {
		return nil, err
	}

	t.Text = input.BriefTimeInEnglish(t.Text, t.Code())

	if _, err := input.ParseBriefTime(t.Text); t.Text != "" && (err == nil || clockLike().MatchString(t.Text)) {
		return h.Settings.SetBrief(ctx, t, dest, c, t.Text)
	}

	var q *query.Query

	if t.Text != "" {
		if q, err = query.Parse(t.Text); err != nil {
			return t.QueryErrorReply(err, "brief", "", t.Text), nil
		}
	}

	found, err := h.readBrief(ctx, t, c, q)
	if err != nil {
		return nil, err
	}

	intro := h.connect(ctx, t.Words, c, found)

	m, told := h.briefMessage(t.Words, c, found, q, intro)
	if m.Digest != nil && c.Address != t.Request.Chat.Address { // its buttons would be about this chat
		m.Digest.More, m.Buttons = 0, nil
	} else if q != nil && m.Digest != nil && m.Digest.More > 0 {
		page := brief.Page{Since: found.Since, Until: found.Until, Shown: len(told), Query: t.Text}
		m.Buttons = [][]adapters.Button{{{Label: t.Say("button.folded", "n", m.Digest.More), Data: restData(t, page)}}}
	}

	if c.Brief == "" && q == nil {
		m.Buttons = append(m.Buttons, []adapters.Button{settings.Button(t, dest, t.Say("button.every_morning"), input.KeyBrief, "daily 8:00")})
	}

	if len(told) == 0 || q != nil {
		return m, nil
	}

	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		chat, err := t.EnsureChat(tx, dest)
		if err != nil {
			return nil, err
		}

		return &turn.Reply{Answer: m}, tx.MarkBriefed(chat.ID, told, found.Until)
	})
}

// readBrief picks the stories of a brief that somebody waits for.
func (h *Handler) readBrief(ctx context.Context, t *turn.Turn, c *store.Chat, q *query.Query) (found *brief.Brief, err error) {
	err = h.ViewCharged(ctx, t, func(tx *store.Tx) (err error) {
		found, err = brief.Read(ctx, tx, c, brief.Options{Now: t.Now, Query: q})
		return err
	})

	return found, err
}

// briefMessage shows as many stories of a brief as have room in one message, and returns
// which. Intro is what is said of them all.
func (h *Handler) briefMessage(w wording.Words, c *store.Chat, found *brief.Brief, q *query.Query, intro string) (m *adapters.Message, told []int64) {
	if len(found.Stories) == 0 {
		if q != nil {
			return w.Message("news.none_about", "query", w.InWords(q)), nil
		}

		return w.Message("brief.nothing"), nil
	}

	d := &adapters.Digest{Heading: w.Say("brief.head", "since", w.Moment(found.Since, found.Until, h.ZoneOf(c))), Intro: intro}
	if q != nil {
		d.Heading = w.Say("brief.about", "query", w.InWords(q))
	}

	for _, s := range found.Stories {
		one := AlertOf(&search.Story{Article: s.Article, Outlets: s.Outlets})
		d.Alerts = append(d.Alerts, one)
		told = append(told, s.ID)
	}

	d.More = h.CutToRoom(c.Platform, d) + found.More
	told = told[:len(d.Alerts)]

	m = &adapters.Message{Digest: d, Silent: c.Silent}

	// A channel has no buttons that open what is only counted.
	if turn.IsChannel(c) {
		d.More = 0
	} else if d.More > 0 && q == nil {
		page := brief.Page{Since: found.Since, Until: found.Until}
		m.Buttons = [][]adapters.Button{{{Label: w.Say("button.folded", "n", d.More), Data: button.Rest + page.String()}}}
	}

	return m, told
}

// CommandRest stands in the token of a button that opens a page with a query: it may be too
// long for a button.
const CommandRest = "rest"

// restData is what the button to a page carries.
func restData(t *turn.Turn, page brief.Page) string {
	if page.Query == "" {
		return button.Rest + page.String()
	}

	return button.Token + t.SaveToken(turn.Token{Command: CommandRest, Text: page.String()})
}

// PressRest shows a page of what a brief of this chat only counts. The pages take the place
// of each other below the brief, which stays.
func (h *Handler) PressRest(ctx context.Context, t *turn.Turn, data string) (*adapters.Message, error) {
	page, ok := brief.ParsePage(data)
	if !ok {
		return t.OldButton(), nil
	}

	found, q, err := h.readRest(ctx, t, page)
	if err != nil {
		return nil, err
	}

	if len(found.Stories) == 0 {
		return t.OldButton(), nil
	}

	d := &adapters.Digest{Heading: t.Say("news.folded", "n", page.Skip+len(found.Stories)+found.More)}
	if q != nil {
		d.Heading = t.Say("brief.about", "query", t.InWords(q))
	}

	for _, s := range found.Stories {
		d.Alerts = append(d.Alerts, AlertOf(&search.Story{Article: s.Article, Outlets: s.Outlets}))
	}

	found.More += h.CutToRoom(t.Request.Chat.Platform, d)

	m := &adapters.Message{Digest: d, Replace: page.Again}
	button.Add(m, turn.StepButtons(t.Words, page.Skip > 0, found.More > 0, func(step int) string {
		other := page

		other.Again, other.Skip = true, page.Skip+len(d.Alerts)
		if step < 0 {
			other.Skip = max(page.Skip-newsPage, 0)
		}

		return restData(t, other)
	})...)

	return m, nil
}

// readRest picks the stories of a page, and reads its query.
func (h *Handler) readRest(ctx context.Context, t *turn.Turn, page brief.Page) (found *brief.Brief, q *query.Query, err error) {
	if page.Query != "" {
		if q, err = query.Parse(page.Query); err != nil {
			return nil, nil, fmt.Errorf("read the query of a brief's page: %w", err)
		}
	}

	err = h.ViewCharged(ctx, t, func(tx *store.Tx) error {
		c, err := tx.Chat(t.Request.Chat.Platform, t.Request.Chat.Address)
		if err == nil {
			found, err = brief.Read(ctx, tx, c, page.Options(q, newsPage))
		}

		return err
	})

	return found, q, err
}

const (
	// connectTime is how long a brief waits for what connects its stories.
	connectTime = 15 * time.Second
	// connectLate is how late a brief may be and still be made later by asking: of many that are
	// due at the same minute the last ones go without.
	connectLate = 2 * time.Minute
)

// connect is what connects the stories of a brief, in up to two sentences of a language model
// that their articles bear out, and whose they are; "" if there are none.
func (h *Handler) connect(ctx context.Context, w wording.Words, c *store.Chat, found *brief.Brief) string {
	if !h.Writer.Works() {
		return ""
	}

	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()

	var articles []*news.Article

	outlets := map[string]string{}

	for _, s := range found.Stories {
		articles = append(articles, &s.Article.News)
		outlets[s.Article.News.URL] = story.OutletName(w, s.Article.News.Outlet)
	}

	sentences := answers.Connect(ctx, h.Writer, c.ID, w.Code(), articles)
	if sentences == nil {
		return ""
	}

	var said, from []string

	for _, s := range sentences {
		said = append(said, s.Text)

		for _, address := range s.Sources {
			if name := outlets[address]; name != "" && !slices.Contains(from, name) {
				from = append(from, name)
			}
		}
	}

	return strings.Join(said, " ") + "\n" + w.Say("story.by_ai", "outlets", w.And(from))
}

// Briefs sends briefs in the words of their chats.
func (h *Handler) Briefs() *brief.Sender {
	return &brief.Sender{Store: h.Store, Log: h.Log, Zone: h.ZoneOf, Write: func(ctx context.Context, c *store.Chat, found *brief.Brief) (string, []int64, error) {
		intro := ""
		if time.Since(c.BriefAt) <= connectLate {
			intro = h.connect(ctx, h.WordsOf(c), c, found)
		}

		m, told := h.briefMessage(h.WordsOf(c), c, found, nil, intro)

		raw, err := json.Marshal(m)
		if err != nil {
			return "", nil, fmt.Errorf("write a brief: %w", err)
		}

		return string(raw), told, nil
	}}
}
