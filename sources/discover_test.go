package sources

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestDiscover(t *testing.T) {
	feed := func(title string) string {
		return `<rss version="2.0"><channel><title>` + title + `</title><item><title>Old ` + title + `</title><link>https://x.example/1</link><pubDate>Mon, 02 Jan 2006 15:04:05 GMT</pubDate></item><item><title>New ` + title + `</title><link>https://x.example/2</link><pubDate>Tue, 03 Jan 2006 15:04:05 GMT</pubDate></item></channel></rss>`
	}

	const sitemap = `<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://x.example/1</loc><news:news><news:title>Map</news:title></news:news></url></urlset>`
	for name, c := range map[string]struct {
		pages map[string]string
		want  string // path title newest; …
		fails string
	}{
		"a feed itself": {map[string]string{"/": feed("A")}, "/ A New A", ""},
		"named in the head": {map[string]string{
			"/":        `<html><head><base href="/x/"><link rel="alternate" type="application/rss+xml" href="a.xml"><link rel=alternate type="application/atom+xml" href="/b.xml"><link rel="stylesheet" href="/c.css"></head></html>`,
			"/x/a.xml": feed("A"), "/b.xml": feed("B"),
		}, "/x/a.xml A New A; /b.xml B New B", ""},
		"named, but dead, and linked": {map[string]string{
			"/":         `<link rel="alternate" type="application/rss+xml" href="/dead.xml"><a href="/news/rss">RSS</a><a href="/about">x</a>`,
			"/news/rss": feed("A"),
		}, "/news/rss A New A", ""},
		"named below a megabyte of scripts, as YouTube does for a handle": {map[string]string{
			"/":                 `<html><head><title>Harbour TV</title><script>` + strings.Repeat("var a = '<b>';\n", 80_000) + `</script></head><body><link rel="alternate" type="application/rss+xml" title="RSS" href="{root}/feeds/videos.xml?channel_id=UC1"><p>`,
			"/feeds/videos.xml": feed("Harbour TV"),
		}, "/feeds/videos.xml?channel_id=UC1 Harbour TV New Harbour TV", ""},
		"well-known":    {map[string]string{"/": "<html></html>", "/rss.xml": feed("A")}, "/rss.xml A New A", ""},
		"robots.txt":    {map[string]string{"/": "<html></html>", "/robots.txt": "User-agent: *\nSitemap: {root}/pages.xml\nSITEMAP: {root}/news.xml\n", "/news.xml": sitemap}, "/news.xml  Map", ""},
		"nothing":       {map[string]string{"/": "<html></html>"}, "", "no feed was found there"},
		"nothing there": {nil, "", "that page doesn't exist (404)"},
	} {
		t.Run(name, func(t *testing.T) {
			var p *planet

			p = newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
				body, ok := c.pages[r.URL.Path]
				if !ok {
					http.NotFound(w, r)
					return
				}

				fmt.Fprint(w, strings.ReplaceAll(body, "{root}", p.URL))
			})
			found, err := newTestFetcher(t, Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}).Discover(t.Context(), p.URL, true)

			var got []string

			for _, f := range found {
				path := strings.TrimPrefix(f.URL, p.URL)
				if path == "" {
					path = "/"
				}

				got = append(got, path+" "+f.Title+" "+f.Newest)
			}

			if strings.Join(got, "; ") != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}

			if e, ok := errors.AsType[*Error](err); c.fails != "" && (!ok || e.Reason != c.fails) || c.fails == "" && err != nil {
				t.Errorf("%v, want %q", err, c.fails)
			}

			if p.count() > 16 {
				t.Errorf("%d requests for one question", p.count())
			}
		})
	}
}

// TestDiscoverIsGuarded: a page may name feeds in private places.
func TestDiscoverIsGuarded(t *testing.T) {
	inside := newPlanet(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, oneItem) })
	outside := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `<link rel="alternate" type="application/rss+xml" href="%s">`, strings.Replace(inside.URL, "127.0.0.1", "127.0.0.9", 1))
	})

	f := newTestFetcher(t, Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	if found, err := f.Discover(t.Context(), outside.URL, true); err == nil {
		t.Errorf("found %+v", found)
	}

	if inside.count() != 0 {
		t.Error("the private place was asked")
	}
}

// TestDiscoverShortAddress: people type a name without https.
func TestDiscoverShortAddress(t *testing.T) {
	p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, oneItem) })

	found, err := newTestFetcher(t, Options{}).Discover(t.Context(), strings.TrimPrefix(p.URL, "http://"), false)
	if err != nil || len(found) != 1 {
		t.Errorf("%v, %v", found, err)
	}
}

// TestDiscoverRedirect: what a temporary redirect leads to is not what was asked
// for, what a permanent one leads to is.
func TestDiscoverRedirect(t *testing.T) {
	for status, want := range map[int]string{301: "/there", 308: "/there", 302: "/feed", 307: "/feed"} {
		p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/feed" {
				http.Redirect(w, r, "/there", status)
				return
			}

			fmt.Fprint(w, oneItem)
		})

		found, err := newTestFetcher(t, Options{}).Discover(t.Context(), p.URL+"/feed", false)
		if err != nil || len(found) != 1 || found[0].URL != p.URL+want {
			t.Errorf("%d: %+v, %v", status, found, err)
		}
	}
}

// TestPace: whoever asks, one request at a time goes to a host, with a pause
// between them; other hosts do not wait.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace{gap: 2 * time.Second, hosts: map[string]*hostPace{}}
		start := time.Now()

		var (
			ends   []time.Duration
			mu     sync.Mutex
			asking sync.WaitGroup
		)
		for i := range 5 {
			asking.Go(func() {
				turn, err := p.wait(t.Context(), []string{"http://a.example/1", "http://A.example/2"}[i%2], p.gap)
				if err != nil {
					t.Error(err)
					return
				}

				time.Sleep(time.Second)
				mu.Lock()

				ends = append(ends, time.Since(start))
				mu.Unlock()
				turn.End()
			})
		}

		asking.Wait()

		for i, at := range ends {
			if want := time.Second + time.Duration(i)*3*time.Second; at != want {
				t.Errorf("request %d ended after %s, want %s", i, at, want)
			}
		}

		turn, err := p.wait(t.Context(), "http://b.example/", p.gap)
		if err != nil || time.Since(start) != 13*time.Second {
			t.Errorf("another host waited until %s, %v", time.Since(start), err)
		}

		if _, wait := p.try("http://B.example:80/2"); wait != p.gap {
			t.Errorf("a host that is asked may be asked again in %s", wait)
		}

		turn.End()

		stopped, stop := context.WithCancel(t.Context())
		stop()

		if _, err := p.wait(stopped, "http://b.example/", p.gap); err == nil {
			t.Error("a stop does not end the waiting")
		}

		time.Sleep(time.Minute)

		if p.join("c.example"); len(p.hosts) != 1 {
			t.Errorf("%d hosts are remembered", len(p.hosts))
		}
	})
}

// TestAHandleIsFoundByItsPage: the page of a YouTube handle names its feed, or at least
// its channel.
func TestAHandleIsFoundByItsPage(t *testing.T) {
	const (
		handle = "https://www.youtube.com/@harbour"
		want   = "https://www.youtube.com/feeds/videos.xml?channel_id=UCabcdefghijklmnopqrstuv"
	)

	for _, page := range []string{
		`<link rel="alternate" type="application/rss+xml" title="RSS" href="` + want + `">`,
		`<link rel="canonical" href="https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv">`,
	} {
		if got := feedLinks([]byte(page), handle); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q", page, got)
		}
	}
}

// TestDownload: a file comes unpacked and whole; what is wrong with it is said in words for
// whoever sent its address.
func TestDownload(t *testing.T) {
	list := strings.Repeat("<opml/>", 1000)

	mux := http.NewServeMux()
	mux.HandleFunc("/packed", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")

		z := gzip.NewWriter(w)
		_, _ = z.Write([]byte(list))
		_ = z.Close()
	})
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 20<<20)) })
	mux.HandleFunc("/half", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(list)))
		_, _ = w.Write([]byte(list[:100]))
	})

	p := httptest.NewServer(mux)
	defer p.Close()

	f := newTestFetcher(t, Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})

	if body, err := f.Download(t.Context(), p.URL+"/packed"); err != nil || string(body) != list {
		t.Errorf("%d bytes, %v", len(body), err)
	}

	for path, want := range map[string]string{"/large": "larger than 8 MiB", "/half": "broke off", "/missing": "404"} {
		body, err := f.Download(t.Context(), p.URL+path)
		if wrong, ok := errors.AsType[*Error](err); !ok || !strings.Contains(wrong.Reason, want) {
			t.Errorf("%s: %d bytes, %v; want %q", path, len(body), err, want)
		}
	}

	_, err := newTestFetcher(t, Options{}).Download(t.Context(), p.URL+"/packed")
	if wrong, ok := errors.AsType[*Error](err); !ok || wrong.Reason != reasonGuard {
		t.Errorf("from inside: %v", err)
	}
}
