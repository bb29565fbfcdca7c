package telegram_test

import (
	"strings"
	"testing"

	"newsbell/adapters"
	"newsbell/adapters/telegramtest"
)

// TestButtonsThatCopy: a press puts the text on the clipboard and asks the bot nothing; a text
// that is too long has no button, and a server that does not know such buttons is asked once.
func TestButtonsThatCopy(t *testing.T) {
	for _, old := range []bool{false, true} {
		inBubble(t, telegramtest.Options{NoCopy: old}, func(h *fixture) {
			ada := h.tg.NewUser("Ada")
			ada.Says("/start")
			h.settle()

			m := &adapters.Message{Text: adapters.Say("Your query:"), Buttons: [][]adapters.Button{
				{{Label: "Copy", Copy: `"port strike" -rugby`}, {Label: "Go on", Data: "on", Main: true}},
				{{Label: "Too long", Copy: strings.Repeat("ż", 257)}},
				{{Label: "All of it", Copy: strings.Repeat("ż", 256)}},
			}}

			for range 2 {
				ref := mustSend(t, h, chatOf(ada.Private()), m)
				if err := h.bot.Edit(h.t.Context(), chatOf(ada.Private()), ref, &adapters.Message{Text: adapters.Say("Edited:"), Buttons: m.Buttons}); err != nil {
					t.Errorf("Edit: %v", err)
				}
			}

			buttons, refused := "[Copy] [Go on]\n  [All of it]\n", 0
			if old {
				buttons, refused = "[Go on]\n", 1
			}

			want := "Ada: /start\nbot: Welcome, Ada.\n" + strings.Repeat("bot (edited): Edited:\n  "+buttons, 2)
			h.transcript(ada.Private().Transcript(), want)

			if sent := h.tg.Calls("sendMessage"); len(sent) != 3+refused {
				t.Errorf("%d messages were tried", len(sent))
			}

			if old {
				return
			}

			asked := len(h.talk.Requests())

			ada.Presses("Copy")
			h.settle()

			if ada.Clipboard != `"port strike" -rugby` || len(h.talk.Requests()) != asked {
				t.Errorf("copied %q, and the bot was asked", ada.Clipboard)
			}

			if style := ada.Private().Last().Keyboard[0][1].Style; style != "primary" {
				t.Errorf("the main button is %q", style)
			}
		})
	}
}

// TestLinksThatAddTheBot: a button leads to the person's own list of groups, or of channels with
// exactly the rights that are needed there.
func TestLinksThatAddTheBot(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		ada.Says("/start")
		h.settle()

		mustSend(t, h, chatOf(ada.Private()), &adapters.Message{Text: adapters.Say("Where?"), Buttons: [][]adapters.Button{{
			{Label: "A group", Start: "setup", In: adapters.Group}, {Label: "A channel", Start: "setup", In: adapters.Channel}, {Label: "Here", Start: "setup"},
		}}})

		var links []string
		for _, b := range ada.Private().Last().Keyboard[0] {
			links = append(links, b.URL)
		}

		want := "https://t.me/newsbell_bot?startgroup=setup https://t.me/newsbell_bot?startchannel&admin=post_messages+edit_messages https://t.me/newsbell_bot?start=setup"
		if got := strings.Join(links, " "); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}
