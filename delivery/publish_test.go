package delivery

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/store"
)

// publishPlatform is a platform with channels that others follow. It takes ten messages an
// hour, however often it is asked.
type publishPlatform struct {
	*platform

	mu        sync.Mutex
	published map[string]time.Time // by reference of the message
	over      int
	fail      []error // of the next calls
}

func (p *publishPlatform) Publish(_ context.Context, _ adapters.Chat, ref string) error {
	p.mu.Lock()
	defer p.mu.Unlock()

	if len(p.fail) > 0 {
		err := p.fail[0]
		p.fail = p.fail[1:]

		if err != nil {
			return err
		}
	}

	if _, done := p.published[ref]; done {
		return nil
	}

	lately := 0

	for _, at := range p.published {
		if time.Since(at) < time.Hour {
			lately++
		}
	}

	if lately >= 10 {
		p.over++
		return &adapters.SendError{Fate: adapters.Later, After: time.Hour, Reason: "too many"}
	}

	p.published[ref] = time.Now()

	return nil
}

func (p *publishPlatform) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()

	return len(p.published)
}

func newPublishPlatform() *publishPlatform {
	return &publishPlatform{platform: &platform{}, published: map[string]time.Time{}}
}

// TestPublishesTenAnHour: what is sent to a channel that wants it is published, never more than
// the platform takes, in the end all of it; whoever set it up hears of the wait once.
func TestPublishesTenAnHour(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := newPublishPlatform()
		chat, sub := d.follower("1")
		other, plain := d.follower("2")

		d.update(func(tx *store.Tx) error { return tx.SetPublish(chat, true) })

		stop := d.deliverThreads(p)

		for i := range 25 {
			d.ring(fmt.Sprintf("Storm %d", i), chat, sub)
			d.ring(fmt.Sprintf("Calm %d", i), other, plain)
			time.Sleep(time.Minute)
			synctest.Wait()
		}

		if got := p.count(); got != 10 {
			t.Errorf("%d published in 25 minutes, want 10", got)
		}

		time.Sleep(3 * time.Hour)
		stop()

		if got := p.count(); got != 25 || p.over != 0 {
			t.Errorf("%d published, and %d times too many", got, p.over)
		}
	})
}

// TestPublishesInTheEnd: what the platform puts off, and what a killed process did not note, is
// tried again; what it refuses is not.
func TestPublishesInTheEnd(t *testing.T) {
	later := &adapters.SendError{Fate: adapters.Later, After: 20 * time.Minute, Reason: "slow"}
	unsure := &adapters.SendError{Fate: adapters.Unsure, Reason: "no answer"}
	gone := &adapters.SendError{Fate: adapters.Refused, Reason: "no announcement channel"}

	for _, c := range []struct {
		fail []error
		want int
	}{
		{[]error{later, unsure, later}, 1},
		{[]error{gone}, 0},
	} {
		bubble(t, func(t *testing.T, d *desk) {
			p := newPublishPlatform()
			p.fail = c.fail
			chat, sub := d.follower("1")

			d.update(func(tx *store.Tx) error { return tx.SetPublish(chat, true) })

			stop := d.deliverThreads(p)

			d.ring("Storm ahead", chat, sub)
			time.Sleep(time.Minute)
			stop()

			stop = d.deliverThreads(p) // a new process goes on

			time.Sleep(2 * time.Hour)
			stop()

			if got := p.count(); got != c.want {
				t.Errorf("after %v: %d published, want %d", c.fail, got, c.want)
			}

			d.update(func(tx *store.Tx) error {
				due, next, err := tx.DueCrossposts("test", 10)
				if len(due) > 0 || !next.IsZero() {
					t.Errorf("after %v something waits: %v %v", c.fail, due, next)
				}

				return err
			})
		})
	}
}

// TestWhoSetUpAChannelHearsThatMoreWaits once a day, in their private chat.
func TestWhoSetUpAChannelHearsThatMoreWaits(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := newPublishPlatform()

		var chat, sub int64

		d.update(func(tx *store.Tx) error {
			c, err := tx.EnsureChat(store.Chat{Platform: "test", Address: "1", Kind: "channel", Title: "#news", SetUpBy: "7"})
			if err != nil {
				return err
			}

			if _, err := tx.EnsureChat(store.Chat{Platform: "test", Address: "@7", Kind: "private"}); err != nil {
				return err
			}

			s, _, err := tx.AddSubscription(store.Subscription{Chat: c.ID, Query: "storm", Canonical: "storm"})
			if err != nil {
				return err
			}

			chat, sub = c.ID, s.ID

			return tx.SetPublish(chat, true)
		})

		stop := d.deliverThreads(p)

		for i := range 14 {
			d.ring(fmt.Sprintf("Storm %d", i), chat, sub)
			time.Sleep(time.Minute)
			synctest.Wait()
		}

		time.Sleep(2 * time.Hour)
		stop()

		told := 0

		for _, a := range p.told() {
			if a.chat == "@7" && strings.Contains(a.m.String(), "publishes only 10 messages an hour from #news") {
				told++
			}
		}

		if told != 1 {
			t.Errorf("told %d times", told)
		}
	})
}
