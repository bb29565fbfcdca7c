package feed_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/sources/feed"
)

// TestAYearAloneIsNoDate: as the first of January it would be too old to alert for nearly all of its year.
func TestAYearAloneIsNoDate(t *testing.T) {
	for name, form := range map[string]string{
		"rss":     `<rss><channel><title>P</title><item><title>A</title><link>https://p.example/1</link><pubDate>%s</pubDate></item></channel></rss>`,
		"dc":      `<rss xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>P</title><item><title>A</title><link>https://p.example/1</link><dc:date>%s</dc:date></item></channel></rss>`,
		"atom":    `<feed xmlns="http://www.w3.org/2005/Atom"><title>P</title><entry><title>A</title><link href="https://p.example/1"/><published>%[1]s</published><updated>%[1]s</updated></entry></feed>`,
		"json":    `{"version":"https://jsonfeed.org/version/1.1","title":"P","items":[{"id":"1","url":"https://p.example/1","title":"A","date_published":"%s"}]}`,
		"sitemap": `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://p.example/1</loc><news:news><news:title>A</news:title><news:publication_date>%s</news:publication_date></news:news></url></urlset>`,
	} {
		synctest.Test(t, func(t *testing.T) { // its clock begins in 2000
			for dated, want := range map[string]time.Time{"2000": {}, "2000-01": {}, "1998": time.Date(1998, 1, 1, 0, 0, 0, 0, time.UTC)} {
				_, articles, err := feed.Parse(feed.Input{Body: fmt.Appendf(nil, form, dated), Address: "https://p.example/feed"})
				if err != nil || len(articles) != 1 || !articles[0].Published.Equal(want) {
					t.Errorf("%s, dated %s: %v %v, want %v", name, dated, articles, err, want)
				}
			}
		})
	}
}
