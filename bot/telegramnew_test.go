package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/adapters/telegram"
	"newsbell/adapters/telegramtest"
	"newsbell/bot"
	"newsbell/bot/story"
	"newsbell/delivery"
	"newsbell/internal/porttest"
	"newsbell/locales"
)

// deliver runs delivery to Telegram, with the gate that the bot has.
func (w *world) deliver(a adapters.Adapter) (stop func()) {
	d := delivery.New(delivery.Config{
		Store: w.store, Lanes: []delivery.Lane{{Adapter: a, Gate: gate.New(gate.Limits{})}}, Texts: w.all, Burst: 10, Summary: 300,
		Buttons: story.AlertButtons, Log: slog.New(slog.DiscardHandler),
	})

	ctx, cancel := context.WithCancel(w.ctx)
	done := make(chan error, 1)
	w.delivers = true

	go func() { done <- d.Run(ctx) }()

	return func() {
		cancel()

		if err := <-done; err != nil {
			w.t.Error(err)
		}
	}
}

// TestTopicsOnTelegram: who wants it has a topic for each subscription in the private chat, where
// the bot has topics: what the person sees, with what becomes of a topic that was deleted.
func TestTopicsOnTelegram(t *testing.T) {
	onTelegram(t, telegramtest.Options{Topics: true}, func(*world) {}, func(w *world, tg *telegramtest.Server, a adapters.Adapter) {
		stop := w.deliver(a)
		settle := func() {
			time.Sleep(time.Minute)

			if err := tg.Settle(w.ctx); err != nil {
				t.Fatal(err)
			}

			synctest.Wait()
		}

		ada := tg.NewUser("Ada")
		chat := ada.Private()

		var b strings.Builder

		// shows writes down what stands in the chat and its topics, each below its name.
		shows := func(when string) {
			fmt.Fprintf(&b, "# %s\n%s\n", when, chat.Transcript())
		}

		for _, step := range []func(){
			func() { ada.Says("/subscribe drone") },
			func() { ada.Says("/subscribe parliament") },
			func() { ada.Says("/settings topics") },
			func() { ada.Presses("On") },
			func() { w.publish(4) },
			func() { w.publish(6) },
			func() { ada.SaysIn(chat.Topic("drone"), "/list") },
			func() { ada.PressesIn(chat.Topic("parliament"), "More…") },
			func() { ada.PressesIn(chat.Topic("parliament"), "Why?") },
		} {
			step()
			settle()
		}

		shows("The chat, with topics")

		chat.Topic("drone").Delete()
		w.happens([]string{"title", "Drone", "delivers", "a", "letter"})
		settle()
		shows("After the topic was deleted and a story came")
		ada.Says("/settings topics off")
		settle()
		w.happens([]string{"title", "Drone", "races", "begin"})
		settle()
		shows("After topics were switched off")
		stop()
		compare(t, "testdata/topics.screen", b.String())
	})
}

// TestTopicsAreOfferedWhereTheyWork: the setting is offered, and taken, only where the bot has
// topics and in a private chat.
func TestTopicsAreOfferedWhereTheyWork(t *testing.T) {
	for _, has := range []bool{false, true} {
		onTelegram(t, telegramtest.Options{Topics: has}, func(*world) {}, func(w *world, tg *telegramtest.Server, _ adapters.Adapter) {
			ada := tg.NewUser("Ada")
			desk := tg.NewSupergroup("Desk", ada)
			ada.AddBot(desk)

			for _, step := range []func(){
				func() { ada.Says("/settings") },
				func() { ada.Says("/settings topics on") },
				func() { ada.SaysIn(desk, "/settings@newsbell_bot topics on") },
			} {
				step()

				if err := tg.Settle(w.ctx); err != nil {
					t.Fatal(err)
				}

				synctest.Wait()
			}

			private, group := ada.Private().Transcript(), desk.Transcript()
			if strings.Contains(private, "[A topic for each]") != has || strings.Contains(private, "topic of its own here") != has {
				t.Errorf("with topics: %v\n%s", has, private)
			}

			if !strings.Contains(group, "Topics aren't available here.") {
				t.Errorf("in a group:\n%s", group)
			}
		})
	}
}

// TestAnswersInAGroupOnTelegram shows a group on a server with ephemeral messages, as each of its
// people sees it: what a member asks and is told, the others do not see.
func TestAnswersInAGroupOnTelegram(t *testing.T) {
	onTelegram(t, telegramtest.Options{Whispers: true}, func(*world) {}, func(w *world, tg *telegramtest.Server, a adapters.Adapter) {
		ada, bo := tg.NewUser("Ada"), tg.NewUser("Bo")
		desk := tg.NewSupergroup("Desk", ada, bo)
		stop := w.deliver(a)

		for _, step := range []func(){
			func() { ada.AddBot(desk) },
			func() { ada.SaysIn(desk, "/subscribe drone") },
			func() { w.publish(4) },
			func() { bo.PressesIn(desk, "More…") },
			func() { bo.PressesIn(desk, "Why?") },
			func() { bo.PressesIn(desk, "Story") },
			func() { ada.Whispers(desk, "/list") },
			func() { ada.PressesIn(desk, "Unsubscribe") },
			func() { bo.SaysIn(desk, "/subscribe weather") },
			func() { ada.PromoteBot(desk, true) },
			func() { time.Sleep(2 * time.Hour) },
			func() { bo.SaysIn(desk, "/subscribe weather") },
		} {
			step()
			time.Sleep(time.Minute)

			if err := tg.Settle(w.ctx); err != nil {
				t.Fatal(err)
			}

			synctest.Wait()
		}

		stop()
		compare(t, "testdata/whispers.screen", "# Desk, a group: its messages, with who sees them\n"+desk.Transcript())
	})
}

// TestALateAnswerIsNotToldToAll: an answer to a command that nobody else has seen, which the
// server does not take for now, is not sent to the whole group later.
func TestALateAnswerIsNotToldToAll(t *testing.T) {
	onTelegram(t, telegramtest.Options{Whispers: true}, func(*world) {}, func(w *world, tg *telegramtest.Server, a adapters.Adapter) {
		ada := tg.NewUser("Ada")
		desk := tg.NewSupergroup("Desk", ada)
		stop := w.deliver(a)

		settle := func() {
			time.Sleep(time.Hour)

			if err := tg.Settle(w.ctx); err != nil {
				t.Fatal(err)
			}

			synctest.Wait()
		}

		ada.AddBot(desk)
		settle()
		ada.SaysIn(desk, "/subscribe drone")
		settle()
		tg.Fails(telegramtest.Fault{Method: "sendMessage", Times: 1, Code: 429, Text: "Too Many Requests: retry after 60", After: 60})
		ada.Whispers(desk, "/list")
		settle()
		stop()

		if _, after, ok := strings.Cut(desk.Transcript(), "Ada whispers: /list"); !ok || strings.TrimSpace(after) != "" || tg.Hits() != 1 {
			t.Errorf("%d faults met, and the group reads:\n%s", tg.Hits(), after)
		}
	})
}

var startWord = regexp.MustCompile(`/start [A-Za-z0-9_-]{16,}`)

// TestOnTelegramByWebhook holds the conversation of TestOnTelegram with a server that posts its
// updates, over real sockets: the people see the same, word for word.
func TestOnTelegramByWebhook(t *testing.T) {
	tg := telegramtest.New(telegramtest.Options{Local: t.TempDir()})

	url, err := tg.Listen()
	if err != nil {
		t.Fatal(err)
	}

	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	w.began = time.Now()
	w.news()

	address := porttest.Address(t)
	a := telegram.New(telegram.Config{
		Token: tg.Token(), APIURL: url, Commands: bot.Commands(locales.Builtin().English()), Cursors: w.store, Log: w.conf.Log,
		Webhook: telegram.Webhook{Address: "http://" + address + "/tg", Listen: address},
	})
	w.conf.Adapters["telegram"] = a
	w.rebuild()

	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)

	go func() { done <- a.Run(ctx, w.bot) }()

	got := converse(w, tg, a, func() {})

	cancel()

	if err := <-done; err != nil {
		t.Error(err)
	}

	want, err := os.ReadFile("testdata/telegram.screen")
	if err != nil {
		t.Fatal(err)
	}

	same := func(s string) string { return startWord.ReplaceAllString(s, "/start WORD") }
	if same(got) != same(string(want)) {
		t.Errorf("by webhook:\n%s\nby asking:\n%s", got, want)
	}

	compare(t, "testdata/webhook.screen", "# What the server was asked and told, by webhook\n"+wireOf(tg))
	tg.Close()
	w.close()

	if c := tg.Complaints(); len(c) > 0 {
		t.Error(c)
	}
}

// wireOf counts the requests of each method, with what setWebhook was told.
func wireOf(tg *telegramtest.Server) string {
	var b strings.Builder

	counts := map[string]int{}
	for _, c := range tg.Calls("") {
		counts[c.Method]++
	}

	for _, c := range tg.Calls("setWebhook") {
		fmt.Fprintf(&b, "setWebhook: allowed_updates %s, a secret of %d characters\n", c.Params["allowed_updates"], len(c.Params["secret_token"]))
	}

	for _, method := range []string{"editMessageText", "getUpdates", "sendMessage"} {
		fmt.Fprintf(&b, "%s ×%d\n", method, counts[method])
	}

	return b.String()
}
