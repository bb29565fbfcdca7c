package feed

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mmcdole/gofeed/atom"
	ext "github.com/mmcdole/gofeed/extensions"

	"newsbell/sources/feed/items"
)

// parseAtom reads Atom 0.3 and 1.0: whole, and if that fails or loses entries,
// entry by entry.
func (d *document) parseAtom(base string) (*Feed, error) {
	f := &Feed{Kind: "atom", Cut: d.rest < len(d.text)}
	d.ownNamespace()
	d.unescapeMode()

	format := atomFormat()

	parsed, entries := readPlain(d, format)
	if parsed == nil {
		var err error
		if parsed, entries, err = readAll(d, f, format.read, format.items); err != nil {
			return nil, err
		}
	}

	x := extensions(parsed.Extensions)
	f.Title = cleanText(parsed.Title)
	f.Link = Resolve(base, atomLink(parsed.Links))
	f.Language = feedLanguage(parsed.Language, x)
	f.Hints = readSyndication(x)

	base = cmp.Or(base, f.Link)
	for _, e := range entries {
		it := atomItem(e, base)
		if len(it.elsewhere) == 0 {
			it.elsewhere = personNames(parsed.Authors)
		}

		f.raw = append(f.raw, it)
	}

	return f, nil
}

func atomFormat() format[atom.Feed, atom.Entry] {
	parser := atom.Parser{}

	return format[atom.Feed, atom.Entry]{
		read:       func(text []byte) (*atom.Feed, error) { return parser.Parse(bytes.NewReader(text)) },
		items:      func(a *atom.Feed) []*atom.Entry { return a.Entries },
		readItem:   items.Atom,
		extensions: func(e *atom.Entry) ext.Extensions { return e.Extensions },
	}
}

// ownNamespace puts Atom's namespace in the place of an invented one on the root:
// gofeed takes everything in a foreign namespace for an extension, and such a
// feed would be empty.
func (d *document) ownNamespace() {
	name := "xmlns"
	if prefix, _, found := strings.Cut(d.root, ":"); found {
		name += ":" + prefix
	}

	for _, a := range parseAttributes(d.text[d.start:d.open]) {
		if a[0] != strings.ToLower(name) || a[1] == "http://www.w3.org/2005/Atom" || a[1] == "http://purl.org/atom/ns#" {
			continue
		}

		tag := bytes.Replace(d.text[d.start:d.open], []byte(a[1]), []byte("http://www.w3.org/2005/Atom"), 1)
		if again, err := scanDocument(slices.Concat(tag, d.text[d.open:])); err == nil && a[1] != "" {
			*d = *again
		}
	}
}

// unescapeMode takes Atom 0.3's mode="escaped" away: it says what is the rule
// for plain text and HTML anyway, and gofeed leaves the text undecoded for it.
func (d *document) unescapeMode() {
	if !bytes.Contains(d.text[d.start:d.open], []byte("purl.org/atom")) && !bytes.Contains(d.text[d.start:d.open], []byte("0.3")) {
		return
	}

	text := bytes.ReplaceAll(d.text, []byte(` mode="escaped"`), nil)

	text = bytes.ReplaceAll(text, []byte(` mode='escaped'`), nil)
	if again, err := scanDocument(text); err == nil {
		*d = *again
	}
}

func atomItem(e *atom.Entry, base string) item {
	x := extensions(e.Extensions)

	it := item{
		GUID:      e.ID,
		Title:     cutTitleTag(cmp.Or(e.Title, x.text("media", "title"))),
		Published: cmp.Or(e.Published, x.text("dc", "date"), x.text("dcterms", "created")),
		Updated:   e.Updated,
		Language:  x.text("dc", "language"),
		Summary:   e.Summary,
		Authors:   append(personNames(e.Authors), x.texts("dc", "creator")...),
	}
	if e.Content != nil && isText(e.Content) {
		it.Text = e.Content.Value
	}

	for _, group := range x.all("media", "group") {
		for _, dsc := range group.Children["description"] {
			it.Text = cmp.Or(it.Text, dsc.Value)
		}
	}

	it.Text = cmp.Or(it.Text, x.text("media", "description"), x.text("content", "encoded"))

	it.link = atomLink(e.Links)
	if it.link == "" && e.Content != nil && e.Content.Src != "" {
		it.link = e.Content.Src
	}

	if it.link == "" && strings.HasPrefix(e.ID, "http") {
		it.link = e.ID
	}

	it.Link = Resolve(base, cmp.Or(originalURL(x), it.link))
	for _, c := range e.Categories {
		it.Tags = append(it.Tags, cmp.Or(c.Label, c.Term))
	}

	it.Tags = append(it.Tags, x.texts("dc", "subject")...)

	it.keywords = x.keywords()
	if e.Source != nil {
		it.Outlet, it.OutletURL = e.Source.Title, atomLink(e.Source.Links)
		it.elsewhere = personNames(e.Source.Authors)
	}

	p := atomImage(e, x, base, it.Text, it.Summary)
	p.address = Resolve(base, p.address)
	it.setPicture(p)

	it.published, it.updated = itemDate(it.Published), itemDate(it.Updated)
	if it.published.IsZero() {
		it.published = cmp.Or(it.updated, firstDate(e.PublishedParsed), firstDate(e.UpdatedParsed))
	}

	return it
}

// isText reports whether people can read the content of an entry: it may be a picture, a recording or
// another file, written in base64 (RFC 4287, 4.1.3.3).
func isText(c *atom.Content) bool {
	kind, _, _ := strings.Cut(strings.ToLower(c.Type), "/")

	switch strings.TrimSpace(kind) {
	case "image", "audio", "video", "font", "model":
		return false
	case "application":
		return !strings.ContainsFunc(c.Value, func(r rune) bool { return r == utf8.RuneError || unicode.IsControl(r) && !unicode.IsSpace(r) })
	}

	return true
}

func atomImage(e *atom.Entry, x extensions, base string, html ...string) picture {
	if p := x.image(); p.address != "" {
		return p
	}

	for _, l := range e.Links {
		if l.Rel == "enclosure" && (strings.HasPrefix(l.Type, "image/") || l.Type == "" && imageName(l.Href)) {
			return picture{address: l.Href}
		}
	}

	return firstImage(base, html...)
}

// atomLink is the address of the page: the alternate in HTML if there are
// several, else any that is not the feed itself.
func atomLink(links []*atom.Link) string {
	best := ""

	for _, l := range links {
		switch {
		case l.Href == "":
		case isAlternate(l.Rel) && (l.Type == "" || strings.Contains(l.Type, "html")):
			return l.Href
		case best == "" && isAlternate(l.Rel):
			best = l.Href
		}
	}

	for _, l := range links {
		if best == "" && l.Href != "" && (l.Rel == "related" || l.Rel == "via") {
			best = l.Href
		}
	}

	return best
}

// isAlternate reports whether a link is one to the page itself. The names of relations may be written
// out (RFC 4287, 4.2.7.2).
func isAlternate(rel string) bool {
	return rel == "" || strings.TrimPrefix(rel, "http://www.iana.org/assignments/relation/") == "alternate"
}

func personNames(list []*atom.Person) []string {
	var out []string

	for _, p := range list {
		if name := cmp.Or(p.Name, p.Email); name != "" {
			out = append(out, name)
		}
	}

	return out
}
