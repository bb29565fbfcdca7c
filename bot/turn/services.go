package turn

import (
	"cmp"
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/ai"
	"newsbell/bot/button"
	"newsbell/bot/events"
	"newsbell/bot/fair"
	"newsbell/bot/wording"
	"newsbell/locales"
	"newsbell/store"
)

// Who may use the bot (Config.Access).
const (
	AccessOpen      = "open"      // everybody
	AccessListed    = "listed"    // those in Config.Allowed, and operators
	AccessOperators = "operators" // operators only
)

// Config is what Services are made of. Store, Adapters and Log are needed.
type Config struct {
	Version  string // of the program, for /status; may be empty
	Store    *store.Store
	Writer   *ai.Writer // answers about stories; nil, or while it does not work: not offered
	Price    float64    // of a million tokens of its model; 0: not known
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
	// EmbeddingFails returns since when the embedding model fails, zero while it works; nil:
	// there is none in this process.
	EmbeddingFails func() time.Time
}

// Policy is who may use the bot, and how much.
type Policy struct {
	Operators []string // "telegram:1"; the person at the terminal always is one
	Access    string   // open, listed or operators; "" is open
	// Allowed are people, chats and Discord servers who may use a listed bot, as
	// "platform:id".
	Allowed []string
	// SubscriptionLimit is how many subscriptions a person and a chat may have; 0: 100.
	SubscriptionLimit int
}

// TargetInfo is another target that alerts may go to.
type TargetInfo struct {
	Address string // in one spelling
	Name    string // as others may read it
	Signed  bool   // what is sent there is signed with a secret
	Confirm bool   // a code that is sent there has to be said in the chat first
}

// Services are what the turns of conversations work with. They are safe for concurrent
// use.
type Services struct {
	Config
	// Run runs a command as if it had been typed; set before the first turn.
	Run    func(ctx context.Context, t *Turn, name, text string) (*adapters.Message, error)
	fair   *fair.Shares
	policy atomic.Pointer[Policy] // what holds now; Config's is that of the start
}

// NewServices makes services, with defaults for what a configuration leaves out.
func NewServices(c Config) *Services {
	c.Summary = cmp.Or(c.Summary, 300)
	if c.TimeZone == nil {
		c.TimeZone = time.UTC
	}

	if c.Texts == nil {
		c.Texts = locales.Builtin()
	}

	s := &Services{Config: c, fair: fair.New()}
	s.SetPolicy(c.Policy)

	return s
}

// SetPolicy replaces who may use the bot, from the next request on.
func (s *Services) SetPolicy(p Policy) {
	p.SubscriptionLimit = cmp.Or(p.SubscriptionLimit, 100)
	p.Access = cmp.Or(p.Access, AccessOpen)
	s.policy.Store(&p)
}

// SubscriptionLimit is how many subscriptions a person and a chat may have.
func (s *Services) SubscriptionLimit() int { return s.policy.Load().SubscriptionLimit }

// Enter waits until whoever asks may have one more request answered at once; ok is false if
// they have asked too much. leave ends it.
func (s *Services) Enter(ctx context.Context, t *Turn) (leave func(), ok bool) {
	return s.fair.Enter(ctx, cmp.Or(t.PersonID(), t.Request.Chat.String()))
}

// ViewCharged reads the store at the cost of the person's budget for searches. Who has used
// theirs up is refused.
func (s *Services) ViewCharged(ctx context.Context, t *Turn, read func(*store.Tx) error) error {
	person := cmp.Or(t.PersonID(), t.Request.Chat.String())
	if !s.fair.MaySearch(person, time.Now()) {
		return t.Refuse("error.searched_much")
	}

	began := time.Now()
	defer func() { s.fair.Charge(person, time.Now(), time.Since(began)) }()

	return s.Store.View(ctx, read)
}

// English are the texts that the platforms' menus and the command line show.
func (s *Services) English() wording.Words { return wording.Words{Texts: s.Texts.English()} }

// WordsOf are the texts for those who read a chat.
func (s *Services) WordsOf(c *store.Chat) wording.Words {
	return wording.Words{Texts: s.Texts.Find(c.ReadIn()...)}
}

// WordsFor are the texts of a reply: in the language that the chat (nil: not known yet)
// has chosen, else in that of the person's app, else in that of the server.
func (s *Services) WordsFor(r *adapters.Request, c *store.Chat) wording.Words {
	chosen, known := "", ""
	if c != nil {
		chosen, known = c.ChosenLanguage, c.Language
	}

	return wording.Words{Texts: s.Texts.Find(chosen, r.User.Language, r.Chat.Language, known)}
}

// Events takes in what happens to chats.
func (s *Services) Events() *events.Handler {
	return &events.Handler{
		Store: s.Store, Log: s.Log, Texts: s.Texts, Adapters: s.Adapters, NameOfTarget: s.NameOfTarget,
		IsInvited: func(e *adapters.Event) bool {
			return s.IsInvited(&Turn{Request: &adapters.Request{Chat: e.Chat, User: e.User}})
		},
		OfferSetUp: func(private *store.Chat, channel adapters.ChatInfo) *adapters.Message {
			w := s.WordsOf(private)
			m := &adapters.Message{Text: w.Lines("start.added_channel", "name", cmp.Or(channel.Title, channel.Address))}
			m.Buttons = [][]adapters.Button{{{Label: w.Say("button.set_up"), Data: button.Run + "start to:" + channel.Address, Main: true}}}

			return m
		},
	}
}
