// Package sourcestest is a server of made-up feeds, for measurements, and what the tests of
// sources and of feeds have in common. It shares no code with package sources.
package sourcestest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Server serves feeds of 50 items and 41 KB at /feed/0, /feed/1, …, gzipped, with
// validators. /round/1, /round/2, … give every tenth feed two new items each;
// /validators/off takes the validators away and /validators/on brings them back.
type Server struct {
	mu         sync.Mutex
	bodies     [][]byte
	version    []int
	validators bool
}

// New makes a server of so many feeds.
func New(feeds int) *Server {
	f := &Server{bodies: make([][]byte, feeds), version: make([]int, feeds), validators: true}
	for i := range feeds {
		f.bodies[i] = Feed(i, 0)
	}

	return f
}

// ServeHTTP serves the feeds and the switches.
func (f *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()

	var n int

	switch {
	case strings.HasPrefix(r.URL.Path, "/round/"):
		fmt.Sscanf(r.URL.Path, "/round/%d", &n)

		for i := 0; n > 0 && i < len(f.bodies); i += 10 {
			f.version[i] = n
			f.bodies[i] = Feed(i, n)
		}
	case strings.HasPrefix(r.URL.Path, "/validators/"):
		f.validators = r.URL.Path == "/validators/on"
	default:
		fmt.Sscanf(r.URL.Path, "/feed/%d", &n)
		etag := fmt.Sprintf(`"%d-%d"`, n, f.version[n])

		w.Header().Set("Content-Type", "application/rss+xml")

		if f.validators {
			w.Header().Set("ETag", etag)
			w.Header().Set("Last-Modified", "Mon, 23 Nov 2026 07:05:25 GMT")

			if r.Header.Get("If-None-Match") == etag || r.Header.Get("X-Unchanged") != "" {
				w.WriteHeader(http.StatusNotModified)
				return
			}
		}

		w.Header().Set("Content-Encoding", "gzip")
		w.Write(f.bodies[n])
	}
}

// Feed is a feed as it goes over the wire, after so many rounds.
func Feed(feed, version int) []byte {
	var b bytes.Buffer

	z := gzip.NewWriter(&b)
	fmt.Fprintf(z, `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>Daily Planet %d</title><link>https://planet%d.example/</link><language>en</language><lastBuildDate>%d</lastBuildDate>`, feed, feed, version)

	for n := 50 + 2*version - 1; n >= 2*version; n-- {
		random := rand.New(rand.NewPCG(uint64(feed), uint64(n)))
		fmt.Fprintf(z, "\n<item><title>%s</title><link>https://planet%d.example/%d?utm_source=rss</link><guid isPermaLink=\"false\">%d-%d</guid><pubDate>%s</pubDate><dc:creator>Lois Lane</dc:creator><category>World</category><description>&lt;p&gt;%s&lt;/p&gt;</description><media:thumbnail url=\"https://planet%d.example/%d.jpg\" width=\"240\"/></item>",
			makeWords(random, 9), feed, n, feed, n, time.Unix(1795417525+int64(n)*600, 0).UTC().Format(time.RFC1123), makeWords(random, 65), feed, n)
	}

	io.WriteString(z, "</channel></rss>")
	z.Close()

	return b.Bytes()
}

// makeWords are so many words of made-up language, some of them common.
func makeWords(r *rand.Rand, n int) string {
	var b strings.Builder

	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}

		if r.IntN(3) == 0 {
			b.WriteString([]string{"the", "of", "and", "to", "in", "said", "government", "minister"}[r.IntN(8)])
			continue
		}

		for range 1 + r.IntN(4) {
			b.WriteByte("bcdfghklmnprstvw"[r.IntN(16)])
			b.WriteByte("aeiou"[r.IntN(5)])
		}
	}

	return b.String() + "."
}
