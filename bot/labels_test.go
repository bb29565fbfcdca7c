package bot_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/discord"
	"newsbell/adapters/telegramtest"
	"newsbell/bot"
	"newsbell/locales"
	"newsbell/store"
)

const sameLabel = "Same story as: New drone rules take…"

// TestAPressThatItIsTheSameIsALabel: on either platform, whoever presses that a story in doubt is
// the other one leaves a labelled pair, which newsbell group --labels prints (TestGroupPrintsLabels).
func TestAPressThatItIsTheSameIsALabel(t *testing.T) {
	t.Run("telegram", func(t *testing.T) {
		onTelegram(t, telegramtest.Options{}, func(*world) {}, func(w *world, tg *telegramtest.Server, a adapters.Adapter) {
			ada := tg.NewUser("Ada")
			settle := func() {
				if err := tg.Settle(w.ctx); err != nil {
					w.t.Fatal(err)
				}

				synctest.Wait()
			}

			ada.Says("/subscribe drone")
			settle()
			w.doubt(a)
			settle()
			ada.Presses(sameLabel)
			settle()
			w.wantLabel()
		})
	})

	t.Run("discord", func(t *testing.T) {
		f := startDiscord()
		defer f.Close()

		w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
		w.news()

		a := discord.New(discord.Config{
			AnswerWithin: unhurried, Token: f.Token, APIURL: f.APIURL, GatewayURL: f.GatewayURL,
			Commands: bot.Commands(locales.Builtin().English()), Cursors: w.store, Log: w.conf.Log,
		})
		w.conf.Adapters["discord"] = a
		w.rebuild()

		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)

		done := make(chan error, 1)
		go func() { done <- a.Run(ctx, w.bot) }()

		f.Await()
		f.AwaitCommands()

		ada := f.Person("Ada").Alone()
		ada.Runs("/subscribe", "query", "drone")
		w.doubt(a)
		ada.Presses(sameLabel)
		w.wantLabel()

		cancel()

		if err := <-done; err != nil {
			t.Error(err)
		}

		w.close()

		for _, c := range f.Complaints() {
			t.Error("Discord complains:", c)
		}
	})
}

// doubt has two articles come in, of which the second may tell the story of the first, and posts its
// alert.
func (w *world) doubt(a adapters.Adapter) {
	w.t.Helper()
	w.happens([]string{"article", "4"})
	w.happens([]string{"doubts", "5", "6"})

	sent := 0

	for where, m := range w.last {
		address, ok := strings.CutPrefix(where, a.Platform()+":")
		if !ok {
			continue
		}

		sent++

		if _, err := a.Send(w.ctx, adapters.Chat{Platform: a.Platform(), Address: address}, m); err != nil {
			w.t.Fatal(err)
		}
	}

	if sent != 1 {
		w.t.Fatalf("%d chats have an alert", sent)
	}
}

// wantLabel checks that there is one labelled pair, of the two articles.
func (w *world) wantLabel() {
	w.t.Helper()

	var got []store.Label

	w.must(func(tx *store.Tx) error {
		return tx.Labels(func(l store.Label) error {
			got = append(got, l)
			return nil
		})
	})

	if len(got) != 1 || !got[0].Same || got[0].A.Title != "New drone rules take effect" || got[0].B.Title != "Parliament votes on drone licences" {
		w.t.Errorf("labels: %+v", got)
	}
}
