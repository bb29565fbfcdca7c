package target

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"newsbell/adapters"
)

// place is a server that keeps what it is sent, and answers as it is told.
type place struct {
	*httptest.Server

	got    []*http.Request
	bodies []string
	answer func(http.ResponseWriter)
}

func newPlace(t *testing.T) *place {
	p := &place{}
	p.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}

		p.got, p.bodies = append(p.got, r), append(p.bodies, string(body))

		if p.answer != nil {
			p.answer(w)
		}
	}))
	t.Cleanup(p.Close)

	return p
}

// adapter sends to the place whatever host an address names.
func (p *place) adapter(address string) *Adapter {
	client := *p.Client()
	transport := client.Transport.(*http.Transport).Clone()
	transport.TLSClientConfig.InsecureSkipVerify = true // it is a test's own server
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, p.Listener.Addr().String())
	}
	client.Transport = transport

	return New(Config{
		Platform: Platform,
		Find:     func(context.Context, string) (Found, error) { return Found{Address: address, Secret: "secret"}, nil },
		Client:   &client, UserAgent: "Newsbell/test",
		IsForbidden: func(err error) bool { return errors.Is(err, errGuard) },
	})
}

var errGuard = errors.New("prohibited: 10.1.2.3 is private")

// TestNoErrorNamesTheHost: whatever keeps a target from being reached, what is logged of it names
// neither its host nor its number; a place that people may not reach is not tried again.
func TestNoErrorNamesTheHost(t *testing.T) {
	at := net.TCPAddr{IP: net.IPv4(10, 1, 2, 3), Port: 443}

	for _, c := range []struct {
		fails error
		fate  adapters.Fate
		says  string
	}{
		{&net.OpError{Op: "dial", Net: "tcp", Addr: &at, Err: errGuard}, adapters.Gone, "private"},
		{&net.OpError{Op: "dial", Net: "tcp", Addr: &at, Err: syscall.ECONNREFUSED}, adapters.Retry, "connection refused"},
		{&net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "hidden.example", Server: "10.1.2.3:53"}}, adapters.Retry, "no such host"},
		{&tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: &x509.Certificate{}, Host: "hidden.example"}}, adapters.Retry, "certificate"},
	} {
		a := newPlace(t).adapter("https://hidden.example/hook/hidden")
		a.client.Transport = &http.Transport{DialTLSContext: func(context.Context, string, string) (net.Conn, error) { return nil, c.fails }}

		_, err := a.Send(t.Context(), adapters.Chat{}, bridgeAlert())

		e, ok := errors.AsType[*adapters.SendError](err)
		if !ok || e.Fate != c.fate || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "hidden") || strings.Contains(err.Error(), "10.1.2.3") {
			t.Errorf("%v: %v, want %s", c.fails, err, c.fate)
		}
	}
}

// bridgeAlert returns an alert with everything.
func bridgeAlert() *adapters.Message {
	return &adapters.Message{Nonce: "ab-7", Alert: &adapters.Alert{
		Title: "Harbour bridge <reopens>", URL: "https://a.example/1?a=1&b=2", Outlet: "Coast Times", Published: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC), Summary: "After two years.",
		Matched: []string{"harbour"}, Follows: []adapters.Follow{{Number: 3, Query: "harbour"}}, Also: []adapters.Also{{Outlet: "Daily North", URL: "https://b.example/2"}},
	}}
}

// TestEachKind posts an alert where its address says, in the form that the place takes.
func TestEachKind(t *testing.T) {
	for _, c := range []struct {
		address, method, url string
		header               [2]string
		body                 []string
	}{
		{"https://ntfy.sh/my-topic", "POST", "ntfy.sh/", [2]string{"Content-Type", "application/json"}, []string{`"topic":"my-topic"`, `"click":"https://a.example/1?a=1&b=2"`, `"title":"Harbour bridge <reopens>"`}},
		{"ntfy://push.example:8443/my_topic", "POST", "push.example:8443/", [2]string{}, []string{`"topic":"my_topic"`}},
		{"ntfy://push.example/my_topic/tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2", "POST", "push.example/", [2]string{"Authorization", "Bearer tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2"}, []string{`"topic":"my_topic"`}},
		{"gotify://push.example/sub/TOKEN", "POST", "push.example/sub/message", [2]string{"X-Gotify-Key", "TOKEN"}, []string{`"priority":5`, `"title"`}},
		{"gotify://push.example/TOKEN", "POST", "push.example/message", [2]string{"X-Gotify-Key", "TOKEN"}, nil},
		{"pushover://uQiRzpo4DXghDmr9QzzfQu27cmVRsG/azGDORePK8gMaC0QOYAMyEEuzJnyUi", "POST", "api.pushover.net/1/messages.json", [2]string{}, []string{`"token":"azGDORePK8gMaC0QOYAMyEEuzJnyUi"`, `"user":"uQiRzpo4DXghDmr9QzzfQu27cmVRsG"`}},
		{"matrix://m.example/!room:m.example/syt_token", "PUT", "m.example/_matrix/client/v3/rooms/%21room:m.example/send/m.room.message/ab-7", [2]string{"Authorization", "Bearer syt_token"}, []string{`"msgtype":"m.text"`}},
		{"https://hooks.slack.com/services/T0/B0/x", "POST", "hooks.slack.com/services/T0/B0/x", [2]string{}, []string{`bridge &lt;reopens&gt;`, "https://a.example/1"}},
		{"https://discord.com/api/webhooks/1/x", "POST", "discord.com/api/webhooks/1/x", [2]string{}, []string{`"content":"Harbour`, `"allowed_mentions":{"parse":[]}`}},
		{"https://example.org/hook?a=1", "POST", "example.org/hook?a=1", [2]string{"Idempotency-Key", "ab-7"}, []string{`"event":"alert"`, `"url":"https://a.example/1?a=1&b=2"`}},
	} {
		p := newPlace(t)

		if _, err := p.adapter(c.address).Send(t.Context(), adapters.Chat{}, bridgeAlert()); err != nil {
			t.Errorf("%s: %v", c.address, err)
			continue
		}

		r, body := p.got[0], p.bodies[0]
		if got := r.Host + r.RequestURI; len(p.got) != 1 || r.Method != c.method || got != c.url && !strings.EqualFold(got, strings.ReplaceAll(c.url, "%21", "!")) {
			t.Errorf("%s: %d requests, %s %s", c.address, len(p.got), r.Method, got)
		}

		if c.header[0] != "" && r.Header.Get(c.header[0]) != c.header[1] || r.Header.Get("User-Agent") != "Newsbell/test" {
			t.Errorf("%s: %v", c.address, r.Header)
		}

		for _, want := range c.body {
			if !strings.Contains(body, want) {
				t.Errorf("%s: %s lacks %s", c.address, body, want)
			}
		}

		if !json.Valid([]byte(body)) {
			t.Errorf("%s: %s", c.address, body)
		}
	}
}

// TestWebhookIsSigned, so that a receiver knows who sent it and when.
func TestWebhookIsSigned(t *testing.T) {
	p := newPlace(t)
	if _, err := p.adapter("https://example.org/hook").Send(t.Context(), adapters.Chat{}, bridgeAlert()); err != nil {
		t.Fatal(err)
	}

	at, signature, _ := strings.Cut(strings.TrimPrefix(p.got[0].Header.Get("Newsbell-Signature"), "t="), ",v1=")
	mac := hmac.New(sha256.New, []byte("secret"))
	mac.Write([]byte(at + "." + p.bodies[0]))

	if signature != hex.EncodeToString(mac.Sum(nil)) {
		t.Errorf("%q does not fit", p.got[0].Header.Get("Newsbell-Signature"))
	}

	var event struct {
		ID, Event, Title, URL, Outlet, Summary, Published string
		Subscriptions                                     []struct {
			Number int
			Query  string
		}
		Matched []string
		Also    []struct{ Outlet, URL string }
	}
	if err := json.Unmarshal([]byte(p.bodies[0]), &event); err != nil {
		t.Fatal(err)
	}

	if event.ID != "ab-7" || event.Event != "alert" || event.Outlet != "Coast Times" || event.Published != "2026-03-01T08:00:00Z" || len(event.Subscriptions) != 1 || event.Subscriptions[0].Number != 3 || len(event.Also) != 1 {
		t.Errorf("%+v", event)
	}
}

// TestDigestsAndNotices go to a webhook, too.
func TestDigestsAndNotices(t *testing.T) {
	p := newPlace(t)
	a := p.adapter("https://example.org/hook")

	for _, m := range []*adapters.Message{
		{Nonce: "d", Digest: &adapters.Digest{Heading: "2 stories", Alerts: []adapters.Alert{{Title: "One", URL: "https://a.example/1"}, {Title: "Two", URL: "https://a.example/2"}}, More: 1}},
		{Nonce: "n", Text: adapters.Say("This is a test.")},
	} {
		if _, err := a.Send(t.Context(), adapters.Chat{}, m); err != nil {
			t.Fatal(err)
		}
	}

	for _, body := range p.bodies {
		if strings.Contains(body, "null") {
			t.Errorf("what isn't known is to be absent: %s", body)
		}
	}

	if d := p.bodies[0]; !strings.Contains(d, `"event":"digest"`) || !strings.Contains(d, `"url":"https://a.example/2"`) || !strings.Contains(d, `"more":1`) {
		t.Error(d)
	}

	if n := p.bodies[1]; !strings.Contains(n, `"event":"notice"`) || !strings.Contains(n, "This is a test.") {
		t.Error(n)
	}
}

// TestFates: what a place answers is what the outbox does next, and no error tells the
// address, which may hold a token.
func TestFates(t *testing.T) {
	for status, fate := range map[int]adapters.Fate{
		301: adapters.Gone, 400: adapters.Refused, 401: adapters.Gone, 404: adapters.Gone, 410: adapters.Gone, 413: adapters.TooLong, 429: adapters.Later, 500: adapters.Later, 503: adapters.Later,
	} {
		p := newPlace(t)
		p.answer = func(w http.ResponseWriter) {
			w.Header().Set("Location", "https://other.example/")
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(status)
		}

		_, err := p.adapter("https://example.org/hook/verysecret").Send(t.Context(), adapters.Chat{}, bridgeAlert())

		e, ok := errors.AsType[*adapters.SendError](err)
		if !ok || e.Fate != fate || len(p.got) != 1 || fate == adapters.Later && e.After != 7*time.Second {
			t.Errorf("%d: %v after %d requests", status, err, len(p.got))
		}
	}

	p := newPlace(t)
	a := p.adapter("https://example.org/hook/verysecret")
	p.answer = func(http.ResponseWriter) { panic(http.ErrAbortHandler) }

	for _, want := range []adapters.Fate{adapters.Unsure, adapters.Retry} {
		_, err := a.Send(t.Context(), adapters.Chat{}, bridgeAlert())
		if e, ok := errors.AsType[*adapters.SendError](err); !ok || e.Fate != want || strings.Contains(err.Error(), "verysecret") {
			t.Errorf("%v, want %s", err, want)
		}

		p.Close() // nobody is there at all
	}
}

// TestWaitsAsAsked: a pause may be a date, as proxies write it, and come with a server's trouble, too.
func TestWaitsAsAsked(t *testing.T) {
	for _, c := range []struct {
		status   int
		after    string
		fate     adapters.Fate
		from, to time.Duration
	}{
		{429, time.Now().Add(10 * time.Minute).UTC().Format(http.TimeFormat), adapters.Later, 9 * time.Minute, 10 * time.Minute},
		{429, time.Now().Add(-time.Minute).UTC().Format(http.TimeFormat), adapters.Later, time.Minute, time.Minute},
		{429, "soon", adapters.Later, time.Minute, time.Minute},
		{503, "120", adapters.Later, 2 * time.Minute, 2 * time.Minute},
		{503, "", adapters.Retry, 0, 0},
	} {
		p := newPlace(t)
		p.answer = func(w http.ResponseWriter) {
			w.Header().Set("X-Limit-App-Reset", "4102444800") // of every answer of Pushover
			w.Header().Set("Retry-After", c.after)

			if c.after == "" {
				w.Header().Del("Retry-After")
			}

			if c.status == 429 {
				w.Header().Del("X-Limit-App-Reset")
			}

			w.WriteHeader(c.status)
		}

		_, err := p.adapter("https://example.org/hook/verysecret").Send(t.Context(), adapters.Chat{}, bridgeAlert())

		e, ok := errors.AsType[*adapters.SendError](err)
		if !ok || e.Fate != c.fate || e.After < c.from || e.After > c.to {
			t.Errorf("%d, Retry-After %q: %v, after %v", c.status, c.after, err, e.After)
		}
	}
}

// TestReasonsAreKnown: why nothing arrives is said in words that every language has.
func TestReasonsAreKnown(t *testing.T) {
	for _, c := range []struct {
		fails error
		says  string
	}{
		{&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, "the server refuses connections"},
		{&net.DNSError{Err: "no such host", IsNotFound: true}, "there's no server of that name"},
		{&net.DNSError{Err: "server misbehaving", IsTemporary: true}, "its server's name can't be looked up right now"},
		{&tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: &x509.Certificate{}}}, "the server's certificate isn't valid"},
		{context.DeadlineExceeded, "it took too long to answer"},
		{syscall.ECONNRESET, "the connection broke off"},
	} {
		if said := reasonOf(&url.Error{Op: "Post", URL: "https://hidden.example", Err: c.fails}); said != c.says {
			t.Errorf("%v: %q, want %q", c.fails, said, c.says)
		}
	}
}

// TestServersWithoutTLS: in a network of one's own, ntfy, Gotify and Matrix are often served without it.
func TestServersWithoutTLS(t *testing.T) {
	for address, want := range map[string]string{
		"ntfy+http://192.168.1.10:8080/topic":     "http://192.168.1.10:8080",
		"ntfy+http://pi.lan/topic/tk_1":           "http://pi.lan",
		"gotify+http://pi.lan:8081/sub/TOKEN":     "http://pi.lan:8081/sub/message",
		"matrix+http://pi.lan:8008/!r:pi.lan/tok": "http://pi.lan:8008/_matrix/client/v3/rooms/%21r:pi.lan/send/m.room.message/ab-7",
		"ntfy://push.example/topic":               "https://push.example",
	} {
		p, err := Parse(address)
		if err != nil || p.Address() != address {
			t.Errorf("%s: %q, %v", address, p.Address(), err)
			continue
		}

		if r, err := p.newRequest(bridgeAlert(), "", time.Now()); err != nil || r.url != want {
			t.Errorf("%s: posted to %s, %v", address, r.url, err)
		}
	}
}

// TestANoticeIsShownOnce: what has one line is no title with itself below.
func TestANoticeIsShownOnce(t *testing.T) {
	for _, address := range []string{"https://ntfy.sh/topic", "gotify://push.example/TOKEN", "pushover://u/t"} {
		p, err := Parse(address)
		if err != nil {
			t.Fatal(err)
		}

		r, err := p.newRequest(&adapters.Message{Nonce: "n", Text: adapters.Say("This is a test.")}, "", time.Now())
		if err != nil || bytes.Count(r.body, []byte("This is a test.")) != 1 {
			t.Errorf("%s: %s, %v", address, r.body, err)
		}
	}
}

// TestAddresses that are none of a kind are refused, and names tell no secret.
func TestAddresses(t *testing.T) {
	for address, name := range map[string]string{
		"https://example.org/hook/verysecret?t=verysecret": "example.org",
		"https://ntfy.sh/topic":                            "ntfy: ntfy.sh/topic",
		"ntfy://push.example/topic/tk_verysecret":          "ntfy: push.example/topic",
		"gotify://push.example/verysecret":                 "Gotify: push.example",
		"matrix://m.example/!r:m.example/verysecret":       "Matrix: !r:m.example",
		"pushover://verysecret/verysecret":                 "Pushover",
		"https://hooks.slack.com/services/verysecret/x":    "Slack",
		"https://discord.com/api/webhooks/1/verysecret":    "Discord",
	} {
		p, err := Parse(address)
		if err != nil || p.Name() != name {
			t.Errorf("%s: %q, %v", address, p.Name(), err)
		}
	}

	for _, address := range []string{
		"", "example.org", "ftp://example.org/x", "javascript:alert(1)", "https://user:pass@example.org/", "ntfy://x.example/", "ntfy://x.example/a/b", "ntfy://x.example/a/tk_1/b", "ntfy://x.example/a b", "pushover+http://u/t", "https+http://x.example/", "+http://x.example/a",
		"matrix://m.example/room/token", "gotify://push.example/", "https://", "file:///etc/passwd", "https://example.org/#x", "https://example.org/" + strings.Repeat("a", 2000),
	} {
		if p, err := Parse(address); err == nil {
			t.Errorf("%q is a %s", address, p.Kind)
		}
	}
}

// FuzzParse: whatever an address is, what it leads to is a request to a host, or it is
// refused.
func FuzzParse(f *testing.F) {
	for _, address := range []string{"https://ntfy.sh/a", "ntfy://h/a/tk_1", "gotify://h/t", "matrix://h/!a:h/t", "pushover://u/t", "https://example.org/%zz", "https://[::1]/x"} {
		f.Add(address)
	}

	f.Fuzz(func(t *testing.T, address string) {
		p, err := Parse(address)
		if err != nil {
			return
		}

		if p.Kind == Mail {
			return // TestMailAddresses
		}

		r, err := p.newRequest(bridgeAlert(), "secret", time.Time{})
		if err != nil {
			t.Fatal(err)
		}

		if _, err := http.NewRequest(r.method, r.url, nil); err != nil || p.Name() == "" {
			t.Errorf("%q: %v", address, err)
		}
	})
}
