package systemtest

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/delivery"
	"newsbell/news"
	"newsbell/scheduler"
	"newsbell/sources"
	"newsbell/store"
	"newsbell/store/storetest"
)

// herald is a platform that tells when a message reaches it.
type herald struct {
	adapters.Adapter // the methods that nobody calls
	heard            chan time.Time
}

func (h *herald) Platform() string { return "test" }

func (h *herald) Room(d *adapters.Digest) int { return len(d.Alerts) }

func (h *herald) Send(context.Context, adapters.Chat, *adapters.Message) (string, error) {
	h.heard <- time.Now()
	return "1", nil
}

// BenchmarkPublishToAlert is the way of a story through the running program
// beyond its poll: saved, matched, claimed, handed to the platform.
func BenchmarkPublishToAlert(b *testing.B) {
	s, err := store.Open(context.Background(), filepath.Join(b.TempDir(), "bench.db"))
	if err != nil {
		b.Fatal(err)
	}

	must := func(do func(*store.Tx) error) {
		if err := s.Update(context.Background(), do); err != nil {
			b.Fatal(err)
		}
	}
	must(func(t *store.Tx) error {
		if err := t.Configure([]news.Source{{URL: "http://127.0.0.1:1/feed", Outlet: "Outlet"}}); err != nil {
			return err
		}

		chat, err := t.EnsureChat(store.Chat{Platform: "test", Address: "1", Kind: "private"})
		if err == nil {
			_, _, err = t.AddSubscription(store.Subscription{Chat: chat.ID, Query: "storm", Canonical: "storm"})
		}

		return err
	})

	h := &herald{heard: make(chan time.Time)}
	fetcher := sources.NewFetcher(sources.Options{})
	ctx, stop := context.WithCancel(context.Background())

	var running sync.WaitGroup

	log := slog.New(slog.DiscardHandler)
	for _, run := range []func(context.Context) error{
		scheduler.New(scheduler.Config{Store: s, Fetcher: fetcher, Log: log, MinInterval: time.Hour, MaxInterval: time.Hour, MaxAge: time.Hour, TimeZone: time.UTC, Group: true}).Run,
		delivery.New(delivery.Config{Store: s, Lanes: []delivery.Lane{{Adapter: h, Gate: gate.New(gate.Limits{})}}, Burst: 10, Summary: 300, Log: log}).Run,
	} {
		running.Go(func() { _ = run(ctx) })
	}

	publish := func(i int) {
		a := news.Article{Key: fmt.Sprint(i), URL: fmt.Sprintf("https://outlet.example/%d", i), Title: "Storm " + madeUpWord() + " " + madeUpWord(), Published: time.Now()}

		must(func(t *store.Tx) error {
			return storetest.Poll(t, 1, a)
		})
	}
	publish(0) // the baseline

	var took []time.Duration

	for i := 1; b.Loop(); i++ {
		began := time.Now()

		publish(i)

		took = append(took, (<-h.heard).Sub(began))
	}

	stop()
	running.Wait()
	fetcher.Close()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-median")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")

	if err := s.Close(); err != nil {
		b.Error(err)
	}
}
