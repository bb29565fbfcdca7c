// Package bot is the conversation: what people ask for in a chat, and the replies.
//
// There is one table of commands ([Commands]); a platform's menu, its slash
// commands, /help and the README are made from it. A request comes in as data, is
// looked up in the table, checked for permission, and answered with data. A
// platform matters where it differs: on Discord a person's alerts come as direct
// messages, and who may set up alerts in a group or server is asked there (rights.go).
//
// Every request takes effect once. The change, the tokens behind the buttons of
// its reply and the reply itself are written in one transaction, under the
// request's key; a platform that repeats the request, or a start after a crash,
// gets the saved reply, unless that is known to have been sent, and changes nothing ([Bot.Answer]).
//
// Nothing that a restart may not lose is remembered but in the store: an open question, a
// query on its way from a group to a private chat, and button data too long for a
// platform are tokens there, valid for a day.
package bot

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/ai"
	"newsbell/bot/answers"
	"newsbell/bot/events"
	"newsbell/bot/fair"
	"newsbell/bot/inline"
	"newsbell/bot/input"
	"newsbell/bot/page"
	"newsbell/bot/search"
	"newsbell/internal/failpoint"
	"newsbell/locales"
	"newsbell/news"
	"newsbell/sources"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

// Who may use the bot (Config.Access).
const (
	AccessOpen      = "open"      // everybody
	AccessListed    = "listed"    // those in Config.Allowed, and operators
	AccessOperators = "operators" // operators only
)

// Config is what a Bot is made of. Store, Adapters and Log are needed.
type Config struct {
	Version  string // of the program, for /status; may be empty
	Store    *store.Store
	Fetcher  *sources.Fetcher // for /sources add; nil: it says that it cannot
	Writer   *ai.Writer       // answers about stories; nil, or while it does not work: not offered
	Price    float64          // of a million tokens of its model; 0: not known
	Log      *slog.Logger
	Adapters map[string]adapters.Adapter // by platform
	Gates    map[string]*gate.Gate       // by platform; a missing one lets everything through

	// Texts are the texts of all languages; nil: those that come with the program.
	Texts *locales.Catalog

	Policy
	TimeZone *time.Location // of chats that have not set theirs; nil: UTC
	// PageOf returns the web address of a story's page as a chat may see it; nil: there
	// are no such pages.
	PageOf func(chat, story int64) string
	// SignIn returns the web address under which whoever has a secret signs in; nil: people
	// have no pages.
	SignIn func(secret string) string
	// ParseTarget reads the address of another target that alerts may go to; nil: they go to chats
	// only.
	ParseTarget func(address string) (TargetInfo, error)
	Summary     int // characters of a sample's summary; 0: 300
	// Embedding is how the embedding model does; nil: there is none in this process.
	Embedding *answers.Health

	// Event is called for each reply that a platform accepted; may be nil.
	Event func(ReplyEvent)
}

// TargetInfo is another target that alerts may go to.
type TargetInfo struct {
	Address string // in one spelling
	Name    string // as others may read it
	Signed  bool   // what is sent there is signed with a secret
	Confirm bool   // a code that is sent there has to be said in the chat first
}

// Policy is who may use a Bot, and how much.
type Policy struct {
	Operators []string // "telegram:1"; the person at the terminal always is one
	Access    string   // open, listed or operators; "" is open
	// Allowed are people, chats and Discord servers who may use a listed bot, as
	// "platform:id".
	Allowed []string
	// SubscriptionLimit is how many subscriptions a person and a chat may have; 0: 100.
	SubscriptionLimit int
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
	*services
	commands map[string]*commandSpec // the command table by name and alias
	inline   *inline.Cache
}

// services are what the turns of conversations work with. They are safe for concurrent
// use.
type services struct {
	Config
	// Run runs a command as if it had been typed.
	Run    func(ctx context.Context, t *turn, name, text string) (*adapters.Message, error)
	fair   *fair.Shares
	policy atomic.Pointer[Policy] // what holds now; Config's is that of the start
}

// newServices makes services, with defaults for what a configuration leaves out.
func newServices(c Config) *services {
	c.Summary = cmp.Or(c.Summary, 300)
	if c.TimeZone == nil {
		c.TimeZone = time.UTC
	}

	if c.Texts == nil {
		c.Texts = locales.Builtin()
	}

	s := &services{Config: c, fair: fair.New()}
	s.SetPolicy(c.Policy)

	return s
}

// newTurn begins a turn with a request, in the language of whoever asks; begin has it in
// that of the chat.
func (b *Bot) newTurn(r *adapters.Request) *turn {
	return &turn{words: b.wordsFor(r, nil), r: r, now: time.Now(), tokens: map[string]token{}}
}

// enter waits until whoever asks may have one more request answered at once; ok is false if
// they have asked too much. leave ends it.
func (b *Bot) enter(ctx context.Context, t *turn) (leave func(), ok bool) {
	return b.fair.Enter(ctx, cmp.Or(t.personID(), t.r.Chat.String()))
}

// subscriptionLimit is how many subscriptions a person and a chat may have.
func (b *Bot) subscriptionLimit() int { return b.policy.Load().SubscriptionLimit }

// New makes a Bot.
func New(c Config) *Bot {
	b := &Bot{services: newServices(c), commands: map[string]*commandSpec{}, inline: inline.NewCache()}
	b.Run = b.command

	for _, r := range slices.Concat(b.ownCommands(b.english()), messageTable(), operatorTable()) {
		b.commands[r.Name] = &r
		for _, alias := range r.Aliases {
			b.commands[alias] = &r
		}
	}

	return b
}

// SetPolicy replaces who may use the bot, from the next request on.
func (s *services) SetPolicy(p Policy) {
	p.SubscriptionLimit = cmp.Or(p.SubscriptionLimit, 100)
	p.Access = cmp.Or(p.Access, AccessOpen)
	s.policy.Store(&p)
}

// gate waits for the bot's pace before a reply is sent.
func (b *Bot) gate(ctx context.Context, to adapters.ChatInfo) {
	if g := b.Gates[to.Platform]; g != nil {
		_ = g.Take(ctx, gate.Key(to.Chat), to.Kind != adapters.Private, gate.ClassReply) // an ended ctx ends the reply anyway
	}
}

// refusal is an error that is the reply: no, and nothing changed.
type refusal struct{ message *adapters.Message }

func (r *refusal) Error() string { return r.message.Text.String() }

// refuseRequest is a refusal of these lines.
func refuseRequest(lines ...string) error { return &refusal{textMessage(lines...)} }

// textMessage is a message of these lines.
func textMessage(lines ...string) *adapters.Message {
	return &adapters.Message{Text: adapters.Say(lines...)}
}

// Answer implements [adapters.Handler].
func (b *Bot) Answer(ctx context.Context, r *adapters.Request) *adapters.Message {
	t := b.newTurn(r)

	leave, ok := b.enter(ctx, t)
	if !ok {
		return t.say("error.busy")
	}
	defer leave()

	m, err := b.answer(ctx, t, b.dispatch)
	if err != nil {
		b.Log.Error("answering a request", "platform", r.Chat.Platform, "command", t.command, "error", err)

		m = &adapters.Message{Text: t.Lines("error.internal"), Private: !t.private()}
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

	if !r.Unseen && b.mustWait(r.Chat) && b.queueReply(ctx, r, m) == nil {
		return nil
	}

	b.gate(ctx, r.Chat)

	return m
}

// answer replies to a request as dispatch does and saves the reply, at most once per key.
func (b *Bot) answer(ctx context.Context, t *turn, dispatch func(context.Context, *turn) (*adapters.Message, error)) (*adapters.Message, error) {
	earlier, err := b.begin(ctx, t)
	if err != nil {
		return nil, err
	}

	if earlier != nil {
		return b.finish(ctx, t, earlier)
	}

	m, err := dispatch(ctx, t)
	if no, ok := errors.AsType[*refusal](err); ok {
		m, err = no.message, nil
	}

	if m != nil && t.keepsQuestion && t.r.Interaction && m.Ask == "" { // so that it can be answered
		m.Ask = cmp.Or(t.question.Hint, "…")
	}

	switch {
	case err != nil || t.committed:
		return m, err
	case m == nil && len(t.tokens) == 0:
		return nil, nil // not meant for the bot: leaves no trace
	}

	return b.commit(ctx, t, func(*store.Tx) (*reply, error) { return &reply{Answer: m}, nil })
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
		if _, ok := errors.AsType[*refusal](err); !ok {
			b.Log.Error("finding stories for another chat", "platform", t.r.Chat.Platform, "error", err)
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
func (b *Bot) publicStories(ctx context.Context, t *turn, q *query.Query) ([]adapters.Card, error) {
	key := ""
	if q != nil {
		key = q.String()
	}

	return b.inline.Find(ctx, key, func(ctx context.Context) ([]adapters.Card, error) {
		limits := search.Limits{Time: time.Second, Articles: 20_000, Stories: inline.Most, Everywhere: true}

		found, err := b.search(ctx, t, target{}, q, limits)
		if err != nil {
			return nil, err
		}

		var cards []adapters.Card

		for _, s := range found.Newest {
			a := alertOf(s)
			a.Summary, a.Image = news.Shorten(s.Article.News.Summary, b.Summary), s.Article.News.Image
			cards = append(cards, adapters.Card{ID: formatID(s.Article.ID), Alert: a})
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

	m := t.say("message.nothing")
	m.Words = t.Texts

	text := strings.TrimSpace(asked.Text + " " + asked.About)
	if text == "" {
		m.Text = t.Lines("inline.guest_empty")
		return m
	}

	err := b.Store.View(ctx, func(tx *store.Tx) error {
		story, err := readLinked(tx, 0, input.FindLinks(text, messageLinks))
		if err != nil {
			return err
		}

		if story != nil {
			m.Text = append(adapters.Text{{adapters.Link(story.Title, story.URL)}}, t.timelineLines(story, b.TimeZone)...)
			return nil
		}

		near, err := page.FindNearest(tx, 0, input.WithoutLinks(text), messageNear)
		if len(near) > 0 {
			m.Text = append(t.Lines("message.head"), t.relatedLines(near)...)
		}

		return err
	})
	if err != nil {
		b.Log.Error("finding what outlets report for another chat", "platform", t.r.Chat.Platform, "error", err)
		return nil
	}

	return m
}

// enterOutside begins what a person asks for in a chat that the bot is not in; nil: they
// may not, or ask too much at once.
func (b *Bot) enterOutside(ctx context.Context, asked *adapters.InlineQuery) (t *turn, leave func()) {
	private := adapters.ChatInfo{Chat: adapters.Chat{Platform: telegram, Address: asked.User.ID}, Kind: adapters.Private}
	t = b.newTurn(&adapters.Request{Chat: private, User: asked.User})

	leave, ok := b.enter(ctx, t)
	if !ok {
		return nil, nil
	}

	err := b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := tx.Chat(private.Platform, private.Address)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}

		t.words = b.wordsFor(t.r, c)
		t.blocked, err = b.isBlocked(tx, t)

		return err
	})

	if err == nil && !t.blocked {
		ok = b.isInvited(t)
	} else {
		ok = false
	}

	if !ok {
		leave()
		return nil, nil
	}

	return t, leave
}

// begin reads in one view what a request depends on: the reply that it got
// before (nil: none), the question that is open, and whether the person's
// private chat is asleep.
func (b *Bot) begin(ctx context.Context, t *turn) (earlier *reply, err error) {
	err = b.Store.View(ctx, func(tx *store.Tx) error {
		if earlier, err = earlierReply(tx, t.r.Key); err != nil || earlier != nil {
			return err
		}

		c, err := tx.Chat(t.r.Chat.Platform, t.r.Chat.Address)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}

		t.words = b.wordsFor(t.r, c)
		t.rememberLanguage(c)

		if err := t.grantByRole(tx); err != nil {
			return err
		}

		if t.blocked, err = b.isBlocked(tx, t); err != nil || t.blocked {
			return err
		}

		if t.question, err = t.readToken(tx, questionWord(t.r)); err != nil || !t.private() {
			return err
		}

		if c != nil && c.State == store.Asleep {
			t.asleep = c.ID
		}

		return nil
	})

	return earlier, err
}

// rememberLanguage fills in the language of a person's app where the platform did not say it, as Discord does not
// with words in a direct message: c is their chat, nil if it is not known yet.
func (t *turn) rememberLanguage(c *store.Chat) {
	if c == nil || !t.private() || t.r.User.Language != "" {
		return
	}

	r := *t.r
	r.User.Language = cmp.Or(c.Language, c.ChosenLanguage)
	t.r = &r
}

// english are the texts that the platforms' menus and the command line show.
func (b *Bot) english() words { return wordsIn(b.Texts.English()) }

// wordsOf are the texts for those who read a chat.
func (b *Bot) wordsOf(c *store.Chat) words { return wordsIn(b.Texts.Find(c.ReadIn()...)) }

// wordsFor are the texts of a reply: in the language that the chat (nil: not known yet)
// has chosen, else in that of the person's app, else in that of the server.
func (b *Bot) wordsFor(r *adapters.Request, c *store.Chat) words {
	chosen, known := "", ""
	if c != nil {
		chosen, known = c.ChosenLanguage, c.Language
	}

	return wordsIn(b.Texts.Find(chosen, r.User.Language, r.Chat.Language, known))
}

// Answered implements [adapters.Handler].
func (b *Bot) Answered(ctx context.Context, r *adapters.Request, m *adapters.Message, err error) {
	if err != nil {
		later := isRetryable(r, err)
		b.Log.Warn("a reply did not arrive", "platform", r.Chat.Platform, "later", later, "error", err)

		if later {
			if err := b.queueReply(ctx, r, m); err != nil {
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

	if b.Event != nil {
		b.Event(ReplyEvent{Chat: r.Chat.Address, To: requestText(r), Text: m.String()})
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

	return b.events().Wake(tx, c.ID)
}

// Notice implements [adapters.Handler]. An event has its effect once.
func (b *Bot) Notice(ctx context.Context, e *adapters.Event) { b.events().Notice(ctx, e) }

// NotifyAsleep notifies the person who set up a chat that it fell asleep; see
// [events.Handler.NotifyAsleep].
func (b *Bot) NotifyAsleep(ctx context.Context, chat *store.Chat, reason string) {
	b.events().NotifyAsleep(ctx, chat, reason)
}

// events takes in what happens to chats.
func (b *Bot) events() *events.Handler {
	return &events.Handler{
		Store: b.Store, Log: b.Log, Texts: b.Texts, Adapters: b.Adapters, NameOfTarget: b.nameOfTarget,
		IsInvited: func(e *adapters.Event) bool {
			return b.isInvited(&turn{r: &adapters.Request{Chat: e.Chat, User: e.User}})
		},
		OfferSetUp: func(private *store.Chat, channel adapters.ChatInfo) *adapters.Message {
			w := b.wordsOf(private)
			m := &adapters.Message{Text: w.Lines("start.added_channel", "name", cmp.Or(channel.Title, channel.Address))}
			m.Buttons = [][]adapters.Button{{{Label: w.Say("button.set_up"), Data: pressRun + "start to:" + channel.Address, Main: true}}}

			return m
		},
	}
}

// dispatch hands a request to what replies to its kind, unless the person is blocked or not invited.
// nil: the request is not meant for the bot.
func (b *Bot) dispatch(ctx context.Context, t *turn) (*adapters.Message, error) {
	if t.blocked {
		if t.r.Chat.Platform == discord && (t.r.Interaction || t.private()) { // a slash command has to be answered
			return t.say("access.blocked"), nil
		}

		return nil, nil
	}

	if no, allowed := b.checkAccess(t); !allowed {
		return no, nil
	}

	if t.asleep != 0 { // a person who writes can be reached again
		if err := b.Store.Update(ctx, func(tx *store.Tx) error { return b.events().Wake(tx, t.asleep) }); err != nil {
			return nil, err
		}
	}

	if t.r.Edited {
		return t.say("error.edited"), nil
	}

	if t.r.Picked != "" {
		if q := t.question; q != nil && q.Command == commandMove {
			t.dropToken(questionWord(t.r))
			return b.command(ctx, t, commandMove, "to:"+t.r.Picked+" "+q.Text)
		}

		return b.command(ctx, t, "start", "to:"+t.r.Picked)
	}

	switch t.r.Kind {
	case adapters.CommandRequest:
		return b.command(ctx, t, t.r.Command, t.r.Text)
	case adapters.TextRequest:
		if name, rest, ok := input.CutCommand(t.r.Text); ok && t.private() && t.r.Forward == nil { // platforms know commands of English letters
			return b.command(ctx, t, name, rest)
		}

		return b.answerText(ctx, t)
	case adapters.PressRequest:
		return b.press(ctx, t)
	case adapters.FileRequest:
		if t.private() && t.r.File != nil {
			return b.importFile(ctx, t)
		}
	case adapters.CompleteRequest:
	}

	return nil, nil
}

// command runs a command from the table.
func (b *Bot) command(ctx context.Context, t *turn, name, text string) (*adapters.Message, error) {
	name = strings.ToLower(name)

	row := b.commands[name]
	if row == nil && t.private() && b.commandNamed(t, name) == "" { // "/résumé" is a command as well as a setting
		if key, _ := input.CutKey(name, t.Code()); key != "" { // "/lang de", "/zeitzone Wien"
			row, text = b.commands["settings"], name+" "+text
		}
	}

	if row == nil && t.private() {
		if run := b.commandInOwnWords(t, name); run != nil {
			return run(ctx, text)
		}
	}

	if row == nil || row.isPrivateAlias(name) && !t.private() || row.operators && !b.isOperator(t) {
		return b.unknown(t, name), nil
	}

	t.command = row.Name

	text = input.WhenInEnglish(input.OptionsInEnglish(text, t.Code()), t.Code())

	t.text, t.options = input.ParseOptions(row.Subcommands, text, t.r.Options)
	if t.r.Kind == adapters.PressRequest || t.r.Kind == adapters.TextRequest {
		t.text, t.options = input.ParseOptions(row.Subcommands, text, nil)
	}

	if when := t.options["when"]; when != "" {
		t.options["when"] = input.ScheduleInEnglish(when, t.Code())
	}

	if t.command != "cancel" {
		t.dropToken(questionWord(t.r)) // a new command ends an open question
	}

	return row.run(b, ctx, t)
}

// unknown replies to a command that is not in the table; in a group it is meant
// for another bot.
func (b *Bot) unknown(t *turn, name string) *adapters.Message {
	if !t.private() {
		return nil
	}

	if near := b.nearest(name); near != "" {
		m := t.say("error.unknown_near", "name", name, "near", near)
		m.Buttons = [][]adapters.Button{{t.button("/"+near, near, t.r.Text)}}

		return m
	}

	return t.say("error.unknown_command", "name", name)
}

// nearest returns the command whose name or alias starts like a mistyped one, or "".
func (b *Bot) nearest(name string) string {
	best, most := "", 2

	for _, c := range b.ownCommands(b.english()) {
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
