package sources

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// TestTheClocksOfServers: the median of the last answers says what time it is, also in the instant in which our
// clock was set to 2099, and one server that lives in 1970 changes nothing.
func TestTheClocksOfServers(t *testing.T) {
	began := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	c := clock{since: began}

	says := func(at time.Time) http.Header {
		if at.IsZero() {
			return http.Header{}
		}

		return http.Header{"Date": {at.Format(http.TimeFormat)}}
	}

	const century = 73 * 365 * 24 * time.Hour

	for _, step := range []struct {
		host         string
		after, ahead time.Duration // on our clock; it is so much ahead
		says         time.Time
		want         time.Time // zero: nobody knows
	}{
		{"1", 0, 0, time.Time{}, time.Time{}},
		{"1", time.Second, 0, began.Add(time.Second), began.Add(time.Second)},
		{"1", time.Second, 0, began.Add(time.Second), began.Add(time.Second)}, // the same again
		{"2", time.Second, 0, time.Unix(5, 0), began.Add(time.Second)},
		{"3", time.Minute, 0, began.Add(time.Minute), began.Add(time.Minute)},
		{"2", time.Minute, 0, time.Unix(9, 0), began.Add(time.Minute)},
		{"4", time.Minute, 0, time.Time{}, began.Add(time.Minute)},
		{"3", time.Hour, century, began.Add(time.Hour), began.Add(time.Hour)},
		{"4", time.Hour, century, time.Time{}, began.Add(time.Hour)},
		{"2", time.Hour, century, time.Unix(9, 0), began.Add(time.Hour)},
		{"5", time.Hour, 0, began.Add(century), began.Add(time.Hour)}, // never after our clock
	} {
		// What is measured doesn't jump with the clock.
		c.since = began.Add(step.ahead)

		got := c.answeredAt(step.host, says(step.says), began.Add(step.after+step.ahead))
		if !got.Equal(step.want) {
			t.Errorf("host %s, asked %v after the start by a clock that is %v ahead: %v, want %v", step.host, step.after, step.ahead, got, step.want)
		}
	}
}

// TestFewClocksAreKept: what is known of hosts is bounded, and that of the last ones.
func TestFewClocksAreKept(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	c := clock{since: now}

	for i := range 10 * clockHosts {
		c.answeredAt(fmt.Sprint(i), http.Header{"Date": {now.Add(-time.Duration(10*clockHosts-i) * time.Hour).Format(http.TimeFormat)}}, now)
	}

	if n := len(c.hosts); n != clockHosts || c.hosts[n-1].host != fmt.Sprint(10*clockHosts-1) {
		t.Errorf("%d hosts are kept, the last %v", n, c.hosts[n-1])
	}
}
