package items

import (
	"cmp"
	"time"

	"github.com/mmcdole/gofeed/rss"

	"newsbell/sources/date"
)

// RSS reads an item of RSS or RDF, from its start tag to its end tag, the way
// gofeed does. Not ok: it is not plain enough.
func RSS(text []byte, prefixes Prefixes) (item *rss.Item, ok bool) {
	r := newReader(text, "item", prefixes)
	if r == nil {
		return nil, false
	}

	item = new(rss.Item)

	e, more := r.child()
	for ; more; e, more = r.child() {
		r.resolveAttrs()

		if r.isForeign(e) {
			r.rssExtension(item, e)
		} else {
			r.rssElement(item, e)
		}
	}

	return item, r.finish(e, "item") && isDate(item.PubDate)
}

// isDate: gofeed's reading of a date is asked for only where package date has none.
func isDate(text string) bool { return text == "" || !date.ParseDay(text, time.Now()).IsZero() }

func (r *reader) rssExtension(item *rss.Item, e element) {
	if string(r.lowerName(e.name)) == "encoded" && r.prefix(e) == "content" {
		item.Content = r.content(e)
		return
	}

	item.Extensions = r.extension(item.Extensions, e)
}

func (r *reader) rssElement(item *rss.Item, e element) {
	switch string(r.lowerName(e.name)) {
	case "title":
		item.Title = r.content(e)
	case "description":
		item.Description = r.content(e)
	case "link":
		href := r.attr("href")
		item.Link = cmp.Or(r.content(e), href)
		item.Links = append(item.Links, item.Link)
	case "author":
		item.Author = r.content(e)
	case "comments":
		item.Comments = r.content(e)
	case "pubdate":
		item.PubDate = r.content(e)
	case "source":
		item.Source = &rss.Source{URL: r.attr("url")}
		item.Source.Title = r.content(e)
	case "enclosure":
		item.Enclosure = &rss.Enclosure{URL: r.attr("url"), Length: r.attr("length"), Type: r.attr("type")}
		item.Enclosures = append(item.Enclosures, item.Enclosure)

		r.skip(e)
	case "guid":
		item.GUID = &rss.GUID{IsPermalink: cmp.Or(r.attr("isPermaLink"), r.attr("isPermalink"), "true")}
		item.GUID.Value = r.content(e)
	case "category":
		one := &rss.Category{Domain: r.attr("domain")}
		one.Value = r.content(e)
		item.Categories = append(item.Categories, one)
	case "encoded":
		r.doubt = true // gofeed asks for its namespace
	default:
		if item.Custom == nil {
			item.Custom = make(map[string]string)
		}

		item.Custom[string(e.name)] = r.content(e)
	}
}
