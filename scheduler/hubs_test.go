package scheduler

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"newsbell/news"
	"newsbell/sources"
	"newsbell/sources/websubtest"
	"newsbell/store"
)

// newsroom is an office whose only source names a hub.
type newsroom struct {
	*office

	hub   *websubtest.Hub
	hubs  *Hubs
	topic string
	asked atomic.Int32 // polls of the feed
	body  atomic.Value // of the feed: string
}

func newNewsroom(t *testing.T, rules websubtest.Rules) *newsroom {
	n := &newsroom{office: newOffice(t, true), hub: websubtest.New(t)}
	n.hub.Behave(rules)

	feed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n.asked.Add(1)
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprint(w, n.body.Load())
	}))
	t.Cleanup(feed.Close)

	n.topic = feed.URL + "/feed"
	n.publish("Ferry strike ends")

	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			if challenge, ok := n.hubs.Verify(r.Context(), path.Base(r.URL.Path), r.URL.Query()); ok {
				fmt.Fprint(w, challenge)
				return
			}

			w.WriteHeader(http.StatusNotFound)

			return
		}

		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}

		w.WriteHeader(n.hubs.Receive(r.Context(), path.Base(r.URL.Path), r.Header, body))
	}))
	t.Cleanup(door.Close)

	c := n.Config
	c.Fetcher = sources.NewFetcher(sources.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	n.hubs = NewHubs(c, func(token string) string { return door.URL + "/push/" + token }, "Newsbell/test")

	n.follow("1", "ferry")
	n.update(func(tx *store.Tx) error { return tx.Configure([]news.Source{{URL: n.topic, Outlet: "Harbour Post"}}) })
	n.polled(1)

	return n
}

// publish makes the feed list titles, the newest first.
func (n *newsroom) publish(titles ...string) {
	n.body.Store(websubtest.Feed(n.hub.URL, n.topic, titles...))
}

// agree asks the hubs that are due, and waits until ours has agreed.
func (n *newsroom) agree() {
	n.t.Helper()

	if err := n.hubs.askDue(context.Background()); err != nil {
		n.t.Fatal(err)
	}

	for end := time.Now().Add(time.Minute); !n.hub.Agreed(n.topic) || n.state().LeaseUntil.IsZero(); <-time.After(time.Millisecond) {
		if time.Now().After(end) {
			n.t.Fatalf("the hub did not agree: %+v", n.state())
		}
	}
}

// state is what is kept of the hub.
func (n *newsroom) state() (h store.Hub) {
	n.t.Helper()

	if err := n.store.View(context.Background(), func(t *store.Tx) error {
		all, err := t.Hubs()
		if len(all) == 1 {
			h = all[0]
		}

		return err
	}); err != nil {
		n.t.Fatal(err)
	}

	return h
}

// alerts counts the alerts for the one who follows the ferry.
func (n *newsroom) alerts() (waiting int) {
	n.t.Helper()

	if err := n.store.View(context.Background(), func(t *store.Tx) error {
		c, err := t.CountAlerts()
		waiting = c.Waiting

		return err
	}); err != nil {
		n.t.Fatal(err)
	}

	return waiting
}

// pushes pushes a list of titles and checks the answer.
func (n *newsroom) pushes(want int, titles ...string) {
	n.t.Helper()

	status, err := n.hub.Push(n.topic, "application/rss+xml", websubtest.Feed(n.hub.URL, n.topic, titles...))
	if err != nil || status != want {
		n.t.Errorf("the push of %q is answered with %d, %v, want %d", titles, status, err, want)
	}
}

// forget lets the next push come at once.
func (n *newsroom) forget() {
	n.hubs.mu.Lock()
	defer n.hubs.mu.Unlock()

	clear(n.hubs.pushed)
}

// TestAPushAlertsWithoutAPoll: what a hub pushes is matched at once, without anybody asking the
// feed, once, and the poll that brings it later finds nothing new.
func TestAPushAlertsWithoutAPoll(t *testing.T) {
	for _, rules := range []websubtest.Rules{{}, {Late: true, SHA256: true}} {
		n := newNewsroom(t, rules)
		n.agree()

		before := n.asked.Load()
		n.pushes(http.StatusOK, "Second ferry line opens")

		e := n.polled(1)[0]
		if !e.Pushed || e.New != 1 || e.Source != n.topic {
			t.Errorf("%+v", e)
		}

		if got := n.alerts(); got != 1 || n.asked.Load() != before {
			t.Errorf("%d alerts after %d polls", got, n.asked.Load()-before)
		}

		n.publish("Second ferry line opens", "Ferry strike ends")

		if e := n.poll(1)[0]; e.New != 0 || e.Updated != 0 || n.alerts() != 1 {
			t.Errorf("the poll brought it again: %+v", e)
		}

		if n.state().PushedAt.IsZero() {
			t.Error("the push is not noted")
		}
	}
}

// TestAPushIsTrustedForItsOwnFeedOnly: without the secret, about another feed, too often or too
// much, nothing of it alerts.
func TestAPushIsTrustedForItsOwnFeedOnly(t *testing.T) {
	n := newNewsroom(t, websubtest.Rules{})
	n.agree()

	evil := websubtest.Feed(n.hub.URL, n.topic, "Ferry sinks, say forgers")

	for _, signature := range []string{"", "sha1=", "sha256=00", "sha1=" + strings.Repeat("0", 40)} {
		if status, err := n.hub.Forge(n.topic, "application/rss+xml", evil, signature); err != nil || status != http.StatusAccepted {
			t.Errorf("%q: %d, %v", signature, status, err)
		}
	}

	if status, err := n.hub.Misdirect(n.topic, "https://other.example/feed", "application/rss+xml", evil); err != nil || status != http.StatusAccepted {
		t.Errorf("about another feed: %d, %v", status, err)
	}

	n.hubs.mu.Lock()
	n.hubs.pushed[n.state().Source] = time.Now().Add(time.Hour) // so that the next is too soon on the slowest machine
	n.hubs.mu.Unlock()

	n.pushes(http.StatusTooManyRequests, "Ferry news within a second")

	if status := n.hubs.Receive(t.Context(), "a-token-of-nobody", http.Header{}, []byte(evil)); status != http.StatusGone {
		t.Errorf("a push to nobody is answered with %d", status)
	}

	if n.alerts() != 0 {
		t.Error("it alerted")
	}

	// What is too much for a push, or no feed, comes with a poll.
	before := n.asked.Load()

	var many []string
	for i := range pushedMost + 1 {
		many = append(many, fmt.Sprintf("Ferry number %d sails", i))
	}

	n.forget()
	n.pushes(http.StatusOK, many...)

	if e := n.polled(1)[0]; e.Pushed || n.alerts() != 0 || n.asked.Load() == before {
		t.Errorf("%+v, %d alerts", e, n.alerts())
	}

	n.forget()
	n.publish("Third ferry line opens", "Ferry strike ends")

	if status, err := n.hub.Push(n.topic, "text/plain", "something is new"); err != nil || status != http.StatusOK {
		t.Errorf("%d, %v", status, err)
	}

	if e := n.polled(1)[0]; e.Pushed || e.New != 1 || n.alerts() != 1 {
		t.Errorf("%+v, %d alerts", e, n.alerts())
	}
}

// TestWhatAHubKeepsSilentAboutIsPolled: one that refuses, denies or is gone costs nothing but the
// pushes; and it is asked again, less and less often.
func TestWhatAHubKeepsSilentAboutIsPolled(t *testing.T) {
	for _, c := range []struct {
		rules websubtest.Rules
		error string
	}{{websubtest.Rules{Refuse: true}, "it answers 400"}, {websubtest.Rules{Deny: true}, "it will not push this feed"}} {
		n := newNewsroom(t, c.rules)

		if err := n.hubs.askDue(t.Context()); err != nil {
			t.Fatal(err)
		}

		state := n.state()
		if state.Error != c.error || !state.LeaseUntil.IsZero() || time.Until(state.NextAt) < askAgain-time.Minute {
			t.Errorf("%+v", state)
		}

		n.publish("Second ferry line opens", "Ferry strike ends")

		if e := n.poll(1)[0]; e.New != 1 || n.alerts() != 1 {
			t.Errorf("%+v, %d alerts", e, n.alerts())
		}
	}

	n := newNewsroom(t, websubtest.Rules{})
	n.agree()
	n.hub.Close() // agreed, and then silent
	n.publish("Second ferry line opens", "Ferry strike ends")

	if e := n.poll(1)[0]; e.New != 1 || n.alerts() != 1 {
		t.Errorf("%+v, %d alerts", e, n.alerts())
	}
}

// TestALeaseIsRenewed before it ends, and one that is absurdly short or long is bounded.
func TestALeaseIsRenewed(t *testing.T) {
	for granted, want := range map[int]time.Duration{0: leaseWanted, 1: leaseShortest, 3600: time.Hour, 1 << 30: leaseLongest} {
		n := newNewsroom(t, websubtest.Rules{Lease: granted})
		n.agree()

		state := n.state()
		if left := time.Until(state.LeaseUntil); left > want || left < want-time.Minute || !state.NextAt.Before(state.LeaseUntil) {
			t.Errorf("granted %d s: %s left, asked again in %s", granted, left, time.Until(state.NextAt))
		}

		state.NextAt = time.Now()

		n.update(func(tx *store.Tx) error { return tx.NoteHub(state) })
		n.agree()

		if asked := len(n.hub.Asked()); asked != 2 {
			t.Errorf("it was asked %d times", asked)
		}
	}
}

// TestOnlyWhatWasAskedForIsAgreedTo: a hub that asks back about another feed, or before it was
// asked, hears no; what is read no more may be ended.
func TestOnlyWhatWasAskedForIsAgreedTo(t *testing.T) {
	n := newNewsroom(t, websubtest.Rules{})
	token := n.state().Token

	asks := func(mode, topic string) map[string][]string {
		return map[string][]string{"hub.mode": {mode}, "hub.topic": {topic}, "hub.challenge": {"c"}, "hub.lease_seconds": {"3600"}}
	}
	if _, ok := n.hubs.Verify(t.Context(), token, asks("subscribe", n.topic)); ok {
		t.Error("agreed before anybody was asked")
	}

	n.agree()

	for _, c := range []struct {
		token, mode, topic string
		want               bool
	}{
		{token, "subscribe", n.topic, true},
		{token, "subscribe", n.topic + "x", false},
		{token, "unsubscribe", n.topic, false},
		{token, "", n.topic, false},
		{token + "x", "subscribe", n.topic, false},
		{token + "x", "unsubscribe", n.topic, true},
	} {
		if _, ok := n.hubs.Verify(t.Context(), c.token, asks(c.mode, c.topic)); ok != c.want {
			t.Errorf("%+v: %t", c, ok)
		}
	}

	// A source that is turned off is pushed no more.
	n.update(func(tx *store.Tx) error { return tx.Configure(nil) })
	n.pushes(http.StatusGone, "Ferry news after the end")

	if _, ok := n.hubs.Verify(t.Context(), token, asks("unsubscribe", n.topic)); !ok {
		t.Error("what is read no more cannot be ended")
	}
}

// TestANewHubIsAskedAnew, and none is asked when a feed names none any more.
func TestANewHubIsAskedAnew(t *testing.T) {
	n := newNewsroom(t, websubtest.Rules{})
	before := n.state()

	other := websubtest.New(t)
	n.body.Store(websubtest.Feed(other.URL, n.topic, "Ferry timetable changes"))
	n.poll(1)

	if after := n.state(); after.URL != other.URL || after.Token == before.Token || after.Secret == before.Secret {
		t.Errorf("%+v", after)
	}

	n.body.Store(strings.ReplaceAll(websubtest.Feed("", n.topic, "Ferry timetable is back"), `rel="hub"`, `rel="next"`))
	n.poll(1)

	if after := n.state(); after.Token != "" {
		t.Errorf("%+v", after)
	}
}

// TestARelaunchIsNotPushed: a hub that pushes a whole feed under new addresses brings no news; the
// poll that follows sees what it is.
func TestARelaunchIsNotPushed(t *testing.T) {
	n := newNewsroom(t, websubtest.Rules{})
	n.agree()

	list := func(kind string) (titles []string) {
		for i := range store.RelaunchItems + 10 {
			titles = append(titles, fmt.Sprintf("Ferry %s number %d sails", kind, i))
		}

		return titles
	}

	n.publish(list("old")...)
	n.poll(1)

	before := n.alerts()

	n.publish(list("other")...)
	n.pushes(http.StatusOK, list("other")...)

	if e := n.polled(1)[0]; e.Pushed || !e.Relaunch || n.alerts() != before {
		t.Errorf("%+v, %d alerts more", e, n.alerts()-before)
	}
}

// TestHubsAreAskedSideBySide: hubs that do not answer before all of them were asked are all
// asked.
func TestHubsAreAskedSideBySide(t *testing.T) {
	n := newNewsroom(t, websubtest.Rules{})

	const hubs = 4

	var asked atomic.Int32

	all := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == hubs {
			close(all)
		}

		select {
		case <-all:
		case <-r.Context().Done():
		}

		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(slow.Close)

	n.update(func(tx *store.Tx) error {
		var list []news.Source
		for i := range hubs {
			list = append(list, news.Source{URL: fmt.Sprintf("https://paper%d.example/feed", i)})
		}

		if err := tx.Configure(list); err != nil {
			return err
		}

		sources, err := tx.Sources()
		for _, s := range sources {
			if err == nil && strings.HasPrefix(s.URL, "https://paper") {
				_, err = tx.SavePoll(store.PreparePoll(store.PollResult{Source: s.ID, Next: time.Now().Add(time.Hour), NewHub: true, Hub: slow.URL, Topic: s.URL}), time.Hour)
			}
		}

		return err
	})

	if err := n.hubs.askDue(t.Context()); err != nil {
		t.Fatal(err)
	}

	select {
	case <-all:
	default:
		t.Errorf("%d of %d hubs were asked at the same time", asked.Load(), hubs)
	}
}

// TestStrangersCauseNoWrite: who knows no address of a hub is answered beside a write, which
// would else have to end first.
func TestStrangersCauseNoWrite(t *testing.T) {
	n := newNewsroom(t, websubtest.Rules{})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)

	defer cancel()

	n.update(func(*store.Tx) error {
		if _, ok := n.hubs.Verify(ctx, "a-token-of-nobody", map[string][]string{"hub.mode": {"unsubscribe"}, "hub.topic": {n.topic}}); !ok {
			t.Error("it had to wait for the write")
		}

		return nil
	})
}
