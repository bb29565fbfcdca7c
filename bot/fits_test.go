package bot_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"newsbell/adapters"
	"newsbell/adapters/discordtest"
	"newsbell/adapters/telegramtest"
	"newsbell/adapters/terminal"
	"newsbell/news"
)

// longReports is how many stories longNews has: more than a page of what is left.
const longReports = 21

// longNews has stories come in whose addresses are so long that a message of Telegram or
// Discord has no room for seven of them.
func longNews(w *world) {
	for i := range longReports {
		w.receive(news.Article{
			Key: fmt.Sprint("long", i), Title: fmt.Sprintf("Long report number %d.", i), Outlet: "Plain Wire",
			URL: fmt.Sprintf("https://wire.example/%d?%s", i, strings.Repeat("ab=cd&", 190)),
		})
	}
}

// wantsEach wants every long report once among what a chat shows.
func wantsEach(t *testing.T, messages []string) {
	t.Helper()

	all := strings.Join(messages, "\n")
	for i := range longReports {
		if n := strings.Count(all, fmt.Sprintf("Long report number %d.", i)); n != 1 {
			t.Errorf("report %d is shown %d times, want once, in %d messages", i, n, len(messages))
		}
	}
}

// TestWhatABriefOnlyCountsCanBeOpened: as each platform really shows it, a brief has what it
// has room for, and counts the others; its button opens exactly those. At the terminal, which
// has no buttons below lists, they are in /news.
func TestWhatABriefOnlyCountsCanBeOpened(t *testing.T) {
	t.Run("telegram", func(t *testing.T) {
		onTelegram(t, telegramtest.Options{}, func(*world) {}, func(w *world, tg *telegramtest.Server, _ adapters.Adapter) {
			longNews(w)

			ada := tg.NewUser("Ada")
			answered := func() *telegramtest.Message {
				if err := tg.Settle(w.ctx); err != nil {
					w.t.Fatal(err)
				}

				return ada.Private().Last()
			}

			ada.Says("/brief")

			m := answered()
			shown := []string{m.Text}

			for label := "And "; telegramButton(m, label) != ""; label = "More" {
				ada.PressesOn(m, telegramButton(m, label))

				m = answered()
				shown = append(shown, m.Text)
			}

			if len(shown) < 3 || strings.Contains(shown[0], "more") { // the button counts them
				w.t.Errorf("%d messages, the first is %.500s", len(shown), shown[0])
			}

			wantsEach(w.t, shown)
		})
	})

	t.Run("discord", func(t *testing.T) {
		onDiscordWith(t, "127.0.0.0/8", func(w *world) {
			w.news()
			longNews(w)
		}, func(_ *discordtest.Fake, _, alone discordtest.Actor) {
			shown := []string{alone.Runs("/brief")}

			for label, more := "And ", true; more; label = "More" {
				more = false

				for _, b := range alone.Buttons() {
					if strings.HasPrefix(b.Label, label) {
						shown, more = append(shown, alone.PressesOn(b)), true
						break
					}
				}
			}

			if len(shown) < 3 || strings.Count(shown[0], "more") != 1 { // the button counts them
				t.Errorf("%d messages, the first is %.500s", len(shown), shown[0])
			}

			wantsEach(t, shown)
		})
	})

	t.Run("terminal", func(t *testing.T) {
		w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
		defer w.close()

		var screen bytes.Buffer

		term := terminal.New(terminal.Config{In: strings.NewReader(""), Out: &screen})
		w.conf.Adapters["terminal"] = term
		w.rebuild()
		w.news()
		longNews(w)

		w.chat = adapters.ChatInfo{Chat: adapters.Chat{Platform: "terminal", Address: "terminal"}, Kind: adapters.Private}
		says := func(command string) string {
			screen.Reset()

			r := w.request()
			r.Kind, r.Command = adapters.CommandRequest, command

			if _, err := term.Send(w.ctx, w.chat.Chat, w.bot.Answer(w.ctx, r)); err != nil {
				t.Fatal(err)
			}

			return screen.String()
		}

		first := says("brief")

		n := strings.Count(first, "Long report number")
		if want := fmt.Sprintf("and %d more", longReports+1-n); !strings.Contains(first, want) {
			t.Errorf("the brief shows %d reports, and not %q: %s", n, want, first)
		}

		if all := says("news"); strings.Count(all, "Long report number") < 8 {
			t.Errorf("/news shows %s", all)
		}
	})
}

// telegramButton is the label of a message's button that begins so, "" if there is none.
func telegramButton(m *telegramtest.Message, label string) string {
	for _, row := range m.Keyboard {
		for _, b := range row {
			if strings.HasPrefix(b.Text, label) {
				return b.Text
			}
		}
	}

	return ""
}
