package cli

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsbell/internal/porttest"
	"newsbell/sources/websubtest"
)

// TestAHubsPushAlerts goes through the whole program: it reads a feed, finds the hub that the
// feed names, agrees with it, and alerts of what the hub pushes, though the feed is not asked
// again for an hour. The time from the publication to the alert is logged.
func TestAHubsPushAlerts(t *testing.T) {
	const pushes = 5

	hub := websubtest.New(t)
	topic := ""

	feed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, websubtest.Feed(hub.URL, topic, "Ferry strike ends"))
	}))
	defer feed.Close()

	topic = feed.URL + "/feed"
	address, dir := porttest.Address(t), t.TempDir()

	config := fmt.Sprintf(`default_sources = false
[polling]
min_interval = "1h"
[network]
allow = ["127.0.0.0/8"]
[web]
listen = %q
url = "http://%[1]s"
[[sources]]
url = %q
`, address, topic)
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}

	var (
		published, alerted []time.Time
		taken              time.Time // when the last push was
	)

	// publish publishes the nth news, once.
	publish := func(n int) {
		if len(published) > n {
			return
		}

		published = append(published, time.Now())

		status, err := hub.Push(topic, "application/rss+xml", websubtest.Feed(hub.URL, topic, fmt.Sprintf("Ferry line %d opens", n)))
		if err != nil || status != http.StatusOK {
			t.Errorf("the push is answered with %d, %v", status, err)
		}

		taken = time.Now()
	}

	isAll := func(stdout, _ string) bool {
		if hub.Agreed(topic) && strings.Contains(stdout, `"event":"reply"`) {
			publish(0)
		}

		for n := strings.Count(stdout, `"event":"alert"`); len(alerted) < n; {
			alerted = append(alerted, time.Now())
		}

		// A source may be pushed once a second.
		if n := len(published); n > 0 && n == len(alerted) && n < pushes && time.Since(taken) > 1100*time.Millisecond {
			publish(n)
		}

		return len(alerted) == pushes
	}

	stdout, stderr, code := newsbellUntil(t, dir, "/subscribe ferry\n", isAll, "run", "--json")

	events := eventsOf(t, stdout)
	if code != 0 || len(events["alert"]) != pushes {
		t.Fatalf("exit %d, %d alerts: %s", code, len(events["alert"]), stderr)
	}

	pushed := 0

	for _, e := range events["poll"] {
		if e["pushed"] == true {
			pushed++
		}
	}

	if pushed != pushes {
		t.Errorf("%d pushes in %v", pushed, events["poll"])
	}

	for i := range alerted {
		t.Logf("from the publication to the alert: %s", alerted[i].Sub(published[i]).Round(time.Millisecond))
	}
}
