package discord

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/adapterstest"
	"newsbell/adapters/discord/gateway"
	"newsbell/adapters/discord/rest"
	"newsbell/adapters/discordtest"
	"newsbell/adapters/gate"
	"newsbell/internal/porttest"
)

// table is a command table like the program's.
var table = []adapters.Command{
	{Name: "subscribe", Summary: "Follow the news about something", Options: []adapters.Option{
		{Name: "query", Summary: "What to follow", Required: true},
		{Name: "to", Summary: "Where alerts go", Kind: adapters.ChannelOption},
		{Name: "when", Summary: "When they come", Choices: []adapters.Choice{{Label: "At once", Value: "now"}, {Label: "Every evening", Value: "evening"}}},
		{Name: "ping", Summary: "Whom to ping", Kind: adapters.RoleOption},
	}},
	{Name: "unsubscribe", Summary: "Stop following", Options: []adapters.Option{{Name: "which", Summary: "Number or query", Complete: true}}},
	{Name: "list", Summary: "What this chat follows", Personal: true},
	{Name: "status", Summary: "Is it working", Manage: true},
	{Name: "sources", Summary: "Where news comes from", Subcommands: []adapters.Command{
		{Name: "list", Summary: "All sources"},
		{Name: "add", Summary: "Add one", Options: []adapters.Option{{Name: "url", Summary: "Its address", Required: true}}},
	}},
}

// brain is a conversation that a test scripts.
type brain struct {
	answer   func(context.Context, *adapters.Request) *adapters.Message
	complete func(*adapters.Request) []adapters.Choice

	mu       sync.Mutex
	changed  chan struct{}
	requests []*adapters.Request
	answered []error
	events   []*adapters.Event
	keys     map[string]int
}

func newBrain(answer func(context.Context, *adapters.Request) *adapters.Message) *brain {
	return &brain{answer: answer, changed: make(chan struct{}), keys: map[string]int{}}
}

func (b *brain) note(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()

	f()
	close(b.changed)
	b.changed = make(chan struct{})
}

func (b *brain) Answer(ctx context.Context, r *adapters.Request) *adapters.Message {
	seen := 0

	b.note(func() {
		noted := *r
		noted.Show = nil // it holds for this answer only
		b.requests = append(b.requests, &noted)
		seen = b.keys[r.Key]
		b.keys[r.Key]++
	})

	if seen > 0 {
		return nil
	}

	return b.answer(ctx, r)
}

func (b *brain) Answered(_ context.Context, _ *adapters.Request, _ *adapters.Message, err error) {
	b.note(func() { b.answered = append(b.answered, err) })
}

func (b *brain) Complete(_ context.Context, r *adapters.Request) []adapters.Choice {
	if b.complete == nil {
		return nil
	}

	return b.complete(r)
}

func (b *brain) Notice(_ context.Context, e *adapters.Event) {
	b.note(func() { b.events = append(b.events, e) })
}

// await waits until ok, under the lock. It asks anew when the brain has heard something: what else ok
// looks at must have changed before that.
func (b *brain) await(t *testing.T, what string, ok func() bool) {
	t.Helper()

	limit := time.After(2 * time.Minute)

	for {
		b.mu.Lock()
		done, changed := ok(), b.changed
		b.mu.Unlock()

		if done {
			return
		}

		select {
		case <-changed:
		case <-limit:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func (b *brain) last(t *testing.T) *adapters.Request {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()

	if len(b.requests) == 0 {
		t.Fatal("no request came")
	}

	return b.requests[len(b.requests)-1]
}

// pace notes what the adapter says about pace.
type pace struct {
	mu    sync.Mutex
	holds map[adapters.Chat]time.Duration
}

func (p *pace) Hold(chat adapters.Chat, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()

	if p.holds == nil {
		p.holds = map[adapters.Chat]time.Duration{}
	}

	p.holds[chat] = max(p.holds[chat], d)
}

func (p *pace) HoldChat(chat adapters.Chat, d time.Duration) { p.Hold(chat, d) }

func (p *pace) Take(ctx context.Context, _ uint64, _ bool, _ gate.Class) error { return ctx.Err() }

func (p *pace) held(chat adapters.Chat) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.holds[chat]
}

// rig is a fake and an adapter on it.
type rig struct {
	f    *discordtest.Fake
	a    *Adapter
	b    *brain
	gate *pace
	keep *adapterstest.Cursors
	log  *slog.Logger
	wait func() error // until Run ends by itself
	stop func() error

	listener net.Listener
	idle     func() // closes idle connections, in a bubble
}

// newRig starts a fake with an adapter. Beside a bubble nothing has to come within Discord's
// three seconds: a busy machine takes them.
func newRig(t *testing.T, o discordtest.Options) *rig {
	t.Helper()

	if o.Listener == nil {
		o.AnswerWithin = cmp.Or(o.AnswerWithin, time.Minute)
	}

	f := discordtest.Start(o)
	t.Cleanup(f.Close)
	r := &rig{f: f, listener: o.Listener, gate: &pace{}, keep: &adapterstest.Cursors{}, b: newBrain(func(_ context.Context, r *adapters.Request) *adapters.Message {
		return &adapters.Message{Text: adapters.Say("You said " + r.Command + " " + r.Options["query"])}
	})}
	r.log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	r.a = r.adapter()

	return r
}

func (r *rig) adapter() *Adapter {
	c := Config{Token: r.f.Token, APIURL: r.f.APIURL, Commands: table, Pace: r.gate, Cursors: r.keep, Log: r.log}
	if r.listener == nil {
		c.AnswerWithin = time.Minute
	}

	a := New(c)

	a.times = gateway.Times{
		Backoff: 20 * time.Millisecond, MaxBackoff: 200 * time.Millisecond, Settled: time.Second,
		IdentifyEvery: 20 * time.Millisecond, InvalidMax: 20 * time.Millisecond, Open: time.Minute,
	}
	if wire, ok := r.listener.(*porttest.Pipes); ok {
		a.net.Direct = wire.Dial
		transport := a.net.Transport()
		a.rest = rest.New(r.f.Token, r.f.APIURL, transport)
		r.idle = transport.CloseIdleConnections
	}

	return a
}

// inBubble runs a test in a synctest bubble, with Discord's own times.
func inBubble(t *testing.T, o discordtest.Options, f func(*testing.T, *rig)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o.Listener = porttest.NewPipes()
		r := newRig(t, o)
		r.a.times = gateway.DefaultTimes()
		f(t, r)

		if r.stop != nil {
			if err := r.stop(); err != nil {
				t.Error(err)
			}
		}

		r.idle()
	})
}

// run runs the adapter until the test ends, and waits until it is connected.
func (r *rig) run(t *testing.T) *rig {
	t.Helper()
	r.start(t)
	r.f.Await()
	r.f.AwaitCommands()

	return r
}

func (r *rig) start(t *testing.T) {
	t.Helper()

	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})

	var err error
	go func() { err = r.a.Run(ctx, r.b); close(done) }()

	r.wait = func() error { <-done; return err }
	r.stop = func() error { cancel(); return r.wait() }

	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Logf("Run: %v", err)
		}
	})
}

// awaitDeferral waits until the answer to a request was put off.
func (r *rig) awaitDeferral(t *testing.T, q *adapters.Request) {
	t.Helper()

	path := "/interactions/" + strings.TrimPrefix(q.Key, "discord:") + "/"

	r.eventually(t, "true", func() string {
		for _, call := range r.f.Requests() {
			if strings.HasPrefix(call.Path, path) {
				return "true"
			}
		}

		return "false"
	})
}

func TestACommandIsAnswered(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})
	desk := r.f.Server("Desk")
	general := desk.Text("general")
	ada := r.f.Person("Ada")
	r.run(t)

	if got, want := desk.Join(ada).In(general).Runs("/subscribe", "query", "drone"), "You said subscribe drone"; got != want {
		t.Errorf("in a server: %q, want %q", got, want)
	}

	if got, want := ada.Alone().Runs("/subscribe", "query", "kyiv"), "You said subscribe kyiv"; got != want {
		t.Errorf("alone: %q, want %q", got, want)
	}

	if c := r.f.Complaints(); c != nil {
		t.Error(c)
	}
}

func TestAnAlertGoesToAPersonAndToAChannel(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})
	desk := r.f.Server("Desk")
	general := desk.Text("general")
	ada := r.f.Person("Ada")

	m := &adapters.Message{Alert: sampleAlert(), Nonce: "n1", Buttons: [][]adapters.Button{{{Label: "Why", Data: "why 1"}}}}
	for _, to := range []string{general.ID, "@" + ada.ID} {
		ref, err := r.a.Send(t.Context(), adapters.Chat{Platform: "discord", Address: to}, m)
		if err != nil || ref == "" {
			t.Errorf("Send to %s: %q, %v", to, ref, err)
		}
	}

	want := "< [Drone \\*strike\\* hits port](https://example.org/a?b=c)\n  **Daily Bell** · <ago>\n\n  Two ships burnt.\n  Also in: Other · Third\n  thumbnail https://example.org/i.jpg\n  — #2 drone\n  [Why]\n"
	for _, c := range []*discordtest.Channel{general, ada.Direct()} {
		if got := c.Transcript(); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

func sampleAlert() *adapters.Alert {
	return &adapters.Alert{
		Title: "Drone *strike* hits port", URL: "https://example.org/a?b=c", Outlet: "Daily Bell",
		Published: time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC), Summary: "Two ships burnt.", Image: "https://example.org/i.jpg",
		Matched: []string{"Drone"}, Follows: []adapters.Follow{{Number: 2, Query: "drone"}}, Also: []adapters.Also{{Outlet: "Other"}, {Outlet: "Third"}},
	}
}
