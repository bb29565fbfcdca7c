//go:build unix

package scheduler

import (
	"compress/gzip"
	"container/heap"
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

	"newsbell/internal/cputime"
	"newsbell/news"
	"newsbell/sources"
	"newsbell/sources/sourcestest"
	"newsbell/store"
	"newsbell/store/storetest"
)

var pollCost = flag.Int("cost", 0, "measure polls over this many local feeds (docs/performance-polling.md has 1000)")

var costHosts = flag.Int("hosts", DefaultAtOnce, "on so many hosts: each is asked one thing at a time")

// TestPollCost measures the processor time of the poll loop, database included,
// beside its floors, against a server in another process. Run it by
//
//	go test ./scheduler -run TestPollCost -v -cost 2000 -hosts 1
func TestPollCost(t *testing.T) {
	if *pollCost == 0 {
		t.Skip("a measurement: give -cost 2000")
	}

	c := newCosts(t, *pollCost)

	first := c.polls("a first read")

	t.Logf("  peak resident until here %d MB", cputime.PeakResident()>>10)

	floor := c.floor("  floor: download and gofeed", c.downloadAndParse)
	c.ratio(first, floor, 1.3)

	unchanged := c.polls("unchanged, 304")
	floor = c.floor("  floor: bare request, 304", func(i int) { c.bare(i, true, nil) })
	c.ratio(unchanged, floor, 1.5)

	c.get("/validators/off")
	c.polls("(a round in between: each hash is new)")
	same := c.polls("unchanged, the same bytes")
	floor = c.floor("  floor: bare request, body read", func(i int) { c.bare(i, false, nil) })
	c.ratio(same, floor, 1.5)
	c.get("/validators/on")
	c.polls("(a round in between: validators)")

	c.get("/round/1")
	tenth := c.polls("10 % of the feeds with 2 new items")
	floor = c.floor("  floor: bare request, 304", func(i int) { c.bare(i, true, nil) })
	c.ratio(tenth, floor, 3)

	var m runtime.MemStats

	runtime.GC()
	runtime.ReadMemStats(&m)
	t.Logf("heap in use %d MB, peak resident %d MB", m.HeapInuse>>20, cputime.PeakResident()>>10)
}

// BenchmarkUnchanged is 2,000 unchanged polls, for the profiler.
func BenchmarkUnchanged(b *testing.B) {
	c := newCosts(b, 2000)
	c.polls("a first read")

	for b.Loop() {
		c.polls("unchanged, 304")
		c.floor("  floor", func(i int) { c.bare(i, true, nil) })
	}
}

// BenchmarkTenth is 2,000 polls of which 200 find two new items.
func BenchmarkTenth(b *testing.B) {
	c := newCosts(b, 2000)
	c.polls("a first read")

	for n := 1; b.Loop(); n++ {
		c.get(fmt.Sprintf("/round/%d", n))
		c.polls("10 % with 2 new items")
	}
}

// TestFeedServer is the server.
func TestFeedServer(t *testing.T) { sourcestest.Serve(t) }

// costs is the poll loop over local feeds, on as many hosts as it asks at once.
type costs struct {
	t      testing.TB
	feeds  int
	port   int
	client *http.Client
	poller *poller
	polled chan PollEvent
}

func newCosts(t testing.TB, feeds int) *costs {
	t.Helper()
	c := &costs{t: t, feeds: feeds, port: sourcestest.Start(t, feeds), polled: make(chan PollEvent, 100)}
	c.client = &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConns: 2 * DefaultAtOnce, MaxIdleConnsPerHost: 2}}

	s, err := store.Open(t.Context(), storetest.Database(t, filepath.Join(t.TempDir(), "cost.db")))
	if err != nil {
		t.Fatal(err)
	}

	fetcher := sources.NewFetcher(sources.Options{})
	c.poller = newPoller(Config{
		Store: s, Fetcher: fetcher, Log: slog.New(slog.DiscardHandler), MinInterval: 24 * time.Hour, MaxInterval: 24 * time.Hour,
		MaxAge: 48 * time.Hour, Event: func(e PollEvent) { c.polled <- e },
	}, nil)

	list := make([]news.Source, feeds)
	for i := range list {
		list[i] = news.Source{URL: c.url(i), Language: "en", Outlet: "Daily Planet"}
	}

	if err := s.Update(t.Context(), func(tx *store.Tx) error { return tx.Configure(list) }); err != nil {
		t.Fatal(err)
	}

	<-s.Wait(store.NewSources)
	c.poller.readAgenda(t.Context())

	for _, p := range c.poller.agenda.sources {
		p.due = p.due.Add(time.Hour) // until polls makes it due
	}

	ctx, stop := context.WithCancel(context.Background())

	var running sync.WaitGroup
	running.Go(func() {
		if err := c.poller.run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		stop()
		running.Wait()
		fetcher.Close()
		s.Close()
	})

	return c
}

// url: the feeds of one host follow each other.
func (c *costs) url(i int) string {
	return fmt.Sprintf("http://127.0.0.%d:%d/feed/%d", 1+i%*costHosts, c.port, i)
}

// polls has the poll loop ask every source once and save what it brought, and
// returns processor time per source.
func (c *costs) polls(name string) time.Duration {
	c.t.Helper()

	return c.measure(name, func() {
		c.poller.mu.Lock()
		for _, p := range c.poller.agenda.sources {
			p.due = time.Now()
			heap.Fix(&p.host.due, p.index)
			c.poller.agenda.reorderHost(p.host)
		}
		c.poller.mu.Unlock()
		wakeWaiter(c.poller.ended)

		for range c.feeds {
			if e := <-c.polled; e.Error != "" {
				c.t.Error(e.Error)
			}
		}
	})
}

// floor does something for every feed, as many hosts at once as the poll loop.
func (c *costs) floor(name string, do func(i int)) time.Duration {
	c.t.Helper()

	return c.measure(name, func() {
		var hosts sync.WaitGroup
		for host := range *costHosts {
			hosts.Go(func() {
				for i := host; i < c.feeds; i += *costHosts {
					do(i)
				}
			})
		}

		hosts.Wait()
	})
}

func (c *costs) measure(name string, do func()) time.Duration {
	c.t.Helper()
	runtime.GC()

	start, wall := cputime.Used(), time.Now()

	do()

	per := (cputime.Used() - start) / time.Duration(c.feeds)
	c.t.Logf("%-38s %8.3f ms of CPU, %6.0f polls/s", name, per.Seconds()*1000, float64(c.feeds)/time.Since(wall).Seconds())

	return per
}

func (c *costs) ratio(ours, floor time.Duration, want float64) {
	c.t.Helper()
	c.t.Logf("  %.2f times the floor, wanted at most %.1f", float64(ours)/float64(floor), want)
}

// bare asks as net/http does, without anything around it.
func (c *costs) bare(i int, conditional bool, read func(io.Reader)) {
	req, err := http.NewRequest(http.MethodGet, c.url(i), nil)
	if err != nil {
		c.t.Error(err)
		return
	}

	req.Header.Set("Accept-Encoding", "gzip")

	if conditional {
		req.Header.Set("X-Unchanged", "1")
	}

	resp, err := c.client.Do(req)
	if err != nil {
		c.t.Error(err)
		return
	}
	defer resp.Body.Close()

	if read != nil {
		read(resp.Body)
	} else {
		io.Copy(io.Discard, resp.Body)
	}
}

func (c *costs) downloadAndParse(i int) {
	c.bare(i, false, func(r io.Reader) {
		z, err := gzip.NewReader(r)
		if err != nil {
			c.t.Error(err)
			return
		}

		if f, err := gofeed.NewParser().Parse(z); err != nil || len(f.Items) != 50 {
			c.t.Error(err)
		}
	})
}

func (c *costs) get(path string) {
	resp, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d%s", c.port, path))
	if err != nil {
		c.t.Fatal(err)
	}

	resp.Body.Close()
}
