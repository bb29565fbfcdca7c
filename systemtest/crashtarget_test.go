package systemtest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"newsbell/subscriptions/query"
)

// hook is a webhook that knows a message that comes twice by its name, as receivers do.
type hook struct {
	*httptest.Server

	mu   sync.Mutex
	seen map[string]bool
	told []string // an alert each: its title
	fail int      // so many more requests are answered with a 500
}

func newHook(t *testing.T) *hook {
	h := &hook{seen: map[string]bool{}}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var event struct {
			Event, ID, Title string
			Alerts           []struct{ Title string }
		}
		if err := json.NewDecoder(r.Body).Decode(&event); err != nil || event.ID != r.Header.Get("Idempotency-Key") || event.ID == "" {
			t.Errorf("%+v, %v", event, err)
		}

		h.mu.Lock()
		defer h.mu.Unlock()

		if h.fail > 0 {
			h.fail--

			w.WriteHeader(http.StatusInternalServerError)

			return
		}

		if h.seen[event.ID] {
			return
		}

		h.seen[event.ID] = true

		if event.Event == "alert" {
			h.told = append(h.told, event.Title)
		}

		for _, a := range event.Alerts {
			h.told = append(h.told, a.Title)
		}
	}))
	t.Cleanup(h.Close)

	return h
}

// read returns what the hook was told.
func (h *hook) read() []string {
	h.mu.Lock()
	defer h.mu.Unlock()

	return append([]string(nil), h.told...)
}

// TestCrashWithATarget: a webhook beside a chat is told of everything that the chat is, once
// by the names of the messages, however the program dies and though it fails at first.
func TestCrashWithATarget(t *testing.T) {
	startLong(t)

	r, h := newCrashRig(t, testBinary(t), 10), newHook(t)

	config, err := os.ReadFile(r.path("config.toml"))
	if err != nil {
		t.Fatal(err)
	}

	if err := os.WriteFile(r.path("config.toml"), append(config, "[network]\nallow = [\"127.0.0.0/8\"]\n"...), 0o600); err != nil {
		t.Fatal(err)
	}

	r.start("")
	r.subscribe()
	r.subscribeHook(h)
	r.waitForBaseline()
	r.stop()

	h.mu.Lock()
	h.fail = 2
	h.mu.Unlock()

	for _, step := range []string{"matched:1", "claimed:2", "sent:2", "settled:3", "sent:1"} {
		r.press.publish()
		r.press.publish()
		r.start(step)
		<-time.After(3 * time.Second)
		r.kill()
	}

	r.judge("kills with a webhook")
}

// subscribeHook has a person follow words, whose alerts go to the hook, too.
func (r *crashRig) subscribeHook(h *hook) {
	r.t.Helper()

	var queries []*query.Query

	eve := r.telegram.NewUser("Eve")

	for _, text := range crashQueries[0] {
		q, err := query.Parse(text)
		if err != nil {
			r.t.Fatal(err)
		}

		queries = append(queries, q)

		eve.Says("/subscribe " + text)
	}

	eve.Says("/targets add " + h.URL + "/news")

	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()

	if err := r.telegram.Settle(ctx); err != nil {
		r.t.Fatalf("the target was not added: %v", err)
	}

	r.readers = append(r.readers, &reader{name: "webhook", queries: queries, read: h.read})
}
