package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
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
	"newsbell/bot/trend"
	"newsbell/bot/turn"
	"newsbell/bot/wish"
	"newsbell/bot/wording"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

// readQuery returns the chat and the query that a command is about; without a query, or with one
// that cannot be read, asked is the answer.
func (b *Bot) readQuery(ctx context.Context, t *turn.Turn, command string) (dest turn.Target, q *query.Query, asked *adapters.Message, err error) {
	if dest, err = b.FindTarget(ctx, t); err != nil {
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

// previewed is how many stories /preview shows.
const previewed = 5

// preview shows what a query would have caught, without following it.
func (b *Bot) preview(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, q, asked, err := b.readQuery(ctx, t, "preview")
	if err != nil || asked != nil {
		return asked, err
	}

	scope, outlets, err := parseScope(t)
	if err != nil {
		return nil, err
	}

	c, err := b.search(ctx, t, dest, q, scopedLimits(previewLimits(), scope, outlets))
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

	better, err := b.advise(ctx, t, dest, q, c, "preview")
	if err != nil {
		return nil, err
	}

	m.Text = append(m.Text, better.text...)
	if len(better.buttons) > 0 {
		m.Buttons = append(m.Buttons, better.buttons)
	}

	m.Buttons = append(m.Buttons, []adapters.Button{t.Button(t.Say("button.subscribe"), "subscribe", turn.Join(t.OptionsText(), t.Text))})

	return m, nil
}

// newsPage is how many stories a page of /news shows.
const newsPage = 8

// showNews shows the latest stories of what a target reads, or of a query.
func (b *Bot) showNews(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := b.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	return b.newsPage(ctx, t, dest, t.Text, 0)
}

// newsPage is a page of /news, counted from 0; text is the query as typed, "" for everything.
func (b *Bot) newsPage(ctx context.Context, t *turn.Turn, dest turn.Target, text string, page int) (*adapters.Message, error) {
	var q *query.Query

	heading := t.Say("news.head")

	if text != "" {
		var err error
		if q, err = query.Parse(text); err != nil {
			return t.QueryErrorReply(err, "news", "", text), nil
		}

		heading = t.Say("news.about", "query", t.InWords(q))
	}

	how := previewLimits()
	if q == nil {
		how = newsLimits()
	}

	c, err := b.search(ctx, t, dest, q, how)
	if err != nil {
		return nil, err
	}

	if len(c.Newest) == 0 {
		return b.noNews(ctx, t, dest, q)
	}

	from, pages := turn.PageRange(len(c.Newest), newsPage, &page)

	d := &adapters.Digest{Heading: heading}
	for _, s := range c.Newest[from:min(from+newsPage, len(c.Newest))] {
		d.Alerts = append(d.Alerts, alertOf(s))
	}

	d.More = b.CutToRoom(t.Request.Chat.Platform, d)

	m := &adapters.Message{Digest: d}

	row := turn.StepButtons(t.Words, page > 0, page < pages-1, func(step int) string { return newsData(t, text, page+step) })
	if q != nil {
		row = append(row, t.Button(t.Say("button.subscribe"), "subscribe", text))
	}

	button.Add(m, row...)

	return m, nil
}

// newsData is what the button to a page of /news carries; a token holds the query.
func newsData(t *turn.Turn, text string, page int) string {
	data := button.News + strconv.Itoa(page)
	if text != "" {
		data += ":" + t.SaveToken(turn.Token{Who: t.PersonID(), Command: "news", Text: text})
	}

	return data
}

// alertOf is a found story as a digest lists it.
func alertOf(s *search.Story) adapters.Alert {
	n := &s.Article.News
	return adapters.Alert{Title: n.Title, URL: n.URL, Outlet: search.OutletOf(n), Published: s.Article.At(), Also: alsoOf(s)}
}

// alsoOf is who else tells it, without links: a list shows one for each story.
func alsoOf(s *search.Story) []adapters.Also {
	var all []adapters.Also
	for _, name := range s.Outlets {
		all = append(all, adapters.Also{Outlet: name})
	}

	return all
}

// noNews replies where there is no story to show.
func (b *Bot) noNews(ctx context.Context, t *turn.Turn, dest turn.Target, q *query.Query) (*adapters.Message, error) {
	if q != nil && len(q.Bundles()) == 0 {
		return t.Message("news.none_about", "query", t.InWords(q)), nil
	}

	var polls store.PollTimes

	err := b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, dest)
		if err == nil {
			polls, err = tx.Polls(c.ID)
		}

		return err
	})
	if err != nil {
		return nil, err
	}

	switch {
	case polls.NoneWorks():
		return &adapters.Message{Text: adapters.Say(t.StatusHead(polls, anyAnswered(polls)))}, nil
	case q != nil && polls.Unread > 0: // those of a bundle that was just chosen
		return t.Message("start.first_read"), nil
	case q != nil:
		return t.Message("news.none_about", "query", t.InWords(q)), nil
	default:
		return t.Message("news.none"), nil
	}
}

// lookBack is how far previews look back.
const lookBack = 7 * 24 * time.Hour

// previewLimits are for /preview and for /news with a query.
func previewLimits() search.Limits {
	return search.Limits{Time: 2 * time.Second, Articles: 20_000, Stories: 60}
}

// newsLimits are for /news without a query: enough for its pages.
func newsLimits() search.Limits { return search.Limits{Time: time.Second, Articles: 2000, Stories: 60} }

// quickLimits are for the counts in a reply to /subscribe.
func quickLimits() search.Limits {
	return search.Limits{Time: time.Second, Articles: 20_000, Stories: 1}
}

// scopedLimits limits a search to what a subscription with that scope, and at least so many
// outlets for a story, would get.
func scopedLimits(limits search.Limits, scope string, outlets int) search.Limits {
	limits.Everywhere, limits.Outlets = scope == store.ScopeEverywhere, outlets
	return limits
}

// search finds what a query (nil: any) would have matched among the articles
// that a target gets.
func (b *Bot) search(ctx context.Context, t *turn.Turn, dest turn.Target, q *query.Query, limits search.Limits) (*search.Result, error) {
	var found *search.Result

	err := b.ViewCharged(ctx, t, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, dest)
		if err != nil {
			return err
		}

		found, err = search.Run(ctx, tx, c.ID, q, cmp.Or(limits.Span, lookBack), limits)
		if err != nil {
			return err
		}

		found.Zone = b.ZoneOf(c)

		return nil
	})

	return found, err
}

// advice says why a query finds nothing, or less than was probably meant, with buttons for
// better queries.
type advice struct {
	text     adapters.Text
	buttons  []adapters.Button
	misspelt bool // a word of the query is probably a misspelling of one that articles have
}

// adviseLimits bound the second search, which looks at each condition of a query by itself.
func adviseLimits() search.Limits {
	return search.Limits{Time: time.Second, Articles: 5000, Stories: 1}
}

// advise finds out why a query found nothing, and whether it would find more with the adjectives
// of its countries ("french" beside "france"). The buttons run a command with the better query.
func (b *Bot) advise(ctx context.Context, t *turn.Turn, dest turn.Target, q *query.Query, seen *search.Result, command string) (*advice, error) {
	a := &advice{}

	if seen.Articles == 0 {
		conditions, err := b.diagnose(ctx, dest, q, adviseLimits())
		if err != nil {
			return nil, err
		}

		text, corrected := search.ExplainNoMatch(t.Words, q, t.Text, conditions)
		a.text, a.misspelt = text, len(corrected) > 0

		for _, fixed := range corrected {
			a.buttons = append(a.buttons, t.Button(button.Label(fixed), command, turn.Join(t.OptionsText(), fixed)))
		}
	}

	wider, ok := q.WithAdjectives()
	if !ok {
		return a, nil
	}

	more, err := b.search(ctx, t, dest, wider, quickLimits())
	if err != nil {
		return nil, err
	}

	if n := more.Articles - seen.Articles; n > 0 {
		a.text = append(a.text, t.Line("advice.adjectives", "n", n, "query", adapters.Code(wider.String())))
		a.buttons = append(a.buttons, t.Button(t.Say("button.both"), command, turn.Join(t.OptionsText(), wider.String())))
	}

	return a, nil
}

// diagnose counts the articles of a target that meet each condition of a query.
func (b *Bot) diagnose(ctx context.Context, dest turn.Target, q *query.Query, limits search.Limits) (conditions []index.Condition, err error) {
	d := index.NewDiagnosis(q)

	err = b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, dest)
		if err != nil {
			return err
		}

		_, err = tx.Search(ctx, store.Search{
			Chat: c.ID, Since: tx.Now.Add(-lookBack), Articles: limits.Articles, Time: limits.Time,
		}, func(a store.Found) { d.Add(&a.News) })

		return err
	})

	return d.Conditions(), err
}

// trendLimits are for /trend.
func trendLimits() search.Limits {
	return search.Limits{Span: trend.Days * 24 * time.Hour, Time: 5 * time.Second, Articles: 300_000}
}

// showTrend shows the last month of a query: as a picture, and where there are none as a
// line of bars.
func (b *Bot) showTrend(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, q, asked, err := b.readQuery(ctx, t, "trend")
	if err != nil || asked != nil {
		return asked, err
	}

	counter, limits := trend.NewCounter(), trendLimits()
	limits.Each = func(a *store.Article, matches bool) {
		if a.News.Text = ""; matches { // a month of texts is too much to hold
			counter.Add(a, search.OutletOf(&a.News))
		}
	}

	c, err := b.search(ctx, t, dest, q, limits)
	if err != nil {
		return nil, err
	}

	m := &adapters.Message{Text: adapters.Text{{adapters.Bold(t.InWords(q))}, {adapters.Plain(c.Counts(t.Words, t.Now))}}}
	m.Buttons = [][]adapters.Button{{t.Button(t.Say("button.subscribe"), "subscribe", t.Text)}}

	if c.Articles == 0 {
		return m, nil
	}

	chat, err := b.LoadChat(ctx, dest)
	if err != nil {
		return nil, err
	}

	zone := b.ZoneOf(chat)

	return b.drawTrend(t, m, counter, counter.Trend(c.Since, t.Now, zone), zone)
}

// drawTrend adds to a message what a trend looks like.
func (b *Bot) drawTrend(t *turn.Turn, m *adapters.Message, counter *trend.Counter, days *trend.Trend, zone *time.Location) (*adapters.Message, error) {
	peak := days.Peak()
	if top := counter.Headline(days, peak); top != nil {
		m.Text = append(m.Text, t.Line("trend.peak", "day", t.Date(days.Days[peak].At), "stories", days.Days[peak].Total(), "article", search.ArticleLine(t.Words, top)))
	}

	first, last := days.Days[0].At, t.Now.In(zone)
	line := adapters.Text{t.Line("trend.line", "from", t.Date(first), "until", t.Date(last)), {{Text: days.Sparkline(), Style: adapters.StylePre}}}

	if t.Request.Chat.Platform == turn.Terminal {
		m.Text = append(m.Text, line...)
		return m, nil
	}

	picture, err := days.Draw()
	if err != nil {
		return nil, err
	}

	m.File = &adapters.File{Name: "trend.png", Body: picture, Picture: true}
	m.Text, m.Instead = append(m.Text, t.Line("trend.legend")), line

	return m, nil
}

// digestAbove is how many stories a day a query matches for a digest to be offered.
const digestAbove = 20

// pressFolded shows a page of the alerts that a digest of this chat only counts. The
// pages take the place of each other below the digest, which stays.
func (b *Bot) pressFolded(ctx context.Context, t *turn.Turn, message int64, rest string) (*adapters.Message, error) {
	page, err := strconv.Atoi(strings.TrimPrefix(rest, "again:"))
	if err != nil || page < 0 {
		return t.OldButton(), nil
	}

	var (
		alerts []*store.Alert
		total  int
	)

	err = b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := tx.Chat(t.Request.Chat.Platform, t.Request.Chat.Address)
		if err == nil {
			alerts, total, err = tx.Folded(c.ID, message, page*newsPage, newsPage)
		}

		return err
	})
	if err != nil {
		return nil, err
	}

	if total == 0 {
		return t.OldButton(), nil
	}

	d := &adapters.Digest{Heading: t.Say("news.folded", "n", total)}

	for _, a := range alerts {
		if a.Article != nil { // else its time to be kept is over
			d.Alerts = append(d.Alerts, alertOf(&search.Story{Article: a.Article}))
		}
	}

	m := &adapters.Message{Digest: d, Replace: strings.HasPrefix(rest, "again:")}
	button.Add(m, turn.StepButtons(t.Words, page > 0, (page+1)*newsPage < total, func(step int) string {
		return button.Folded + button.ID(message) + ":again:" + strconv.Itoa(page+step)
	})...)

	return m, nil
}

// clockLike is what begins like a time of day, also one that there is not.
var clockLike = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d{1,2}[:.h]\d\d\b`) })

// showBrief shows the top stories of what a chat reads since its last brief. A time
// after the command sets when it comes; a query narrows it.
func (b *Bot) showBrief(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := b.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	c, err := b.LoadChat(ctx, dest)
	if err != nil {
		return nil, err
	}

	t.Text = input.BriefTimeInEnglish(t.Text, t.Code())

	if _, err := input.ParseBriefTime(t.Text); t.Text != "" && (err == nil || clockLike().MatchString(t.Text)) {
		return b.settings.SetBrief(ctx, t, dest, c, t.Text)
	}

	var q *query.Query

	if t.Text != "" {
		if q, err = query.Parse(t.Text); err != nil {
			return t.QueryErrorReply(err, "brief", "", t.Text), nil
		}
	}

	found, err := b.readBrief(ctx, t, c, q)
	if err != nil {
		return nil, err
	}

	intro := b.connect(ctx, t.Words, c, found)

	m, told := b.briefMessage(t.Words, c, found, q, intro)
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

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		chat, err := t.EnsureChat(tx, dest)
		if err != nil {
			return nil, err
		}

		return &turn.Reply{Answer: m}, tx.MarkBriefed(chat.ID, told, found.Until)
	})
}

// readBrief picks the stories of a brief that somebody waits for.
func (b *Bot) readBrief(ctx context.Context, t *turn.Turn, c *store.Chat, q *query.Query) (found *brief.Brief, err error) {
	err = b.ViewCharged(ctx, t, func(tx *store.Tx) (err error) {
		found, err = brief.Read(ctx, tx, c, brief.Options{Now: t.Now, Query: q})
		return err
	})

	return found, err
}

// briefMessage shows as many stories of a brief as have room in one message, and returns
// which. Intro is what is said of them all.
func (b *Bot) briefMessage(w wording.Words, c *store.Chat, found *brief.Brief, q *query.Query, intro string) (m *adapters.Message, told []int64) {
	if len(found.Stories) == 0 {
		if q != nil {
			return w.Message("news.none_about", "query", w.InWords(q)), nil
		}

		return w.Message("brief.nothing"), nil
	}

	d := &adapters.Digest{Heading: w.Say("brief.head", "since", w.Moment(found.Since, found.Until, b.ZoneOf(c))), Intro: intro}
	if q != nil {
		d.Heading = w.Say("brief.about", "query", w.InWords(q))
	}

	for _, s := range found.Stories {
		one := alertOf(&search.Story{Article: s.Article, Outlets: s.Outlets})
		d.Alerts = append(d.Alerts, one)
		told = append(told, s.ID)
	}

	d.More = b.CutToRoom(c.Platform, d) + found.More
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

// commandRest stands in the token of a button that opens a page with a query: it may be too
// long for a button.
const commandRest = "rest"

// restData is what the button to a page carries.
func restData(t *turn.Turn, page brief.Page) string {
	if page.Query == "" {
		return button.Rest + page.String()
	}

	return button.Token + t.SaveToken(turn.Token{Command: commandRest, Text: page.String()})
}

// pressRest shows a page of what a brief of this chat only counts. The pages take the place
// of each other below the brief, which stays.
func (b *Bot) pressRest(ctx context.Context, t *turn.Turn, data string) (*adapters.Message, error) {
	page, ok := brief.ParsePage(data)
	if !ok {
		return t.OldButton(), nil
	}

	found, q, err := b.readRest(ctx, t, page)
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
		d.Alerts = append(d.Alerts, alertOf(&search.Story{Article: s.Article, Outlets: s.Outlets}))
	}

	found.More += b.CutToRoom(t.Request.Chat.Platform, d)

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
func (b *Bot) readRest(ctx context.Context, t *turn.Turn, page brief.Page) (found *brief.Brief, q *query.Query, err error) {
	if page.Query != "" {
		if q, err = query.Parse(page.Query); err != nil {
			return nil, nil, fmt.Errorf("read the query of a brief's page: %w", err)
		}
	}

	err = b.ViewCharged(ctx, t, func(tx *store.Tx) error {
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
func (b *Bot) connect(ctx context.Context, w wording.Words, c *store.Chat, found *brief.Brief) string {
	if !b.Writer.Works() {
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

	sentences := answers.Connect(ctx, b.Writer, c.ID, w.Code(), articles)
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

// RunBriefs sends each chat its brief at its time, until ctx ends.
func (b *Bot) RunBriefs(ctx context.Context) { b.briefs().Run(ctx) }

// briefs sends briefs in the words of their chats.
func (b *Bot) briefs() *brief.Sender {
	return &brief.Sender{Store: b.Store, Log: b.Log, Zone: b.ZoneOf, Write: func(ctx context.Context, c *store.Chat, found *brief.Brief) (string, []int64, error) {
		intro := ""
		if time.Since(c.BriefAt) <= connectLate {
			intro = b.connect(ctx, b.WordsOf(c), c, found)
		}

		m, told := b.briefMessage(b.WordsOf(c), c, found, nil, intro)

		raw, err := json.Marshal(m)
		if err != nil {
			return "", nil, fmt.Errorf("write a brief: %w", err)
		}

		return string(raw), told, nil
	}}
}
