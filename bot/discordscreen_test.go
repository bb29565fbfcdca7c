package bot_test

import (
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"newsbell/adapters/discord"
	"newsbell/adapters/discordtest"
	"newsbell/bot"
	"newsbell/locales"
)

// TestOnDiscord holds conversations through the real adapter with a strict
// Discord: what the people there see.
func TestOnDiscord(t *testing.T) {
	f := discordtest.Start(discordtest.Options{})
	defer f.Close()

	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	ada, bo := f.Person("Ada"), f.Person("Bo")
	desk := f.Server("Desk")
	general, feed, closed := desk.Text("general"), desk.Text("feed"), desk.Text("closed")

	const manageServer, sendMessages = 1 << 5, 1 << 11 // Discord's "Permissions" page

	adaHere, boHere := desk.Join(ada, manageServer).In(general), desk.Join(bo).In(general)

	closed.DenyBot(sendMessages)

	a := discord.New(discord.Config{Token: f.Token, APIURL: f.APIURL, GatewayURL: f.GatewayURL, Commands: bot.Commands(locales.Builtin().English()), Cursors: w.store, Log: w.conf.Log})
	w.conf.Adapters["discord"] = a
	w.rebuild()

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)

	done := make(chan error, 1)
	go func() { done <- a.Run(ctx, w.bot) }()

	f.Await()
	f.AwaitCommands()

	boHere.Runs("/subscribe", "query", "drone -toy", "when", "hourly")
	boHere.Runs("/list")
	boHere.Runs("/subscribe", "query", "drone", "to", feed.ID)
	boHere.Runs("/help", "command", "subscribe")
	boHere.Runs("/unsubscribe", "which", "1")
	boHere.Presses("Undo")
	adaHere.Runs("/subscribe", "query", "strike", "to", feed.ID, "when", "8:00")
	adaHere.Runs("/subscribe", "query", "strike", "to", closed.ID)
	adaHere.Runs("/subscribe", "query", `"open quote`)
	adaHere.Presses(`"open quote"`)
	adaHere.Runs("/list")
	adaHere.Runs("/list", "to", feed.ID)
	adaHere.Runs("/pause", "for", "2 days", "to", feed.ID)
	adaHere.Presses("Resume")
	adaHere.Runs("/sources list")
	bo.Alone().Runs("/list")
	bo.Alone().Runs("/forget")
	bo.Alone().Presses("Delete everything")
	bo.ClosesMessages(50007)
	boHere.Runs("/subscribe", "query", "drone")

	got := "# general, a channel of Desk\n" + general.Transcript() + "\n# Ada's direct messages\n" + ada.Direct().Transcript() +
		"\n# Bo's direct messages\n" + bo.Direct().Transcript() + "\n# feed\n" + feed.Transcript()

	cancel()

	if err := <-done; err != nil {
		t.Error(err)
	}

	w.close()

	for _, c := range f.Complaints() {
		t.Error("Discord complains:", c)
	}

	compare(t, "testdata/discord.screen", strings.NewReplacer(feed.ID, "#feed", closed.ID, "#closed").Replace(got))
}

// A channel with subscriptions is deleted. They are still listed, and can be moved
// to another channel.
func TestADeletedChannelOnDiscord(t *testing.T) {
	f := discordtest.Start(discordtest.Options{})
	defer f.Close()

	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	desk := f.Server("Desk")
	general, voice := desk.Text("general"), desk.Voice("voice")
	readers, quiet := desk.Role("readers"), desk.QuietRole("quiet")
	ada := desk.Join(f.Person("Ada"), 1<<5).In(general)

	a := discord.New(discord.Config{Token: f.Token, APIURL: f.APIURL, GatewayURL: f.GatewayURL, Commands: bot.Commands(locales.Builtin().English()), Cursors: w.store, Log: w.conf.Log})
	w.conf.Adapters["discord"] = a
	w.rebuild()

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	done := make(chan error, 1)
	go func() { done <- a.Run(ctx, w.bot) }()

	f.Await()
	f.AwaitCommands()

	if got := ada.Runs("/subscribe", "query", "drone", "to", voice.ID, "ping", quiet); !strings.Contains(got, "allow anyone to mention it") {
		t.Errorf("a role that cannot be mentioned: %q", got)
	}

	if got := ada.Runs("/subscribe", "query", "drone", "to", voice.ID, "ping", readers); !strings.Contains(got, "<@&"+readers+">") {
		t.Errorf("the confirmation does not name the role: %q", got)
	}

	// What is offered and explained is the channel's that to: names.
	if got := ada.TypesWith("/unsubscribe", map[string]string{"to": voice.ID}, "which", ""); len(got) != 1 || got[0].Name != "#1 drone" {
		t.Errorf("offered for #voice: %+v", got)
	}

	if got := ada.Types("/unsubscribe", "which", ""); len(got) != 0 {
		t.Errorf("offered for direct messages: %+v", got)
	}

	if got := ada.Runs("/why", "which", "1", "to", voice.ID); strings.Contains(got, "no subscription") || got == "" {
		t.Errorf("/why to: %q", got)
	}

	voice.Delete()

	for limit := time.Now().Add(10 * time.Second); !strings.Contains(ada.Runs("/list"), "#voice has 1 subscription, but was deleted."); {
		if time.Now().After(limit) {
			t.Fatal("/list does not say that #voice was deleted\n" + general.Transcript())
		}
	}

	if got := ada.Presses("#voice"); !strings.Contains(got, "drone") || !strings.Contains(got, "<@&"+readers+">") {
		t.Errorf("the list of a deleted channel: %q", got)
	}

	if got := ada.Presses("Move to this channel"); got != "Moved 1 subscription to this channel: /list to:here" {
		t.Errorf("moving: %q", got)
	}

	if got := ada.Runs("/list", "to", general.ID); !strings.Contains(got, "drone") {
		t.Errorf("after moving: %q", got)
	}

	// A moment is shown in each reader's own zone.
	if got := ada.Runs("/pause", "for", "2 hours", "to", general.ID); !regexp.MustCompile(`Paused in #general until <t:\d+:f>\.|Paused until <t:\d+:f>\.`).MatchString(got) {
		t.Errorf("pausing: %q", got)
	}

	if got := ada.Runs("/list"); strings.Contains(got, "#voice") {
		t.Errorf("the ghost is still there: %q", got)
	}

	cancel()

	if err := <-done; err != nil {
		t.Error(err)
	}

	w.close()
}

// Discord lets no direct messages be opened for now: the answer does not claim that
// they are there already.
func TestAConfirmationThatComesLater(t *testing.T) {
	f := discordtest.Start(discordtest.Options{})
	defer f.Close()

	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	desk := f.Server("Desk")
	ada := f.Person("Ada")
	here := desk.Join(ada).In(desk.Text("general"))

	a := discord.New(discord.Config{Token: f.Token, APIURL: f.APIURL, GatewayURL: f.GatewayURL, Commands: bot.Commands(locales.Builtin().English()), Cursors: w.store, Log: w.conf.Log})
	w.conf.Adapters["discord"] = a
	w.rebuild()

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	done := make(chan error, 1)
	go func() { done <- a.Run(ctx, w.bot) }()

	f.Await()
	f.AwaitCommands()
	ada.ClosesMessages(40003)

	if got := here.Runs("/subscribe", "query", "drone"); !strings.Contains(got, "will follow in your direct messages") {
		t.Errorf("%q", got)
	}

	cancel()

	if err := <-done; err != nil {
		t.Error(err)
	}

	w.close()
}

// What is typed in a server reaches no bot: there a question opens a form, and one that was
// answered badly can be answered again.
func TestQuestionsInAServerOpenAForm(t *testing.T) {
	w, f := newDiscord(t)
	desk := f.Server("Desk")
	ada := desk.Join(f.Person("Ada"), 1<<5).In(desk.Text("general"))
	w.run(f)

	ada.Runs("/settings", "to", ada.Channel().ID)
	ada.Presses("Quiet hours")

	if got := ada.Form(); !strings.Contains(got, "Answer") || !strings.Contains(got, "22:00-7:00") {
		t.Fatalf("the form: %q", got)
	}

	if got := ada.Fills("whenever"); !strings.Contains(got, "[Answer]") {
		t.Fatalf("a bad answer: %q", got)
	}

	ada.Presses("Answer")

	if got := ada.Fills("22:00-7:00"); !strings.Contains(got, "22:00") || !strings.Contains(got, "[Undo]") {
		t.Errorf("a good answer: %q", got)
	}

	ada.Presses("Time zone")

	if got := ada.Fills("Warsaw"); !strings.Contains(got, "Warsaw") {
		t.Errorf("the zone: %q", got)
	}

	if got := ada.Runs("/settings", "to", ada.Channel().ID); !strings.Contains(got, "Warsaw") || !strings.Contains(got, "22:00") {
		t.Errorf("what is set: %q", got)
	}
}

// newDiscord is a bot with a strict Discord; run connects it.
func newDiscord(t *testing.T) (discordWorld, *discordtest.Fake) {
	f := discordtest.Start(discordtest.Options{})
	t.Cleanup(f.Close)

	return discordWorld{newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))}, f
}

type discordWorld struct{ *world }

// run connects the bot until the test ends, which fails if Discord complained.
func (w discordWorld) run(f *discordtest.Fake) {
	a := discord.New(discord.Config{Token: f.Token, APIURL: f.APIURL, GatewayURL: f.GatewayURL, Commands: bot.Commands(locales.Builtin().English()), Cursors: w.store, Log: w.conf.Log})
	w.conf.Adapters["discord"] = a
	w.rebuild()

	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)

	go func() { done <- a.Run(ctx, w.bot) }()

	w.t.Cleanup(func() {
		cancel()

		if err := <-done; err != nil {
			w.t.Error(err)
		}

		w.close()

		for _, c := range f.Complaints() {
			w.t.Error("Discord complains:", c)
		}
	})

	f.Await()
	f.AwaitCommands()
}
