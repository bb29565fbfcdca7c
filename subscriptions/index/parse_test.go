package index

import (
	"strings"
	"testing"

	"newsbell/news"
	"newsbell/subscriptions/query"
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
		{"feed:https://www.example.com/rss.xml", "https://example.com/rss.xml", "", true},
		{"feed:https://example.com/rss.xml", "https://example.com/rss.xml?page=2", "", false},
		{"feed:https://example.com/rss", "https://example.com/rss/sport", "", false},
		{"feed:https://example.com/rss", "https://x.example.com/rss", "", false},
		{"feed:https://example.com/rss?q=a%20b,c", "https://example.com/rss?q=a%20b,c", "", true},
		{"feed:http://example.com", "http://example.com/", "", true},
		{"feed:https://example.com/rss", "", "https://example.com/rss", false},
		{"feed:bbc", "feeds/bbc.xml", "", true},
		{"feed:(https://example.com/a | https://example.com/b)", "https://example.com/b", "", true},
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
		q, err := query.Parse(c.query)
		if err != nil {
			t.Errorf("%s: %v", c.query, err)
			continue
		}

		if _, ok := NewSingle(q).Match(&news.Article{Title: "x", Source: c.source, URL: c.url}); ok != c.want {
			t.Errorf("%s in source %q url %q: %v, want %v", c.query, c.source, c.url, ok, c.want)
		}

		again, err := query.Parse(q.String())
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
		q, err := query.Parse(c.query)
		if err != nil {
			t.Errorf("%s: %v", c.query, err)
			continue
		}

		if matched, ok := NewSingle(q).Match(&news.Article{Title: c.title, Tags: c.tags}); ok != c.want {
			t.Errorf("%s in %q %v: %v %q, want %v", c.query, c.title, c.tags, ok, matched, c.want)
		}
	}
}

// TestReadsAs: what is typed and the canonical form that it is read as.
func TestReadsAs(t *testing.T) {
	for typed, want := range map[string]string{
		"\u200e-tesla x":            "-tesla x",
		"x \u200f-tesla":            "x -tesla",
		"\u200ftitle:tesla":         "title:tesla",
		"\ufeff#tag":                "tag:tag",
		"te\u200bsla":               "tesla",
		"a\u2066|\u2069b":           "a | b",
		"='New Deal'":               `="New Deal"`,
		"=‘New Deal’":               `="New Deal"`,
		"rock 'n' roll":             "rock n roll",
		"+-a b":                     "-a b",
		"NOT NOT a b":               "-a b",
		"And just like that":        `"and" just like that`,
		"source:(a.com | b.com)":    "source:(a.com | b.com)",
		"source:a.com | source:b.x": "source:(a.com | b.x)",
		"-title:(a | b) c":          "-title:(a | b) c",
		"title:a text:b":            "title:a text:b",
		"EVs":                       "EVs",
		"evs":                       "evs",
		"tesla !musk":               "tesla -musk",
		"tesla ！musk":               "tesla -musk",
		"tesla, but not stock":      "tesla -stock",
		"tesla but not stock":       "tesla -stock",
		"tesla, not stock":          "tesla -stock",
		"tesla and not stock":       "tesla -stock",
		"tesla; spacex":             "tesla | spacex",
		"tesla & musk":              "tesla musk",
		"www.bbc.com":               "site:bbc.com",
		"-bbc.co.uk flood":          "-site:bbc.co.uk flood",
		"reuters.com/world":         "site:reuters.com/world",
		`"reuters.com"`:             `"reuters.com"`,
		"asp.net":                   "asp.net",
		"from:bbc":                  "source:bbc",
		"lang:German":               "lang:de",
		"lang:eng budget":           "lang:en budget",
		"lang:nb-NO budget":         "lang:no budget",
		"lang:iw budget":            "lang:he budget",
		"country:Chile":             "country:cl",
		"a, (but -c)":               `a, "but" -c`,
	} {
		q, err := query.Parse(typed)
		if err != nil {
			t.Errorf("%q: %v", typed, err)
		} else if q.String() != want {
			t.Errorf("%q is read as %q, want %q", typed, q, want)
		}
	}
}

// TestWarns: the first warning of a query, and what it offers.
func TestWarns(t *testing.T) {
	for _, c := range []struct{ query, message, suggestion string }{
		{"tesla or not musk", `"not" is read`, "tesla -musk"},
		{"Not musk tesla", `"Not" is read`, "-musk tesla"},
		{"tesla not musk", `I've read "not"`, `tesla "not" musk`},
		{"bbc.co.uk flood", "I've read bbc.co.uk as site:", `"bbc.co.uk" flood`},
		{"te?la", "? isn't a wildcard", ""},
		{"tesla ~5", "~ goes after a phrase", "tesla"},
		{"tesla + musk", "", ""},
		{"tesla.*", "A * counts only", ""},
		{`"tesla *"`, "A * counts only", ""},
		{`"a b" ~5`, "~ counts only", `"a b"~5`},
		{"https://example.com/watch#v", "I've read the address", "site:example.com/watch#v"},
		{"AN2 Therapeutics", "", ""},
		{"US", "US finds us", "=US"},
		{"-stock", "This says only what to exclude", ""},
		{"tesla -teslas", "This asks for teslas", "tesla"},
		{`"tesla motors" -tesla`, "This asks for tesla", `"tesla motors"`},
		{"title:tesla -tesla", "This asks for tesla", "title:tesla"},
		{"=Tesla -tesla", "This asks for tesla", "=Tesla"},
		{"tesla musk -(tesla musk)", "This asks for", "tesla musk"},
		{"(alpha | beta) -alpha -beta", "This asks for", "(alpha | beta) -alpha"},
		{"tesla -tesl*", "This asks for", "tesla"},
		{"tesla -title:tesla", "", ""},
		{"tesla* -tesla", "", ""},
		{"new -news", "", ""},
	} {
		q, err := query.Parse(c.query)
		if err != nil {
			t.Errorf("%q: %v", c.query, err)
			continue
		}

		if c.message == "" {
			if len(q.Warnings()) > 0 {
				t.Errorf("%q warns: %v", c.query, q.Warnings())
			}

			continue
		}

		if len(q.Warnings()) == 0 {
			t.Errorf("%q does not warn", c.query)
			continue
		}

		if w := q.Warnings()[0]; !strings.HasPrefix(w.Message, c.message) || w.Suggestion != c.suggestion {
			t.Errorf("%q warns %q and offers %q, want %q and %q", c.query, w.Message, w.Suggestion, c.message, c.suggestion)
		}
	}
}
