package webhook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"newsbell/adapters/telegram/webhook"
)

func TestOnlyTheServerIsHeard(t *testing.T) {
	var taken []string

	r := &webhook.Receiver{Address: "https://news.example/hook/tg", Secret: webhook.SecretOf("1:a", "x"), Take: func(u json.RawMessage) bool {
		taken = append(taken, string(u))
		return !strings.Contains(string(u), "stop")
	}}

	for _, c := range []struct {
		method, path, secret, body string
		want                       int
	}{
		{"POST", "/hook/tg", r.Secret, `{"update_id":1}`, 200},
		{"POST", "/hook/tg", r.Secret, `{"update_id":2,"stop":1}`, 503},
		{"POST", "/hook/tg", r.Secret, `{"update_id":`, 400},
		{"POST", "/hook/tg", r.Secret, "", 400},
		{"POST", "/hook/tg", r.Secret, `"` + strings.Repeat("x", 5<<20) + `"`, 400},
		{"POST", "/hook/tg", "", `{"update_id":3}`, 403},
		{"POST", "/hook/tg", r.Secret + "x", `{"update_id":3}`, 403},
		{"POST", "/hook/tg", webhook.SecretOf("2:b", "x"), `{"update_id":3}`, 403},
		{"POST", "/hook", r.Secret, `{"update_id":3}`, 404},
		{"GET", "/hook/tg", r.Secret, "", 405},
	} {
		q := httptest.NewRequestWithContext(t.Context(), c.method, c.path, strings.NewReader(c.body))
		if c.secret != "" {
			q.Header.Set(webhook.SecretHeader, c.secret)
		}

		w := httptest.NewRecorder()
		if r.ServeHTTP(w, q); w.Code != c.want {
			t.Errorf("%s %s with %.20q: %d, want %d", c.method, c.path, c.body, w.Code, c.want)
		}
	}

	if len(taken) != 2 {
		t.Errorf("taken: %q", taken)
	}
}

// TestAPanicIsLogged: the standard log is written by nobody.
func TestAPanicIsLogged(t *testing.T) {
	var logged bytes.Buffer

	r := &webhook.Receiver{
		Address: "https://news.example/hook/tg", Secret: "s", Log: slog.New(slog.NewTextHandler(&logged, nil)),
		Take: func(json.RawMessage) bool { panic("lost the thread") },
	}

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)

	go func() { served <- r.Serve(ctx, l) }()

	q, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+l.Addr().String()+"/hook/tg", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}

	q.Header.Set(webhook.SecretHeader, "s")

	if answer, err := http.DefaultClient.Do(q); err == nil {
		answer.Body.Close()
		t.Errorf("answered with %d", answer.StatusCode)
	}

	stop()

	if err := <-served; err != nil || !strings.Contains(logged.String(), "lost the thread") {
		t.Errorf("%v, logged: %s", err, logged.String())
	}
}

func TestSecretsDiffer(t *testing.T) {
	a := webhook.SecretOf("1:a", "https://news.example/")
	for _, b := range []string{webhook.SecretOf("1:b", "https://news.example/"), webhook.SecretOf("1:a", "https://news.example/x")} {
		if a == b || len(b) != 64 || strings.Contains(b, "1:") {
			t.Errorf("%s and %s", a, b)
		}
	}

	if a != webhook.SecretOf("1:a", "https://news.example/") {
		t.Error("the secret is another one after a restart")
	}
}

var _ http.Handler = (*webhook.Receiver)(nil)
