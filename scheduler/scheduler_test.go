package scheduler

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"newsbell/locales"
	"newsbell/news"
	"newsbell/sources"
	"newsbell/store"
	"newsbell/store/storetest"
)

// paper is a feed server that a test writes.
type paper struct {
	*httptest.Server
	mu    sync.Mutex
	items map[string][]string // by path: titles
	polls map[string]int
	moved map[string]string // by path: where it has moved for good
	gone  map[string]bool
}

func newPaper(t *testing.T) *paper {
	p := &paper{items: map[string][]string{}, polls: map[string]int{}, moved: map[string]string{}, gone: map[string]bool{}}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)

	return p
}

func (p *paper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.polls[r.URL.Path]++
	if to := p.moved[r.URL.Path]; to != "" {
		http.Redirect(w, r, to, http.StatusMovedPermanently)
		return
	}

	if p.gone[r.URL.Path] {
		w.WriteHeader(http.StatusGone)
		return
	}

	titles, ok := p.items[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}

	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><rss version="2.0"><channel><title>The Paper</title>`)

	for _, title := range titles {
		id := strings.NewReplacer(" ", "-").Replace(title)
		fmt.Fprintf(&b, `<item><title>%s</title><link>https://paper.example%s/%s</link><guid>%s</guid><description>%s, said the paper.</description></item>`,
			title, r.URL.Path, id, id, title)
	}

	b.WriteString(`</channel></rss>`)
	w.Header().Set("Content-Type", "application/rss+xml")
	fmt.Fprint(w, b.String())
}

// asked is how often a path was asked for.
func (p *paper) asked(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.polls[path]
}

func (p *paper) publish(path string, titles ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.items[path] = append(p.items[path], titles...)
}

// office is a running scheduler on a real database and real HTTP.
type office struct {
	t     *testing.T
	store *store.Store
	paper *paper
	stop  func()
	polls chan PollEvent
	told  chan string // to the operator
	*Scheduler
}

func newOffice(t *testing.T, group bool) *office {
	o := &office{t: t, paper: newPaper(t), polls: make(chan PollEvent, 1000), told: make(chan string, 100)}

	var err error
	if o.store, err = store.Open(t.Context(), storetest.Database(t, filepath.Join(t.TempDir(), "test.db"))); err != nil {
		t.Fatal(err)
	}

	fetcher := sources.NewFetcher(sources.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	s := New(Config{
		Store: o.store, Fetcher: fetcher, Log: slog.New(slog.DiscardHandler), Group: group, TimeZone: time.UTC,
		MinInterval: time.Hour, MaxInterval: time.Hour, MaxAge: 48 * time.Hour,
		Retention: store.Retention{Articles: time.Hour, Seen: time.Hour, Left: time.Hour},
		Event:     func(e PollEvent) { o.polls <- e },
		Operator: func(_ context.Context, say func(*locales.Texts) string) {
			o.told <- say(locales.Builtin().Find("en"))
		},
	})
	o.Scheduler = s

	var running sync.WaitGroup
	running.Go(func() {
		if err := s.Run(ctx); err != nil {
			t.Error(err)
		}
	})

	o.stop = func() {
		cancel()
		running.Wait()
		fetcher.Close()

		if err := o.store.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(o.stop)

	return o
}

func (o *office) update(do func(*store.Tx) error) {
	o.t.Helper()

	if err := o.store.Update(context.Background(), do); err != nil {
		o.t.Fatal(err)
	}
}

// configure makes the paper's feeds the sources and waits for their first polls.
func (o *office) configure(paths ...string) []PollEvent {
	o.t.Helper()

	var list []news.Source
	for _, p := range paths {
		list = append(list, news.Source{URL: o.paper.URL + p, Outlet: "The Paper " + p})
	}

	o.update(func(t *store.Tx) error { return t.Configure(list) })

	return o.polled(len(paths))
}

func (o *office) follow(address, query string) (chat *store.Chat) {
	o.update(func(t *store.Tx) (err error) {
		if chat, err = t.EnsureChat(store.Chat{Platform: "test", Address: address, Kind: "private"}); err != nil {
			return err
		}

		_, _, err = t.AddSubscription(store.Subscription{Chat: chat.ID, Query: query, Canonical: query})

		return err
	})

	return chat
}

// poll has n sources polled now and waits until what they brought is matched.
func (o *office) poll(n int) (events []PollEvent) {
	o.t.Helper()
	o.update((*store.Tx).PollNow)

	return o.polled(n)
}

// polled waits for n polls and until what they brought is matched.
func (o *office) polled(n int) (events []PollEvent) {
	o.t.Helper()

	for range n {
		select {
		case e := <-o.polls:
			events = append(events, e)
		case <-time.After(2 * time.Minute):
			o.t.Fatal("a source is not polled")
		}
	}

	for deadline := time.Now().Add(2 * time.Minute); ; {
		waiting := -1

		if err := o.store.View(context.Background(), func(t *store.Tx) error {
			list, err := t.Unmatched(1)
			waiting = len(list)

			return err
		}); err != nil {
			o.t.Fatal(err)
		}

		if waiting == 0 {
			return events
		}

		if time.Now().After(deadline) {
			o.t.Fatal("articles are not matched")
		}

		<-time.After(time.Millisecond)
	}
}

// rung lists the titles that wait to ring in a chat, and the notices for it.
func (o *office) rung(chat *store.Chat) (titles []string) {
	o.t.Helper()
	o.update(func(t *store.Tx) error {
		for {
			out, err := t.Claim(chat.ID, store.Claim{Run: "b", Burst: 100, RetryAfter: time.Hour, Room: func(_ *store.Chat, a []*store.Alert) int { return len(a) }})
			if err != nil || out == nil {
				return err
			}

			if out.Notice != "" {
				titles = append(titles, out.Notice)
			} else {
				titles = append(titles, out.Alerts[0].Article.News.Title)
			}

			if _, err := t.Settle(store.Outcome{Message: out.ID, Sent: true}); err != nil {
				return err
			}
		}
	})

	return titles
}

func TestFromFeedToAlert(t *testing.T) {
	o := newOffice(t, true)
	o.paper.publish("/a", "Storm of yesterday")

	chat := o.follow("1", "storm")
	if e := o.configure("/a")[0]; e.Status != 200 || e.Articles != 1 || e.New != 1 || e.Error != "" {
		t.Errorf("the first poll: %+v", e)
	}

	if got := o.rung(chat); len(got) > 0 {
		t.Errorf("the baseline rings: %q", got)
	}

	o.paper.publish("/a", "Storm warning in the north", "Calm in the south")

	if e := o.poll(1)[0]; e.New != 2 || e.Articles != 3 {
		t.Errorf("the second poll: %+v", e)
	}

	if got := o.rung(chat); !slices.Equal(got, []string{"Storm warning in the north"}) {
		t.Errorf("rang %q", got)
	}
	// Confirmed to a person is matched from the next article on.
	late := o.follow("2", "calm")
	o.paper.publish("/a", "Calm again")
	o.poll(1)

	if got := o.rung(late); !slices.Equal(got, []string{"Calm again"}) {
		t.Errorf("the late one rang %q", got)
	}

	o.update(func(t *store.Tx) error {
		subs, err := t.Subscriptions(chat.ID)
		if err != nil {
			return err
		}

		return t.RemoveSubscription(subs[0].ID)
	})
	o.paper.publish("/a", "Storm over")
	o.poll(1)

	if got := o.rung(chat); len(got) > 0 {
		t.Errorf("after unsubscribing rang %q", got)
	}
}

func TestASourceFromAChatIsGuardedAndAlertsOnlyThere(t *testing.T) {
	o := newOffice(t, true)
	o.paper.publish("/mine", "Start")
	o.configure()
	mine, other := o.follow("1", "storm"), o.follow("2", "storm")
	add := func() {
		o.update(func(tx *store.Tx) error {
			_, _, err := tx.AddSource(mine.ID, "me", news.Source{URL: o.paper.URL + "/mine"})
			return err
		})
	}
	add()

	if e := o.polled(1)[0]; e.Error == "" || o.paper.asked("/mine") > 0 {
		t.Errorf("a chat's source on loopback was polled: %+v", e)
	}
	// As if it were elsewhere: what it brings is only for who added it.
	for _, title := range []string{"Storm of yesterday", "Storm"} {
		o.update(func(tx *store.Tx) error {
			found, err := tx.SourcesFor(mine.ID)
			if err != nil {
				return err
			}

			return storetest.Poll(tx, found[0].ID, news.Article{Key: title, Title: title})
		})
	}

	o.polled(0)

	if a, b := o.rung(mine), o.rung(other); len(a) != 1 || len(b) != 0 {
		t.Errorf("the one who added it: %q, another: %q", a, b)
	}
}

func TestAFailingSourceStopsNothing(t *testing.T) {
	o := newOffice(t, true)
	o.paper.publish("/good", "Start")
	chat := o.follow("1", "storm")
	failed := 0

	for _, e := range o.configure("/good", "/missing") {
		if e.Error != "" {
			failed++
		}
	}

	o.paper.publish("/good", "Storm")
	o.poll(2)

	if got := o.rung(chat); failed != 1 || len(got) != 1 {
		t.Errorf("%d failed, rang %q", failed, got)
	}
}

// TestASourceThatIsBackUnchangedRings: where a source that was off lists what it listed before,
// byte for byte or in other bytes, the next article is news.
func TestASourceThatIsBackUnchangedRings(t *testing.T) {
	o := newOffice(t, true)
	o.paper.publish("/a", "storm first", "storm second")
	o.configure("/a")
	chat := o.follow("1", "storm")

	for i, title := range []string{"storm after the same bytes", "storm after other bytes"} {
		o.update(func(t *store.Tx) error { return t.Configure(nil) })
		o.update(func(t *store.Tx) error {
			return t.Configure([]news.Source{{URL: o.paper.URL + "/a", Outlet: "The Paper /a"}})
		})

		if i == 1 {
			o.paper.mu.Lock()
			slices.Reverse(o.paper.items["/a"])
			o.paper.mu.Unlock()
		}

		for range 2 { // from the database, then from memory
			if e := o.poll(1)[0]; e.Error != "" || e.New != 0 {
				t.Fatalf("%+v", e)
			}
		}

		o.paper.publish("/a", title)

		if e := o.poll(1)[0]; e.New != 1 {
			t.Fatalf("%+v", e)
		}

		if got := o.rung(chat); !slices.Equal(got, []string{title}) {
			t.Errorf("rang %q, want %q", got, title)
		}
	}

	// What it lists when it is back is no news.
	o.update(func(t *store.Tx) error { return t.Configure(nil) })
	o.paper.publish("/a", "storm meanwhile")
	o.update(func(t *store.Tx) error {
		return t.Configure([]news.Source{{URL: o.paper.URL + "/a", Outlet: "The Paper /a"}})
	})
	o.poll(1)

	if got := o.rung(chat); len(got) > 0 {
		t.Errorf("rang %q, which was listed while nobody read", got)
	}
}

// TestUnchangedPollsAreSaved: a poll that finds nothing new is on record, with the
// next one, and the state of its source stays whole for the poll that does.
func TestUnchangedPollsAreSaved(t *testing.T) {
	o := newOffice(t, true)
	o.paper.publish("/a", "first", "second")
	o.configure("/a")

	read := func() (source *store.Source, state string) {
		t.Helper()

		if err := o.store.View(t.Context(), func(tx *store.Tx) error {
			all, err := tx.Sources()
			if err == nil {
				source = all[0]
				state, err = tx.SourceState(source.ID)
			}

			return err
		}); err != nil {
			t.Fatal(err)
		}

		return source, state
	}
	before, state := read()

	for range 2 { // from the database, then from memory
		if e := o.poll(1)[0]; e.Error != "" || e.New != 0 {
			t.Fatalf("%+v", e)
		}

		after, same := read()
		if !after.LastPollAt.After(before.LastPollAt) || !after.LastOKAt.Equal(after.LastPollAt) || !after.NextPollAt.After(after.LastPollAt.Add(30*time.Minute)) {
			t.Errorf("polled %s, well %s, next %s", after.LastPollAt, after.LastOKAt, after.NextPollAt)
		}

		if same != state {
			t.Errorf("an unchanged poll wrote the state anew: %s", same)
		}

		before = after
	}

	o.paper.publish("/a", "third")

	if e := o.poll(1)[0]; e.New != 1 || e.Articles != 3 {
		t.Errorf("%+v", e)
	}
}
