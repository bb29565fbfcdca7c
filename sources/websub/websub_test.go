package websub_test

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"newsbell/sources/websub"
	"newsbell/sources/websubtest"
)

// TestLinks reads the headers of real servers, and those that nobody should send.
func TestLinks(t *testing.T) {
	for _, c := range []struct {
		header     []string
		hub, topic string
	}{
		{[]string{`<https://hub.example/>; rel="hub", <https://a.example/feed>; rel="self"`}, "https://hub.example/", "https://a.example/feed"},
		{[]string{`<https://hub.example/>; rel=hub`, `<https://a.example/feed>; rel=self; type="application/atom+xml"`}, "https://hub.example/", "https://a.example/feed"},
		{[]string{`<https://a.example/wp-json/>; rel="https://api.w.org/", <https://a.example/?p=1,2;3>; title="a; b"; rel="Self alternate"`}, "", "https://a.example/?p=1,2;3"},
		{[]string{`<http://hub.example/>; rel="hub", <https://safer.example/>; rel="hub"`}, "https://safer.example/", ""},
		{[]string{`<https://first.example/>; rel="hub"`, `<https://second.example/>; rel="hub"`}, "https://first.example/", ""},
		{[]string{`<javascript:alert(1)>; rel="hub"`, `<file:///etc/passwd>; rel=self`, `<//hub.example/>; rel=hub`, `<https://me:secret@hub.example/>; rel=hub`}, "", ""},
		{[]string{`<https://hub.example/`, `rel=hub`, `<>; rel=hub`, ``, `<<<>>>; rel=hub`}, "", ""},
		{[]string{`<https://hub.example/` + strings.Repeat("a", 3000) + `>; rel=hub`}, "", ""},
	} {
		hub, topic := websub.Links(http.Header{"Link": c.header})
		if hub != c.hub || topic != c.topic {
			t.Errorf("%q: hub %q, topic %q", c.header, hub, topic)
		}
	}
}

// FuzzLinks: whatever a server sends, what is found is an address of the web.
func FuzzLinks(f *testing.F) {
	f.Add(`<https://hub.example/>; rel="hub", <https://a.example/feed>; rel="self"`)
	f.Add(`<a>;rel=hub,<`)

	f.Fuzz(func(t *testing.T, line string) {
		for _, address := range func() []string { hub, topic := websub.Links(http.Header{"Link": {line}}); return []string{hub, topic} }() {
			if address != "" && !strings.HasPrefix(strings.ToLower(address), "http") {
				t.Errorf("%q gives %q", line, address)
			}
		}
	})
}

// TestSignatures: only what was made with the secret holds, by a method that is known.
func TestSignatures(t *testing.T) {
	body := []byte("<rss/>")
	sign := func(secret string) string {
		mac := hmac.New(sha512.New, []byte(secret))
		mac.Write(body)

		return "sha512=" + hex.EncodeToString(mac.Sum(nil))
	}

	if good := sign("secret"); !websub.IsSigned(good, "secret", body) || !websub.IsSigned(strings.ToUpper(good[:6])+good[6:], "secret", body) {
		t.Error("a good signature does not hold")
	}

	// From RFC 2202, so that both sides are not wrong in one way.
	if !websub.IsSigned("sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", "Jefe", []byte("what do ya want for nothing?")) {
		t.Error("the signature of RFC 2202 does not hold")
	}

	for _, wrong := range []string{"", "sha512=", "sha512", sign("other"), "md5=" + sign("secret")[7:], strings.TrimPrefix(sign("secret"), "sha512="), sign("secret")[:30], "sha512=zz"} {
		if websub.IsSigned(wrong, "secret", body) {
			t.Errorf("%q holds", wrong)
		}
	}

	if websub.IsSigned(sign(""), "", body) {
		t.Error("a signature without a secret holds")
	}
}

// TestAsk: a strict hub takes the form, and what goes wrong is a sentence that names no address.
func TestAsk(t *testing.T) {
	hub := websubtest.New(t)
	ask := func(address string) error {
		return websub.Ask(t.Context(), http.DefaultClient, "Newsbell/test", websub.Subscription{
			Hub: address, Topic: "https://a.example/feed?a=1&b=2", Callback: "http://127.0.0.1:1/push/secretplace", Secret: strings.Repeat("s", 26), Lease: time.Hour,
		})
	}

	if err := ask(hub.URL); err != nil {
		t.Error(err)
	}

	if form := hub.Asked()[0]; form.Get("hub.topic") != "https://a.example/feed?a=1&b=2" || form.Get("hub.lease_seconds") != "3600" {
		t.Errorf("it was asked for %v", form)
	}

	moved := httptest.NewServer(http.RedirectHandler(hub.URL, http.StatusTemporaryRedirect))
	defer moved.Close()

	if err := ask(moved.URL); err != nil || len(hub.Asked()) != 2 {
		t.Errorf("a hub that has moved: %v", err)
	}

	var rounds atomic.Int32

	circle := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rounds.Add(1)
		http.Redirect(w, r, r.URL.Path, http.StatusPermanentRedirect)
	}))
	defer circle.Close()

	if err := ask(circle.URL); err == nil || rounds.Load() > 6 {
		t.Errorf("a hub that leads in a circle: %v after %d requests", err, rounds.Load())
	}

	lost := httptest.NewServer(http.RedirectHandler(hub.URL, http.StatusFound)) // a browser would ask without the form
	defer lost.Close()

	hub.Behave(websubtest.Rules{Refuse: true})

	for address, want := range map[string]string{hub.URL: "it answers 400", lost.URL: "it answers 302", "http://127.0.0.1:1/hub": "it does not answer", "http://[": "its address is wrong"} {
		if err := ask(address); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %q", address, err, want)
		}
	}
}

// TestIsAsSafe: what is read by HTTPS does not come by plain HTTP.
func TestIsAsSafe(t *testing.T) {
	for _, c := range []struct {
		hub, topic string
		want       bool
	}{{"https://h/", "https://a/", true}, {"https://h/", "http://a/", true}, {"http://h/", "http://a/", true}, {"http://h/", "https://a/", false}} {
		if got := websub.IsAsSafe(c.hub, c.topic); got != c.want {
			t.Errorf("%s for %s: %t", c.hub, c.topic, got)
		}
	}
}
