// Package bot is the conversation: what people ask for in a chat, and the replies.
//
// There is one table of commands ([Commands]); a platform's menu, its slash
// commands, /help and the README are made from it. A request comes in as data, is made a
// turn ([turn.Turn]), and is handed to what the table names, to what a button says, or to
// what a text may mean; it is answered with data. What each of these does stands in a package
// for its subject (follow, story, settings and so on), which knows nothing of this one. Here
// are the commands, presses and texts, the first run, and the panel of a server.
//
// A platform matters where it differs: on Discord a person's alerts come as direct messages,
// and who may set up alerts in a group or server is asked there (turn/rights.go).
//
// Nothing that a restart may not lose is remembered but in the store: an open question, a
// query on its way from a group to a private chat, and button data too long for a
// platform are tokens there, valid for a day.
package bot

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/account"
	"newsbell/bot/button"
	"newsbell/bot/follow"
	"newsbell/bot/hold"
	"newsbell/bot/inline"
	"newsbell/bot/input"
	"newsbell/bot/listing"
	"newsbell/bot/reading"
	"newsbell/bot/recent"
	"newsbell/bot/settings"
	"newsbell/bot/status"
	"newsbell/bot/story"
	"newsbell/bot/targets"
	"newsbell/bot/trial"
	"newsbell/bot/turn"
	"newsbell/bot/why"
	"newsbell/internal/failpoint"
	"newsbell/sources"
	"newsbell/store"
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

	listing  *listing.Reader
	trial    *trial.Searcher
	account  *account.Handler
	follow   *follow.Handler
	hold     *hold.Handler
	recent   *recent.Handler
	reading  *reading.Handler
	settings *settings.Handler
	status   *status.Handler
	story    *story.Handler
	targets  *targets.Handler
	why      *why.Handler

	fetcher *sources.Fetcher // nil: no source can be added
	event   func(ReplyEvent) // nil: nobody wants to know
}

// New makes a Bot.
func New(c Config) *Bot {
	s := turn.NewServices(c.Config)
	b := &Bot{
		Services: s, commands: map[string]*commandSpec{}, inline: inline.NewCache(), fetcher: c.Fetcher, event: c.Event,
		listing: &listing.Reader{Services: s}, trial: &trial.Searcher{Services: s},
	}
	b.makeHandlers()
	b.Run = b.command

	for _, r := range slices.Concat(b.ownCommands(b.English()), b.messageTable(), b.operatorTable()) {
		b.commands[r.Name] = &r
		for _, alias := range r.Aliases {
			b.commands[alias] = &r
		}
	}

	return b
}

// makeHandlers makes what answers for each subject.
func (b *Bot) makeHandlers() {
	s := b.Services

	b.story, b.settings, b.status, b.why = &story.Handler{Services: s}, &settings.Handler{Services: s}, &status.Handler{Services: s}, &why.Handler{Services: s}
	b.targets = &targets.Handler{Services: s, Settings: b.settings}
	b.reading = &reading.Handler{Services: s, Fetcher: b.fetcher}
	b.follow = &follow.Handler{Services: s, Listing: b.listing, Trial: b.trial, Reading: b.reading, Settings: b.settings}
	b.reading.FollowSource = b.follow.FollowSource
	b.hold = &hold.Handler{Services: s, Listing: b.listing}
	b.recent = &recent.Handler{Services: s, Trial: b.trial, Settings: b.settings}
	b.account = &account.Handler{Services: s, Listing: b.listing, Fetcher: b.fetcher}
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
			return b.account.ImportFile(ctx, t)
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

	text = optionsInEnglish(t, row, text)

	named := maps.Clone(t.Request.Options)
	if typed := named["query"]; typed != "" { // people type options in front of a slash command's query, too
		named["query"] = optionsInEnglish(t, row, typed)
	}

	t.Text, t.Options = input.ParseOptions(row.Subcommands, text, named)
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

// optionsInEnglish writes the options of a command in English. A setting and what an operator announces may be free
// text, which stays as typed: of those only where it is for, at the front.
func optionsInEnglish(t *turn.Turn, row *commandSpec, text string) string {
	if row.Name == "settings" || row.operators {
		first, rest := input.CutWord(text)
		if english := input.OptionsInEnglish(first, t.Code()); strings.HasPrefix(english, "to:") {
			return turn.Join(english, rest)
		}

		return text
	}

	return input.WhenInEnglish(input.OptionsInEnglish(text, t.Code()), t.Code())
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

// NotifyFailing notifies the chat of a target that nothing arrives there for now; see
// [events.Handler.NotifyFailing].
func (b *Bot) NotifyFailing(ctx context.Context, chat *store.Chat, message int64, reason string) {
	b.Events().NotifyFailing(ctx, chat, message, reason)
}

// NotifyAsleep notifies the person who set up a chat that it fell asleep; see
// [events.Handler.NotifyAsleep].
func (b *Bot) NotifyAsleep(ctx context.Context, chat *store.Chat, reason string) {
	b.Events().NotifyAsleep(ctx, chat, reason)
}

// RunBriefs sends each chat its brief at its time, until ctx ends.
func (b *Bot) RunBriefs(ctx context.Context) { b.recent.Briefs().Run(ctx) }
