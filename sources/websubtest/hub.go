// Package websubtest is a strict hub (https://www.w3.org/TR/websub/): it takes only what the
// standard allows, asks back before it pushes, and pushes no more than was agreed. It shares
// no code with package websub.
package websubtest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1" // as most hubs sign
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// challenge is what a subscriber has to give back.
const challenge = "a-challenge<&"

// Hub is a running hub. It is safe for concurrent use.
type Hub struct {
	*httptest.Server

	t testing.TB

	mu     sync.Mutex
	agreed map[string]agreement // by topic
	asked  []url.Values
	rules  Rules
}

// Rules are how a hub behaves.
type Rules struct {
	Refuse bool // the form, with a 400
	Deny   bool // the subscription: the subscriber hears that it is denied
	Lease  int  // that it grants, in seconds; 0: what is asked for
	SHA256 bool // signs with that instead of SHA-1
	Late   bool // asks back after it has answered, not before
}

type agreement struct{ callback, secret string }

// New starts a hub that ends with the test.
func New(t testing.TB) *Hub {
	h := &Hub{t: t, agreed: map[string]agreement{}}
	h.Server = httptest.NewServer(h)
	t.Cleanup(h.Close)

	return h
}

// Behave sets the rules from now on.
func (h *Hub) Behave(r Rules) {
	h.mu.Lock()
	defer h.mu.Unlock()

	h.rules = r
}

// Asked returns the forms that were sent so far.
func (h *Hub) Asked() []url.Values {
	h.mu.Lock()
	defer h.mu.Unlock()

	return append([]url.Values(nil), h.asked...)
}

// Agreed reports whether there is a subscriber for a topic.
func (h *Hub) Agreed(topic string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()

	_, ok := h.agreed[topic]

	return ok
}

// ServeHTTP takes the form of a subscriber.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || r.URL.RawQuery != "" {
		h.t.Errorf("%s %s with %q: %v", r.Method, r.URL, r.Header.Get("Content-Type"), err)
		w.WriteHeader(http.StatusBadRequest)

		return
	}

	form := r.PostForm
	if err := wrongOf(form); err != nil {
		h.t.Errorf("%v: %v", err, form)
		w.WriteHeader(http.StatusBadRequest)

		return
	}

	h.mu.Lock()
	h.asked = append(h.asked, form)
	rules := h.rules
	h.mu.Unlock()

	switch {
	case rules.Refuse:
		w.WriteHeader(http.StatusBadRequest)
		return
	case rules.Late:
		w.WriteHeader(http.StatusAccepted)

		go h.askBack(context.WithoutCancel(r.Context()), form, rules)
	default:
		h.askBack(r.Context(), form, rules)
		w.WriteHeader(http.StatusAccepted)
	}
}

// wrongOf is what a form has that the standard does not allow.
func wrongOf(form url.Values) error {
	for _, name := range []string{"hub.topic", "hub.callback"} {
		if u, err := url.Parse(form.Get(name)); err != nil || !u.IsAbs() || u.Fragment != "" {
			return errors.New(name + " is no address")
		}
	}

	lease, err := strconv.Atoi(form.Get("hub.lease_seconds"))

	switch {
	case form.Get("hub.mode") != "subscribe":
		return errors.New("hub.mode is not known")
	case err != nil || lease <= 0:
		return errors.New("hub.lease_seconds is no number")
	case len(form.Get("hub.secret")) < 16 || len(form.Get("hub.secret")) > 200:
		return errors.New("hub.secret is too short or too long")
	}

	return nil
}

// askBack asks the subscriber whether it wants that.
func (h *Hub) askBack(ctx context.Context, form url.Values, rules Rules) {
	callback, err := url.Parse(form.Get("hub.callback"))
	if err != nil {
		return // wrongOf has looked
	}

	q := callback.Query()
	q.Set("hub.topic", form.Get("hub.topic"))

	if rules.Deny {
		q.Set("hub.mode", "denied")
	} else {
		q.Set("hub.mode", "subscribe")
		q.Set("hub.challenge", challenge)
		q.Set("hub.lease_seconds", form.Get("hub.lease_seconds"))

		if rules.Lease > 0 {
			q.Set("hub.lease_seconds", strconv.Itoa(rules.Lease))
		}
	}

	callback.RawQuery = q.Encode()

	r, err := http.NewRequestWithContext(ctx, http.MethodGet, callback.String(), nil)
	if err != nil {
		return
	}

	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return // the subscriber is gone
	}
	defer resp.Body.Close()

	body, err := io.ReadAll(resp.Body)
	if err != nil || rules.Deny || resp.StatusCode != http.StatusOK || string(body) != challenge {
		return
	}

	h.mu.Lock()
	defer h.mu.Unlock()

	h.agreed[form.Get("hub.topic")] = agreement{form.Get("hub.callback"), form.Get("hub.secret")}
}

// Push pushes a body to the subscriber of a topic and returns its answer.
func (h *Hub) Push(topic, contentType, body string) (status int, err error) {
	h.mu.Lock()
	to, ok := h.agreed[topic]
	rules := h.rules
	h.mu.Unlock()

	if !ok {
		return 0, errors.New("nobody has subscribed to " + topic)
	}

	name, newHash := "sha1", func() hash.Hash { return sha1.New() } // as most hubs sign
	if rules.SHA256 {
		name, newHash = "sha256", sha256.New
	}

	mac := hmac.New(newHash, []byte(to.secret))
	mac.Write([]byte(body))

	return h.post(to.callback, contentType, body, http.Header{
		"X-Hub-Signature": {name + "=" + hex.EncodeToString(mac.Sum(nil))},
		"Link":            {fmt.Sprintf("<%s>; rel=\"hub\", <%s>; rel=self", h.URL, topic)},
	})
}

// Forge pushes as somebody who has heard of the address but not of the secret.
func (h *Hub) Forge(topic, contentType, body, signature string) (status int, err error) {
	h.mu.Lock()
	to := h.agreed[topic]
	h.mu.Unlock()

	header := http.Header{}
	if signature != "" {
		header.Set("X-Hub-Signature", signature)
	}

	return h.post(to.callback, contentType, body, header)
}

// Misdirect pushes, well signed, a body of another topic to the subscriber of a topic.
func (h *Hub) Misdirect(topic, other, contentType, body string) (status int, err error) {
	h.mu.Lock()
	to := h.agreed[topic]
	h.mu.Unlock()

	mac := hmac.New(sha256.New, []byte(to.secret))
	mac.Write([]byte(body))

	return h.post(to.callback, contentType, body, http.Header{
		"X-Hub-Signature": {"sha256=" + hex.EncodeToString(mac.Sum(nil))}, "Link": {"<" + other + ">; rel=\"self\""},
	})
}

func (h *Hub) post(to, contentType, body string, header http.Header) (status int, err error) {
	r, err := http.NewRequest(http.MethodPost, to, bytes.NewReader([]byte(body))) // it ends with the test
	if err != nil {
		return 0, err
	}

	r.Header = header
	r.Header.Set("Content-Type", contentType)

	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}

	return resp.StatusCode, resp.Body.Close()
}

// Feed is an RSS feed that names a hub, with a title an item, the newest first.
func Feed(hub, topic string, titles ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>The Harbour Post</title>`+
		`<atom:link rel="hub" href="%s"/><atom:link rel="self" href="%s" type="application/rss+xml"/>`, hub, topic)

	for _, title := range titles {
		id := strings.ReplaceAll(title, " ", "-")
		fmt.Fprintf(&b, `<item><title>%s</title><link>https://harbourpost.example/%s</link><guid>%s</guid><description>%s, the port said.</description></item>`, title, id, id, title)
	}

	b.WriteString(`</channel></rss>`)

	return b.String()
}
