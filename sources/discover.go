package sources

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"

	"newsbell/news"
	"newsbell/sources/charset"
	"newsbell/sources/feed"
)

// Candidate is a feed that was found for an address.
type Candidate struct {
	news.Source

	Newest string   // title of its newest article, "" if it has none
	Titles []string // of its newest articles, the newest first, at most three
}

// maxCandidates is how many feeds are offered, and maxTries how many addresses
// are asked for them: somebody is waiting in a chat.
const (
	maxCandidates = 8
	maxTries      = 14
)

// shownTitles is how many titles show what a feed is about.
const shownTitles = 3

// Discover finds the feeds of an address: the address itself if it is one, else
// what its page links to, else well-known places and the sitemaps of robots.txt. Of
// services that KnownFeed knows, the rule comes first.
// "bbc.com" is enough of an address. The error is an *Error.
func (f *Fetcher) Discover(ctx context.Context, address string, guarded bool) ([]Candidate, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*f.options.Timeout)
	defer cancel()

	address = strings.TrimSpace(address)
	if known, _ := KnownFeed(address); known != "" {
		if c, ok := f.tryFeed(ctx, known, guarded); ok {
			return []Candidate{c}, nil
		}
	}

	page, address, err := f.lookEitherWay(ctx, address, guarded)
	if err != nil {
		return nil, asError(ctx, err)
	}

	body, err := f.openPage(page)
	if err != nil {
		return nil, asError(ctx, err)
	}
	defer f.giveBack(page.buffer)

	if c, ok := readCandidate(cmp.Or(page.moved, address), page, body); ok {
		return []Candidate{c}, nil
	}

	tried := map[string]bool{address: true, page.address: true}
	guesses := []func() []string{
		func() []string { return feedLinks(charset.ToUTF8(body, page.header.Get("Content-Type")), page.address) },
		func() []string { return wellKnown(page.address) },
		func() []string { return f.robots(ctx, page.address, guarded) },
	}

	for _, guess := range guesses {
		if found := f.tryFeeds(ctx, guess(), tried, guarded); len(found) > 0 {
			return found, nil
		}
	}

	return nil, &Error{Reason: "no feed was found there", Status: page.status}
}

// tryFeeds asks for addresses that were not tried yet, and returns those that are feeds.
func (f *Fetcher) tryFeeds(ctx context.Context, addresses []string, tried map[string]bool, guarded bool) (found []Candidate) {
	for _, a := range addresses {
		if len(found) >= maxCandidates || len(tried) > maxTries || tried[a] || ctx.Err() != nil {
			continue
		}

		tried[a] = true
		if c, ok := f.tryFeed(ctx, a, guarded); ok {
			found = append(found, c)
		}
	}

	return found
}

// Download gets what is at an address that somebody sent in a chat, unpacked and whole. A
// problem with it is an [Error], also an address that chats may not reach.
func (f *Fetcher) Download(ctx context.Context, address string) ([]byte, error) {
	page, body, err := f.fetchBody(ctx, address, true)
	if err != nil {
		return nil, asError(ctx, err)
	}
	defer f.giveBack(page.buffer)

	if page.short {
		return nil, &Error{Reason: reasonNetwork}
	}

	return bytes.Clone(body), nil
}

// lookEitherWay looks at an address, "https://" before it if nothing is, and at the same by
// plain HTTP where that fails. It returns the address that answered.
func (f *Fetcher) lookEitherWay(ctx context.Context, address string, guarded bool) (page *answer, at string, err error) {
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}

	if page, err = f.fetchPage(ctx, address, guarded); err == nil {
		return page, address, nil
	}

	if rest, ok := strings.CutPrefix(address, "https://"); ok && ctx.Err() == nil {
		plain := "http://" + rest
		if page, _ := f.fetchPage(ctx, plain, guarded); page != nil {
			return page, plain, nil
		}
	}

	return nil, "", err
}

// fetchPage asks for a page when it is its host's turn.
func (f *Fetcher) fetchPage(ctx context.Context, address string, guarded bool) (*answer, error) {
	turn, err := f.pace.wait(ctx, address, longestWait)
	if err != nil {
		return nil, err
	}
	defer turn.End()

	return f.get(ctx, FetchRequest{URL: address, Guarded: guarded})
}

// fetchBody is fetchPage with the body unpacked, which is valid until the page's buffer is given back.
func (f *Fetcher) fetchBody(ctx context.Context, address string, guarded bool) (*answer, []byte, error) {
	page, err := f.fetchPage(ctx, address, guarded)
	if err != nil {
		return nil, nil, err
	}

	body, err := f.openPage(page)

	return page, body, err
}

// openPage returns the body of a page that is there, and gives back the buffer of any other.
func (f *Fetcher) openPage(page *answer) ([]byte, error) {
	if page.status != http.StatusOK {
		f.giveBack(page.buffer)
		return nil, explainStatus(page.status)
	}

	body, err := f.unpacked(page)
	if err != nil {
		f.giveBack(page.buffer)
	}

	return body, tooBig(err, f.options.MaxBody)
}

// tryFeed asks whether an address is a feed.
func (f *Fetcher) tryFeed(ctx context.Context, address string, guarded bool) (Candidate, bool) {
	page, body, err := f.fetchBody(ctx, address, guarded)
	if err != nil {
		return Candidate{}, false
	}
	defer f.giveBack(page.buffer)

	return readCandidate(cmp.Or(page.moved, address), page, body)
}

// readCandidate reads the body of a page as a feed, and reports whether it is one.
func readCandidate(address string, page *answer, body []byte) (Candidate, bool) {
	f, list, err := feed.Parse(feed.Input{Body: body, Address: page.address, ContentType: page.header.Get("Content-Type"), Source: news.Source{URL: address}})
	if err != nil {
		return Candidate{}, false
	}

	c := Candidate{Source: news.Source{URL: address, Title: f.Title}}

	feed.SortOldestFirst(list, time.Now())

	for i := len(list) - 1; i >= 0 && len(c.Titles) < shownTitles; i-- {
		c.Titles = append(c.Titles, list[i].Title)
	}

	if len(list) > 0 {
		c.Newest = list[len(list)-1].Title
	}

	return c, true
}

// feedLinks are the feeds that a page names, then those it links to. Of a service that
// KnownFeed knows, what the page calls its own address tells the feed too: a handle has no
// number in it.
func feedLinks(page []byte, address string) []string {
	var named, linked []string

	base := address

	z := html.NewTokenizer(strings.NewReader(string(page)))
	for t := z.Next(); t != html.ErrorToken; t = z.Next() {
		if t != html.StartTagToken && t != html.SelfClosingTagToken {
			continue
		}

		tok := z.Token()

		at := make(map[string]string, len(tok.Attr))
		for _, a := range tok.Attr {
			at[a.Key] = a.Val
		}

		switch href := strings.TrimSpace(at["href"]); {
		case href == "":
		case tok.Data == "base":
			base = feed.Resolve(address, href)
		case tok.Data == "link" && strings.Contains(strings.ToLower(at["rel"]), "alternate") && feedType(at["type"]):
			named = append(named, feed.Resolve(base, href))
		case tok.Data == "link" && strings.EqualFold(at["rel"], "canonical"):
			if known, _ := KnownFeed(feed.Resolve(base, href)); known != "" {
				linked = append(linked, known)
			}
		case tok.Data == "a" && feedName(href):
			linked = append(linked, feed.Resolve(base, href))
		}
	}

	return append(named, linked...)
}

func feedType(s string) bool {
	s = strings.ToLower(s)
	return strings.Contains(s, "rss") || strings.Contains(s, "atom") || strings.Contains(s, "feed+json") || s == "application/json" || s == "text/xml" || s == "application/xml" || strings.Contains(s, "rdf")
}

func feedName(href string) bool {
	href, _, _ = strings.Cut(strings.ToLower(href), "?")
	href = strings.TrimRight(href, "/")

	return slices.ContainsFunc([]string{".rss", "/rss", "/feed", "/feeds", "rss.xml", "feed.xml", "atom.xml", ".atom", ".rdf", "/atom", "feed.json"}, func(end string) bool { return strings.HasSuffix(href, end) })
}

// wellKnown are the places where publishing systems put feeds.
func wellKnown(address string) []string {
	var out []string
	for _, p := range []string{"/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feeds/posts/default", "/feed.json"} {
		out = append(out, feed.Resolve(address, p))
	}

	return out
}

// robots are the sitemaps that robots.txt names, those of news first.
func (f *Fetcher) robots(ctx context.Context, address string, guarded bool) []string {
	page, body, err := f.fetchBody(ctx, feed.Resolve(address, "/robots.txt"), guarded)
	if err != nil {
		return nil
	}
	defer f.giveBack(page.buffer)

	var first, rest []string

	for line := range strings.Lines(string(body)) {
		name, value, _ := strings.Cut(line, ":")
		if value = strings.TrimSpace(value); !strings.EqualFold(strings.TrimSpace(name), "sitemap") || value == "" {
			continue
		}

		u, err := url.Parse(value)
		if err != nil || u.Host == "" && !strings.HasPrefix(value, "/") {
			continue
		}

		if strings.Contains(strings.ToLower(value), "news") {
			first = append(first, feed.Resolve(address, value))
		} else {
			rest = append(rest, feed.Resolve(address, value))
		}
	}

	return append(first, rest...)
}

func asError(ctx context.Context, err error) *Error {
	e := &Error{}
	if errors.As(err, &e) {
		return e
	}

	return explainError(ctx, err)
}
