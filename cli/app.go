package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync/atomic"
	"time"
	_ "time/tzdata" // chats name their zones, also on machines without the files

	"golang.org/x/sync/errgroup"

	"newsbell/adapters"
	"newsbell/adapters/discord"
	"newsbell/adapters/gate"
	"newsbell/adapters/telegram"
	"newsbell/adapters/terminal"
	"newsbell/bot"
	"newsbell/cli/config"
	"newsbell/delivery"
	"newsbell/scheduler"
	"newsbell/sources"
	"newsbell/store"
)

// seenRetention is how long an item's identity outlives its place in its feed.
const seenRetention = 30 * 24 * time.Hour

// app is the running program: the loops and adapters of one process.
type app struct {
	config    config.Config
	log       *slog.Logger
	store     *store.Store
	fetcher   *sources.Fetcher
	scheduler *scheduler.Scheduler
	delivery  *delivery.Delivery
	bot       *bot.Bot
	terminal  *terminal.Terminal
	adapters  map[string]adapters.Adapter // by platform, and the terminal
	platforms atomic.Int32                // how many of them still run, without the terminal
	events    *events
}

// options are what differs between run and demo.
type options struct {
	in     io.Reader
	out    io.Writer // messages of the terminal
	events *events
	log    *slog.Logger
	logs   *terminal.LogWriter  // what log writes to
	dial   dialer               // nil: the network
	polled func(address string) // told of each poll that is saved; may be nil

	// editGap is the least time between two edits of one message.
	editGap time.Duration
}

// passPoll emits a poll and reports it to the demo.
func (o options) passPoll(e scheduler.PollEvent) {
	o.events.emit(e)

	if o.polled != nil {
		o.polled(e.Source)
	}
}

// passDelivery emits what delivery reports.
func (o options) passDelivery(e delivery.Event) { o.events.emit(e) }

// newApp opens the database and puts the parts together. Close it when done.
func newApp(ctx context.Context, c config.Config, o options) (*app, error) {
	opened, err := openFree(ctx, c.Database, o.log, store.OnDrop(delivery.DropReporter(o.log, o.passDelivery)))

	a := &app{config: c, log: o.log, store: opened, events: o.events}
	if errors.Is(err, store.ErrInUse) {
		a.notifyOfSecondInstance(ctx)
		return nil, errors.Join(err, opened.Close())
	}

	if err != nil {
		return nil, err
	}

	err = a.store.Update(ctx, func(t *store.Tx) error { return t.Configure(c.SourceList()) })
	if err != nil {
		return nil, errors.Join(err, a.close())
	}

	a.fetcher = sources.NewFetcher(sources.Options{UserAgent: userAgent(c.Contact), Allow: c.Network.Allow, HostGap: c.Polling.HostGap, Log: o.log, Dial: o.dial})
	a.terminal = terminal.New(terminal.Config{
		In: o.in, Out: o.out, NoColor: os.Getenv("NO_COLOR") != "", Dumb: os.Getenv("TERM") == "dumb", Commands: bot.Commands(), Logs: o.logs,
	})
	a.connect(o)

	return a, nil
}

// openFree opens and locks a database, waiting for a program that holds it. With
// ErrInUse it is open.
func openFree(ctx context.Context, path string, log *slog.Logger, opts ...store.Option) (*store.Store, error) {
	for told := false; ; told = true {
		s, err := store.Open(ctx, path, opts...)
		if err == nil {
			if err = s.Lock(ctx); err == nil || errors.Is(err, store.ErrInUse) {
				return s, err
			}
			err = errors.Join(err, s.Close())
		}

		if !errors.Is(err, store.ErrBusy) {
			return nil, err
		}

		if !told {
			log.Warn("another program holds the database; waiting until it is done")
		}

		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(time.Second):
		}
	}
}

// connect makes the adapters, the gates and the loops.
func (a *app) connect(o options) {
	c := a.config
	gates := map[string]*gate.Gate{terminal.Platform: gate.New(gate.Limits{})}
	byPlatform := map[string]adapters.Adapter{terminal.Platform: a.terminal}
	commands := bot.Commands()

	if c.Telegram.Token != "" {
		gates["telegram"] = gate.New(gate.TelegramLimits())
		byPlatform["telegram"] = telegram.New(telegram.Config{
			Token: c.Telegram.Token, APIURL: c.Telegram.APIURL, Proxy: c.Telegram.Proxy,
			Commands: commands, Gate: gates["telegram"], Cursors: a.store, Log: newAlarm(o.log, "telegram", a.notifyOperator),
		})
	}

	if c.Discord.Token != "" {
		gates["discord"] = gate.New(gate.DiscordLimits())
		byPlatform["discord"] = discord.New(discord.Config{
			Token: c.Discord.Token, APIURL: c.Discord.APIURL, GatewayURL: c.Discord.GatewayURL, Proxy: c.Discord.Proxy,
			Commands: commands, Pace: gates["discord"], Cursors: a.store, Log: newAlarm(o.log, "discord", a.notifyOperator),
		})
	}

	a.adapters = byPlatform

	var lanes []delivery.Lane
	for platform, adapter := range byPlatform {
		lanes = append(lanes, delivery.Lane{Adapter: adapter, Gate: gates[platform]})
	}

	a.bot = bot.New(bot.Config{
		Store: a.store, Fetcher: a.fetcher, Log: o.log, Adapters: byPlatform, Gates: gates,
		Policy: policyOf(c), TimeZone: c.TimeZone, Summary: c.Alerts.Summary, Event: func(e bot.ReplyEvent) { o.events.emit(e) },
	})
	a.scheduler = scheduler.New(scheduler.Config{
		Store: a.store, Fetcher: a.fetcher, Log: o.log,
		AtOnce: c.Polling.AtOnce, MinInterval: c.Polling.MinInterval, MaxInterval: c.Polling.MaxInterval,
		MaxAge: c.Alerts.MaxAge, Group: c.Alerts.Group, TimeZone: c.TimeZone, Event: o.passPoll, Operator: a.notifyOperator,
		Retention: store.Retention{Articles: c.Retention.Articles, Seen: seenRetention, Left: c.Retention.Left, Related: c.Retention.Related},
	})
	a.delivery = delivery.New(delivery.Config{
		Store: a.store, Lanes: lanes, Burst: c.Alerts.Burst, Summary: c.Alerts.Summary, Update: c.Alerts.Update, EditGap: o.editGap,
		Buttons: bot.AlertButtons, Log: o.log, Event: o.passDelivery, Slept: a.bot.NotifyAsleep,
	})
}

// run works until ctx ends or the person at the terminal quits, and finishes what
// is in flight. An error means that the database cannot be used any more, or that
// every platform refused the bot.
func (a *app) run(ctx context.Context) error { return a.runWith(ctx) }

// runWith runs, and others beside it until ctx ends.
func (a *app) runWith(ctx context.Context, others ...func(context.Context)) error {
	group, ctx := errgroup.WithContext(ctx)
	a.platforms.Store(int32(len(a.adapters) - 1)) // the terminal is none

	for _, adapter := range a.adapters {
		group.Go(func() error { return a.runAdapter(ctx, adapter) })
	}

	for _, loop := range []func(context.Context) error{a.scheduler.Run, a.delivery.Run} {
		group.Go(func() error {
			err := loop(ctx)
			if err != nil {
				a.sendLastNotice(ctx, err)
			}

			return err
		})
	}

	for _, other := range append(others, a.logCounters, a.noteAlive) {
		group.Go(func() error {
			other(ctx)
			return nil
		})
	}

	if err := group.Wait(); !errors.Is(err, terminal.ErrQuit) {
		return err
	}

	return nil
}

// runAdapter runs one platform. Its failure stops nothing else, unless it was the
// last one.
func (a *app) runAdapter(ctx context.Context, adapter adapters.Adapter) error {
	err := adapter.Run(ctx, a.bot)
	if err == nil || errors.Is(err, terminal.ErrQuit) {
		return err
	}

	platform := adapter.Platform()
	a.notifyOperator(ctx, platform+" stopped: "+err.Error())

	if platform != terminal.Platform && a.platforms.Add(-1) == 0 {
		return fmt.Errorf("%s stopped: %w; no platform is left", platform, err)
	}

	a.log.Error(platform+" stopped; everything else goes on", "error", err)

	return nil
}

// logCounters logs every hour, and at the end, what has happened since the start.
func (a *app) logCounters(ctx context.Context) {
	hour := time.NewTicker(time.Hour)
	defer hour.Stop()

	for {
		select {
		case <-hour.C:
			a.log.Info("since the start", "counters", &a.events.counters)
		case <-ctx.Done():
			a.log.Info("stopping; since the start", "counters", &a.events.counters)
			return
		}
	}
}

func (a *app) close() error {
	if a.fetcher != nil {
		a.fetcher.Close()
	}

	return a.store.Close()
}

// userAgent says who asks, and how a publisher reaches whoever runs this.
func userAgent(contact string) string {
	return fmt.Sprintf("Newsbell/%s (+%s)", version, cmp.Or(contact, "https://github.com/newsbell/newsbell"))
}
