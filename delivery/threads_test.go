package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/store"
)

// threadPlatform is a platform with threads. It opens one below a message, however often it is
// asked.
type threadPlatform struct {
	*platform

	mu      sync.Mutex
	threads map[string]string // by reference of the message
	calls   int
	fail    []error // of the next calls
	missing []string
}

func (p *threadPlatform) OpenThread(_ context.Context, _ adapters.Chat, ref, name string) error {
	p.mu.Lock()
	defer p.mu.Unlock()

	if p.calls++; len(p.fail) > 0 {
		err := p.fail[0]
		p.fail = p.fail[1:]

		if err != nil {
			return err
		}
	}

	p.threads[ref] = name

	return nil
}

func (p *threadPlatform) CheckThreads(context.Context, adapters.Chat) (bool, []string) {
	p.mu.Lock()
	defer p.mu.Unlock()

	return true, p.missing
}

// open returns the names of the threads, in order.
func (p *threadPlatform) open() (names []string) {
	p.mu.Lock()
	defer p.mu.Unlock()

	for _, name := range p.threads {
		names = append(names, name)
	}

	slices.Sort(names)

	return names
}

func newThreadPlatform() *threadPlatform {
	return &threadPlatform{platform: &platform{}, threads: map[string]string{}}
}

// deliverThreads runs a Delivery until stop is called.
func (d *desk) deliverThreads(p adapters.Adapter) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	delivery := New(Config{
		Store: d.store, Lanes: []Lane{{Adapter: p, Gate: gate.New(gate.Limits{})}}, Burst: 2, Summary: 300, Log: slog.New(slog.DiscardHandler),
	})

	var running sync.WaitGroup

	running.Go(func() {
		if err := delivery.Run(ctx); err != nil {
			d.t.Error(err)
		}
	})

	return func() { cancel(); running.Wait() }
}

func (d *desk) talk(subscription int64) {
	d.update(func(tx *store.Tx) error { return tx.SetDelivery(subscription, "thread", "") })
}

// TestThreadsOpenBelowAlerts: one below each alert of a subscription that asks for it, none below
// a digest or an alert of another.
func TestThreadsOpenBelowAlerts(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := newThreadPlatform()
		chat, sub := d.follower("1")
		other, plain := d.follower("2")
		d.talk(sub)

		stop := d.deliverThreads(p)

		d.ring("Storm ahead", chat, sub)
		d.ring("Calm ahead", other, plain)
		time.Sleep(time.Minute)
		synctest.Wait()

		if got := strings.Join(p.open(), "; "); got != "Storm ahead" {
			t.Errorf("threads: %q", got)
		}

		stop()

		for i := range 5 { // together they are a digest
			d.ring(fmt.Sprintf("Storm %d", i), chat, sub)
		}

		stop = d.deliverThreads(p)

		time.Sleep(time.Minute)
		stop()

		if got := p.open(); len(got) != 1 {
			t.Errorf("threads after a digest: %q", got)
		}
	})
}

// TestWhatIsNewGoesIntoTheThread: a development of a story goes into the thread below its alert
// once that is open, else it is a reply.
func TestWhatIsNewGoesIntoTheThread(t *testing.T) {
	for _, opens := range []bool{true, false} {
		bubble(t, func(t *testing.T, d *desk) {
			p := newThreadPlatform()
			if !opens {
				p.fail = []error{&adapters.SendError{Fate: adapters.Gone, Reason: "gone"}}
			}

			chat, sub := d.follower("1")
			d.talk(sub)

			stop := d.deliverThreads(p)

			d.ring("Storm ahead", chat, sub)
			time.Sleep(time.Minute)

			var told int64

			d.update(func(tx *store.Tx) error {
				all, err := tx.LatestAlerts(chat, 1)
				if err == nil {
					told = all[0].Story
					_, err = tx.FollowStory(chat, told, "test:1")
				}

				return err
			})

			a := d.list("Storm breaks the sea wall")

			err := d.store.SaveMatches(t.Context(), []store.Match{{Article: a.ID, Story: a.ID, At: a.At(), Developments: []store.Development{
				{Story: told, Part: true, Details: []string{"sea wall"}, Alerts: []store.PendingAlert{{Chat: chat, Due: time.Now()}}},
			}}})
			if err != nil {
				t.Fatal(err)
			}

			time.Sleep(time.Minute)
			stop()

			if len(p.taken) != 2 {
				t.Fatalf("%d messages", len(p.taken))
			}

			if m := p.taken[1].m; m.InThread != opens || m.ReplyTo == "" {
				t.Errorf("a thread opens %v: the development goes into it %v, and replies to %q", opens, m.InThread, m.ReplyTo)
			}
		})
	}
}

// TestThreadsAreOpenedInTheEnd: what a platform puts off, and what a killed process did not note,
// is tried again; what it refuses is not.
func TestThreadsAreOpenedInTheEnd(t *testing.T) {
	later := &adapters.SendError{Fate: adapters.Later, After: 20 * time.Minute, Reason: "slow"}
	unsure := &adapters.SendError{Fate: adapters.Unsure, Reason: "no answer"}
	gone := &adapters.SendError{Fate: adapters.Gone, Reason: "gone"}

	for _, c := range []struct {
		name  string
		fail  []error
		asked int
		open  int
	}{
		{"put off", []error{later, later}, 3, 1},
		{"no answer", []error{unsure, unsure}, 3, 1},
		{"gone", []error{gone}, 1, 0},
	} {
		bubble(t, func(t *testing.T, d *desk) {
			p := newThreadPlatform()
			p.fail = c.fail
			chat, sub := d.follower("1")
			d.talk(sub)

			stop := d.deliverThreads(p)

			d.ring("Storm ahead", chat, sub)
			time.Sleep(time.Minute)
			stop() // a new process goes on
			stop = d.deliverThreads(p)

			time.Sleep(2 * time.Hour)
			stop()

			if got := p.open(); len(got) != c.open || p.calls != c.asked {
				t.Errorf("%s: %d threads, asked %d times, want %d and %d", c.name, len(got), p.calls, c.open, c.asked)
			}

			// The chat is as it was: what a thread meets is no reason to sleep.
			d.update(func(tx *store.Tx) error {
				found, err := tx.ChatByID(chat)
				if err == nil && found.State != store.Active {
					t.Errorf("%s: the chat is %s", c.name, found.State)
				}

				return err
			})
		})
	}
}

// TestAMissingRightIsToldOnce: threads that can't be opened for want of a right are given up, and
// the chat hears once which right it is.
func TestAMissingRightIsToldOnce(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := newThreadPlatform()
		p.missing = []string{"Create Public Threads"}
		chat, sub := d.follower("1")
		d.talk(sub)

		stop := d.deliverThreads(p)

		for i := range 3 {
			d.ring(fmt.Sprintf("Storm %d", i), chat, sub)
			time.Sleep(time.Minute)
			synctest.Wait()
		}

		stop()

		var notices []string

		for _, m := range p.told() {
			if m.m.Alert == nil {
				notices = append(notices, m.m.Text.String())
			}
		}

		if len(notices) != 1 || !strings.Contains(notices[0], "Create Public Threads") || p.calls != 0 {
			t.Errorf("notices %q, asked %d times", notices, p.calls)
		}
	})
}
