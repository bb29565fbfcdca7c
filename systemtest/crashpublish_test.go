package systemtest

import (
	"bytes"
	"fmt"
	"os"
	"slices"
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

	announced := r.announce()

	r.subscribe()
	r.waitForBaseline()

	deaths, alerts := 0, 0

	for n, step := range []string{"published:1", "answered:1", "published:2", "sent:1"} { // at most ten alerts: Discord publishes no more
		r.kill()

		for feed := range 2 {
			r.feeds.publishLong(feed)

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

// TestCrashWithEverythingOn kills the program where Telegram posts its updates, an announcement
// channel's alerts are published and outlets join stories: as an alert is sent or published, and
// as an edit is taken. Nothing is lost, nothing stands twice on Discord, each alert of the channel
// is published once, and in the end every message names the outlet that joined its story.
func TestCrashWithEverythingOn(t *testing.T) {
	startLong(t)

	r := editingRig(t)
	r.useWebhook()
	r.start("")
	r.discord.AwaitCommands()

	announced := r.announce()

	r.subscribe()
	r.waitForBaseline()

	deaths := 0
	dies := func(step string, does func()) {
		r.kill()
		r.start(step)
		does()

		if r.died(5 * time.Minute) {
			deaths++
		}

		r.start("")
	}

	var stories []echoed

	for _, step := range []string{"published:1", "sent:1", "published:2", "settled:1"} { // at most ten alerts: Discord publishes no more
		var told []story

		dies(step, func() { told = r.publishLong(2) })

		alerts := len(stories) + len(told)
		for end := time.Now().Add(5 * time.Minute); announced.Published() < alerts && time.Now().Before(end); {
			<-time.After(100 * time.Millisecond)
		}

		r.settled(5 * time.Second)
		dies("edited:1", func() { stories = append(stories, r.echoAll(told)...) })
	}

	unnamed := func() (wrong []string) {
		for _, s := range stories {
			shown := slices.DeleteFunc(announced.Messages(), func(text string) bool { return !strings.Contains(text, s.title) })
			if len(shown) != 1 || !strings.Contains(shown[0], s.outlet) {
				wrong = append(wrong, fmt.Sprintf("#announced: %s (want one message that names %s)\n%s", s.title, s.outlet, strings.Join(shown, "\n")))
			}
		}

		return append(wrong, r.allHear(stories)...)
	}

	r.awaitNone(unnamed)

	if posts := len(announced.Messages()); deaths != 8 || posts != len(stories) || announced.Published() != posts || r.discord.OverPublished() > 0 {
		t.Errorf("%d deaths; %d alerts stand as %d messages, %d of them published, %d times too many", deaths, len(stories), posts, announced.Published(), r.discord.OverPublished())
	}

	r.kill()
	r.judge(fmt.Sprintf("%d deaths with a webhook, publishing and edits", deaths))
}

// announce sets up an announcement channel whose alerts are published.
func (r *crashRig) announce() *discordtest.Channel {
	r.t.Helper()

	desk := r.discord.Server("Desk")
	announced := desk.Announcement("announced")
	boss := desk.Join(r.discord.Person("Boss"), discordtest.ManageServer).In(desk.Text("general"))

	if got := boss.Runs("/subscribe", "query", strings.Join(keywords, " OR "), "to", announced.ID); !strings.Contains(got, "now follows") {
		r.t.Fatalf("/subscribe to #announced: %q", got)
	}

	if got := boss.Runs("/settings", "key", "publish", "value", "on", "to", announced.ID); !strings.Contains(got, "now published") {
		r.t.Fatalf("/settings publish on: %q", got)
	}

	return announced
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
