package telegram

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"newsbell/adapters"
)

const (
	// maxChats is how many requests the handler has at the same time. Answers on
	// their way do not count: one may hang.
	maxChats = 16
	// stopGrace is what an answer in work gets to finish when the program stops.
	stopGrace = 10 * time.Second
)

// crew works off what came in: of one chat in order, of several side by side.
type crew struct {
	a     *Adapter
	h     adapters.Handler
	slots chan struct{}

	mu     sync.Mutex
	queues map[int64][]*incoming // a chat is in here while somebody works on it

	wg sync.WaitGroup // workers and what they started
}

func newCrew(a *Adapter, h adapters.Handler) *crew {
	return &crew{a: a, h: h, slots: make(chan struct{}, maxChats), queues: map[int64][]*incoming{}}
}

// add hands out one update. It is done in the window once it was handled.
func (c *crew) add(ctx context.Context, in *incoming, w *window) {
	if in.request == nil && in.event == nil && in.callback == "" {
		w.done(in.update)
		return
	}

	c.mu.Lock()
	defer c.mu.Unlock()

	queue, busy := c.queues[in.queue]

	c.queues[in.queue] = append(queue, in)
	if !busy {
		c.wg.Go(func() { c.work(ctx, in.queue, w) })
	}
}

// work does a chat's queue until it is empty. What is not begun when the
// program stops stays unconfirmed, and comes again.
func (c *crew) work(ctx context.Context, chat int64, w *window) {
	for {
		c.mu.Lock()

		queue := c.queues[chat]
		if len(queue) == 0 {
			delete(c.queues, chat)
			c.mu.Unlock()

			return
		}

		in := queue[0]
		c.queues[chat] = queue[1:]
		c.mu.Unlock()

		select {
		case <-ctx.Done():
			return
		case c.slots <- struct{}{}:
		}

		release := sync.OnceFunc(func() { <-c.slots })
		handled := ctx.Err() == nil && c.handle(ctx, in, release)
		release()

		if !handled {
			return
		}

		w.done(in.update)
	}
}

// handle does one update and tells whether it is over and done with. A panic is
// a bug of ours; the update that met it must not meet it again after a restart.
func (c *crew) handle(stop context.Context, in *incoming, release func()) (handled bool) {
	ctx, cancel := graced(stop, stopGrace)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			c.a.log.Error("bug: handling an update panicked", "update", in.update, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))

			handled = true
		}
	}()

	if in.event != nil {
		c.h.Notice(ctx, in.event)
		return true
	}

	return c.answer(ctx, stop, in, release)
}

// answer asks the handler, releases its slot and sends what it says.
func (c *crew) answer(ctx, stop context.Context, in *incoming, release func()) bool {
	press := &press{id: in.callback}
	finished := make(chan struct{})

	c.wg.Go(func() { c.a.showWork(stop, in, press, finished) })

	var m *adapters.Message

	func() {
		defer close(finished)

		if in.request != nil {
			m = c.ask(ctx, in)
		}
	}()
	release()

	if m != nil && c.a.popup(ctx, in.request, press, m) {
		c.h.Answered(context.WithoutCancel(ctx), in.request, m, nil)
		return true
	}

	c.wg.Go(func() { _ = c.a.acknowledge(stop, press, "") })

	if m == nil {
		return true
	}

	err := c.a.reply(ctx, in, m)
	c.h.Answered(context.WithoutCancel(ctx), in.request, m, err)

	if err != nil {
		c.a.log.Warn("an answer could not be sent", "chat", in.request.Chat.String(), "err", err)
	}

	return err == nil || stop.Err() == nil
}

func (c *crew) ask(ctx context.Context, in *incoming) *adapters.Message {
	if in.document == nil {
		return c.h.Answer(ctx, in.request)
	}

	file, sorry := c.a.fetchFile(ctx, in.document)
	if sorry != "" {
		return &adapters.Message{Text: adapters.Say(sorry)}
	}

	in.request.File = file

	return c.h.Answer(ctx, in.request)
}

// graced is a context that ends d after its parent does.
func graced(parent context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(parent))

	var (
		timer *time.Timer
		mu    sync.Mutex
	)

	stop := context.AfterFunc(parent, func() {
		mu.Lock()
		defer mu.Unlock()

		timer = time.AfterFunc(d, cancel)
	})

	return ctx, func() {
		stop()
		mu.Lock()
		defer mu.Unlock()

		if timer != nil {
			timer.Stop()
		}

		cancel()
	}
}
