package systemtest

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"newsbell/adapters/discordtest"
	"newsbell/internal/porttest"
)

// TestCrashWithAWebhookAndPublishing kills the program where Telegram posts its updates and the
// alerts of an announcement channel are published: nothing is lost, nothing stands twice on
// Discord, and each alert of the channel is published.
func TestCrashWithAWebhookAndPublishing(t *testing.T) {
	startLong(t)

	r := newCrashRig(t, testBinary(t), 10)
	r.useWebhook()
	r.start("")
	r.discord.AwaitCommands()

	desk := r.discord.Server("Desk")
	announced := desk.Announcement("announced")
	boss := desk.Join(r.discord.Person("Boss"), discordtest.ManageServer).In(desk.Text("general"))

	if got := boss.Runs("/subscribe", "query", strings.Join(keywords, " OR "), "to", announced.ID); !strings.Contains(got, "now follows") {
		t.Fatalf("/subscribe to #announced: %q", got)
	}

	if got := boss.Runs("/settings", "key", "publish", "value", "on", "to", announced.ID); !strings.Contains(got, "published now") {
		t.Fatalf("/settings publish on: %q", got)
	}

	r.subscribe()
	r.waitForBaseline()

	deaths, alerts := 0, 0

	for n, step := range []string{"published:1", "answered:1", "published:2", "sent:1"} { // at most ten alerts: Discord publishes no more
		r.kill()

		for feed := range 2 {
			r.press.publishLong(feed)

			alerts++
		}

		r.start(step)
		r.telegram.NewUser(fmt.Sprintf("Eve%d", n)).Says("/help")

		if r.died(5 * time.Minute) { // it comes: two alerts, and a question
			deaths++
		}

		r.start("")

		for end := time.Now().Add(5 * time.Minute); announced.Published() < alerts && time.Now().Before(end); {
			<-time.After(100 * time.Millisecond)
		}
	}

	if posts := len(announced.Messages()); posts != alerts || announced.Published() != alerts || r.discord.OverPublished() > 0 {
		t.Errorf("%d alerts stand as %d messages, %d of them published, %d times too many", alerts, posts, announced.Published(), r.discord.OverPublished())
	}

	if asked := len(r.telegram.Calls("getUpdates")); deaths != 4 || asked > 0 {
		t.Errorf("%d deaths, %d times asked for updates", deaths, asked)
	}

	r.kill()
	r.judge(fmt.Sprintf("%d deaths with a webhook and publishing", deaths))
}

// useWebhook has Telegram post its updates to the program.
func (r *crashRig) useWebhook() {
	r.t.Helper()

	config, err := os.ReadFile(r.path("config.toml"))
	if err != nil {
		r.t.Fatal(err)
	}

	address := porttest.Address(r.t)
	lines := fmt.Sprintf("[telegram]\nwebhook = \"http://%s/tg\"\nwebhook_listen = %q\n", address, address)

	if err := os.WriteFile(r.path("config.toml"), bytes.Replace(config, []byte("[telegram]\n"), []byte(lines), 1), 0o600); err != nil {
		r.t.Fatal(err)
	}
}
