package bot_test

import (
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/telegramtest"
	"newsbell/bot/turn"
	"newsbell/news"
	"newsbell/store"
	"newsbell/store/storetest"
)

// onInline runs a test on a Telegram that has inline mode and guests, in every language.
func onInline(t *testing.T, test func(w *world, tg *telegramtest.Server, settle func())) {
	t.Helper()

	everyLanguage := func(w *world) { w.conf.Texts = w.all }

	onTelegram(t, telegramtest.Options{Inline: true, Guests: true}, everyLanguage, func(w *world, tg *telegramtest.Server, _ adapters.Adapter) {
		test(w, tg, func() {
			if err := tg.Settle(w.ctx); err != nil {
				t.Fatal(err)
			}

			synctest.Wait()
		})
	})
}

// TestInline shows what people see who type behind the bot's name, or call it into a chat
// that it is not in.
func TestInline(t *testing.T) {
	onInline(t, func(w *world, tg *telegramtest.Server, settle func()) {
		ada, jan := tg.NewUser("Ada"), tg.NewUser("Jan")
		jan.Language = "de"
		family := tg.NewGroup("Family", ada, jan)

		var b strings.Builder

		types := func(u *telegramtest.User, text string) {
			u.Types(text)
			settle()
			b.WriteString(u.Name + " types: @newsbell_bot " + text + "\n" + u.OffersText() + "\n")
		}

		types(ada, "")
		types(ada, "dock")
		ada.Chooses(1, family)
		types(ada, `"port stri`)
		types(jan, "quantum teapots")
		jan.PressesAbove()
		settle()

		claim := jan.SaysIn(family, "Dockers strike in the port, they say: https://gazette.example/port-strike")
		for _, about := range []*telegramtest.Message{claim, nil} {
			ada.Summons(family, "", about)
			settle()
		}

		ada.Summons(family, "are there teapots on mars?", nil)
		settle()

		compare(t, "testdata/inline.screen", "# Behind the bot's name\n"+b.String()+
			"# Family, a group that the bot is not in\n"+family.Transcript()+"\n# Jan's chat with the bot\n"+jan.Private().Transcript())
	})
}

// TestInlineShowsNothingOfAChat: what a chat has added, only that chat reads, also if it is
// its own person who types.
func TestInlineShowsNothingOfAChat(t *testing.T) {
	onInline(t, func(w *world, tg *telegramtest.Server, settle func()) {
		ada := tg.NewUser("Ada")
		family := tg.NewGroup("Family", ada)

		ada.Says("/start")
		settle()

		own := news.Article{Key: "own", Title: "Zeppelin club meets", URL: "https://club.example/zeppelin", Outlet: "Zeppelin Club", Published: time.Now().Add(-time.Minute)}

		w.must(func(tx *store.Tx) error {
			c, err := tx.Chat("telegram", strconv.FormatInt(ada.ID, 10))
			if err != nil {
				return err
			}

			s, _, err := tx.AddSource(c.ID, "telegram:1", news.Source{URL: "https://club.example/feed", Outlet: "Zeppelin Club"})
			if err != nil {
				return err
			}

			return storetest.Poll(tx, s.ID, own)
		})

		ada.Says("/news")
		settle()

		if got := ada.Private().Transcript(); !strings.Contains(got, "Zeppelin") {
			t.Fatalf("the chat does not read its own source:\n%s", got)
		}

		for _, text := range []string{"", "zeppelin", "source:club.example", "site:club.example"} {
			ada.Types(text)
			settle()

			if got := ada.OffersText(); strings.Contains(got, "Zeppelin") {
				t.Errorf("%q shows what a chat added:\n%s", text, got)
			}
		}

		ada.Summons(family, "https://club.example/zeppelin zeppelin club meets", nil)
		settle()

		if got := family.Transcript(); strings.Contains(got, "Club meets") || strings.Contains(got, "Zeppelin") {
			t.Errorf("a guest tells what a chat added:\n%s", got)
		}
	})
}

// TestInlineIsForThoseWhoMayUseTheBot: where the bot is for some people only, and for whom
// it is blocked.
func TestInlineIsForThoseWhoMayUseTheBot(t *testing.T) {
	onInline(t, func(w *world, tg *telegramtest.Server, settle func()) {
		ada, bo, eve := tg.NewUser("Ada"), tg.NewUser("Bo"), tg.NewUser("Eve")
		finds := func(u *telegramtest.User) bool {
			u.Types("dockers")
			settle()

			return len(u.Offers()) > 0
		}

		if !finds(ada) || !finds(eve) {
			t.Error("an open bot answers nobody")
		}

		w.must(func(tx *store.Tx) error {
			_, err := tx.Block("telegram", strconv.FormatInt(eve.ID, 10))
			return err
		})

		if finds(eve) {
			t.Error("who is blocked is answered")
		}

		w.bot.SetPolicy(turn.Policy{Access: turn.AccessListed, Allowed: []string{"telegram:" + strconv.FormatInt(ada.ID, 10)}})

		if !finds(ada) || finds(bo) {
			t.Error("a bot for some people answers others, or not them")
		}
	})
}
