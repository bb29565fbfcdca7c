package delivery

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/store"
)

// strict is a platform that counts as Telegram may at its strictest: 30 in any
// second, one a second and twenty a minute in a group. One more, and it lets
// nobody in for three seconds, or that chat.
type strict struct {
	platform
	gate    *gate.Gate
	oneWay  func() time.Duration
	arrived []time.Time // in the last second
	limit   int         // in any second; 0: 30
	banned  time.Time
	groups  map[string][]time.Time // the last twenty of each
	refused int
	last    time.Time
	left    int
	done    chan struct{}
}

func (s *strict) Send(_ context.Context, to adapters.Chat, _ *adapters.Message) (string, error) {
	time.Sleep(s.oneWay())
	pause, chat := s.count(to)
	time.Sleep(s.oneWay())

	if pause > 0 {
		s.gate.Hold(chat, pause)
		return "", &adapters.SendError{Fate: adapters.Later, After: pause, Reason: "429"}
	}

	return "1", nil
}

// count lets a message in, or says for how long not, and whom.
func (s *strict) count(to adapters.Chat) (time.Duration, adapters.Chat) {
	s.mu.Lock()
	defer s.mu.Unlock()

	now := time.Now()
	for len(s.arrived) > 0 && now.Sub(s.arrived[0]) >= time.Second {
		s.arrived = s.arrived[1:]
	}

	group := s.groups[to.Address]
	switch {
	case now.Before(s.banned) || len(s.arrived) >= cmp.Or(s.limit, 30):
		if !now.Before(s.banned) {
			s.banned = now.Add(3 * time.Second)
		}

		s.refused++

		return s.banned.Sub(now), adapters.Chat{}
	// A second on the way may be a little shorter on arrival.
	case len(group) > 0 && now.Sub(group[len(group)-1]) < 900*time.Millisecond, len(group) >= 20 && now.Sub(group[len(group)-20]) < time.Minute-100*time.Millisecond:
		s.refused++
		return 3 * time.Second, to
	}

	s.arrived = append(s.arrived, now)
	s.groups[to.Address] = append(group, now)

	s.last = now
	if s.left--; s.left == 0 {
		close(s.done)
	}

	return 0, adapters.Chat{}
}

// TestManyRecipientsInAFewGroups: a third of the messages are for fifty
// groups, ten each and all due first, the others for chats of their own. The
// groups' own pace must not cost the bot's; neither where every request takes as long, which is
// in the long form.
func TestManyRecipientsInAFewGroups(t *testing.T) {
	const (
		single, groups, each = 1000, 50, 10
		n                    = single + groups*each
	)

	for name, oneWay := range map[string]func() time.Duration{
		"still": func() time.Duration { return 20 * time.Millisecond },
		"windy": func() time.Duration {
			return 20*time.Millisecond + min(time.Duration(rand.ExpFloat64()*float64(15*time.Millisecond)), 60*time.Millisecond)
		},
	} {
		if name == "still" && os.Getenv("NEWSBELL_LONG") == "" {
			continue
		}

		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, d *desk) {
				pace := gate.New(gate.TelegramLimits())
				p := &strict{gate: pace, oneWay: oneWay, groups: map[string][]time.Time{}, left: n, done: make(chan struct{})}
				d.followMany(groups, each, single)

				ctx, stop := context.WithCancel(context.Background())
				delivery := New(Config{Store: d.store, Lanes: []Lane{{Adapter: p, Gate: pace}}, Burst: 100, Summary: 300, Log: slog.New(slog.DiscardHandler)})

				var running sync.WaitGroup

				began := time.Now()

				running.Go(func() {
					if err := delivery.Run(ctx); err != nil {
						t.Error(err)
					}
				})

				select {
				case <-p.done:
				case <-time.After(time.Hour):
					t.Error("an hour was not enough")
				}

				stop()
				running.Wait()

				ratio := p.last.Sub(began).Seconds() / (n / 30)
				t.Logf("%d messages: %.3f × the ideal, %d refused", n, ratio, p.refused)

				if ratio > 1.12 || p.refused > 0 {
					t.Errorf("want at most 1.12 × and none refused")
				}
			})
		})
	}
}

// followMany makes groups that have each alerts waiting, and chats with one each.
func (d *desk) followMany(groups, each, single int) {
	d.t.Helper()

	chats, subs := make([]int64, 0, groups+single), make([]int64, 0, groups+single)

	d.update(func(tx *store.Tx) error {
		for i := range groups + single {
			kind := string(adapters.Group)
			if i >= groups {
				kind = string(adapters.Private)
			}

			c, err := tx.EnsureChat(store.Chat{Platform: "test", Address: fmt.Sprint(i), Kind: kind})
			if err != nil {
				return err
			}

			s, _, err := tx.AddSubscription(store.Subscription{Chat: c.ID, Query: "storm", Canonical: "storm"})
			if err != nil {
				return err
			}

			chats, subs = append(chats, c.ID), append(subs, s.ID)
		}

		return nil
	})

	for i := range each {
		a := d.list(fmt.Sprintf("Storm %d", i))
		m := store.Match{Article: a.ID, Story: a.ID, At: a.At()}

		for j, chat := range chats {
			if j < groups || i == each-1 {
				m.Alerts = append(m.Alerts, store.PendingAlert{Chat: chat, Due: time.Now(), Hits: []store.Hit{{Subscription: subs[j]}}})
			}
		}

		if err := d.store.SaveMatches(context.Background(), []store.Match{m}); err != nil {
			d.t.Fatal(err)
		}
	}
}
