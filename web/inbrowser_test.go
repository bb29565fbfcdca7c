package web

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/news"
	"newsbell/store"
)

// inBrowser returns a server over real HTTP, somebody of the chat, and a tab.
func inBrowser(t *testing.T) (*browser, *tab) {
	t.Helper()

	if os.Getenv("NEWSBELL_LONG") == "" {
		t.Skip("it drives a real browser: run it with NEWSBELL_LONG=1")
	}

	onPage := newTab(t)
	b := newBrowser(t, bridge()...)
	b.reads(harbourNews())
	b.s.Picture = func(context.Context, string) ([]byte, string, error) {
		return bridgePicture(t), "image/jpeg", nil
	}

	server := httptest.NewUnstartedServer(b.s.Handler())
	b.s.URL = "http://" + server.Listener.Addr().String()

	server.Start()
	t.Cleanup(server.Close)

	return b, onPage
}

// harbourNews are more articles about the harbour, each a story of its own.
func harbourNews() (all []news.Article) {
	for i, title := range []string{"Harbour ferry returns in spring", "Port Ellis harbour festival draws record crowd", "New rules for boats in the harbour"} {
		all = append(all, news.Article{
			Key: "h" + title, Title: title, URL: "https://a.example/h/" + strings.ToLower(strings.ReplaceAll(title, " ", "-")), Outlet: "Coast Times",
			Text: title + ", the city said on Tuesday. Residents had waited for months.", Published: time.Now().Add(-time.Duration(i+2) * time.Hour),
		})
	}

	return all
}

// reads has articles come in that alert nobody, each a story of its own.
func (b *browser) reads(articles []news.Article) {
	b.t.Helper()

	var decided []store.Match

	err := b.s.Store.Update(b.t.Context(), func(tx *store.Tx) error {
		if _, err := tx.SavePoll(store.PreparePoll(store.PollResult{Source: 1, Next: time.Now().Add(time.Hour), Articles: articles}), 48*time.Hour); err != nil {
			return err
		}

		waiting, err := tx.Unmatched(len(articles))
		for _, a := range waiting {
			decided = append(decided, store.Match{Article: a.ID, Story: a.ID})
		}

		return err
	})
	if err == nil {
		err = b.s.Store.SaveMatches(b.t.Context(), decided)
	}

	if err != nil {
		b.t.Fatal(err)
	}
}

// bridgePicture draws a bridge at dawn.
func bridgePicture(t *testing.T) []byte {
	const width, height, water = 960, 540, 390

	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	mix := func(a, b color.RGBA, share float64) color.RGBA {
		part := func(a, b uint8) uint8 { return uint8(float64(a) + (float64(b)-float64(a))*share) }
		return color.RGBA{part(a.R, b.R), part(a.G, b.G), part(a.B, b.B), 255}
	}
	night, dawn, iron := color.RGBA{52, 78, 120, 255}, color.RGBA{250, 196, 142, 255}, color.RGBA{38, 44, 58, 255}

	for y := range height {
		for x := range width {
			at := mix(night, dawn, math.Pow(float64(min(y, 2*water-y))/water, 1.6))
			if y > water {
				at = mix(at, night, .25+.1*math.Sin(float64(y)/3+math.Sin(float64(x)/40)))
			}

			u := float64(x%480-240) / 240 // along one span
			cable := 120 + 200*(1-math.Abs(u)*math.Abs(u))

			switch {
			case y > 330 && y < 346, math.Abs(float64(y)-cable) < 3, x%24 < 2 && float64(y) > cable && y < 330, math.Abs(u) > .96 && y > 100 && y < water+30:
				at = iron
			}

			picture.SetRGBA(x, y, at)
		}
	}

	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture, nil); err != nil {
		t.Error(err)
	}

	return b.Bytes()
}

// opens signs somebody in on the tab by a link of the bot's.
func (b *browser) opens(onPage *tab) {
	b.t.Helper()

	m := regexp.MustCompile(`http://[^\s]*/in/[A-Z0-9]+`).FindString(b.types("web", "").String())
	if m == "" {
		b.t.Fatal("the bot gave no link")
	}

	onPage.visit(m)
	onPage.isAccessible("the page of a link")
	onPage.press("form button.main")
	onPage.until("location.pathname === '/me'")
}

// TestInABrowser goes through the pages as a person with a phone does.
func TestInABrowser(t *testing.T) {
	b, onPage := inBrowser(t)
	onPage.phone("light")

	b.types("subscribe", "harbour")
	b.managesAGroup()
	b.publishes(news.Article{Key: "9", Title: "Harbour pilot retires after forty years", URL: "https://a.example/9", Outlet: "Coast Times", Text: "She brought in 9,000 ships.", Published: time.Now()}, "Harbour")
	b.delivers()
	b.opens(onPage)
	onPage.wants("#1 harbour", "1 alert in 12 months")
	onPage.isAccessible("/me")
	onPage.shoot("me-light")

	t.Run("edit with preview", func(t *testing.T) { editsWithPreview(b, onPage) })
	t.Run("every page", func(t *testing.T) { visitsEveryPage(b, onPage) })
	t.Run("story", func(t *testing.T) { readsTheStory(b, onPage) })
	t.Run("operator blocks", func(t *testing.T) { blocks(b, onPage) })
	t.Run("sign out", func(t *testing.T) { signsOut(b, onPage) })

	onPage.staysAt(strings.TrimPrefix(b.s.URL, "http://"))
}

// managesAGroup has the person manage a group that follows something.
func (b *browser) managesAGroup() {
	b.t.Helper()

	b.fake.Admins["-100 1"] = true
	group := adapters.ChatInfo{Chat: adapters.Chat{Platform: "telegram", Address: "-100"}, Kind: adapters.Group, Title: "Climate desk"}
	b.bot.Answer(b.t.Context(), &adapters.Request{Chat: group, User: b.user, Command: "subscribe", Text: "glacier"})
}

// editsWithPreview changes a query: what it would catch shows while it is typed.
func editsWithPreview(b *browser, onPage *tab) {
	onPage.visit(b.s.URL + "/me/edit/1")
	onPage.types("input[name=text]", "festival")
	onPage.until("document.querySelector('.live').innerText.includes('record crowd')")
	onPage.isAccessible("the page of a query")
	onPage.shoot("edit-light")

	if got := b.subscriptions(); len(got) != 1 || got[0] != "harbour" {
		b.t.Errorf("typing alone changed %q", got)
	}

	onPage.press("form.query button.main")
	onPage.until("document.querySelector('.reply')")

	if got := b.subscriptions(); len(got) != 1 || got[0] != "festival" {
		b.t.Errorf("after saving: %q", got)
	}

	onPage.press(".reply .buttons button") // [Undo]

	if got := b.subscriptions(); len(got) != 1 || got[0] != "harbour" {
		b.t.Errorf("after undoing: %q", got)
	}

	// Without scripts the button shows the same.
	onPage.call("Emulation.setScriptExecutionDisabled", map[string]any{"value": true}, nil)
	onPage.visit(b.s.URL + "/me/edit/1")
	onPage.types("input[name=text]", "ferry")
	onPage.eval("document.querySelector('button[name=preview]').click()", nil)
	onPage.until("document.body.innerText.includes('returns in spring')")
	onPage.call("Emulation.setScriptExecutionDisabled", map[string]any{"value": false}, nil)
}

// visitsEveryPage that a person has, light and dark.
func visitsEveryPage(b *browser, onPage *tab) {
	for path, want := range map[string]string{
		"/me": "harbour", "/me/history": "Harbour pilot retires", "/me/settings": "quiet", "/me/channels": "Climate desk", "/s/nothing": "gone", "/me?chat=999": "gone",
	} {
		for _, scheme := range []string{"light", "dark"} {
			onPage.phone(scheme)
			onPage.visit(b.s.URL + path)
			onPage.wants(want)
			onPage.isAccessible(path + ", " + scheme)
			onPage.shoot(strings.NewReplacer("/", "-", "?", "-", "=", "-").Replace(strings.TrimPrefix(path, "/")) + "-" + scheme)
		}
	}
}

// readsTheStory and compares the page with what the chat says of the same story.
func readsTheStory(b *browser, onPage *tab) {
	said := b.types("story", "https://a.example/1").String()

	for _, scheme := range []string{"light", "dark"} {
		onPage.phone(scheme)
		onPage.visit(b.s.PageOf(0, 1))
		onPage.isAccessible("a story, " + scheme)
		onPage.shoot("story-" + scheme)
	}

	for _, same := range []string{"Harbour bridge reopens", "Coast Times", "Port Ellis gets its bridge back", "Daily North", "Cars and bicycles are back on the harbour bridge", "Photo: Ana Silva"} {
		if !strings.Contains(said, same) {
			b.t.Errorf("the chat lacks %q: %s", same, said)
		}

		onPage.wants(same)
	}

	onPage.desk()
	onPage.visit(b.s.PageOf(0, 1))
	onPage.isAccessible("a story at a desk")
	onPage.shoot("story-desk")

	var beside bool
	if onPage.eval("new Set([...document.querySelectorAll('.told li')].map(e => e.getBoundingClientRect().top)).size == 1", &beside); !beside {
		b.t.Error("the two headlines are not side by side")
	}

	var loaded bool
	if onPage.eval("document.querySelector('img').naturalWidth > 0", &loaded); !loaded {
		b.t.Error("the picture did not load")
	}
}

// blocks has an operator block the person, whose page is gone then.
func blocks(b *browser, onPage *tab) {
	b.measures()

	operator := b.person("9")
	operator.opens(onPage)

	for _, scheme := range []string{"light", "dark"} {
		onPage.phone(scheme)
		onPage.visit(b.s.URL + "/op")
		onPage.wants("Chats with the most subscriptions", "Chat 1")
		onPage.isAccessible("/op, " + scheme)
		onPage.shoot("op-" + scheme)
	}

	onPage.types("input[name=text]", "telegram:1")
	onPage.press("button[value=block]")
	onPage.wants("telegram:1 is blocked")

	b.signInRefused()
}

// measures is a day and a month of a small instance.
func (b *browser) measures() {
	b.t.Helper()

	err := b.s.Store.Update(b.t.Context(), func(tx *store.Tx) error {
		now := tx.Now
		defer func() { tx.Now = now }()

		for ago := 30 * 24; ago >= 0; ago-- {
			tx.Now = now.Add(-time.Duration(ago) * time.Hour)
			busy := int64(70 + 50*math.Sin(float64(ago)/24*2*math.Pi) + 15*math.Sin(float64(ago)/5))

			if err := tx.KeepSamples(map[store.Sample]int64{store.SampleArticles: busy, store.SampleWaiting: busy / 6, store.SampleDelay: 400 + 4*busy}); err != nil {
				return err
			}

			if err := tx.NoteSize(40e6 + int64(720-ago)*30_000); err != nil {
				return err
			}
		}

		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// signsOut and is told how to come back, as on the next page, light and dark.
func signsOut(b *browser, onPage *tab) {
	onPage.visit(b.s.URL + "/me")
	onPage.press("footer button")
	onPage.wants("/web")
	onPage.isAccessible("after signing out")

	for _, scheme := range []string{"light", "dark"} {
		onPage.phone(scheme)
		onPage.visit(b.s.URL + "/me/history")
		onPage.wants("/web")
		onPage.isAccessible("signed out, " + scheme)
	}
}

// signInRefused checks that the bot gives no link any more.
func (b *browser) signInRefused() {
	b.t.Helper()

	if m := b.types("web", ""); m != nil && strings.Contains(m.String(), "/in/") {
		b.t.Errorf("a blocked person got a link: %s", m)
	}
}
