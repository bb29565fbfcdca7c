package news

import (
	"testing"

	"pgregory.net/rapid"
)

func TestSourceAddress(t *testing.T) {
	t.Parallel()

	for in, want := range map[string]string{
		"https://e.example/x": "https://e.example/x", "HTTP://E.Example/X?a b#C": "http://e.example/X?a b#C",
		"feed://e.example/x": "http://e.example/x", "feed:https://e.example/x": "https://e.example/x",
		"http://e.example:80/x": "http://e.example/x", "https://E.example:443": "https://e.example", "https://e.example:80/x": "https://e.example:80/x",
		"http://e.example:443/:80": "http://e.example:443/:80", "http://Me:Secret@E.example:80/x@Y": "http://Me:Secret@e.example/x@Y",
		"http://[::1]:80/x": "http://[::1]/x", "http://[::80]/x": "http://[::80]/x", "https://BÜCHER.example/Ü": "https://bücher.example/Ü",
		"E.example/X": "https://e.example/X", "e.example:8080/x": "https://e.example:8080/x", "www.e.example/": "https://www.e.example/",
		"e.example": "", "feed.xml": "", "../feed.xml": "", "feeds/a.xml": "", "1.2.3.4/x": "", ".example/x": "", "mail:to@e.example/x": "",
		"http://": "", "http:///x": "", "http://e .example/x": "", "http:e.example": "", "javascript:alert(1)": "", "feed:feed:": "", "": "",
	} {
		if got := SourceAddress(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestASourceAddressIsItsOwn: what was written once is not written differently again.
func TestASourceAddressIsItsOwn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.OneOf(rapid.String(), rapid.StringMatching(`(feed:)?(HTTPS?|http|feed)?(://)?([A-z]{1,3}@)?[A-z]{1,5}\.[a-z]{1,3}(:80|:443|:)?(/[A-z:@]{0,4})?`)).Draw(t, "in")

		one := SourceAddress(in)
		if again := SourceAddress(one); again != one {
			t.Errorf("%q: %q, then %q", in, one, again)
		}
	})
}
