package feed

import (
	"encoding/xml"
	"strings"
)

// parseSitemap reads a news sitemap (Google's news:news), which gofeed does not
// know. A sitemap without news in it lists pages, not articles, and is refused.
func (d *document) parseSitemap(base string) (*Feed, error) {
	f := &Feed{Kind: "sitemap", Cut: d.rest < len(d.text)}
	for _, s := range d.items {
		var u sitemapURL

		dec := xml.NewDecoder(strings.NewReader(string(d.text[s.from:s.to])))

		dec.Strict = false
		if depthOf(d.text[s.from:s.to]) > maxDepth || dec.Decode(&u) != nil {
			f.Broken++
			continue
		}

		if u.News.Title == "" {
			continue
		}

		if f.Title == "" {
			f.Title, f.Language = cleanText(u.News.Name), feedLanguage(u.News.Language, nil)
		}

		f.raw = append(f.raw, u.item(base))
	}

	if len(f.raw) == 0 {
		if f.Broken > 0 || f.Cut {
			return nil, errBroken
		}

		if len(d.items) == 0 {
			return f, nil
		}

		return nil, errPages
	}

	return f, nil
}

type sitemapURL struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod"`
	News    struct {
		Name     string `xml:"publication>name"`
		Language string `xml:"publication>language"`
		Date     string `xml:"publication_date"`
		Title    string `xml:"title"`
		Keywords string `xml:"keywords"`
	} `xml:"news"`
	Images []string `xml:"image>loc"`
}

func (u *sitemapURL) item(base string) item {
	it := item{
		Title:     u.News.Title,
		link:      strings.TrimSpace(u.Loc),
		Link:      Resolve(base, u.Loc),
		Published: u.News.Date,
		Updated:   u.LastMod,
		Language:  u.News.Language,
		Outlet:    u.News.Name,
	}
	if u.News.Keywords != "" {
		it.Tags = strings.Split(u.News.Keywords, ",")
	}

	if len(u.Images) > 0 {
		it.Image = Resolve(base, u.Images[0])
	}

	it.published, it.updated = itemDate(it.Published), itemDate(it.Updated)

	return it
}
