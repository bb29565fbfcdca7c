package discordtest

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// bucket counts calls of a route on one channel, server or webhook.
type bucket struct {
	id     string
	limit  int
	window time.Duration
	left   int
	reset  time.Time
}

// globalPerSecond is Discord's limit for a bot; answers to interactions are
// exempt. Source: "Global Rate Limit".
const globalPerSecond = 50

// Limit makes a route ("POST /channels/{channel}/messages") allow n calls in a
// window, for each channel on its own. Without it the fake has Discord's usual
// five in five seconds there and no limit elsewhere.
func (f *Fake) Limit(route string, n int, window time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()

	f.buckets["rule "+route] = &bucket{limit: n, window: window}
}

// write sets the headers of a rate limit.
func (b *bucket) write(h http.Header) {
	if b == nil {
		return
	}

	left := time.Until(b.reset).Seconds()
	h.Set("X-RateLimit-Limit", strconv.Itoa(b.limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(max(0, b.left)))
	h.Set("X-RateLimit-Reset", fmt.Sprintf("%.3f", float64(b.reset.UnixMilli())/1000))
	h.Set("X-RateLimit-Reset-After", fmt.Sprintf("%.3f", max(0, left)))
	h.Set("X-RateLimit-Bucket", b.id)
}

// limit counts a call against its limits. The caller holds mu.
func (f *Fake) limit(r *http.Request, route string, byToken bool) (*bucket, *refusal) {
	if route == "" {
		return nil, nil
	}

	if !byToken {
		if b := f.count("global", globalPerSecond, time.Second); b.left < 0 {
			return nil, tooMany(time.Until(b.reset), true, "global")
		}
	}

	rule := f.buckets["rule "+route]
	if rule == nil {
		if route != "POST /channels/{channel}/messages" {
			return nil, nil
		}

		rule = &bucket{limit: 5, window: 5 * time.Second}
	}

	top := ""

	for _, name := range []string{"channel", "guild", "token"} {
		if v := r.PathValue(name); v != "" {
			top = v
			break
		}
	}

	b := f.count(route+" "+top, rule.limit, rule.window)

	b.id = fmt.Sprintf("%08x", uint32(len(route))*2654435761)
	if b.left < 0 {
		return b, tooMany(time.Until(b.reset), false, "user")
	}

	return b, nil
}

func (f *Fake) count(key string, limit int, window time.Duration) *bucket {
	b := f.buckets[key]
	if b == nil || !time.Now().Before(b.reset) {
		b = &bucket{limit: limit, window: window, left: limit, reset: time.Now().Add(window)}
		f.buckets[key] = b
	}

	b.left--

	return b
}

// tooMany returns a 429 as Discord sends it. Source: "Exceeding A Rate Limit"; the
// documented global one has neither Limit, Remaining nor Reset-After.
func tooMany(wait time.Duration, global bool, scope string) *refusal {
	h := http.Header{}
	seconds := max(wait.Seconds(), 0.001)
	h.Set("Retry-After", strconv.Itoa(int(seconds)+1))
	h.Set("X-RateLimit-Scope", scope)

	text := "You are being rate limited."
	if scope == "shared" {
		text = "The resource is being rate limited."
	}

	if global {
		h.Set("X-RateLimit-Global", "true")
	}

	return &refusal{status: 429, code: 0, text: text, header: h, extra: map[string]any{"retry_after": seconds, "global": global}}
}

// TooMany returns a 429 to be planned with Fail: of this route ("user"), "shared" with
// others, or "global"; and Cloudflare's page, which has no JSON.
func TooMany(scope string, wait time.Duration) Fault {
	if scope == "cloudflare" {
		return Fault{Status: 429, Header: map[string]string{"Retry-After": strconv.Itoa(int(wait.Seconds()))}, Body: "<!DOCTYPE html><title>Access denied</title><h1>error code: 1015</h1>"}
	}

	r := tooMany(wait, scope == "global", scope)

	h := map[string]string{}
	for k := range r.header {
		h[k] = r.header.Get(k)
	}

	return Fault{Status: 429, Header: h, Body: fmt.Sprintf(`{"message":%q,"retry_after":%g,"global":%v}`, r.text, wait.Seconds(), scope == "global")}
}

// Error returns an error answer with Discord's number, to be planned with Fail.
func Error(status, code int, text string) Fault {
	return Fault{Status: status, Body: fmt.Sprintf(`{"message":%q,"code":%d}`, text, code)}
}

// Refused counts the answers that Discord counts as invalid requests.
func (f *Fake) Refused() int {
	n := 0

	for _, r := range f.Requests() {
		if r.Status == 401 || r.Status == 403 || r.Status == 429 {
			n++
		}
	}

	return n
}
