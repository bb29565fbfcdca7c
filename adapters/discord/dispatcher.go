package discord

import (
	"context"
	"runtime/debug"
	"sync"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/discord/gateway"
)

// stopLimit is how long what was begun may go on after a stop.
const stopLimit = 10 * time.Second

// noticeQueue is how many notices may wait for the conversation.
const noticeQueue = 4096

// dispatcher takes the gateway's events while Run runs. Requests are answered
// each in a goroutine of its own; notices go one after the other, in order.
type dispatcher struct {
	a *Adapter
	h adapters.Handler

	tasks   sync.WaitGroup
	notices chan func(context.Context)
	ready   chan struct{} // closed by the first READY
	once    sync.Once     // for closing it
}

func newDispatcher(a *Adapter, h adapters.Handler) *dispatcher {
	return &dispatcher{a: a, h: h, notices: make(chan func(context.Context), noticeQueue), ready: make(chan struct{})}
}

// start begins to pass notices on.
func (d *dispatcher) start(ctx context.Context) {
	d.tasks.Go(func() {
		for f := range d.notices {
			d.safely("a notice", func() { f(ctx) })

			if len(d.notices) == 0 {
				d.a.saveGuilds(ctx)
			}
		}
	})
}

// wait lets what was begun finish, and cuts it off by stop after stopLimit. The
// gateway must be closed before.
func (d *dispatcher) wait(stop func()) {
	close(d.notices)

	t := time.AfterFunc(stopLimit, stop)
	defer t.Stop()

	d.tasks.Wait()
}

// later queues f behind the notices before it.
func (d *dispatcher) later(f func(context.Context)) { d.notices <- f }

// notify passes an event on to the conversation, in order.
func (d *dispatcher) notify(e *adapters.Event) {
	d.later(func(ctx context.Context) { d.h.Notice(ctx, e) })
}

// spawn runs f in a goroutine that Run waits for; a panic ends only f.
func (d *dispatcher) spawn(what string, f func()) {
	d.tasks.Go(func() { d.safely(what, f) })
}

func (d *dispatcher) safely(what string, f func()) {
	defer func() {
		if p := recover(); p != nil {
			d.a.log.Error("discord: a panic in "+what, "panic", p, "stack", string(debug.Stack()))
		}
	}()

	f()
}

// dispatch takes one event. What it starts runs under ctx.
func (d *dispatcher) dispatch(ctx context.Context, e gateway.Event) {
	d.safely(e.Name, func() {
		switch e.Name {
		case "READY":
			d.takeReady(e)
		case "INTERACTION_CREATE":
			d.takeInteraction(ctx, e.Data, !e.Replayed)
		case "MESSAGE_CREATE":
			d.takeMessage(ctx, e.Data)
		case "GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE":
			d.takeGuild(e)
		case "CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE", "THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE":
			d.takeChannel(e.Name, e.Data)
		case "GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE", "GUILD_MEMBER_UPDATE":
			d.takeRights(e.Name, e.Data)
		}
	})
}

// takeReady takes in who the bot is, and in which servers of the shard.
func (d *dispatcher) takeReady(e gateway.Event) {
	r, err := decodeJSON[struct {
		User        *user `json:"user"`
		Application *struct {
			ID string `json:"id"`
		} `json:"application"`
		Guilds []guild `json:"guilds"`
	}](e.Data)
	if err != nil {
		d.a.log.Warn("discord: reading READY", "error", err)
	}

	me := identity{}
	if r.User != nil {
		me.user = r.User.ID
	}

	if r.Application != nil {
		me.application = r.Application.ID
	}

	d.a.me.Store(&me)

	var ids []string
	if r.Guilds != nil {
		ids = []string{}
	}

	for _, g := range r.Guilds {
		ids = append(ids, g.ID)
	}

	d.later(func(ctx context.Context) { d.compareGuilds(ctx, e.Shard, e.Shards, ids) })
	d.once.Do(func() { close(d.ready) })
}
