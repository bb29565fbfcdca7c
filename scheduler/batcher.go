package scheduler

import (
	"context"
	"sync"
	"time"
)

// batcher collects values from many goroutines and saves them together: once an interval, or as soon as a
// batch is full. A value that comes after a quiet interval is saved at once. A crash loses what waits.
type batcher[T any] struct {
	interval time.Duration
	limit    int         // a batch is full when its values weigh so much
	weigh    func(T) int // at least 1; nil: each weighs 1
	save     func(ctx context.Context, batch []T) error

	room    chan struct{} // an element for each value that waits or is being saved
	first   chan struct{} // signals that something waits
	full    chan struct{} // signals that a batch is full
	stopped chan struct{} // closed when nothing is saved any more

	mu      sync.Mutex
	waiting []T
	weight  int
}

// newBatcher makes a batcher that holds at most capacity values at a time.
func newBatcher[T any](interval time.Duration, limit, capacity int, save func(context.Context, []T) error) *batcher[T] {
	return &batcher[T]{
		interval: interval, limit: limit, save: save, room: make(chan struct{}, capacity),
		first: make(chan struct{}, 1), full: make(chan struct{}, 1), stopped: make(chan struct{}),
	}
}

// run saves values as they come until done is closed, and then the last ones. It ends
// early with an error of save, and then nothing more is taken.
func (b *batcher[T]) run(ctx context.Context, done <-chan struct{}) error {
	defer close(b.stopped)

	var last time.Time

	wait := time.NewTimer(time.Hour)
	defer wait.Stop()

	for {
		select {
		case <-done:
			return b.flush(ctx)
		case <-b.first:
			wait.Reset(max(0, b.interval-time.Since(last)))
			continue
		case <-wait.C:
		case <-b.full:
		}

		if err := b.flush(ctx); err != nil {
			return err
		}

		last = time.Now()
	}
}

// add takes a value over. It waits while there is no room.
func (b *batcher[T]) add(value T) {
	select {
	case b.room <- struct{}{}:
	case <-b.stopped:
		return
	}

	b.mu.Lock()
	defer b.mu.Unlock()

	b.waiting = append(b.waiting, value)
	if len(b.waiting) == 1 {
		wakeWaiter(b.first)
	}

	if b.weigh == nil {
		b.weight++
	} else {
		b.weight += b.weigh(value)
	}

	if b.weight >= b.limit {
		wakeWaiter(b.full)
	}
}

// flush saves what waits.
func (b *batcher[T]) flush(ctx context.Context) error {
	b.mu.Lock()
	batch := b.waiting
	b.waiting, b.weight = nil, 0
	b.mu.Unlock()

	if len(batch) == 0 {
		return nil
	}

	err := b.save(ctx, batch)

	for range batch {
		<-b.room
	}

	return err
}

// wakeWaiter wakes whoever waits for c, now or when it next looks.
func wakeWaiter(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
