package feed

import (
	"bytes"
	"strings"

	ext "github.com/mmcdole/gofeed/extensions"

	"newsbell/sources/feed/items"
)

// Nearly all of a feed is its items, and encoding/xml looks at each byte of them several times. So
// gofeed reads what the feed says of itself, and package items the items that are plain enough for
// it; gofeed reads the others, in their places. Whenever something does not fit, the feed is read
// as it is.

// format is how the feeds of one kind are read.
type format[F, I any] struct {
	read       func(text []byte) (*F, error) // gofeed, a whole feed
	items      func(*F) []*I
	readItem   func(text []byte, prefixes items.Prefixes) (*I, bool) // package items, one of them
	extensions func(*I) ext.Extensions
}

// readPlain reads a feed whose items are plain, at least some. nil: it has to be read as it is.
func readPlain[F, I any](d *document, f format[F, I]) (*F, []*I) {
	outside, runs := d.probe()
	if runs == 0 {
		return nil, nil
	}

	head, err := f.read(outside)
	if err != nil || len(f.items(head)) != runs {
		return nil, nil
	}

	for _, probed := range f.items(head) {
		if len(f.extensions(probed)[probeElement]) != 1 {
			return nil, nil // it is inside of something else
		}
	}

	prefixes := probedPrefixes(f.extensions(f.items(head)[0]))
	out := make([]*I, len(d.items))
	left := 0

	for i, s := range d.items {
		item, ok := f.readItem(d.text[s.from:s.to], prefixes)
		if !ok {
			left++
			continue
		}

		out[i] = item
	}

	if left == len(out) || left > 0 && !readOthers(d, f, out, left) {
		return nil, nil
	}

	return head, out
}

// readOthers has gofeed read the items that are still missing. It reports whether it gave as many.
func readOthers[F, I any](d *document, f format[F, I], out []*I, left int) bool {
	for i, s := range d.items {
		if out[i] == nil && !wellFormed(d.text[s.from:s.to]) {
			return false // it may end something around it
		}
	}

	feed, err := f.read(d.envelope(func(i int) bool { return out[i] == nil }))
	if err != nil || len(f.items(feed)) != left {
		return false
	}

	others := f.items(feed)

	for i := range out {
		if out[i] == nil {
			out[i], others = others[0], others[1:]
		}
	}

	return true
}

// The element and its attribute that show what gofeed calls a prefix. One with itself
// for a prefix, which no feed declares, shows that an item is where we take it to be.
const (
	probeElement   = "newsbellprobe"
	probeAttribute = "as"
	itemProbe      = "<" + probeElement + ":" + probeElement + "/>"
)

// maxPrefixes is how many namespaces of a feed are asked for. Real feeds declare 20.
const maxPrefixes = 40

// probe is the feed with one item in the place of each run of them that nothing parts, to
// find out whether gofeed takes them for items; the first one has an element of each namespace that
// is declared. 0 runs: its items are not plain, or do not stand plainly beside each other.
func (d *document) probe() (outside []byte, runs int) {
	name := d.itemName()
	if d.deep || d.rest < len(d.text) || len(d.items) == 0 || !d.closed() || bytes.Contains(d.feedHead(), []byte(":base")) {
		return nil, 0
	}

	out := append(make([]byte, 0, len(d.text)/8), d.feedHead()...)
	out = append(out, '<')
	out = append(out, name...)
	out = append(append(out, '>'), itemProbe...)
	out = d.appendProbes(out)
	out = append(out, "</"+name+">"...)

	at := d.items[0].to
	for _, s := range d.items[1:] {
		gap := d.text[at:s.from]
		at = s.to

		if len(bytes.TrimSpace(gap)) == 0 {
			continue
		}

		if bytes.Contains(bytes.ToLower(gap), []byte("channel")) {
			return nil, 0 // gofeed lists the items of the channel before those beside it
		}

		out = append(append(out, gap...), "<"+name+">"+itemProbe+"</"+name+">"...)
		runs++
	}

	return append(out, d.text[at:]...), runs + 1
}

// appendProbes appends an element for each prefix that the head of a feed declares, and for
// those that elements of its items declare for themselves.
func (d *document) appendProbes(out []byte) []byte {
	own := d.start + len(d.feedHead()) // where the items begin
	seen := make(map[items.Prefix]bool)

	for at := d.start; len(seen) < maxPrefixes; {
		n := bytes.Index(d.text[at:], []byte("xmlns"))
		if n < 0 {
			break
		}

		at += n + len("xmlns")

		prefix, ok := declaredPrefix(d.text[at:])
		if at < own {
			prefix.Declared = ""
		}

		if !ok || seen[prefix] || prefix == (items.Prefix{}) {
			continue
		}

		seen[prefix] = true
		out = appendProbe(out, prefix)
	}

	return out
}

// appendProbe appends an element with a prefix, which it declares itself where that is so in the feed.
func appendProbe(out []byte, prefix items.Prefix) []byte {
	name, declares := probeElement, "xmlns"
	if prefix.Name != "" {
		name, declares = prefix.Name+":"+name, declares+":"+prefix.Name
	}

	out = append(append(out, '<'), name...)

	if prefix.Declared != "" {
		out = append(append(append(append(append(out, ' '), declares...), `="`...), prefix.Declared...), '"')
	}

	return append(append(append(out, " "+probeAttribute+`="`...), prefix.Name+" "+prefix.Declared...), `"/>`...)
}

// declaredPrefix reads the declaration of a namespace, from behind its "xmlns". Not ok: it is not plain.
func declaredPrefix(text []byte) (found items.Prefix, ok bool) {
	name, rest, ok := bytes.Cut(text[:min(len(text), 300)], []byte("="))
	if !ok || len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
		return found, false
	}

	if len(name) > 0 && (name[0] != ':' || len(name) == 1) {
		return found, false
	}

	name = bytes.TrimPrefix(name, []byte(":"))
	value, _, ok := bytes.Cut(rest[1:], rest[:1])

	for _, c := range name {
		ok = ok && nameByte(c) && c < 0x80 && c != ':'
	}

	return items.Prefix{Name: string(name), Declared: string(value)}, ok && !bytes.ContainsAny(value, "<&\"\r\n")
}

// probedPrefixes is what gofeed calls the prefixes of a feed.
func probedPrefixes(x ext.Extensions) items.Prefixes {
	out := make(items.Prefixes)

	for called, elements := range x {
		for _, e := range elements[probeElement] {
			name, declared, _ := strings.Cut(e.Attrs[probeAttribute], " ")
			out[items.Prefix{Name: name, Declared: declared}] = called
		}
	}

	return out
}
