package bot_test

import (
	"context"
	"path/filepath"
	"testing"
	"testing/synctest"

	"newsbell/adapters"
	"newsbell/adapters/adapterstest"
	"newsbell/adapters/telegram"
	"newsbell/adapters/telegramtest"
	"newsbell/bot"
	"newsbell/locales"
	"newsbell/store"
)

// TestOnTelegram holds conversations through the real adapter with a strict
// Telegram: what the people there see.
func TestOnTelegram(t *testing.T) {
	onTelegram(t, telegramtest.Options{}, func(*world) {}, func(w *world, tg *telegramtest.Server, a adapters.Adapter) {
		compare(t, "testdata/telegram.screen", converse(w, tg, a, synctest.Wait))
	})
}

// onTelegram runs a test with the real adapter and a strict Telegram; prepare changes what the
// bot is made of.
func onTelegram(t *testing.T, options telegramtest.Options, prepare func(*world), test func(w *world, tg *telegramtest.Server, a adapters.Adapter)) {
	t.Helper()

	path := filepath.Join(t.TempDir(), "newsbell.db")
	synctest.Test(t, func(t *testing.T) {
		tg := telegramtest.New(options)
		rt := tg.Transport()
		w := newWorld(t, path)
		w.news()
		a := telegram.New(telegram.Config{
			Token: tg.Token(), APIURL: "http://telegram.test", Transport: rt, Commands: bot.Commands(locales.Builtin().English()), Cursors: w.store, Log: w.conf.Log,
		})
		w.conf.Adapters["telegram"] = a

		prepare(w)
		w.rebuild()

		ctx, cancel := context.WithCancel(t.Context())

		done := make(chan error, 1)
		go func() { done <- a.Run(ctx, w.bot) }()

		test(w, tg, a)

		cancel()

		if err := <-done; err != nil {
			t.Error(err)
		}

		rt.CloseIdleConnections()
		tg.Close()
		w.close()

		for _, c := range tg.Complaints() {
			t.Errorf("Telegram complains: %+v", c)
		}
	})
}

// converse is what happens; it returns what stands in the chats. wait waits for what nobody else
// waits for.
func converse(w *world, tg *telegramtest.Server, a adapters.Adapter, wait func()) string {
	settle := func() {
		if err := tg.Settle(w.ctx); err != nil {
			w.t.Fatal(err)
		}

		wait()
		w.mail(a)
	}
	ada, bo := tg.NewUser("Ada"), tg.NewUser("Bo")
	desk, paper := tg.NewForum("Desk", ada, bo), tg.NewChannel("Paper", "paper", ada)
	does := func(steps ...func()) {
		for _, step := range steps {
			step()
			settle()
		}
	}
	does(
		func() { ada.Says("/start") },
		func() { ada.Says("drone & <toy>") },
		func() { ada.Presses("Subscribe") },
		func() { ada.Presses("Undo") },
		func() { ada.Says(`"port strike`) },
		func() { ada.Presses(`"port strike"`) },
		func() { ada.Says("/news") },
		func() { ada.AddBot(desk) },
		func() { ada.PromoteBot(paper, true) },
		func() { ada.Says("/subscribe to:@paper drone") },
		func() { ada.Says("/test to:@paper") },
		func() { bo.SaysIn(desk, "/subscribe port strike, drone -toy") },
		func() { bo.PressesIn(desk, "Open private chat") },
		func() { ada.SaysIn(desk, "/subscribe drone") },
		func() { bo.PressesIn(desk, "Undo") },
		func() { ada.PressesIn(desk, "Undo") },
		func() { ada.KickBot(desk) },
		func() { bo.Says("/list") },
		func() { bo.Says("/forget") },
		func() { bo.Presses("Delete everything") },
		func() { bo.Says("/list") },
	)

	return "# Ada's chat\n" + ada.Private().Transcript() + "\n# Bo's chat\n" + bo.Private().Transcript() +
		"\n# Desk, a group with topics\n" + desk.Transcript() + "\n# Paper, a channel\n" + paper.Transcript()
}

// mail sends what waits in the outbox, as delivery does.
func (w *world) mail(a adapters.Adapter) {
	for _, x := range w.outbox() {
		var out *store.Outgoing

		if x.Platform != a.Platform() {
			continue
		}

		w.must(func(tx *store.Tx) (err error) {
			out, err = tx.Claim(x.Chat, store.Claim{Run: "t", Burst: 10, Room: func(*store.Chat, []*store.Alert) int { return 1 }})
			return err
		})

		if out == nil || out.Notice == "" {
			continue
		}

		o := store.Outcome{Message: out.ID, Sent: true, Ref: "x"}
		if _, err := a.Send(w.ctx, adapters.Chat{Platform: out.Chat.Platform, Address: out.Chat.Address}, waitingMessage(w.t, out)); err != nil {
			o = store.Outcome{Message: out.ID, Gone: adapters.FateOf(err).Reason}
		}

		w.must(func(tx *store.Tx) error {
			_, err := tx.Settle(o)
			return err
		})
	}
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	adapterstest.Golden(t, file, got, *update)
}
