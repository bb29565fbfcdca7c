package feed

import "testing"

// TestHub: each kind of feed names who pushes it in its own way; what stands in an item is not
// the feed's.
func TestHub(t *testing.T) {
	for _, c := range []struct{ name, body, hub, topic string }{
		{"RSS", `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>F</title><atom:link rel="self" href="https://a.example/feed?a=1&amp;b=2"/><atom:link rel='hub' href='https://hub.example/'/><item><title>T</title><link>https://a.example/1</link></item></channel></rss>`, "https://hub.example/", "https://a.example/feed?a=1&b=2"},
		{"Atom", `<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><link rel="alternate" href="https://a.example/"/><link rel="hub" href="https://hub.example/"/><link href="https://a.example/atom" rel="self"/><entry><title>T</title><id>1</id><link href="https://a.example/1"/></entry></feed>`, "https://hub.example/", "https://a.example/atom"},
		{"JSON Feed", `{"version":"https://jsonfeed.org/version/1.1","title":"F","feed_url":"https://a.example/feed.json","hubs":[{"type":"rssCloud","url":"https://cloud.example/"},{"type":"WebSub","url":"https://hub.example/"}],"items":[{"id":"1","url":"https://a.example/1","title":"T"}]}`, "https://hub.example/", "https://a.example/feed.json"},
		{"no hub", `<rss version="2.0"><channel><title>The hub</title><link>https://a.example/</link><item><title>T</title><link>https://a.example/1</link></item></channel></rss>`, "", ""},
		{"an item's", `<feed xmlns="http://www.w3.org/2005/Atom"><title>hub</title><entry><title>T</title><id>1</id><link rel="hub" href="https://evil.example/"/><link href="https://a.example/1"/></entry></feed>`, "", ""},
		{"no address", `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>F</title><atom:link rel="hub" href="javascript:alert(1)"/><item><title>T</title><link>https://a.example/1</link></item></channel></rss>`, "", ""},
	} {
		for _, all := range []bool{false, true} {
			f, _, err := ParseChanged(Input{Body: []byte(c.body), Address: "https://a.example/feed", All: all}, new(Fingerprints))
			if err != nil || f.Hints.Hub != c.hub || f.Hints.Topic != c.topic {
				t.Errorf("%s: hub %q, topic %q, %v", c.name, f.Hints.Hub, f.Hints.Topic, err)
			}
		}
	}
}
