package feed

import (
	"bytes"
	"errors"
	"html"
	"slices"
	"strings"
)

// document is a feed's XML cut into its pieces, without having been parsed:
// where the root and the items begin and end. It lets us hand gofeed one item in
// the feed's own envelope, keep what is whole of a feed that was cut off, and
// look only at items that have changed.
type document struct {
	text  []byte
	root  string // the root's qualified name as written ("rss", "rdf:RDF", "atom:feed")
	start int    // where the root's start tag begins
	open  int    // where it ends
	items []span // complete items, in order
	rest  int    // where an item begins that has no end; len(text) if there is none
	deep  bool   // something is nested deeper than maxDepth
}

type span struct{ from, to int }

// maxDepth is how deep tags may nest. Feeds with XHTML inside reach 40; gofeed
// recurses into extensions, so depth is stack.
const maxDepth = 250

// kind is the family of formats by the root's local name.
func (d *document) kind() string {
	switch strings.ToLower(localName(d.root)) {
	case "rss", "rdf":
		return "rss"
	case "feed":
		return "atom"
	case "urlset":
		return "sitemap"
	case "sitemapindex":
		return "index"
	case "html", "body", "head":
		return "html"
	case "opml":
		return "opml"
	}

	return ""
}

// itemName is the local name of the elements that are articles.
func (d *document) itemName() string {
	switch d.kind() {
	case "rss":
		return "item"
	case "atom":
		return "entry"
	case "sitemap":
		return "url"
	}

	return ""
}

var errNoRoot = errors.New("no XML element")

// scanDocument finds the pieces. The text is UTF-8. Linear in time, whatever it holds.
func scanDocument(text []byte) (*document, error) {
	d := &document{text: text, rest: len(text)}

	t := tagger{text: text}
	for {
		tag, ok := t.next()
		if !ok {
			return nil, errNoRoot
		}

		if tag.end || !isKnownRoot(localName(string(tag.name))) {
			continue // junk in front
		}

		d.root, d.start, d.open = string(tag.name), tag.from, tag.to

		break
	}

	if wrapped := d.wrap(); wrapped != nil {
		return scanDocument(wrapped)
	}

	d.scanItems(&t)

	return d, nil
}

// wrap puts a root around what has lost its own: a channel, or an Atom document
// that is one entry.
func (d *document) wrap() []byte {
	switch strings.ToLower(localName(d.root)) {
	case "channel":
		return slices.Concat([]byte("<rss>"), d.text[d.start:], []byte("</rss>"))
	case "entry":
		return slices.Concat([]byte(`<feed xmlns="http://www.w3.org/2005/Atom">`), d.text[d.start:], []byte("</feed>"))
	}

	return nil
}

// isKnownRoot reports whether something can be made of a root.
func isKnownRoot(name string) bool {
	switch strings.ToLower(name) {
	case "rss", "rdf", "feed", "entry", "urlset", "sitemapindex", "html", "opml", "channel", "body", "head":
		return true
	}

	return false
}

func (d *document) scanItems(t *tagger) {
	want := []byte(d.itemName())

	var item []byte // the qualified name of the open item

	from, nested, depth := 0, 0, 1

	for {
		tag, ok := t.next()
		if !ok {
			break
		}

		switch {
		case item == nil && !tag.end && len(want) > 0 && bytes.EqualFold(localBytes(tag.name), want):
			if tag.empty {
				break
			}

			item, from, nested, depth = tag.name, tag.from, 0, 2
		case item != nil && !tag.end && !tag.empty && bytes.Equal(tag.name, item):
			if depth <= 3 { // an item directly inside an item: the first was never closed
				from, nested, depth = tag.from, 0, 2
			} else {
				nested++
			}
		case item != nil && tag.end && bytes.Equal(tag.name, item):
			if nested > 0 {
				nested--
				break
			}

			d.items = append(d.items, span{from, tag.to})
			item = nil
		case tag.empty:
		case tag.end:
			depth--
		default:
			if depth++; depth > maxDepth {
				d.deep = true
			}
		}
	}

	if item != nil {
		d.rest = from
	}

	if t.cut && d.rest == len(d.text) && t.at < len(d.text) {
		d.rest = t.at
	}
}

func localName(name string) string {
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}

	return name
}

func localBytes(name []byte) []byte { return name[bytes.LastIndexByte(name, ':')+1:] }

// escapedOnce is HTML that a feed has escaped once too often: markup in which
// nothing but entities stands. A text that shows a tag has tags of its own, or
// shows no closing one.
func escapedOnce(s string) string {
	if strings.Contains(s, "<") || !strings.Contains(s, "&lt;/p&gt;") && !strings.Contains(s, "&lt;/div&gt;") && !strings.Contains(s, "&lt;/a&gt;") && !strings.Contains(s, "&lt;br") {
		return s
	}

	return html.UnescapeString(s)
}
