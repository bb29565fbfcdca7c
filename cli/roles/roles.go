// Package roles runs those of the jobs that all processes on a database share for which this
// process has the leases, for as long as it has them.
//
// Matching, and each chat platform, is done by one process at a time; the others stand by
// and take over within seconds when that one is killed, frozen or cut off, and at once when
// it stops. Polling is divided: every host belongs to one of 64 parts, and the processes that
// poll share the parts evenly, so that one process at a time asks a host.
//
// A process that has lost its leases (store.ErrFenced and the like) stops everything; it may
// open the database anew and begin again.
package roles

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"newsbell/store"
)

// The roles of a process.
const (
	Poll  = "poll"
	Match = "match"
	Speak = "speak"
)

// lookEvery is how often leases are looked for, and the parts shared anew: what a process gives back
// when it stops is another one's within a second.
const lookEvery = 500 * time.Millisecond

// Parts is how many parts the hosts are in.
const Parts = 64

// Work is what one process at a time does.
type Work struct {
	Lease   string
	StandBy func(ctx context.Context) // while another process does it; may be nil
	Do      func(ctx context.Context) error
}

// Runner runs the work of one process.
type Runner struct {
	Process *store.Process
	Log     *slog.Logger
	Works   []Work
	// Poll polls the hosts that are ours until ctx ends; nil: this process polls nothing.
	Poll func(ctx context.Context, ours func(host string) bool) error
	// HostGap is how long a host is left alone after it came from another process.
	HostGap time.Duration
}

// Run works until ctx ends or the leases are lost, and then returns why.
func (r *Runner) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)

	names := partNames()
	for _, w := range r.Works {
		names = append(names, w.Lease)
	}

	if err := r.Process.Add(ctx, names...); ctx.Err() != nil {
		return nil // stopped before it began
	} else if err != nil {
		return fmt.Errorf("share the work: %w", err)
	}

	ended, end := context.WithCancel(ctx)
	defer end()

	group.Go(func() error {
		select {
		case <-ended.Done():
			return nil
		case <-r.Process.Lost():
			return r.Process.Err()
		}
	})

	var working sync.WaitGroup

	for _, w := range r.Works {
		working.Add(1)
		group.Go(func() error {
			defer working.Done()

			return r.do(ctx, w)
		})
	}

	if r.Poll != nil {
		working.Add(1)
		group.Go(func() error {
			defer working.Done()

			return r.poll(ctx)
		})
	}

	working.Wait()
	end()

	err := group.Wait()

	if lost := r.Process.Err(); lost != nil {
		return lost // what failed after that failed for that
	}

	return err
}

// do does a work as soon as nobody else does it, until ctx ends or it is done.
func (r *Runner) do(ctx context.Context, w Work) error {
	standing, stop := context.WithCancel(ctx)

	var standby sync.WaitGroup
	if w.StandBy != nil {
		standby.Go(func() { w.StandBy(standing) })
	}

	lease, ok := r.take(ctx, w.Lease)

	stop()
	standby.Wait()

	if !ok {
		return nil
	}

	defer r.Process.GiveBack(ctx, lease)

	r.Log.Info("this process does it now", "work", w.Lease)

	return w.Do(lease.Within(ctx))
}

// take waits for a lease; false: ctx has ended, or all leases are lost.
func (r *Runner) take(ctx context.Context, name string) (lease store.Lease, ok bool) {
	standsBy, problem := false, ""

	for {
		taken, err := r.Process.Take(ctx, name)

		switch {
		case len(taken) > 0:
			return taken[0], true
		case r.Process.Err() != nil || ctx.Err() != nil:
			return lease, false
		case err != nil:
			if err.Error() != problem {
				r.Log.Warn("this process takes no work for now", "work", name, "error", err)
			}

			problem = err.Error()
		case !standsBy:
			standsBy = true

			r.Log.Info("another process does it; this one stands by", "work", name)
		}

		select {
		case <-ctx.Done():
			return lease, false
		case <-time.After(lookEvery):
		}
	}
}

// PartOf returns the part of a host.
func PartOf(host string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(host)) // never fails

	return int(h.Sum32() % Parts)
}

func partName(part int) string { return fmt.Sprintf("poll:%02d", part) }

func partNames() (names []string) {
	for part := range Parts {
		names = append(names, partName(part))
	}

	return names
}

// poll polls the parts that are this process's, until ctx ends.
func (r *Runner) poll(ctx context.Context) error {
	var t tenure
	// What is under way has ended before another process begins; each takes all of its share at once.
	defer func() {
		r.Process.Retire(ctx)
		r.Process.GiveBack(ctx, t.leases...)
	}()

	for {
		changed, err := r.share(ctx, &t)

		switch {
		case ctx.Err() != nil || r.Process.Err() != nil:
			return t.stop()
		case errors.Is(err, store.ErrStop), t.failed():
			return err
		case err != nil:
			r.Log.Warn("share the hosts out", "error", err)
		case changed && len(t.leases) > 0:
			r.Log.Info("this process polls", "parts", len(t.leases), "of", Parts)
			t.start(ctx, r)
		}

		select {
		case <-ctx.Done():
			return t.stop()
		case <-t.ended:
			return t.stop()
		case <-time.After(lookEvery):
		}
	}
}

// share takes parts, or gives some back, so that each process has as many. Polling stops for
// either; changed says that it is to begin again.
func (r *Runner) share(ctx context.Context, t *tenure) (changed bool, err error) {
	processes, free, err := r.Process.Share(ctx, Poll, partNames())
	if err != nil {
		return false, err
	}

	fair := (Parts + max(processes, 1) - 1) / max(processes, 1)

	switch more := fair - len(t.leases); {
	case more < 0:
		err := t.stop()

		r.Process.GiveBack(ctx, t.leases[fair:]...)
		t.leases = t.leases[:fair]

		return true, err
	case more > 0 && len(free) > 0:
		taken, err := r.Process.Take(ctx, free[:min(more, len(free))]...)
		if err != nil || len(taken) == 0 {
			return false, err
		}

		t.leases = append(t.leases, taken...)

		return true, t.stop()
	}

	return false, nil
}

// tenure is the time in which a process polls the same parts.
type tenure struct {
	leases []store.Lease
	cancel context.CancelFunc
	ended  chan struct{} // closed when polling has ended
	result error
}

func (t *tenure) start(ctx context.Context, r *Runner) {
	var parts [Parts]bool
	for part := range parts {
		parts[part] = slices.ContainsFunc(t.leases, func(l store.Lease) bool { return l.Name == partName(part) })
	}

	ours := func(host string) bool { return parts[PartOf(host)] }

	ctx, t.cancel = context.WithCancel(t.leases[0].Within(ctx))
	t.ended = make(chan struct{})

	go func() {
		defer close(t.ended)

		// Another process may have asked one of the hosts a moment ago.
		select {
		case <-ctx.Done():
		case <-time.After(r.HostGap):
			t.result = r.Poll(ctx, ours)
		}
	}()
}

// failed reports whether polling has ended with an error.
func (t *tenure) failed() bool { return t.cancel == nil && t.result != nil }

// stop ends polling and waits for what is under way. An error is one of the database.
func (t *tenure) stop() error {
	if t.cancel == nil {
		return nil
	}

	t.cancel()
	<-t.ended

	t.cancel, t.ended = nil, nil

	return t.result
}
