package web

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"newsbell/news"
	"newsbell/store"
)

// hostile is what a feed may have in any field.
const hostile = `<script>alert(1)</script>"><img src=x onerror=alert(2)>`

// hostileArticle has it in every field that people read.
func hostileArticle() news.Article {
	return news.Article{Key: "9", Title: "Harbour " + hostile, URL: "https://a.example/9?a=1&b=2", Outlet: hostile, Text: hostile, Published: time.Now()}
}

// delivers has the browser's chat sent what waits for it.
func (b *browser) delivers() {
	b.t.Helper()

	err := b.s.Store.Update(b.t.Context(), func(tx *store.Tx) error {
		c, err := tx.Chat("telegram", b.chat.Address)
		if err != nil {
			return err
		}

		out, err := tx.Claim(c.ID, store.Claim{Run: "a run", Burst: 10, RetryAfter: time.Hour, Room: func(_ *store.Chat, all []*store.Alert) int { return len(all) }})
		if err != nil {
			return err
		}

		_, err = tx.Settle(store.Outcome{Message: out.ID, Sent: true, Ref: "m1"})

		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

var feedIn = regexp.MustCompile(`https://news\.example(/feed/[^"]*)\.atom"`)

// newFeed gives the alerts a new address, and returns its path without the ending.
func (b *browser) newFeed() string {
	b.t.Helper()

	html := b.sends("/me/settings", "command", "feed", "text", "on")

	m := feedIn.FindStringSubmatch(html)
	if m == nil {
		b.t.Fatalf("no feed:\n%s", html)
	}

	return m[1]
}

// TestAlertsAsFeed: who has the address reads what was sent, until there is another one.
func TestAlertsAsFeed(t *testing.T) {
	b := newBrowser(t)
	b.types("subscribe", "harbour")
	b.publishes(hostileArticle(), "Harbour")
	b.signIn()

	first, reader := b.newFeed(), b.person("5")

	var empty jsonFeed
	if err := json.Unmarshal([]byte(read(t, reader.do(http.MethodGet, first+".json", nil))), &empty); err != nil || len(empty.Items) != 0 {
		t.Fatalf("before it is sent: %v, %v", empty.Items, err)
	}

	b.delivers()

	resp := reader.do(http.MethodGet, first+".atom", nil)

	var atom struct {
		Entries []struct {
			Title string `xml:"title"`
			Links []struct {
				Href string `xml:"href,attr"`
			} `xml:"link"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal([]byte(read(t, resp)), &atom); err != nil {
		t.Fatal(err)
	}

	if len(atom.Entries) != 1 || atom.Entries[0].Title != "Harbour "+hostile || atom.Entries[0].Links[0].Href != "https://a.example/9?a=1&b=2" {
		t.Errorf("Atom: %+v", atom)
	}

	again := reader.do(http.MethodGet, first+".atom", nil, "If-Modified-Since", resp.Header.Get("Last-Modified"))
	if again.StatusCode != http.StatusNotModified {
		t.Errorf("unchanged: %d", again.StatusCode)
	}

	var items jsonFeed
	if err := json.Unmarshal([]byte(read(t, reader.do(http.MethodGet, first+".json", nil))), &items); err != nil || len(items.Items) != 1 || items.Items[0].Title != "Harbour "+hostile {
		t.Errorf("JSON: %+v, %v", items, err)
	}

	second := b.newFeed()
	for path, want := range map[string]int{first + ".atom": http.StatusNotFound, second + ".atom": http.StatusOK, second + ".html": http.StatusNotFound, "/feed/AAAA.atom": http.StatusNotFound} {
		if got := reader.do(http.MethodGet, path, nil).StatusCode; got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}

	b.sends("/me/settings", "command", "feed", "text", "off")

	if got := reader.do(http.MethodGet, second+".json", nil).StatusCode; got != http.StatusNotFound {
		t.Errorf("turned off: %d", got)
	}
}

// TestHostileArticleOnPages: nothing that a feed or a person writes becomes markup.
func TestHostileArticleOnPages(t *testing.T) {
	b := newBrowser(t)
	b.types("subscribe", "harbour")
	b.publishes(hostileArticle(), hostile)
	b.signIn()

	shown := []string{b.get("/me"), b.get("/me/history"), b.get("/me/settings"), b.get("/me/preview?q=harbour"), b.sends("/me", "command", "subscribe", "text", hostile)}
	for i, html := range shown {
		if strings.Contains(html, "<script>alert") || strings.Contains(html, "<img src=x") {
			t.Errorf("page %d has markup of the feed:\n%s", i, html)
		}
	}

	b.wants(shown[1], "&lt;script&gt;alert(1)")
}

// TestYearOutlivesAlerts: what the sweep has counted is counted once.
func TestYearOutlivesAlerts(t *testing.T) {
	b := newBrowser(t)
	b.types("subscribe", "harbour")
	b.publishes(hostileArticle(), "Harbour")
	b.signIn()

	for range 2 {
		if _, err := b.s.Store.Sweep(t.Context(), store.Retention{Articles: 24 * time.Hour, Seen: 24 * time.Hour, Left: 24 * time.Hour}); err != nil {
			t.Fatal(err)
		}

		b.wants(b.get("/me"), "1 alert in 12 months")
	}
}
