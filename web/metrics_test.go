package web

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// TestDashboardAndRulesNameRealMetrics: what the Grafana dashboard and the alert rules ask
// for is there, and everything that is there is shown.
func TestDashboardAndRulesNameRealMetrics(t *testing.T) {
	described := make(chan *prometheus.Desc, 100)

	(&collector{}).Describe(described)
	close(described)

	var names []string

	for d := range described {
		names = append(names, regexp.MustCompile(`fqName: "([^"]+)"`).FindStringSubmatch(d.String())[1])
	}

	files := map[string]string{}

	for _, name := range []string{"grafana/newsbell.json", "prometheus/newsbell.rules.yml"} {
		body, err := os.ReadFile(filepath.Join("..", "packaging", name))
		if err != nil {
			t.Fatal(err)
		}

		files[name] = string(body)

		for _, used := range regexp.MustCompile(`newsbell_[a-z_]+`).FindAllString(string(body), -1) {
			if !slices.Contains(names, used) {
				t.Errorf("%s asks for %s, which there is not", name, used)
			}
		}
	}

	for _, name := range names {
		if name != "newsbell_articles" && !strings.Contains(files["grafana/newsbell.json"], name) {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
}

// TestPacesAreShown to machines and to the operator.
func TestPacesAreShown(t *testing.T) {
	b := newBrowser(t)
	b.s.Paces = func() map[string]Pace {
		return map[string]Pace{"telegram": {Waiting: 3, PerSecond: 27.5, Sent: 120, Holds: 2}, "discord": {Sent: 7}}
	}
	b.s.Size = func() int64 { return 4096 }
	b.s.Work = func() Work {
		return Work{Roles: []string{"poll", "match"}, Leases: map[string]int{"poll": 32, "match": 0}, Renewed: time.Now().Add(-time.Second)}
	}

	text := read(t, get(t, b.s, "/metrics"))
	for _, want := range []string{
		`newsbell_bot_holds_total{platform="telegram"} 2`, `newsbell_bot_messages_total{platform="discord"} 7`, `newsbell_bot_pace_per_second{platform="telegram"} 27.5`,
		`newsbell_bot_waiting_messages{platform="telegram"} 3`, "newsbell_database_bytes 4096", `newsbell_leases{work="match"} 0`, `newsbell_leases{work="poll"} 32`, `newsbell_role{role="match"} 1`, "newsbell_lease_age_seconds ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}

	if strings.Contains(text, `pace_per_second{platform="discord"}`) {
		t.Error("a platform without a limit has a pace")
	}

	operator := b.person("9")
	operator.signIn()
	operator.wants(operator.get("/op"), "120 messages since the start, 3 waiting, 27.5 a second at most; “too many” 2 times")
}

// TestDelaysAreMeasured: how long alerts took is a summary of those that were sent.
func TestDelaysAreMeasured(t *testing.T) {
	b := newBrowser(t)
	b.types("subscribe", "harbour")
	b.publishes(bridge()[0], "harbour")

	if text := read(t, get(t, b.s, "/metrics")); strings.Contains(text, "newsbell_alert_delay_seconds") {
		t.Error("an alert that waits was measured")
	}

	late := read(t, get(t, b.s, "/metrics"))
	for _, want := range []string{"newsbell_match_delay_seconds 0", `newsbell_delivery_delay_seconds{platform="telegram"} `} {
		if !strings.Contains(late, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}

	b.delivers()

	text := read(t, get(t, b.s, "/metrics"))
	for _, want := range []string{`newsbell_alert_delay_seconds{quantile="0.99"} `, "newsbell_alert_delay_seconds_count 1", `newsbell_alerts{state="sent"} 1`} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
}
