package items

import (
	"bytes"
	"cmp"
	"strings"

	"github.com/mmcdole/gofeed/atom"
)

// Atom reads an entry of Atom, from its start tag to its end tag, the way gofeed
// does. Not ok: it is not plain enough.
func Atom(text []byte, prefixes Prefixes) (entry *atom.Entry, ok bool) {
	r := newReader(text, "entry", prefixes)
	if r == nil {
		return nil, false
	}

	entry = new(atom.Entry)

	e, more := r.child()
	for ; more; e, more = r.child() {
		r.resolveAttrs()

		if r.isForeign(e) {
			entry.Extensions = r.extension(entry.Extensions, e)
		} else {
			r.atomElement(entry, e)
		}
	}

	return entry, r.finish(e, "entry") && isDate(entry.Published) && isDate(entry.Updated)
}

func (r *reader) atomElement(entry *atom.Entry, e element) {
	switch string(r.lowerName(e.name)) {
	case "title":
		entry.Title = r.atomText(e)
	case "id":
		entry.ID = rewriteAddress(r.atomText(e))
	case "rights", "copyright":
		entry.Rights = r.atomText(e)
	case "summary":
		entry.Summary = r.atomText(e)
	case "updated", "modified":
		entry.Updated = r.atomText(e)
	case "published", "issued":
		entry.Published = r.atomText(e)
	case "contributor":
		entry.Contributors = append(entry.Contributors, r.person(e))
	case "author":
		entry.Authors = append(entry.Authors, r.person(e))
	case "category":
		entry.Categories = append(entry.Categories, &atom.Category{Term: r.attr("term"), Scheme: r.attr("scheme"), Label: r.attr("label")})
		r.skip(e)
	case "link":
		entry.Links = append(entry.Links, &atom.Link{
			Href: r.attr("href"), Hreflang: r.attr("hreflang"), Type: r.attr("type"),
			Length: r.attr("length"), Title: r.attr("title"), Rel: cmp.Or(r.attr("rel"), "alternate"),
		})
		r.skip(e)
	case "content":
		entry.Content = &atom.Content{Type: r.attr("type"), Src: r.attr("src")}
		entry.Content.Value = r.atomText(e)
	case "source":
		r.doubt = true // a feed of its own
	default:
		r.skip(e)
	}
}

// person reads who wrote something.
func (r *reader) person(e element) *atom.Person {
	out := new(atom.Person)
	if e.empty {
		return out
	}

	inside, more := r.child()
	for ; more; inside, more = r.child() {
		switch string(r.lowerName(inside.name)) {
		case "name":
			out.Name = r.atomText(inside)
		case "email":
			out.Email = r.atomText(inside)
		case "uri", "url":
			out.URI = rewriteAddress(r.atomText(inside))
		case "homepage":
			out.URI = r.atomText(inside)
		default:
			r.skip(inside)
		}
	}

	if !inside.closes(e) {
		r.doubt = true
	}

	return out
}

// atomText is the text of an element, whose attribute says what it is written in. Markup that
// is not escaped is not plain, so that what gofeed takes for the element around it is
// not there.
func (r *reader) atomText(e element) string {
	kind, mode := strings.ToLower(r.attr("type")), strings.ToLower(r.attr("mode"))

	inner, has := r.raw(e)

	text := bytes.TrimSpace(inner)

	switch {
	case has.markup:
		r.doubt = true // gofeed may take the element around it off
	case has.sections:
		return withoutSections(text)
	case kind == "text" || kind == "html" || strings.HasPrefix(kind, "text/") || kind == "" && mode == "":
		return decodeEntities(text)
	case kind == "xhtml":
		return string(text)
	}

	r.doubt = true

	return ""
}
