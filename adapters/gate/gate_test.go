package gate

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
)

// server counts messages as a platform might.
type server interface {
	// accepts reports whether a message is let in, else for how long not.
	accepts(now time.Time) (ok bool, pause time.Duration)
}

// window lets in most in any second, and nobody for three seconds after one more.
type window struct {
	most   int
	latest []time.Time
	banned time.Time
}

func (w *window) accepts(now time.Time) (bool, time.Duration) {
	if now.Before(w.banned) {
		return false, w.banned.Sub(now)
	}

	for len(w.latest) > 0 && now.Sub(w.latest[0]) >= time.Second {
		w.latest = w.latest[1:]
	}

	if len(w.latest) >= w.most {
		w.banned = now.Add(3 * time.Second)
		return false, 3 * time.Second
	}

	w.latest = append(w.latest, now)

	return true, 0
}

// bucket holds 30 and is refilled at 30 a second.
type bucket struct {
	full float64
	at   time.Time
}

func (b *bucket) accepts(now time.Time) (bool, time.Duration) {
	if b.at.IsZero() {
		b.full, b.at = 30, now
	}

	b.full = min(30, b.full+30*now.Sub(b.at).Seconds())

	b.at = now
	if b.full < 1 {
		return false, time.Second
	}

	b.full--

	return true, 0
}

// send sends n messages to as many chats as a sender with 64 hands does, over a
// network with the given jitter, and returns the time it took and the refusals.
func send(t *testing.T, gate *Gate, s server, n int, jitter func() time.Duration) (took time.Duration, refused int) {
	t.Helper()

	var (
		mu    sync.Mutex
		hands sync.WaitGroup
	)

	jobs := make(chan int)
	began := time.Now()

	for range 64 {
		hands.Go(func() {
			for i := range jobs {
				chat := adapters.Chat{Platform: "telegram", Address: fmt.Sprint(i)}
				for {
					takeKey(t, gate, Key(chat), false, ClassAlert)

					sent := time.Now()

					time.Sleep(jitter())
					mu.Lock()

					ok, pause := s.accepts(time.Now())
					if !ok {
						refused++
					}
					mu.Unlock()
					time.Sleep(jitter())

					if ok {
						gate.ObserveRoundTrip(time.Since(sent))
						break
					}

					gate.Hold(chat, pause)
				}
			}
		})
	}

	for i := range n {
		jobs <- i
	}

	close(jobs)
	hands.Wait()

	return time.Since(began), refused
}

func TestGateKeepsToTelegramsPace(t *testing.T) {
	const n = 3000

	still := func() time.Duration { return 20 * time.Millisecond }

	windy := func() time.Duration {
		return 20*time.Millisecond + min(time.Duration(rand.ExpFloat64()*float64(15*time.Millisecond)), 60*time.Millisecond)
	}
	for _, c := range []struct {
		name   string
		server server
		jitter func() time.Duration
		atMost float64 // × n/30 s
	}{
		{"any second, still network", &window{most: 30}, still, 1.10},
		{"any second, windy network", &window{most: 30}, windy, 1.10},
		{"token bucket, still network", &bucket{}, still, 1.03},
		{"token bucket, windy network", &bucket{}, windy, 1.10},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				took, refused := send(t, New(TelegramLimits()), c.server, n, c.jitter)
				ratio := took.Seconds() / (n / 30)
				t.Logf("%d messages in %.1f s: %.3f × the ideal, %d refused", n, took.Seconds(), ratio, refused)

				if ratio > c.atMost || refused > 0 {
					t.Errorf("want at most %.2f × and none refused", c.atMost)
				}
			})
		})
	}
}

func TestGateKeepsToDiscordsPace(t *testing.T) {
	const n = 3000

	for name, jitter := range map[string]func() time.Duration{
		"still network": func() time.Duration { return 20 * time.Millisecond },
		"windy network": func() time.Duration {
			return 20*time.Millisecond + min(time.Duration(rand.ExpFloat64()*float64(15*time.Millisecond)), 60*time.Millisecond)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				took, refused := send(t, New(DiscordLimits()), &window{most: 50}, n, jitter)
				ratio := took.Seconds() / (n / 50)
				t.Logf("%d messages in %.1f s: %.3f × the ideal, %d refused", n, took.Seconds(), ratio, refused)

				if ratio > 1.10 || refused > 0 {
					t.Error("want at most 1.10 × and none refused")
				}
			})
		})
	}
}

// TestGateLearnsFromARefusal: a server that takes less than it says is obeyed, and
// asked for more again while it does not refuse.
func TestGateLearnsFromARefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 6000

		took, refused := send(t, New(TelegramLimits()), &window{most: 24}, n, func() time.Duration { return 20 * time.Millisecond })
		t.Logf("%d messages in %.1f s, %d refused", n, took.Seconds(), refused)
		// Three seconds of silence for each step down, from 30 to 24 a second.
		if ratio := took.Seconds() / (n / 24); ratio > 1.3 || refused > 150 {
			t.Errorf("%.2f × the ideal, %d refused", ratio, refused)
		}
	})
}

func TestGateOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := New(Limits{PerSecond: 1})
		take(t, gate, "first", ClassAlert)

		var (
			mu    sync.Mutex
			order []string
			all   sync.WaitGroup
		)
		for _, w := range []struct {
			chat  string
			class Class
		}{{"digest", ClassDigest}, {"alert 1", ClassAlert}, {"alert 2", ClassAlert}, {"reply", ClassReply}} {
			all.Go(func() {
				take(t, gate, w.chat, w.class)
				mu.Lock()

				order = append(order, w.chat)
				mu.Unlock()
			})
			synctest.Wait()
		}

		all.Wait()

		if got := fmt.Sprint(order); got != "[reply alert 1 alert 2 digest]" {
			t.Error(got)
		}
	})
}

func take(t *testing.T, g *Gate, chat string, class Class) {
	t.Helper()
	takeKey(t, g, Key(adapters.Chat{Platform: "", Address: chat}), false, class)
}

// takeKey takes as a lane does: a chat that has to wait is asked for again when
// it may be ready.
func takeKey(t *testing.T, g *Gate, chat uint64, many bool, class Class) {
	t.Helper()

	for {
		err := g.Take(context.Background(), chat, many, class)
		if !errors.Is(err, ErrNotYet) {
			if err != nil {
				t.Error(err)
			}

			return
		}

		time.Sleep(time.Until(g.ReadyAt(chat, many)))
	}
}

func TestGateSendsAwayWhoseChatIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := New(TelegramLimits())
		gate.Hold(adapters.Chat{}, 2*time.Second)

		answered := make(chan error, 1)
		go func() {
			answered <- gate.Take(context.Background(), Key(adapters.Chat{Platform: "", Address: "a"}), false, ClassAlert)
		}()

		synctest.Wait()
		gate.Hold(adapters.Chat{Platform: "", Address: "a"}, 10*time.Minute)

		began := time.Now()

		take(t, gate, "b", ClassAlert)

		if err := <-answered; !errors.Is(err, ErrNotYet) {
			t.Errorf("the held chat: %v", err)
		}

		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("another chat waited %s", took)
		}
	})
}

func TestGateHoldsAllOnlyAsLongAsTheyShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := New(TelegramLimits())
		for chat, pause := range map[string]time.Duration{"a": 35 * time.Minute, "b": time.Second, "c": time.Second} {
			gate.Hold(adapters.Chat{Platform: "", Address: chat}, pause)
		}

		began := time.Now()

		take(t, gate, "d", ClassReply)

		if took := time.Since(began); took < time.Second || took > 2*time.Second {
			t.Errorf("everybody waited %s", took)
		}
	})
}

func TestGateHoldsAChatAndOnThreeRefusalsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := New(TelegramLimits())
		began := time.Now()

		gate.Hold(adapters.Chat{Platform: "", Address: "a"}, 10*time.Second)
		take(t, gate, "b", ClassAlert)

		if took := time.Since(began); took > time.Second {
			t.Errorf("another chat waited %s", took)
		}

		take(t, gate, "a", ClassReply)

		if took := time.Since(began); took < 10*time.Second {
			t.Errorf("the chat itself was let through after %s", took)
		}

		began = time.Now()

		for _, chat := range []string{"a", "b", "c"} {
			gate.Hold(adapters.Chat{Platform: "", Address: chat}, 20*time.Second)
		}

		take(t, gate, "d", ClassAlert)

		if took := time.Since(began); took < 20*time.Second {
			t.Errorf("after three refusals a fourth chat was let through after %s", took)
		}
	})
}

func TestGateRestsOneChatAndNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := New(DiscordLimits())
		began := time.Now()

		for _, chat := range []string{"a", "b", "c", "d"} {
			gate.HoldChat(adapters.Chat{Platform: "", Address: chat}, 10*time.Second)
		}

		take(t, gate, "e", ClassAlert)

		if took := time.Since(began); took > time.Second {
			t.Errorf("another chat waited %s", took)
		}

		take(t, gate, "c", ClassAlert)

		if took := time.Since(began); took < 10*time.Second {
			t.Errorf("a resting chat was let through after %s", took)
		}
	})
}

func TestGateTwentyAMinuteInAGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := New(TelegramLimits())
		began := time.Now()

		for range 41 {
			takeKey(t, gate, 1, true, ClassAlert)
		}

		if took := time.Since(began); took < 2*time.Minute || took > 2*time.Minute+2*time.Second {
			t.Errorf("41 messages to a group took %s", took)
		}
	})
}

func TestGateForgetsWhoGaveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := New(Limits{PerSecond: 1})
		take(t, gate, "first", ClassAlert)

		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		defer cancel()

		began := time.Now()

		if err := gate.Take(ctx, 2, false, ClassAlert); err == nil {
			t.Error("it did not give up")
		}

		take(t, gate, "third", ClassAlert)

		if took := time.Since(began); took > 1200*time.Millisecond {
			t.Errorf("the slot of who gave up was lost: %s", took)
		}
	})
}

// Edits leave a chat to its messages: none waits because of one, and of what a group takes in a
// minute edits take half at most.
func TestGateEditsDelayNoAlert(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := New(TelegramLimits())
		edits := 0

		for range 60 { // seconds
			if err := gate.Take(t.Context(), 1, true, ClassEdit); err == nil {
				edits++
			}

			time.Sleep(time.Second)
		}

		if edits != 10 {
			t.Errorf("%d edits in a minute, want 10", edits)
		}

		time.Sleep(time.Minute)

		if err := gate.Take(t.Context(), 1, true, ClassEdit); err != nil {
			t.Fatal(err)
		}

		began := time.Now()

		takeKey(t, gate, 1, true, ClassAlert)

		if took := time.Since(began); took > time.Second/20 {
			t.Errorf("an alert waited %s for an edit", took)
		}

		if err := gate.Take(t.Context(), 1, true, ClassEdit); err != ErrNotYet {
			t.Errorf("an edit right after an alert of its chat: %v", err)
		}
	})
}
