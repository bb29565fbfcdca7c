package adapters_test

import (
	"strings"
	"testing"
	"time"

	"newsbell/adapters"
)

func TestPlain(t *testing.T) {
	alert := adapters.Alert{
		Title: "Drone rules take effect", URL: "https://wire.example/rules", Outlet: "Plain Wire", Published: time.Now().Add(-5*time.Minute - time.Second),
		Summary: "Pilots need a licence.", Matched: []string{"Drone", "drones", "drone", "DRONE"}, Follows: []adapters.Follow{{Number: 2, Query: "drone"}}, Also: []adapters.Also{{Outlet: "Gazette"}},
	}
	for _, c := range []struct {
		name string
		m    *adapters.Message
		want []string
	}{
		{"nothing", nil, []string{""}},
		{"alert", &adapters.Message{Alert: &alert}, []string{
			"Drone rules take effect", "Plain Wire · 5 min ago", "Pilots need a licence.", "Matched: Drone, drones (#2 drone)", "Also: Gazette", "https://wire.example/rules",
		}},
		{"bare alert", &adapters.Message{Alert: &adapters.Alert{Title: "T", Follows: []adapters.Follow{{Number: 1, Query: "lang:en"}}}}, []string{"T", "For #1 lang:en"}},
		{"digest", &adapters.Message{Digest: &adapters.Digest{Heading: "While you were away", Alerts: []adapters.Alert{alert}, More: 3, Part: 1, Parts: 2}}, []string{
			"While you were away (1 of 2)", "• Drone rules take effect (Plain Wire · 5 min ago) <https://wire.example/rules>", "and 3 more",
		}},
		{"text", &adapters.Message{Text: adapters.Text{{adapters.Bold("a"), adapters.Link("b", "https://x.example")}}, File: &adapters.File{Name: "feeds.opml"}}, []string{
			"ab <https://x.example>", "feeds.opml",
		}},
	} {
		if got, want := c.m.String(), strings.Join(c.want, "\n"); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, want)
		}
	}
}

func TestAgo(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Hour: "just now", 59 * time.Second: "just now", 61 * time.Second: "1 min ago", 90 * time.Minute: "1 h ago", 47 * time.Hour: "47 h ago", 49 * time.Hour: "2 days ago",
	} {
		if got := adapters.English().Ago(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}
