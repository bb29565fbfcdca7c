package bot

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/ai"
	"newsbell/bot/answers"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/page"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/locales"
	"newsbell/news"
	"newsbell/news/summary"
	"newsbell/store"
)

// showStory shows the page of a story: the one that a link, a reply or the latest alert
// names.
func (b *Bot) showStory(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := b.whyTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	return b.storyPage(ctx, t, dest, func(tx *store.Tx, c *store.Chat) (*page.Story, error) {
		link, err := storyLink(tx, t, c)
		if err != nil {
			return nil, err
		}

		return page.Read(tx, c.ID, link)
	})
}

// storyPrefix begins the word of a link that leads from a story's page in a browser to the chat.
const storyPrefix = "story-"

// storyOfLink shows the story that such a link names, if this chat reads a source that tells it.
func (b *Bot) storyOfLink(ctx context.Context, t *turn.Turn, text string) (*adapters.Message, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return t.Message("story.none"), nil
	}

	dest, err := b.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	return b.storyPage(ctx, t, dest, func(tx *store.Tx, c *store.Chat) (*page.Story, error) { return page.ReadStory(tx, c.ID, id) })
}

// storyPage shows the page of the story that read finds for a chat.
func (b *Bot) storyPage(ctx context.Context, t *turn.Turn, dest turn.Target, read func(*store.Tx, *store.Chat) (*page.Story, error)) (*adapters.Message, error) {
	m := &adapters.Message{}

	err := b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, dest)
		if err != nil {
			return err
		}

		story, err := read(tx, c)
		if err != nil {
			return err
		}

		b.fillPage(m, t, c, story)
		m.Buttons, err = b.storyButtons(t, tx, c, story)

		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return t.Message("story.none"), nil
	}

	return m, err
}

// storyLink is the address of the article that a request is about.
func storyLink(tx *store.Tx, t *turn.Turn, c *store.Chat) (string, error) {
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

// storyOfAlert shows the page of an alert's story.
func (b *Bot) storyOfAlert(ctx context.Context, t *turn.Turn, c *store.Chat, a *store.Alert) (*adapters.Message, error) {
	if a.Article == nil {
		return t.Message("story.none"), nil
	}

	m := &adapters.Message{Private: true}

	err := b.Store.View(ctx, func(tx *store.Tx) error {
		story, err := page.Read(tx, c.ID, a.Article.News.URL)
		if err == nil {
			b.fillPage(m, t, c, story)
			m.Buttons, err = b.storyButtons(t, tx, c, story)
		}

		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return t.Message("story.none"), nil
	}

	if err != nil {
		return nil, err
	}

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) { return &turn.Reply{Answer: m}, tx.React(a.ID, store.Opened) })
}

// storyButtons are the buttons below a story's page: to follow it, where it is known,
// and what a language model can say of it, while there is one.
func (b *Bot) storyButtons(t *turn.Turn, tx *store.Tx, c *store.Chat, story *page.Story) ([][]adapters.Button, error) {
	if c.ID == 0 || story.ID == 0 {
		return nil, nil
	}

	follows, err := tx.FollowsStory(c.ID, story.ID)
	rows := [][]adapters.Button{{followButton(t.Texts, c.ID, story.ID, follows)}}

	if story.MoreRelated {
		rows[0] = append(rows[0], relatedButton(t.Texts, c.ID, story.ID, 1))
	}

	if !b.Writer.Works() {
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
func (b *Bot) fillPage(m *adapters.Message, t *turn.Turn, c *store.Chat, story *page.Story) {
	m.Page, m.Text = true, storyText(t.Words, story, b.ZoneOf(c))
	if b.PageOf != nil && story.ID != 0 && c.ID != 0 {
		m.Text = append(m.Text, adapters.Line{}, adapters.Line{adapters.Link(t.Say("story.as_page"), b.PageOf(c.ID, story.ID))})
	}

	if c.ID == 0 || c.Pictures {
		m.Picture = story.Image
	}
}

// kindLabels are the texts that name the kinds of answers.
var kindLabels = map[ai.Kind]string{
	ai.Short: "button.tell_short", ai.Sides: "button.tell_sides", ai.Background: "button.tell_background",
	ai.Who: "button.tell_who", ai.Question: "button.tell_question", ai.Translate: "button.tell_translate",
}

// commandQuestion stands in the token of an open question about a story; its text is
// the story's id and, then, what is asked.
const commandQuestion = "question"

// pressTellStory answers a button below a story's page of a chat: in that chat for
// everybody, elsewhere for who may manage it.
func (b *Bot) pressTellStory(ctx context.Context, t *turn.Turn, chat int64, rest string) (*adapters.Message, error) {
	id, name, _ := strings.Cut(rest, ":")
	kind := ai.Kind(name)

	story, err := strconv.ParseInt(id, 10, 64)
	if err != nil || !b.Writer.Works() || kindLabels[kind] == "" {
		return t.OldButton(), nil
	}

	if kind == ai.Question {
		t.Command = commandQuestion
		return t.Ask(t.Say("story.ask"), t.Say("story.ask_hint"), button.ID(chat)+" "+button.ID(story)), nil
	}

	return b.tellStory(ctx, t, chat, story, kind, "")
}

// answerQuestion answers what was asked about a story after its button.
func (b *Bot) answerQuestion(ctx context.Context, t *turn.Turn, text string) (*adapters.Message, error) {
	first, rest, _ := strings.Cut(text, " ")
	second, question, _ := strings.Cut(rest, " ")
	chat, err := strconv.ParseInt(first, 10, 64)
	story, wrong := strconv.ParseInt(second, 10, 64)

	if err != nil || wrong != nil || !b.Writer.Works() {
		return t.OldButton(), nil
	}

	return b.tellStory(ctx, t, chat, story, ai.Question, question)
}

// tellStory says something of a story that a chat may see.
func (b *Bot) tellStory(ctx context.Context, t *turn.Turn, chat, id int64, kind ai.Kind, question string) (*adapters.Message, error) {
	var story *page.Story

	c, err := b.readableChat(ctx, t, chat)
	if err != nil {
		return nil, err
	}

	err = b.Store.View(ctx, func(tx *store.Tx) (err error) {
		story, err = page.ReadStory(tx, c.ID, id)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return t.Message("story.none"), nil
	}

	if err != nil {
		return nil, err
	}

	language := ""
	if kind == ai.Translate {
		language = t.Code()
	}

	heading := t.Say(kindLabels[kind])
	if kind == ai.Question {
		heading = question
	}

	asMessage := func(a *ai.Answer) *adapters.Message {
		return &adapters.Message{Private: true, Text: formatAnswer(t.Words, story, kind, heading, a), Words: t.Texts}
	}

	return asMessage(b.Writer.Stream(ctx, c.ID, answers.NewTask(story, kind, language, question), partialShower(ctx, t, asMessage))), nil
}

// partEvery is the least time between two parts of an answer that are shown: people read no
// faster, and each is a request.
const partEvery = time.Second

// partialShower shows a person what there is of an answer; nil: the adapter cannot.
func partialShower(ctx context.Context, t *turn.Turn, asMessage func(*ai.Answer) *adapters.Message) func(*ai.Answer) {
	if t.Request.Show == nil {
		return nil
	}

	var last time.Time

	return func(a *ai.Answer) {
		switch {
		case len(a.Sentences) == 0:
			t.Request.Show(ctx, &adapters.Message{Private: true, Words: t.Texts})
		case time.Since(last) >= partEvery:
			t.Request.Show(ctx, asMessage(a))

			last = time.Now()
		}
	}
}

// readableChat is a chat whose stories the person who asks may see: everybody in it, elsewhere who
// may manage it.
func (b *Bot) readableChat(ctx context.Context, t *turn.Turn, id int64) (c *store.Chat, err error) {
	c, err = b.LoadChatByID(ctx, id)
	if err == nil && turn.ChatInfo(c).Chat != t.Request.Chat.Chat {
		err = b.RequireChatManager(ctx, t, c)
	}

	return c, err
}

// relatedButton opens a page of a story's neighbours, counted from 0.
func relatedButton(t *locales.Texts, chat, story int64, n int) adapters.Button {
	return adapters.Button{Label: t.Say("button.more_related"), Data: button.Related + button.ID(chat) + ":" + button.ID(story) + ":" + strconv.Itoa(n)}
}

// pressRelatedPage shows a page of a story's neighbours. rest is story:page, and InReply if the
// button stands below another such page.
func (b *Bot) pressRelatedPage(ctx context.Context, t *turn.Turn, chat int64, rest string) (*adapters.Message, error) {
	position, replied := strings.CutSuffix(rest, button.InReply)
	first, second, _ := strings.Cut(position, ":")
	id, err := strconv.ParseInt(first, 10, 64)
	n, wrong := strconv.Atoi(second)

	if err != nil || wrong != nil || n < 1 {
		return t.OldButton(), nil
	}

	c, err := b.readableChat(ctx, t, chat)
	if err != nil {
		return nil, err
	}

	var story *page.Story

	err = b.Store.View(ctx, func(tx *store.Tx) (err error) {
		story, err = page.ReadNeighbours(tx, c.ID, id, n)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return t.Message("story.none"), nil
	}

	if err != nil {
		return nil, err
	}

	m := &adapters.Message{Private: true, Replace: replied, Text: adapters.Text{
		{adapters.Bold(t.Say("story.related"))}, {adapters.Link(story.Title, story.URL)}, {},
	}}
	m.Text = append(m.Text, relatedLines(t.Words, story.Related)...)

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

// followButton follows a story, or ends that.
func followButton(t *locales.Texts, chat, story int64, follows bool) adapters.Button {
	rest := button.ID(chat) + ":" + button.ID(story)
	if follows {
		return adapters.Button{Label: t.Say("button.unfollow_story"), Data: button.UnfollowStory + rest}
	}

	return adapters.Button{Label: t.Say("button.follow_story"), Data: button.FollowStory + rest}
}

// followStory has a chat follow a story, or ends it. rest is the story, and InReply.
func (b *Bot) followStory(ctx context.Context, t *turn.Turn, c *store.Chat, follow bool, rest string) (*adapters.Message, error) {
	number, replied := strings.CutSuffix(rest, button.InReply)

	story, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return t.OldButton(), nil
	}

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		story, err := tx.StoryNow(story)
		if err != nil {
			return nil, err
		}

		title, err := storyTitle(tx, c.ID, story)
		if errors.Is(err, store.ErrNotFound) {
			return &turn.Reply{Answer: t.OldButton()}, nil
		}

		if err != nil {
			return nil, err
		}

		changed, err := changeFollow(tx, t, c.ID, story, follow)
		if err != nil {
			return nil, err
		}

		undo := followButton(t.Texts, c.ID, story, follow)
		if changed {
			undo.Label = t.Say("button.undo")
		}

		undo.Data += button.InReply

		m := &adapters.Message{Private: true, Replace: replied, Text: followChanged(t.Words, title, follow, changed), Buttons: [][]adapters.Button{{undo}}}

		return &turn.Reply{Answer: m}, nil
	})
}

// changeFollow reports whether something changed by it.
func changeFollow(tx *store.Tx, t *turn.Turn, chat, story int64, follow bool) (changed bool, err error) {
	what := "followed a story"

	if follow {
		changed, err = tx.FollowStory(chat, story, t.PersonID())
	} else {
		what = "stopped following a story"
		changed, err = tx.UnfollowStory(chat, story)
	}

	if err != nil || !changed {
		return changed, err
	}

	return changed, tx.Log(chat, t.PersonID(), what)
}

// storyTitle is the title under which a chat knows a story: that of its alert, else of the
// story's first article that the chat may see.
func storyTitle(tx *store.Tx, chat, story int64) (string, error) {
	a, err := tx.AlertOf(chat, story)
	if err == nil && a.Article != nil {
		return a.Article.News.Title, nil
	}

	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", err
	}

	articles, err := tx.ArticlesOfStory(chat, story, 1)
	if err == nil && len(articles) == 0 {
		err = store.ErrNotFound
	}

	if err != nil {
		return "", err
	}

	return articles[0].News.Title, nil
}

// formatAnswer is an answer about a story as a message: what it is about, its sentences with
// their outlets, and who wrote them.
func formatAnswer(w wording.Words, story *page.Story, kind ai.Kind, heading string, a *ai.Answer) adapters.Text {
	text := adapters.Text{{adapters.Bold(heading)}, {adapters.Link(story.Title, story.URL)}}
	if len(a.Sentences) > 0 {
		text = append(text, adapters.Line{})
	}

	var all []string

	for _, s := range a.Sentences {
		names := outletsAt(w, story, s.Sources)
		all = append(all, names...)

		line := adapters.Line{adapters.Plain("• " + s.Text + " "), {Text: w.Commas(names), Style: adapters.StyleDim}}
		if len(names) == 1 && strings.HasPrefix(s.Text, names[0]+": ") { // it begins with its outlet
			line = adapters.Line{adapters.Plain("• " + s.Text)}
		}

		text = append(text, line)
	}

	slices.Sort(all)

	var last string

	switch {
	case len(a.Sentences) == 0 && kind == ai.Question:
		last = w.Say("story.no_answer")
	case len(a.Sentences) == 0:
		last = w.Say("story.nothing_more")
	case a.By == ai.ByModel && a.Quoted > 0:
		last = w.Say("story.by_ai_quoting", "outlets", w.And(slices.Compact(all)))
	case a.By == ai.ByModel:
		last = w.Say("story.by_ai", "outlets", w.And(slices.Compact(all)))
	case a.Spent:
		last = w.Say("story.model_spent")
	default:
		last = w.Say("story.own_words")
	}

	return append(text, adapters.Line{}, adapters.Line{{Text: last, Style: adapters.StyleDim}})
}

// outletsAt names the outlets of some addresses, each once.
func outletsAt(w wording.Words, story *page.Story, addresses []string) []string {
	outlets := map[string]string{}
	for _, a := range story.Articles {
		outlets[a.URL] = storyOutlet(w, a.Outlet)
	}

	for _, r := range story.Related {
		outlets[r.URL] = storyOutlet(w, r.Outlet)
	}

	var names []string

	for _, address := range addresses {
		if name := outlets[address]; name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}

	return names
}

// Bounds of a story in a chat, beside those of the page.
const (
	storyOpening  = 1200 // characters of the text
	storyTimeline = 10   // articles with their headlines
	relatedText   = 200  // characters of a neighbour's paragraph
)

// storyText is a story page as a message: the news first, then who tells it, then what
// is near it.
func storyText(w wording.Words, s *page.Story, zone *time.Location) adapters.Text {
	text := adapters.Text{
		{adapters.Bold(s.Title)},
		{adapters.Link(storyOutlet(w, s.Outlet), s.URL), adapters.Plain(" · "), w.AgoSpan(s.At)},
	}
	if line := pictureText(w, s); line != "" {
		text = append(text, adapters.Line{{Text: line, Style: adapters.StyleDim}})
	}

	opening := news.Shorten(news.CollapseSpaces(news.OneLine(s.Text)), storyOpening)
	inShort := func(sentence summary.Sentence) bool { return strings.Contains(sentence.Text, opening) }

	if opening != "" && (len(s.Articles) == 1 || !slices.ContainsFunc(s.Short, inShort)) {
		text = append(text, adapters.Line{}, adapters.Line{{Text: opening, Style: adapters.StyleQuote}})
	}

	if len(s.Articles) > 1 {
		text = append(text, adapters.Line{}, adapters.Line{adapters.Bold(w.Say("story.in_short"))})
		for _, sentence := range s.Short {
			text = append(text, adapters.Line{adapters.Plain("• " + sentence.Text + " "), {Text: strings.Join(sentence.Outlets, ", "), Style: adapters.StyleDim}})
		}

		text = append(text, timelineLines(w, s, zone)...)
	}

	if len(s.Related) > 0 {
		text = append(text, adapters.Line{}, adapters.Line{adapters.Bold(w.Say("story.related"))})
	}

	return append(text, relatedLines(w, s.Related)...)
}

// relatedLines are stories, each with its outlet and age below its headline, and its first words.
func relatedLines(w wording.Words, list []page.Related) (text adapters.Text) {
	for _, r := range list {
		text = append(text, adapters.Line{adapters.Plain("• "), adapters.Link(r.Title, r.URL)}, adapters.Line{
			adapters.Plain(storyOutlet(w, r.Outlet)), {Text: outletLabels(w, r.URL), Style: adapters.StyleDim}, adapters.Plain(" · "), w.AgoSpan(r.At),
		})
		if r.Text != "" {
			text = append(text, adapters.Line{adapters.Plain(news.Shorten(r.Text, relatedText))})
		}
	}

	return text
}

// timelineLines are the headlines of a story side by side, by time, each with its outlet.
func timelineLines(w wording.Words, s *page.Story, zone *time.Location) adapters.Text {
	text := adapters.Text{{}, {adapters.Bold(w.Say("story.timeline"))}}
	shown := s.Timeline(storyTimeline)

	for _, a := range shown {
		line := adapters.Line{adapters.Plain("• ")}
		if !a.At.IsZero() {
			line = append(line, adapters.Span{Text: w.Moment(a.At, time.Now(), zone), Time: a.At, Style: adapters.StyleClock}, adapters.Plain(" · "))
		}

		line = append(line, adapters.Plain(storyOutlet(w, a.Outlet)), adapters.Span{Text: outletLabels(w, a.URL), Style: adapters.StyleDim}, adapters.Plain(": "))

		if a.URL == s.URL {
			line = append(line, adapters.Plain(a.Title)) // its link stands above
		} else {
			line = append(line, adapters.Link(a.Title, a.URL))
		}

		text = append(text, line)
	}

	if more := len(s.Articles) - len(shown); more > 0 {
		text = append(text, w.Line("list.more", "n", more))
	}

	return text
}

// followTitle is how much of a title is named, in characters.
const followTitle = 120

// followChanged says what came of following a story, or of ending it.
func followChanged(w wording.Words, title string, follow, changed bool) adapters.Text {
	key := "follow.not"

	switch {
	case follow && changed:
		key = "follow.now"
	case follow:
		key = "follow.already"
	case changed:
		key = "follow.ended"
	}

	return w.Lines(key, "title", news.Shorten(title, followTitle))
}

// pictureText says what a story's picture shows and whose it is, "" if neither is known.
func pictureText(w wording.Words, s *page.Story) string {
	switch {
	case s.Caption != "" && s.Credit != "":
		return w.Say("story.caption_photo", "caption", s.Caption, "credit", s.Credit)
	case s.Credit != "":
		return w.Say("story.photo", "credit", s.Credit)
	}

	return s.Caption
}

// storyOutlet names an outlet that may not be known.
func storyOutlet(w wording.Words, name string) string {
	if name == "" {
		return w.Say("story.unnamed_outlet")
	}

	return name
}

// outletLabels is what a reader should know of the outlet of an article: " (state-funded, news
// agency, paywall)".
func outletLabels(w wording.Words, address string) string {
	var labels []string
	for _, label := range page.LabelsOf(news.Host(address)) {
		labels = append(labels, w.Say(label.Key))
	}

	if len(labels) == 0 {
		return ""
	}

	return w.Say("format.brackets", "text", w.Commas(labels))
}
