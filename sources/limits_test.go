package sources

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
	"weak"

	"newsbell/sources/sourcestest"
)

// TestRule26Limits: servers that do harm cost a bounded time and memory and a
// reason in words.
func TestRule26Limits(t *testing.T) {
	padding := strings.Repeat(" ", 64<<10)

	var bomb bytes.Buffer

	z := gzip.NewWriter(&bomb)
	for range 160 + sourcestest.Many(1440) {
		io.WriteString(z, padding)
	}

	z.Close()

	for name, c := range map[string]struct {
		answer   http.HandlerFunc
		reason   string
		patience int // seconds
	}{
		"large body": {func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, oneItem)

			for range 200 {
				io.WriteString(w, padding)
			}
		}, "it's larger than 8 MiB", 0},
		"large by its own word": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "52428800")
			io.WriteString(w, oneItem)
		}, "it's larger than 8 MiB", 0},
		"gzip bomb": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(bomb.Bytes())
		}, "it's larger than 8 MiB", 0},
		"slow drip": {func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				io.WriteString(w, " ")
				w.(http.Flusher).Flush()
				time.Sleep(20 * time.Millisecond)
			}
		}, "it took too long to answer", 1},
		"silence": {func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "it took too long to answer", 1},
		"endless redirects": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, fmt.Sprintf("/%d", time.Now().UnixNano()), http.StatusFound)
		}, "it redirects too often", 0},
		"redirect to a file": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		}, "it redirects to something that isn't a web address", 0},
		"redirect to no host": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http:///feed")
			w.WriteHeader(http.StatusFound)
		}, "it redirects to something that isn't a web address", 0},
		"redirect to no address, with the key": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://[secret")
			w.WriteHeader(http.StatusFound)
		}, "it redirects to something that isn't a web address", 0},
		"a length that is none": {func(w http.ResponseWriter, r *http.Request) {
			c, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: secret\r\n\r\n")
				c.Close()
			}
		}, "the connection broke off", 0},
		"large headers": {func(w http.ResponseWriter, r *http.Request) {
			for i := range 100 {
				w.Header().Set(fmt.Sprintf("X-%d", i), strings.Repeat("x", 8<<10))
			}
		}, "the connection broke off", 0},
		"hangs up": {func(w http.ResponseWriter, r *http.Request) {
			c, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				c.Close()
			}
		}, "the connection broke off", 0},
		"no compression at all": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			io.WriteString(w, "\x00\xff\xfe this is not brotli")
		}, "its compression is broken", 0},
		"a web page": {func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "<!DOCTYPE html><html><head><title>News</title></head><body><p>Hello</p></body></html>")
		}, "the page is HTML, not a feed", 0},
		"a list of feeds": {func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, `<?xml version="1.0"?><opml version="1.0"><head><title>x</title></head><body><outline xmlUrl="http://x.example/"/></body></opml>`)
		}, "it's a list of feeds (OPML), not a feed; newsbell import reads it", 0},
		"nothing":   {func(w http.ResponseWriter, r *http.Request) {}, "the feed is empty", 0},
		"a picture": {func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")) }, "it isn't a feed", 0},
		"packed twice": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")

			out := gzip.NewWriter(w)
			in := gzip.NewWriter(out)
			io.WriteString(in, `<rss version="2.0"><channel><title>Coast</title></channel></rss>`)
			in.Close()
			out.Close()
		}, "it's compressed twice, gzip within gzip", 0},
		"other JSON": {func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, `{"error":"no such thing"}`) }, "it isn't a feed", 0},
		"other XML": {func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, `<?xml version="1.0"?><note><to>you</to></note>`)
		}, "it isn't a feed", 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlanet(t, c.answer)
			f := newTestFetcher(t, Options{Timeout: time.Duration(cmp.Or(c.patience, 20)) * time.Second})
			sourcestest.Bounded(t, time.Minute, 160, func() {
				_, err := f.Fetch(t.Context(), FetchRequest{URL: p.URL + "/feed?key=secret"})

				e, ok := errors.AsType[*Error](err)
				if !ok || e.Reason != c.reason {
					t.Errorf("%v, want %q", err, c.reason)
				}

				if err != nil && strings.Contains(err.Error(), "secret") {
					t.Errorf("the error tells the address: %v", err)
				}
			})
		})
	}
}

// TestUnpackersHoldNoBody: what unpacks bodies waits to be used again without the last one.
func TestUnpackersHoldNoBody(t *testing.T) {
	f := newTestFetcher(t, Options{})

	unpack := func() weak.Pointer[byte] {
		var b bytes.Buffer

		z := gzip.NewWriter(&b)
		_, _ = io.WriteString(z, strings.Repeat("<item/>", 10))
		_ = z.Close()

		if _, err := f.decompress(b.Bytes(), "gzip"); err != nil {
			t.Fatal(err)
		}

		return weak.Make(&b.Bytes()[0])
	}

	body := unpack()

	runtime.GC() // once: what is kept for the next body outlives that

	if body.Value() != nil {
		t.Error("the body is held")
	}
}

// TestNoFilesLeft: that the bot can open nothing more is not laid at the source's door.
func TestNoFilesLeft(t *testing.T) {
	for name, err := range map[string]error{
		"dialling": &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("socket", syscall.EMFILE)},
		"machine":  &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("socket", syscall.ENFILE)},
		"name":     &net.DNSError{Err: "dial udp 192.0.2.1:53: socket: " + syscall.EMFILE.Error(), Name: "a.example", IsTemporary: true},
	} {
		f := newTestFetcher(t, Options{Dial: func(context.Context, string, string) (net.Conn, error) { return nil, err }})

		_, failed := f.Fetch(t.Context(), FetchRequest{URL: "http://a.example/feed"})

		e, ok := errors.AsType[*Error](failed)
		if !ok || e.Reason != reasonNoFiles || e.State().Failures != 0 {
			t.Errorf("%s: %v", name, failed)
		}
	}
}

// TestALookUpThatTakesTooLong: it's no fault of the source's server.
func TestALookUpThatTakesTooLong(t *testing.T) {
	silent := &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "i/o timeout", Name: "planet.example", IsTimeout: true}}
	f := newTestFetcher(t, Options{Dial: func(context.Context, string, string) (net.Conn, error) { return nil, silent }})

	_, err := f.Fetch(t.Context(), FetchRequest{URL: "http://planet.example/feed"})
	if e, ok := errors.AsType[*Error](err); !ok || e.Reason != reasonNoDNS {
		t.Errorf("%v, want %q", err, reasonNoDNS)
	}
}

// TestGuard: addresses from chats reach no private place, however they spell it,
// and neither do redirects.
func TestGuard(t *testing.T) {
	p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, oneItem) })
	port := p.Listener.Addr().(*net.TCPAddr).Port

	f := newTestFetcher(t, Options{})
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "[fd00::1]", "[fe80::1]", "168.63.129.16", "[64:ff9b::7f00:1]", "[64:ff9b::a00:1]", "[64:ff9b:1::808:808]", "224.0.0.1", "255.255.255.255"} {
		_, err := f.Fetch(t.Context(), FetchRequest{URL: fmt.Sprintf("http://%s:%d/", host, port), Guarded: true})

		e, ok := errors.AsType[*Error](err)
		if !ok || e.Reason != reasonGuard && !(host == "localhost" && e.Reason == reasonNoHost) {
			t.Errorf("%s: %v", host, err)
		}
	}

	if p.count() != 0 {
		t.Errorf("%d requests came through", p.count())
	}

	if _, err := f.Fetch(t.Context(), FetchRequest{URL: p.URL}); err != nil {
		t.Errorf("a configured address is refused: %v", err)
	}

	for _, address := range []string{"file:///etc/passwd", "gopher://x/", "ftp://planet.example/feed", "//planet.example", "planet.example/feed", "http://", "http://%zz/", ""} {
		if _, err := f.Fetch(t.Context(), FetchRequest{URL: address, Guarded: true}); err == nil {
			t.Errorf("%q was fetched", address)
		}
	}
}

// TestManyRedirects: what has moved time and again is found.
// TestGuardBehindNAT64: in a network without IPv4, names of servers that have no other are answered with
// addresses that hold theirs. Those are public as far as theirs are.
func TestGuardBehindNAT64(t *testing.T) {
	f := newTestFetcher(t, Options{Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})

	for address, public := range map[string]bool{"64:ff9b::808:808": true, "64:ff9b::a00:1": true, "64:ff9b::c0a8:101": false, "64:ff9b::a9fe:a9fe": false, "64:ff9b:0:0:0:1:808:808": false} {
		at := netip.AddrPortFrom(netip.MustParseAddr(address), 443)
		if err := f.guard.Safe("tcp6", at.String(), nil); (err == nil) != public || err != nil && !IsProhibited(err) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestManyRedirects(t *testing.T) {
	moved := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
		if steps := len(r.URL.Path); steps <= 10 {
			http.Redirect(w, r, r.URL.Path+"x", http.StatusMovedPermanently)
			return
		}

		fmt.Fprint(w, oneItem)
	})

	r, err := newTestFetcher(t, Options{}).Fetch(t.Context(), FetchRequest{URL: moved.URL + "/"})
	if err != nil || len(r.Articles) != 1 {
		t.Errorf("ten redirects: %v", err)
	}
}

// TestGuardRedirect: the allowed server redirects to a private one.
func TestGuardRedirect(t *testing.T) {
	inside := newPlanet(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, oneItem) })
	outside := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, strings.Replace(inside.URL, "127.0.0.1", "127.0.0.2", 1), http.StatusFound)
	})
	f := newTestFetcher(t, Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})

	_, err := f.Fetch(t.Context(), FetchRequest{URL: outside.URL, Guarded: true})
	if e, ok := errors.AsType[*Error](err); !ok || e.Reason != reasonGuard {
		t.Errorf("%v", err)
	}

	if r, err := f.Fetch(t.Context(), FetchRequest{URL: inside.URL, Guarded: true}); err != nil || len(r.Articles) != 1 {
		t.Errorf("an allowed range is refused: %v", err)
	}
}

// TestConfiguredSourceRedirectedInside: what the configuration names may be private, and
// may redirect to what is. But a public server may not send us into the operator's network.
func TestConfiguredSourceRedirectedInside(t *testing.T) {
	inside := newPlanet(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, oneItem) })
	outside := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, inside.URL+r.URL.Path, http.StatusFound)
	})
	between := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://127.0.0.1:"+port(outside)+"/feed", http.StatusMovedPermanently)
	})

	// A network in which the server is at a public address.
	public := func(server *planet) Options {
		return Options{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			if strings.HasPrefix(address, "198.51.100.7:") || strings.HasPrefix(address, "public.invalid:") {
				address = server.Listener.Addr().String()
			}

			return new(net.Dialer).DialContext(ctx, network, address)
		}}
	}

	for name, address := range map[string]string{"address": "http://93.184.216.34/", "name": "http://public.invalid/"} {
		o := public(outside)
		dial := o.Dial
		o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			return dial(ctx, network, strings.Replace(address, "93.184.216.34:", "198.51.100.7:", 1))
		}

		_, err := newTestFetcher(t, o).Fetch(t.Context(), FetchRequest{URL: address + "feed"})
		if e, ok := errors.AsType[*Error](err); !ok || e.Reason != reasonRedirectGuard {
			t.Errorf("by %s: %v, want %q", name, err, reasonRedirectGuard)
		}
	}

	if inside.count() != 0 {
		t.Errorf("the private server was asked %d times", inside.count())
	}

	r, err := newTestFetcher(t, Options{}).Fetch(t.Context(), FetchRequest{URL: between.URL})
	if err != nil || len(r.Articles) != 1 {
		t.Errorf("from one private server to the other: %v", err)
	}
}

func port(p *planet) string {
	_, port, _ := net.SplitHostPort(p.Listener.Addr().String())
	return port
}

// TestErrorsHoldNoBytesOfTheServer: they go to a log and a terminal.
func TestErrorsHoldNoBytesOfTheServer(t *testing.T) {
	for name, answer := range map[string]string{
		"headers without end": "HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Evil: \x1b[2J"+strings.Repeat("e", 900)+"\r\n", 200),
		"no header":           "HTTP/1.1 200 OK\r\nevil \x1b[2J evil\r\n\r\n",
		"no status":           "evil \x1b[2J evil\r\n\r\n",
		"a status of letters": "HTTP/1.1 evil evil\r\n\r\n",
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}

		go func() {
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close()

			c.Read(make([]byte, 1024))
			io.WriteString(c, answer)
		}()

		_, err = newTestFetcher(t, Options{}).Fetch(t.Context(), FetchRequest{URL: "http://" + l.Addr().String() + "/"})
		l.Close()

		if err == nil || strings.Contains(err.Error(), "evil") || strings.Contains(err.Error(), "\x1b") || len(err.Error()) > 200 {
			t.Errorf("%s: %q", name, err)
		}
	}
}

// TestNoSecrets: an address may hold a password and a key; errors hold neither.
func TestNoSecrets(t *testing.T) {
	f := newTestFetcher(t, Options{Timeout: time.Second})
	for _, address := range []string{"http://user:hunter2@127.0.0.1:1/feed?token=hunter2", "http://hunter2.invalid:1/?hunter2", "ftp://user:hunter2@x/", "http://user:hunter2@[::1", "http://127.0.0.1:1/\x7fhunter2"} {
		_, err := f.Fetch(t.Context(), FetchRequest{URL: address})
		if err == nil || strings.Contains(strings.ReplaceAll(err.Error(), "hunter2.invalid", ""), "hunter2") {
			t.Errorf("%v", err)
		}
	}

	if s := RedactURL("https://user:hunter2@planet.example/feed?token=hunter2#hunter2"); strings.Contains(s, "hunter2") {
		t.Error(s)
	}
}

// TestAProxyThatIsAway: that the bot's own proxy can't be reached is not laid at the source's door.
func TestAProxyThatIsAway(t *testing.T) {
	for name, err := range map[string]error{
		"refuses": &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED},
		"no name": &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", IsNotFound: true}},
	} {
		for _, address := range []string{"http://a.example/feed", "https://a.example/feed"} {
			f := newTestFetcher(t, Options{Dial: func(context.Context, string, string) (net.Conn, error) { return nil, err }})

			transport, ok := f.open.Transport.(*http.Transport)
			if !ok {
				t.Fatal("no transport")
			}

			transport.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: "proxy.example:3128"})

			_, failed := f.Fetch(t.Context(), FetchRequest{URL: address})

			e, ok := errors.AsType[*Error](failed)
			if !ok || e.Reason != reasonProxy || !IsNoAnswer(e.Reason) {
				t.Errorf("%s, %s: %v", name, address, failed)
			}
		}
	}
}
