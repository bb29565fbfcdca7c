package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/ai"
	"newsbell/ai/aitest"
	"newsbell/bot/answers"
	"newsbell/news"
	"newsbell/store"
)

// waitingBytes returns the median of what a waiting chat costs in memory: what other
// tests leave behind may be freed meanwhile.
func waitingBytes() float64 {
	var each []float64
	for range 5 {
		each = append(each, waitingBytesOnce())
	}

	slices.Sort(each)

	return each[len(each)/2]
}

// waitingBytesOnce queues 100,000 waiting chats in a lane, as a story that so many
// follow does, and returns what each costs in memory.
func waitingBytesOnce() float64 {
	const chats = 100_000

	var before, after runtime.MemStats

	l := newLane(&Delivery{}, Lane{Adapter: &platform{}, Gate: gate.New(gate.TelegramLimits())})

	runtime.GC()
	runtime.ReadMemStats(&before)

	now := time.Now()
	for chat := range int64(chats) {
		l.add(store.Waiting{Chat: chat + 1, Platform: "test", Address: "1", Kind: "private", Count: 1, Due: now})
	}

	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(l)

	return (float64(after.HeapAlloc) - float64(before.HeapAlloc)) / chats
}

func TestAWaitingChatIsSmall(t *testing.T) {
	if bytes := waitingBytes(); bytes > 64 {
		t.Errorf("a waiting chat takes %.1f bytes, want at most 64", bytes)
	}
}

func BenchmarkWaiting(b *testing.B) {
	for b.Loop() {
		b.ReportMetric(waitingBytes(), "B/waiting")
	}
}

// BenchmarkDeliver takes a story through the whole loop to 10,000 chats of a
// platform that has no limits and answers at once: looked up, claimed, rendered,
// sent, settled, logged.
func BenchmarkDeliver(b *testing.B) {
	const chats = 10_000

	s, err := store.Open(context.Background(), filepath.Join(b.TempDir(), "bench.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()

	must := func(do func(*store.Tx) error) {
		if err := s.Update(context.Background(), do); err != nil {
			b.Fatal(err)
		}
	}
	rings := make([]store.PendingAlert, chats)

	must(func(t *store.Tx) error {
		if err := t.Configure([]news.Source{{URL: "http://example.org/feed", Outlet: "The Outlet"}}); err != nil {
			return err
		}

		for i := range rings {
			c, err := t.EnsureChat(store.Chat{Platform: "test", Address: fmt.Sprint(i), Kind: "private"})
			if err != nil {
				return err
			}

			sub, _, err := t.AddSubscription(store.Subscription{Chat: c.ID, Query: "storm", Canonical: "storm"})
			if err != nil {
				return err
			}

			rings[i] = store.PendingAlert{Chat: c.ID, Due: t.Now, Hits: []store.Hit{{Subscription: sub.ID, Matched: []string{"Storm"}}}}
		}

		return nil
	})

	for n := 0; b.Loop(); n++ {
		b.StopTimer()

		url := fmt.Sprintf("http://example.org/%d", n)

		var story int64

		must(func(t *store.Tx) error {
			_, err := t.SavePoll(store.PreparePoll(store.PollResult{Source: 1, Next: t.Now, Articles: []news.Article{{Key: url, URL: url, Title: "Storm ahead", Summary: "It blows.", Published: t.Now}}}), time.Hour)
			if err == nil {
				var found []*store.Article

				found, err = t.ArticlesAt(url)
				story = found[0].ID
			}

			return err
		})

		if err := s.SaveMatches(context.Background(), []store.Match{{Article: story, Story: story, At: time.Now(), Alerts: rings}}); err != nil {
			b.Fatal(err)
		}

		told := make(chan struct{}, chats)
		d := New(Config{
			Store: s, Lanes: []Lane{{Adapter: &platform{}, Gate: gate.New(gate.Limits{})}}, Burst: 10, Summary: 300,
			Log: slog.New(slog.DiscardHandler), Event: func(Event) { told <- struct{}{} },
		})
		ctx, stop := context.WithCancel(context.Background())

		var running sync.WaitGroup

		b.StartTimer()
		running.Go(func() { _ = d.Run(ctx) })

		for range chats {
			<-told
		}

		b.StopTimer()
		stop()
		running.Wait()
		b.StartTimer()
	}

	b.ReportMetric(float64(b.N)*chats/b.Elapsed().Seconds(), "messages/s")
}

// announcing is a platform that says of each message when it took it.
type announcing struct {
	platform
	took chan struct{}
}

func (a *announcing) Send(ctx context.Context, to adapters.Chat, m *adapters.Message) (string, error) {
	ref, err := a.platform.Send(ctx, to, m)
	a.took <- struct{}{}

	return ref, err
}

// BenchmarkBesideAModel takes one alert after the other from its match to the platform, without
// a language model and beside one that hangs over what it is to judge: side by side, because
// machines differ.
func BenchmarkBesideAModel(b *testing.B) {
	for _, hangs := range []bool{false, true} {
		b.Run(map[bool]string{false: "none", true: "hangs"}[hangs], func(b *testing.B) { benchBesideAModel(b, hangs) })
	}
}

func benchBesideAModel(b *testing.B, hangs bool) {
	s, err := store.Open(context.Background(), filepath.Join(b.TempDir(), "bench.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()

	r := &ringer{b: b, store: s}
	r.update(func(t *store.Tx) error {
		return t.Configure([]news.Source{{URL: "http://example.org/feed", Outlet: "The Outlet"}})
	})

	ctx, stop := context.WithCancel(context.Background())
	p := &announcing{took: make(chan struct{}, 1)}
	d := New(Config{Store: s, Lanes: []Lane{{Adapter: p, Gate: gate.New(gate.Limits{})}}, Burst: 10, Summary: 300, Log: slog.New(slog.DiscardHandler)})

	var running sync.WaitGroup
	running.Go(func() { _ = d.Run(ctx) })

	defer func() { stop(); running.Wait() }()

	if hangs {
		server := aitest.Honest(b)
		w := ai.New(ai.Config{URL: server.URL, Model: "copy", HTTP: server.Client()}, answers.Ledger{Store: s})

		if _, _, err := w.Probe(ctx); err != nil {
			b.Fatal(err)
		}

		server.Turn(aitest.Hangs)
		r.ring(r.follower("judged", "the firm, not the river"), time.Hour)

		j := answers.Judge{Store: s, Writer: w, Zone: time.UTC, Log: slog.New(slog.DiscardHandler)}

		running.Go(func() { j.Run(ctx) })
	}

	plain := r.follower("plain", "")

	for b.Loop() {
		r.ring(plain, 0)
		<-p.took
	}
}

// ringer makes stories ring for a benchmark.
type ringer struct {
	b     *testing.B
	store *store.Store
	n     int
}

func (r *ringer) update(do func(*store.Tx) error) {
	if err := r.store.Update(context.Background(), do); err != nil {
		r.b.Fatal(err)
	}
}

// follower makes a chat with a subscription, and returns what it is alerted by.
func (r *ringer) follower(address, only string) (alert store.PendingAlert) {
	r.update(func(t *store.Tx) error {
		c, err := t.EnsureChat(store.Chat{Platform: "test", Address: address, Kind: "private"})
		if err != nil {
			return err
		}

		sub, _, err := t.AddSubscription(store.Subscription{Chat: c.ID, Query: "storm", Canonical: "storm"})
		if err != nil {
			return err
		}

		alert = store.PendingAlert{Chat: c.ID, Hits: []store.Hit{{Subscription: sub.ID, Matched: []string{"Storm"}, Judge: only != ""}}}

		return t.SetOnly(sub.ID, only)
	})

	return alert
}

// ring alerts a chat of a new story, after some time.
func (r *ringer) ring(alert store.PendingAlert, wait time.Duration) {
	r.n++
	url := fmt.Sprintf("http://example.org/%d", r.n)

	var story int64

	r.update(func(t *store.Tx) error {
		_, err := t.SavePoll(store.PreparePoll(store.PollResult{Source: 1, Next: t.Now, Articles: []news.Article{{Key: url, URL: url, Title: "Storm ahead", Published: t.Now}}}), time.Hour)
		if err != nil {
			return err
		}

		found, err := t.ArticlesAt(url)
		story = found[0].ID

		return err
	})

	alert.Due = time.Now().Add(wait)
	if err := r.store.SaveMatches(context.Background(), []store.Match{{Article: story, Story: story, At: time.Now(), Alerts: []store.PendingAlert{alert}}}); err != nil {
		r.b.Fatal(err)
	}
}
