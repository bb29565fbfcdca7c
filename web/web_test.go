package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"newsbell/bot/page"
	"newsbell/news"
	"newsbell/store"
	"newsbell/store/storetest"
)

// newServer returns a server over a database with one story of two outlets.
func newServer(t testing.TB, c Config, articles ...news.Article) *Server {
	t.Helper()

	s, err := store.Open(t.Context(), storetest.Database(t, filepath.Join(t.TempDir(), "newsbell.db")))
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = s.Close() })

	must := func(do func(*store.Tx) error) {
		t.Helper()

		if err := s.Update(t.Context(), do); err != nil {
			t.Fatal(err)
		}
	}

	must(func(tx *store.Tx) error {
		return tx.Configure([]news.Source{{URL: "https://a.example/feed", Outlet: "Coast Times"}, {URL: "https://b.example/feed", Outlet: "Daily North"}})
	})

	var decided []store.Match

	for i := range articles {
		must(func(tx *store.Tx) error {
			return storetest.Poll(tx, int64(i%2+1), articles[i:i+1]...)
		})

		decided = append(decided, store.Match{Article: int64(i + 1), Story: 1})
	}

	if err := s.SaveMatches(t.Context(), decided); err != nil {
		t.Fatal(err)
	}

	c.Store, c.Log = s, slog.New(slog.DiscardHandler)

	server, err := New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}

	return server
}

// bridge returns a story of two outlets.
func bridge() []news.Article {
	return []news.Article{
		{
			Key: "1", Title: "Harbour bridge reopens", URL: "https://a.example/1", Outlet: "Coast Times", Image: "https://a.example/1.jpg", Caption: "The bridge at dawn.", Credit: "Ana Silva",
			Text: "The harbour bridge reopened on Monday after two years of repairs.\n\nThe works cost 31.5 million euros.", Published: time.Now().Add(-time.Hour),
		},
		{Key: "2", Title: "Port Ellis gets its bridge back", URL: "https://b.example/2", Outlet: "Daily North", Text: "Cars and bicycles are back on the harbour bridge of Port Ellis since Monday.", Published: time.Now().Add(-30 * time.Minute)},
	}
}

func get(t testing.TB, s *Server, path string, header ...string) *http.Response {
	t.Helper()

	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}

	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)

	return w.Result()
}

func read(t *testing.T, resp *http.Response) string {
	t.Helper()

	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}

	return string(b)
}

// TestStoryPage: the page has what the story has, in the visitor's language, and asks
// nothing of other sites.
func TestStoryPage(t *testing.T) {
	fetched := 0
	s := newServer(t, Config{URL: "https://news.example", Picture: func(_ context.Context, address string) ([]byte, string, error) {
		fetched++

		if address != "https://a.example/1.jpg" {
			return nil, "", errors.New("another picture")
		}

		return []byte("JPEG"), "image/jpeg", nil
	}}, bridge()...)

	resp := get(t, s, strings.TrimPrefix(s.PageOf(0, 1), "https://news.example"))
	html := read(t, resp)

	for _, want := range []string{
		"<h1 dir=\"auto\">Harbour bridge reopens</h1>", "Coast Times", "The bridge at dawn.", "Photo: Ana Silva", "31.5 million euros",
		"Port Ellis gets its bridge back", "https://b.example/2", "Daily North", "In short", `<html lang="en" dir="ltr">`, `property="og:title" content="Harbour bridge reopens"`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %q", want)
		}
	}

	if resp.StatusCode != http.StatusOK || resp.Header.Get("Set-Cookie") != "" || !strings.HasPrefix(resp.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("%d %v", resp.StatusCode, resp.Header)
	}

	for _, m := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(html, -1) {
		if strings.Contains(m[0], "src=") && !strings.HasPrefix(m[1], "https://news.example/i/") {
			t.Errorf("the page loads %s", m[1])
		}
	}

	picture := regexp.MustCompile(`https://news.example(/i/[^"]*)`).FindStringSubmatch(html)
	for range 2 {
		if resp := get(t, s, picture[1]); read(t, resp) != "JPEG" || resp.Header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("the picture: %d %v", resp.StatusCode, resp.Header)
		}
	}

	if fetched != 1 {
		t.Errorf("the picture was fetched %d times", fetched)
	}
}

// TestAStorysPageHasItsTimelineAndNeighbours: every article of the story with outlet, moment and headline
// in the order of time, and what is related with outlet, age and paragraph.
func TestAStorysPageHasItsTimelineAndNeighbours(t *testing.T) {
	s := newServer(t, Config{}, bridge()...)
	html := read(t, get(t, s, "/s/"+s.token('s', 0, 1)))

	_, timeline, ok := strings.Cut(html, `<ol class="told">`)

	first, second := strings.Index(timeline, "Harbour bridge reopens"), strings.Index(timeline, "Port Ellis gets its bridge back")
	if !ok || first < 0 || second < first || strings.Count(timeline, "<time datetime=") != 2 || !strings.Contains(timeline, "Daily North") {
		t.Fatalf("the timeline: %s", timeline)
	}

	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

	made, err := s.renderStory(pageKey{}, &page.Story{Title: "Harbour bridge reopens", Related: []page.Related{
		{Title: "Ferry returns", URL: "https://a.example/2", Outlet: "Coast Times", At: now.Add(-3 * time.Hour), Text: "Residents had waited."},
		{Title: "Bridge closes", URL: "https://a.example/3", Outlet: "Daily North", At: now.Add(-60 * 24 * time.Hour)},
	}}, s.Texts.English(), now)
	if err != nil {
		t.Fatal(err)
	}

	_, related, _ := strings.Cut(string(made.body), `<h2 id="related">`)
	for _, want := range []string{"Ferry returns</a>", "Coast Times", ">3 h ago</time>", "<p dir=\"auto\">Residents had waited.</p>", "Bridge closes</a>", ">" + s.Texts.English().Date(now.Add(-60*24*time.Hour)) + "</time>"} {
		if !strings.Contains(related, want) {
			t.Errorf("related lacks %q:\n%s", want, related)
		}
	}
}

// TestLabelsLeadToTheirSources: what a page says of outlets is in the visitor's language, and leads
// to the page that says so.
func TestLabelsLeadToTheirSources(t *testing.T) {
	told := bridge()
	told[0].URL, told[1].URL = "https://tass.com/bridge", "https://www.nytimes.com/bridge"
	s := newServer(t, Config{URL: "https://news.example"}, told...)

	html := read(t, get(t, s, strings.TrimPrefix(s.PageOf(0, 1), "https://news.example"), "Accept-Language", "de"))

	for _, label := range []string{"staatlich finanziert", "Nachrichtenagentur", "Bezahlschranke"} {
		if !regexp.MustCompile(`<a class="label" href="https://[^"]+" rel="noopener noreferrer">` + label + `</a>`).MatchString(html) {
			t.Errorf("the page lacks %q with its source:\n%s", label, html)
		}
	}
}

// TestTokens: no address but those that were given out shows anything.
func TestTokens(t *testing.T) {
	s := newServer(t, Config{}, bridge()...)
	token := s.token('s', 0, 1)

	if resp := get(t, s, "/s/"+token); resp.StatusCode != http.StatusOK {
		t.Fatalf("the right address: %d", resp.StatusCode)
	}

	other, err := New(t.Context(), Config{Store: s.Store, Log: s.Log})
	if err != nil || other.token('s', 0, 1) != token {
		t.Errorf("the next start has other addresses: %v", err)
	}

	for i := range token {
		for _, c := range "A_9z" {
			forged := token[:i] + string(c) + token[i+1:]
			if resp := get(t, s, "/s/"+forged); forged != token && resp.StatusCode != http.StatusNotFound {
				t.Errorf("%s (not %s): %d", forged, token, resp.StatusCode)
			}
		}
	}

	for _, path := range []string{"/s/", "/s/x", "/s/" + s.token('i', 0, 1), "/i/" + token, "/s/" + s.token('s', 0, 99), "/", "/style.css/../web.go", "/pages/story.html"} {
		if resp := get(t, s, path); resp.StatusCode == http.StatusOK {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
}

// TestHostileFeed: whatever a feed says is text on the page, and leads nowhere but to
// web addresses.
func TestHostileFeed(t *testing.T) {
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)>{{.}}`

	articles := bridge()
	for i := range articles {
		articles[i].Title, articles[i].Text, articles[i].Outlet, articles[i].Caption, articles[i].Credit = evil+articles[i].Key, strings.Repeat(evil+" and more. ", 9), evil, evil, evil
		articles[i].URL, articles[i].Image = "javascript:alert(3)//"+articles[i].Key, "javascript:alert(4)"
	}

	s := newServer(t, Config{Picture: func(context.Context, string) ([]byte, string, error) { return nil, "", errors.New("none") }}, articles...)
	story := &storyPage{texts: texts{s.Texts.English()}}

	for _, address := range []string{"javascript:alert(1)", "data:text/html,x", " javascript:x", "vbscript:x", "//evil.example", "\x00http://x"} {
		if got := story.Web(address); got != "" {
			t.Errorf("%q leads to %q", address, got)
		}
	}

	resp := get(t, s, "/s/"+s.token('s', 0, 1))
	html := read(t, resp)

	for _, bad := range []string{"<script", "<img src=x", "href=\"javascript", "src=\"javascript", "onerror=alert(2)>"} {
		if strings.Contains(html, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
}

// TestHostileFeedOnEveryPage: what feeds, chats and people say is text on the pages of those who are
// signed in, too, and leads nowhere but to web addresses.
func TestHostileFeedOnEveryPage(t *testing.T) {
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)>{{.}}`

	b := newBrowser(t)
	b.user.Name = evil
	b.types("subscribe", `"harbour <script>alert(1)</script>"`)
	b.publishes(news.Article{
		Key: "9", Title: evil, URL: "https://a.example/9", Outlet: evil, Text: strings.Repeat(evil+" harbour. ", 9), Caption: evil, Credit: evil, Authors: []string{evil}, Tags: []string{evil},
		Image: "javascript:alert(4)", Language: evil, Country: evil, Published: time.Now(),
	}, evil)

	err := b.s.Store.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.SavePoll(store.PreparePoll(store.PollResult{Source: 2, Next: time.Now().Add(time.Hour), Error: evil, Title: evil}), 48*time.Hour)
		return errors.Join(err, tx.Log(0, evil, evil))
	})
	if err != nil {
		t.Fatal(err)
	}

	operator := b.person("9")
	operator.signIn()
	b.signIn()

	pages := map[string]string{"/op": operator.get("/op"), "the feed's page": b.get("/s/" + b.s.token('s', 0, 1))}
	for _, path := range []string{"/me", "/me/history", "/me/settings", "/me/edit/1", "/me/channels", "/me/preview?q=harbour"} {
		pages[path] = b.get(path)
	}

	for path, html := range pages {
		for _, bad := range []string{"<script>", "<img src=x", "href=\"javascript", "src=\"javascript", "onerror=alert(2)>"} {
			if strings.Contains(html, bad) {
				t.Errorf("%s has %q:\n%s", path, bad, html)
			}
		}
	}

	for _, path := range []string{"/op", "/me/history"} {
		if !strings.Contains(pages[path], "&lt;script&gt;alert(1)") {
			t.Errorf("%s does not show what was said:\n%s", path, pages[path])
		}
	}
}

// TestBusy: what is too much is turned away, and health still answers.
func TestBusy(t *testing.T) {
	s := newServer(t, Config{}, bridge()...)
	for range anybodyAtOnce {
		s.anybody <- struct{}{}
	}

	if resp := get(t, s, "/s/"+s.token('s', 0, 1)); resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
		t.Errorf("a page too many: %d", resp.StatusCode)
	}

	if resp := get(t, s, "/livez"); resp.StatusCode != http.StatusOK {
		t.Errorf("/livez: %d", resp.StatusCode)
	}
}

// TestATurnIsWaitedFor: who comes while a page is made for somebody else gets theirs after it.
func TestATurnIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		places, turn := make(chan struct{}, 1), make(chan bool)
		places <- struct{}{}

		for range 2 {
			go func() { turn <- takeSlot(t.Context(), places) }()
		}

		synctest.Wait()

		<-places

		if !<-turn || <-turn {
			t.Error("of two who wait for one place, one gets it and the other is turned away")
		}
	})
}

// stuck is a visitor who takes nothing until it is let go.
type stuck struct {
	http.ResponseWriter

	reads, goes chan struct{}
}

func (w stuck) Write(b []byte) (int, error) {
	close(w.reads)
	<-w.goes

	return len(b), nil
}

// TestASlowReaderHoldsNoPlace: others get the page while somebody does not take theirs.
func TestASlowReaderHoldsNoPlace(t *testing.T) {
	s := newServer(t, Config{}, bridge()...)
	slow := stuck{httptest.NewRecorder(), make(chan struct{}), make(chan struct{})}
	page := "/s/" + s.token('s', 0, 1)

	var visit sync.WaitGroup

	visit.Go(func() { s.Handler().ServeHTTP(slow, httptest.NewRequest(http.MethodGet, page, nil)) })

	<-slow.reads

	if resp := get(t, s, page); resp.StatusCode != http.StatusOK {
		t.Errorf("beside a slow reader: %d", resp.StatusCode)
	}

	close(slow.goes)
	visit.Wait()
}

// TestASlowReaderOfAPictureHoldsNoPlace: more than may be looked up at a time, and others still see it.
func TestASlowReaderOfAPictureHoldsNoPlace(t *testing.T) {
	s := newServer(t, Config{Picture: func(context.Context, string) ([]byte, string, error) { return []byte("JPEG"), "image/jpeg", nil }}, bridge()...)
	path := "/i/" + s.token('i', 0, 1)
	goes := make(chan struct{})

	var visit sync.WaitGroup

	for range imagesAtOnce {
		slow := stuck{httptest.NewRecorder(), make(chan struct{}), goes}

		visit.Go(func() { s.Handler().ServeHTTP(slow, httptest.NewRequest(http.MethodGet, path, nil)) })

		<-slow.reads
	}

	if resp := get(t, s, path); resp.StatusCode != http.StatusOK {
		t.Errorf("beside slow readers: %d", resp.StatusCode)
	}

	close(goes)
	visit.Wait()
}

// TestHealth: /readyz says why the process is not well.
func TestHealth(t *testing.T) {
	var wrong error

	s := newServer(t, Config{Ready: func(context.Context) error { return wrong }})

	if resp := get(t, s, "/readyz"); resp.StatusCode != http.StatusOK {
		t.Errorf("well: %d", resp.StatusCode)
	}

	wrong = errors.New("polling: it is 20m behind")

	if resp := get(t, s, "/readyz"); resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(read(t, resp), "20m behind") {
		t.Errorf("not well: %d", resp.StatusCode)
	}
}

// TestMetrics: they are there, follow Prometheus' conventions, and name no one.
func TestMetrics(t *testing.T) {
	s := newServer(t, Config{Counters: func() map[string]int64 { return map[string]int64{"polls": 7, "alerts": 3, "drops_muted": 1} }}, bridge()...)

	text := read(t, get(t, s, "/metrics"))
	for _, want := range []string{
		`newsbell_events_total{event="polls"} 7`, `newsbell_alerts_dropped_total{reason="muted"} 1`, "newsbell_articles 2", `newsbell_sources{health="ok"} 2`, "newsbell_database_up 1", "go_goroutines",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}

	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("promlint: %v %v", problems, err)
	}

	if strings.Contains(text, "example") {
		t.Error("the metrics name a source")
	}
}

// FuzzToken: no address but a signed one is read.
func FuzzToken(f *testing.F) {
	s := &Server{secret: []byte("0123456789abcdef0123456789abcdef")}
	f.Add(s.token('s', 1, 2))
	f.Add("")
	f.Fuzz(func(t *testing.T, token string) {
		if chat, story, err := s.parseToken('s', token); err == nil && s.token('s', chat, story) != token {
			t.Errorf("%q was read as chat %d, story %d", token, chat, story)
		}
	})
}

// TestAStorysPageOpensTheChat: where the bot is known, and nowhere else.
func TestAStorysPageOpensTheChat(t *testing.T) {
	s := newServer(t, Config{URL: "https://news.example"}, bridge()...)
	path := strings.TrimPrefix(s.PageOf(0, 1), "https://news.example")

	if html := read(t, get(t, s, path)); strings.Contains(html, "Open in") {
		t.Errorf("a button leads nowhere:\n%s", html)
	}

	s.SetChat("telegram", "https://t.me/old_bot")
	s.SetChat("telegram", "https://t.me/newsbell_bot")
	s.SetChat("discord", "https://discord.com/users/42")
	s.SetChat("discord", "javascript:alert(1)")
	s.SetChat("terminal", "https://a.example/")

	html := read(t, get(t, s, path))
	for _, want := range []string{`<a class="read" href="https://t.me/newsbell_bot?start=story-1" rel="noopener noreferrer">Open in Telegram</a>`, `<a class="read" href="https://discord.com/users/42" rel="noopener noreferrer">Open in Discord</a>`} {
		if strings.Count(html, want) != 1 {
			t.Errorf("the page lacks %s:\n%s", want, html)
		}
	}

	if n := strings.Count(html, "Open in"); n != 2 {
		t.Errorf("%d buttons open a chat", n)
	}
}

// TestLinkedPictures: where the operator wants it, a browser fetches the picture from its
// publisher, on the page of a story alone, and only over the web.
func TestLinkedPictures(t *testing.T) {
	articles := bridge()
	s := newServer(t, Config{URL: "https://news.example", LinkPictures: true, Picture: func(context.Context, string) ([]byte, string, error) {
		t.Error("it is fetched here, too")
		return nil, "", errors.New("not here")
	}}, articles...)

	resp := get(t, s, strings.TrimPrefix(s.PageOf(0, 1), "https://news.example"))
	if html := read(t, resp); !strings.Contains(html, `<img src="https://a.example/1.jpg"`) || !strings.Contains(resp.Header.Get("Content-Security-Policy"), "img-src 'self' https: http:;") || resp.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%v\n%s", resp.Header, html)
	}

	if policy := get(t, s, "/s/nothing").Header.Get("Content-Security-Policy"); !strings.Contains(policy, "img-src 'self';") {
		t.Errorf("another page may load pictures: %s", policy)
	}

	articles[0].Image = "javascript:alert(1)"
	s = newServer(t, Config{URL: "https://news.example", LinkPictures: true}, articles...)

	if html := read(t, get(t, s, strings.TrimPrefix(s.PageOf(0, 1), "https://news.example"))); strings.Contains(html, "<img") || strings.Contains(html, "javascript") {
		t.Errorf("a picture that is none:\n%s", html)
	}
}

// TestAJoinedStorysPageIsThatOfTheOneStory: the address of a story that turned out to be a part of another
// one shows the one story, also to whoever has seen its page before.
func TestAJoinedStorysPageIsThatOfTheOneStory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, Config{}, bridge()...)

		if err := s.Store.Update(t.Context(), func(tx *store.Tx) error {
			return storetest.Poll(tx, 1, news.Article{Key: "3", Title: "Ferries give way to bridge", URL: "https://a.example/3", Outlet: "Coast Times", Text: "The last ferry left on Monday.", Published: time.Now()})
		}); err != nil {
			t.Fatal(err)
		}

		if err := s.Store.SaveMatches(t.Context(), []store.Match{{Article: 3, Story: 3}}); err != nil {
			t.Fatal(err)
		}

		const own, one = "<h1 dir=\"auto\">Ferries give way to bridge</h1>", "<h1 dir=\"auto\">Harbour bridge reopens</h1>"

		if page := read(t, get(t, s, s.PageOf(0, 3))); !strings.Contains(page, own) {
			t.Fatalf("the page of the second story is\n%s", page)
		}

		if err := s.Store.Update(t.Context(), func(tx *store.Tx) error {
			_, err := tx.JoinPair(3, 1)
			return err
		}); err != nil {
			t.Fatal(err)
		}

		if err := s.Store.JoinStories(t.Context(), nil); err != nil {
			t.Fatal(err)
		}

		time.Sleep(time.Hour) // pages are kept for a while

		page := read(t, get(t, s, s.PageOf(0, 3)))
		if !strings.Contains(page, one) || !strings.Contains(page, "https://a.example/3") {
			t.Errorf("after the stories were joined it is\n%s", page)
		}

		if first := read(t, get(t, s, s.PageOf(0, 1))); first != strings.ReplaceAll(page, s.PageOf(0, 3), s.PageOf(0, 1)) {
			t.Errorf("the page of the one story is another:\n%s\nand\n%s", page, first)
		}
	})
}
