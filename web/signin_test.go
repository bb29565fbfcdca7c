package web

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/locales"
	"newsbell/store"
	"newsbell/store/engine/enginetest"
)

// TestLinkSignsInOnce: a link that was used, is too old, was made up or whose person signed
// out everywhere opens nothing.
func TestLinkSignsInOnce(t *testing.T) {
	b := newBrowser(t)
	used, ended := b.link(), b.link()

	if resp := b.do(http.MethodPost, used, url.Values{}); resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("the first time: %d", resp.StatusCode)
	}

	b.types("web", "off")

	for what, link := range map[string]string{"used": used, "ended": ended, "made up": "/in/AAAAAAAAAAAAAAAAAAAAAAAAAA", "long": "/in/" + strings.Repeat("A", 2000)} {
		resp := b.do(http.MethodPost, link, url.Values{})
		if resp.StatusCode != http.StatusForbidden || len(resp.Cookies()) != 0 {
			t.Errorf("%s: %d, %v", what, resp.StatusCode, resp.Cookies())
		}

		if resp := b.do(http.MethodGet, link, nil); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s, looked at: %d", what, resp.StatusCode)
		}
	}
}

// TestLinkAndSessionEnd: a link is good for an hour, a session for a day.
func TestLinkAndSessionEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBrowser(t)
		link := b.link()

		time.Sleep(linkLife)

		if resp := b.do(http.MethodPost, link, url.Values{}); resp.StatusCode != http.StatusForbidden {
			t.Errorf("an old link: %d", resp.StatusCode)
		}

		b.signIn()
		time.Sleep(sessionTime - time.Minute)
		b.get("/me")
		time.Sleep(time.Minute)

		if resp := b.do(http.MethodGet, "/me", nil); resp.StatusCode != http.StatusForbidden {
			t.Errorf("an old session: %d", resp.StatusCode)
		}
	})
}

// linkLife is how long the bot's links are good.
const linkLife = time.Hour

// TestSecretsAreHashed: nobody signs in with what the database holds.
func TestSecretsAreHashed(t *testing.T) {
	enginetest.NeedsFile(t)

	b := newBrowser(t)
	link := b.link()
	b.signIn()

	copied := t.TempDir() + "/copy.db"
	if err := b.s.Store.Backup(t.Context(), copied); err != nil {
		t.Fatal(err)
	}

	body := readFile(t, copied)
	for what, secret := range map[string]string{"link": strings.TrimPrefix(link, "/in/"), "session": b.cookie.Value} {
		if strings.Contains(body, secret) {
			t.Errorf("the %s is in the database", what)
		}
	}
}

// TestCookieIsGuarded: scripts, other sites and plain HTTP do not get it.
func TestCookieIsGuarded(t *testing.T) {
	b := newBrowser(t)
	b.signIn()

	if c := b.cookie; !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteStrictMode || c.Domain != "" || c.Path != "/" || c.Name != "__Host-newsbell" || c.MaxAge != int(sessionTime.Seconds()) {
		t.Errorf("the cookie: %+v", c)
	}
}

// TestForgedForms: a form without the session's word, with that of another session or from
// another site changes nothing.
func TestForgedForms(t *testing.T) {
	b, other := newBrowser(t), (*browser)(nil)
	other = b.person("2")
	b.signIn()
	other.signIn()

	const once = "AAAAAAAAAAAAAAAAAAAAAAAAAA"

	word := func(b *browser) string { return hidden.FindStringSubmatch(b.get("/me"))[2] }
	ask := func(csrf string, header ...string) int {
		form := url.Values{"command": {"subscribe"}, "text": {"harbour"}, "once": {once}, "csrf": {csrf}}
		return b.do(http.MethodPost, "/me/do", form, header...).StatusCode
	}

	for what, status := range map[string]int{
		"without":      ask(""),
		"of another":   ask(word(other)),
		"cross-site":   ask(word(b), "Sec-Fetch-Site", "cross-site"),
		"other origin": ask(word(b), "Origin", "https://evil.example"),
	} {
		if status != http.StatusForbidden {
			t.Errorf("%s: %d", what, status)
		}
	}

	if resp := b.do(http.MethodGet, "/me/do?command=subscribe&text=harbour&csrf="+word(b)+"&once="+once, nil); resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("by GET: %d", resp.StatusCode)
	}

	if got := b.subscriptions(); len(got) != 0 {
		t.Errorf("subscriptions: %q", got)
	}

	if status := ask(word(b), "Origin", "https://news.example"); status != http.StatusOK || len(b.subscriptions()) != 1 {
		t.Errorf("a real form: %d, %q", status, b.subscriptions())
	}
}

// TestPagesAreOnesOwn: nobody sees or changes a chat that is not theirs, nor the operator's
// page without being one.
func TestPagesAreOnesOwn(t *testing.T) {
	b := newBrowser(t)
	b.types("subscribe", "secretword")

	other := b.person("2")
	other.signIn()

	for _, page := range []string{"/me?chat=1", "/me/history?chat=1", "/me/settings?chat=1", "/me/edit/1?chat=1", "/me/export?chat=1", "/me/preview?chat=1&q=a", "/op"} {
		resp := other.do(http.MethodGet, page, nil)
		if html := read(t, resp); resp.StatusCode != http.StatusNotFound || strings.Contains(html, "secretword") {
			t.Errorf("%s: %d", page, resp.StatusCode)
		}
	}

	form := url.Values{"once": {"AAAAAAAAAAAAAAAAAAAAAAAAAA"}, "csrf": {hidden.FindStringSubmatch(other.get("/me"))[2]}, "data": {"off:1"}}
	read(t, other.do(http.MethodPost, "/me/do", form))

	form.Set("chat", "1")
	read(t, other.do(http.MethodPost, "/me/do", form))

	if got := b.subscriptions(); len(got) != 1 {
		t.Errorf("subscriptions: %q", got)
	}
}

// TestBlockedPeopleAreSignedOut: a session ends with the right to use the bot.
func TestBlockedPeopleAreSignedOut(t *testing.T) {
	b := newBrowser(t)
	b.signIn()

	operator := b.person("9")
	operator.signIn()
	operator.wants(operator.sends("/op", "command", "block", "text", "telegram:1"), "telegram:1 is blocked")

	if resp := b.do(http.MethodGet, "/me", nil); resp.StatusCode != http.StatusForbidden {
		t.Errorf("a blocked person: %d", resp.StatusCode)
	}

	operator.sends("/op", "command", "unblock", "text", "telegram:1")
	b.get("/me")

	err := b.s.Store.Update(t.Context(), func(tx *store.Tx) error {
		c, err := tx.Chat("telegram", "1")
		if err != nil {
			return err
		}

		return tx.Forget(c.ID)
	})
	if err != nil {
		t.Fatal(err)
	}

	if resp := b.do(http.MethodGet, "/me", nil); resp.StatusCode != http.StatusForbidden {
		t.Errorf("a forgotten person: %d", resp.StatusCode)
	}
}

// TestManagersSeeTheirChannels: the page of a group is there as long as the platform says
// that the person may manage it.
func TestManagersSeeTheirChannels(t *testing.T) {
	b := newBrowser(t)
	b.fake.Admins["-100 1"] = true

	group := adapters.ChatInfo{Chat: adapters.Chat{Platform: "telegram", Address: "-100"}, Kind: adapters.Group, Title: "Climate desk"}
	b.bot.Answer(t.Context(), &adapters.Request{Chat: group, User: b.user, Command: "subscribe", Text: "glacier"})

	b.signIn()
	b.wants(b.get("/me/channels"), "Climate desk", "1 subscription", "/me?chat=1")
	b.wants(b.get("/me?chat=1"), "glacier")
	b.wants(b.sends("/me?chat=1", "command", "subscribe", "text", "ice shelf"), "ice shelf", "#2")
	b.wants(b.sends("/me/edit/1?chat=1", "command", "edit", "key", "1", "text", "glaciers alps"), "glaciers alps")

	other := b.person("2")
	other.signIn()

	if html := other.get("/me/channels"); strings.Contains(html, "Climate desk") {
		t.Error("somebody else sees the channel")
	}

	b.fake.Admins["-100 1"] = false

	if resp := b.do(http.MethodGet, "/me?chat=1", nil); resp.StatusCode != http.StatusNotFound {
		t.Errorf("after the demotion: %d", resp.StatusCode)
	}
}

// TestASourcesHealthIsSaid: what an operator reads of a source, by what is known of it.
func TestASourcesHealthIsSaid(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	p := &operatorPage{frame: frame{texts: texts{locales.Builtin().English()}}, now: now}
	soon, ago := now.Add(time.Minute), now.Add(-5*time.Minute)

	for _, c := range []struct {
		source              store.Source
		health, since, next string
	}{
		{store.Source{NextPollAt: soon}, "unread", "not read yet", "in 1m0s"},
		{store.Source{LastOKAt: ago, NextPollAt: soon}, "well", "read 5 min ago", "in 1m0s"},
		{store.Source{LastOKAt: ago, NextPollAt: ago, OffAt: ago}, "off", "read 5 min ago", ""},
		{store.Source{LastOKAt: ago, NextPollAt: ago, Error: "it is slow", ErrorCount: 3, ErrorSince: ago}, "failing: it is slow (3 times)", "since 5 min ago", "5m0s overdue"},
	} {
		if row := p.rowOf(&c.source); row.Health != c.health || row.Since != c.since || row.Next != c.next {
			t.Errorf("%q, %q, %q; want %q, %q, %q", row.Health, row.Since, row.Next, c.health, c.since, c.next)
		}
	}
}

// TestOperatorsPage: what an operator needs to see, and nothing of single people.
func TestOperatorsPage(t *testing.T) {
	b := newBrowser(t, bridge()...)
	b.types("subscribe", "secretword")

	operator := b.person("9")
	operator.signIn()

	html := operator.get("/op")
	operator.wants(html, "a.example", "Waiting alerts", "telegram chats active")

	if strings.Contains(html, "secretword") {
		t.Error("the page shows what one person follows")
	}

	operator.wants(operator.sends("/op", "command", "announce", "text", "We move tonight."), "1 chat would get this")
	operator.wants(operator.sends("/op", "command", "poll", "text", "1"), "polling")
	operator.wants(operator.sends("/op", "data", "srcoff:2"), "off")
	operator.wants(operator.get("/op?find=b.example"), "off", "b.example")

	if html := operator.get("/op?find=nothing"); strings.Contains(html, "a.example") {
		t.Error("the filter finds everything")
	}

	// Who is none cannot run an operator's command from their page.
	b.signIn()

	if html := b.sends("/me", "command", "block", "text", "telegram:9"); strings.Contains(html, "is blocked") {
		t.Error("anybody can block")
	}
}

// TestOperatorsSeeWhatMostFollow: words that five people follow, and of fewer none.
func TestOperatorsSeeWhatMostFollow(t *testing.T) {
	b := newBrowser(t)

	for i := range 5 {
		b.person(strconv.Itoa(100+i)).types("subscribe", "harbour")

		if i < 4 {
			b.person(strconv.Itoa(100+i)).types("subscribe", "secretword")
		}
	}

	operator := b.person("9")
	operator.signIn()

	html := operator.get("/op")
	operator.wants(html, `<dt dir="auto">harbour</dt><dd>5 people</dd>`)

	if strings.Contains(html, "secretword") || strings.Contains(html, "telegram:10") {
		t.Errorf("the page names what fewer people follow, or who:\n%s", html)
	}
}

// TestOperatorsAnnounceFromThePage: the first button counts, the second sends, once however often the form
// comes, and to nobody who has set nothing up.
func TestOperatorsAnnounceFromThePage(t *testing.T) {
	b := newBrowser(t)
	b.types("subscribe", "harbour")
	b.person("2").types("subscribe", "glacier")
	b.person("3").types("help", "")

	operator := b.person("9")
	operator.signIn()

	waiting := func() (n int) {
		err := b.s.Store.View(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Waiting(0, func(store.Waiting) error {
				n++
				return nil
			})

			return err
		})
		if err != nil {
			t.Fatal(err)
		}

		return n
	}

	operator.wants(operator.sends("/op", "command", "announce", "text", "We move tonight."), "2 chats would get this")

	if n := waiting(); n != 0 {
		t.Errorf("a dry run sends to %d chats", n)
	}

	operator.wants(operator.sends("/op", "command", "announce", "key", "send", "text", "We move tonight."), "2 chats will get this")

	if n := waiting(); n != 2 {
		t.Errorf("%d chats get it", n)
	}
}

// TestOperatorsSwitchASourceOffForAll: it is polled no more, and again once it is on; one that is to be
// polled now is due.
func TestOperatorsSwitchASourceOffForAll(t *testing.T) {
	b := newBrowser(t, bridge()...)
	operator := b.person("9")
	operator.signIn()

	due := func() (addresses []string) {
		err := b.s.Store.View(t.Context(), func(tx *store.Tx) error {
			all, err := tx.Sources()
			for _, s := range all {
				if !s.NextPollAt.After(tx.Now) {
					addresses = append(addresses, s.URL)
				}
			}

			return err
		})
		if err != nil {
			t.Fatal(err)
		}

		return addresses
	}

	if got := due(); len(got) != 0 {
		t.Fatalf("due before: %q", got)
	}

	operator.wants(operator.sends("/op", "command", "poll", "text", "1"), "polling")

	if got := due(); !slices.Equal(got, []string{"https://a.example/feed"}) {
		t.Errorf("polled now: %q", got)
	}

	operator.sends("/op", "data", "srcoff:1")

	if got := due(); len(got) != 0 {
		t.Errorf("off for all, and still polled: %q", got)
	}

	operator.sends("/op", "data", "srcon:1")

	if got := due(); !slices.Equal(got, []string{"https://a.example/feed"}) {
		t.Errorf("on again: %q", got)
	}

	// Who is no operator does none of it.
	b.signIn()
	b.sends("/me", "data", "srcoff:1")
	b.sends("/me", "command", "announce", "key", "send", "text", "Spam.")

	if got := due(); len(got) != 1 {
		t.Errorf("anybody can switch a source off")
	}
}

// TestOperatorsBlockWhatThePageLists: a chat by its number, and back from the list of the blocked.
func TestOperatorsBlockWhatThePageLists(t *testing.T) {
	b := newBrowser(t)
	b.types("subscribe", "harbour")

	operator := b.person("9")
	operator.signIn()
	operator.wants(operator.get("/op"), "Chat 1 ", "telegram, private · active · 1 subscription<", `value="chat:1"`)
	operator.wants(operator.sends("/op", "command", "block", "text", "chat:1"), "telegram:1 is blocked", `aria-label="Unblock telegram:1"`, "asleep: the operator blocked this person")

	if said := b.types("list", "").String(); strings.Contains(said, "harbour") {
		t.Errorf("a blocked chat is answered: %s", said)
	}

	operator.wants(operator.sends("/op", "command", "unblock", "text", "telegram:1"), "telegram:1 is no longer blocked", "telegram, private · active")
}

// TestOperatorsSeeTheDatabaseGrow: by how much in how many of the last days.
func TestOperatorsSeeTheDatabaseGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBrowser(t)
		b.s.Size = func() int64 { return 7_000_000 }

		note := func(bytes int64) {
			if err := b.s.Store.Update(t.Context(), func(tx *store.Tx) error { return tx.NoteSize(bytes) }); err != nil {
				t.Fatal(err)
			}
		}

		operator := b.person("9")

		note(5_000_000)
		operator.signIn()
		operator.wants(operator.get("/op"), "<dd>7.0 MB</dd>") // nothing to compare with

		time.Sleep(3 * 24 * time.Hour)
		note(0) // not known
		note(6_500_000)
		operator.signIn()
		operator.wants(operator.get("/op"), "<dd>7.0 MB, &#43;1.5 MB in 3 days</dd>")
	})
}

// TestOperatorsSeeADayAndAMonth: what was measured by hour and by day, and how it is said to those who do
// not see charts.
func TestOperatorsSeeADayAndAMonth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBrowser(t)

		for _, n := range []int64{40, 10} {
			err := b.s.Store.Update(t.Context(), func(tx *store.Tx) error {
				return errors.Join(
					tx.KeepSamples(map[store.Sample]int64{store.SampleArticles: n, store.SampleWaiting: n + 2, store.SampleDelay: n + 1000}),
					tx.AddSample(store.SampleHolds, n), tx.NoteSize(n*1_000_000),
				)
			})
			if err != nil {
				t.Fatal(err)
			}

			time.Sleep(24 * time.Hour)
		}

		operator := b.person("9")
		operator.signIn()

		html := operator.get("/op")
		for _, label := range []string{
			"New articles, the last 30 days, by day: 50, 40 at most",
			"Alerts waiting, the most at one time, the last 30 days, by day: 42 at most",
			"First sight to delivered, 95 %, the last 30 days, by day: 1.04s at most",
			"“Too many” said by platforms, the last 30 days, by day: 50, 40 at most",
			"Size of the database, the last 30 days, by day: 10.0 MB now, 40.0 MB at most",
		} {
			operator.wants(html, `role="img" aria-label="`+label+`"`)
		}

		operator.wants(html, `<p class="by">Alerts sent, the last day, by hour: none</p>`, `<p class="by">Alerts dropped, the last day, by hour: none</p>`)

		chart := regexp.MustCompile(`aria-label="New articles, the last 30 days[^>]*>(.*?)</svg>`).FindStringSubmatch(html)
		if chart == nil || strings.Count(chart[1], "<rect") != 2 || !strings.Contains(chart[1], `height="36"`) || !strings.Contains(chart[1], `height="9"`) {
			t.Errorf("the chart has not a bar of 40 and one of 10: %q", chart)
		}
	})
}
