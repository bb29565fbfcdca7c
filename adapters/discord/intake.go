package discord

import (
	"context"
	"encoding/json"
	"runtime/debug"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"newsbell/adapters"
)

// stopLimit is how long what was begun may go on after a stop.
const stopLimit = 10 * time.Second

// intake takes what the gateway brings, while Run runs. Requests are answered
// each in a goroutine of its own; notices go one after the other, in order.
type intake struct {
	a *Adapter
	h adapters.Handler

	run     context.Context // of Run
	work    context.Context // of what was begun: it outlives the stop a little
	tasks   sync.WaitGroup
	notices chan func(context.Context)
	once    sync.Once // for registering the commands

	mu   sync.RWMutex // held for reading while an event is taken in
	done bool         // Run is over
}

func newIntake(a *Adapter, h adapters.Handler) *intake {
	return &intake{a: a, h: h, notices: make(chan func(context.Context), 4096)}
}

func (in *intake) start(run, work context.Context) {
	in.run, in.work = run, work
	in.tasks.Go(func() {
		for f := range in.notices {
			in.safely("a notice", func() { f(work) })
		}
	})
}

// wait lets what was begun finish, and cuts it off by stop after stopLimit.
func (in *intake) wait(stop func()) {
	in.mu.Lock()
	in.done = true
	in.mu.Unlock()
	close(in.notices)

	t := time.AfterFunc(stopLimit, stop)
	defer t.Stop()

	in.tasks.Wait()
}

// later queues f behind the notices before it.
func (in *intake) later(f func(context.Context)) { in.notices <- f }

// notice tells the conversation about an event, in order.
func (in *intake) notice(e *adapters.Event) {
	in.later(func(ctx context.Context) { in.h.Notice(ctx, e) })
}

// spawn runs f in a goroutine that Run waits for; a panic ends only f.
func (in *intake) spawn(what string, f func(context.Context)) {
	in.tasks.Go(func() { in.safely(what, func() { f(in.work) }) })
}

func (in *intake) safely(what string, f func()) {
	defer func() {
		if p := recover(); p != nil {
			in.a.log.Error("discord: a panic in "+what, "panic", p, "stack", string(debug.Stack()))
		}
	}()

	f()
}

// take is called by discordgo for each event, one after the other.
func (in *intake) take(l *line, e *discordgo.Event) {
	in.mu.RLock()
	defer in.mu.RUnlock()

	if name := eventName(e.Type); name != "" && !in.done {
		in.safely(name, func() { in.dispatch(l, name, e.RawData) })
	}
}

func (in *intake) dispatch(l *line, kind string, raw json.RawMessage) {
	switch kind {
	case "READY":
		in.ready(l, raw)
	case "RESUMED":
		l.setLive(true)
	case "INTERACTION_CREATE":
		in.interaction(raw, l.isLive())
	case "MESSAGE_CREATE":
		in.message(raw)
	case "GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE":
		in.guild(kind, raw)
	case "CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE", "THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE":
		in.channel(kind, raw)
	case "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE", "GUILD_MEMBER_UPDATE":
		in.rights(kind, raw)
	}
}

// ready takes in who the bot is and where.
func (in *intake) ready(l *line, raw json.RawMessage) {
	r, err := decode[struct {
		User        *user  `json:"user"`
		Resume      string `json:"resume_gateway_url"`
		Application *struct {
			ID string `json:"id"`
		} `json:"application"`
		Guilds []guild `json:"guilds"`
	}](raw)
	if err != nil {
		in.a.log.Warn("discord: reading READY", "error", err)
	}

	l.greeted(r.Resume)

	me := identity{}
	if r.User != nil {
		me.user = r.User.ID
	}

	if r.Application != nil {
		me.application = r.Application.ID
	}

	in.a.me.Store(&me)

	var ids []string
	if r.Guilds != nil {
		ids = []string{}
	}

	for _, g := range r.Guilds {
		ids = append(ids, g.ID)
	}

	in.later(func(ctx context.Context) { in.roll(ctx, ids) })
	in.once.Do(func() {
		in.spawn("registering commands", func(context.Context) { in.a.register(in.run) })
	})
}
