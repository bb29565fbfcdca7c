package scheduler

import (
	"testing"
	"time"

	"newsbell/news"
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
		rule    string
	}{
		{"at night", night, "2025-06-10T21:30:00Z", "2025-06-11T05:00:00Z", store.BundleQuiet, ""},
		{"by day", night, "2025-06-10T12:00:00Z", "2025-06-10T12:00:00Z", "", ""},
		{"a digest at night", digest, "2025-06-10T12:00:00Z", "2025-06-11T05:00:00Z", store.BundleDigest, ""},
		{"without quiet hours", store.SubscriptionChange{}, "2025-06-10T21:30:00Z", "2025-06-10T21:30:00Z", "", ""},
		{"urgent", store.SubscriptionChange{Delivery: "urgent", Quiet: "22:00-07:00"}, "2025-06-10T23:30:00Z", "2025-06-10T23:30:00Z", "", "urgent"},
		{"the word", store.SubscriptionChange{Quiet: "22:00-07:00 except earthquake"}, "2025-06-10T23:30:00Z", "2025-06-10T23:30:00Z", "", "word earthquake"},
		{"another word", store.SubscriptionChange{Quiet: "22:00-07:00 except flood"}, "2025-06-10T23:30:00Z", "2025-06-11T07:00:00Z", store.BundleQuiet, ""},
		{"the chat's digest", store.SubscriptionChange{Digest: "weekly monday,friday 18:00"}, "2025-06-10T12:00:00Z", "2025-06-13T18:00:00Z", store.BundleDigest, ""},
		{"its own time", store.SubscriptionChange{Delivery: "now", Digest: "daily 18:00"}, "2025-06-10T12:00:00Z", "2025-06-10T12:00:00Z", "", ""},
		{"too few outlets", store.SubscriptionChange{Outlets: 3}, "2025-06-10T12:00:00Z", "2025-06-13T12:00:00Z", store.BundleFew, ""},
	} {
		times := alertTimes{m: m, now: at(c.at), article: func() (*news.Article, error) { return &news.Article{Title: "Earthquake off the coast"}, nil }}

		number, err := m.schedules.join(c.of)
		if err != nil {
			t.Fatal(err)
		}

		got, err := times.timing(1, follower{chat: 1, schedule: number})
		if err != nil {
			t.Fatal(err)
		}

		if !got.Due.Equal(at(c.due)) || string(got.Hold) != c.bundle || got.Rule != c.rule {
			t.Errorf("%s: due %s in %q by rule %q, want %s in %q by %q", c.name, got.Due.UTC().Format(time.RFC3339), got.Hold, got.Rule, c.due, c.bundle, c.rule)
		}
	}
}
