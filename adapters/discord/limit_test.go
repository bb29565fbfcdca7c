package discord

import (
	"strings"
	"testing"

	"newsbell/adapters/discordtest"
)

// TestNearLimit: the operator hears before Discord no longer lets the bot connect.
func TestNearLimit(t *testing.T) {
	t.Parallel()

	for servers, want := range map[int]string{0: "", 74: "", 80: "in about 80 servers", 2100: ""} {
		r := newRig(t, discordtest.Options{Servers: servers})

		got := r.a.NearLimit(t.Context())
		if (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%d servers: %q", servers, got)
		}
	}

	r := newRig(t, discordtest.Options{})
	r.f.Fail("GET /gateway/bot", discordtest.Fault{Status: 200, Body: `{"url":"wss://x.example","session_start_limit":{"remaining":7}}`})

	if got := r.a.NearLimit(t.Context()); !strings.Contains(got, "only 7 more times") {
		t.Errorf("7 connections left: %q", got)
	}
}
