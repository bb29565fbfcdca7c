package systemtest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"hash/maphash"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/delivery"
	"newsbell/internal/porttest"
	"newsbell/news"
	"newsbell/scheduler"
	"newsbell/sources"
	"newsbell/store"
)

var (
	dayHours   = flag.Int("day.hours", 2, "how many hours TestDay simulates")
	daySources = flag.Int("day.sources", 40, "how many sources it polls")
	dayChats   = flag.Int("day.chats", 100, "how many chats it tells")
)

// TestDay runs poll, match and delivery for a simulated day: sources that
// publish and fail, a platform that refuses, loses answers and is down for an
// hour. Each chat has to be told each story of its own exactly once. It prints
// the heap and the goroutines each hour; after the second hour they may not grow
// by more than a twentieth, but for the stories that are open.
func TestDay(t *testing.T) {
	if *dayHours <= 2 { // nothing is held against the heap yet, which all tests share
		t.Parallel()
	}

	synctest.Test(t, func(t *testing.T) {
		d := newDay(t)
		ctx, stop := context.WithCancel(context.Background())

		var running sync.WaitGroup
		running.Go(func() { d.run(ctx) })
		d.watch(*dayHours)
		stop()
		running.Wait()
		d.judge()

		if err := d.store.Close(); err != nil {
			t.Error(err)
		}
	})
}

// day is a simulated world: publishers, a platform, and Newsbell in between.
type day struct {
	t        *testing.T
	store    *store.Store
	listener *porttest.Pipes
	platform *platform
	began    time.Time

	mu    sync.Mutex
	feeds [][]dayItem // what each lists, the newest last
	items []dayWord   // all that was ever listed, by number
	polls int
}

// dayItem is an item of a feed; its title ends with its number.
type dayItem struct {
	title string
	at    time.Time
}

// dayWord is what is remembered of an item: 2 bytes, and the room for all of them
// is there from the start, so that the test itself does not grow.
type dayWord struct {
	word  uint8
	quiet bool
}

// dayWords is how many different things people follow.
const dayWords = 20

func newDay(t *testing.T) *day {
	d := &day{t: t, began: time.Now(), feeds: make([][]dayItem, *daySources), listener: porttest.NewPipes()}
	most := *daySources + *dayHours*60*dayRate()
	d.items = make([]dayWord, 0, most)

	d.platform = &platform{told: make([][]uint8, *dayChats), nonces: make(map[uint64]bool, most**dayChats/dayWords), downFrom: d.began.Add(50 * time.Minute), downTo: d.began.Add(110 * time.Minute)}
	for chat := range d.platform.told {
		d.platform.told[chat] = make([]uint8, most)
	}

	var err error
	if d.store, err = store.Open(context.Background(), filepath.Join(t.TempDir(), "day.db")); err != nil {
		t.Fatal(err)
	}

	err = d.store.Update(context.Background(), func(tx *store.Tx) error {
		var list []news.Source

		for i := range d.feeds {
			d.publish(i, true)
			list = append(list, news.Source{URL: fmt.Sprintf("http://press%d.example/%d", i%40, i), Outlet: fmt.Sprintf("Outlet %d", i)})
		}

		if err := tx.Configure(list); err != nil {
			return err
		}

		for i := range *dayChats {
			chat, err := tx.EnsureChat(store.Chat{Platform: "test", Address: fmt.Sprint(i), Kind: "private"})
			if err != nil {
				return err
			}

			word := fmt.Sprintf("keyword%d", i%dayWords)
			if _, _, err := tx.AddSubscription(store.Subscription{Chat: chat.ID, Query: word, Canonical: word}); err != nil {
				return err
			}
		}

		return nil
	})
	if err != nil {
		t.Fatal(err)
	}

	return d
}

func (d *day) publish(feed int, quiet bool) {
	d.mu.Lock()
	defer d.mu.Unlock()

	word := rand.N(dayWords)
	title := fmt.Sprintf("%s %s keyword%d %s no %d", madeUpWord(), madeUpWord(), word, madeUpWord(), len(d.items))
	d.items = append(d.items, dayWord{uint8(word), quiet})
	listed := d.feeds[feed]
	d.feeds[feed] = append(slices.Clone(listed[max(0, len(listed)-dayListed+1):]), dayItem{title, time.Now()})
}

// dayListed is how many items a feed lists.
const dayListed = 30

// dayRate is how many items are published each minute: two an hour by each source.
func dayRate() int { return max(2**daySources/60, 1) }

// ServeHTTP is every publisher: it lists the newest 30 items, and fails at times.
func (d *day) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var feed int
	if _, err := fmt.Sscanf(r.URL.Path, "/%d", &feed); err != nil {
		http.NotFound(w, r)
		return
	}

	d.mu.Lock()
	defer d.mu.Unlock()

	d.polls++
	if time.Since(d.began) > baselineTime && rand.N(50) == 0 {
		w.WriteHeader([]int{500, 503, 404}[rand.N(3)])
		return
	}

	items := d.feeds[feed]
	tag := fmt.Sprintf("%q", items[len(items)-1].title)
	w.Header().Set("ETag", tag)

	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}

	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><rss version="2.0"><channel><title>Press</title>`)

	for _, it := range items {
		id := strings.ReplaceAll(it.title, " ", "-")
		fmt.Fprintf(&b, `<item><title>%s</title><link>http://%s/%s</link><guid>%s</guid><pubDate>%s</pubDate></item>`,
			it.title, r.Host, id, id, it.at.UTC().Format(time.RFC1123Z))
	}

	b.WriteString(`</channel></rss>`)
	w.Header().Set("Content-Type", "application/rss+xml")
	_, _ = w.Write([]byte(b.String()))
}

func (d *day) run(ctx context.Context) {
	runLoops(ctx, d.t, d.store, d, d.listener, []adapters.Adapter{d.platform}, scheduler.Config{MinInterval: 5 * time.Minute, MaxInterval: time.Hour}, sources.Options{HostGap: 2 * time.Second})
}

// runLoops runs the loops of the program on one chat platform until ctx ends, with publishers who
// answer at a listener.
func runLoops(ctx context.Context, t *testing.T, s *store.Store, publishers http.Handler, at *porttest.Pipes, platforms []adapters.Adapter, c scheduler.Config, o sources.Options) {
	o.Dial = at.Dial
	fetcher := sources.NewFetcher(o)
	server := &http.Server{Handler: publishers}
	log := slog.New(slog.DiscardHandler)

	var parts sync.WaitGroup
	parts.Go(func() { _ = server.Serve(at) })

	c.Store, c.Fetcher, c.Log, c.MaxAge, c.TimeZone = s, fetcher, log, 48*time.Hour, time.UTC
	c.Retention = store.Retention{Articles: 30 * 24 * time.Hour, Seen: 30 * 24 * time.Hour, Left: time.Hour}

	var lanes []delivery.Lane
	for _, platform := range platforms {
		lanes = append(lanes, delivery.Lane{Adapter: platform, Gate: gate.New(gate.TelegramLimits())})
	}

	for _, part := range []func(context.Context) error{
		scheduler.New(c).Run,
		delivery.New(delivery.Config{Store: s, Lanes: lanes, Burst: 10, Summary: 300, Log: log}).Run,
	} {
		parts.Go(func() {
			if err := part(ctx); err != nil {
				t.Error(err)
			}
		})
	}

	<-ctx.Done()

	_ = server.Close()
	fetcher.Close()
	parts.Wait()
}

// baselineTime is what all sources get for an undisturbed first poll.
const baselineTime = 5 * time.Minute

// watch lets the hours pass: each source publishes about twice an hour.
func (d *day) watch(hours int) {
	time.Sleep(baselineTime)

	var second runtime.MemStats

	threads, goroutines, known := 0, 0, 0
	for hour := 1; hour <= hours; hour++ {
		goroutines = runtime.NumGoroutine()

		for range 60 {
			for range dayRate() {
				d.publish(rand.N(*daySources), false)
			}
			// Polls and messages under way at a moment come and go: the hour's least counts.
			for range 12 {
				time.Sleep(5 * time.Second)

				goroutines = min(goroutines, runtime.NumGoroutine())
			}
		}

		runtime.GC()

		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		d.mu.Lock()
		polls := d.polls
		d.mu.Unlock()
		d.platform.mu.Lock()
		told, attempts := d.platform.count, d.platform.attempts
		d.platform.mu.Unlock()
		d.t.Logf("hour %2d: heap %5.1f MB, %3d goroutines, %d polls, %d told in %d attempts", hour, float64(m.HeapAlloc)/1e6, goroutines, polls, told, attempts)

		switch {
		case hour == 2:
			second, threads, known = m, goroutines, d.listed()
		case hour > 2:
			grown := float64(m.HeapAlloc) - float64(second.HeapAlloc) - float64(openStory*(d.listed()-known))
			if grown > 0.05*float64(second.HeapAlloc) || float64(goroutines) > 1.05*float64(threads)+keptOpen {
				d.t.Errorf("it grows: %.1f MB and %d goroutines after hour 2, now %.1f MB and %d", float64(second.HeapAlloc)/1e6, threads, float64(m.HeapAlloc)/1e6, goroutines)
			}
		}
	}

	time.Sleep(4 * time.Hour) // the last polls and messages, whatever failed
}

const (
	// openStory is what a story takes while it is open, in bytes: for 72 hours, so
	// that a day does not reach the height at which it stays.
	openStory = 256
	// keptOpen are goroutines of connections that wait for the next poll: how many
	// there are is chance.
	keptOpen = 8
)

// listed is how many items were ever listed.
func (d *day) listed() int {
	d.mu.Lock()
	defer d.mu.Unlock()

	return len(d.items)
}

// judge compares what was told with what the publishers and the queries say.
func (d *day) judge() {
	lost, doubled, expected := 0, 0, 0

	for chat := range *dayChats {
		for i, it := range d.items {
			told := int(d.platform.told[chat][i])
			if it.quiet || int(it.word) != chat%dayWords {
				doubled += told // it should not have come at all
				continue
			}

			expected++

			if told == 0 {
				lost++
			}

			doubled += max(told-1, 0)
		}
	}

	var folded int

	err := d.store.View(context.Background(), func(t *store.Tx) error {
		c, err := t.CountAlerts()

		folded = c.Folded
		if c.Waiting > 0 || len(c.Dropped) > 0 {
			d.t.Errorf("%d still wait, dropped: %v", c.Waiting, c.Dropped)
		}

		return err
	})
	d.t.Logf("%d expected, %d lost, %d doubled, %d folded into a digest's count", expected, lost-folded, doubled, folded)

	if err != nil || expected == 0 || lost != folded || doubled > 0 {
		d.t.Errorf("lost %d with %d folded, doubled %d of %d (%v)", lost, folded, doubled, expected, err)
	}
}

// platform is a chat platform that recognises a nonce, and has bad days.
type platform struct {
	adapters.Adapter // the methods that nobody calls

	downFrom, downTo time.Time
	mu               sync.Mutex
	told             [][]uint8       // by chat and item
	nonces           map[uint64]bool // by their hash, so that what is kept does not grow
	count, attempts  int
}

func (p *platform) Platform() string { return "test" }

func (p *platform) Room(d *adapters.Digest) int { return min(len(d.Alerts), 15) }

func (p *platform) Find(context.Context, adapters.Chat, *adapters.Message) (string, bool, error) {
	return "", false, adapters.ErrUnsupported
}

func (p *platform) Send(_ context.Context, to adapters.Chat, m *adapters.Message) (string, error) {
	time.Sleep(time.Duration(30+rand.N(40)) * time.Millisecond)
	p.mu.Lock()
	defer p.mu.Unlock()

	p.attempts++

	now := time.Now()
	switch {
	case now.After(p.downFrom) && now.Before(p.downTo):
		return "", &adapters.SendError{Fate: adapters.Retry, Reason: "502", Cause: errors.New("bad gateway")}
	case rand.N(100) == 0:
		return "", &adapters.SendError{Fate: adapters.Later, After: 20 * time.Second, Reason: "429"}
	case rand.N(100) == 0:
		return "", &adapters.SendError{Fate: adapters.Retry, Reason: "reset"}
	}

	if n := maphash.String(nonceSeed, m.Nonce); !p.nonces[n] {
		p.nonces[n] = true
		p.take(numberAfter(to.Address, " "), m)
	}

	if rand.N(100) == 0 {
		return "", &adapters.SendError{Fate: adapters.Unsure, Reason: "the answer was lost"}
	}

	return "1", nil
}

var nonceSeed = maphash.MakeSeed()

// numberAfter is the number behind the last mark of a text, if there is one.
func numberAfter(text, mark string) int {
	n, err := strconv.Atoi(text[strings.LastIndex(text, mark)+1:])
	if err != nil {
		panic(err)
	}

	return n
}

func (p *platform) take(chat int, m *adapters.Message) {
	p.count++
	if m.Alert != nil {
		p.told[chat][numberAfter(m.Alert.Title, " ")]++
		return
	}

	for _, a := range m.Digest.Alerts {
		p.told[chat][numberAfter(a.Title, " ")]++
	}
}
