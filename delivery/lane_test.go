package delivery

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/store"
)

// TestMoreWhileAMessageIsUnderWay: an alert that comes meanwhile is due when the
// message has arrived, not when it would have been tried again.
func TestMoreWhileAMessageIsUnderWay(t *testing.T) {
	l := newLane(&Delivery{}, Lane{Gate: gate.New(gate.Limits{})})
	now := time.Now()
	chat := store.Waiting{Chat: 1, Platform: "test", Address: "1", Kind: "private", Due: now}
	l.add(chat)

	e, err := l.next(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	attempt := chat

	attempt.Due = now.Add(minRetry)
	for _, w := range []store.Waiting{attempt, chat, attempt} {
		l.add(w)
	}

	l.requeue(e, time.Time{})

	if len(l.queue.later) != 1 || l.queue.later[0].due() > now.UnixMilli() {
		t.Errorf("queued: %+v, at %d", l.queue.later, now.UnixMilli())
	}
}

// TestWhatMayHaveArrivedIsNotLookedForAtOnce: the platform may be behind, and do later what it was asked.
func TestWhatMayHaveArrivedIsNotLookedForAtOnce(t *testing.T) {
	const late = 2 * time.Second

	for range 20 { // the pause is drawn
		l := newLane(&Delivery{Config: Config{Late: late}}, Lane{Gate: gate.New(gate.Limits{})})
		now := time.Now()

		if o := l.outcome(&store.Outgoing{Attempt: 1}, "", &adapters.SendError{Fate: adapters.Unsure, Reason: "no answer"}); o.RetryAt.Before(now.Add(late)) {
			t.Fatalf("it is looked for after %s", o.RetryAt.Sub(now))
		}
	}
}

// dead is places on servers of their own, of which those that are named answer nothing.
type dead struct {
	platform
	places map[string]bool
}

func (p *dead) Send(ctx context.Context, to adapters.Chat, m *adapters.Message) (string, error) {
	if p.places[to.Address] {
		return "", &adapters.SendError{Fate: adapters.Retry, Reason: "it does not answer"}
	}

	return p.platform.Send(ctx, to, m)
}

// TestPlacesThatAreDownHoldUpNoOther: where each chat is on a server of its own, twelve that do
// not answer slow down neither the one that does, nor its next alert.
func TestPlacesThatAreDownHoldUpNoOther(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := &dead{places: map[string]bool{}}

		type follower struct{ chat, subscription int64 }

		var silent []follower

		for i := range 12 {
			address := fmt.Sprint("silent ", i)
			p.places[address] = true
			chat, sub := d.follower(address)
			silent = append(silent, follower{chat, sub})
		}

		good, goodSub := d.follower("good")

		stop := d.deliverBy(Lane{Adapter: p, Gate: gate.New(gate.Limits{}), ServerPerChat: true})
		defer stop()

		for hour := range 2 {
			for i, f := range silent {
				d.ring(fmt.Sprintf("Storm %d of hour %d", i, hour), f.chat, f.subscription)
			}

			synctest.Wait()

			rung := time.Now()

			d.ring(fmt.Sprintf("Calm after storm %d", hour), good, goodSub)
			time.Sleep(time.Hour)

			told := p.told()
			if len(told) != hour+1 || !told[hour].at.Equal(rung) {
				t.Fatalf("an alert of %s, the %dth: told %+v", rung, hour+1, told)
			}
		}
	})
}
