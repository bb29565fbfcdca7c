package scheduler

import (
	"testing"
	"time"

	"newsbell/store"
)

// TestQuietHoursHoldAlerts: what comes in a chat's quiet hours is due when they end, in
// the chat's own zone; a digest that falls into them waits too.
func TestQuietHoursHoldAlerts(t *testing.T) {
	m := newMatcher(Config{TimeZone: time.UTC})
	at := func(s string) time.Time {
		t.Helper()

		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}

		return at
	}

	night := store.SubscriptionChange{Quiet: "22:00-07:00", TimeZone: "Europe/Warsaw"}
	digest := store.SubscriptionChange{Delivery: "daily 06:00", Quiet: "22:00-07:00", TimeZone: "Europe/Warsaw"}

	for _, c := range []struct {
		name    string
		of      store.SubscriptionChange
		at, due string
		bundle  string
	}{
		{"at night", night, "2025-06-10T21:30:00Z", "2025-06-11T05:00:00Z", store.BundleQuiet},
		{"by day", night, "2025-06-10T12:00:00Z", "2025-06-10T12:00:00Z", ""},
		{"a digest at night", digest, "2025-06-10T12:00:00Z", "2025-06-11T05:00:00Z", store.BundleDigest},
		{"without quiet hours", store.SubscriptionChange{}, "2025-06-10T21:30:00Z", "2025-06-10T21:30:00Z", ""},
	} {
		due, bundle := m.due(follower{chat: 1, schedule: m.scheduleOf(c.of)}, at(c.at))
		if !due.Equal(at(c.due)) || bundle != c.bundle {
			t.Errorf("%s: due %s in %q, want %s in %q", c.name, due.UTC().Format(time.RFC3339), bundle, c.due, c.bundle)
		}
	}
}
