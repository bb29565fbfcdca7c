package sources

import (
	"bytes"
	"errors"
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
	switch strings.ToLower(local(d.root)) {
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

// scan finds the pieces. The text is UTF-8. Linear in time, whatever it holds.
func scan(text []byte) (*document, error) {
	d := &document{text: text, rest: len(text)}

	t := tagger{text: text}
	for {
		tag, ok := t.next()
		if !ok {
			return nil, errNoRoot
		}

		if tag.end || !known(local(string(tag.name))) {
			continue // junk in front
		}

		d.root, d.start, d.open = string(tag.name), tag.from, tag.to

		break
	}

	if wrapped := d.wrap(); wrapped != nil {
		return scan(wrapped)
	}

	d.scanItems(&t)

	return d, nil
}

// wrap puts a root around what has lost its own: a channel, or an Atom document
// that is one entry.
func (d *document) wrap() []byte {
	switch strings.ToLower(local(d.root)) {
	case "channel":
		return slices.Concat([]byte("<rss>"), d.text[d.start:], []byte("</rss>"))
	case "entry":
		return slices.Concat([]byte(`<feed xmlns="http://www.w3.org/2005/Atom">`), d.text[d.start:], []byte("</feed>"))
	}

	return nil
}

// known are the roots that something can be made of.
func known(name string) bool {
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

func local(name string) string {
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}

	return name
}

func localBytes(name []byte) []byte { return name[bytes.LastIndexByte(name, ':')+1:] }

// tagger walks over the tags of XML or something like it, past comments, CDATA
// sections and processing instructions.
type tagger struct {
	text []byte
	at   int
	cut  bool // it ended inside of something
	// missing are closings that do not occur any more: looking for them again
	// at each opening would be quadratic.
	missing []string
}

type tag struct {
	name     []byte // as written, part of the text
	from, to int
	end      bool // </name>
	empty    bool // <name/>
}

func (t *tagger) next() (tag, bool) {
	for {
		i := bytes.IndexByte(t.text[t.at:], '<')
		if i < 0 {
			return tag{}, false
		}

		t.at += i

		rest := t.text[t.at:]
		if len(rest) < 2 {
			t.cut = true
			return tag{}, false
		}

		if closing := closingOf(rest); closing != "" {
			if end := t.find(rest, closing); end >= 0 {
				t.at += end + len(closing)
			} else if closing == "]]>" {
				t.cut = true
				return tag{}, false
			} else {
				t.at += 2
			}

			continue
		}

		found, ok := t.tag(rest)
		if ok {
			return found, true
		}

		if t.cut {
			return tag{}, false
		}

		t.at++
	}
}

// closingOf is how what begins here ends, when it is no tag.
func closingOf(rest []byte) string {
	switch {
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		return "]]>"
	case bytes.HasPrefix(rest, []byte("<!--")):
		return "-->"
	case rest[1] == '?':
		return "?>"
	case rest[1] == '!':
		return ">"
	}

	return ""
}

func (t *tagger) find(rest []byte, closing string) int {
	if slices.Contains(t.missing, closing) {
		return -1
	}

	end := bytes.Index(rest, []byte(closing))
	if end < 0 {
		t.missing = append(t.missing, closing)
	}

	return end
}

// tag reads the tag at the start of rest. Not ok: this "<" opens none.
func (t *tagger) tag(rest []byte) (tag, bool) {
	i := 1

	end := rest[1] == '/'
	if end {
		i = 2
	}

	j := i
	for j < len(rest) && nameByte(rest[j]) {
		j++
	}

	if j == i || rest[i] >= '0' && rest[i] <= '9' || rest[i] == '-' || rest[i] == '.' {
		return tag{}, false
	}

	to := tagEnd(rest)
	if to < 0 {
		t.cut = true
		return tag{}, false
	}

	found := tag{name: rest[i:j], from: t.at, to: t.at + to, end: end, empty: !end && rest[to-2] == '/'}
	t.at += to

	return found, true
}

func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == ':' || c == '_' || c == '-' || c == '.' || c >= 0x80
}

// tagEnd is the offset behind the tag's ">", which may stand in a quoted value
// too; where the quotes do not pair up, the first ">" ends the tag.
func tagEnd(rest []byte) int {
	first := bytes.IndexByte(rest, '>')
	if first < 0 {
		return -1
	}

	var quote byte

	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			} else if c == '<' {
				return first + 1
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1
		}
	}

	return first + 1
}
