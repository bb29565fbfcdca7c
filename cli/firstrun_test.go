package cli

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/text/language"

	"newsbell/adapters/telegramtest"
	"newsbell/cli/config"
	"newsbell/locales"
	"newsbell/sources/bundles"
)

// newcomer is a person who opens the bot for the first time, and the news of their country.
type newcomer struct {
	code, country  string // of the app, and the bundle that it offers first
	person         *telegramtest.User
	before, after  string // headlines: when they come, and later
	text           string
	outlets, count string // how the language counts the country's outlets, and one story
}

// TestThreePressesToTheNewsOfOnesCountry: people whose apps speak Polish, Japanese and
// Arabic get from /start to headlines of their country in three presses, and then an alert,
// all in their language, with nothing typed; over real polls and the real adapter.
func TestThreePressesToTheNewsOfOnesCountry(t *testing.T) {
	tg := telegramtest.New(telegramtest.Options{})
	t.Cleanup(tg.Close)

	api, err := tg.Listen()
	if err != nil {
		t.Fatal(err)
	}

	people := []*newcomer{
		{code: "pl", country: "pl", before: "Nowa linia tramwajowa w Gdańsku otwarta", after: "Burza zatrzymała promy na Bałtyku", text: "Pasażerowie czekają w terminalu od rana, podał zarząd portu.", outlets: "(24 redakcje)", count: ": 1 temat."},
		{code: "ja", country: "jp", before: "新しい橋が港で開通", after: "台風でフェリーが欠航", text: "港湾局によると、乗客は朝から待っている。", outlets: "（24媒体）", count: "：1件のニュース。"},
		{code: "ar", country: "ma", before: "افتتاح جسر جديد في الميناء", after: "العاصفة توقف العبارات في المضيق", text: "ينتظر المسافرون منذ الصباح، بحسب سلطات الميناء.", outlets: "(٢٤ وسيلة إعلام)", count: "خبر واحد"},
	}

	var later atomic.Bool

	hosts := map[string]*newcomer{}
	waiting := map[string]bool{} // plain sources, which the test's server can be

	for _, p := range people {
		for _, s := range bundles.ByID(p.country).Sources {
			if u, err := url.Parse(s.URL); err == nil && u.Scheme == "http" {
				hosts[u.Host], waiting[s.URL] = p, true
			}
		}
	}

	outlets := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := hosts[r.Host]
		if p == nil {
			http.NotFound(w, r)
			return
		}

		fmt.Fprint(w, `<rss version="2.0"><channel><title>`+r.Host+`</title>`)

		for i, title := range []string{p.after, p.before} {
			if i > 0 || later.Load() {
				fmt.Fprintf(w, `<item><title>%s</title><description>%s</description><link>http://%s/%d</link></item>`, title, p.text, r.Host, i)
			}
		}

		fmt.Fprint(w, `</channel></rss>`)
	}))
	t.Cleanup(outlets.Close)

	c := config.Default()
	c.DefaultSources, c.Database = false, filepath.Join(t.TempDir(), "newsbell.db")
	c.Telegram.Token, c.Telegram.APIURL = tg.Token(), api
	c.Polling.MinInterval, c.Polling.MaxInterval, c.Polling.HostGap = time.Second, time.Second, 0

	a, _, polled := runOver(t, c, outlets)
	ctx := t.Context()

	settle := func() {
		t.Helper()

		if err := tg.Settle(ctx); err != nil {
			t.Fatal(err)
		}
	}

	for _, p := range people {
		p.person = tg.NewUser("Ada")
		p.person.Language = p.code
		p.person.Says("/start") // the app's Start button
		settle()
		p.person.Presses(bundles.ByID(p.country).Name(language.Make(p.code)))
	}

	for limit := time.After(2 * time.Minute); len(waiting) > 0; {
		select {
		case address := <-polled:
			delete(waiting, address)
		case <-limit:
			t.Fatalf("not polled: %v", waiting)
		}
	}

	awaitMatched(t, a.store)
	settle()

	for _, p := range people {
		texts := locales.Builtin().Find(p.code)
		p.person.Presses(texts.Say("button.go_on"))
		settle()
		p.person.Presses(texts.Say("button.big_stories"))
		settle()

		// What the language isolates for reading from right to left is no part of the words.
		said := plainDirection(p.person.Private().Last().Text)
		for _, want := range []string{p.before, p.outlets, p.count} {
			if !strings.Contains(said, want) {
				t.Errorf("%s: %q is not in:\n%s", p.code, want, said)
			}
		}
	}

	later.Store(true)

	for _, p := range people {
		for limit := time.After(2 * time.Minute); !strings.Contains(p.person.Private().Last().Text, p.after); {
			select {
			case <-polled:
			case <-limit:
				t.Fatalf("%s: no alert:\n%s", p.code, p.person.Private().Transcript())
			}
		}
	}

	if wrong := tg.Complaints(); len(wrong) > 0 {
		t.Errorf("the platform complains: %v", wrong)
	}
}

// plainDirection takes the marks of direction out of a text.
func plainDirection(s string) string {
	return strings.NewReplacer("\u2066", "", "\u2067", "", "\u2068", "", "\u2069", "", "\u200e", "", "\u200f", "").Replace(s)
}
