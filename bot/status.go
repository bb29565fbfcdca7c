package bot

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/events"
	"newsbell/bot/input"
	"newsbell/bot/search"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/news/summary"
	"newsbell/sources"
	"newsbell/sources/bundles"
	"newsbell/store"
	"newsbell/subscriptions"
	zonefinder "newsbell/subscriptions/zone"
)

// statusFailing is how many failing sources /status names.
const statusFailing = 3

// showStatus says whether alerts reach a target, and how its sources and the bot are.
func (b *Bot) showStatus(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := b.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	m := &adapters.Message{}
	err = b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, dest)
		if err != nil {
			return err
		}

		if m.Text, err = b.pollLines(tx, t, c); err != nil {
			return err
		}

		here, err := b.chatLines(tx, t, c, dest)
		m.Text = append(m.Text, here...)

		if b.Version != "" && t.IsPrivate() {
			m.Text = append(m.Text, adapters.Line{adapters.Plain("Newsbell " + b.Version)})
		}

		return err
	})

	return m, err
}

// pollLines reports whether news is coming in, and can go out to a chat.
func (b *Bot) pollLines(tx *store.Tx, t *turn.Turn, c *store.Chat) (adapters.Text, error) {
	polls, err := tx.Polls(c.ID)
	if err != nil {
		return nil, err
	}

	head := t.StatusHead(polls, anyAnswered(polls))
	if c.State == store.Asleep {
		head = events.WhyAsleep(t.Texts, c.Reason)
	}

	text := adapters.Text{{adapters.Bold(head)}, {adapters.Plain(t.StatusPolls(polls, t.Now))}}
	if polls.Failing == 0 {
		return text, nil
	}

	all, err := tx.SourcesFor(c.ID)
	if err != nil {
		return nil, err
	}

	named := 0

	for _, s := range all {
		if s.Error == "" {
			continue
		}

		if named++; named > statusFailing {
			text = append(text, t.Line("status.more_failing", "n", polls.Failing-statusFailing))
			break
		}

		text = append(text, adapters.Line{adapters.Plain("• " + t.Isolate(sourceName(s)) + ": " + t.Translate(s.Error))})
	}

	return text, nil
}

// anyAnswered reports whether of sources that all fail one has a server that answered: then it isn't for the network.
func anyAnswered(p store.PollTimes) bool {
	return slices.ContainsFunc(p.Errors, func(reason string) bool { return !sources.IsNoAnswer(reason) })
}

// chatLines reports the state of the chat itself.
func (b *Bot) chatLines(tx *store.Tx, t *turn.Turn, c *store.Chat, dest turn.Target) (adapters.Text, error) {
	follows, _, err := tx.CountSubscriptions(c.ID, "")
	if err != nil {
		return nil, err
	}

	text := adapters.Text{{}, {adapters.Plain(statusFollows(t.Words, follows, dest))}}
	if state := turn.StateLine(t.Words, c, b.ZoneOf(c)); state != nil && c.State != store.Asleep { // which the head says
		text = append(text, state)
	}

	switch dest.Comments {
	case adapters.CommentsOn:
		text = append(text, t.Line("status.comments_on"))
	case adapters.CommentsOff:
		text = append(text, t.Line("status.comments_off"))
	}

	if c.ID != 0 {
		counts, err := tx.CountChat(c.ID, t.Now.Add(-24*time.Hour))
		if err != nil {
			return nil, err
		}

		text = append(text, adapters.Line{adapters.Plain(t.StatusAlerts(counts))})

		slow, err := slowLines(tx, t.Words, c)
		if err != nil {
			return nil, err
		}

		text = append(text, slow...)

		if last, err := tx.LastAlert(c.ID); err == nil && last.Article != nil {
			text = append(text, t.Line("status.last_alert", "article", search.ArticleLine(t.Words, last.Article)))
		}
	}

	if t.IsPrivate() && t.PersonID() != "" && !b.IsOperator(t) {
		text = append(text, t.Line("status.your_id", "id", adapters.Code(t.PersonID())))
	}

	if !b.IsOperator(t) {
		return text, nil
	}

	lines, err := b.operatorLines(tx, t)

	return append(text, lines...), err
}

// statusFollows says how many subscriptions a target has.
func statusFollows(w wording.Words, n int, dest turn.Target) string {
	switch {
	case dest.Here:
		return w.Say("status.here", "n", n)
	case dest.Own:
		return w.Say("status.direct", "n", n)
	default:
		return w.Say("status.in", "n", n, "where", dest.Name(w))
	}
}

// operatorLines reports on all chats together, after an empty line.
func (b *Bot) operatorLines(tx *store.Tx, t *turn.Turn) (adapters.Text, error) {
	all, err := tx.CountRecent(t.Now.Add(-24 * time.Hour))
	if err != nil {
		return nil, err
	}

	n, oldest, _, err := tx.CountArticles()
	if err != nil {
		return nil, err
	}

	text := adapters.Text{{}, {adapters.Plain(t.StatusOperator(all, n, oldest, t.Now))}}

	if b.EmbeddingFails != nil {
		if since := b.EmbeddingFails(); !since.IsZero() {
			text = append(text, t.Line("status.embedding_fails", "ago", t.Ago(t.Now.Sub(since))))
		}
	}

	if !b.Writer.HasModel() {
		return text, nil
	}

	_, tokens, err := tx.SpentTokens(0)
	if err != nil {
		return nil, err
	}

	return append(text, t.ModelCost(tokens, b.Price)), nil
}

// slowLines names the subscriptions whose regexes took too long on some articles.
func slowLines(tx *store.Tx, w wording.Words, c *store.Chat) (text adapters.Text, err error) {
	all, err := tx.Subscriptions(c.ID)

	for _, s := range all {
		if s.Skipped > 0 && len(text) < statusFailing {
			text = append(text, w.Line("status.slow", "number", strconv.Itoa(s.Number), "n", s.Skipped))
		}
	}

	return text, err
}

// What a sample alert leads to, and who published it.
const (
	sampleURL    = "https://example.com/newsbell-sample"
	sampleOutlet = "Newsbell"
)

// sendSample sends a sample alert the way real alerts are sent, which proves
// that the bot may post there.
func (b *Bot) sendSample(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := b.sampleTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	sample := &adapters.Message{Nonce: turn.MessageNonce(t.Request.Key), Alert: &adapters.Alert{
		Title: t.Say("test.title"), URL: sampleURL, Outlet: sampleOutlet, Published: t.Now,
		Summary: summary.Summarize(t.Say("test.summary"), t.Say("test.title"), "", b.Summary),
		Matched: []string{t.Say("test.word")},
	}}

	sample.Words = t.Texts

	problem, gone := b.SendNow(ctx, dest.ChatInfo, sample)
	switch {
	case problem == "":
		return testSent(t.Words, dest.Name(t.Words)), nil
	case gone && dest.Own && !dest.Here:
		return t.Message("state.closed_test"), nil
	default:
		return testFailed(t, dest.Name(t.Words), problem, b.missingRights(ctx, t, dest)), nil
	}
}

func testSent(w wording.Words, where string) *adapters.Message {
	return w.Message(wording.PickVariant("test.sent", where), "where", where)
}

func testFailed(t *turn.Turn, where, problem string, missing []string) *adapters.Message {
	if len(missing) > 0 {
		return t.MissingRights(where, missing)
	}

	return t.Message(wording.PickVariant("test.failed", where), "where", where, "reason", t.Translate(problem))
}

// sampleTarget is where a sample goes. In a channel of a server, those who may
// manage it get it right there.
func (b *Bot) sampleTarget(ctx context.Context, t *turn.Turn) (turn.Target, error) {
	if t.IsPrivate() || t.Options["to"] != "" {
		return b.FindTarget(ctx, t)
	}

	if may, err := b.RightsIn(ctx, t, t.Request.Chat); err == nil && may.Manage {
		return turn.Target{ChatInfo: t.Request.Chat, Here: true}, nil
	}

	return b.FindTarget(ctx, t)
}

// missingRights lists the rights that the bot lacks in a target.
func (b *Bot) missingRights(ctx context.Context, t *turn.Turn, dest turn.Target) []string {
	if a := b.Adapters[dest.Platform]; a != nil && dest.IsShared() {
		if may, err := a.Rights(ctx, dest.Chat, t.Request.User.ID); err == nil {
			return may.Missing
		}
	}

	return nil
}

// confirmForget asks before everything is deleted; the button does it.
func (b *Bot) confirmForget(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, c, all, err := b.targetSubscriptions(ctx, t)
	if err != nil {
		return nil, err
	}

	m := &adapters.Message{Text: t.AskForget(dest.Name(t.Words), dest.Own, len(all))}
	m.Buttons = [][]adapters.Button{{{Label: t.Say("button.forget"), Data: button.Forget + button.ID(c.ID), Danger: true}, {Label: t.Say("button.keep"), Data: button.Nothing}}}

	return m, nil
}

// forgetChat deletes a chat (0: none is known), and the person if it is their
// own.
func (b *Bot) forgetChat(ctx context.Context, t *turn.Turn, chat int64) (*adapters.Message, error) {
	c, err := b.LoadChatByID(ctx, chat)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}

	switch {
	case c != nil:
		if err := b.RequireChatManager(ctx, t, c); err != nil {
			return nil, err
		}
	case chat != 0:
		return t.OldButton(), nil
	}

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		mine := c == nil || c.Kind == string(adapters.Private)
		if c != nil {
			if err := tx.Forget(c.ID); err != nil {
				return nil, err
			}
		}

		if mine && t.Request.User.ID != "" {
			if err := tx.ForgetPerson(t.Request.Chat.Platform, t.Request.User.ID); err != nil {
				return nil, err
			}
		}

		return &turn.Reply{Answer: &adapters.Message{Text: t.Lines("forget.done"), Replace: true}}, nil
	})
}

// showPrivacy says what is kept about a person.
func (b *Bot) showPrivacy(_ context.Context, t *turn.Turn) (*adapters.Message, error) {
	m := &adapters.Message{Text: adapters.Text{t.Line("privacy.kept"), t.Line("privacy.stays")}}
	if b.Writer.Works() {
		m.Text = append(m.Text, t.Line("privacy.model"))
	}

	m.Buttons = [][]adapters.Button{{t.Button(t.Say("button.forget_all"), "forget", "")}}

	return m, nil
}

// logShown is how many changes /log shows.
const logShown = 20

// showLog shows those who manage a chat who changed what.
func (b *Bot) showLog(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := b.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	var (
		entries []store.LogEntry
		zone    *time.Location
	)

	err = b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, dest)
		if err != nil {
			return err
		}

		zone = b.ZoneOf(c)

		if dest.Server != "" && !dest.Own { // who manages one channel manages all
			entries, err = tx.LogOfServer(dest.Platform, dest.Server, logShown)
		} else {
			entries, err = tx.LogOf(c.ID, logShown)
		}

		return err
	})
	if err != nil {
		return nil, err
	}

	if len(entries) == 0 {
		return t.Message("log.empty"), nil
	}

	m := &adapters.Message{Text: adapters.Text{{adapters.Bold(t.Say("log.head"))}}}
	for _, e := range entries {
		m.Text = append(m.Text, t.Line("log.line", "when", t.MomentSpan(e.At, zone), "who", whoChanged(t, e.Actor), "what", t.Translate(nameChanged(t, e.What, zone))))
	}

	return m, nil
}

// nameChanged is a change as it was written down, with the names that people know in the places
// of those in the database: the label of a setting, a bundle's and a zone's name.
func nameChanged(t *turn.Turn, what string, zone *time.Location) string {
	for _, begins := range []string{"began to read the bundle ", "ended reading the bundle "} {
		if id, ok := strings.CutPrefix(what, begins); ok {
			return begins + bundleTitle(t, id)
		}
	}

	rest, ok := strings.CutPrefix(what, "set ")
	key, value, is := strings.Cut(rest, " to ")

	if !ok || !is || !t.Has("button."+key) || input.ParseKey(key) != key {
		return what
	}

	switch key {
	case input.KeyZone:
		value = zonefinder.LabelOf(value, t.Code())
	case input.KeyDigest, input.KeyBrief:
		if when, err := subscriptions.ParseSchedule(value); err == nil && when.HasTime() {
			value = t.Schedule("schedule", when, zone)
		}
	}

	return "set " + t.Quote(t.Say("button."+key)) + " to " + value
}

// bundleTitle is the name of a bundle, or its ID where it is none any more.
func bundleTitle(t *turn.Turn, id string) string {
	if one := bundles.ByID(id); one != nil {
		return one.Name(t.Tag())
	}

	return id
}

// whoChanged names who changed something: the person who asks, or another one.
func whoChanged(t *turn.Turn, actor string) adapters.Span {
	switch actor {
	case "":
		return adapters.Plain(t.Say("log.nobody"))
	case t.PersonID():
		return adapters.Plain(t.Say("log.you"))
	default:
		_, id, _ := strings.Cut(actor, ":")
		return adapters.Span{Text: actor, Person: id}
	}
}

// Zone is the time zone in which a chat reads.
func (b *Bot) Zone(c *store.Chat) *time.Location { return b.ZoneOf(c) }

// Notes say when the alerts of a chat's subscription come, and what it is matched against.
func (b *Bot) Notes(c *store.Chat, s *store.Subscription) string {
	w := b.WordsOf(c)

	return w.Commas(w.DeliveryNotes(s, c, b.ZoneOf(c)))
}

// State says that a chat is paused or asleep, and until when; nil: it is neither.
func (b *Bot) State(c *store.Chat) adapters.Text {
	if line := turn.StateLine(b.WordsOf(c), c, b.ZoneOf(c)); line != nil {
		return adapters.Text{line}
	}

	return nil
}
