package bot_test

import (
	"context"
	"errors"
	"net/netip"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/discord"
	"newsbell/adapters/discordtest"
	"newsbell/bot"
	"newsbell/locales"
	"newsbell/news/related"
	"newsbell/sources"
	"newsbell/store"
)

// unhurried is how long an interaction waits here: a busy machine takes the three seconds of
// the real Discord, which package discord tests.
const unhurried = time.Minute

func startDiscord() *discordtest.Fake {
	return discordtest.Start(discordtest.Options{AnswerWithin: unhurried})
}

// TestOnDiscord holds conversations through the real adapter with a strict
// Discord: what the people there see.
func TestOnDiscord(t *testing.T) {
	f := startDiscord()
	defer f.Close()

	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	ada, bo := f.Person("Ada"), f.Person("Bo")
	desk := f.Server("Desk")
	general, feed, closed := desk.Text("general"), desk.Text("feed"), desk.Text("closed")

	const manageServer, sendMessages = 1 << 5, 1 << 11 // Discord's "Permissions" page

	adaHere, boHere := desk.Join(ada, manageServer).In(general), desk.Join(bo).In(general)

	closed.DenyBot(sendMessages)

	a := discord.New(discord.Config{AnswerWithin: unhurried, Token: f.Token, APIURL: f.APIURL, GatewayURL: f.GatewayURL, Commands: bot.Commands(locales.Builtin().English()), Cursors: w.store, Log: w.conf.Log})
	w.conf.Adapters["discord"] = a
	w.rebuild()

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)

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
	f := startDiscord()
	defer f.Close()

	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	desk := f.Server("Desk")
	general, voice := desk.Text("general"), desk.Voice("voice")
	readers, editors, quiet := desk.Role("readers"), desk.Role("editors"), desk.QuietRole("quiet")
	ada := desk.Join(f.Person("Ada"), 1<<5).In(general)

	a := discord.New(discord.Config{AnswerWithin: unhurried, Token: f.Token, APIURL: f.APIURL, GatewayURL: f.GatewayURL, Commands: bot.Commands(locales.Builtin().English()), Cursors: w.store, Log: w.conf.Log})
	w.conf.Adapters["discord"] = a
	w.rebuild()

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()

	done := make(chan error, 1)
	go func() { done <- a.Run(ctx, w.bot) }()

	f.Await()
	f.AwaitCommands()

	if got := ada.Runs("/subscribe", "query", "drone", "to", voice.ID, "ping", quiet); !strings.Contains(got, "allow anyone to mention it") {
		t.Errorf("a role that cannot be mentioned: %q", got)
	}

	if got := ada.Runs("/subscribe", "query", "ping:"+quiet+" drone", "to", voice.ID, "ping", readers); !strings.Contains(got, "allow anyone to mention it") {
		t.Errorf("two roles of which one cannot be mentioned: %q", got)
	}

	if got := ada.Runs("/subscribe", "query", "ping:<@&"+editors+"> drone", "to", voice.ID, "ping", readers); !strings.Contains(got, "<@&"+readers+">, <@&"+editors+">") {
		t.Errorf("the confirmation does not name the roles: %q", got)
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

	for limit := time.Now().Add(2 * time.Minute); !strings.Contains(ada.Runs("/list"), "**#voice** has 1 subscription, but was deleted."); {
		if time.Now().After(limit) {
			t.Fatal("/list does not say that #voice was deleted\n" + general.Transcript())
		}
	}

	if got := ada.Presses("#voice"); !strings.Contains(got, "drone") || !strings.Contains(got, "<@&"+readers+">, <@&"+editors+">") {
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
	f := startDiscord()
	defer f.Close()

	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	desk := f.Server("Desk")
	ada := f.Person("Ada")
	here := desk.Join(ada).In(desk.Text("general"))

	a := discord.New(discord.Config{AnswerWithin: unhurried, Token: f.Token, APIURL: f.APIURL, GatewayURL: f.GatewayURL, Commands: bot.Commands(locales.Builtin().English()), Cursors: w.store, Log: w.conf.Log})
	w.conf.Adapters["discord"] = a
	w.rebuild()

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
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

// Whoever added the bot to their account uses it in servers and messages where it is not:
// alerts come as direct messages, only they see the replies, nothing is posted there, and
// Discord is asked nothing that needs to be a member.
func TestOnAPersonsAccount(t *testing.T) {
	w, f := newDiscord(t)
	other := f.Server("Other")
	ada := f.Person("Ada")
	there := other.Join(ada, 1<<5).In(other.Text("general"))

	w.run(f)
	other.Kick()

	if !panics(func() { there.Runs("/list") }) {
		t.Error("the commands are offered in a server that the bot is not in, to everybody")
	}

	ada.Installs()

	if got := there.Runs("/subscribe", "query", "drone"); !strings.Contains(got, "direct messages") {
		t.Errorf("subscribing: %q", got)
	}

	if got := ada.Direct().AwaitMessages(1); !strings.Contains(got[0], "You now follow **#1 drone**.") {
		t.Errorf("in direct messages: %q", got)
	}

	for _, to := range []string{there.Channel().ID} {
		if got := there.Runs("/subscribe", "query", "drone", "to", to); !strings.Contains(got, "not in this server") {
			t.Errorf("to:%s: %q", to, got)
		}
	}

	if got := there.Runs("/subscribe", "query", "to:here drone"); !strings.Contains(got, "not in this server") {
		t.Errorf("to:here: %q", got)
	}

	if got := there.Runs("/start"); strings.Contains(got, "Set up this channel") {
		t.Errorf("/start offers to set up a channel: %q", got)
	}

	elsewhere := ada.Elsewhere()

	act := elsewhere.Starts("/list")
	if got := act.Answer(); !strings.Contains(got, "drone") || !act.Hidden() {
		t.Errorf("in messages with somebody else, hidden %t: %q", act.Hidden(), got)
	}

	act = elsewhere.StartsPress("Unsubscribe")
	if got := act.Answer(); !strings.Contains(got, "drone") || !act.Hidden() {
		t.Errorf("a button there, hidden %t: %q", act.Hidden(), got)
	}

	for _, q := range f.Requests() {
		if q.Status == 403 || q.Status == 404 {
			t.Errorf("%s %s: %d", q.Method, q.Path, q.Status)
		}
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()

	f()

	return false
}

// The menu of a message has two commands: one follows what it tells, one says what outlets
// report on it. Only the person who asks sees the replies.
func TestCommandsOfAMessage(t *testing.T) {
	w, f := newDiscord(t)
	w.conf.Fetcher = nil
	w.news()
	w.shorten()

	desk := f.Server("Desk")
	general := desk.Text("general")
	bo, ada := desk.Join(f.Person("Bo")).In(general), desk.Join(f.Person("Ada")).In(general)
	w.run(f)

	bo.Says("have you seen https://gazette.example/port-strike ?")
	bo.Says("They say that the Harbour dockers and the port failed again in their talks, and that the strike enters its second week.")
	bo.Says("tidal power")
	bo.Says("")

	if got := ada.RunsOn("What do outlets say?", "have you seen"); !strings.Contains(got, "Dockers and port still apart") || !strings.Contains(got, "Harbour Courier") {
		t.Errorf("of a link: %q", got)
	}

	if got := ada.RunsOn("What do outlets say?", "They say"); !strings.Contains(got, "What outlets report about this:") || !strings.Contains(got, "strike") {
		t.Errorf("of a claim: %q", got)
	}

	if got := ada.RunsOn("What do outlets say?", "tidal power"); !strings.Contains(got, "I haven't read anything about this.") {
		t.Errorf("of what nobody reports: %q", got)
	}

	if got := ada.RunsOn("Follow this", "tidal power"); !strings.Contains(got, "tidal and power") && !strings.Contains(got, "tidal power") {
		t.Errorf("following words: %q", got)
	}

	if got := ada.RunsOn("Follow this", "have you seen"); !strings.Contains(got, "[Follow story]") || !strings.Contains(got, "[Follow site:gazette.example]") {
		t.Errorf("following a story: %q", got)
	}

	if got := ada.Presses("Follow story"); !strings.Contains(got, "[Undo]") {
		t.Errorf("pressing: %q", got)
	}

	for i, hidden := range general.Hidden() {
		if !hidden {
			t.Errorf("reply %d is for all to see", i)
		}
	}
}

// newDiscord is a bot with a strict Discord; run connects it.
func newDiscord(t *testing.T) (discordWorld, *discordtest.Fake) {
	f := startDiscord()
	t.Cleanup(f.Close)

	return discordWorld{newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))}, f
}

type discordWorld struct{ *world }

// run connects the bot until the test ends, which fails if Discord complained.
func (w discordWorld) run(f *discordtest.Fake) {
	english := locales.Builtin().English()
	a := discord.New(discord.Config{AnswerWithin: unhurried, Token: f.Token, APIURL: f.APIURL, GatewayURL: f.GatewayURL, Commands: bot.Commands(english), OnMessages: bot.MessageCommands(english), Cursors: w.store, Log: w.conf.Log})
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

// shorten keeps the short forms of what was matched, as the chores do.
func (w *world) shorten() {
	w.must(func(tx *store.Tx) error {
		list, err := tx.Unrelated(1000)

		var short []store.Shortened

		for _, a := range list {
			one := store.Shortened{Article: a}
			for _, term := range related.Terms(&a.News) {
				one.Terms = append(one.Terms, term.Hash)
			}

			short = append(short, one)
		}

		return errors.Join(err, tx.SaveRelated(short))
	})
}

// The panel of a server shows its managers every channel with what it gets, also a deleted
// one; they say which roles may set up alerts, and those that may cannot let others.
func TestServerPanel(t *testing.T) {
	w, f := newDiscord(t)
	desk, other := f.Server("Desk"), f.Server("Other")
	general, feed, voice := desk.Text("general"), desk.Text("feed"), desk.Voice("voice")
	mods := desk.Role("mods")
	ada := desk.Join(f.Person("Ada"), discordtest.ManageServer).In(general)
	bo := desk.Join(f.Person("Bo"))
	boHere := bo.In(general)
	cy := other.Join(f.Person("Cy"), discordtest.ManageServer).In(other.Text("lobby"))
	w.run(f)

	if got := ada.Runs("/server"); !strings.Contains(got, "No channel gets alerts yet.") || !strings.Contains(got, "[Roles that may set up alerts too]") {
		t.Errorf("an empty server: %q", got)
	}

	ada.Runs("/subscribe", "query", "drone", "to", feed.ID)
	ada.Runs("/subscribe", "query", "rain", "to", voice.ID)
	ada.Runs("/pause", "to", feed.ID)
	feed.DenyBot(discordtest.SendMessages)

	if got := ada.Runs("/server"); !strings.Contains(got, "**#feed** has 1 subscription.") || !strings.Contains(got, "Alerts are paused.") || !strings.Contains(got, "**#voice** has 1 subscription.") {
		t.Errorf("the panel: %q", got)
	} else if got := ada.Runs("/server"); !strings.Contains(got, "· · ·") || !strings.Contains(got, "#1** rain\n-# Set up by <@"+ada.ID+">") || !strings.Contains(got, "Send Messages") {
		t.Errorf("the panel is no page with what each channel gets, who set it up and what is missing: %q", got)
	}

	got := ada.Selects("Pick a channel", "#feed")
	for _, want := range []string{"drone", "Set up by <@" + ada.ID + ">", "Send Messages", "[Resume]", "[Send a sample] [Settings]", "[Unsubscribe all!]"} {
		if !strings.Contains(got, want) {
			t.Errorf("#feed lacks %q:\n%s", want, got)
		}
	}

	ada.Presses("‹ Back")

	// Bo may not, until a role of his may.
	for what, got := range map[string]string{"Bo": boHere.Runs("/server"), "Bo subscribing": boHere.Runs("/subscribe", "query", "snow", "to", feed.ID)} {
		if !strings.Contains(got, "Only people with Manage Server") {
			t.Errorf("%s: %q", what, got)
		}
	}

	bo.Gets(mods)

	if got := ada.Selects("Roles that may set up alerts too", mods); !strings.Contains(got, "People with Manage Server and <@&"+mods+">") || !strings.Contains(got, "[Undo]") {
		t.Errorf("naming a role: %q", got)
	}

	if got := boHere.Runs("/server"); !strings.Contains(got, "**#voice** has 1 subscription.") {
		t.Errorf("Bo with the role: %q", got)
	}

	if got := boHere.TypesWith("/unsubscribe", map[string]string{"to": voice.ID}, "which", ""); len(got) != 1 {
		t.Errorf("Bo is offered %v", got)
	}

	if got := boHere.Runs("/list", "to", voice.ID); !strings.Contains(got, "rain") {
		t.Errorf("Bo lists another channel: %q", got)
	}

	if got := boHere.Selects("Roles that may set up alerts too", mods, desk.Role("friends")); !strings.Contains(got, "Only people with Manage Server") {
		t.Errorf("Bo names roles: %q", got)
	}

	// Who manages another server sees nothing of this one.
	if got := cy.Runs("/server"); strings.Contains(got, "#voice") || strings.Contains(got, mods) {
		t.Errorf("another server: %q", got)
	}

	voice.Delete()

	for limit := time.Now().Add(2 * time.Minute); !strings.Contains(ada.Runs("/server"), "**#voice** has 1 subscription, but was deleted."); {
		if time.Now().After(limit) {
			t.Fatal("the panel does not say that #voice was deleted\n" + general.Transcript())
		}
	}

	if got := ada.Selects("Pick a channel", "#voice"); !strings.Contains(got, "[Move to this channel] [Unsubscribe all!]") {
		t.Errorf("a deleted channel: %q", got)
	}

	if got := ada.Presses("Unsubscribe all"); !strings.Contains(got, "[Undo]") {
		t.Errorf("ending what it got: %q", got)
	}

	ada.Runs("/server")

	if got := ada.Selects("Roles that may set up alerts too"); strings.Contains(got, mods) {
		t.Errorf("taking the role away: %q", got)
	}

	if got := boHere.Runs("/server"); !strings.Contains(got, "Only people with Manage Server") {
		t.Errorf("Bo after that: %q", got)
	}

	if got := ada.Presses("Undo"); !strings.Contains(got, mods) {
		t.Errorf("the undo: %q", got)
	}
}

// A subscription of a channel is changed from the panel: its query, when it comes, where to;
// each change can be taken back, and is posted where the managers want that.
func TestServerPanelChanges(t *testing.T) {
	w, f := newDiscord(t)
	desk := f.Server("Desk")
	general, feed, closed, changes := desk.Text("general"), desk.Text("feed"), desk.Text("closed"), desk.Text("changes")
	ada := desk.Join(f.Person("Ada"), discordtest.ManageServer).In(general)
	bo := desk.Join(f.Person("Bo")).In(general)
	w.run(f)
	closed.DenyBot(discordtest.SendMessages)

	ada.Runs("/subscribe", "query", "drone", "to", feed.ID)
	ada.Runs("/subscribe", "query", "rain", "to", feed.ID)
	ada.Runs("/server")
	wantsIn(t, ada.Picks("Post a log of changes in a channel", closed), "Send Messages")
	wantsIn(t, ada.Picks("Post a log of changes in a channel", changes), "Changes are posted in #changes.")

	ada.Selects("Pick a channel", "#feed")
	wantsIn(t, ada.Selects("Pick a subscription to change", "#2 rain"), "Set up by <@"+ada.ID+">")
	ada.Presses("Change query")
	wantsIn(t, ada.Fills("rain OR snow"), "Updated **#2 rain or snow**")
	wantsIn(t, ada.Presses("Undo"), "#2 rain")

	ada.Runs("/server")
	ada.Selects("Pick a channel", "#feed")
	ada.Selects("Pick a subscription to change", "#2 rain")
	wantsIn(t, ada.Selects("When its alerts come", "Daily at 8:00"), "daily at 8:00")
	wantsIn(t, ada.Picks("Move to another channel", closed), "Send Messages")
	wantsIn(t, ada.Picks("Move to another channel", general), "Moved to #general: #1 rain.")
	wantsIn(t, ada.Runs("/list", "to", general.ID), "rain")
	wantsIn(t, ada.Runs("/list", "to", general.ID), "daily at 8:00")
	wantsIn(t, ada.Presses("Undo"), "Moved to #feed")

	ada.Runs("/server")
	ada.Selects("Pick a channel", "#feed")
	wantsIn(t, ada.Picks("Move everything to another channel", general), "Moved to #general: #2–#3.")
	wantsIn(t, ada.Runs("/list", "to", feed.ID), "No subscriptions in #feed")

	// Whoever does not manage the server does nothing of it, by whatever they still see.
	ada.Runs("/server")
	ada.Selects("Pick a channel", "#general")

	for _, data := range []string{"one:1", "change:1", "when:1:hourly", "moveto:1:" + feed.ID, "moveall:1:" + feed.ID, "log:off", "log:" + general.ID} {
		m := w.bot.Answer(t.Context(), forged(bo, desk.ID, data))
		if got := m.String(); !strings.Contains(got, "Only people with Manage Server") && !strings.Contains(got, "no longer") && !strings.Contains(got, "expired") {
			t.Errorf("%s by a member: %q", data, got)
		}
	}

	ada.Runs("/server")
	wantsIn(t, ada.Presses("Don't post changes"), "[Undo]")
	wantsIn(t, ada.Presses("Undo"), "Changes are posted in #changes.")

	posted := w.noticesOf(changes.ID)
	for _, want := range []string{"Ada in #changes: changed where changes are posted", "Ada in #feed: changed the query of #2", "Ada in #feed: moved #2 to #general", "Ada in #general: moved #1 to #feed"} {
		if !strings.Contains(posted, want) {
			t.Errorf("the log lacks %q:\n%s", want, posted)
		}
	}
}

// forged is a press that nobody was offered.
func forged(who discordtest.Actor, server, data string) *adapters.Request {
	return &adapters.Request{
		Key: "forged " + data, Kind: adapters.PressRequest, Data: data, User: adapters.User{ID: who.ID, Name: who.Name}, Rights: &adapters.Rights{},
		Chat: adapters.ChatInfo{Chat: adapters.Chat{Platform: "discord", Address: who.Channel().ID}, Kind: adapters.Group, Server: server},
	}
}

// noticesOf is what waits for a chat.
func (w *world) noticesOf(address string) string {
	var all []string

	w.must(func(tx *store.Tx) error {
		c, err := tx.Chat("discord", address)
		if err != nil {
			return err
		}

		for {
			out, err := tx.Claim(c.ID, store.Claim{Run: "test", Burst: 10, RetryAfter: time.Minute, Room: func(_ *store.Chat, a []*store.Alert) int { return len(a) }})
			if err != nil || out == nil {
				return err
			}

			all = append(all, out.Notice)

			if _, err := tx.Settle(store.Outcome{Message: out.ID, Sent: true, Ref: strconv.FormatInt(out.ID, 10)}); err != nil {
				return err
			}
		}
	})

	return strings.Join(all, "\n")
}

// What a person does costs one request, its answer; opening direct messages, once for each
// person, and the confirmation there come on top.
func TestRequestsOfACommand(t *testing.T) {
	w, f := newDiscord(t)
	desk := f.Server("Desk")
	general, feed := desk.Text("general"), desk.Text("feed")
	ada := desk.Join(f.Person("Ada"), discordtest.ManageServer).In(general)
	w.run(f)
	w.news()

	for _, c := range []struct {
		what string
		do   func()
		want int
	}{
		{"/help", func() { ada.Runs("/help") }, 1},
		{"the first /subscribe", func() { ada.Runs("/subscribe", "query", "drone") }, 3},
		{"/subscribe", func() { ada.Runs("/subscribe", "query", "rain") }, 2},
		{"/subscribe to:#feed", func() { ada.Runs("/subscribe", "query", "drone", "to", feed.ID) }, 1},
		{"/list", func() { ada.Runs("/list") }, 1},
		{"/list to:#feed", func() { ada.Runs("/list", "to", feed.ID) }, 1},
		{"/server", func() { ada.Runs("/server") }, 1},
		{"picking from its menu", func() { ada.Selects("Pick a channel", "#feed") }, 1},
		{"pressing a button", func() { ada.Presses("Unsubscribe") }, 1},
		{"typing an option", func() { ada.TypesWith("/unsubscribe", map[string]string{"to": feed.ID}, "which", "") }, 1},
		{"a question with its answer", func() { ada.Runs("/settings", "key", "zone"); ada.Fills("Warsaw") }, 2},
	} {
		before := len(f.Requests())

		c.do()

		calls := f.Requests()[before:]
		t.Logf("%-28s %d", c.what, len(calls))

		if len(calls) != c.want {
			t.Errorf("%s: %d requests, want %d: %v", c.what, len(calls), c.want, calls)
		}
	}
}

// onDiscord holds a conversation of Ada, who manages a server, through the real adapter with a
// strict Discord. allow are private addresses that files may lie at.
func onDiscord(t *testing.T, allow string, talk func(f *discordtest.Fake, here, alone discordtest.Actor)) {
	t.Helper()
	onDiscordWith(t, allow, func(*world) {}, talk)
}

// onDiscordWith is onDiscord, with what prepare makes of the world before.
func onDiscordWith(t *testing.T, allow string, prepare func(*world), talk func(f *discordtest.Fake, here, alone discordtest.Actor)) {
	t.Helper()

	f := startDiscord()
	defer f.Close()

	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	defer w.close()

	ada := f.Person("Ada")
	desk := f.Server("Desk")

	fetcher := sources.NewFetcher(sources.Options{Allow: []netip.Prefix{netip.MustParsePrefix(allow)}})
	defer fetcher.Close()

	a := discord.New(discord.Config{AnswerWithin: unhurried, Token: f.Token, APIURL: f.APIURL, GatewayURL: f.GatewayURL, Commands: bot.Commands(locales.Builtin().English()), Cursors: w.store, Log: w.conf.Log})
	w.conf.Adapters["discord"], w.conf.Fetcher = a, fetcher
	w.rebuild()
	prepare(w)

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	done := make(chan error, 1)

	go func() { done <- a.Run(ctx, w.bot) }()

	f.Await()
	f.AwaitCommands()
	talk(f, desk.Join(ada, 1<<5).In(desk.Text("general")), ada.Alone())
	cancel()

	if err := <-done; err != nil {
		t.Error(err)
	}

	for _, c := range f.Complaints() {
		t.Error("Discord complains:", c)
	}
}

func wantsIn(t *testing.T, got, want string) {
	t.Helper()

	if !strings.Contains(got, want) {
		t.Errorf("the answer is %q, want %q in it", got, want)
	}
}

func feedList(name string) []byte {
	return []byte(`<opml version="2.0"><body><outline text="` + strings.ToUpper(name) + `" xmlUrl="https://` + name + `.example/rss"/></body></opml>`)
}

// TestAFileOnDiscord: a list of feeds goes with /import, or is sent to the bot. One that is too
// large or something else changes nothing.
func TestAFileOnDiscord(t *testing.T) {
	onDiscord(t, "127.0.0.0/8", func(f *discordtest.Fake, here, alone discordtest.Actor) {
		wantsIn(t, here.Runs("/import", "to", here.Channel().ID, "file", f.Attach("feeds.opml", feedList("a"))), "Imported: 1 added")
		wantsIn(t, here.Runs("/sources list", "to", here.Channel().ID), "**A**")
		wantsIn(t, alone.Runs("/import", "file", f.Attach("big.opml", make([]byte, 20<<20))), "too big")
		wantsIn(t, alone.Runs("/import", "file", f.Attach("notes.txt", []byte("Dear diary"))), "can't read that")

		n := len(alone.Channel().Messages())
		alone.Sends("", f.Attach("my feeds.opml", feedList("b")))

		answers := alone.Channel().AwaitMessages(n + 1)
		wantsIn(t, answers[len(answers)-1], "Imported: 1 added")
		wantsIn(t, alone.Runs("/sources list"), "**B**")
	})
}

// TestAFileIsNotFetchedFromInside: whatever the address of an attachment is, it leads nowhere
// that chats may not reach.
func TestAFileIsNotFetchedFromInside(t *testing.T) {
	onDiscord(t, "192.0.2.0/24", func(f *discordtest.Fake, _, alone discordtest.Actor) {
		wantsIn(t, alone.Runs("/import", "file", f.Attach("feeds.opml", feedList("c"))), "it's at a private address")
		wantsIn(t, alone.Runs("/sources list"), "There are no sources yet")
	})
}

// TestTagsOfAForumOnDiscord: label: gives posts a tag of the forum, offered and checked by the
// names it has; it stands in lists and can be taken back.
func TestTagsOfAForumOnDiscord(t *testing.T) {
	w, f := newDiscord(t)
	desk := f.Server("Desk")
	general, forum, bare := desk.Text("general"), desk.Forum("stories"), desk.Forum("bare")
	ada := desk.Join(f.Person("Ada"), 1<<5).In(general)

	forum.SetTags(false, "Ukraine", "Breaking news", "(Staff)")

	w.run(f)

	var offered []string
	for _, c := range ada.TypesWith("/subscribe", map[string]string{"to": forum.ID}, "label", "") {
		offered = append(offered, c.Name)
	}

	if got := strings.Join(offered, "; "); got != "Ukraine; Breaking news" {
		t.Errorf("offered: %q", got)
	}

	for _, one := range []struct{ to, label, want string }{
		{general.ID, "Ukraine", "label: gives posts a tag in a Discord forum."},
		{"", "Ukraine", "label: gives posts a tag in a Discord forum."},
		{bare.ID, "Ukraine", "That forum has no tags yet."},
		{forum.ID, "Staff", "That forum has no tag “Staff”. It has Ukraine and Breaking news."},
		{forum.ID, "breaking NEWS", "Its posts get the tag “Breaking news”."},
	} {
		options := []string{"query", "drone", "label", one.label}
		if one.to != "" {
			options = append(options, "to", one.to)
		}

		if got := ada.Runs("/subscribe", options...); !strings.Contains(got, one.want) {
			t.Errorf("label:%s in %s: %q", one.label, one.to, got)
		}
	}

	listed := func() bool { return strings.Contains(ada.Runs("/list", "to", forum.ID), "tag “Breaking news”") }
	if !listed() {
		t.Error("the list doesn't name the tag\n" + general.Transcript())
	}

	if ada.Runs("/subscribe", "query", "drone", "label", "off", "to", forum.ID); listed() {
		t.Error("label:off leaves it\n" + general.Transcript())
	}

	if ada.Presses("Undo"); !listed() {
		t.Error("Undo doesn't bring it back\n" + general.Transcript())
	}
}
