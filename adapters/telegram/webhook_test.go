package telegram_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/telegram"
	"newsbell/adapters/telegramtest"
	"newsbell/internal/porttest"
)

// hooked returns a fixture over real sockets with a Bot API server of one's own that posts to it.
func hooked(t *testing.T, opts telegramtest.Options) *fixture {
	t.Helper()

	opts.Local = t.TempDir()
	h := newFixture(t, opts)

	url, err := h.tg.Listen()
	if err != nil {
		t.Fatal(err)
	}

	address := porttest.Address(t)
	h.config.APIURL = url
	h.config.Webhook = telegram.Webhook{Address: "http://" + address + "/tg", Listen: address}
	h.start()
	t.Cleanup(func() {
		h.end()
		h.tg.Close()
		h.check()
	})

	return h
}

// waitFor waits until something is so.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()

	for until := time.Now().Add(time.Minute); !ok(); {
		if time.Now().After(until) {
			t.Fatal("never: " + what)
		}

		time.Sleep(10 * time.Millisecond)
	}
}

// TestUpdatesArePosted: with a webhook nothing is asked for, and everything works as before.
func TestUpdatesArePosted(t *testing.T) {
	h := hooked(t, telegramtest.Options{Inline: true})
	waitFor(t, "the webhook is set", func() bool { return len(h.tg.Calls("setWebhook")) > 0 })

	ada, bo := h.tg.NewUser("Ada"), h.tg.NewUser("Bo")
	ada.Says("/subscribe flood")
	bo.Says("/subscribe rain")
	h.settle()
	ada.Presses("Undo")
	h.settle()
	h.transcript(ada.Private().Transcript(), "Ada: /subscribe flood\nbot (edited): Undone.\nAda presses [Undo]")

	set := h.tg.Calls("setWebhook")[0].Params
	if len(h.tg.Calls("getUpdates")) != 0 || len(set["secret_token"]) != 64 || !strings.Contains(set["allowed_updates"], "inline_query") {
		t.Errorf("setWebhook %v, and %d times getUpdates", set, len(h.tg.Calls("getUpdates")))
	}

	waitFor(t, "the bot is known to listen", func() bool {
		l, ok, _ := adapters.LoadListening(context.Background(), h.cursors, "telegram")
		return ok && l.Problem == ""
	})
}

// TestPostedAgain: an update that is posted again while it is handled, and after it, acts
// once; one that was not handled when the program stopped comes again.
func TestPostedAgain(t *testing.T) {
	h := hooked(t, telegramtest.Options{})
	ada := h.tg.NewUser("Ada")

	var asked atomic.Int32

	release := make(chan struct{})
	h.talk.answer = func(ctx context.Context, r *adapters.Request) *adapters.Message {
		if asked.Add(1) == 1 {
			<-release
		}

		return standard(ctx, r)
	}

	ada.Says("/subscribe flood")
	waitFor(t, "it is asked", func() bool { return asked.Load() == 1 })
	h.tg.PostAgain()
	waitFor(t, "it is posted twice", func() bool { return h.tg.Posts() >= 2 })
	close(release)
	h.settle()

	if asked.Load() != 1 || len(h.tg.Calls("sendMessage")) != 1 {
		t.Errorf("asked %d times, answered %d times", asked.Load(), len(h.tg.Calls("sendMessage")))
	}
}

// TestModesChange: who goes back to asking ends the webhook first; another program's is left
// alone.
func TestModesChange(t *testing.T) {
	h := hooked(t, telegramtest.Options{})
	ada := h.tg.NewUser("Ada")

	ada.Says("/subscribe flood")
	h.settle()
	h.end()

	ada.Says("/subscribe rain") // while nobody listens

	hook := h.config.Webhook
	h.config.Webhook = telegram.Webhook{}
	h.start()
	h.settle()
	ada.Says("/subscribe hail")
	h.settle()

	if n := len(h.tg.Calls("deleteWebhook")); n != 1 {
		t.Errorf("the webhook was ended %d times", n)
	}

	h.end()

	h.config.Webhook = hook
	h.start()
	ada.Says("/subscribe snow")
	h.settle()

	got := ada.Private().Transcript()
	for _, word := range []string{"flood", "rain", "hail", "snow"} {
		if strings.Count(got, "Following *"+word) != 1 {
			t.Errorf("%s was not answered once:\n%s", word, got)
		}
	}
}

// TestAWebhookThatCannotBeEnded: whatever a server makes of deleteWebhook, updates are asked
// for, and one that stays is ended once the server takes that.
func TestAWebhookThatCannotBeEnded(t *testing.T) {
	for name, fault := range map[string]telegramtest.Fault{
		"refused":  {Method: "deleteWebhook", Code: 400, Text: "Bad Request: not here"},
		"failing":  {Method: "deleteWebhook", HTML: 502},
		"hanging":  {Method: "deleteWebhook", Stall: time.Minute},
		"for long": {Method: "deleteWebhook", Code: 429, After: 600},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, telegramtest.Options{}, func(h *fixture) {
				ada := h.tg.NewUser("Ada")
				ada.Says("/subscribe flood")
				h.settle()
				h.end()

				h.setHook("https://news.example/tg")
				h.tg.Fails(fault)
				h.start()
				ada.Says("/subscribe rain")
				h.settle()
				h.transcript(h.log.warnings(), "the webhook that Newsbell set before could not be ended; asking for updates all the same")

				if got := ada.Private().Last().Text; !strings.Contains(got, "rain") {
					t.Errorf("the last answer is %q", got)
				}
			})
		})
	}

	inBubble(t, telegramtest.Options{}, func(h *fixture) { // it stays, and the server says so
		h.end()

		h.setHook("https://news.example/tg")
		h.tg.Fails(telegramtest.Fault{Method: "deleteWebhook", Times: 3, HTML: 502})
		h.tg.Fails(telegramtest.Fault{Method: "getUpdates", Times: 2, Code: 409, Text: "Conflict: can't use getUpdates method while webhook is active"})

		ada := h.tg.NewUser("Ada")
		ada.Says("/subscribe rain")
		h.start()
		h.settle()

		if got := ada.Private().Last().Text; !strings.Contains(got, "rain") {
			t.Errorf("the last answer is %q", got)
		}

		if n, left := len(h.tg.Calls("deleteWebhook")), h.hook(); n != 1 || left != "" {
			t.Errorf("the webhook was ended %d times, and %q is kept", n, left)
		}
	})
}

// setHook keeps an address of ours that updates were posted to before.
func (h *fixture) setHook(address string) {
	id, _, _ := strings.Cut(h.tg.Token(), ":")
	_ = h.cursors.SetCursor(context.Background(), "telegram:"+id, "webhook", address)
}

// hook returns the address of ours that is kept.
func (h *fixture) hook() string {
	id, _, _ := strings.Cut(h.tg.Token(), ":")
	address, _ := h.cursors.Cursor(context.Background(), "telegram:"+id, "webhook")

	return address
}

// warnings returns the messages of the log's warnings and errors.
func (l *logbook) warnings() string {
	var all []string

	for line := range strings.Lines(l.String()) {
		if _, rest, ok := strings.Cut(line, `level=WARN msg="`); ok {
			text, _, _ := strings.Cut(rest, `"`)
			all = append(all, text)
		}
	}

	return strings.Join(all, "\n")
}

// TestFilesOfOnesOwnServer: it names a file by its path on the disk that both have.
func TestFilesOfOnesOwnServer(t *testing.T) {
	h := hooked(t, telegramtest.Options{})
	ada := h.tg.NewUser("Ada")
	ada.Sends("feeds.opml", []byte("<opml/>"), "")
	h.settle()

	if got := ada.Private().Transcript(); !strings.Contains(got, "Got feeds.opml, 7 bytes.") {
		t.Error(got)
	}
}

// TestAPortThatIsTaken is a sentence for the operator.
func TestAPortThatIsTaken(t *testing.T) {
	h := hooked(t, telegramtest.Options{})
	h.settle()
	waitFor(t, "the bot listens", func() bool { return len(h.tg.Calls("setWebhook")) > 0 })

	err := telegram.New(h.config).Run(t.Context(), h.talk)
	if err == nil || !strings.Contains(err.Error(), "webhook_listen") {
		t.Errorf("%v", err)
	}
}
