package gate

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
)

// TestGateKeepsToAChatsPace: a server that counts to the millisecond when messages
// arrive, one a second in a chat and in a group 20 in any minute, refuses none,
// however unevenly they travel.
func TestGateKeepsToAChatsPace(t *testing.T) {
	const chats, each = 5, 50

	for name, oneWay := range map[string]func() time.Duration{
		"still": func() time.Duration { return 20*time.Millisecond + rand.N(3*time.Millisecond) },
		"windy": func() time.Duration { return 20*time.Millisecond + rand.N(35*time.Millisecond) },
	} {
		for _, many := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, group %t", name, many), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					gate := New(TelegramLimits())
					began := time.Now()

					var all sync.WaitGroup
					for chat := range uint64(chats) {
						all.Go(func() {
							var arrived []time.Time

							for range each {
								takeKey(t, gate, chat, many, ClassAlert)

								left := time.Now()

								time.Sleep(oneWay())

								arrived = append(arrived, time.Now())

								time.Sleep(oneWay())
								gate.ObserveRoundTrip(time.Since(left))
							}

							for i, at := range arrived[1:] {
								if gap := at.Sub(arrived[i]); gap < time.Second {
									t.Errorf("two messages arrive within %s", gap)
								}

								if i >= 19 && many && at.Sub(arrived[i-19]) < time.Minute {
									t.Errorf("21 messages arrive within %s", at.Sub(arrived[i-19]))
								}
							}
						})
					}

					all.Wait()

					if took := time.Since(began); !many && took > each*1100*time.Millisecond {
						t.Errorf("it took %s", took)
					}
				})
			})
		}
	}
}

// TestGateForgetsWhatPromisedTooMuch: after a refusal of the whole bot, what the
// round trips said of the network is not believed any more.
func TestGateForgetsWhatPromisedTooMuch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := New(TelegramLimits())
		for range 64 {
			gate.ObserveRoundTrip(time.Millisecond)
		}

		gate.Hold(adapters.Chat{}, 3*time.Second)
		take(t, gate, "first", ClassAlert)

		began := time.Now()

		for i := range 28 {
			take(t, gate, fmt.Sprint(i), ClassAlert)
		}

		if took := time.Since(began); took < 990*time.Millisecond {
			t.Errorf("28 more left within %s", took)
		}
	})
}
