package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"time"
	_ "time/tzdata" // chats name their zones, also on machines without the files

	"golang.org/x/sync/errgroup"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/adapters/terminal"
	"newsbell/ai"
	"newsbell/bot"
	"newsbell/bot/answers"
	"newsbell/bot/reading"
	"newsbell/bot/turn"
	"newsbell/cli/command"
	"newsbell/cli/config"
	"newsbell/delivery"
	"newsbell/internal/failpoint"
	"newsbell/locales"
	"newsbell/scheduler"
	"newsbell/sources"
	"newsbell/store"
	"newsbell/web"
)

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
	// wasFull is when the disk was full the last time, in Unix seconds; nil: one app ends with that.
	wasFull *atomic.Int64
	// input returns In for one app of several; nil: In is for one.
	input func(ctx context.Context) io.Reader
	// Reload reads the configuration anew, when SIGHUP comes in hangUps; both may be nil.
	Reload  func() (config.Config, error)
	hangUps chan os.Signal
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
	a := &app{options: o, config: c, events: events{out: o.Events, log: o.Log}}

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

	err = a.store.Update(ctx, func(t *store.Tx) error { return errors.Join(t.Configure(c.SourceList()), reading.SyncBundles(t)) })
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
		In: in, Out: o.Out, NoColor: os.Getenv("NO_COLOR") != "", Dumb: os.Getenv("TERM") == "dumb",
		Commands: bot.CommandsOn(terminal.Platform, texts.English(), featuresOf(c)...), Logs: o.Logs,
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
	j := answers.Judge{Store: a.store, Writer: a.writer, Zone: a.config.TimeZone, Spared: turn.IsSpared, Log: a.Log}
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

	if a.web != nil {
		a.web.Close()
	}

	if a.endInput != nil {
		a.endInput()
	}

	return a.store.Close()
}
