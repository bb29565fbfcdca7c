package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	_ "time/tzdata" // chats name their zones, also on machines without the files

	"golang.org/x/sync/errgroup"

	"newsbell/adapters"
	"newsbell/adapters/discord"
	"newsbell/adapters/gate"
	"newsbell/adapters/target"
	"newsbell/adapters/telegram"
	"newsbell/adapters/terminal"
	"newsbell/ai"
	"newsbell/bot"
	"newsbell/bot/answers"
	"newsbell/cli/command"
	"newsbell/cli/config"
	"newsbell/delivery"
	"newsbell/internal/failpoint"
	"newsbell/locales"
	"newsbell/scheduler"
	"newsbell/sources"
	"newsbell/sources/bundles"
	"newsbell/store"
	"newsbell/web"
)

// seenRetention is how long an item's identity outlives its place in its feed.
const seenRetention = 30 * 24 * time.Hour

// leastRetention is how long articles are kept whatever the configuration says: a story is
// open for three days, and without its articles a restart would alert of it again.
const leastRetention = 4 * 24 * time.Hour

// app is the running program: the loops and adapters of one process. Make it with
// newApp, and Close it when done.
type app struct {
	options
	config    config.Config
	store     *store.Store
	process   *store.Process // this one of those that share the database; nil: it is alone
	fetcher   *sources.Fetcher
	scheduler *scheduler.Scheduler
	writer    *ai.Writer
	web       *web.Server     // nil: no pages
	hubs      *scheduler.Hubs // nil: they could not reach us
	bot       *bot.Bot
	terminal  *terminal.Terminal
	adapters  map[string]adapters.Adapter // by platform, and the terminal
	gates     map[string]*gate.Gate       // of the adapters
	endInput  context.CancelFunc          // nil: there is nothing to end
	texts     *locales.Catalog
	platforms atomic.Int32 // how many of them still run, without the terminal
	events    events
	embedding answers.Health // of the embedding model, if this process asks one
}

// options are what a command decides about an app.
type options struct {
	Version string
	In      io.Reader // of the terminal
	Out     io.Writer // messages of the terminal
	Events  io.Writer // takes what happens as JSON lines; may be nil
	Log     *slog.Logger
	Logs    *terminal.LogWriter // what Log writes to

	// Greet says what the app works with: in the log, and in sentences if a person
	// is at the terminal.
	Greet, AtTerminal bool
	// input returns In for one app of several; nil: In is for one.
	input func(ctx context.Context) io.Reader
	// Reload reads the configuration anew, at SIGHUP; may be nil.
	Reload func() (config.Config, error)
	// Dial replaces the network; nil: the network.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Polled is called after each poll is saved, with the source's address; may be nil.
	Polled func(address string)
	// EditGap is the least time between two edits of one message.
	EditGap time.Duration
}

// emitPoll emits a poll and reports it to Polled.
func (a *app) emitPoll(e scheduler.PollEvent) {
	a.events.emit(e)

	if a.Polled != nil {
		a.Polled(e.Source)
	}
}

// newApp opens the database and puts the parts together.
func newApp(ctx context.Context, c config.Config, o options) (*app, error) {
	a := &app{options: o, config: c, events: events{out: o.Events}}

	texts, err := locales.New(c.Locales)
	if err != nil {
		return nil, command.Usage(err)
	}

	a.texts = texts

	opened, process, err := openFree(ctx, &c, o, store.OnDrop(delivery.DropReporter(o.Log, a.emitDelivery)))

	a.store, a.process = opened, process
	if errors.Is(err, store.ErrInUse) {
		a.notifyOfSecondInstance(ctx)
		return nil, errors.Join(err, opened.Close())
	}

	if err != nil {
		return nil, err
	}

	err = a.store.Update(ctx, func(t *store.Tx) error { return errors.Join(t.Configure(c.SourceList()), bot.SyncBundles(t)) })
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}

	dial := o.Dial
	if dial == nil {
		dial = failpoint.Dial()
	}

	a.fetcher = sources.NewFetcher(sources.Options{UserAgent: userAgent(o.Version, c.Contact), Allow: c.Network.Allow, HostGap: c.Polling.HostGap, Log: o.Log, Dial: dial})

	in := o.In
	if o.input != nil {
		var reading context.Context

		reading, a.endInput = context.WithCancel(context.WithoutCancel(ctx))
		in = o.input(reading)
	}

	a.terminal = terminal.New(terminal.Config{
		In: in, Out: o.Out, NoColor: os.Getenv("NO_COLOR") != "", Dumb: os.Getenv("TERM") == "dumb", Commands: bot.CommandsOn(terminal.Platform, texts.English(), featuresOf(c)...), Logs: o.Logs,
	})
	a.writer = ai.New(modelConfig(c.AI), answers.Ledger{Store: a.store})

	if err := a.openPages(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}

	a.connect()

	return a, nil
}

// Store returns the database.
func (a *app) Store() *store.Store { return a.store }

// Type does what a person does who types a line at the terminal.
func (a *app) Type(ctx context.Context, line string) { a.terminal.Say(ctx, a.bot, line) }

// Show shows a text at the terminal.
func (a *app) Show(ctx context.Context, text string) {
	_, _ = a.terminal.Send(ctx, terminal.ChatInfo().Chat, &adapters.Message{Text: adapters.Say(strings.Split(text, "\n")...)}) // a terminal that is gone needs none
}

// emitDelivery emits what delivery reports.
func (a *app) emitDelivery(e delivery.Event) { a.events.emit(e) }

// openFree opens a database and locks it, waiting for a program that holds it, or joins the
// processes that share it: then process is this one among them. With ErrInUse it is open.
func openFree(ctx context.Context, c *config.Config, o options, opts ...store.Option) (s *store.Store, process *store.Process, err error) {
	for warned := false; ; warned = true {
		s, process, err = openOnce(ctx, c, o, opts...)
		if !errors.Is(err, store.ErrBusy) {
			return s, process, err
		}

		if !warned {
			o.Log.Warn("another program holds the database; waiting until it is done")
		}

		select {
		case <-ctx.Done():
			return nil, nil, err
		case <-time.After(time.Second):
		}
	}
}

// openOnce is openFree without waiting.
func openOnce(ctx context.Context, c *config.Config, o options, opts ...store.Option) (*store.Store, *store.Process, error) {
	s, err := openStore(ctx, c.Database, opts...)
	if err != nil {
		return nil, nil, err
	}

	process, err := joinOrLock(ctx, s, memberOf(c, o))
	if err == nil {
		warnOfRisks(ctx, s, o.Log)
	}

	if err == nil || errors.Is(err, store.ErrInUse) {
		return s, process, err
	}

	return nil, nil, errors.Join(err, s.Close())
}

// connect makes the adapters, the gates and the loops.
func (a *app) connect() {
	c := a.config
	gates := map[string]*gate.Gate{terminal.Platform: gate.New(gate.Limits{})}
	byPlatform := map[string]adapters.Adapter{terminal.Platform: a.terminal}
	english, features := a.texts.English(), featuresOf(c)
	words := func(language string) adapters.Words { return a.texts.Find(language) }

	if c.Telegram.Token != "" {
		gates["telegram"] = gate.New(gate.TelegramLimits())
		byPlatform["telegram"] = telegram.New(telegram.Config{
			Token: c.Telegram.Token, APIURL: c.Telegram.APIURL, Proxy: c.Telegram.Proxy,
			Webhook:  telegram.Webhook{Address: c.Telegram.Webhook, Listen: c.Telegram.WebhookListen},
			Commands: bot.CommandsOn("telegram", english, features...), Localizations: bot.Localizations("telegram", a.texts, features...), Words: words, Gate: gates["telegram"], Cursors: a.store, Log: logAndNotify(a.Log, "telegram", a.notifyOf("telegram")),
		})
	}

	if c.Discord.Token != "" {
		gates["discord"] = gate.New(gate.DiscordLimits())
		byPlatform["discord"] = discord.New(discord.Config{
			Token: c.Discord.Token, APIURL: c.Discord.APIURL, GatewayURL: c.Discord.GatewayURL, Proxy: c.Discord.Proxy,
			IdentifyEvery: failpoint.IdentifyGap(),
			HearsReplies:  a.writer.HasModel(), // a question about an alert
			Commands:      bot.CommandsOn("discord", english, features...), OnMessages: bot.MessageCommands(english), Localizations: bot.Localizations("discord", a.texts, features...), Words: words, Pace: gates["discord"], Cursors: a.store, Log: logAndNotify(a.Log, "discord", a.notifyOf("discord")),
		})
	}

	for _, platform := range []string{target.Platform, target.MailPlatform} {
		gates[platform] = gate.New(gate.Limits{PerChat: time.Second})
		byPlatform[platform] = target.New(target.Config{Platform: platform, Find: a.findTarget, Client: a.fetcher.Guarded(), IsForbidden: sources.IsProhibited, UserAgent: userAgent(a.Version, c.Contact), Mail: mailServer(c.Mail)})
	}

	a.adapters, a.gates = byPlatform, gates

	a.bot = bot.New(bot.Config{
		Version: a.Version, Store: a.store, Fetcher: a.fetcher, Writer: a.writer, Price: priceOf(c.AI), PageOf: a.pageOf(), SignIn: a.signIn(), ParseTarget: a.parseTarget, Log: a.Log, Adapters: byPlatform, Gates: gates, Texts: a.texts,
		Policy: policyOf(c), TimeZone: c.TimeZone, Summary: c.Alerts.Summary, Embedding: &a.embedding, Event: func(e bot.ReplyEvent) { a.events.emit(e) },
	})

	schedule := scheduler.Config{
		Store: a.store, Fetcher: a.fetcher, Log: a.Log, Texts: a.texts,
		AtOnce: c.Polling.AtOnce, MinInterval: c.Polling.MinInterval, MaxInterval: c.Polling.MaxInterval,
		MaxAge: c.Alerts.MaxAge, Group: c.Alerts.Group, TimeZone: c.TimeZone, Event: a.emitPoll, Operator: a.tellOperator,
		Retention: retentionOf(c),
	}
	a.scheduler = scheduler.New(schedule)

	a.connectPages(schedule)
}

// lateResults is how long what was sent without an answer may still arrive, or, where others share the
// database, be told of by who sent it. Only then is it looked for: what arrives later would come twice
// where the platform knows no nonce.
const lateResults = 2 * time.Second

// deliverTo makes the loop that delivers to platforms.
func (a *app) deliverTo(platforms ...string) *delivery.Delivery {
	var lanes []delivery.Lane
	for _, platform := range platforms {
		lanes = append(lanes, delivery.Lane{Adapter: a.adapters[platform], Gate: a.gates[platform], ServerPerChat: platform == target.Platform})
	}

	c := a.config

	return delivery.New(delivery.Config{
		Store: a.store, Lanes: lanes, Texts: a.texts, Burst: c.Alerts.Burst, Summary: c.Alerts.Summary, Update: c.Alerts.Update, EditGap: a.EditGap,
		Profile: outletProfile, Spell: bundles.Spell, Buttons: bot.AlertButtons, Log: a.Log, Event: a.emitDelivery, Slept: a.bot.NotifyAsleep, Late: lateResults,
	})
}

// outletProfile returns what the catalogue knows of an outlet.
func outletProfile(host string) delivery.Profile {
	f := bundles.ProfileOf(host)
	return delivery.Profile{StateFunded: f.Owner == bundles.StateFunded, Wire: f.Wire, Paywall: f.Paywall == bundles.Paywalled}
}

// Run works until ctx ends or the person at the terminal quits, and finishes what is
// in flight. An error means that the database cannot be used any more, or that every
// platform refused the bot.
func (a *app) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)

	a.platforms.Store(int32(a.countPlatforms()))

	work := a.runAlone
	if a.process != nil {
		work = a.runShared
	}

	group.Go(func() error { return work(ctx) })

	if a.web != nil {
		group.Go(func() error { return a.web.Run(ctx) })
	}

	if listen := a.config.Web.Pprof; listen != "" {
		group.Go(func() error { return web.RunProfiles(ctx, listen, a.Log) })
	}

	for _, beside := range []func(context.Context){a.backUpAtTimes, a.greet, a.reloadOnHangUp, a.logCounters, a.watchModel} {
		group.Go(func() error {
			beside(ctx)
			return nil
		})
	}

	if err := group.Wait(); !errors.Is(err, terminal.ErrQuit) {
		return err
	}

	return nil
}

// hasPeople reports whether people write to the bot on a platform. The terminal is none, nor are
// targets.
func hasPeople(platform string) bool {
	return !slices.Contains([]string{terminal.Platform, target.Platform, target.MailPlatform}, platform)
}

// countPlatforms counts the platforms that are configured.
func (a *app) countPlatforms() (n int) {
	for platform := range a.adapters {
		if hasPeople(platform) {
			n++
		}
	}

	return n
}

// runTranslations translates alerts after they were sent, where chats want that.
func (a *app) runTranslations(ctx context.Context) {
	spoken := func(c *store.Chat) string { return a.texts.Find(c.ReadIn()...).Code() }
	t := answers.Translator{Store: a.store, Writer: a.writer, LanguageOf: spoken, Summary: a.config.Alerts.Summary, Log: a.Log}
	t.Run(ctx)
}

// runJudge has a language model judge the alerts of subscriptions with only:.
func (a *app) runJudge(ctx context.Context) {
	j := answers.Judge{Store: a.store, Writer: a.writer, Zone: a.config.TimeZone, Spared: bot.IsSpared, Log: a.Log}
	j.Run(ctx)
}

// runVectors has an embedding model, if one is configured, join the stories of two languages.
func (a *app) runVectors(ctx context.Context) {
	e := ai.NewEmbedder(modelConfig(a.config.AI), answers.Ledger{Store: a.store})
	if e == nil {
		return
	}

	v := answers.Vectors{Store: a.store, Embedder: e, Join: a.config.Alerts.Group, Log: a.Log, Health: &a.embedding}
	v.Run(ctx)
}

// runAdapter runs one platform. Its failure stops nothing else, unless it was the
// last one.
func (a *app) runAdapter(ctx context.Context, adapter adapters.Adapter) error {
	err := adapter.Run(ctx, a.bot)
	if err == nil || errors.Is(err, terminal.ErrQuit) {
		return err
	}

	platform := adapter.Platform()

	a.tellOperator(ctx, func(t *locales.Texts) string {
		return t.Say("problem.operator_stopped", "platform", platform, "reason", t.Translate(err.Error()))
	})

	if hasPeople(platform) && a.platforms.Add(-1) == 0 {
		return fmt.Errorf("%s stopped: %w; no platform is left", platform, err)
	}

	a.Log.Error(platform+" stopped; everything else goes on", "error", err)

	return nil
}

// logCounters logs every hour, and at the end, what has happened since the start.
func (a *app) logCounters(ctx context.Context) {
	hour := time.NewTicker(time.Hour)
	defer hour.Stop()

	for {
		select {
		case <-hour.C:
			a.Log.Info("since the start", "counters", &a.events.counters)
		case <-ctx.Done():
			a.Log.Info("stopping; since the start", "counters", &a.events.counters)
			return
		}
	}
}

// Close closes the database and everything else that is open.
func (a *app) Close() error {
	if a.fetcher != nil {
		a.fetcher.Close()
	}

	if a.endInput != nil {
		a.endInput()
	}

	return a.store.Close()
}

// userAgent says who asks, and how a publisher reaches whoever runs this.
func userAgent(version, contact string) string {
	return fmt.Sprintf("Newsbell/%s (+%s)", version, cmp.Or(contact, "https://github.com/newsbell/newsbell"))
}

// findTarget returns where the chat that stands for a target leads.
func (a *app) findTarget(ctx context.Context, address string) (found target.Found, err error) {
	err = a.store.View(ctx, func(t *store.Tx) error {
		g, err := t.TargetAt(address)
		if err != nil {
			return err
		}

		found = target.Found{Address: g.URL, Secret: g.Secret}
		texts := a.texts.Find(g.Language)

		if a.web == nil || a.config.Web.URL == "" {
			found.Footer = texts.Say("target.mail_end_chat")
		} else {
			found.End = a.web.EndAddress(g.Chat)
			found.Footer = texts.Say("target.mail_end", "link", found.End)
		}

		return nil
	})

	return found, err
}

// mailServer returns the server that e-mail is sent by; nil: none is sent.
func mailServer(c config.Mail) *target.MailServer {
	if c.Server == "" {
		return nil
	}

	return &target.MailServer{Address: c.Server, TLS: c.TLS, From: c.From, User: c.User, Password: c.Password}
}

var errNoMail = errors.New("no mail server is configured")

// parseTarget reads the address of a target.
func (a *app) parseTarget(address string) (bot.TargetInfo, error) {
	p, err := target.Parse(address)
	if err != nil {
		return bot.TargetInfo{}, err
	}

	if p.Kind == target.Mail && a.config.Mail.Server == "" {
		return bot.TargetInfo{}, errNoMail
	}

	return bot.TargetInfo{Address: p.Address(), Name: p.Name(), Signed: p.Kind == target.Webhook, Confirm: p.Kind == target.Mail}, nil
}

// retentionOf returns how long things are kept: the short form of an article at least as long as the
// article.
func retentionOf(c config.Config) store.Retention {
	articles := max(c.Retention.Articles, leastRetention)

	return store.Retention{Articles: articles, Seen: seenRetention, Left: c.Retention.Left, Related: max(c.Retention.Related, articles)}
}
