package sources

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"newsbell/sources/date"
)

// What servers may ask for at most. People expect a week of Retry-After to be
// obeyed (FreshRSS issue 7920); a max-age of days is a cache's setting that
// nobody meant for readers of news.
const (
	maxRetryAfter = 7 * 24 * time.Hour
	maxFreshness  = 6 * time.Hour
)

// retryAfter reads Retry-After in both its forms, 0 if there is none.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0
	}

	if n, err := strconv.ParseFloat(v, 64); err == nil {
		if n <= 0 {
			return 0
		}

		return min(maxRetryAfter, time.Duration(min(n, 1e9)*float64(time.Second)))
	}

	t, err := http.ParseTime(v)
	if err != nil {
		if t = date.Parse(v); t.IsZero() {
			return 0
		}
	}

	return min(maxRetryAfter, max(0, t.Sub(serverNow(h, now))))
}

// serverNow is the moment at which the server wrote its headers, by its own
// clock: its dates are to be read by that one.
func serverNow(h http.Header, now time.Time) time.Time {
	if t, err := http.ParseTime(h.Get("Date")); err == nil {
		return t
	}

	return now
}

// parseFreshness returns how long the answer stays fresh by Cache-Control or, without it,
// Expires (RFC 9111), less the Age it came with.
func parseFreshness(h http.Header, now time.Time) time.Duration {
	var fresh time.Duration

	said := false

	for _, line := range h.Values("Cache-Control") {
		for part := range strings.SplitSeq(line, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
			switch strings.ToLower(name) {
			case "no-store", "no-cache":
				return 0
			case "max-age":
				if n, err := strconv.ParseInt(strings.Trim(value, `" `), 10, 64); err == nil && n >= 0 {
					fresh, said = time.Duration(min(n, 1<<31))*time.Second, true
				}
			}
		}
	}

	if !said {
		expires := h.Get("Expires")
		if expires == "" { // to fail at reading it costs a twentieth of an unchanged poll
			return 0
		}

		t, err := http.ParseTime(expires)
		if err != nil {
			return 0
		}

		fresh = t.Sub(serverNow(h, now))
	}

	if age, err := strconv.ParseInt(h.Get("Age"), 10, 64); err == nil && age > 0 {
		fresh -= time.Duration(min(age, 1<<31)) * time.Second
	}

	return min(maxFreshness, max(0, fresh))
}
