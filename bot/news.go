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
	"newsbell/bot/input"
	"newsbell/bot/search"
	"newsbell/bot/trend"
	"newsbell/bot/wish"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

// readQuery returns the chat and the query that a command is about; without a query, or with one
// that cannot be read, asked is the answer.
func (b *Bot) readQuery(ctx context.Context, t *turn, command string) (dest target, q *query.Query, asked *adapters.Message, err error) {
	if dest, err = b.findTarget(ctx, t); err != nil {
		return dest, nil, nil, err
	}

	if t.text == "" {
		return dest, nil, t.ask(t.Say("ask.preview"), t.Say("hint.query"), ""), nil
	}

	if c, ok := wish.Connect(t.text, t.Code()); ok {
		t.text = c.Query // it is shown in words, and nothing is kept of it
	}

	q, wrong := query.Parse(t.text)
	if wrong != nil {
		return dest, nil, t.queryErrorReply(wrong, command, "", t.text), nil
	}

	return dest, q, nil, nil
}

// previewed is how many stories /preview shows.
const previewed = 5

// preview shows what a query would have caught, without following it.
func (b *Bot) preview(ctx context.Context, t *turn) (*adapters.Message, error) {
	dest, q, asked, err := b.readQuery(ctx, t, "preview")
	if err != nil || asked != nil {
		return asked, err
	}

	scope, outlets, err := t.parseScope()
	if err != nil {
		return nil, err
	}

	c, err := b.search(ctx, t, dest, q, scopedLimits(previewLimits(), scope, outlets))
	if err != nil {
		return nil, err
	}

	m := &adapters.Message{Text: adapters.Text{{adapters.Bold(t.InWords(q))}}}
	m.Text = append(m.Text, t.WarningLines(q)...)

	m.Text = append(m.Text, adapters.Line{adapters.Plain(c.Counts(t.Words, t.now))})
	if outlets < 2 {
		m.Text = append(m.Text, c.MinHint(t.Words, t.now)...)
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

	m.Buttons = append(m.Buttons, []adapters.Button{t.button(t.Say("button.subscribe"), "subscribe", joinWords(t.optionsText(), t.text))})

	return m, nil
}

// newsPage is how many stories a page of /news shows.
const newsPage = 8

// showNews shows the latest stories of what a target reads, or of a query.
func (b *Bot) showNews(ctx context.Context, t *turn) (*adapters.Message, error) {
	dest, err := b.findTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	return b.newsPage(ctx, t, dest, t.text, 0)
}

// newsPage is a page of /news, counted from 0; text is the query as typed, "" for everything.
func (b *Bot) newsPage(ctx context.Context, t *turn, dest target, text string, page int) (*adapters.Message, error) {
	var q *query.Query

	heading := t.Say("news.head")

	if text != "" {
		var err error
		if q, err = query.Parse(text); err != nil {
			return t.queryErrorReply(err, "news", "", text), nil
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

	from, pages := pageRange(len(c.Newest), newsPage, &page)

	d := &adapters.Digest{Heading: heading}
	for _, s := range c.Newest[from:min(from+newsPage, len(c.Newest))] {
		d.Alerts = append(d.Alerts, alertOf(s))
	}

	d.More = b.cutToRoom(t.r.Chat.Platform, d)

	m := &adapters.Message{Digest: d}

	row := t.turnButtons(page > 0, page < pages-1, func(step int) string { return t.newsData(text, page+step) })
	if q != nil {
		row = append(row, t.button(t.Say("button.subscribe"), "subscribe", text))
	}

	addRow(m, row...)

	return m, nil
}

// newsData is what the button to a page of /news carries; a token holds the query.
func (t *turn) newsData(text string, page int) string {
	data := pressNews + strconv.Itoa(page)
	if text != "" {
		data += ":" + t.saveToken(token{Who: t.personID(), Command: "news", Text: text})
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
func (b *Bot) noNews(ctx context.Context, t *turn, dest target, q *query.Query) (*adapters.Message, error) {
	if q != nil && len(q.Bundles()) == 0 {
		return t.say("news.none_about", "query", t.InWords(q)), nil
	}

	var polls store.PollTimes

	err := b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := findChat(tx, dest)
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
		return t.say("start.first_read"), nil
	case q != nil:
		return t.say("news.none_about", "query", t.InWords(q)), nil
	default:
		return t.say("news.none"), nil
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
func (b *Bot) search(ctx context.Context, t *turn, dest target, q *query.Query, limits search.Limits) (*search.Result, error) {
	var found *search.Result

	err := b.viewCharged(ctx, t, func(tx *store.Tx) error {
		c, err := findChat(tx, dest)
		if err != nil {
			return err
		}

		found, err = search.Run(ctx, tx, c.ID, q, cmp.Or(limits.Span, lookBack), limits)
		if err != nil {
			return err
		}

		found.Zone = b.zoneOf(c)

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
func (b *Bot) advise(ctx context.Context, t *turn, dest target, q *query.Query, seen *search.Result, command string) (*advice, error) {
	a := &advice{}

	if seen.Articles == 0 {
		conditions, err := b.diagnose(ctx, dest, q, adviseLimits())
		if err != nil {
			return nil, err
		}

		text, corrected := search.ExplainNoMatch(t.Words, q, t.text, conditions)
		a.text, a.misspelt = text, len(corrected) > 0

		for _, fixed := range corrected {
			a.buttons = append(a.buttons, t.button(buttonLabel(fixed), command, joinWords(t.optionsText(), fixed)))
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
		a.buttons = append(a.buttons, t.button(t.Say("button.both"), command, joinWords(t.optionsText(), wider.String())))
	}

	return a, nil
}

// diagnose counts the articles of a target that meet each condition of a query.
func (b *Bot) diagnose(ctx context.Context, dest target, q *query.Query, limits search.Limits) (conditions []index.Condition, err error) {
	d := index.NewDiagnosis(q)

	err = b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := findChat(tx, dest)
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

// viewCharged reads the store at the cost of the person's budget for searches. Who has used
// theirs up is refused.
func (b *Bot) viewCharged(ctx context.Context, t *turn, read func(*store.Tx) error) error {
	person := cmp.Or(t.personID(), t.r.Chat.String())
	if !b.fair.MaySearch(person, time.Now()) {
		return t.refuse("error.searched_much")
	}

	began := time.Now()
	defer func() { b.fair.Charge(person, time.Now(), time.Since(began)) }()

	return b.Store.View(ctx, read)
}

// trendLimits are for /trend.
func trendLimits() search.Limits {
	return search.Limits{Span: trend.Days * 24 * time.Hour, Time: 5 * time.Second, Articles: 300_000}
}

// showTrend shows the last month of a query: as a picture, and where there are none as a
// line of bars.
func (b *Bot) showTrend(ctx context.Context, t *turn) (*adapters.Message, error) {
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

	m := &adapters.Message{Text: adapters.Text{{adapters.Bold(t.InWords(q))}, {adapters.Plain(c.Counts(t.Words, t.now))}}}
	m.Buttons = [][]adapters.Button{{t.button(t.Say("button.subscribe"), "subscribe", t.text)}}

	if c.Articles == 0 {
		return m, nil
	}

	chat, err := b.loadChat(ctx, dest)
	if err != nil {
		return nil, err
	}

	zone := b.zoneOf(chat)

	return b.drawTrend(t, m, counter, counter.Trend(c.Since, t.now, zone), zone)
}

// drawTrend adds to a message what a trend looks like.
func (b *Bot) drawTrend(t *turn, m *adapters.Message, counter *trend.Counter, days *trend.Trend, zone *time.Location) (*adapters.Message, error) {
	peak := days.Peak()
	if top := counter.Headline(days, peak); top != nil {
		m.Text = append(m.Text, t.Line("trend.peak", "day", t.Date(days.Days[peak].At), "stories", days.Days[peak].Total(), "article", search.ArticleLine(t.Words, top)))
	}

	first, last := days.Days[0].At, t.now.In(zone)
	line := adapters.Text{t.Line("trend.line", "from", t.Date(first), "until", t.Date(last)), {{Text: days.Sparkline(), Style: adapters.StylePre}}}

	if t.r.Chat.Platform == terminal {
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
func (b *Bot) pressFolded(ctx context.Context, t *turn, message int64, rest string) (*adapters.Message, error) {
	page, err := strconv.Atoi(strings.TrimPrefix(rest, "again:"))
	if err != nil || page < 0 {
		return t.oldButton(), nil
	}

	var (
		alerts []*store.Alert
		total  int
	)

	err = b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := tx.Chat(t.r.Chat.Platform, t.r.Chat.Address)
		if err == nil {
			alerts, total, err = tx.Folded(c.ID, message, page*newsPage, newsPage)
		}

		return err
	})
	if err != nil {
		return nil, err
	}

	if total == 0 {
		return t.oldButton(), nil
	}

	d := &adapters.Digest{Heading: t.Say("news.folded", "n", total)}

	for _, a := range alerts {
		if a.Article != nil { // else its time to be kept is over
			d.Alerts = append(d.Alerts, alertOf(&search.Story{Article: a.Article}))
		}
	}

	m := &adapters.Message{Digest: d, Replace: strings.HasPrefix(rest, "again:")}
	addRow(m, t.turnButtons(page > 0, (page+1)*newsPage < total, func(step int) string {
		return pressFolded + formatID(message) + ":again:" + strconv.Itoa(page+step)
	})...)

	return m, nil
}

// clockLike is what begins like a time of day, also one that there is not.
var clockLike = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d{1,2}[:.h]\d\d\b`) })

// showBrief shows the top stories of what a chat reads since its last brief. A time
// after the command sets when it comes; a query narrows it.
func (b *Bot) showBrief(ctx context.Context, t *turn) (*adapters.Message, error) {
	dest, err := b.findTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	c, err := b.loadChat(ctx, dest)
	if err != nil {
		return nil, err
	}

	t.text = input.BriefTimeInEnglish(t.text, t.Code())

	if _, err := input.ParseBriefTime(t.text); t.text != "" && (err == nil || clockLike().MatchString(t.text)) {
		return b.setBrief(ctx, t, settingOf{target: dest, before: c, key: input.KeyBrief, value: t.text})
	}

	var q *query.Query

	if t.text != "" {
		if q, err = query.Parse(t.text); err != nil {
			return t.queryErrorReply(err, "brief", "", t.text), nil
		}
	}

	found, err := b.readBrief(ctx, t, c, q)
	if err != nil {
		return nil, err
	}

	intro := b.connect(ctx, t.words, c, found)

	m, told := b.briefMessage(t.words, c, found, q, intro)
	if m.Digest != nil && c.Address != t.r.Chat.Address { // its buttons would be about this chat
		m.Digest.More, m.Buttons = 0, nil
	} else if q != nil && m.Digest != nil && m.Digest.More > 0 {
		page := brief.Page{Since: found.Since, Until: found.Until, Shown: len(told), Query: t.text}
		m.Buttons = [][]adapters.Button{{{Label: t.Say("button.folded", "n", m.Digest.More), Data: t.restData(page)}}}
	}

	if c.Brief == "" && q == nil {
		m.Buttons = append(m.Buttons, []adapters.Button{settingsButton(t, dest, t.Say("button.every_morning"), input.KeyBrief, "daily 8:00")})
	}

	if len(told) == 0 || q != nil {
		return m, nil
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		chat, err := t.ensureChat(tx, dest)
		if err != nil {
			return nil, err
		}

		return &reply{Answer: m}, tx.MarkBriefed(chat.ID, told, found.Until)
	})
}

// readBrief picks the stories of a brief that somebody waits for.
func (b *Bot) readBrief(ctx context.Context, t *turn, c *store.Chat, q *query.Query) (found *brief.Brief, err error) {
	err = b.viewCharged(ctx, t, func(tx *store.Tx) (err error) {
		found, err = brief.Read(ctx, tx, c, brief.Options{Now: t.now, Query: q})
		return err
	})

	return found, err
}

// briefMessage shows as many stories of a brief as have room in one message, and returns
// which. Intro is what is said of them all.
func (b *Bot) briefMessage(w words, c *store.Chat, found *brief.Brief, q *query.Query, intro string) (m *adapters.Message, told []int64) {
	if len(found.Stories) == 0 {
		if q != nil {
			return w.say("news.none_about", "query", w.InWords(q)), nil
		}

		return w.say("brief.nothing"), nil
	}

	d := &adapters.Digest{Heading: w.Say("brief.head", "since", w.Moment(found.Since, found.Until, b.zoneOf(c))), Intro: intro}
	if q != nil {
		d.Heading = w.Say("brief.about", "query", w.InWords(q))
	}

	for _, s := range found.Stories {
		one := alertOf(&search.Story{Article: s.Article, Outlets: s.Outlets})
		d.Alerts = append(d.Alerts, one)
		told = append(told, s.ID)
	}

	d.More = b.cutToRoom(c.Platform, d) + found.More
	told = told[:len(d.Alerts)]

	m = &adapters.Message{Digest: d, Silent: c.Silent}

	// A channel has no buttons that open what is only counted.
	if isChannel(c) {
		d.More = 0
	} else if d.More > 0 && q == nil {
		page := brief.Page{Since: found.Since, Until: found.Until}
		m.Buttons = [][]adapters.Button{{{Label: w.Say("button.folded", "n", d.More), Data: pressRest + page.String()}}}
	}

	return m, told
}

// commandRest stands in the token of a button that opens a page with a query: it may be too
// long for a button.
const commandRest = "rest"

// restData is what the button to a page carries.
func (t *turn) restData(page brief.Page) string {
	if page.Query == "" {
		return pressRest + page.String()
	}

	return pressToken + t.saveToken(token{Command: commandRest, Text: page.String()})
}

// pressRest shows a page of what a brief of this chat only counts. The pages take the place
// of each other below the brief, which stays.
func (b *Bot) pressRest(ctx context.Context, t *turn, data string) (*adapters.Message, error) {
	page, ok := brief.ParsePage(data)
	if !ok {
		return t.oldButton(), nil
	}

	found, q, err := b.readRest(ctx, t, page)
	if err != nil {
		return nil, err
	}

	if len(found.Stories) == 0 {
		return t.oldButton(), nil
	}

	d := &adapters.Digest{Heading: t.Say("news.folded", "n", page.Skip+len(found.Stories)+found.More)}
	if q != nil {
		d.Heading = t.Say("brief.about", "query", t.InWords(q))
	}

	for _, s := range found.Stories {
		d.Alerts = append(d.Alerts, alertOf(&search.Story{Article: s.Article, Outlets: s.Outlets}))
	}

	found.More += b.cutToRoom(t.r.Chat.Platform, d)

	m := &adapters.Message{Digest: d, Replace: page.Again}
	addRow(m, t.turnButtons(page.Skip > 0, found.More > 0, func(step int) string {
		other := page

		other.Again, other.Skip = true, page.Skip+len(d.Alerts)
		if step < 0 {
			other.Skip = max(page.Skip-newsPage, 0)
		}

		return t.restData(other)
	})...)

	return m, nil
}

// readRest picks the stories of a page, and reads its query.
func (b *Bot) readRest(ctx context.Context, t *turn, page brief.Page) (found *brief.Brief, q *query.Query, err error) {
	if page.Query != "" {
		if q, err = query.Parse(page.Query); err != nil {
			return nil, nil, fmt.Errorf("read the query of a brief's page: %w", err)
		}
	}

	err = b.viewCharged(ctx, t, func(tx *store.Tx) error {
		c, err := tx.Chat(t.r.Chat.Platform, t.r.Chat.Address)
		if err == nil {
			found, err = brief.Read(ctx, tx, c, page.Options(q, newsPage))
		}

		return err
	})

	return found, q, err
}

// cutToRoom leaves as many alerts in a digest as one message of a platform has room for, and
// returns how many it takes away.
func (b *Bot) cutToRoom(platform string, d *adapters.Digest) int {
	all := len(d.Alerts)
	if a := b.Adapters[platform]; a != nil {
		d.Alerts = d.Alerts[:max(min(a.Room(d), all), 1)]
	}

	return all - len(d.Alerts)
}

// isChannel reports whether few post in a chat and many read: buttons in it are for nobody.
func isChannel(c *store.Chat) bool {
	return c.Kind == string(adapters.Channel) || c.Kind == string(adapters.Forum)
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
func (b *Bot) connect(ctx context.Context, w words, c *store.Chat, found *brief.Brief) string {
	if !b.Writer.Works() {
		return ""
	}

	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()

	var articles []*news.Article

	outlets := map[string]string{}

	for _, s := range found.Stories {
		articles = append(articles, &s.Article.News)
		outlets[s.Article.News.URL] = w.storyOutlet(s.Article.News.Outlet)
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
	return &brief.Sender{Store: b.Store, Log: b.Log, Zone: b.zoneOf, Write: func(ctx context.Context, c *store.Chat, found *brief.Brief) (string, []int64, error) {
		intro := ""
		if time.Since(c.BriefAt) <= connectLate {
			intro = b.connect(ctx, b.wordsOf(c), c, found)
		}

		m, told := b.briefMessage(b.wordsOf(c), c, found, nil, intro)

		raw, err := json.Marshal(m)
		if err != nil {
			return "", nil, fmt.Errorf("write a brief: %w", err)
		}

		return string(raw), told, nil
	}}
}
