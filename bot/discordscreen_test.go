package bot_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsbell/adapters/discord"
	"newsbell/adapters/discordtest"
	"newsbell/bot"
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

	a := discord.New(discord.Config{Token: f.Token, APIURL: f.APIURL, GatewayURL: f.GatewayURL, Commands: bot.Commands(), Cursors: w.store, Log: w.conf.Log})
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
