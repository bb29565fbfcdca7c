package cli

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"newsbell/adapters/terminal"
	"newsbell/bot/reading"
	"newsbell/bot/turn"
	"newsbell/cli/command"
	"newsbell/cli/config"
	"newsbell/internal/failpoint"
	"newsbell/store"
)

// editGap is how often a sent alert is edited at most: what joins its story meanwhile
// comes with the next edit.
const editGap = time.Minute

// runFlags are the flags of `newsbell run`, which is also `newsbell` alone.
type runFlags struct {
	config  string
	json    bool
	verbose bool
	roles   []string
	length  time.Duration
}

func runCommand() *cobra.Command {
	var f runFlags

	c := &cobra.Command{
		Use:   "run",
		Short: "Run the bot; without a token it chats in the terminal",
		Long: `Run the bot: Discord and Telegram, if their tokens are configured, and a chat in
the terminal. If standard input isn't a terminal, its lines count as typed by an
operator in the chat "terminal".`,
		Example: `  newsbell run --config config.toml
  echo "/subscribe climate" | newsbell run --json --for 60s`,
		Args: command.Args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c.Context(), command.StdioOf(c)) },
	}
	f.add(c)

	return c
}

func (f *runFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.config, "config", "", "configuration file (default "+config.DefaultFile+" if it is there)")
	c.Flags().BoolVar(&f.json, "json", false, "print what happens as JSON lines instead of the chat")
	c.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "log more")
	c.Flags().StringSliceVar(&f.roles, "roles", nil, "which jobs this process does, of those shared on a PostgreSQL database: poll, match, speak (default: what the configuration says)")
	c.Flags().Var((*durationFlag)(&f.length), "for", "stop cleanly after this time, such as 60s")
}

// durationFlag is a flag that takes a duration as the configuration does, days too. The
// zero value is shown as no default.
type durationFlag time.Duration

// errNoDuration is said of a flag that takes a duration.
var errNoDuration = errors.New(`it takes a time such as "60s", "5m", "48h" or "1d"`)

func (d *durationFlag) String() string {
	if *d == 0 {
		return ""
	}

	return time.Duration(*d).String()
}

func (*durationFlag) Type() string { return "duration" }

// Set takes the text of a flag.
func (d *durationFlag) Set(text string) error {
	length, err := config.ParseDuration(text)
	if err != nil || length <= 0 {
		return errNoDuration
	}

	*d = durationFlag(length)

	return nil
}

// setRoles takes the roles of the command line over.
func (f *runFlags) setRoles(c *config.Config) error {
	if f.roles == nil {
		return nil
	}

	for _, role := range f.roles {
		if !slices.Contains(config.Roles(), role) {
			return fmt.Errorf("--roles takes poll, match and speak, with commas between, not %q", role)
		}
	}

	c.Process.Roles = f.roles

	return c.CheckRoles()
}

// leastOpening is how long it may take to open the database, and to make it or bring it up
// to date, also with a shorter --for, which counts from then on.
const leastOpening = 30 * time.Second

func (f *runFlags) run(ctx context.Context, std command.Stdio) error {
	c, err := config.Load(f.config, os.Environ())
	if err != nil {
		return command.Usage(err)
	}

	if err := f.setRoles(&c); err != nil {
		return command.Usage(err)
	}

	level := new(slog.LevelVar)
	level.Set(f.logLevel(c.Log.Level, std.IsTerminal()))

	o := options{
		Version: version, In: std.In, Out: std.Out, Logs: terminal.NewLogWriter(std.Err), EditGap: cmp.Or(failpoint.EditGap(), editGap),
		Greet: true, AtTerminal: std.IsTerminal(),
	}
	if f.json {
		o.Out, o.Events = io.Discard, std.Out
	}

	o.Log = newLog(o.Logs, c.Log.Format, level)
	o.Reload = func() (config.Config, error) {
		now, err := c.LoadLater(f.config, os.Environ())
		if err == nil {
			err = f.setRoles(&now)
		}

		if err == nil {
			level.Set(f.logLevel(now.Log.Level, o.AtTerminal))
			c.TakeOver(&now) // for the next app, if this one loses its work
		}

		return now, err
	}

	for _, warning := range c.Warnings {
		o.Log.Warn(warning)
	}

	opening := ctx

	if f.length > 0 {
		var cancel context.CancelFunc

		opening, cancel = context.WithTimeout(ctx, max(f.length, leastOpening))
		defer cancel()
	}

	return f.runApps(ctx, opening, &c, o)
}

// reopenEvery is how often a process that has lost its work tries to begin again.
const reopenEvery = 2 * time.Second

// shortestFull and longestFull bound the pause of a process whose disk is full. It has to begin to see
// whether there is room, and then reads feeds that it can't note as read, and starts a session with Discord,
// which takes the token of a bot that starts too many in a day: so the pauses grow.
const (
	shortestFull = 10 * time.Second
	longestFull  = 5 * time.Minute
)

// pauseAfter returns how long to wait after an app that ran for so long ended with err, and the pause before
// it was last.
func pauseAfter(err error, ran, last time.Duration) time.Duration {
	switch {
	case !errors.Is(err, store.ErrFull):
		return 0
	case ran > longestFull: // there was room meanwhile
		return shortestFull
	default:
		return min(max(2*last, shortestFull), longestFull)
	}
}

// runApps runs an app, and another one whenever that has lost its work to another process, or the
// disk was full, until ctx ends. The first one has opened its database before opening ends. A reload changes c.
func (f *runFlags) runApps(ctx, opening context.Context, c *config.Config, o options) error {
	if c.Telegram.Token != "" || c.Discord.Token != "" { // whoever reads the log may go; the alerts go on
		signal.Ignore(syscall.SIGPIPE)
	}

	o.wasFull = new(atomic.Int64)
	o.hangUps = make(chan os.Signal, 1)

	signal.Notify(o.hangUps, syscall.SIGHUP) // also while there is no app, which it would end
	defer signal.Stop(o.hangUps)

	if !o.AtTerminal {
		typed := command.NewInput(o.In)
		o.input = typed.Reader
	}

	a, err := newApp(opening, *c, o)
	if isStopped(ctx, err) {
		return nil
	}

	if err != nil {
		return err
	}

	if f.length > 0 {
		var cancel context.CancelFunc

		ctx, cancel = context.WithTimeout(ctx, f.length)
		defer cancel()
	}

	for pause := time.Duration(0); ; {
		began := time.Now()

		err := a.Run(ctx)
		if !isLost(err) && !errors.Is(err, store.ErrFull) || o.AtTerminal {
			return errors.Join(err, a.Close())
		}

		_ = a.Close() // the server may be away

		if ctx.Err() != nil {
			return nil
		}

		pause = pauseAfter(err, time.Since(began), pause)
		o.Log.Warn("this process stopped its work and begins again", "because", err, "after", pause)

		if a, err = reopenApp(ctx, c, o, pause); a == nil {
			return err
		}
	}
}

// isStopped reports whether an error is that of a stop while something was beginning, which is
// no failure. A transaction whose context has ended may say only that it is over.
func isStopped(ctx context.Context, err error) bool {
	return err != nil && ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, sql.ErrTxDone))
}

// reopenApp makes an app after a pause, as soon as the server can be reached and the disk has room; nil
// without an error: ctx ended.
func reopenApp(ctx context.Context, c *config.Config, o options, pause time.Duration) (*app, error) {
	for {
		select {
		case <-ctx.Done():
			return nil, nil // there is neither
		case <-time.After(pause):
		}

		o.reloadForNext()

		a, err := newApp(ctx, *c, o)

		switch {
		case err == nil:
			return a, nil
		case ctx.Err() != nil:
			return nil, nil // there is neither
		case !errors.Is(err, store.ErrAway) && !errors.Is(err, store.ErrFull):
			return nil, err
		}

		pause = max(pause, reopenEvery)
	}
}

// reloadForNext reads the configuration anew if SIGHUP came while there was no app to do so.
func (o *options) reloadForNext() {
	select {
	case <-o.hangUps:
		if _, err := o.Reload(); err != nil {
			o.Log.Error(logNotReloaded, "error", err)
		}
	default:
	}
}

// logLevel returns the level of the log: in a chat on a terminal only what matters,
// unless more is asked for.
func (f *runFlags) logLevel(configured string, chatting bool) slog.Level {
	var level slog.Level

	_ = level.UnmarshalText([]byte(configured)) // the configuration takes only known ones

	switch {
	case f.verbose:
		return slog.LevelDebug
	case chatting && level == slog.LevelInfo:
		return slog.LevelError
	}

	return level
}

// newLog returns a log of a format, "text" or "json".
func newLog(w io.Writer, format string, level slog.Leveler) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}

	return slog.New(slog.NewTextHandler(w, o))
}

const logNotReloaded = "the configuration was not reloaded; the one before still holds"

// reloadOnHangUp reads the configuration anew at every SIGHUP, until ctx ends.
func (a *app) reloadOnHangUp(ctx context.Context) {
	for {
		select {
		case <-a.hangUps: // nil, and so never, where nothing can be reloaded
			a.reload(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// reload takes over sources, access, limits and operators. Everything else holds from
// the next start on. A configuration with a mistake changes nothing.
func (a *app) reload(ctx context.Context) {
	c, err := a.Reload()
	if err != nil {
		a.Log.Error(logNotReloaded, "error", err)
		return
	}

	for _, warning := range c.Warnings {
		a.Log.Warn(warning)
	}

	if err := a.store.Update(ctx, func(t *store.Tx) error { return errors.Join(t.Configure(c.SourceList()), reading.SyncBundles(t)) }); err != nil {
		a.Log.Error("the sources were not reloaded", "error", err)
		return
	}

	if keys := a.config.NeedStart(&c); len(keys) > 0 {
		a.Log.Warn("changed, but only a restart takes it over: " + strings.Join(keys, ", "))
	}

	a.bot.SetPolicy(policyOf(c))
	a.Log.Info("configuration reloaded", "sources", len(c.SourceList()), "operators", len(c.Operators), "access", c.Access)
}

// policyOf returns who may use the bot, and how much.
func policyOf(c config.Config) turn.Policy {
	return turn.Policy{
		Operators: append([]string{terminal.Platform + ":" + terminal.User}, c.Operators...), Access: c.Access, Allowed: c.Allowed,
		SubscriptionLimit: c.Limits.Subscriptions,
	}
}
