package feed

import (
	"bytes"
	"cmp"
	"html"
	"strings"
	"time"

	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/rss"

	"newsbell/news"
	"newsbell/sources/date"
	"newsbell/sources/feed/items"
)

// parseRSS reads RSS 0.9x to 2.0 and RDF: whole, and if that fails or loses
// items, item by item.
func (d *document) parseRSS(base string) (*Feed, error) {
	f := &Feed{Kind: "rss", Cut: d.rest < len(d.text)}
	if strings.EqualFold(localName(d.root), "rdf") {
		f.Kind = "rdf"
	}

	format := rssFormat()

	parsed, list := readPlain(d, format)
	if parsed == nil {
		var err error
		if parsed, list, err = readAll(d, f, format.read, format.items); err != nil {
			return nil, err
		}
	}

	x := extensions(parsed.Extensions)
	f.Title = cleanText(cmp.Or(parsed.Title, x.text("dc", "title")))
	f.Link = Resolve(base, cmp.Or(firstLink(parsed.Links), parsed.Link, x.link()))
	f.Language = cmp.Or(feedLanguage(parsed.Language, x), feedLanguage(d.attribute("xml:lang"), nil))

	f.Hints = rssHints(parsed)

	base = cmp.Or(base, f.Link)
	for _, i := range list {
		f.raw = append(f.raw, rssItem(i, base))
	}

	return f, nil
}

func rssFormat() format[rss.Feed, rss.Item] {
	parser := rss.Parser{}

	return format[rss.Feed, rss.Item]{
		read:       func(text []byte) (*rss.Feed, error) { return parser.Parse(bytes.NewReader(text)) },
		items:      func(r *rss.Feed) []*rss.Item { return r.Items },
		readItem:   items.RSS,
		extensions: func(i *rss.Item) ext.Extensions { return i.Extensions },
	}
}

// feedLanguage is the code of the language that a feed says it is in.
func feedLanguage(declared string, x extensions) string {
	return news.Language(cmp.Or(declared, x.text("dc", "language")), "")
}

// firstLink: a feed may hold several links of which some are empty or no address.
func firstLink(links []string) string {
	for _, l := range links {
		if strings.HasPrefix(l, "http") {
			return l
		}
	}

	for _, l := range links {
		if l != "" {
			return l
		}
	}

	return ""
}

func rssItem(i *rss.Item, base string) item {
	x := extensions(i.Extensions)

	it := item{
		Title:     cutTitleTag(cmp.Or(i.Title, x.text("dc", "title"), x.text("media", "title"), x.text("itunes", "title"))),
		Published: cmp.Or(i.PubDate, x.text("dc", "date"), x.text("atom", "published"), x.text("dcterms", "created"), x.text("dcterms", "issued"), customElement(i.Custom, "pubdate", "date", "published", "issued", "created")),
		Updated:   cmp.Or(x.text("atom", "updated"), x.text("dcterms", "modified"), customElement(i.Custom, "updated", "modified", "lastmod", "lastBuildDate")),
		Language:  x.text("dc", "language"),
		Summary:   cmp.Or(i.Description, x.text("dc", "description"), x.text("atom", "summary"), x.text("itunes", "summary"), x.text("media", "description")),
		Text:      cmp.Or(i.Content, x.text("atom", "content"), x.text("xhtml", "body"), customElement(i.Custom, "content", "encoded", "fulltext", "fullitem", "body", "yandex:full-text")),
	}
	if i.GUID != nil {
		it.GUID = i.GUID.Value
	}

	it.link = rssLink(i, x)
	it.Link = Resolve(base, cmp.Or(originalURL(x), it.link))

	it.Authors = append(it.Authors, x.texts("dc", "creator")...)
	if i.Author != "" {
		it.Authors = append([]string{i.Author}, it.Authors...)
	}

	it.Authors = append(append(it.Authors, x.texts("dc", "author")...), x.persons()...)

	it.elsewhere = x.texts("itunes", "author")
	for _, c := range i.Categories {
		it.Tags = append(it.Tags, c.Value)
	}

	it.Tags = append(append(it.Tags, x.texts("dc", "subject")...), x.terms()...)

	it.keywords = x.keywords()
	if i.Source != nil {
		it.Outlet, it.OutletURL = i.Source.Title, i.Source.URL
	}

	it.Outlet = cmp.Or(it.Outlet, x.text("dc", "publisher"))
	it.setPicture(rssImage(i, x, base, it.Text, it.Summary))

	it.published, it.updated = itemDate(it.Published), itemDate(it.Updated)
	if it.published.IsZero() {
		it.published = firstDate(i.PubDateParsed, x.text("dc", "date"), x.text("atom", "published"), x.text("dcterms", "created"), x.text("dcterms", "issued"))
	}

	return it
}

// itemDate reads the date of an item. A year alone that is not over yet is none.
func itemDate(s string) time.Time { return date.ParseDay(s, time.Now()) }

// firstDate is the first that can be read, else gofeed's reading.
func firstDate(other *time.Time, texts ...string) time.Time {
	for _, s := range texts {
		if t := itemDate(s); !t.IsZero() {
			return t
		}
	}

	if other != nil {
		return date.Plausible(*other)
	}

	return time.Time{}
}

// originalURL is the page's own address, which counting redirectors keep.
func originalURL(x extensions) string {
	if u := cmp.Or(x.text("feedburner", "origLink"), x.text("pheedo", "origLink")); strings.HasPrefix(u, "http") {
		return u
	}

	return ""
}

// rssLink finds where an item is read: the link, an Atom link, a guid that is an
// address, the enclosure.
func rssLink(i *rss.Item, x extensions) string {
	if l := cmp.Or(firstLink(i.Links), x.link()); l != "" {
		return l
	}

	if i.GUID != nil && !strings.EqualFold(i.GUID.IsPermalink, "false") && strings.HasPrefix(i.GUID.Value, "http") {
		return i.GUID.Value
	}

	if i.GUID != nil && strings.HasPrefix(i.GUID.Value, "http") {
		return i.GUID.Value
	}

	for _, e := range i.Enclosures {
		if e.URL != "" {
			return e.URL
		}
	}

	return ""
}

func customElement(m map[string]string, names ...string) string {
	for _, n := range names {
		if v := m[n]; v != "" {
			return v
		}
	}

	for k, v := range m {
		for _, n := range names {
			if v != "" && strings.EqualFold(k, n) {
				return v
			}
		}
	}

	return ""
}

func rssImage(i *rss.Item, x extensions, base string, texts ...string) picture {
	if p := x.image(); p.address != "" {
		p.address = Resolve(base, p.address)
		return p
	}

	for _, e := range i.Enclosures {
		if strings.HasPrefix(e.Type, "image/") || e.Type == "" && imageName(e.URL) {
			return picture{address: Resolve(base, e.URL)}
		}
	}

	if u := x.attr("itunes", "image", "href"); u != "" {
		return picture{address: Resolve(base, u)}
	}

	u := customElement(i.Custom, "image", "thumbnail", "enclosure")
	if _, inner, ok := strings.Cut(u, "<url>"); ok { // as the image of a channel is written
		inner, _, _ = strings.Cut(inner, "</url>")
		u = html.UnescapeString(strings.TrimSpace(inner))
	}

	if strings.HasPrefix(u, "http") && !strings.ContainsAny(u, " <") {
		return picture{address: u}
	}

	return firstImage(base, texts...)
}

// cutTitleTag cuts the end tag off that gofeed takes for text where a tag in the title is never
// closed, such as <br>.
func cutTitleTag(title string) string {
	text, cut := strings.CutSuffix(title, "</title>")
	if !cut || !strings.Contains(text, "<") {
		return title
	}

	return text
}
