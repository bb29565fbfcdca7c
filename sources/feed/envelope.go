package feed

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// envelope is the feed with chosen items only: everything outside of items, as
// it stands, and the items that keep says yes to. A feed that was cut off is
// closed behind its last complete item.
func (d *document) envelope(keep func(i int) bool) []byte {
	out := make([]byte, 0, len(d.text)/4)

	at := d.start
	for i, item := range d.items {
		out = append(out, d.text[at:item.from]...)
		if keep(i) {
			out = append(out, d.text[item.from:item.to]...)
		}

		at = item.to
	}

	out = append(out, d.text[at:max(d.rest, at)]...)
	if d.rest < len(d.text) || !d.closed() {
		out = append(out, d.closers()...)
	}

	return out
}

// bareEnvelope is an envelope of nothing but the root's start tag, to read one item
// whatever the rest of the feed is like.
func (d *document) bareEnvelope(item []byte) []byte {
	var out bytes.Buffer
	out.Write(startTag(d.root, d.text[d.start:d.open]))

	if d.channel() {
		out.WriteString("<channel>")
		out.Write(item)
		out.WriteString("</channel>")
	} else {
		out.Write(item)
	}

	out.WriteString("</" + d.root + ">")

	return out.Bytes()
}

// startTag is a start tag that any parser reads, with the attributes that matter
// to the elements inside: namespaces, base and version.
func startTag(name string, tag []byte) []byte {
	out := append([]byte{'<'}, name...)

	for _, a := range parseAttributes(tag) {
		if strings.HasPrefix(a[0], "xmlns") || a[0] == "xml:base" || a[0] == "xml:lang" || a[0] == "version" {
			out = append(out, ' ')
			out = append(out, a[0]...)
			out = append(out, '=', '"')
			out = append(out, strings.NewReplacer("&", "&amp;", "<", "&lt;", "\"", "&quot;").Replace(html.UnescapeString(a[1]))...)
			out = append(out, '"')
		}
	}

	return append(out, '>')
}

// attribute is one of the root's.
func (d *document) attribute(name string) string {
	for _, a := range parseAttributes(d.text[d.start:d.open]) {
		if a[0] == name {
			return a[1]
		}
	}

	return ""
}

// parseAttributes returns the names and values in a tag, quoted or not. Each name once.
func parseAttributes(tag []byte) [][2]string {
	var out [][2]string

	z := html.NewTokenizer(bytes.NewReader(tag))
	if t := z.Next(); t != html.StartTagToken && t != html.SelfClosingTagToken {
		return nil
	}

	for _, a := range z.Token().Attr {
		if !slices.ContainsFunc(out, func(b [2]string) bool { return b[0] == a.Key }) && len(out) < 100 {
			out = append(out, [2]string{a.Key, a.Val})
		}
	}

	return out
}

// channel: RSS keeps its items in a channel, RDF beside it.
func (d *document) channel() bool { return strings.EqualFold(localName(d.root), "rss") }

func (d *document) closed() bool {
	tail := d.text[max(d.open, len(d.text)-256):]
	return bytes.Contains(tail, []byte("</"+d.root))
}

// closers end what a cut-off feed left open.
func (d *document) closers() string {
	if d.channel() && bytes.Count(d.feedHead(), []byte("<channel")) > bytes.Count(d.feedHead(), []byte("</channel")) {
		return "</channel></" + d.root + ">"
	}

	return "</" + d.root + ">"
}

// feedHead is the text before the first item: what the feed says of itself.
func (d *document) feedHead() []byte {
	if len(d.items) > 0 {
		return d.text[d.start:d.items[0].from]
	}

	return d.text[d.start:d.rest]
}
