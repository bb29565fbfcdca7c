// Package websub speaks with the hubs that feeds name, as a subscriber does: it finds them,
// asks them for pushes, and checks who a push is from (https://www.w3.org/TR/websub/).
//
// A hub is asked with a form; what it answers says only that it took the form. Whether it
// will push, it says later, by asking us whether we want it. What it pushes is signed with
// the secret of the subscription.
package websub

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1" // in an HMAC, and the hubs of most feeds know nothing newer
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Bounds of what a hub can cause.
const (
	askTime     = 20 * time.Second
	answerBytes = 1 << 10
	maxLinks    = 50
	maxAddress  = 2000
	mostMoves   = 5 // redirects that are followed
)

// Subscription is what a hub is asked for.
type Subscription struct {
	Hub, Topic string
	Callback   string // where it pushes to: nobody else knows the address
	Secret     string // what pushes are signed with
	Lease      time.Duration
}

// Ask asks a hub to push. The client must not reach where strangers may not, because a feed
// names the hub. The error is a sentence without addresses.
func Ask(ctx context.Context, client *http.Client, userAgent string, s Subscription) error {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()

	form := url.Values{
		"hub.mode": {"subscribe"}, "hub.topic": {s.Topic}, "hub.callback": {s.Callback}, "hub.secret": {s.Secret},
		"hub.lease_seconds": {strconv.Itoa(int(s.Lease.Seconds()))},
	}

	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Hub, strings.NewReader(form.Encode()))
	if err != nil {
		return errors.New("its address is wrong")
	}

	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("User-Agent", userAgent)

	once := *client
	once.CheckRedirect = func(next *http.Request, before []*http.Request) error {
		if len(before) > mostMoves {
			return errors.New("it leads on and on")
		}

		if next.Method != http.MethodPost { // 307 and 308 keep the form
			return http.ErrUseLastResponse
		}

		if next.URL.Scheme != r.URL.Scheme {
			return errors.New("it leads to a less safe address")
		}

		return nil
	}

	resp, err := once.Do(r)
	if err != nil {
		return errors.New("it does not answer")
	}
	defer resp.Body.Close()

	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("it answers %d", resp.StatusCode)
	}

	_, _ = io.CopyN(io.Discard, resp.Body, answerBytes) // so that the connection can be used again

	return nil
}

// IsSigned reports whether a header (X-Hub-Signature) signs a body with a secret.
func IsSigned(header, secret string, body []byte) bool {
	method, signature, _ := strings.Cut(strings.TrimSpace(header), "=")

	hashes := map[string]func() hash.Hash{"sha1": sha1.New, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New}

	newHash, ok := hashes[strings.ToLower(method)]
	if !ok || secret == "" {
		return false
	}

	got, err := hex.DecodeString(signature)
	if err != nil {
		return false
	}

	mac := hmac.New(newHash, []byte(secret))
	_, _ = io.Copy(mac, bytes.NewReader(body)) // a hash takes everything

	return hmac.Equal(got, mac.Sum(nil))
}

// Links returns the hub and the topic that an answer's Link headers name (RFC 8288), "" for
// what they do not.
func Links(h http.Header) (hub, topic string) {
	var all Found

	n := 0

	for _, line := range h.Values("Link") {
		for n < maxLinks {
			before, rest, found := strings.Cut(line, ">")
			_, address, opened := strings.Cut(before, "<")

			if !found || !opened {
				break
			}

			n++

			params := rest
			if before, _, ok := strings.Cut(rest, "<"); ok {
				params = before
			}

			all.Add(relOf(params), strings.TrimSpace(address))

			line = rest
		}
	}

	return all.Hub, all.Topic
}

// relOf is the parameter rel of a link.
func relOf(params string) string {
	for part := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(part, "=")
		if strings.EqualFold(strings.TrimSpace(name), "rel") {
			return strings.Trim(strings.TrimSpace(value), "\", ")
		}
	}

	return ""
}

// Found is what links name: the first hub, one by HTTPS before any other, and the first
// address that the feed has for itself.
type Found struct{ Hub, Topic string }

// Add takes a link in.
func (f *Found) Add(rel, address string) {
	if !isWeb(address) {
		return
	}

	for word := range strings.FieldsSeq(strings.ToLower(rel)) {
		switch {
		case word == "hub" && (f.Hub == "" || strings.HasPrefix(address, "https:") && !strings.HasPrefix(f.Hub, "https:")):
			f.Hub = address
		case word == "self" && f.Topic == "":
			f.Topic = address
		}
	}
}

func isWeb(address string) bool {
	u, err := url.Parse(address)
	return err == nil && len(address) <= maxAddress && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil && u.Fragment == ""
}

// IsAsSafe reports whether a hub's pushes are at least as safe as reading the feed: what is
// read by HTTPS is not to come by plain HTTP.
func IsAsSafe(hub, topic string) bool {
	return strings.HasPrefix(hub, "https:") || !strings.HasPrefix(topic, "https:")
}
