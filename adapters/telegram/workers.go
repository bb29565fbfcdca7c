package telegram

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/telegram/offsets"
)

const (
	// maxHandling is how many requests the handler has at the same time. Answers
	// on their way do not count: one may hang.
	maxHandling = 16
	// stopGrace is what a request being answered gets to finish when the program
	// stops.
	stopGrace = 10 * time.Second
)

// workers handle what came in: the updates of one chat in order, several chats
// side by side.
type workers struct {
	a       *Adapter
	h       adapters.Handler
	offsets *offsets.Tracker
	slots   chan struct{}

	mu     sync.Mutex
	queues map[int64][]*incoming // has a chat while a worker is on it

	wg sync.WaitGroup // workers and what they started
}

func newWorkers(a *Adapter, h adapters.Handler, o *offsets.Tracker) *workers {
	return &workers{a: a, h: h, offsets: o, slots: make(chan struct{}, maxHandling), queues: map[int64][]*incoming{}}
}

// add hands out one update. It is marked in the offsets once it was handled.
func (w *workers) add(ctx context.Context, in *incoming) {
	if !in.isOurs() {
		w.offsets.MarkHandled(in.update)
		return
	}

	w.mu.Lock()
	defer w.mu.Unlock()

	queue, busy := w.queues[in.queue]

	w.queues[in.queue] = append(queue, in)
	if !busy {
		w.wg.Go(func() { w.workOff(ctx, in.queue) })
	}
}

// workOff handles a chat's queue until it is empty. What has not begun when the
// program stops stays unconfirmed, so the server sends it again.
func (w *workers) workOff(ctx context.Context, chat int64) {
	for {
		in := w.next(chat)
		if in == nil {
			return
		}

		select {
		case <-ctx.Done():
			return
		case w.slots <- struct{}{}:
		}

		release := sync.OnceFunc(func() { <-w.slots })
		handled := ctx.Err() == nil && w.handle(ctx, in, release)
		release()

		if !handled {
			return
		}

		w.offsets.MarkHandled(in.update)
	}
}

// next takes the first update of a chat's queue, nil when there is none left.
func (w *workers) next(chat int64) *incoming {
	w.mu.Lock()
	defer w.mu.Unlock()

	queue := w.queues[chat]
	for len(queue) > 1 && queue[0].inline != nil && !queue[0].guest { // the person has typed on
		w.offsets.MarkHandled(queue[0].update)
		queue = queue[1:]
	}

	if len(queue) == 0 {
		delete(w.queues, chat)
		return nil
	}

	w.queues[chat] = queue[1:]

	return queue[0]
}

// handle handles one update and reports whether it is over and done with. A panic
// is a bug of ours; the update that met it must not meet it again after a restart.
func (w *workers) handle(stop context.Context, in *incoming, release func()) (handled bool) {
	ctx, cancel := withGrace(stop, stopGrace)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			w.a.log.Error("bug: handling an update panicked", "update", in.update, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))

			handled = true
		}
	}()

	if in.event != nil {
		w.h.Notice(ctx, in.event)
		return true
	}

	if in.inline != nil {
		w.a.answerInline(ctx, w.h, in)
		return true
	}

	return w.answer(ctx, stop, in, release)
}

// answer asks the handler, releases its slot and sends what it says.
func (w *workers) answer(ctx, stop context.Context, in *incoming, release func()) bool {
	press := &press{id: in.callback}
	answered := make(chan struct{})

	w.wg.Go(func() { w.a.showProgress(stop, in, press, answered) })

	shown := w.a.newStream(stop, in, &w.wg)
	m := w.ask(ctx, in, answered)
	ref := shown.end()

	release()

	if m != nil && ref == "" && w.a.showPopup(ctx, in.request, press, m) {
		w.h.Answered(context.WithoutCancel(ctx), in.request, m, nil)
		return true
	}

	w.wg.Go(func() { _ = w.a.acknowledge(stop, press, "") })

	if m == nil {
		return true
	}

	movedTo, err := w.a.reply(ctx, in, m, ref)
	if movedTo != (adapters.Chat{}) {
		w.h.Notice(context.WithoutCancel(ctx), &adapters.Event{
			Key: in.request.Key + ":moved", Kind: adapters.ChatMoved, Chat: in.request.Chat, To: movedTo,
		})
	}

	w.h.Answered(context.WithoutCancel(ctx), in.request, m, err)

	if err != nil {
		w.a.log.Warn("an answer could not be sent", "err", err) // whose it is, is nobody's business
	}

	return err == nil || stop.Err() == nil
}

// ask returns the handler's answer, nil for none, and closes answered.
func (w *workers) ask(ctx context.Context, in *incoming, answered chan<- struct{}) *adapters.Message {
	defer close(answered)

	if in.request == nil {
		return nil
	}

	if in.document != nil {
		file, refusal := w.a.fetchFile(ctx, in.document)
		if refusal != "" {
			return &adapters.Message{Text: adapters.Say(w.a.words(in.request.User.Language).Say(refusal))}
		}

		in.request.File = file
	}

	return w.h.Answer(ctx, in.request)
}

// withGrace returns a context that ends d after its parent does.
func withGrace(parent context.Context, d time.Duration) (context.Context, context.CancelFunc) {
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
