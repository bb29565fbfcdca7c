package sources

import (
	"bytes"
	"errors"
	"net/url"
	"strings"

	"newsbell/news"
)

// Feed is what a feed says about itself, cleaned.
type Feed struct {
	Kind     string // "rss", "rdf", "atom", "json" or "sitemap"
	Title    string
	Link     string // the site it belongs to
	Language string // ISO 639-1, "" not said
	Icon     string // an address
	// Broken counts items that could not be read; the others were.
	Broken int
	// Cut: the feed ended in the middle; what was whole has been read.
	Cut bool

	hints     hints
	raw       []item
	unchanged []remembered // items that were known and therefore not parsed
}

// Why a body is no feed, in words for people.
var (
	errEmpty   = errors.New("the feed is empty")
	errOPML    = errors.New("it is a list of feeds (OPML), not a feed; newsbell import reads it")
	errHTML    = errors.New("the page is HTML, not a feed")
	errNoFeed  = errors.New("it is not a feed")
	errPages   = errors.New("it is a list of pages without news in it")
	errIndex   = errors.New("it is a list of sitemaps, not a feed")
	errTooDeep = errors.New("the feed is nested too deeply")
	errBroken  = errors.New("the feed is cut off or broken, nothing in it can be read")
)

// Parse reads a feed of any kind: RSS 0.9x to 2.0, RDF, Atom 0.3 and 1.0, JSON
// Feed, news sitemaps. address is where it came from, to complete relative
// links ("" unknown); contentType is the server's header, "" unknown. Articles
// come in the feed's order with Source and Key filled in. A feed that is cut off
// gives what is whole of it. It is a pure function and safe for concurrent use; its
// time and memory are linear in the body's size.
func Parse(body []byte, address, contentType string) (*Feed, []news.Article, error) {
	return ParseAs(body, Source{URL: address}, contentType, false)
}

// ParseAs is Parse with what is known about the source. raw leaves titles,
// addresses, texts, authors and tags as the feed has them.
func ParseAs(body []byte, s Source, contentType string, raw bool) (*Feed, []news.Article, error) {
	v := visit{body: body, address: s.URL, contentType: contentType, source: s, raw: raw, whole: true}

	feed, list, err := v.read(new(State))
	if err != nil {
		return nil, nil, explainParse(0, err)
	}

	feed.raw = nil

	return feed, list, nil
}

// parse reads a feed without cleaning its items.
func parse(body []byte, address, contentType string) (*Feed, error) {
	return parseNew(body, address, contentType, nil)
}

// parseNew is parse with a memory (or nil) of what need not be read again.
func parseNew(body []byte, address, contentType string, m *memory) (*Feed, error) {
	text := toUTF8(body, contentType)

	trimmed := bytes.TrimLeft(text, "\ufeff \t\r\n\x00")
	if len(trimmed) == 0 {
		return nil, errEmpty
	}

	base := address
	if !strings.Contains(base, "://") {
		base = ""
	}

	if trimmed[0] == '{' || trimmed[0] == '[' {
		return parseJSON(trimmed, base)
	}

	d, err := scan(repair(trimmed))
	if err != nil {
		if looksJSON(trimmed) {
			return parseJSON(trimmed[bytes.IndexByte(trimmed, '{'):], base)
		}

		return nil, errNoFeed
	}

	if m != nil && len(m.items) > 0 {
		if f := d.parseChanged(base, m); f != nil {
			return f, nil
		}
	}

	f, err := d.parse(base)
	if lost := d.text[d.rest:]; err == nil && len(f.raw) == 0 && (bytes.Contains(lost, []byte("<item")) || bytes.Contains(lost, []byte("<entry"))) {
		return nil, errBroken // it breaks off in its first item
	}

	if err == nil && len(f.raw) == len(d.items) && len(d.items) <= maxRemembered {
		for i, s := range d.items {
			f.raw[i].sum = sum(d.text[s.from:s.to])
		}
	}

	return f, err
}

// looksJSON: a JSON feed with junk (a guard against script inclusion) in front.
func looksJSON(b []byte) bool {
	i := bytes.IndexByte(b, '{')
	return i >= 0 && i < 64 && bytes.Contains(b[i:min(len(b), i+512)], []byte("jsonfeed.org"))
}

// parse picks the format.
func (d *document) parse(base string) (*Feed, error) {
	switch d.kind() {
	case "rss":
		return d.parseRSS(base)
	case "atom":
		return d.parseAtom(base)
	case "sitemap":
		return d.parseSitemap(base)
	case "index":
		return nil, errIndex
	case "html":
		return nil, errHTML
	case "opml":
		return nil, errOPML
	}

	return nil, errNoFeed
}

// resolve completes a relative address. What does not parse stays as it is.
func resolve(base, address string) string {
	address = strings.TrimSpace(address)
	if address == "" || base == "" || strings.HasPrefix(address, "http://") || strings.HasPrefix(address, "https://") {
		return address
	}

	b, err := url.Parse(base)
	if err != nil {
		return address
	}

	ref, err := url.Parse(address)
	if err != nil {
		if ref, err = url.Parse(news.CleanURL(address)); err != nil { // it holds a bare "%"
			return address
		}
	}

	return b.ResolveReference(ref).String()
}
