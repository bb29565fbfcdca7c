package delivery

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/ai"
	"newsbell/ai/aitest"
	"newsbell/bot/answers"
	"newsbell/news"
	"newsbell/store"
)

// translate runs a Translator for readers of French until stop is called.
func (d *desk) translate(w *ai.Writer) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	r := answers.Translator{
		Store: d.store, Writer: w, LanguageOf: func(*store.Chat) string { return "fr" }, Summary: 300, Log: slog.New(slog.DiscardHandler),
	}
	done := make(chan struct{})

	go func() {
		r.Run(ctx)
		close(done)
	}()

	return func() { cancel(); <-done }
}

// ringIn rings with an article in a language.
func (d *desk) ringIn(lang, title, text string, chat, subscription int64) {
	d.t.Helper()
	a := d.publish(news.Article{Title: title, Text: text, Language: lang, Outlet: "The Outlet"})
	d.match(a, a.ID, store.PendingAlert{Chat: chat, Due: time.Now(), Hits: []store.Hit{{Subscription: subscription, Matched: []string{"Storm"}}}})
}

// TestTranslationsAreEditedIn: an alert leaves at once in its own language; where its chat
// wants it, a translation that passed the check is edited in, once, and keeps standing when
// another outlet joins. What a model invents never shows.
func TestTranslationsAreEditedIn(t *testing.T) {
	const title, text = "Storm closes the harbour", "The storm closed the harbour of Varna on Monday. Ferries stay in port until Wednesday, the harbour master said."

	for _, c := range []struct {
		name     string
		evil     aitest.Evil
		language string
		wanted   bool
		edits    int
	}{
		{"translated", "", "en", true, 1},
		{"not wanted", "", "en", false, 0},
		{"in the chat's language", "", "fr", true, 0},
		{"of no known language", "", "", true, 0},
		{"invented numbers", aitest.Numbers, "en", true, 0},
		{"invented names", aitest.Names, "en", true, 0},
		{"addresses", aitest.Links, "en", true, 0},
		{"mentions", aitest.Mentions, "en", true, 0},
		{"an error", aitest.Fails, "en", true, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := aitest.Honest(t) // beside the bubble, whose time a listener would stop

			bubble(t, func(t *testing.T, d *desk) {
				w := ai.New(ai.Config{URL: server.URL, Model: "copy", HTTP: server.Client()}, answers.Ledger{Store: d.store})

				if _, _, err := w.Probe(t.Context()); err != nil {
					t.Fatal(err)
				}

				server.Turn(c.evil)

				p := &platform{}
				chat, sub := d.follower("1")
				d.update(func(tx *store.Tx) error { return tx.SetTranslate(chat, c.wanted) })

				defer d.deliverEdits(p, nil)()
				defer d.translate(w)()

				began := time.Now()

				d.ringIn(c.language, title, text, chat, sub)
				time.Sleep(time.Minute)
				synctest.Wait()

				if len(p.told()) != 1 || p.told()[0].at.Sub(began) > time.Second || p.told()[0].m.Alert.Title != title {
					t.Fatalf("the alert did not come at once, as it was written: %+v", p.told())
				}

				if len(p.edited()) != c.edits {
					t.Fatalf("%d edits, want %d", len(p.edited()), c.edits)
				}

				if c.edits > 0 {
					d.join(2, "Herald")
					time.Sleep(10 * time.Minute)
					synctest.Wait()

					for _, e := range p.edited() {
						note := e.m.String()
						if !strings.HasPrefix(e.m.Alert.Title, "The storm closed the harbour of Varna") || !strings.Contains(note, "Original: “"+title+"”") {
							t.Errorf("%s", note)
						}
					}

					if len(p.edited()) != 2 || len(names(p.edited()[1].m)) != 1 {
						t.Errorf("%d edits after another outlet joined", len(p.edited()))
					}
				}
			})
		})
	}
}
