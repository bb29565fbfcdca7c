//go:build linux

package main

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// press is the server of all feeds; each address of the loopback is a host.
type press struct {
	http *http.Server
	port int
	most int // items that a feed lists

	mu     sync.Mutex
	random *rand.Rand
	words  *rand.Zipf
	feeds  []feed
	items  map[string]*item // by address
	last   int
}

type feed struct {
	items   []*item // oldest first
	version int
	body    []byte // nil: it has to be made
}

// item is an article of a feed.
type item struct {
	address, title, text string
	published            time.Time
	served               time.Time // when it first went over the wire; zero: not yet
	people               int       // how many chats follow it
}

// hosts is how many hosts the feeds are spread over.
const hosts = 40

func newPress(feeds, most int) (*press, error) {
	l, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		return nil, err
	}

	random := rand.New(rand.NewPCG(1, 2))
	p := &press{
		port: l.Addr().(*net.TCPAddr).Port, most: most, random: random, words: rand.NewZipf(random, 1.1, 20, 20000),
		feeds: make([]feed, feeds), items: map[string]*item{},
	}

	for i := range p.feeds {
		for range most {
			p.publishOn(i, "", 0)
		}
	}

	p.http = &http.Server{Handler: p}
	go p.http.Serve(l) //nolint:errcheck // it ends when the driver does

	return p, nil
}

func (p *press) address(feed int) string {
	return fmt.Sprintf("http://127.0.0.%d:%d/feed/%d", 1+feed%hosts, p.port, feed)
}

// publish adds an item about something to a feed that is drawn. people is how many
// chats have to be alerted of it.
func (p *press) publish(about string, people int) {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.publishOn(p.random.IntN(len(p.feeds)), about, people)
}

// publishOn adds an item of about 160 words, as many as a feed has that shows the
// beginning of its articles.
func (p *press) publishOn(feed int, about string, people int) {
	p.last++
	it := &item{
		address: fmt.Sprintf("https://outlet%d.example/2026/11/%d-%s", feed, p.last, word(uint64(p.last))),
		title:   strings.TrimSpace(p.sentence(4) + " " + about + " " + p.sentence(4)), text: p.sentence(150), published: time.Now(), people: people,
	}

	f := &p.feeds[feed]
	f.items = append(f.items, it)
	f.items = f.items[max(0, len(f.items)-p.most):]
	f.version++
	f.body = nil
	p.items[it.address] = it
}

// sentence is n words, as frequent as words are.
func (p *press) sentence(n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = word(p.words.Uint64())
	}

	return strings.Join(words, " ")
}

// word is the n-th of our words.
func word(n uint64) string {
	const consonants, vowels = "bdfgklmnprstvz", "aeiou"

	var b strings.Builder

	for n += 70; n > 0; n /= 70 {
		b.WriteByte(consonants[n%14])
		b.WriteByte(vowels[n/14%5])
	}

	return b.String()
}

// served says when an item was published and first went over the wire, and for how many
// chats it is.
func (p *press) served(address string) (published, served time.Time, people int) {
	p.mu.Lock()
	defer p.mu.Unlock()

	it := p.items[address]
	if it == nil {
		return time.Time{}, time.Time{}, 0
	}

	return it.published, it.served, it.people
}

// ServeHTTP serves a feed, or says that it is as it was.
func (p *press) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var n int
	if _, err := fmt.Sscanf(r.URL.Path, "/feed/%d", &n); err != nil || n < 0 || n >= len(p.feeds) {
		http.NotFound(w, r)
		return
	}

	p.mu.Lock()
	defer p.mu.Unlock()

	f := &p.feeds[n]
	etag := fmt.Sprintf(`"%d-%d"`, n, f.version)

	w.Header().Set("Content-Type", "application/rss+xml")
	w.Header().Set("ETag", etag)

	if r.Header.Get("If-None-Match") == etag || r.Header.Get("X-Unchanged") != "" {
		w.WriteHeader(http.StatusNotModified)
		return
	}

	if f.body == nil {
		f.body = f.render(n)
	}

	for _, it := range f.items {
		if it.served.IsZero() {
			it.served = time.Now()
		}
	}

	_, _ = w.Write(f.body)
}

func (f *feed) render(n int) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Outlet %d</title><link>https://outlet%d.example/</link><language>en</language>`, n, n)

	for _, it := range slices.Backward(f.items) {
		fmt.Fprintf(&b, `<item><title>%s</title><link>%s</link><guid>%s</guid><pubDate>%s</pubDate><description>&lt;p&gt;%s.&lt;/p&gt;</description></item>`,
			it.title, it.address, it.address, it.published.UTC().Format(time.RFC1123Z), it.text)
	}

	b.WriteString(`</channel></rss>`)

	return []byte(b.String())
}
