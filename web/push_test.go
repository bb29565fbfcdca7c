package web

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"newsbell/news"
	"newsbell/store"
)

// fakeHubs agrees to everything and keeps what is pushed.
type fakeHubs struct {
	status int
	got    map[string]int // bytes by token
}

func (f *fakeHubs) IsAwaited(_ context.Context, token string) (bool, error) {
	return token == "known", nil
}

func (f *fakeHubs) Verify(_ context.Context, token string, asks url.Values) (challenge string, ok bool) {
	return asks.Get("hub.challenge"), token == "known"
}

func (f *fakeHubs) Receive(_ context.Context, token string, _ http.Header, body []byte) int {
	f.got[token] += len(body)

	return f.status
}

// unreadable is a body that nobody may read.
type unreadable struct{ t *testing.T }

func (u unreadable) Read([]byte) (int, error) {
	u.t.Error("the body is read")
	return 0, io.EOF
}

// TestPushes: a hub gets its challenge back as plain text, a push is bounded, and where nothing
// is pushed there is no such page.
func TestPushes(t *testing.T) {
	hubs := &fakeHubs{status: http.StatusOK, got: map[string]int{}}
	s := newServer(t, Config{})
	ask := func(method, path string, body int) *http.Response {
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(strings.Repeat("x", body)))
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)

		return w.Result()
	}

	if got := ask(http.MethodPost, "/push/known", 10).StatusCode; got != http.StatusNotFound {
		t.Errorf("without hubs: %d", got)
	}

	s.Hubs = hubs

	resp := ask(http.MethodGet, "/push/known?hub.mode=subscribe&hub.challenge=%3Cscript%3E", 0)
	if text := read(t, resp); text != "<script>" || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%q, %v", text, resp.Header)
	}

	if got := ask(http.MethodGet, "/push/other?hub.mode=subscribe&hub.challenge=c", 0); got.StatusCode != http.StatusNotFound {
		t.Errorf("agreed to what nobody asked for: %d", got.StatusCode)
	}

	if got := ask(http.MethodPost, "/push/known", 10).StatusCode; got != http.StatusOK || hubs.got["known"] != 10 {
		t.Errorf("%d, %v", got, hubs.got)
	}

	if got := ask(http.MethodPost, "/push/known", pushBytes+1).StatusCode; got != http.StatusRequestEntityTooLarge || hubs.got["known"] != 10 {
		t.Errorf("a push that is too large: %d, %v", got, hubs.got)
	}

	// Of what strangers send, nothing is read.
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/push/other", unreadable{t})
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)

	if w.Code != http.StatusGone || w.Header().Get("Connection") != "close" {
		t.Errorf("a stranger's push is answered with %d, %v", w.Code, w.Header())
	}

	hubs.status = http.StatusTooManyRequests
	if got := ask(http.MethodPost, "/push/known", 1); got.StatusCode != http.StatusTooManyRequests || got.Header.Get("Retry-After") == "" {
		t.Errorf("%d, %v", got.StatusCode, got.Header)
	}
}

// TestTheOperatorSeesWhoPushes, and why who does not.
func TestTheOperatorSeesWhoPushes(t *testing.T) {
	b := newBrowser(t)

	update := func(do func(*store.Tx) error) {
		t.Helper()

		if err := b.s.Store.Update(t.Context(), do); err != nil {
			t.Fatal(err)
		}
	}
	update(func(tx *store.Tx) error {
		if err := tx.Configure([]news.Source{{URL: "https://a.example/feed"}}); err != nil {
			return err
		}

		_, err := tx.SavePoll(store.PreparePoll(store.PollResult{Source: 1, Next: time.Now().Add(time.Hour), NewHub: true, Hub: "https://hub.example/", Topic: "https://a.example/feed"}), time.Hour)

		return err
	})

	operator := b.person("9")
	operator.signIn()

	note := func(change func(*store.Hub)) {
		t.Helper()
		update(func(tx *store.Tx) error {
			all, err := tx.Hubs()
			if err != nil {
				return err
			}

			change(&all[0])

			return tx.NoteHub(all[0])
		})
	}

	operator.wants(operator.get("/op"), "hub.example could push it")
	note(func(h *store.Hub) { h.AskedAt, h.Error = time.Now(), "it answers 400" })
	operator.wants(operator.get("/op"), "hub.example does not push it: it answers 400")
	note(func(h *store.Hub) { h.LeaseUntil = time.Now().Add(time.Hour) })
	operator.wants(operator.get("/op"), "hub.example pushes it, nothing yet")
	note(func(h *store.Hub) { h.PushedAt = time.Now().Add(-5 * time.Minute) })
	operator.wants(operator.get("/op"), "hub.example pushes it, last 5 min ago")
}
