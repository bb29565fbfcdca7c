package telegram_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/adapterstest"
	"newsbell/adapters/gate"
	"newsbell/adapters/telegram"
	"newsbell/adapters/telegramtest"
)

// conversation is a small bot: what it says depends on what it is told, so that
// every way of answering can be reached from a chat.
type conversation struct {
	mu       sync.Mutex
	requests []adapters.Request
	events   []adapters.Event
	answered map[string]int   // by key: answers that arrived
	failed   map[string]error // by key: the last that did not

	answer func(ctx context.Context, r *adapters.Request) *adapters.Message
}

func (c *conversation) Answer(ctx context.Context, r *adapters.Request) *adapters.Message {
	c.mu.Lock()
	c.requests = append(c.requests, *r)
	done := c.answered[r.Key] > 0
	c.mu.Unlock()

	if done {
		return nil
	}

	if c.answer != nil {
		return c.answer(ctx, r)
	}

	return standard(ctx, r)
}

func (c *conversation) Answered(_ context.Context, r *adapters.Request, _ *adapters.Message, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()

	if err != nil {
		c.failed[r.Key] = err
		return
	}

	c.answered[r.Key]++
}

func (c *conversation) Complete(context.Context, *adapters.Request) []adapters.Choice { return nil }

func (c *conversation) Notice(_ context.Context, e *adapters.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()

	c.events = append(c.events, *e)
}

func (c *conversation) Requests() []adapters.Request {
	c.mu.Lock()
	defer c.mu.Unlock()

	return append([]adapters.Request(nil), c.requests...)
}

func (c *conversation) Events() []adapters.Event {
	c.mu.Lock()
	defer c.mu.Unlock()

	return append([]adapters.Event(nil), c.events...)
}

// standard returns the conversation that most tests hold.
func standard(ctx context.Context, r *adapters.Request) *adapters.Message {
	switch {
	case r.Kind == adapters.PressRequest && r.Data == "more":
		return &adapters.Message{Text: adapters.Say("What now?"), Replace: true, ButtonsOnly: true, Buttons: row("Why", "why")}
	case r.Kind == adapters.PressRequest && r.Data == "undo":
		return &adapters.Message{Text: adapters.Say("Undone."), Replace: true}
	case r.Kind == adapters.PressRequest:
		return &adapters.Message{Text: adapters.Say("You pressed " + r.Data)}
	case r.Kind == adapters.FileRequest:
		return &adapters.Message{Text: adapters.Say(fmt.Sprintf("Got %s, %d bytes.", r.File.Name, len(r.File.Body)))}
	case r.Kind == adapters.TextRequest:
		return &adapters.Message{Text: adapters.Say("Follow " + r.Text + "?"), Buttons: row("Subscribe", "sub")}
	}

	switch r.Command {
	case "subscribe":
		return answerSubscribe(r)
	case "slow":
		sleep(ctx, 7*time.Second)
		return &adapters.Message{Text: adapters.Say("That took a while.")}
	case "group":
		return &adapters.Message{Text: adapters.Say("Please go on in private."), Buttons: [][]adapters.Button{{{Label: "Go on", Start: "TOKEN_1"}}}}
	case "export":
		return &adapters.Message{Text: adapters.Say("Here you are."), File: &adapters.File{Name: "newsbell.opml", Body: []byte("<opml/>")}}
	case "start":
		return &adapters.Message{Text: adapters.Say("Welcome, " + r.User.Name + ". " + r.Text)}
	case "more":
		return &adapters.Message{Text: adapters.Say("News."), Buttons: row("More…", "more")}
	case "nothing":
		return nil
	}

	return &adapters.Message{Text: adapters.Say("You said /" + r.Command + " " + r.Text)}
}

func answerSubscribe(r *adapters.Request) *adapters.Message {
	if r.Text == "" {
		return &adapters.Message{Text: adapters.Say("What do you want to follow?"), Ask: "words"}
	}

	return &adapters.Message{
		Text:    adapters.Text{{adapters.Plain("Following "), adapters.Bold(r.Text), adapters.Plain(".")}},
		Buttons: row("Undo", "undo"),
	}
}

func row(label, data string) [][]adapters.Button {
	return [][]adapters.Button{{{Label: label, Data: data}}}
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()

	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

var table = []adapters.Command{
	{Name: "subscribe", Aliases: []string{"sub", "follow"}, Summary: "follow something", ForMembers: true},
	{Name: "slow", Summary: "take a while"},
	{Name: "group", Summary: "go on in private"},
	{Name: "export", Summary: "get a file"},
	{Name: "pause", Summary: "be quiet", Manage: true, Generic: true},
	{Name: "start", Summary: "begin"},
}

// fixture is a bot, a Telegram and what they keep.
type fixture struct {
	t       *testing.T
	tg      *telegramtest.Server
	bot     *telegram.Adapter
	talk    *conversation
	handler adapters.Handler // nil: talk
	cursors *adapterstest.Cursors
	config  telegram.Config
	log     *logbook
	bubble  bool
	gate    *gate.Gate

	stop func() error
}

// logbook is what an operator reads.
type logbook struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.buf.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.buf.String()
}

func (l *logbook) count(s string) int { return strings.Count(l.String(), s) }

// inBubble runs a test with a fake over pipes, in a bubble of its own time.
func inBubble(t *testing.T, opts telegramtest.Options, test func(h *fixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := newFixture(t, opts)
		h.bubble = true
		rt := h.tg.Transport()
		h.config.Transport, h.config.APIURL = rt, "http://telegram.test"
		h.start()
		test(h)
		h.end()
		rt.CloseIdleConnections()
		h.tg.Close()

		if !t.Failed() {
			h.check()
		}
	})
}

func newFixture(t *testing.T, opts telegramtest.Options) *fixture {
	h := &fixture{t: t, tg: telegramtest.New(opts), cursors: &adapterstest.Cursors{}, log: &logbook{}, gate: gate.New(gate.Limits{})}
	h.talk = &conversation{answered: map[string]int{}, failed: map[string]error{}}
	h.config = telegram.Config{
		Token: h.tg.Token(), Commands: table, Cursors: h.cursors, Gate: h.gate,
		Log: slog.New(slog.NewTextHandler(h.log, nil)),
	}

	return h
}

// start starts a bot, as a new process would.
func (h *fixture) start() {
	h.bot = telegram.New(h.config)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)

	var handler adapters.Handler = h.talk
	if h.handler != nil {
		handler = h.handler
	}

	bot := h.bot
	go func() { done <- bot.Run(ctx, handler) }()

	h.stop = func() error {
		cancel()
		return <-done
	}
}

func (h *fixture) end() {
	if err := h.stop(); err != nil {
		h.t.Errorf("Run: %v", err)
	}
}

// settle waits until the bot has handled all.
func (h *fixture) settle() {
	h.t.Helper()

	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()

	if err := h.tg.Settle(ctx); err != nil {
		h.t.Fatalf("the bot has not handled everything: %v\n%s", err, h.log)
	}

	if h.bubble {
		synctest.Wait() // also for what nobody waits for
	}
}

// check is true of every test.
func (h *fixture) check() {
	if c := h.tg.Complaints(); len(c) > 0 {
		h.t.Errorf("the real server would read this otherwise: %q", c)
	}

	if strings.Contains(h.log.String(), "AAtest") {
		h.t.Errorf("the token is in the log:\n%s", h.log)
	}

	for _, c := range h.tg.Calls("") {
		if c.Length < 0 {
			h.t.Errorf("%s was posted without a length", c.Method)
		}
	}
}

func (h *fixture) transcript(got, want string) {
	h.t.Helper()

	if got, want := strings.TrimSpace(got), strings.TrimSpace(want); got != want {
		h.t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func idOf(u *telegramtest.User) string      { return fmt.Sprint(u.ID) }
func addressOf(c *telegramtest.Chat) string { return fmt.Sprint(c.ID) }
func chatOf(c *telegramtest.Chat) adapters.Chat {
	return adapters.Chat{Platform: "telegram", Address: addressOf(c)}
}

func mustSend(t *testing.T, h *fixture, to adapters.Chat, m *adapters.Message) string {
	t.Helper()

	ref, err := h.bot.Send(context.Background(), to, m)
	if err != nil {
		t.Errorf("Send: %v", err)
	}

	return ref
}

// lastIn returns the newest text in a topic.
func (h *fixture) lastIn(topic *telegramtest.Topic) string {
	text := ""

	for _, m := range topic.Chat.Messages() {
		if m.Topic == topic.ID {
			text = m.Text
		}
	}

	return text
}

func (h *fixture) wantFate(to adapters.Chat, m *adapters.Message, fate adapters.Fate, reason string) *adapters.SendError {
	h.t.Helper()

	_, err := h.bot.Send(context.Background(), to, m)
	if err == nil {
		h.t.Errorf("Send succeeded, want %v", fate)
		return &adapters.SendError{}
	}

	e, ok := err.(*adapters.SendError)
	if !ok || e.Fate != fate || e.Reason != reason {
		h.t.Errorf("Send: %v, want %v: %s", err, fate, reason)
	}

	return e
}

func (h *fixture) wantRights(chat adapters.Chat, u *telegramtest.User, manage bool, missing ...string) {
	h.t.Helper()

	r, err := h.bot.Rights(context.Background(), chat, idOf(u))
	if err != nil {
		h.t.Errorf("Rights: %v", err)
	}

	if r.Manage != manage || strings.Join(r.Missing, ",") != strings.Join(missing, ",") {
		h.t.Errorf("Rights of %s: %+v, want %v, missing %v", u.Name, r, manage, missing)
	}
}

// wantListening looks at what another process would find: the bot listens (""), or
// has a problem that contains this.
func (h *fixture) wantListening(problem string) {
	h.t.Helper()

	l, ok, err := adapters.LoadListening(context.Background(), h.cursors, "telegram")
	if err != nil || !ok {
		h.t.Errorf("nothing is known of the bot's listening: %v", err)
		return
	}

	if (problem == "") != (l.Problem == "") || !strings.Contains(l.Problem, problem) || time.Since(l.At) > 2*adapters.ListeningEvery {
		h.t.Errorf("the bot's listening is %+v, %s ago; want the problem %q", l, time.Since(l.At), problem)
	}
}

func (h *fixture) wantKinds(want ...adapters.EventKind) {
	h.t.Helper()

	var got []adapters.EventKind
	for _, e := range h.talk.Events() {
		got = append(got, e.Kind)
	}

	if fmt.Sprint(got) != fmt.Sprint(want) {
		h.t.Errorf("events %v, want %v: %+v", got, want, h.talk.Events())
	}
}
