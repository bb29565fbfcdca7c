package subscriptions

import (
	"testing"

	"newsbell/news"
)

// TestPlaces: what source: and site: find, by the article's source and address.
func TestPlaces(t *testing.T) {
	for _, c := range []struct {
		query, source, url string
		want               bool
	}{
		{"source:feed.xml", "feed.xml", "", true},
		{"source:bbc.xml", "feeds/bbc.xml", "", true},
		{"source:bbc", "feeds/bbc.xml", "", true},
		{"source:bbc", "-", "", false},
		{"source:feeds.example.com", "feeds.example.com/x", "", true},
		{"source:127.0.0.1", "http://127.0.0.1:9000/a.xml", "", true},
		{"source:127.0.0.1:9000", "http://127.0.0.1:9000/a.xml", "", true},
		{"source:127.0.0.1:9001", "http://127.0.0.1:9000/a.xml", "", false},
		{"source:http://127.0.0.1:9000/a.xml", "http://127.0.0.1:9000/a.xml", "", true},
		{"http://127.0.0.1:9000/a.xml", "", "http://127.0.0.1:9000/a.xml", true},
		{"source:https://x.example/rss?q=y", "https://x.example/rss?p=1&q=y", "", true},
		{"source:https://x.example/rss?q=z", "https://x.example/rss?p=1&q=y", "", false},
		{"site:example.com:8080", "", "https://example.com:8080/a", true},
		{"https://example.com/watch?v=1", "", "https://www.example.com/watch?v=1&t=2", true},
		{"https://example.com/watch?v=1", "", "https://www.example.com/watch?v=2", false},
		{"https://example.com/watch#v", "", "https://example.com/watch", true},
		{"https://example.com/a,b.html", "", "https://example.com/a,b.html", true},
		{`site:"example.com/a,b"`, "", "https://example.com/a,b", true},
		{"site:example.com", "", "http://example.com/100%/path", true},
		{"site:example.com", "", " example.com./path", true},
		{"site:example.com/café", "", "https://example.com/caf%C3%A9/1", true},
		{"site:example.com/café", "", "https://example.com/café", true},
		{"site:münchen.de", "", "https://xn--mnchen-3ya.de/rathaus", true},
		{"site:ample.com", "", "https://example.com/", false},
	} {
		q, err := Parse(c.query)
		if err != nil {
			t.Errorf("%s: %v", c.query, err)
			continue
		}
		if _, ok := q.Match(&news.Article{Title: "x", Source: c.source, URL: c.url}); ok != c.want {
			t.Errorf("%s in source %q url %q: %v, want %v", c.query, c.source, c.url, ok, c.want)
		}
		again, err := Parse(q.String())
		if err != nil || again.String() != q.String() {
			t.Errorf("%s prints %s, which does not read the same: %v", c.query, q, err)
		}
	}
}

// TestTags: a hashtag is found whole, in the tags and in the text.
func TestTags(t *testing.T) {
	for _, c := range []struct {
		query, title string
		tags         []string
		want         bool
	}{
		{"#東京", "今日の #東京 です", nil, true},
		{"#東京", "#東京タワー", nil, false},
		{"#삼성", "어제 #삼성 발표", nil, true},
		{"#ประเทศไทย", "ข่าว #ประเทศไทย", nil, true},
		{"#covid_19", "more #Covid_19 cases", nil, true},
		{"#covid_19", "more #covid19 cases", nil, true},
		{"#covid19", "x", []string{"covid_19"}, true},
		{"#ukraine_war", "on #Ukraine_War", nil, true},
		{"#ukraine", "on #ukraine_war", nil, false},
		{"#ukraine", "on #ukraine", nil, true},
		{"ukraine", "on #ukraine_war", nil, true},
		{"war", "on #ukraine_war", nil, true},
		{"@real_donald", "says @real_donald", nil, true},
		{"@real", "says @real_donald", nil, false},
	} {
		q, err := Parse(c.query)
		if err != nil {
			t.Errorf("%s: %v", c.query, err)
			continue
		}
		if matched, ok := q.Match(&news.Article{Title: c.title, Tags: c.tags}); ok != c.want {
			t.Errorf("%s in %q %v: %v %q, want %v", c.query, c.title, c.tags, ok, matched, c.want)
		}
	}
}
