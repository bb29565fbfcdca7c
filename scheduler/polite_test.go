package scheduler

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"newsbell/news"
	"newsbell/sources"
	"newsbell/store"
	"newsbell/store/storetest"
)

// The rules of docs/sources.md that the poll loop keeps; the others are in
// sources/polite_test.go.

// TestRule18OneAtATimePerHost: several sources on one server, all due at once and
// all answered slowly, never meet there, and the pause lies between them.
func TestRule18OneAtATimePerHost(t *testing.T) {
	const feeds, gap = 6, 20 * time.Millisecond

	var mu sync.Mutex

	busy, together := 0, 0

	var began, ended []time.Time

	connections := map[string]bool{}
	met := make(chan struct{})

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		busy++
		together = max(together, busy)

		began = append(began, time.Now())
		connections[r.RemoteAddr] = true
		mu.Unlock()
		fmt.Fprint(w, `<rss version="2.0"><channel><title>Daily Planet</title><item><title>One</title></item></channel></rss>`)
		w.(http.Flusher).Flush()

		select { // long enough for another to meet it
		case met <- struct{}{}:
		case <-met:
		case <-time.After(10 * time.Millisecond):
		}

		mu.Lock()
		busy--

		ended = append(ended, time.Now())
		mu.Unlock()
	}))
	defer server.Close()

	var list []news.Source
	for i := range feeds {
		list = append(list, news.Source{URL: fmt.Sprintf("%s/%d", server.URL, i)})
	}

	pollAll(t, list, gap)

	if together != 1 || len(began) != feeds {
		t.Errorf("%d requests, %d at once", len(began), together)
	}

	if len(connections) > 2 { // net/http gives one up that did not say in time that it had written
		t.Errorf("%d connections", len(connections))
	}

	for i := 1; i < len(began); i++ {
		if pause := began[i].Sub(ended[i-1]); pause < gap-5*time.Millisecond { // the answer ends here a little before it has arrived
			t.Errorf("request %d came %s after the one before", i, pause)
		}
	}
}

// TestRule20OnceForEverybody: a source that the configuration and two chats name is
// one request.
func TestRule20OnceForEverybody(t *testing.T) {
	o := newOffice(t, true)
	o.paper.publish("/a", "First")
	one, other := o.follow("1", "storm"), o.follow("2", "storm")
	o.update(func(tx *store.Tx) error {
		for _, chat := range []int64{one.ID, other.ID} {
			if _, _, err := tx.AddSource(chat, "me", news.Source{URL: o.paper.URL + "/a"}); err != nil {
				return err
			}
		}

		return tx.Configure([]news.Source{{URL: o.paper.URL + "/a"}})
	})
	o.polled(1)
	o.poll(1)

	if asked := o.paper.asked("/a"); asked != 2 {
		t.Errorf("two rounds took %d requests", asked)
	}
}

// TestRule12NoBurstAtStart: many sources that are new at once are asked one after
// the other. That what was polled is not due after a restart, TestUnchangedPollsAreSaved has.
func TestRule12NoBurstAtStart(t *testing.T) {
	var list []news.Source
	for i := range 1000 {
		list = append(list, news.Source{URL: fmt.Sprintf("http://127.0.0.1:9/%d", i)})
	}

	s := storetest.Open(t)

	due, soon := 0, time.Now().Add(2*time.Second) // before the sources are, however long that takes

	if err := s.Update(t.Context(), func(tx *store.Tx) error { return tx.Configure(list) }); err != nil {
		t.Fatal(err)
	}

	if err := s.View(t.Context(), func(tx *store.Tx) error {
		return tx.Agenda(func(_ int64, _ string, at time.Time) {
			if at.Before(soon) {
				due++
			}
		})
	}); err != nil {
		t.Fatal(err)
	}

	if due > 100 {
		t.Errorf("%d of 1000 new sources are due within two seconds", due)
	}
}

// pollAll has the poll loop ask each source once.
func pollAll(t *testing.T, list []news.Source, gap time.Duration) {
	t.Helper()

	s := storetest.Open(t)

	fetcher := sources.NewFetcher(sources.Options{HostGap: gap})
	defer fetcher.Close()

	polled := make(chan PollEvent, len(list))

	p := newPoller(Config{
		Store: s, Fetcher: fetcher, Log: slog.New(slog.DiscardHandler), MinInterval: time.Hour, MaxInterval: time.Hour, MaxAge: time.Hour,
		Event: func(e PollEvent) { polled <- e },
	}, nil)
	if err := s.Update(t.Context(), func(tx *store.Tx) error {
		if err := tx.Configure(list); err != nil {
			return err
		}

		return tx.PollNow()
	}); err != nil {
		t.Fatal(err)
	}

	ctx, stop := context.WithCancel(t.Context())

	var running sync.WaitGroup
	running.Go(func() {
		if err := p.run(ctx); err != nil {
			t.Error(err)
		}
	})

	for range list {
		if e := <-polled; e.Error != "" {
			t.Error(e.Error)
		}
	}

	stop()
	running.Wait()
}

// TestAFrozenProcessAsksNoHost: who was frozen until another process may have its hosts asks none of
// them, also where a request was about to be sent.
func TestAFrozenProcessAsksNoHost(t *testing.T) {
	o := newOffice(t, true)
	o.paper.publish("/a", "First")
	o.configure("/a")

	var lost store.Lease

	for _, c := range []struct {
		ctx   context.Context
		asked int
	}{{lost.Within(t.Context()), 1}, {t.Context(), 2}} {
		if _, _, err := newPoller(o.Config, nil).visit(c.ctx, 1, sources.Turn{}); err != nil {
			t.Fatal(err)
		}

		if asked := o.paper.asked("/a"); asked != c.asked {
			t.Errorf("asked %d times, want %d", asked, c.asked)
		}
	}
}
