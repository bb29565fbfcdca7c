package feed

import (
	"strings"
	"testing"
	"unicode/utf8"

	"newsbell/news"
)

// FuzzParse: whatever comes, articles are tidy and nothing panics or hangs; and a
// feed read again with what was remembered of it holds nothing new.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		oneItem,
		`<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><entry><id>1</id><title type="html">A &amp;amp; B</title><link href="/a"/><updated>2026-11-23T07:05:25Z</updated><content type="xhtml"><div><p>x</p></div></content></entry></feed>`,
		`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel><title>x</title></channel><item><title>A</title><link>http://x.example/a</link></item></rdf:RDF>`,
		`{"version":"https://jsonfeed.org/version/1.1","title":"x","items":[{"id":1,"title":"A","url":"/a","date_published":"2026-11-23T07:05:25Z"},{"id":"2","content_html":"<p>B"}]}`,
		`<urlset xmlns:news="x"><url><loc>https://x.example/a</loc><news:news><news:title>A</news:title></news:news></url></urlset>`,
		`<rss><channel><item><title>5 < 6 &nbsp; <![CDATA[x]]></title></item><item><title>cut`,
		"<?xml version='1.0' encoding='windows-1251'?><rss><channel><item><title>\xcf\xf0\xe8\xe2\xe5\xf2</title></item></channel></rss>",
		`<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel><item><title>&a;&a;</title></item></channel></rss>`,
		"\xff\xfe<\x00r\x00s\x00s\x00>\x00",
	} {
		f.Add([]byte(s), "https://planet.example/feed", "text/xml")
	}

	f.Fuzz(func(t *testing.T, body []byte, address, contentType string) {
		var s Fingerprints

		v := Input{Body: body, Address: address, ContentType: contentType, Source: news.Source{URL: address}}

		_, list, err := ParseChanged(v, &s)
		if err != nil {
			return
		}

		for _, a := range list {
			tidy(t, a)
		}

		if s.Items == "" {
			return
		}

		_, again, err := ParseChanged(v, &s)
		if err != nil || len(again) > len(list) {
			t.Errorf("read again: %d articles after %d, %v", len(again), len(list), err)
		}

		known := make(map[string]bool)
		for _, a := range list {
			known[a.Key] = true
		}

		for _, a := range again {
			if !known[a.Key] {
				t.Errorf("read again, %q is new", a.Title)
			}
		}
	})
}

func tidy(t *testing.T, a news.Article) {
	t.Helper()

	for _, s := range append(append([]string{a.Title, a.Text, a.Outlet}, a.Authors...), a.Tags...) {
		if !utf8.ValidString(s) || s != strings.Join(strings.Fields(s), " ") {
			t.Errorf("not tidy: %q", s)
		}
	}

	if a.Key == "" || len(a.Key) != 22 {
		t.Errorf("key %q", a.Key)
	}

	if u := a.URL; !utf8.ValidString(u) || strings.ContainsAny(u, " \n<>\"") || strings.HasPrefix(strings.ToLower(u), "javascript:") {
		t.Errorf("address %q", u)
	}
}
