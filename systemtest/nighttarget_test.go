package systemtest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters/target"
	"newsbell/store"
	"newsbell/subscriptions"
)

// nightHook is a webhook in the memory of a night.
type nightHook struct {
	http.Handler

	mu     sync.Mutex
	digest int // messages
	single int
	more   int            // that messages only count
	told   map[string]int // by title
}

func (h *nightHook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/hook" {
		h.Handler.ServeHTTP(w, r)
		return
	}

	var event struct {
		Event, Title string
		More         int
		Alerts       []struct{ Title string }
	}
	if err := json.NewDecoder(r.Body).Decode(&event); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}

	h.mu.Lock()
	defer h.mu.Unlock()

	if event.Event == "alert" {
		h.single++
		h.told[event.Title]++
	} else {
		h.digest++
	}

	h.more += event.More

	for _, a := range event.Alerts {
		h.told[a.Title]++
	}
}

// read is how much the hook was told.
func (h *nightHook) read() (single, digests, more int, told map[string]int) {
	h.mu.Lock()
	defer h.mu.Unlock()

	told = make(map[string]int, len(h.told))
	maps.Copy(told, h.told)

	return h.single, h.digest, h.more, told
}

// TestANightsSpikeAtAScheduledTarget: what matches at night, 512 stories within an hour and a half
// (80 in the short form), is at a target with a time of its own one digest then, in as many messages as it takes: nothing
// comes before, none is lost, none comes twice and none is only counted. The chat's own quiet hours
// end earlier and change nothing there.
func TestANightsSpikeAtAScheduledTarget(t *testing.T) {
	t.Parallel()

	spike := 512
	if !isLong() {
		spike = 80 // more than a digest with buttons lists
	}

	path := filepath.Join(t.TempDir(), "night.db")

	synctest.Test(t, func(t *testing.T) {
		n := newNight(t, path)
		hook := &nightHook{Handler: n, told: map[string]int{}}

		ctx, stop := context.WithCancel(t.Context())

		var running sync.WaitGroup

		n.sleepUntil(1, 21, 40)
		running.Go(func() { n.runTo(ctx, hook) })
		time.Sleep(10 * time.Minute)
		n.asks("settings", "zone UTC")
		n.asks("settings", "quiet 22:00-23:40")
		n.asks("subscribe", "harbour")
		n.addScheduledTarget("daily 23:50")

		n.sleepUntil(1, 22, 5)

		want := n.publishSpike(spike)

		n.sleepUntil(1, 23, 48)
		synctest.Wait()

		if single, digests, _, _ := hook.read(); single+digests > 0 {
			t.Errorf("before its time come %d alerts and %d digests", single, digests)
		}

		n.sleepUntil(1, 23, 58)
		synctest.Wait()

		single, digests, more, told := hook.read()
		if single > 0 || digests != (spike+19)/20 || more > 0 {
			t.Errorf("%d alerts come alone, %d messages are digests, %d alerts are only counted", single, digests, more)
		}

		for _, title := range want {
			if told[title] != 1 {
				t.Errorf("%q comes %d times", title, told[title])
			}
		}

		if len(told) != spike {
			t.Errorf("%d stories come, %d were published", len(told), spike)
		}

		stop()
		running.Wait()

		if err := n.store.Close(); err != nil {
			t.Error(err)
		}
	})
}

// publishSpike has the outlets publish so many stories, a multiple of 16, in four rounds.
func (n *night) publishSpike(stories int) (titles []string) {
	for range 4 {
		for outlet := range n.feeds {
			var round []string

			for range stories / 4 / len(n.feeds) {
				round = append(round, fmt.Sprintf("Harbour %s %s opens", madeUpWord(), madeUpWord()))
			}

			n.mu.Lock()
			n.feeds[outlet] = append(n.feeds[outlet], round...)
			n.mu.Unlock()

			titles = append(titles, round...)
		}

		time.Sleep(20 * time.Minute)
	}

	return titles
}

// addScheduledTarget has the chat's alerts go to the hook at times of its own.
func (n *night) addScheduledTarget(when string) {
	n.t.Helper()

	schedule, err := subscriptions.ParseSchedule(when)
	if err != nil {
		n.t.Fatal(err)
	}

	err = n.store.Update(n.t.Context(), func(tx *store.Tx) error {
		c, err := tx.ChatByID(1)
		if err != nil {
			return err
		}

		_, err = tx.AddTarget(c, store.Target{URL: "http://hook.example/hook", Secret: "s", Schedule: schedule})

		return err
	})
	if err != nil {
		n.t.Fatal(err)
	}
}

// runTo runs the loops for the chat and its target until ctx ends.
func (n *night) runTo(ctx context.Context, hook http.Handler) {
	transport := &http.Transport{DialContext: n.listener.Dial}
	defer transport.CloseIdleConnections()

	places := target.New(target.Config{
		Platform: target.Platform, Client: &http.Client{Transport: transport},
		Find: func(ctx context.Context, address string) (found target.Found, err error) {
			if _, err := strconv.Atoi(address); err != nil {
				return found, err
			}

			return found, n.store.View(ctx, func(tx *store.Tx) error {
				g, err := tx.TargetAt(address)
				if err == nil {
					found = target.Found{Address: g.URL, Secret: g.Secret}
				}

				return err
			})
		},
	})

	n.runWith(ctx, false, hook, n.chat, places)
}
