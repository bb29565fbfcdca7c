package bot_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/news"
	"newsbell/sources"
	"newsbell/store"
)

const feed = `<?xml version="1.0"?><rss version="2.0"><channel><title>%s</title><link>http://site.example/</link>
<item><title>%s</title><link>http://site.example/1</link><guid>1</guid></item></channel></rss>`

// site is a web site in memory.
type site struct {
	conns chan net.Conn
}

func (s *site) Accept() (net.Conn, error) {
	c, ok := <-s.conns
	if !ok {
		return nil, net.ErrClosed
	}

	return c, nil
}
func (s *site) Close() error   { return nil }
func (s *site) Addr() net.Addr { return &net.TCPAddr{} }

func (s *site) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	s.conns <- there

	return here, nil
}

func TestAddSources(t *testing.T) {
	path := filepath.Join(t.TempDir(), "newsbell.db")
	synctest.Test(t, func(t *testing.T) {
		s := &site{conns: make(chan net.Conn, 10)}
		mux := http.NewServeMux()
		mux.HandleFunc("/one.xml", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, feed, "Site One", "First things") })
		mux.HandleFunc("/two.xml", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, feed, "Site Two", "Second things") })
		mux.HandleFunc("/feeds/rss_congo_africa.xml", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, feed, "Congo Planet", "A bridge opens") })
		mux.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, `<html><head><link rel="alternate" type="application/rss+xml" href="/one.xml"><link rel="alternate" type="application/rss+xml" href="/two.xml"></head><body>Hello</body></html>`)
		})

		server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
		go server.Serve(s) // ends with the listener

		fetcher := sources.NewFetcher(sources.Options{Dial: s.dial})

		w := newWorld(t, path)
		w.conf.Fetcher = fetcher
		w.rebuild()
		w.playFile("testdata/online/sources-add.txt")
		w.alertsFromOwnSource("Site Two")

		w.close()
		fetcher.Close()
		close(s.conns)
		server.Close()
	})
}

// alertsFromOwnSource has a source that a chat follows publish something: the promise
// that was made when it was followed holds.
func (w *world) alertsFromOwnSource(title string) {
	const headline = "Nothing that any word was subscribed for"

	w.must(func(tx *store.Tx) error {
		c, err := tx.Chat("telegram", "1")
		if err != nil {
			return err
		}

		own, err := tx.OwnSources(c.ID)

		for _, s := range own {
			if s.Title != title {
				continue
			}

			for _, key := range []string{"baseline", "new"} {
				a := news.Article{Key: key, Title: headline, URL: "http://site.example/" + key, Published: time.Now(), Summary: key + " things happened."}
				if _, err := tx.SavePoll(store.PreparePoll(store.PollResult{Source: s.ID, Next: time.Now().Add(time.Hour), Articles: []news.Article{a}}), 48*time.Hour); err != nil {
					return err
				}
			}
		}

		return err
	})

	w.out.Reset()
	w.match(nil)
	time.Sleep(time.Hour) // it comes every hour
	w.sendNow()

	if got := w.out.String(); strings.Count(got, headline) != 1 {
		w.t.Errorf("%q alerted %d times, want once:\n%s", headline, strings.Count(got, headline), got)
	}
}

// TestOperatorsTurnSourcesOff: sources of the configuration are found by words, turned off
// for everybody and on again, by operators alone.
func TestOperatorsTurnSourcesOff(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	defer w.close()

	w.news()

	polled := func() (n int) {
		w.must(func(tx *store.Tx) error {
			all, err := tx.Sources()
			n = len(all)

			return err
		})

		return n
	}

	if got := w.say("telegram", "99", "99", "sources", "list gazette").String(); !strings.Contains(got, "Northern Gazette") || strings.Contains(got, "Harbour Courier") {
		t.Errorf("the search shows:\n%s", got)
	}

	if got := w.say("telegram", "99", "99", "sources", "list nowhere").String(); !strings.Contains(got, "No source matches nowhere") {
		t.Errorf("a search that finds nothing says:\n%s", got)
	}

	if got := w.say("telegram", "1", "1", "sources", "remove gazette"); polled() != 3 {
		t.Errorf("anybody turns a source off: %s", got)
	}

	if got := w.press("telegram", "1", "1", "srcoff:2"); polled() != 3 {
		t.Errorf("anybody turns a source off by a button: %s", got)
	}

	m := w.say("telegram", "99", "99", "sources", "remove gazette")
	if polled() != 2 || !strings.Contains(m.String(), "Northern Gazette is off for everyone") {
		t.Fatalf("%d sources are polled; %s", polled(), m)
	}

	if got := w.say("telegram", "99", "99", "sources", "list").String(); !strings.Contains(got, "turned off") {
		t.Errorf("the operator does not see it:\n%s", got)
	}

	if got := w.say("telegram", "1", "1", "sources", "list").String(); strings.Contains(got, "Gazette") {
		t.Errorf("others see it:\n%s", got)
	}

	if got := w.press("telegram", "99", "99", m.Buttons[0][0].Data); polled() != 3 {
		t.Errorf("it is not on again: %s", got)
	}
}
