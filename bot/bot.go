// Package bot is the conversation: what people ask for in a chat, and the replies.
//
// There is one table of commands ([Commands]); a platform's menu, its slash
// commands, /help and the README are made from it. A request comes in as data, is made a
// turn ([turn.Turn]), and is handed to what the table names, to what a button says, or to
// what a text may mean; it is answered with data. A platform matters where it differs: on
// Discord a person's alerts come as direct messages, and who may set up alerts in a group or
// server is asked there (turn/rights.go).
//
// Nothing that a restart may not lose is remembered but in the store: an open question, a
// query on its way from a group to a private chat, and button data too long for a
// platform are tokens there, valid for a day.
package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/inline"
	"newsbell/bot/input"
	"newsbell/bot/page"
	"newsbell/bot/search"
	"newsbell/bot/settings"
	"newsbell/bot/story"
	"newsbell/bot/targets"
	"newsbell/bot/turn"
	"newsbell/internal/failpoint"
	"newsbell/news"
	"newsbell/sources"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

// Config is what a Bot is made of.
type Config struct {
	turn.Config
	Fetcher *sources.Fetcher // for /sources add; nil: it says that it cannot

	// Event is called for each reply that a platform accepted; may be nil.
	Event func(ReplyEvent)
}

// ReplyEvent is a reply that reached a person.
type ReplyEvent struct {
	Chat string `json:"chat"` // the chat's address, as in alert events
	To   string `json:"to"`   // what was asked, as typed
	Text string `json:"text"` // plain text
}

// EventName returns "reply".
func (ReplyEvent) EventName() string { return "reply" }

// Bot answers people. It implements [adapters.Handler] and is safe for
// concurrent use.
type Bot struct {
	*turn.Services
	commands map[string]*commandSpec // the command table by name and alias
	inline   *inline.Cache
	settings *settings.Handler
	story    *story.Handler
	targets  *targets.Handler
	fetcher  *sources.Fetcher // nil: no source can be added
	event    func(ReplyEvent) // nil: nobody wants to know
}

// New makes a Bot.
func New(c Config) *Bot {
	s := turn.NewServices(c.Config)
	b := &Bot{Services: s, settings: &settings.Handler{Services: s}, story: &story.Handler{Services: s}, commands: map[string]*commandSpec{}, inline: inline.NewCache(), fetcher: c.Fetcher, event: c.Event}
	b.targets = &targets.Handler{Services: s, Settings: b.settings}
	b.Run = b.command

	for _, r := range slices.Concat(b.ownCommands(b.English()), b.messageTable(), b.operatorTable()) {
		b.commands[r.Name] = &r
		for _, alias := range r.Aliases {
			b.commands[alias] = &r
		}
	}

	return b
}

// Answer implements [adapters.Handler].
func (b *Bot) Answer(ctx context.Context, r *adapters.Request) *adapters.Message {
	t := b.NewTurn(r)

	leave, ok := b.Enter(ctx, t)
	if !ok {
		return t.Message("error.busy")
	}
	defer leave()

	m, err := b.Once(ctx, t, b.dispatch)
	if err != nil {
		b.Log.Error("answering a request", "platform", r.Chat.Platform, "command", t.Command, "error", err)

		m = &adapters.Message{Text: t.Lines("error.internal"), Private: !t.IsPrivate()}
		if errors.Is(err, store.ErrStop) {
			m.Text = t.Lines("error.full")
		}
	}

	if m == nil {
		return nil
	}

	m.Words, m.Text = t.Texts, t.Direct(m.Text)

	if r.Interaction { // it does not count, and cannot wait
		return m
	}

	if !r.Unseen && b.MustWait(r.Chat) && b.QueueReply(ctx, r, m) == nil {
		return nil
	}

	b.Gate(ctx, r.Chat)

	return m
}

// Inline implements [adapters.Inliner]: stories of public sources for a chat that the bot
// is not in.
func (b *Bot) Inline(ctx context.Context, asked *adapters.InlineQuery) *adapters.Cards {
	t, leave := b.enterOutside(ctx, asked)
	if t == nil {
		return nil
	}
	defer leave()

	all, err := b.publicStories(ctx, t, inline.Parse(asked.Text))
	if err != nil {
		if _, ok := errors.AsType[*turn.RefusalError](err); !ok {
			b.Log.Error("finding stories for another chat", "platform", t.Request.Chat.Platform, "error", err)
		}

		return nil
	}

	cards := &adapters.Cards{Words: t.Texts, Private: adapters.Button{Label: t.Say("inline.choose"), Start: "setup"}}
	cards.Cards, cards.Next = inline.Paginate(all, asked.Offset)

	if word := inline.LinkWord(asked.Text); word != "" {
		key := "inline.alerts"
		if len(all) == 0 {
			key = "inline.none"
		}

		cards.Private = adapters.Button{Label: t.Say(key), Start: word}
	}

	return cards
}

// publicStories finds what a query (nil: any) matches in sources that no chat added.
func (b *Bot) publicStories(ctx context.Context, t *turn.Turn, q *query.Query) ([]adapters.Card, error) {
	key := ""
	if q != nil {
		key = q.String()
	}

	return b.inline.Find(ctx, key, func(ctx context.Context) ([]adapters.Card, error) {
		limits := search.Limits{Time: time.Second, Articles: 20_000, Stories: inline.Most, Everywhere: true}

		found, err := b.search(ctx, t, turn.Target{}, q, limits)
		if err != nil {
			return nil, err
		}

		var cards []adapters.Card

		for _, s := range found.Newest {
			a := alertOf(s)
			a.Summary, a.Image = news.Shorten(s.Article.News.Summary, b.Summary), s.Article.News.Image
			cards = append(cards, adapters.Card{ID: button.ID(s.Article.ID), Alert: a})
		}

		return cards, nil
	})
}

// Guest implements [adapters.Inliner]: what outlets report on what somebody says in a chat
// that the bot is not in.
func (b *Bot) Guest(ctx context.Context, asked *adapters.InlineQuery) *adapters.Message {
	t, leave := b.enterOutside(ctx, asked)
	if t == nil {
		return nil
	}
	defer leave()

	m := t.Message("message.nothing")
	m.Words = t.Texts

	text := strings.TrimSpace(asked.Text + " " + asked.About)
	if text == "" {
		m.Text = t.Lines("inline.guest_empty")
		return m
	}

	err := b.Store.View(ctx, func(tx *store.Tx) error {
		told, err := story.ReadLinked(tx, 0, input.FindLinks(text, story.MessageLinks))
		if err != nil {
			return err
		}

		if told != nil {
			m.Text = append(adapters.Text{{adapters.Link(told.Title, told.URL)}}, story.TimelineLines(t.Words, told, b.TimeZone)...)
			return nil
		}

		near, err := page.FindNearest(tx, 0, input.WithoutLinks(text), story.MessageNear)
		if len(near) > 0 {
			m.Text = append(t.Lines("message.head"), story.RelatedLines(t.Words, near)...)
		}

		return err
	})
	if err != nil {
		b.Log.Error("finding what outlets report for another chat", "platform", t.Request.Chat.Platform, "error", err)
		return nil
	}

	return m
}

// enterOutside begins what a person asks for in a chat that the bot is not in; nil: they
// may not, or ask too much at once.
func (b *Bot) enterOutside(ctx context.Context, asked *adapters.InlineQuery) (t *turn.Turn, leave func()) {
	private := adapters.ChatInfo{Chat: adapters.Chat{Platform: turn.Telegram, Address: asked.User.ID}, Kind: adapters.Private}
	t = b.NewTurn(&adapters.Request{Chat: private, User: asked.User})

	leave, ok := b.Enter(ctx, t)
	if !ok {
		return nil, nil
	}

	err := b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := tx.Chat(private.Platform, private.Address)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}

		t.Words = b.WordsFor(t.Request, c)
		t.Blocked, err = b.IsBlocked(tx, t)

		return err
	})

	if err == nil && !t.Blocked {
		ok = b.IsInvited(t)
	} else {
		ok = false
	}

	if !ok {
		leave()
		return nil, nil
	}

	return t, leave
}

// Answered implements [adapters.Handler].
func (b *Bot) Answered(ctx context.Context, r *adapters.Request, m *adapters.Message, err error) {
	if err != nil {
		later := turn.IsRetryable(r, err)
		b.Log.Warn("a reply did not arrive", "platform", r.Chat.Platform, "later", later, "error", err)

		if later {
			if err := b.QueueReply(ctx, r, m); err != nil {
				b.Log.Error("queueing a reply", "error", err)
			}
		}

		return
	}

	if r.Key != "" {
		err := b.Store.Update(ctx, func(tx *store.Tx) error { return errors.Join(tx.SaveReply(r.Key, ""), b.wakeAnswered(tx, r)) })
		if err != nil {
			b.Log.Error("marking a reply as sent", "error", err)
		}
	}

	failpoint.Hit(failpoint.Answered)

	if b.event != nil {
		b.event(ReplyEvent{Chat: r.Chat.Address, To: turn.RequestText(r), Text: m.String()})
	}
}

// wakeAnswered wakes a group or channel that took a reply: whatever kept alerts from it
// is over. A reply to an interaction proves nothing: Discord shows it wherever it was
// asked for.
func (b *Bot) wakeAnswered(tx *store.Tx, r *adapters.Request) error {
	if r.Chat.Kind == adapters.Private || r.Interaction {
		return nil
	}

	c, err := tx.Chat(r.Chat.Platform, r.Chat.Address)
	if errors.Is(err, store.ErrNotFound) || err == nil && c.State != store.Asleep {
		return nil
	}

	if err != nil {
		return err
	}

	return b.Events().Wake(tx, c.ID)
}

// Notice implements [adapters.Handler]. An event has its effect once.
func (b *Bot) Notice(ctx context.Context, e *adapters.Event) { b.Events().Notice(ctx, e) }

// NotifyAsleep notifies the person who set up a chat that it fell asleep; see
// [events.Handler.NotifyAsleep].
func (b *Bot) NotifyAsleep(ctx context.Context, chat *store.Chat, reason string) {
	b.Events().NotifyAsleep(ctx, chat, reason)
}

// dispatch hands a request to what replies to its kind, unless the person is blocked or not invited.
// nil: the request is not meant for the bot.
func (b *Bot) dispatch(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	if t.Blocked {
		if t.Request.Chat.Platform == turn.Discord && (t.Request.Interaction || t.IsPrivate()) { // a slash command has to be answered
			return t.Message("access.blocked"), nil
		}

		return nil, nil
	}

	if no, allowed := b.CheckAccess(t); !allowed {
		return no, nil
	}

	if t.Asleep != 0 { // a person who writes can be reached again
		if err := b.Store.Update(ctx, func(tx *store.Tx) error { return b.Events().Wake(tx, t.Asleep) }); err != nil {
			return nil, err
		}
	}

	if t.Request.Edited {
		return t.Message("error.edited"), nil
	}

	if t.Request.Picked != "" {
		if q := t.Question; q != nil && q.Command == button.CommandMove {
			t.DropToken(turn.QuestionWord(t.Request))
			return b.command(ctx, t, button.CommandMove, "to:"+t.Request.Picked+" "+q.Text)
		}

		return b.command(ctx, t, "start", "to:"+t.Request.Picked)
	}

	switch t.Request.Kind {
	case adapters.CommandRequest:
		return b.command(ctx, t, t.Request.Command, t.Request.Text)
	case adapters.TextRequest:
		if name, rest, ok := input.CutCommand(t.Request.Text); ok && t.IsPrivate() && t.Request.Forward == nil { // platforms know commands of English letters
			return b.command(ctx, t, name, rest)
		}

		return b.answerText(ctx, t)
	case adapters.PressRequest:
		return b.press(ctx, t)
	case adapters.FileRequest:
		if t.IsPrivate() && t.Request.File != nil {
			return b.importFile(ctx, t)
		}
	case adapters.CompleteRequest:
	}

	return nil, nil
}

// command runs a command from the table.
func (b *Bot) command(ctx context.Context, t *turn.Turn, name, text string) (*adapters.Message, error) {
	name = strings.ToLower(name)

	row := b.commands[name]
	if row == nil && t.IsPrivate() && b.commandNamed(t, name) == "" { // "/résumé" is a command as well as a setting
		if key, _ := input.CutKey(name, t.Code()); key != "" { // "/lang de", "/zeitzone Wien"
			row, text = b.commands["settings"], name+" "+text
		}
	}

	if row == nil && t.IsPrivate() {
		if run := b.commandInOwnWords(t, name); run != nil {
			return run(ctx, text)
		}
	}

	if row == nil || row.isPrivateAlias(name) && !t.IsPrivate() || row.operators && !b.IsOperator(t) {
		return b.unknown(t, name), nil
	}

	t.Command = row.Name

	text = input.WhenInEnglish(input.OptionsInEnglish(text, t.Code()), t.Code())

	t.Text, t.Options = input.ParseOptions(row.Subcommands, text, t.Request.Options)
	if t.Request.Kind == adapters.PressRequest || t.Request.Kind == adapters.TextRequest {
		t.Text, t.Options = input.ParseOptions(row.Subcommands, text, nil)
	}

	if when := t.Options["when"]; when != "" {
		t.Options["when"] = input.ScheduleInEnglish(when, t.Code())
	}

	if t.Command != "cancel" {
		t.DropToken(turn.QuestionWord(t.Request)) // a new command ends an open question
	}

	return row.run(ctx, t)
}

// unknown replies to a command that is not in the table; in a group it is meant
// for another bot.
func (b *Bot) unknown(t *turn.Turn, name string) *adapters.Message {
	if !t.IsPrivate() {
		return nil
	}

	if near := b.nearest(name); near != "" {
		m := t.Message("error.unknown_near", "name", name, "near", near)
		m.Buttons = [][]adapters.Button{{t.Button("/"+near, near, t.Request.Text)}}

		return m
	}

	return t.Message("error.unknown_command", "name", name)
}

// nearest returns the command whose name or alias starts like a mistyped one, or "".
func (b *Bot) nearest(name string) string {
	best, most := "", 2

	for _, c := range b.ownCommands(b.English()) {
		for _, known := range append([]string{c.Name}, c.Aliases...) {
			same := 0
			for same < len(name) && same < len(known) && name[same] == known[same] {
				same++
			}

			if same > most {
				best, most = c.Name, same
			}
		}
	}

	return best
}
