package news

import (
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCleanURL(t *testing.T) {
	for in, want := range map[string]string{
		"https://planet.example/a":                                                                     "https://planet.example/a",
		" https://planet.example/a\n":                                                                  "https://planet.example/a",
		"https://planet.example/a?utm_source=rss&utm_medium=feed":                                      "https://planet.example/a",
		"https://planet.example/a?id=7&utm_source=rss&page=2#top":                                      "https://planet.example/a?id=7&page=2#top",
		"https://www.bbc.co.uk/news/x?at_medium=RSS&at_campaign=rss":                                   "https://www.bbc.co.uk/news/x",
		"https://www.aljazeera.com/x?traffic_source=rss":                                               "https://www.aljazeera.com/x",
		"https://www.dw.com/en/x/a-1?maca=en-rss-en-all-1573-rdf":                                      "https://www.dw.com/en/x/a-1",
		"https://planet.example/a?fbclid=1&gclid=2&cmpid=3":                                            "https://planet.example/a",
		"https://planet.example/a#utm_source=rss":                                                      "https://planet.example/a",
		"https://planet.example/a#xtor=RSS-1":                                                          "https://planet.example/a",
		"https://planet.example/a?source=rss":                                                          "https://planet.example/a",
		"https://planet.example/a?source=agency&type=5":                                                "https://planet.example/a?source=agency&type=5",
		"https://planet.example/a?a=1&amp;utm_source=x":                                                "https://planet.example/a?a=1",
		"https://planet.example/a?_ga=1&_gl=2&__hssc=3&__hstc=4&__hsfp=5&hsCtaTracking=6&_openstat=7":  "https://planet.example/a",
		"https://planet.example/a?WT.mc_id=1&wtmc=2&gad_source=3&gad_campaignid=4&srsltid=5&s_kwcid=6": "https://planet.example/a",
		"https://planet.example/a?ef_id=1&tpcc=2&mod=rss_news&rss=1&feature=rss&campaign=rss&id=9":     "https://planet.example/a?id=9",
		"https://planet.example/a?cm_mmc=1&elqTrackId=2&utm-source=3":                                  "https://planet.example/a",
		"https://planet.example/a?mod=article&feature=share&campaign=7&rss=news":                       "https://planet.example/a?mod=article&feature=share&campaign=7&rss=news",
		"https://planet.example/?p=123":                                                                "https://planet.example/?p=123",
		"https://planet.example/a?b=%2F&c=ä":                                                           "https://planet.example/a?b=%2F&c=ä",
		"https://www.google.com/url?rct=j&url=https://planet.example/a&ct=ga":                          "https://planet.example/a",
		"https://www.bing.com/news/apiclick.aspx?url=https%3a%2f%2fplanet.example%2fa&c=1":             "https://planet.example/a",
		"https://news.google.com/rss/articles/CBMi?oc=5":                                               "https://news.google.com/rss/articles/CBMi?oc=5",
		"https://planet.example/a b%zz":                                                                "https://planet.example/a%20b%25zz",
		"mailto:me@planet.example":                                                                     "mailto:me@planet.example",
		"/relative?utm_source=x":                                                                       "/relative?utm_source=x",
		"":                                                                                             "",
	} {
		if got := CleanURL(in); got != want {
			t.Errorf("CleanURL(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCanonical(t *testing.T) {
	for _, same := range [][]string{
		{"https://planet.example/news/a", "http://planet.example/news/a", "https://www.planet.example/news/a/", "HTTPS://Planet.Example:443/news/a#comments", "https://m.planet.example/news/a", "https://amp.planet.example/news/a", "https://planet.example/news/a/amp/", "https://planet.example/amp/news/a", "https://planet.example/news/a?utm_source=x", "https://planet.example/news/a?amp=1", "https://planet.example/news/%61", "https://planet.example/news/a/index.html"},
		{"https://planet.example/?a=1&b=2", "https://planet.example/?b=2&a=1", "http://planet.example?a=1&b=2&fbclid=3"},
		{"https://planet.example", "https://planet.example/", "https://www.planet.example/#x"},
		{"https://planet.example/caf%C3%A9", "https://planet.example/caf%c3%a9", "https://planet.example/café"},
		{"https://planet.example/?q=café&p=%c3%b6", "https://planet.example/?q=caf%C3%A9&p=ö"},
		{"https://münchen.example/a", "https://xn--mnchen-3ya.example/a", "https://www.MÜNCHEN.example/a", "https://mu\u0308nchen.example/a"},
		{"https://новости.example/#!/ё", "https://xn--b1amnebsh.example/#!/%D1%91"},
		{"http://planet.example:8080/a", "https://planet.example:8080/a"},
	} {
		for _, s := range same {
			if got, want := Canonical(s), Canonical(same[0]); got != want || got == "" {
				t.Errorf("Canonical(%q) = %q, of %q it is %q", s, got, same[0], want)
			}
		}
	}

	different := []string{"https://planet.example/a", "https://planet.example/b", "https://planet.example/A", "https://planet.example/a?id=1", "https://planet.example/a?id=2", "https://other.example/a", "https://planet.example/a%2Fb", "https://planet.example/a/b", "https://planet.example:8080/a", "https://planet.example/#!/a", "https://planet.example/app#/news/1", "https://planet.example/app#/news/2", "https://planet.example/"}
	seen := make(map[string]string)

	for _, s := range different {
		c := Canonical(s)
		if old, ok := seen[c]; ok {
			t.Errorf("%q and %q are one: %q", old, s, c)
		}

		seen[c] = s
	}

	for _, s := range []string{"", "mailto:x@y", "/a", "planet.example/a", "http://", "://"} {
		if c := Canonical(s); c != "" {
			t.Errorf("Canonical(%q) = %q", s, c)
		}
	}
}

// TestAddressProperties: cleaning twice is cleaning once, and the canonical form
// does not depend on what is cleaned away.
func TestAddressProperties(t *testing.T) {
	part := rapid.StringMatching(`[a-zA-Z0-9%._~ &=+-]{0,8}`)

	rapid.Check(t, func(t *rapid.T) {
		s := "https://" + rapid.StringMatching(`(www\.|m\.)?[a-z]{1,5}\.(com|co\.uk)`).Draw(t, "host") + "/" + part.Draw(t, "path")

		query := rapid.SliceOfN(rapid.SampledFrom([]string{"a=1", "b=%20", "utm_source=x", "c", "fbclid=2", "d=ä"}), 0, 4).Draw(t, "query")
		if len(query) > 0 {
			s += "?" + strings.Join(query, "&")
		}

		once := CleanURL(s)
		if twice := CleanURL(once); twice != once {
			t.Fatalf("CleanURL(%q) = %q, and of that %q", s, once, twice)
		}

		if Canonical(s) != Canonical(once) {
			t.Fatalf("Canonical(%q) = %q, of its clean form %q", s, Canonical(s), Canonical(once))
		}

		if c := Canonical(s); Canonical(c) != c {
			t.Fatalf("Canonical(%q) = %q, and of that %q", s, c, Canonical(c))
		}
	})
}

func FuzzCleanURL(f *testing.F) {
	for _, s := range []string{"https://planet.example/a?utm_source=x#y", "http://[::1]:80/", "https://www.google.com/url?url=https://x.example", "http://a/%zz?%"} {
		f.Add(s)
	}

	f.Fuzz(func(t *testing.T, s string) {
		got := CleanURL(s)
		if again := CleanURL(got); again != got {
			t.Errorf("CleanURL(%q) = %q, then %q", s, got, again)
		}

		if c := Canonical(s); c != "" {
			if _, err := url.Parse(c); err != nil {
				t.Errorf("Canonical(%q) = %q: %v", s, c, err)
			}
		}
	})
}

// TestNoHiddenCharactersInAddresses: what is not seen but changes how the rest is shown.
func TestNoHiddenCharactersInAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"http://x.example/a\u202egpj.exe":               "http://x.example/a%E2%80%AEgpj.exe",
		"http://x.example/\u2066a\u2069\u200b?q=\ufeff": "http://x.example/%E2%81%A6a%E2%81%A9%E2%80%8B?q=%EF%BB%BF",
		"http://x.example/soft\u00adhyphen":             "http://x.example/soft%C2%ADhyphen",
		"http://x.example/été/中文/“a”":                   "http://x.example/été/中文/“a”",
		"http://x.example/\xff\xe2":                     "http://x.example/\xff\xe2",
	} {
		if got := CleanURL(address); got != want {
			t.Errorf("CleanURL(%q) = %q, want %q", address, got, want)
		}
	}
}

// TestAHostThatIsNoNameTakesNoTime: to write a host in ASCII takes the square of its length, and nothing bounds
// the links of a feed.
func TestAHostThatIsNoNameTakesNoTime(t *testing.T) {
	host := strings.Repeat("ö", longestHost)
	if got := Canonical("https://" + host + "/a"); got != "https://"+host+"/a" {
		t.Errorf("it is written in ASCII: %q", got)
	}
}
