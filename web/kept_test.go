package web

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/news"
	"newsbell/store"
)

// joins has an article come in that tells the story of the bridge, too.
func joins(t *testing.T, s *Server, a news.Article) {
	t.Helper()

	var decided []store.Match

	err := s.Store.Update(t.Context(), func(tx *store.Tx) error {
		if _, err := tx.SavePoll(store.PreparePoll(store.PollResult{Source: 1, Next: time.Now().Add(time.Hour), Articles: []news.Article{a}}), 48*time.Hour); err != nil {
			return err
		}

		waiting, err := tx.Unmatched(1)
		for _, one := range waiting {
			decided = append(decided, store.Match{Article: one.ID, Story: 1})
		}

		return err
	})
	if err == nil {
		err = s.Store.SaveMatches(t.Context(), decided)
	}

	if err != nil {
		t.Fatal(err)
	}
}

// TestAPageIsKept: readers of one second get the page that was made for the first of them, and a
// second later what came in since; the page in another language is another one.
func TestAPageIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, Config{URL: "https://news.example"}, bridge()...)
		path := strings.TrimPrefix(s.PageOf(0, 1), "https://news.example")
		first := get(t, s, path)

		joins(t, s, news.Article{Key: "3", Title: "First ship under the new bridge", URL: "https://c.example/3", Outlet: "Sea News", Text: "It carried timber.", Published: time.Now()})

		if html := read(t, get(t, s, path)); strings.Contains(html, "First ship") {
			t.Error("a page was made anew within a second")
		}

		if html := read(t, get(t, s, path, "Accept-Language", "de")); !strings.Contains(html, "First ship") || !strings.Contains(html, `lang="de"`) {
			t.Errorf("the page in German:\n%s", html)
		}

		time.Sleep(pageFresh)

		next := get(t, s, path, "If-None-Match", first.Header.Get("ETag"))
		if html := read(t, next); next.StatusCode != http.StatusOK || !strings.Contains(html, "First ship") {
			t.Errorf("a second later: %d\n%s", next.StatusCode, html)
		}

		if resp := get(t, s, path, "If-None-Match", next.Header.Get("ETag")); resp.StatusCode != http.StatusNotModified || read(t, resp) != "" || resp.Header.Get("Vary") != "Accept-Language" {
			t.Errorf("who has the page: %d %v", resp.StatusCode, resp.Header)
		}
	})
}

// TestAPageIsMadeAgainOnlyForAReason: while its story stays as it is, a page lives for a minute, and
// for a second of it nothing is asked of the database.
func TestAPageIsMadeAgainOnlyForAReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, Config{}, bridge()...)
		path, key := "/s/"+s.token('s', 0, 1), pageKey{0, 1, "en"}

		made := func() time.Time {
			t.Helper()

			if resp := get(t, s, path); resp.StatusCode != http.StatusOK {
				t.Fatalf("the page: %d", resp.StatusCode)
			}

			p, _ := s.kept.find(key, time.Now())

			return p.made
		}

		begun := made()

		time.Sleep(pageLife / 2)

		if again := made(); !again.Equal(begun) {
			t.Error("a page was made anew although nothing changed")
		}

		time.Sleep(pageLife / 2)

		if again := made(); again.Equal(begun) {
			t.Error("a page is older than a minute")
		}

		s.Store = nil // who asks it now panics

		made()
	})
}

// TestKeptPagesAreBounded: the pages that were asked for longest ago make room.
func TestKeptPagesAreBounded(t *testing.T) {
	var k keptPages

	now := time.Now()
	big := make([]byte, pageBytes/4)

	for story := range int64(6) {
		k.add(newKeptPage(pageKey{0, story + 1, "en"}, http.StatusOK, big, now))
		k.find(pageKey{0, 1, "en"}, now) // again and again
	}

	for story, want := range map[int64]bool{1: true, 2: false, 3: false, 4: true, 5: true, 6: true} {
		if p, _ := k.find(pageKey{0, story, "en"}, now); (p != nil) != want {
			t.Errorf("the page of story %d is kept: %v", story, p != nil)
		}
	}

	if k.bytes > pageBytes || len(k.at) != k.order.Len() {
		t.Errorf("%d bytes, %d pages and %d of them in order", k.bytes, len(k.at), k.order.Len())
	}
}

// TestThePaceOfPages: while timers are late, pages slow down, though never to nothing, and they
// gather speed afterwards. Who has no turn in time is refused after that time, not at once.
func TestThePaceOfPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pacer

		perSecond := func() (n int) {
			for end := time.Now().Add(time.Second); time.Now().Before(end); n++ {
				if !p.wait(t.Context()) {
					t.Fatal("a reader alone has no turn")
				}
			}

			return n
		}

		if n := perSecond(); n < paceMost*9/10 {
			t.Errorf("%d pages a second of a process that is on time", n)
		}

		for range 20 {
			p.adjust(mostLate + 1)
		}

		if n := perSecond(); n < paceLeast || n > 3*paceStep*int(time.Second/lookAfter) {
			t.Errorf("%d pages a second after timers were late", n)
		}

		time.Sleep(time.Second)

		for range paceMost / paceStep {
			p.adjust(0)
		}

		if n := perSecond(); n < paceMost*9/10 {
			t.Errorf("%d pages a second after a while on time", n)
		}

		for range paceMost { // of many readers
			p.reserve(time.Now())
		}

		if begun := time.Now(); p.wait(t.Context()) || time.Since(begun) != turnTime {
			t.Errorf("one reader too many waited %s", time.Since(begun))
		}
	})
}
