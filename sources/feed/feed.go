package feed

import (
	"bytes"
	"net/url"
	"strings"

	"newsbell/news"
	"newsbell/sources/charset"
)

// Feed is what a feed says about itself, cleaned.
type Feed struct {
	Kind     string // "rss", "rdf", "atom", "json" or "sitemap"
	Title    string
	Link     string // the site it belongs to
	Language string // ISO 639-1, "" not said
	Broken   int    // items that could not be read; the others were
	Cut      bool   // the feed ends in the middle; what was whole has been read

	Hints Hints
	// Listed are the keys of all items, also of those that were not read again.
	Listed []string
	// Unchanged reports that no item was read because the fingerprints know all.
	Unchanged bool

	raw   []item
	known []fingerprint // of the items that were not read again
}

// Input is the body of a feed with what is known about it.
type Input struct {
	Body        []byte
	Address     string      // where it came from, to complete relative addresses; "" unknown
	ContentType string      // the server's header, "" unknown
	Source      news.Source // defaults for the articles
	Raw         bool        // articles as the feed has them, not cleaned
	All         bool        // also the items that the fingerprints know
}

// Parse reads a feed of any kind: RSS 0.9x to 2.0, RDF, Atom 0.3 and 1.0, JSON
// Feed, news sitemaps. Articles come in the feed's order with Source and Key
// filled in. A feed that is cut off gives what is whole of it. Parse is a pure
// function and safe for concurrent use; its time and memory are linear in the
// size of the body. The error is an *Error.
func Parse(in Input) (*Feed, []news.Article, error) {
	in.All = true
	return ParseChanged(in, new(Fingerprints))
}

// ParseChanged is Parse for a feed that was read before: it reads only the items
// that known does not hold, and brings known up to date. After an error known is
// as it was.
func ParseChanged(in Input, known *Fingerprints) (*Feed, []news.Article, error) {
	m := known.unpack()

	var skip *index
	if !in.All {
		skip = m
	}

	feed, err := parseItems(in.Body, in.Address, in.ContentType, skip)
	if err != nil {
		return nil, nil, explainError(err)
	}

	if m.suffix == "" {
		m.suffix = commonSuffix(feed.raw)
	}

	if !in.All {
		feed.raw = newestItems(feed.raw)
	}

	feed.identify(m)
	feed.readTexts(&m.repeated)
	known.pack(feed.fingerprints(), m)

	articles := feed.articles(in.Source, in.Raw, m.suffix, &m.repeated)
	if !in.All {
		limitTexts(articles)
	}

	feed.Listed = feed.keys()
	feed.Unchanged = len(feed.raw) == 0 && len(feed.known) > 0
	feed.raw, feed.known = nil, nil

	return feed, articles, nil
}

// parseItems reads a feed without cleaning its items; those that are in skip are
// left out where that is possible. skip may be nil.
func parseItems(body []byte, address, contentType string, skip *index) (*Feed, error) {
	if bytes.HasPrefix(body, []byte{0x1f, 0x8b}) { // what gzip begins with
		return nil, errPacked
	}

	text := charset.ToUTF8(body, contentType)

	trimmed := bytes.TrimLeft(text, "\ufeff \t\r\n\x00")
	if len(trimmed) == 0 {
		return nil, errEmpty
	}

	base := linkBase(address)
	if trimmed[0] == '{' || trimmed[0] == '[' {
		f, err := parseJSON(trimmed, base)
		if err == nil {
			f.Hints.Hub, f.Hints.Topic = jsonHub(trimmed)
		}

		return f, err
	}

	d, err := scanDocument(repairXML(trimmed))
	if err != nil {
		if looksJSON(trimmed) {
			return parseJSON(trimmed[bytes.IndexByte(trimmed, '{'):], base)
		}

		return nil, errNoFeed
	}

	f, err := d.parseNew(base, skip)
	if err == nil {
		f.Hints.Hub, f.Hints.Topic = d.hub()
	}

	return f, err
}

// parseNew reads the items that are not in skip, as far as that is possible.
func (d *document) parseNew(base string, skip *index) (*Feed, error) {
	if skip != nil {
		d = d.newest(base)
	}

	if skip != nil && len(skip.items) > 0 {
		if f := d.parseChanged(base, skip); f != nil {
			return f, nil
		}
	}

	f, err := d.parse(base)
	if lost := d.text[d.rest:]; err == nil && len(f.raw) == 0 && (bytes.Contains(lost, []byte("<item")) || bytes.Contains(lost, []byte("<entry"))) {
		return nil, errBroken // it breaks off in its first item
	}

	if err == nil && len(f.raw) == len(d.items) && len(d.items) <= maxFingerprints {
		for i, s := range d.items {
			f.raw[i].sum = hashItem(d.text[s.from:s.to])
		}
	}

	return f, err
}

// looksJSON: a JSON feed with junk (a guard against script inclusion) in front.
func looksJSON(b []byte) bool {
	i := bytes.IndexByte(b, '{')
	return i >= 0 && i < 64 && bytes.Contains(b[i:min(len(b), i+512)], []byte("jsonfeed.org"))
}

// parse reads the items, with the language that an item's own tag names.
func (d *document) parse(base string) (*Feed, error) {
	f, err := d.parseKind(base)
	if err != nil || len(f.raw) != len(d.items) {
		return f, err
	}

	for i, s := range d.items {
		if it := &f.raw[i]; it.Language == "" {
			it.Language = itemLanguage(d.text[s.from:s.to])
		}
	}

	return f, nil
}

// itemLanguage is the xml:lang of an item (XML 1.0, 2.12), "" if its tag has none.
func itemLanguage(item []byte) string {
	tag := item[:bytes.IndexByte(item, '>')+1]
	if !bytes.Contains(tag, []byte("xml:lang")) {
		return "" // nearly always
	}

	for _, a := range parseAttributes(tag) {
		if a[0] == "xml:lang" {
			return a[1]
		}
	}

	return ""
}

// parseKind picks the format.
func (d *document) parseKind(base string) (*Feed, error) {
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

// linkBase is what a feed's links are completed with: its address without password and query, which may be
// a key and are not for those who read the articles. "" if it is the name of a file.
func linkBase(address string) string {
	if !strings.Contains(address, "://") {
		return ""
	}

	u, err := url.Parse(address)
	if err != nil || u.User == nil && u.RawQuery == "" {
		return address
	}

	u.User, u.RawQuery = nil, ""

	return u.String()
}

// Resolve completes a relative address. What does not parse stays as it is.
func Resolve(base, address string) string {
	address = strings.TrimSpace(address)
	if address == "" || base == "" || strings.HasPrefix(address, "http://") || strings.HasPrefix(address, "https://") {
		return address
	}

	b, err := url.Parse(base)
	if err != nil {
		return address
	}

	if host, _, _ := strings.Cut(address, "/"); strings.HasPrefix(host, "www.") && strings.Count(host, ".") > 1 {
		address = "//" + address // a host is meant, no file of that name
	}

	ref, err := url.Parse(address)
	if err != nil {
		if ref, err = url.Parse(news.CleanURL(address)); err != nil { // it holds a bare "%"
			return address
		}
	}

	return b.ResolveReference(ref).String()
}

// What a visit takes of a feed at most; somebody else writes it. Reading all of it
// (Input.All) has no such limits.
const (
	// MaxItems is how many items are read, the newest. Real feeds hold up to five
	// thousand.
	MaxItems = 5000
	// MaxText is how many bytes of an article's text are kept: a whole book has less
	// than a megabyte, a long reportage 60 KB.
	MaxText = 256 << 10
)

// newest is the document with at most MaxItems items. Feeds list the newest first,
// unless the dates of the first and the last item say otherwise.
func (d *document) newest(base string) *document {
	n := len(d.items)
	if n <= MaxItems {
		return d
	}

	from := 0

	ends, err := scanDocument(d.envelope(func(i int) bool { return i == 0 || i == n-1 }))
	if err == nil {
		if f, err := ends.parse(base); err == nil && oldestComesFirst(f.raw) {
			from = n - MaxItems
		}
	}

	short, err := scanDocument(d.envelope(func(i int) bool { return i >= from && i < from+MaxItems }))
	if err != nil {
		return d
	}

	return short
}

// newestItems is newest for items that have been read.
func newestItems(items []item) []item {
	switch {
	case len(items) <= MaxItems:
		return items
	case oldestComesFirst(items):
		return items[len(items)-MaxItems:]
	}

	return items[:MaxItems]
}

func oldestComesFirst(items []item) bool {
	if len(items) < 2 {
		return false
	}

	first, last := items[0].published, items[len(items)-1].published

	return !first.IsZero() && first.Before(last)
}

// limitTexts cuts what is longer than any article.
func limitTexts(articles []news.Article) {
	for i := range articles {
		articles[i].Text = cutAt(articles[i].Text, MaxText-len("…"))
	}
}
