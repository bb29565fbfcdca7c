//go:build unix

package scheduler

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"newsbell/internal/cputime"
	"newsbell/news"
	"newsbell/sources"
	"newsbell/sources/sourcestest"
	"newsbell/store"
	"newsbell/store/storetest"
)

var (
	soakFor   = flag.Duration("soak", 0, "poll for so long and watch for growth (docs/performance-polling.md has 10m)")
	soakFeeds = flag.Int("soakfeeds", 500, "feeds to poll meanwhile")
)

// TestSoak polls hundreds of local feeds every second or two with the whole
// scheduler, a fifth of them changing all the time, and fails when heap,
// goroutines or file descriptors grow. Run it by
//
//	go test ./scheduler -run TestSoak -v -soak 10m
//
// Without -soak it takes some thousand polls of a few feeds.
func TestSoak(t *testing.T) {
	feeds, limit := *soakFeeds, *soakFor

	enough := int64(1 << 62)
	if limit == 0 {
		feeds, limit, enough = 40, 15*time.Minute, 4000
		if testing.Short() {
			enough = 1600 // of what runs at the same time there is as much
		}
	}

	port := sourcestest.Start(t, feeds)

	s := storetest.Open(t)

	fetcher := sources.NewFetcher(sources.Options{})
	defer fetcher.Close()

	var polls, failed atomic.Int64

	minimum, maximum := time.Second, 2*time.Second
	if *soakFor == 0 {
		minimum, maximum = 5*time.Millisecond, 10*time.Millisecond
	}

	sample := make(chan int64, 8) // all of a short run
	c := New(Config{
		Store: s, Fetcher: fetcher, Log: slog.New(slog.DiscardHandler), TimeZone: time.UTC,
		MinInterval: minimum, MaxInterval: maximum, MaxAge: time.Hour, Retention: store.Retention{Articles: time.Hour, Seen: time.Hour, Left: time.Hour},
		Event: func(e PollEvent) {
			if e.Error != "" {
				failed.Add(1)
			}

			if n := polls.Add(1); n%(enough/8) == 0 {
				select {
				case sample <- n:
				default:
				}
			}
		},
	})

	list := make([]news.Source, feeds)
	for i := range list {
		list[i] = news.Source{URL: fmt.Sprintf("http://127.0.0.%d:%d/feed/%d", 1+i%50, port, i), Language: "en", Outlet: "Daily Planet"}
	}

	if err := s.Update(t.Context(), func(tx *store.Tx) error {
		if err := tx.Configure(list); err != nil {
			return err
		}

		return tx.PollNow()
	}); err != nil {
		t.Fatal(err)
	}

	ctx, stop := context.WithTimeout(t.Context(), limit)
	defer stop()

	var running sync.WaitGroup
	running.Go(func() {
		if err := c.Run(ctx); err != nil {
			t.Error(err)
		}
	})

	tick := time.NewTicker(max(limit/20, time.Second))
	defer tick.Stop()

	var seen []footprint

	for round := 1; ctx.Err() == nil; round++ {
		select {
		case <-ctx.Done():
			continue
		case <-tick.C:
			if *soakFor == 0 {
				continue
			}
		case <-sample:
			if polls.Load() >= enough {
				stop()
			}
		}

		resp, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/round/%d", port, round))
		if err != nil {
			t.Fatal(err)
		}

		resp.Body.Close()

		f := measure(polls.Load())
		seen = append(seen, f)
		t.Log(f)
	}

	running.Wait()

	if failed.Load() > 0 {
		t.Errorf("%d of %d polls failed", failed.Load(), polls.Load())
	}

	if len(seen) < 6 {
		t.Fatalf("%d polls in %s are too few to judge", polls.Load(), limit)
	}
	// The first samples are from while everything is read for the first time. What has grown is
	// more in each of the last ones; a burst of polls on a busy machine is in one of them.
	early, late := seen[len(seen)/3], least(seen[len(seen)*2/3:])
	if late.heap > early.heap*5/4+4<<20 || late.goroutines > early.goroutines+40 || late.files > early.files+20 {
		t.Errorf("it grows: from %s to %s", early, late)
	}
}

// footprint is what a process holds.
type footprint struct {
	polls             int64
	heap              uint64 // bytes that live
	goroutines, files int
}

// least is the least of each thing.
func least(all []footprint) footprint {
	low := all[0]
	for _, f := range all {
		low.polls, low.heap = min(low.polls, f.polls), min(low.heap, f.heap)
		low.goroutines, low.files = min(low.goroutines, f.goroutines), min(low.files, f.files)
	}

	return low
}

func measure(polls int64) footprint {
	var m runtime.MemStats

	runtime.GC()
	runtime.ReadMemStats(&m)

	files, _ := os.ReadDir("/proc/self/fd")

	return footprint{polls, m.HeapAlloc, runtime.NumGoroutine(), len(files)}
}

func (f footprint) String() string {
	return fmt.Sprintf("after %7d polls: heap %5.1f MB, %3d goroutines, %3d files, peak resident %d MB",
		f.polls, float64(f.heap)/(1<<20), f.goroutines, f.files, cputime.PeakResident()>>10)
}
