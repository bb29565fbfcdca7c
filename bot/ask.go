package bot

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"newsbell/adapters"
	"newsbell/ai"
	"newsbell/bot/button"
	"newsbell/bot/follow"
	"newsbell/bot/hold"
	"newsbell/bot/input"
	"newsbell/bot/listing"
	"newsbell/bot/reading"
	"newsbell/bot/search"
	"newsbell/bot/story"
	"newsbell/bot/turn"
	"newsbell/bot/wish"
	"newsbell/bot/wording"
	"newsbell/news"
	"newsbell/sources/bundles"
	"newsbell/store"
	"newsbell/subscriptions"
	"newsbell/subscriptions/query"
)

// answerText answers text that is no command: the answer to an open question, or
// a query.
func (b *Bot) answerText(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	text := strings.TrimSpace(t.Request.Text)

	if t.Request.Forward != nil && t.IsPrivate() {
		return b.answerForward(ctx, t, t.Request.Forward)
	}

	if t.Request.Wordless {
		return t.Message("chatter.wordless"), nil // a question that is open stays open
	}

	if t.Question != nil {
		return b.answerOpenQuestion(ctx, t, text)
	}

	if !t.IsPrivate() && t.Request.Interaction {
		return t.OldButton(), nil
	}

	if text == "" {
		return nil, nil
	}

	if !t.IsPrivate() {
		return b.answerAboutAlert(ctx, t, text)
	}

	if reply := b.smallTalk(t, text); reply != nil {
		return reply(ctx)
	}

	if name, rest, ok := b.parseBareCommand(t, text); ok {
		return b.command(ctx, t, name, rest)
	}

	if reply := b.parseRequest(t, text); reply != nil {
		return reply(ctx)
	}

	if m, err := b.answerAboutNumber(ctx, t, text); m != nil || err != nil {
		return m, err
	}

	if m, err := b.answerAboutAlert(ctx, t, text); m != nil || err != nil {
		return m, err
	}

	return b.offerFor(ctx, t, text)
}

// answerOpenQuestion takes text for the answer to the question that is open.
func (b *Bot) answerOpenQuestion(ctx context.Context, t *turn.Turn, text string) (*adapters.Message, error) {
	q := t.Question
	if reply := b.leaveQuestion(t, text); reply != nil {
		return reply(ctx)
	}

	t.AnswersQuestion = true
	if q.Command == story.CommandQuestion {
		t.DropToken(turn.QuestionWord(t.Request)) // what is said next is no question about the story

		return b.story.AnswerQuestion(ctx, t, strings.TrimSpace(q.Text+" "+text))
	}

	return b.command(ctx, t, q.Command, strings.TrimSpace(q.Text+" "+text))
}

// offerFor offers what text asks for: to read less of something, a wish in words, or a query.
func (b *Bot) offerFor(ctx context.Context, t *turn.Turn, text string) (*adapters.Message, error) {
	if link := input.FindLink(text); link != "" && !input.IsAddress(text) { // a post that was copied
		return b.offerQuery(t, link), nil
	}

	if m, err := b.endNamed(ctx, t, wish.Ended(text, t.Code())); m != nil || err != nil {
		return m, err
	}

	unwanted, ok := wish.Unwanted(text, t.Code())
	if only := onlyExcluded(text); only != "" {
		unwanted, ok = only, true
	}

	if ok && len(unwanted) <= hold.LongestUnwanted && hold.UnwantedTerm(unwanted) != "" {
		return b.hold.OfferWithout(ctx, t, text, unwanted)
	}

	if word, rest := input.CutWord(text); isNounForSubscribe(t, word) || isAdded(word, rest) {
		if _, err := query.Parse(rest); err == nil && rest != "" {
			return b.offerWish(ctx, t, text, wish.Wish{Query: rest})
		}
	}

	if w, ok := wish.Understand(text, t.Code()); ok && w.Asked && w.Query != text {
		return b.offerWish(ctx, t, text, w)
	}

	asked := strings.TrimRight(strings.TrimLeft(text, "¿¡ "), "?!？！؟ ") // "!" in front excludes

	m := b.offerQuery(t, cmp.Or(asked, text))
	if name := b.commandMeant(t, text); name != "" {
		m.Buttons = append(m.Buttons, []adapters.Button{t.Button("/"+name, name, "")})
	}

	return b.hintSpelling(ctx, t, m, cmp.Or(asked, text))
}

// commandMeant is the command whose name a text is, in English or in the chat's language, though it may as well be what
// news is about: export is. "" none.
func (b *Bot) commandMeant(t *turn.Turn, text string) string {
	named := b.commandNamed(t, text)
	row := cmp.Or(b.commands[strings.ToLower(text)], b.commands[named])

	if row == nil || row.operators || row.hidden || named == "" && !strings.EqualFold(text, row.Name) {
		return ""
	}

	return row.Name
}

// hintSpelling adds to an offer how a word is spelt that nobody writes, where that is sure.
func (b *Bot) hintSpelling(ctx context.Context, t *turn.Turn, m *adapters.Message, text string) (*adapters.Message, error) {
	if connected, ok := wish.Connect(text, t.Code()); ok {
		text = connected.Query
	}

	q, err := query.Parse(text)
	if err != nil || input.IsAddress(text) {
		return m, nil // the offer says what is wrong
	}

	dest, err := b.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	lines, fixed, err := b.trial.Spell(ctx, t, dest, q, text)
	if err != nil || fixed == "" {
		return m, err
	}

	m.Text = append(m.Text, lines...)
	m.Buttons = slices.Insert(m.Buttons, 0, []adapters.Button{t.ConfirmedButton(button.Label(fixed), "subscribe", fixed)})

	return m, nil
}

// endNamed ends the subscription that a text names exactly, by its number or its query; nil: there is none, and
// the text may be a query.
func (b *Bot) endNamed(ctx context.Context, t *turn.Turn, named string) (*adapters.Message, error) {
	if named == "" {
		return nil, nil
	}

	_, _, all, err := b.listing.OfTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	if _, isNumber := input.ParseNumbers(named); !listing.NamesExactly(t.Words, named, all) && (!isNumber || len(all) == 0) {
		return nil, nil
	}

	return b.command(ctx, t, "unsubscribe", named)
}

// onlyExcluded is the word of a query that only says what it does not want ("-trump", "!trump"); "" of others.
func onlyExcluded(text string) string {
	word := strings.TrimLeft(text, "-!")
	q, err := query.Parse(text)

	if err != nil || word == text || len(q.Clauses()) != 1 || !q.Clauses()[0].Excluded || q.Clauses()[0].Query.Word() == "" {
		return ""
	}

	return word
}

// answerAboutAlert answers a question that replies to an alert: with a language model, and in a
// private chat without one by the story's page, which has what there is to say. nil: the text is none.
func (b *Bot) answerAboutAlert(ctx context.Context, t *turn.Turn, text string) (*adapters.Message, error) {
	if t.Request.Message == "" || !strings.ContainsAny(text, "?？؟") || !t.IsPrivate() && !b.Writer.Works() {
		return nil, nil
	}

	var about *store.Alert

	err := b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, turn.Target{ChatInfo: t.Request.Chat})
		if err != nil || c.ID == 0 {
			return err
		}

		alerts, err := tx.AlertsIn(c.ID, t.Request.Message)
		if len(alerts) == 1 { // of a digest it is not clear which story is meant
			about = alerts[0]
		}

		return err
	})
	if err != nil || about == nil || about.Story == 0 {
		return nil, err
	}

	if !b.Writer.Works() {
		return b.command(ctx, t, "story", "")
	}

	return b.story.Tell(ctx, t, about.Chat, about.Story, ai.Question, text)
}

// parseBareCommand reads a command typed without its slash, in English or in the chat's language, and
// a setting with its value ("Zeitzone Wien"). Words that queries begin with are none.
func (b *Bot) parseBareCommand(t *turn.Turn, text string) (name, rest string, ok bool) {
	typed, rest := input.CutWord(text)
	typed = strings.ToLower(typed)

	row := b.commands[typed]
	if row == nil {
		row = b.commands[b.commandNamed(t, typed)]
	}

	if row == nil && input.IsDailyTime(text, t.Code()) { // "daily at 8"
		return "settings", input.KeyDigest + " " + text, true
	}

	if row == nil || row.operators {
		return "settings", text, b.settings.IsSetting(t, text)
	}

	switch name = row.Name; {
	case name == "subscribe" && isNounForSubscribe(t, typed):
		return "", "", false
	case typed == "follow", name == "subscribe" && !slices.Contains(row.Aliases, typed), typed == "sub":
		return name, strings.TrimPrefix(rest, "to "), rest != ""
	case name == "unsubscribe" && isVerbForUnsubscribe(t, typed): // see endNamed
		return "", "", false
	case typed == "unsub", typed == "unfollow", name == "unsubscribe" && !slices.Contains(row.Aliases, typed):
		return name, strings.TrimPrefix(rest, "from "), rest != ""
	case name == "pause":
		_, ok := subscriptions.ParseUntil(input.PauseInEnglish(rest, t.Code()), time.Now(), time.UTC)
		return name, rest, ok
	case name == "brief" && rest != "":
		_, err := input.ParseBriefTime(input.BriefTimeInEnglish(rest, t.Code()))
		return name, rest, err == nil
	case name == "preview":
		return name, rest, rest != ""
	case typed == "list", slices.Contains([]string{"help", "start", "status", "cancel", "resume", "privacy", "settings", "sources", "mutes"}, name) && !slices.Contains(row.Aliases, typed):
		return name, rest, rest == ""
	default:
		return "", "", false
	}
}

// isNounForSubscribe reports whether a word is the command subscribe in a language that has a noun for it: news
// may be about that, as 구독 서비스, subscription services, are.
func isNounForSubscribe(t *turn.Turn, word string) bool {
	return slices.Contains([]string{"ar", "fa", "ja", "ko", "tr", "zh"}, news.BaseLanguage(t.Code())) && strings.EqualFold(word, t.Say("name.subscribe"))
}

// isAdded reports whether a text says "add" before a name: "add on" and "ADD" are what news may be about.
func isAdded(word, rest string) bool {
	first, _ := utf8.DecodeRuneInString(rest)

	return (word == "add" || word == "Add") && (unicode.IsUpper(first) || unicode.IsDigit(first))
}

// isVerbForUnsubscribe reports whether a word is the command unsubscribe in a language in which it is also a word
// of other sentences: berhenti merokok is to quit smoking.
func isVerbForUnsubscribe(t *turn.Turn, word string) bool {
	return slices.Contains([]string{"id", "pt", "tr"}, news.BaseLanguage(t.Code())) && strings.EqualFold(word, t.Say("name.unsubscribe"))
}

// offerQuery answers a bare query or address with what one can do with it.
func (b *Bot) offerQuery(t *turn.Turn, text string) *adapters.Message {
	if input.IsAddress(text) {
		m := t.Message("chatter.address")
		m.Buttons = [][]adapters.Button{{button.AsMain(t.Button(t.Say("button.subscribe"), "subscribe", text)), t.Button(t.Say("button.why_not"), "why", text)}}

		return m
	}

	typed := text

	connected, isConnected := wish.Connect(text, t.Code())
	if isConnected {
		text = connected.Query
	}

	q, err := query.Parse(text)
	if err != nil {
		return t.QueryErrorReply(err, "subscribe", "", text)
	}

	if proposals := query.Propose(text); len(proposals) > 0 {
		p := proposals[0].Query
		m := &adapters.Message{Text: t.Lines("subscribe.offer", "query", adapters.Bold(p))}
		m.Buttons = [][]adapters.Button{
			{button.AsMain(t.ConfirmedButton(t.Say("button.subscribe"), "subscribe", p)), t.Button(t.Say("button.preview"), "preview", p)},
			{t.ConfirmedButton(t.Say("button.as_typed"), "subscribe", text)},
		}

		return m
	}

	m := &adapters.Message{Text: t.Lines("subscribe.offer", "query", adapters.Bold(offeredWords(t.Words, q, text)))}
	m.Text = append(m.Text, t.WarningLines(q)...)
	m.Buttons = [][]adapters.Button{{button.AsMain(t.Button(t.Say("button.subscribe"), "subscribe", text)), t.Button(t.Say("button.preview"), "preview", text)}}

	if connected.Choice || connected.Excludes != "" {
		m.Buttons = append(m.Buttons, []adapters.Button{t.ConfirmedButton(t.Say("button.as_typed"), "subscribe", typed)})
	}

	if either, ok := wish.Either(typed, t.Code()); ok && !isWrittenAs(q, either) {
		m.Buttons = append(m.Buttons, []adapters.Button{t.ConfirmedButton(button.Label(either), "subscribe", either)})
	}

	if set, ok := b.settings.LanguageButton(t, typed); ok {
		m.Buttons = append(m.Buttons, []adapters.Button{set})
	}

	if set, ok := b.settings.ZoneButton(t, typed); ok {
		m.Buttons = append(m.Buttons, []adapters.Button{set})
	}

	offerBundle(t, m, text)

	return m
}

// isWrittenAs reports whether a text is the same query in other words.
func isWrittenAs(q *query.Query, text string) bool {
	other, err := query.Parse(text)

	return err == nil && other.String() == q.String()
}

// answerForward answers a post that was passed on with what one can do with the feed of
// whoever published it.
func (b *Bot) answerForward(ctx context.Context, t *turn.Turn, f *adapters.Forward) (*adapters.Message, error) {
	switch {
	case f.Link == "" && f.From == "":
		return t.Message("chatter.forward_no_link"), nil
	case f.Link == "":
		return t.Message("chatter.forward_no_link_of", "channel", adapters.Bold(f.From)), nil
	}

	m, err := b.reading.OfferFeed(ctx, t, f.Link)
	if m != nil {
		m.Buttons = append(m.Buttons, []adapters.Button{t.Button(t.Say("button.why_not"), "why", f.Link)})
	}

	return m, err
}

// offerBundle adds a button for the outlets of a country or topic, or for an outlet, if a text names one:
// they may be what is meant.
func offerBundle(t *turn.Turn, m *adapters.Message, text string) {
	if one := reading.BundleNamed(t, text); one != nil {
		m.Buttons = append(m.Buttons, []adapters.Button{reading.BrowseButton(t, button.Label(t.Say("button.outlets_of", "name", one.Name(t.Tag()))), reading.BundleName+one.ID)})
	} else if outlet := outletNamed(text); outlet != "" {
		m.Buttons = append(m.Buttons, []adapters.Button{t.Button(button.Label(t.Say("button.outlets_of", "name", outlet)), "sources", "add "+text)})
	}
}

// outletNamed is the outlet that a text is the name of, with or without its "The" or "News"; "" none.
func outletNamed(text string) string {
	for _, found := range bundles.Outlets(text, 1) {
		for _, name := range []string{text, "The " + text, text + " News"} {
			if strings.EqualFold(found.Outlet, name) {
				return found.Outlet
			}
		}
	}

	return ""
}

// offeredWords is a query as an offer names it: plain words as they were typed.
func offeredWords(w wording.Words, q *query.Query, text string) string {
	sign := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" -'’", r)
	}
	if strings.ContainsFunc(text, sign) || strings.Contains(text, " -") || strings.Contains(q.Words(), " or ") || strings.Contains(q.Words(), "not ") {
		return w.InWords(q)
	}

	return strings.Join(strings.Fields(text), " ")
}

// cancel drops the open question.
func (b *Bot) cancel(_ context.Context, t *turn.Turn) (*adapters.Message, error) {
	t.DropToken(turn.QuestionWord(t.Request))

	if t.Question == nil {
		return t.Message("ask.nothing_to_cancel"), nil
	}

	return t.Message("ask.cancelled"), nil
}

// offerWish answers a wish in words with the query for it and what that finds.
func (b *Bot) offerWish(ctx context.Context, t *turn.Turn, text string, w wish.Wish) (*adapters.Message, error) {
	q, err := query.Parse(w.Query)
	if err != nil {
		return nil, err
	}

	dest, err := b.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	if b.Writer.Works() {
		b.improveWish(ctx, dest, text, &w, &q)
	}

	seen, err := b.trial.Search(ctx, t, dest, q, search.Quick())
	if err != nil {
		return nil, err
	}

	m := &adapters.Message{Text: t.Lines("subscribe.offer", "query", adapters.Bold(w.Query))}
	m.Text = append(m.Text, seen.Summary(t.Words)...)
	m.Buttons = [][]adapters.Button{
		{button.AsMain(t.ConfirmedButton(t.Say("button.subscribe"), "subscribe", w.Query)), t.Button(t.Say("button.preview"), "preview", w.Query), t.ConfirmedButton(t.Say("button.edit"), follow.CommandReword, w.Query)},
	}

	if typed := wish.Object(text); typed != w.Query {
		m.Buttons = append(m.Buttons, []adapters.Button{t.ConfirmedButton(t.Say("button.as_typed"), "subscribe", typed)})
	}

	if _, named := input.CutWord(text); named != "" { // behind "follow", in any language
		if either, ok := wish.Either(named, t.Code()); ok {
			m.Buttons = slices.Insert(m.Buttons, 1, []adapters.Button{t.ConfirmedButton(button.Label(either), "subscribe", either)})
		}
	}

	offerBundle(t, m, w.Query)

	return m, nil
}

// wishTime is how long a language model has for a wish: somebody waits, and the rules have
// an answer already.
const wishTime = 15 * time.Second

// improveWish puts the query that a language model writes for a wish in the place of the
// rules' one, if it writes one in time.
func (b *Bot) improveWish(ctx context.Context, dest turn.Target, text string, w *wish.Wish, q **query.Query) {
	ctx, cancel := context.WithTimeout(ctx, wishTime)
	defer cancel()

	c, err := b.LoadChat(ctx, dest)
	if err != nil {
		return
	}

	made, ok := b.Writer.Query(ctx, c.ID, text, query.Valid)
	if !ok {
		return
	}

	if better, err := query.Parse(made); err == nil {
		w.Query, *q = made, better
	}
}

// followThis offers to follow what a message is about: the story that its link tells, the
// feed that the link leads to, or its words.
func (b *Bot) followThis(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	text := story.MessageText(t)

	dest, err := b.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	link := input.FindLink(text)
	words := input.WithoutLinks(text)

	told, err := b.story.FindShown(ctx, dest, text, words)

	switch {
	case err != nil:
		return nil, err
	case told != nil:
		return b.story.Offer(ctx, t, dest, told)
	case link != "" && b.fetcher != nil:
		return b.answerForward(ctx, t, &adapters.Forward{Link: link})
	case words == "":
		return t.Message("message.empty"), nil
	case len([]rune(words)) <= story.MessageAsWish:
		return b.offerQuery(t, words), nil
	}

	t.Command = "subscribe"

	return t.Ask(t.Say("ask.subscribe"), t.Say("hint.query"), ""), nil
}
