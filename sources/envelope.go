package sources

import (
	"bytes"
	"strings"
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

// bare is an envelope of nothing but the root's start tag, to read one item
// whatever the rest of the feed is like.
func (d *document) bare(item []byte) []byte {
	var out bytes.Buffer
	out.Write(d.text[d.start:d.open])
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

// channel: RSS keeps its items in a channel, RDF beside it.
func (d *document) channel() bool { return strings.EqualFold(local(d.root), "rss") }

func (d *document) closed() bool {
	tail := d.text[max(d.open, len(d.text)-256):]
	return bytes.Contains(tail, []byte("</"+d.root))
}

// closers end what a cut-off feed left open.
func (d *document) closers() string {
	if d.channel() && bytes.Count(d.outside(), []byte("<channel")) > bytes.Count(d.outside(), []byte("</channel")) {
		return "</channel></" + d.root + ">"
	}
	return "</" + d.root + ">"
}

// outside is the text before the first item: what the feed says of itself.
func (d *document) outside() []byte {
	if len(d.items) > 0 {
		return d.text[d.start:d.items[0].from]
	}
	return d.text[d.start:d.rest]
}
