package delivery

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/store"
)

// shaky is a platform that has trouble until a moment, and with one chat always.
type shaky struct {
	platform
	until time.Time
	fate  adapters.Fate
	bad   string
}

func (s *shaky) Send(ctx context.Context, to adapters.Chat, m *adapters.Message) (string, error) {
	if to.Address == s.bad || time.Now().Before(s.until) {
		s.mu.Lock()
		defer s.mu.Unlock()

		s.attempts = append(s.attempts, attempt{to.Address, time.Now(), m})

		return "", &adapters.SendError{Fate: s.fate, Reason: "502", After: time.Second}
	}

	return s.platform.Send(ctx, to, m)
}

// TestAPlatformThatIsBack: however long it was away, within a minute everybody is
// told, and once one was, all the others at once. The short form has few chats, and many
// after a restart.
func TestAPlatformThatIsBack(t *testing.T) {
	for _, fate := range []adapters.Fate{adapters.Retry, adapters.Unsure} {
		for _, chats := range []int{1, 4, 200} {
			if chats > 4 && os.Getenv("NEWSBELL_LONG") == "" {
				continue
			}

			for _, restart := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, %d chats, restart %t", fate, chats, restart), func(t *testing.T) {
					bubble(t, func(t *testing.T, d *desk) {
						away := 90 * time.Minute
						if chats > 100 || testing.Short() {
							away = 15 * time.Minute
						}

						back := time.Now().Add(away)
						p := &shaky{until: back, fate: fate}

						for i := range chats {
							chat, sub := d.follower(fmt.Sprint(i))
							d.ring("Storm", chat, sub)
						}

						stop := d.deliver(p, gate.TelegramLimits())
						soon := outageRetry

						time.Sleep(time.Until(back) - time.Minute)
						synctest.Wait()

						if restart {
							stop()
							time.Sleep(time.Minute)
							synctest.Wait()

							stop, soon = d.deliver(p, gate.TelegramLimits()), time.Second
						}

						time.Sleep(time.Until(back) + 5*time.Minute)
						stop()

						if len(p.told()) != chats {
							t.Fatalf("%d of %d chats were told", len(p.told()), chats)
						}

						first, last := p.told()[0].at, p.told()[chats-1].at
						if tries := len(p.attempts) - chats; tries > int(away/probeEvery)+10 {
							t.Errorf("it was asked %d times in %s", tries, away)
						}

						if chats > 100 {
							soon = time.Second
						}

						if first.Sub(back) > soon || last.Sub(first) > time.Second+time.Duration(chats)*time.Second/28 {
							t.Errorf("the first was told %s after the platform was back, the last %s after that", first.Sub(back), last.Sub(first))
						}
					})
				})
			}
		}
	}
}

// TestAMessageWithTroubleOfItsOwn is not tried whenever another one arrives.
func TestAMessageWithTroubleOfItsOwn(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := &shaky{bad: "bad"}
		bad, badSub := d.follower("bad")
		good, goodSub := d.follower("good")
		stop := d.deliver(p, gate.Limits{})
		d.ring("Storm", bad, badSub)

		for i := range 600 {
			d.ring(fmt.Sprintf("Storm %d", i), good, goodSub)
			time.Sleep(6 * time.Second)
		}

		stop()

		failed := len(p.attempts) - len(p.told())
		if len(p.told()) != 600 || failed < 10 || failed > 25 {
			t.Errorf("in an hour %d of 600 were told, and the bad one was tried %d times", len(p.told()), failed)
		}
	})
}

// TestWhatIsNotDeliveredForLongIsTold: not in its first hour, and with the message, so that whoever is told
// can tell one outage from the next.
func TestWhatIsNotDeliveredForLongIsTold(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		began := time.Now()
		p := &shaky{until: began.Add(3 * time.Hour)}
		chat, sub := d.follower("1")

		var (
			mu   sync.Mutex
			told = map[int64]time.Duration{} // by message: when it was told first
		)

		d.failing = func(_ context.Context, c *store.Chat, message int64, reason string) {
			mu.Lock()
			defer mu.Unlock()

			if _, known := told[message]; !known {
				told[message] = time.Since(began)
			}

			if c.ID != chat || reason != "502" {
				t.Errorf("chat %d is told %q", c.ID, reason)
			}
		}

		d.ring("Storm", chat, sub)

		stop := d.deliverBy(Lane{Adapter: p, Gate: gate.New(gate.Limits{}), ServerPerChat: true})

		time.Sleep(4 * time.Hour)
		stop()

		mu.Lock()
		defer mu.Unlock()

		if len(told) != 1 || len(p.told()) != 1 {
			t.Errorf("told of %v; %d arrived", told, len(p.told()))
		}

		for _, after := range told {
			if after < tellAfter || after > tellAfter+maxRetry {
				t.Errorf("told after %s", after)
			}
		}
	})
}

// TestATargetThatAsksForASecond each time is tried ever more seldom: its owner may have it say so for ever.
func TestATargetThatAsksForASecond(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := &shaky{until: time.Now().Add(3 * time.Hour), fate: adapters.Later}
		chat, sub := d.follower("1")
		d.ring("Storm", chat, sub)

		stop := d.deliverBy(Lane{Adapter: p, Gate: gate.New(gate.Limits{}), ServerPerChat: true})

		time.Sleep(4 * time.Hour)
		stop()

		if len(p.told()) != 1 || len(p.attempts) > 60 {
			t.Errorf("%d arrived, after %d attempts in three hours", len(p.told()), len(p.attempts))
		}
	})
}

// TestALookThatIsOlderThanWhatHappened: what it says of an attempt that has ended
// since holds the chat no longer than to the next look.
func TestALookThatIsOlderThanWhatHappened(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		chat, sub := d.follower("1")
		d.ring("Storm", chat, sub)

		claim := store.Claim{Run: "this", Burst: 10, RetryAfter: time.Hour}
		if out, err := d.store.Claim(t.Context(), chat, claim); err != nil || out == nil {
			t.Fatal(out, err)
		}

		l := newLane(&Delivery{}, Lane{Gate: gate.New(gate.Limits{})})
		look := func() {
			d.update(func(tx *store.Tx) error {
				_, err := tx.Waiting(0, func(w store.Waiting) error { l.add(w); return nil })
				return err
			})
		}
		look() // and meanwhile it lands

		if len(l.queue.later) != 0 {
			t.Errorf("the attempt under way is queued: %+v", l.queue.later)
		}

		old := entry{chat: chat} // of an old look
		old.setDue(time.Now().Add(time.Hour).UnixMilli())
		l.queue.put(old)
		d.ring("Another storm", chat, sub)
		look()

		if e := l.queue.later; len(e) != 1 || e[0].due() > time.Now().UnixMilli() {
			t.Errorf("the new alert does not ring now: %+v", e)
		}
	})
}
