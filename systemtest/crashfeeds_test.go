package systemtest

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"newsbell/news"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

const (
	crashFeeds  = 5
	crashListed = 100 // items that a feed lists
)

// keywords are what stories in the test are about, crashQueries what the three
// people of each platform follow.
var (
	keywords     = []string{"amber", "basalt", "cinnabar", "dolomite", "emerald", "feldspar"}
	crashQueries = [3][2]string{{"amber", "dolomite OR (basalt emerald)"}, {"basalt", "emerald -cinnabar"}, {"cinnabar", "feld* -amber"}}
)

// feedServer is a feed server whose feeds grow.
type feedServer struct {
	*httptest.Server
	linger    time.Duration // that an answer takes
	mu        sync.Mutex
	items     [][]story             // by feed, newest last
	published []story               // in order
	asked     map[string][]*request // by host and port, in order
	gap       time.Duration         // between the end of an answer and the next request to the same host
}

// request is one that came.
type request struct {
	path     string
	from, to time.Time // to is zero while it is answered
	givenUp  bool      // before it was answered: nobody knows how long before to that was
}

// story is an item of a feed.
type story struct {
	feed  int
	title string
	quiet bool // part of the baseline
}

func newFeedServer() *feedServer {
	p := &feedServer{items: make([][]story, crashFeeds), asked: map[string][]*request{}}
	for feed := range p.items {
		p.publishOn(feed, true)
	}

	p.Server = httptest.NewServer(p)

	return p
}

// publish adds an item to a feed.
func (p *feedServer) publish() { p.publishOn(rand.N(crashFeeds), false) }

func (p *feedServer) publishOn(feed int, quiet bool) {
	p.mu.Lock()
	defer p.mu.Unlock()

	s := story{feed: feed, quiet: quiet}

	s.title = fmt.Sprintf("%s %s %s", madeUpWord(), keywords[rand.N(len(keywords))], madeUpWord())
	if rand.N(2) == 0 {
		s.title += " " + keywords[rand.N(len(keywords))] + " " + madeUpWord()
	}

	p.items[feed] = append(p.items[feed], s)
	p.published = append(p.published, s)
}

// last is the newest item.
func (p *feedServer) last() story {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.published[len(p.published)-1]
}

// publishLong adds an item with a headline of five words to a feed.
func (p *feedServer) publishLong(feed int) story {
	p.mu.Lock()
	defer p.mu.Unlock()

	s := story{feed: feed}
	for i := range 5 {
		s.title += madeUpWord() + " "

		if i == 2 {
			s.title += keywords[rand.N(len(keywords))] + " "
		}
	}

	s.title = strings.TrimSpace(s.title)
	p.items[feed] = append(p.items[feed], s)
	p.published = append(p.published, s)

	return s
}

// echo has another feed tell a story under the same headline.
func (p *feedServer) echo(s story) (feed int) {
	p.mu.Lock()
	defer p.mu.Unlock()

	s.feed = (s.feed + 1) % crashFeeds
	p.items[s.feed] = append(p.items[s.feed], s)

	return s.feed
}

// madeUpWord is one that no other title has.
func madeUpWord() string {
	var b strings.Builder
	for range 3 {
		b.WriteByte("bdfgklmnprstvz"[rand.N(14)])
		b.WriteByte("aeiou"[rand.N(5)])
	}

	return b.String() + fmt.Sprintf("%03x", rand.N(4096))
}

func (p *feedServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var feed int
	if _, err := fmt.Sscanf(r.URL.Path, "/%d.xml", &feed); err != nil || feed < 0 || feed >= crashFeeds {
		http.NotFound(w, r)
		return
	}

	one := p.enter(r)
	defer p.leave(r, one)

	p.mu.Lock()
	items := slices.Clone(p.items[feed][max(0, len(p.items[feed])-crashListed):])
	p.mu.Unlock()
	w.Header().Set("Content-Type", "application/rss+xml")
	fmt.Fprintf(w, `<?xml version="1.0"?><rss version="2.0"><channel><title>Feed %d</title>`, feed)

	for _, s := range items {
		id := strings.ReplaceAll(s.title, " ", "-")
		fmt.Fprintf(w, `<item><title>%s</title><link>https://press%d.example/%s</link><guid>%s</guid><pubDate>%s</pubDate></item>`,
			s.title, feed, id, id, time.Now().UTC().Format(time.RFC1123Z))
	}

	fmt.Fprint(w, `</channel></rss>`)
}

// enter notes a request and takes the time that an answer takes.
func (p *feedServer) enter(r *http.Request) *request {
	p.mu.Lock()

	one := &request{path: r.URL.Path, from: time.Now()}
	p.asked[r.Host] = append(p.asked[r.Host], one)
	linger := p.linger

	p.mu.Unlock()

	select {
	case <-time.After(linger):
	case <-r.Context().Done():
	}

	return one
}

func (p *feedServer) leave(r *http.Request, one *request) {
	p.mu.Lock()
	defer p.mu.Unlock()

	one.to, one.givenUp = time.Now(), r.Context().Err() != nil
}

// watchHosts has every answer take a time, and tooSoon look for requests that come sooner than gap after the
// last answer of their host.
func (p *feedServer) watchHosts(linger, gap time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.linger, p.gap = linger, gap
}

// tooSoon says which requests came while another one of their host was answered, or too soon after it. Of
// one that was given up only the begin counts: a busy machine hears of that late.
func (p *feedServer) tooSoon() (soon []string) {
	p.mu.Lock()
	defer p.mu.Unlock()

	for host, requests := range p.asked {
		var ended time.Time

		for _, one := range requests {
			if gap := one.from.Sub(ended); !ended.IsZero() && gap < p.gap {
				soon = append(soon, fmt.Sprintf("%s: %s of %s came %s after the end of the last answer", one.from.Format(time.StampMilli), one.path, host, gap))
			}

			end := one.to
			if one.givenUp || end.IsZero() {
				end = one.from
			}

			if end.After(ended) {
				ended = end
			}
		}
	}

	return soon
}

// expected returns the titles that a follower has to get, once each: each query is
// asked about each story, one by one.
func (p *feedServer) expected(queries []*query.Query) (titles []string) {
	p.mu.Lock()
	defer p.mu.Unlock()

	for _, s := range p.published {
		matches := func(q *query.Query) bool {
			_, ok := index.Match(q, &news.Article{Title: s.title})
			return ok
		}
		if !s.quiet && slices.ContainsFunc(queries, matches) {
			titles = append(titles, s.title)
		}
	}

	return titles
}
