package sources

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"
)

var pollCost = flag.Int("cost", 0, "measure polls over this many local feeds (docs/performance-polling.md has 2000)")

// TestPollCost measures the processor time of a poll beside its floors, against a
// server in another process. Run it by
//
//	go test ./sources -run TestPollCost -v -cost 2000
func TestPollCost(t *testing.T) {
	if *pollCost == 0 {
		t.Skip("a measurement: give -cost 2000")
	}
	base := startFeedServer(t, *pollCost)
	c := &costs{t: t, base: base, feeds: *pollCost, client: &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 2}}}
	c.fetcher = NewFetcher(Options{})
	t.Cleanup(c.fetcher.Close)
	c.states = make([]State, c.feeds)
	c.round(0)

	first := c.measure("a first read", c.poll)
	floor := c.measure("  floor: download and gofeed", c.downloadAndParse)
	c.ratio(first, floor, 1.3)

	unchanged := c.measure("unchanged, 304", c.poll)
	floor = c.measure("  floor: bare request, 304", func(i int) { c.bare(i, true, false) })
	c.ratio(unchanged, floor, 1.5)

	c.get("/validators/off")
	same := c.measure("unchanged, the same bytes", c.poll)
	floor = c.measure("  floor: bare request, body read", func(i int) { c.bare(i, false, false) })
	c.ratio(same, floor, 1.5)
	c.get("/validators/on")

	c.round(1)
	tenth := c.measure("10 % of the feeds with 2 new items", c.poll)
	floor = c.measure("  floor: bare request, 304", func(i int) { c.bare(i, true, false) })
	c.ratio(tenth, floor, 3)

	size := 0
	for _, s := range c.states {
		size += len(s.Items) + len(s.ETag) + 200
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	t.Logf("state of a source: %d bytes; heap in use %d MB, peak resident %d MB", size/c.feeds, m.HeapInuse>>20, peakResident()>>10)
}

type costs struct {
	t       *testing.T
	base    string
	feeds   int
	client  *http.Client
	fetcher *Fetcher
	states  []State
	parser  gofeed.Parser
}

// measure runs one thing for each feed and returns processor time per feed.
func (c *costs) measure(name string, do func(i int)) time.Duration {
	c.t.Helper()
	runtime.GC()
	start, wall := processorTime(), time.Now()
	for i := range c.feeds {
		do(i)
	}
	per := (processorTime() - start) / time.Duration(c.feeds)
	c.t.Logf("%-36s %8.3f ms of CPU, %6.0f polls/s", name, per.Seconds()*1000, float64(c.feeds)/time.Since(wall).Seconds())
	return per
}

func (c *costs) ratio(ours, floor time.Duration, want float64) {
	c.t.Helper()
	c.t.Logf("  %.2f times the floor, wanted at most %.1f", float64(ours)/float64(floor), want)
}

func (c *costs) url(i int) string { return fmt.Sprintf("%s/feed/%d", c.base, i) }

func (c *costs) poll(i int) {
	r, err := c.fetcher.Fetch(c.t.Context(), Poll{URL: c.url(i), State: c.states[i], Source: Source{Language: "en", Outlet: "Daily Planet"}})
	if err != nil {
		c.t.Fatal(err)
	}
	c.states[i] = r.State
}

func (c *costs) bare(i int, conditional, parse bool) {
	req, err := http.NewRequest(http.MethodGet, c.url(i), nil)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip")
	if conditional {
		req.Header.Set("If-None-Match", "\"any\"")
		req.Header.Set("X-Unchanged", "1")
	}
	resp, err := c.client.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	if !parse {
		io.Copy(io.Discard, resp.Body)
		return
	}
	z, err := gzip.NewReader(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	if f, err := c.parser.Parse(z); err != nil || len(f.Items) != 50 {
		c.t.Fatal(err)
	}
}

func (c *costs) downloadAndParse(i int) {
	if i == 0 {
		c.parser = *gofeed.NewParser()
	}
	c.bare(i, false, true)
}

func (c *costs) get(path string) {
	resp, err := http.Get(c.base + path)
	if err != nil {
		c.t.Fatal(err)
	}
	resp.Body.Close()
}

func (c *costs) round(n int) { c.get(fmt.Sprintf("/round/%d", n)) }

func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peakResident is in kilobytes.
func peakResident() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return u.Maxrss
}

// startFeedServer runs this test's program as a server of feeds.
func startFeedServer(t *testing.T, feeds int) string {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestFeedServer$")
	cmd.Env = append(os.Environ(), fmt.Sprintf("NEWSBELL_FEED_SERVER=%d", feeds))
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stdin.Close(); cmd.Wait() })
	var address string
	if _, err := fmt.Fscanln(out, &address); err != nil {
		t.Fatal(err)
	}
	return address
}

// TestFeedServer is the server; it ends with its standard input.
func TestFeedServer(t *testing.T) {
	feeds := 0
	if fmt.Sscan(os.Getenv("NEWSBELL_FEED_SERVER"), &feeds); feeds == 0 {
		t.Skip("the other process of TestPollCost")
	}
	f := newFeedServer(feeds)
	s := httptest.NewServer(f)
	defer s.Close()
	fmt.Println(s.URL)
	io.Copy(io.Discard, os.Stdin)
}

// feedServer serves feeds of 50 items and 41 KB, gzipped, with validators. In
// each round every tenth feed has two new items.
type feedServer struct {
	mu         sync.Mutex
	bodies     [][]byte
	version    []int
	validators bool
}

func newFeedServer(feeds int) *feedServer {
	f := &feedServer{bodies: make([][]byte, feeds), version: make([]int, feeds), validators: true}
	for i := range feeds {
		f.bodies[i] = wireFeed(i, 0)
	}
	return f
}

func (f *feedServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var n int
	switch {
	case strings.HasPrefix(r.URL.Path, "/round/"):
		fmt.Sscanf(r.URL.Path, "/round/%d", &n)
		for i := 0; n > 0 && i < len(f.bodies); i += 10 {
			f.version[i] = n
			f.bodies[i] = wireFeed(i, n)
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

// wireFeed is a feed as it goes over the wire.
func wireFeed(feed, version int) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	fmt.Fprintf(z, `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>Daily Planet %d</title><link>https://planet%d.example/</link><language>en</language><lastBuildDate>%d</lastBuildDate>`, feed, feed, version)
	for n := 50 + 2*version - 1; n >= 2*version; n-- {
		random := rand.New(rand.NewPCG(uint64(feed), uint64(n)))
		fmt.Fprintf(z, "\n<item><title>%s</title><link>https://planet%d.example/%d?utm_source=rss</link><guid isPermaLink=\"false\">%d-%d</guid><pubDate>%s</pubDate><dc:creator>Lois Lane</dc:creator><category>World</category><description>&lt;p&gt;%s&lt;/p&gt;</description><media:thumbnail url=\"https://planet%d.example/%d.jpg\" width=\"240\"/></item>",
			words(random, 9), feed, n, feed, n, time.Unix(1795417525+int64(n)*600, 0).UTC().Format(time.RFC1123), words(random, 65), feed, n)
	}
	io.WriteString(z, "</channel></rss>")
	z.Close()
	return b.Bytes()
}

// words are so many words of made-up language, some of them common.
func words(r *rand.Rand, n int) string {
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

// BenchmarkFirstRead is the pure part of a first read: 50 items in 41 KB.
func BenchmarkFirstRead(b *testing.B) {
	body, err := unpack(wireFeed(1, 0), "gzip", MaxBody)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("gofeed", func(b *testing.B) {
		for b.Loop() {
			if _, err := gofeed.NewParser().Parse(bytes.NewReader(body)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			var s State
			if _, _, err := (visit{body: body, source: Source{Language: "en"}}).read(&s); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkTwoNew is the pure part of a read of which two of 50 items are new.
func BenchmarkTwoNew(b *testing.B) {
	old, _ := unpack(wireFeed(1, 0), "gzip", MaxBody)
	body, _ := unpack(wireFeed(1, 1), "gzip", MaxBody)
	var known State
	if _, _, err := (visit{body: old}).read(&known); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s := known
		if _, list, err := (visit{body: body, source: Source{Language: "en"}}).read(&s); err != nil || len(list) != 2 {
			b.Fatal(err, len(list))
		}
	}
}
