package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"newsbell/adapters/terminal"
	"newsbell/cli/command"
	"newsbell/cli/config"
	"newsbell/cli/demo"
	"newsbell/news"
	"newsbell/store"
)

// demoFlags are the flags of `newsbell demo`.
type demoFlags struct {
	news      string
	database  string
	subscribe []string
	json      bool
	model     bool // a stand-in for a language model answers
	verbose   bool
	pace      time.Duration // between two states, for a person at the terminal
	look      time.Duration // how long the news waits for their first subscription
}

func demoCommand() *cobra.Command {
	f := demoFlags{pace: readingPace, look: firstLook}

	c := &cobra.Command{
		Use:   "demo",
		Short: "See it work: the whole program on sample news, without a network",
		Long: `Run the whole program on files instead of the network. A server in this process
publishes DIR/000, DIR/001, … one after the other, as successive states of some feeds.
A file is a feed; a missing file answers 304; NAME.status has a status and headers to
answer with. 000 is the baseline: nothing in it alerts. The next state follows once
everything has been polled and sent. Without --news it publishes the built-in sample.
At a terminal the demo is a chat; elsewhere it gives a short tour.
With --model a stand-in shows what a language model adds. It is no language model: it
picks sentences of the articles by rules, in this process.`,
		Example: `  newsbell demo
  newsbell demo --model
  newsbell demo --news testnews --subscribe 'flood "river bank"' --json`,
		Args: command.Args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c.Context(), command.StdioOf(c)) },
	}
	c.Flags().StringVar(&f.news, "news", "", "folder with the states of the feeds (default: the built-in sample)")
	c.Flags().StringVar(&f.database, "database", "", "database file to use and keep (default: a temporary one)")
	c.Flags().StringArrayVar(&f.subscribe, "subscribe", nil, "subscribe to a query before the news begins; can be repeated")
	c.Flags().BoolVar(&f.json, "json", false, "print what happens as JSON lines instead of the chat")
	c.Flags().BoolVar(&f.model, "model", false, "answer about stories with a stand-in for a language model")
	c.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "log more")

	return c
}

func (f *demoFlags) run(ctx context.Context, std command.Stdio) error {
	return f.runAt(ctx, std, std.IsTerminal())
}

// databaseFile returns the demo's database, a temporary one where none is named; remove takes that
// away.
func (f *demoFlags) databaseFile() (path string, remove func(), err error) {
	if err := config.CheckDatabase(f.database); f.database != "" && err != nil {
		return "", nil, command.Usage(fmt.Errorf("--database %w", err))
	}

	if f.database != "" {
		return f.database, func() {}, nil
	}

	dir, err := os.MkdirTemp("", "newsbell-demo-")
	if err != nil {
		return "", nil, fmt.Errorf("make a temporary database: %w", err)
	}

	return filepath.Join(dir, "demo.db"), func() { _ = os.RemoveAll(dir) }, nil
}

// runAt runs the demo; interactive: a person is at the terminal.
func (f *demoFlags) runAt(ctx context.Context, std command.Stdio, interactive bool) (err error) {
	isTour := !f.json && f.news == "" && len(f.subscribe) == 0
	isGuided := isTour && interactive

	// Before anything else: a database takes a moment.
	if isTour {
		fmt.Fprintln(std.Out, "Newsbell demo: sample news of made-up outlets. No token, no network.")
	}

	states, err := f.states()
	if err != nil {
		return err
	}

	server, err := demo.NewServer(states)
	if errors.Is(err, demo.ErrNoState) {
		return command.Usage(err)
	}

	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()

	database, remove, err := f.databaseFile()
	if err != nil {
		return err
	}
	defer remove()

	c := demoConfig(database, server)

	stopModel, err := f.startModel(&c, std)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopModel()) }()

	a, err := newApp(ctx, c, f.options(std, server))
	if isStopped(ctx, err) {
		return nil
	}

	if err != nil {
		return err
	}

	d := f.newRun(a, server, std.Out, interactive)
	if isGuided {
		d.look = f.look
	}

	return f.runBeside(ctx, a, d, interactive)
}

// demoModelText says what answers in a demo with --model.
const demoModelText = "The model is a stand-in and no language model: it picks sentences of the articles."

// startModel starts the stand-in for a language model, if one is wanted, and has the program ask it.
func (f *demoFlags) startModel(c *config.Config, std command.Stdio) (stop func() error, err error) {
	if !f.model {
		return func() error { return nil }, nil
	}

	s, err := demo.NewStandIn()
	if err != nil {
		return nil, err
	}

	c.AI.URL, c.AI.Model = s.URL, "stand-in"

	if !f.json {
		fmt.Fprintln(std.Out, demoModelText)
	}

	return s.Close, nil
}

// runBeside runs the program while the demo tells of it. Where nobody types, the program ends
// with what is told.
func (f *demoFlags) runBeside(ctx context.Context, a *app, d *demoRun, interactive bool) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()

	ended := make(chan error, 1)
	go func() {
		ended <- d.tell(ctx, f.subscribe)

		if !interactive {
			stop()
		}
	}()

	err := a.Run(ctx)

	stop()

	return errors.Join(err, <-ended, a.Close())
}

// demoConfig returns the configuration of a demo: only the server's feeds, polled when the
// demo says so.
func demoConfig(database string, server *demo.Server) config.Config {
	c := config.Default()
	c.DefaultSources, c.Database = false, database
	c.Polling = config.Polling{AtOnce: 64, MinInterval: time.Hour, MaxInterval: 24 * time.Hour}

	for _, feed := range server.FeedURLs() {
		c.Sources = append(c.Sources, news.Source{URL: feed})
	}

	return c
}

// options returns what a demo's app runs with.
func (f *demoFlags) options(std command.Stdio, server *demo.Server) options {
	o := options{
		Version: version, In: std.In, Out: std.Out, Logs: terminal.NewLogWriter(std.Err),
		Dial: server.Dial, Polled: server.NotePolled,
	}
	o.Log = newLog(o.Logs, "text", map[bool]slog.Level{true: slog.LevelDebug, false: slog.LevelError}[f.verbose])

	if f.json {
		o.Out, o.Events = io.Discard, std.Out
	}

	return o
}

// newRun returns how the news of a demo is shown: at the pace of a reader, or with the tour
// for who only reads.
func (f *demoFlags) newRun(a *app, server *demo.Server, out io.Writer, interactive bool) *demoRun {
	d := &demoRun{app: a, server: server}
	if interactive && !f.json {
		d.pace = f.pace
	}

	if f.news == "" && len(f.subscribe) == 0 && !interactive {
		d.tour = demo.SampleTour()
		if !f.json {
			d.typed, d.pace = out, tourPace
		}
	}

	return d
}

// states returns the folder with the news, the built-in sample if none is named.
func (f *demoFlags) states() (fs.FS, error) {
	if f.news == "" {
		return demo.SampleNews()
	}

	if info, err := os.Stat(f.news); err != nil || !info.IsDir() {
		return nil, command.Usage(fmt.Errorf("--news takes a folder with the folders 000, 001, …; there is none at %s", f.news))
	}

	return os.DirFS(f.news), nil
}

// demoRun publishes the news of a demo.Server, state by state.
type demoRun struct {
	app    *app
	server *demo.Server
	pace   time.Duration    // between two states
	look   time.Duration    // how long a person is waited for, 0: nobody is there
	tour   map[int][]string // lines to type before a state is shown
	typed  io.Writer        // where typed lines are echoed, nil nowhere
}

// What a person gets to read between two states: at a terminal, and in the tour.
const (
	readingPace = 3 * time.Second
	tourPace    = 700 * time.Millisecond
	// unsavedFor is how long a poll under way is waited for when another one is saved.
	unsavedFor = 10 * time.Second
	// firstLook is how long the news waits for a first subscription.
	firstLook = 5 * time.Second
)

// What a person at the terminal reads of the demo itself.
const (
	demoHintText  = "This terminal is the chat. Type /subscribe and what you want to follow, such as\n/subscribe storm. If you only look, I'll begin in a moment."
	demoEndText   = "That was all the news in the folder. Try /list, /why 1 or /help, or leave with Ctrl-C."
	demoAgainText = "That was all the sample news. It comes round again when you subscribe to something\nelse, such as /subscribe storm. Or try /list, /why 1 or /help; Ctrl-C leaves."
	demoQuery     = `"north korea", pyongyang, kim`
)

// welcome greets a person and waits until they subscribe to something; after a while it
// subscribes for them.
func (d *demoRun) welcome(ctx context.Context) error {
	d.say(ctx, "/start")
	d.app.Show(ctx, demoHintText)

	wait, cancel := context.WithTimeout(ctx, d.look)
	defer cancel()

	subscribed, err := d.awaitSubscription(wait, 0)
	if err != nil || subscribed || ctx.Err() != nil {
		return ignoreStop(ctx, err)
	}

	d.app.Show(ctx, "> /subscribe "+demoQuery)
	d.say(ctx, "/subscribe "+demoQuery)

	return nil
}

// awaitSubscription waits until the terminal's chat has a subscription with a number
// above one, and reports whether it has before ctx ends.
func (d *demoRun) awaitSubscription(ctx context.Context, above int) (subscribed bool, err error) {
	for {
		newest, err := d.newestSubscription(ctx)
		if ctx.Err() != nil {
			return false, nil
		}

		if err != nil || newest > above {
			return newest > above, err
		}

		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return false, nil
		}
	}
}

// newestSubscription returns the highest number of what the terminal's chat follows, 0 if it
// follows nothing.
func (d *demoRun) newestSubscription(ctx context.Context) (newest int, err error) {
	here := terminal.ChatInfo().Chat

	err = d.app.Store().View(ctx, func(t *store.Tx) error {
		chat, err := t.Chat(here.Platform, here.Address)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}

		if err != nil {
			return err
		}

		all, err := t.Subscriptions(chat.ID)
		for _, s := range all {
			newest = max(newest, s.Number)
		}

		return err
	})

	return newest, err
}

// tell shows the news. A person at the terminal gets it once more whenever they have
// subscribed to something since.
func (d *demoRun) tell(ctx context.Context, subscribe []string) error {
	if err := d.publish(ctx, subscribe); err != nil || d.pace == 0 || d.typed != nil {
		return err
	}

	if d.look == 0 {
		d.app.Show(ctx, demoEndText)
		return nil
	}

	for round := 1; ; round++ {
		// Whoever reads the text may have subscribed before it is looked.
		had, err := d.newestSubscription(ctx)
		if err != nil {
			return ignoreStop(ctx, err)
		}

		d.app.Show(ctx, demoAgainText)

		if again, err := d.awaitSubscription(ctx, had); err != nil || !again {
			return err
		}

		for state := 1; state < d.server.StateCount(); state++ {
			if err := d.turn(ctx, round, state); err != nil {
				return err
			}

			if !d.rest(ctx) {
				return nil
			}
		}
	}
}

// rest waits for as long as a reader needs; false: the demo was stopped.
func (d *demoRun) rest(ctx context.Context) bool {
	select {
	case <-time.After(d.pace):
		return true
	case <-ctx.Done():
		return false
	}
}

// publish shows all states, one after the other.
func (d *demoRun) publish(ctx context.Context, subscribe []string) error {
	for _, query := range subscribe {
		d.say(ctx, "/subscribe "+query)
	}

	for state := range d.server.StateCount() {
		for _, line := range d.tour[state] {
			d.say(ctx, line)
		}

		if err := d.turn(ctx, 0, state); err != nil {
			return err
		}

		if state == 0 && d.look > 0 { // the baseline is there, so that /preview has something
			if err := d.welcome(ctx); err != nil {
				return err
			}

			continue
		}

		if !d.rest(ctx) {
			return nil
		}
	}

	for _, line := range d.tour[d.server.StateCount()] {
		d.say(ctx, line)
	}

	return d.settle(ctx)
}

func (d *demoRun) say(ctx context.Context, line string) {
	if d.typed != nil {
		fmt.Fprintf(d.typed, "> %s\n", line)
	}

	d.app.Type(ctx, line)
}

// turn shows a state and waits until everything has been polled and sent.
func (d *demoRun) turn(ctx context.Context, round, state int) error {
	d.server.Show(round, state)

	if err := d.app.Store().Update(ctx, (*store.Tx).PollNow); err != nil {
		return ignoreStop(ctx, err)
	}

	return d.settle(ctx)
}

// settle waits until every source was polled in this state, and nothing waits to
// be matched or told.
func (d *demoRun) settle(ctx context.Context) error {
	// A request that was made twice for one poll is not waited for any longer.
	patience := time.Now().Add(unsavedFor)

	for {
		settled := true

		err := d.app.Store().View(ctx, func(t *store.Tx) error {
			// A feed that is gone for good is polled no more.
			all, err := t.Sources()
			for _, source := range all {
				settled = settled && d.server.Polled(source.URL) && (!d.server.Asked(source.URL) || time.Now().After(patience))
			}

			return err
		})
		if err == nil && settled {
			// In a snapshot of its own: a poll may have been saved since the one above.
			settled, err = store.Read(ctx, d.app.Store(), (*store.Tx).Settled)
		}

		if err != nil || settled {
			return ignoreStop(ctx, err)
		}

		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return nil
		}
	}
}

// ignoreStop returns nil when an error only tells that the demo was stopped.
func ignoreStop(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}

	return err
}
