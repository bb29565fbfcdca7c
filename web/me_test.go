package web

import (
	"bytes"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/adapterstest"
	"newsbell/bot"
	"newsbell/bot/turn"
	"newsbell/news"
	"newsbell/store"
)

// browser is somebody with a browser, and a private chat with the bot.
type browser struct {
	t      *testing.T
	s      *Server
	bot    *bot.Bot
	fake   *adapterstest.Fake
	user   adapters.User
	chat   adapters.ChatInfo
	cookie *http.Cookie
	asked  int
}

// newBrowser returns a server with its bot over a database with articles, and a person.
func newBrowser(t *testing.T, articles ...news.Article) *browser {
	t.Helper()

	s := newServer(t, Config{URL: "https://news.example"}, articles...)
	fake := adapterstest.New("telegram")
	b := bot.New(bot.Config{Config: turn.Config{
		Store: s.Store, Log: slog.New(slog.DiscardHandler), Adapters: map[string]adapters.Adapter{"telegram": fake}, SignIn: s.SignInAddress,
		Policy: turn.Policy{Operators: []string{"telegram:9"}},
	}})
	s.Bot = b

	return (&browser{t: t, s: s, bot: b, fake: fake}).person("1")
}

// person is somebody else at the same server.
func (b *browser) person(id string) *browser {
	other := *b
	other.cookie = nil
	other.user = adapters.User{ID: id, Name: "Ann", Language: "en"}
	other.chat = adapters.ChatInfo{Chat: adapters.Chat{Platform: "telegram", Address: id}, Kind: adapters.Private, Title: "Ann"}

	return &other
}

// types sends a command in the chat.
func (b *browser) types(command, text string) *adapters.Message {
	b.t.Helper()
	b.asked++

	return b.bot.Answer(b.t.Context(), &adapters.Request{Chat: b.chat, User: b.user, Command: command, Text: text})
}

var addressIn = regexp.MustCompile(`https://news\.example(/in/[A-Z0-9]+)`)

// link asks the bot for a link that signs in, and returns its path.
func (b *browser) link() string {
	b.t.Helper()

	said := b.types("web", "").String()

	m := addressIn.FindStringSubmatch(said)
	if m == nil {
		b.t.Fatalf("no link in %q", said)
	}

	return m[1]
}

// do makes a request with the browser's cookie.
func (b *browser) do(method, path string, form url.Values, header ...string) *http.Response {
	b.t.Helper()

	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}

	r := httptest.NewRequestWithContext(b.t.Context(), method, "https://news.example"+path, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}

	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}

	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}

	w := httptest.NewRecorder()
	b.s.Handler().ServeHTTP(w, r)

	return w.Result()
}

// signIn opens a link and presses its button.
func (b *browser) signIn() {
	b.t.Helper()

	link := b.link()
	if resp := b.do(http.MethodGet, link, nil); resp.StatusCode != http.StatusOK || len(resp.Cookies()) != 0 {
		b.t.Fatalf("opening the link: %d", resp.StatusCode)
	}

	resp := b.do(http.MethodPost, link, url.Values{})
	if resp.StatusCode != http.StatusSeeOther || len(resp.Cookies()) != 1 {
		b.t.Fatalf("signing in: %d: %s", resp.StatusCode, read(b.t, resp))
	}

	b.cookie = resp.Cookies()[0]
}

// get opens a page, which has to be there.
func (b *browser) get(path string) string {
	b.t.Helper()

	resp := b.do(http.MethodGet, path, nil)
	html := read(b.t, resp)

	if resp.StatusCode != http.StatusOK {
		b.t.Fatalf("%s: %d: %s", path, resp.StatusCode, html)
	}

	return html
}

var hidden = regexp.MustCompile(`<input type="hidden" name="(csrf|once|chat|back)" value="([^"]*)">`)

// sends fills a form of a page in and sends it.
func (b *browser) sends(path string, fields ...string) string {
	b.t.Helper()

	form := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(b.get(path), -1) {
		form.Set(m[1], m[2])
	}

	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}

	resp := b.do(http.MethodPost, "/me/do", form)
	html := read(b.t, resp)

	if resp.StatusCode != http.StatusOK {
		b.t.Fatalf("%v: %d: %s", fields, resp.StatusCode, html)
	}

	return html
}

// subscriptions returns those of the browser's chat.
func (b *browser) subscriptions() (queries []string) {
	b.t.Helper()

	err := b.s.Store.View(b.t.Context(), func(tx *store.Tx) error {
		c, err := tx.Chat("telegram", b.chat.Address)
		if err != nil {
			return err
		}

		all, err := tx.Subscriptions(c.ID)
		for _, s := range all {
			queries = append(queries, s.Query)
		}

		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}

	return queries
}

func (b *browser) wants(html string, all ...string) {
	b.t.Helper()

	for _, want := range all {
		if !strings.Contains(html, want) {
			b.t.Errorf("the page lacks %q:\n%s", want, html)
		}
	}
}

// TestMyPage: what is done on the page is what the commands do, with the way back.
func TestMyPage(t *testing.T) {
	b := newBrowser(t, bridge()...)
	b.types("subscribe", "harbour")
	b.signIn()

	b.wants(b.get("/me"), "#1", "harbour", `<svg class="chart"`, "0 alerts in 12 months")

	b.wants(b.sends("/me", "command", "subscribe", "text", "bridge -toll", "when", "8:00"), "You now follow", "Undo", "daily at 8:00")
	b.wants(b.sends("/me", "command", "unsubscribe", "text", "#1"), "Undo")

	if got := b.subscriptions(); len(got) != 1 || got[0] != "bridge -toll" {
		t.Fatalf("subscriptions: %q", got)
	}

	b.wants(b.get("/me/preview?q=harbour"), "Last 7 days: 1 story", "Port Ellis gets its bridge back")
	b.wants(b.sends("/me/edit/2", "command", "edit", "key", "2", "text", "harbour"), "Updated <b>#2 harbour</b>")

	if got := b.subscriptions(); len(got) != 1 || got[0] != "harbour" {
		t.Fatalf("after the edit: %q", got)
	}

	html := b.sends("/me/settings", "command", "settings", "key", "quiet", "text", "22:00-7:00")
	b.wants(html, "From 22:00 to 7:00", `value="22:00-07:00"`)

	undo := regexp.MustCompile(`name="data" value="(run:settings quiet[^"]*)"><button>Undo`).FindStringSubmatch(html)
	if undo == nil {
		t.Fatalf("no undo:\n%s", html)
	}

	b.wants(b.sends("/me/settings", "data", undo[1]), "Quiet hours: none")
	b.wants(b.sends("/me/settings", "command", "pause", "text", "2h"), "Paused")
	b.wants(b.get("/me"), "Resume")

	b.wants(b.sends("/me", "command", "subscribe", "text", "bundle:pl bridge"), "You now follow")

	if page := b.get("/me"); !strings.Contains(page, "Poland bridge") || strings.Contains(page, "bundle:pl") {
		t.Errorf("a bundle is not named as people read it:\n%s", page)
	}
}

// TestOneFormActsOnce: a form that is sent twice, as by a double tap, acts once.
func TestOneFormActsOnce(t *testing.T) {
	b := newBrowser(t)
	b.types("subscribe", "harbour")
	b.signIn()

	form := url.Values{"command": {"pause"}, "text": {"2h"}}
	for _, m := range hidden.FindAllStringSubmatch(b.get("/me"), -1) {
		form.Set(m[1], m[2])
	}

	for range 2 {
		read(t, b.do(http.MethodPost, "/me/do", form))
	}

	if n := strings.Count(b.types("log", "").String(), "paused"); n != 1 {
		t.Errorf("paused %d times", n)
	}

	form.Set("text", "3h") // another form of the same page
	read(t, b.do(http.MethodPost, "/me/do", form))

	if n := strings.Count(b.types("log", "").String(), "paused"); n != 2 {
		t.Errorf("paused %d times", n)
	}
}

// TestHistorySaysWhy: each alert is listed with the words that matched, and what became of it.
func TestHistorySaysWhy(t *testing.T) {
	b := newBrowser(t, bridge()...)
	b.types("subscribe", "harbour")

	b.publishes(news.Article{Key: "9", Title: "Harbour ferry returns", URL: "https://a.example/9", Outlet: "Coast Times", Text: "The ferry is back.", Published: time.Now()}, "Harbour")

	b.signIn()
	b.wants(b.get("/me/history"), "Harbour ferry returns", "matched “Harbour”", "https://a.example/9", "/s/")
	b.wants(b.get("/me"), "1 alert in 12 months")
}

// publishes has an article come in that alerts the browser's chat by its first subscription.
func (b *browser) publishes(a news.Article, matched ...string) {
	b.t.Helper()

	var chat, article int64

	err := b.s.Store.Update(b.t.Context(), func(tx *store.Tx) error {
		c, err := tx.Chat("telegram", b.chat.Address)
		if err != nil {
			return err
		}

		chat = c.ID

		_, err = tx.SavePoll(store.PreparePoll(store.PollResult{Source: 1, Next: time.Now().Add(time.Hour), Articles: []news.Article{a}}), 48*time.Hour)
		if err != nil {
			return err
		}

		found, err := tx.ArticlesAt(a.URL)
		if err == nil {
			article = found[0].ID
		}

		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}

	alert := store.PendingAlert{Chat: chat, Due: time.Now(), Hits: []store.Hit{{Subscription: 1, Matched: matched}}}

	err = b.s.Store.SaveMatches(b.t.Context(), []store.Match{{Article: article, Story: article, Alerts: []store.PendingAlert{alert}}})
	if err != nil {
		b.t.Fatal(err)
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()

	body, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}

	return string(body)
}

// TestPreviewButtonOfAnEdit shows what the typed query would catch, without the number of
// the subscription that the form changes.
func TestPreviewButtonOfAnEdit(t *testing.T) {
	b := newBrowser(t, bridge()...)
	b.types("subscribe", "storm")
	b.signIn()

	b.wants(b.sends("/me/edit/1", "text", "harbour", "preview", "1"), "Port Ellis gets its bridge back")

	if got := b.subscriptions(); len(got) != 1 || got[0] != "storm" {
		t.Errorf("subscriptions: %q", got)
	}
}

// uploads sends a file by the form of the settings.
func (b *browser) uploads(csrf, name string, body []byte) (status int, html string) {
	b.t.Helper()

	var sent bytes.Buffer

	form := multipart.NewWriter(&sent)

	for _, m := range hidden.FindAllStringSubmatch(b.get("/me/settings"), -1) {
		value := m[2]
		if m[1] == "csrf" && csrf != "" {
			value = csrf
		}

		if err := form.WriteField(m[1], value); err != nil {
			b.t.Fatal(err)
		}
	}

	part, err := form.CreateFormFile("file", name)
	if err != nil {
		b.t.Fatal(err)
	}

	if _, err := part.Write(body); err != nil {
		b.t.Fatal(err)
	}

	if err := form.Close(); err != nil {
		b.t.Fatal(err)
	}

	r := httptest.NewRequestWithContext(b.t.Context(), http.MethodPost, "https://news.example/me/import", &sent)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.AddCookie(b.cookie)

	w := httptest.NewRecorder()
	b.s.Handler().ServeHTTP(w, r)

	return w.Code, w.Body.String()
}

// TestImportByUpload: what one exports, another takes in by a file; a forged form, a file that is
// too large and one that is none change nothing.
func TestImportByUpload(t *testing.T) {
	b := newBrowser(t)
	b.types("subscribe", "harbour bridge")
	b.types("subscribe", "ferry -toy")
	b.signIn()

	file := b.get("/me/export")

	other := b.person("2")
	other.signIn()

	if status, _ := other.uploads("forged", "newsbell.json", []byte(file)); status != http.StatusForbidden || len(other.subscriptions()) != 0 {
		t.Errorf("a forged form: %d, %q", status, other.subscriptions())
	}

	if status, _ := other.uploads("", "newsbell.json", bytes.Repeat([]byte("x"), fileBytes+1)); status < 400 || len(other.subscriptions()) != 0 {
		t.Errorf("a file that is too large: %d, %q", status, other.subscriptions())
	}

	if status, html := other.uploads("", "<script>alert(1)</script>.json", []byte("<script>alert(1)</script>")); status != http.StatusOK || strings.Contains(html, "<script>alert") || len(other.subscriptions()) != 0 {
		t.Errorf("a file that is none: %d, %q\n%s", status, other.subscriptions(), html)
	}

	status, html := other.uploads("", "newsbell.json", []byte(file))
	if got := other.subscriptions(); status != http.StatusOK || !slices.Equal(got, b.subscriptions()) || len(got) != 2 {
		t.Errorf("%d, %q, want %q\n%s", status, got, b.subscriptions(), html)
	}
}
