package feed

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"newsbell/news"
)

// readAll reads a feed with one of gofeed's parsers: whole if it is well enough,
// else what can be had of it. gofeed gives up a whole feed for one bad byte
// ("a < b" in a title, the connection lost before the end), and one bad item
// must not silence an outlet.
func readAll[F, I any](d *document, f *Feed, read func([]byte) (*F, error), items func(*F) []I) (*F, []I, error) {
	if !d.deep && d.rest == len(d.text) {
		if parsed, err := read(d.text[d.start:]); err == nil && len(items(parsed)) >= len(d.items) {
			return parsed, items(parsed), nil
		}
	}

	if !d.deep && d.rest < len(d.text) {
		whole := d.envelope(func(int) bool { return true })
		if parsed, err := read(whole); err == nil && len(items(parsed)) >= len(d.items) {
			return parsed, items(parsed), nil
		}
	}

	return salvageFeed(d, f, read, items)
}

// maxSalvaged bounds the items that are read one by one, the first in the feed:
// real feeds hold up to five thousand.
const maxSalvaged = 10_000

// salvageFeed reads the feed's own words and each item apart. An item that still
// does not parse is taken to pieces and put together again.
func salvageFeed[F, I any](d *document, f *Feed, read func([]byte) (*F, error), items func(*F) []I) (*F, []I, error) {
	var all []I

	for _, s := range d.items[:min(len(d.items), maxSalvaged)] {
		one := d.text[s.from:s.to]
		if depthOf(one) <= maxDepth {
			if parsed, err := read(d.bareEnvelope(one)); err == nil && len(items(parsed)) == 1 {
				all = append(all, items(parsed)...)
				continue
			}
		}

		fixed := rebuildItem(one)
		if fixed == nil {
			f.Broken++
			continue
		}

		parsed, err := read(d.bareEnvelope(fixed))
		if err != nil || len(items(parsed)) != 1 {
			f.Broken++
			continue
		}

		all = append(all, items(parsed)...)
	}

	head, err := read(d.envelope(func(int) bool { return false }))
	if err != nil || d.deep {
		head, err = read(d.head())
	}

	if err != nil {
		if len(all) == 0 {
			return nil, nil, unreadReason(d, err)
		}

		head, _ = read(d.bareEnvelope(nil))
	}

	if head == nil {
		return nil, nil, unreadReason(d, err)
	}

	if len(all) == 0 && (f.Broken > 0 || f.Cut) {
		return nil, nil, unreadReason(d, err)
	}

	return head, all, nil
}

// unreadReason is why nothing was read.
func unreadReason(d *document, err error) error {
	if d.deep {
		return errTooDeep
	}

	return errors.Join(errBroken, err)
}

func depthOf(text []byte) int {
	t := tagger{text: text}
	depth, deepest := 0, 0

	for {
		tag, ok := t.next()
		switch {
		case !ok:
			return deepest
		case tag.end:
			depth--
		case !tag.empty:
			depth++
			deepest = max(deepest, depth)
		}
	}
}

// head is the feed without items, rebuilt from what of it can be read.
func (d *document) head() []byte {
	inside := d.feedHead()
	inside = inside[:min(len(inside), maxRebuilt)]

	inside = inside[min(len(inside), d.open-d.start):]
	if i := bytes.Index(inside, []byte("<channel")); d.channel() && i >= 0 {
		if j := bytes.IndexByte(inside[i:], '>'); j >= 0 {
			inside = inside[i+j+1:]
		}
	}

	return d.bareEnvelope(rebuildFields(inside))
}

// rebuildItem makes one well-formed item of what is left of one.
func rebuildItem(text []byte) []byte {
	t := tagger{text: text}

	open, ok := t.next()
	if !ok || len(text) > maxRebuilt {
		return nil
	}

	end := bytes.LastIndex(text, []byte("</"))
	if end < open.to {
		end = len(text)
	}

	var out bytes.Buffer
	out.Write(text[:open.to])
	out.Write(rebuildFields(text[open.to:end]))
	out.WriteString("</" + string(open.name) + ">")

	return out.Bytes()
}

// What is taken to pieces at most: the work is fields times bytes.
const (
	maxFields  = 100
	maxRebuilt = 256 << 10
)

// rebuildFields returns the elements of an item that feeds are made of, each well-formed:
// what an XML parser would stumble over inside of one becomes CDATA.
func rebuildFields(text []byte) []byte {
	var out bytes.Buffer

	t := tagger{text: text}
	for n := 0; ; {
		tag, ok := t.next()
		if !ok || n > maxFields {
			return out.Bytes()
		}

		if tag.end || !isField(string(tag.name)) {
			continue
		}

		n++

		start := text[tag.from:tag.to]
		if tag.empty {
			if wellFormed(start) {
				out.Write(start)
			}

			continue
		}

		inner, next := elementContent(text, tag)
		if next == 0 {
			continue
		}

		t.at = next

		whole := text[tag.from:next]
		switch {
		case depthOf(whole) < 100 && wellFormed(whole):
			out.Write(whole)
		default:
			if !wellFormed(append(bytes.Clone(start), "</"+string(tag.name)+">"...)) {
				start = []byte("<" + string(tag.name) + ">")
			}

			out.Write(start)
			out.WriteString("<![CDATA[")
			out.Write(bytes.ReplaceAll(unwrapCDATA(inner), []byte("]]>"), []byte("]]]]><![CDATA[>")))
			out.WriteString("]]></" + string(tag.name) + ">")
		}
	}
}

// elementContent is what stands between a start tag and its end, and where that ends; an
// element that is never closed ends where the next field begins.
func elementContent(text []byte, start tag) ([]byte, int) {
	t := tagger{text: text, at: start.to}
	closing := []byte("</" + string(start.name) + ">")

	for {
		next, ok := t.next()
		switch {
		case !ok:
			return text[start.to:], len(text)
		case next.end && bytes.Equal(next.name, start.name):
			return text[start.to:next.from], next.to
		case !next.end && isField(string(next.name)) && !holdsHTML(string(start.name)):
			if name := string(next.name); name == "link" || name == "content" || bytes.Contains(text[next.to:], closing) {
				continue
			}

			return text[start.to:next.from], next.from
		}
	}
}

// holdsHTML: other elements inside of it are no fields of the item.
func holdsHTML(name string) bool {
	return strings.Contains(name, "content") || name == "description" || name == "summary"
}

// unwrapCDATA is the content of an element that mixes CDATA with other text.
func unwrapCDATA(b []byte) []byte {
	b = bytes.ReplaceAll(b, []byte("<![CDATA["), nil)
	return bytes.ReplaceAll(b, []byte("]]>"), nil)
}

func isField(name string) bool {
	prefix, rest, found := strings.Cut(name, ":")
	if !found {
		prefix, rest = "", name
	}

	switch strings.ToLower(prefix) {
	case "", "atom", "rss", "dc", "content", "media", "itunes", "dcterms", "feedburner", "a10":
	default:
		return false
	}

	switch strings.ToLower(rest) {
	case "title", "link", "description", "encoded", "pubdate", "guid", "author", "creator", "category", "enclosure", "source", "summary",
		"content", "id", "updated", "published", "issued", "modified", "created", "date", "subject", "thumbnail", "keywords", "origlink", "language",
		"ttl", "lastbuilddate", "subtitle", "tagline", "publisher":
		return true
	}

	return false
}

// wellFormed: the parser that gofeed uses gets through it.
func wellFormed(b []byte) bool {
	d := xml.NewDecoder(bytes.NewReader(b))
	d.Strict = false
	depth, elements := 0, 0

	for {
		tok, err := d.Token()
		if err != nil {
			return errors.Is(err, io.EOF) && depth == 0 && elements > 0
		}

		switch tok.(type) {
		case xml.StartElement:
			if depth == 0 {
				if elements++; elements > 1 {
					return false
				}
			}

			depth++
		case xml.EndElement:
			depth--
		}
	}
}

// cleanText returns a feed's word about itself as people read it.
func cleanText(s string) string { return news.PlainText(s) }
