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

	"newsbell/sources"
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
		mux.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, `<html><head><link rel="alternate" type="application/rss+xml" href="/one.xml"><link rel="alternate" type="application/rss+xml" href="/two.xml"></head><body>Hello</body></html>`)
		})

		server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
		go server.Serve(s) //nolint:errcheck // ends with the listener

		fetcher := sources.NewFetcher(sources.Options{Dial: s.dial})

		w := newWorld(t, path)
		w.conf.Fetcher = fetcher
		w.rebuild()
		got := w.play(strings.TrimLeft(`
> /sources add http://site.example/one.xml
> /sources add http://site.example/one.xml
> /sources add http://site.example/page
> [2. Site Two]
> /sources list
> /sources remove
> [Site One]
> [Undo]
> /sources remove two
> [Undo]
> [Undo]
> /sources add http://127.0.0.1/one.xml
> /sources add http://site.example/nothing
> https://site.example/page
`, "\n"))
		w.close()
		fetcher.Close()
		close(s.conns)
		server.Close()

		want := strings.TrimLeft(`
> /sources add http://site.example/one.xml
< Site One is read here now. Its newest: First things. What comes from now on rings.
< [Undo]
> /sources add http://site.example/one.xml
< Site One is read here already.
> /sources add http://site.example/page
< I found 2 feeds. Which one?
< 1. Site One · First things
< 2. Site Two · Second things
< [1. Site One]
< [2. Site Two]
< [Cancel]
> [2. Site Two]
< Site Two is read here now. Its newest: Second things. What comes from now on rings.
< [Undo]
> /sources list
< 2 sources:
< Site One · not read yet
< Site Two · not read yet
<
< Add one: /sources add bbc.com
> /sources remove
< Which source shall I stop reading here?
< [Site One]
< [Site Two]
< [Cancel]
> [Site One]
< (in place) Site One is not read here any more.
< [Undo]
> [Undo]
< (in place) Site One is read here now. What comes from now on rings.
< [Undo]
> /sources remove two
< Site Two is not read here any more.
< [Undo]
> [Undo]
< (in place) Site Two is read here now. What comes from now on rings.
< [Undo]
> [Undo]
< (in place) Site Two is not read here any more.
< [Undo]
> /sources add http://127.0.0.1/one.xml
< I found no feed there: its address is a private one, which this bot does not visit.
> /sources add http://site.example/nothing
< I found no feed there: there is nothing at this address (404).
> https://site.example/page
< What shall I do with this page?
< [Add as a source] [Did it ring?]
`, "\n")
		if got != want {
			t.Errorf("got\n%s", got)
		}
	})
}
