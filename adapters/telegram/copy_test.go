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

// TestButtonsThatAreRefused: such as those that lead to a page at localhost. A message, and what it
// is edited to, is read without them.
func TestButtonsThatAreRefused(t *testing.T) {
	for _, text := range []string{
		"Bad Request: inline keyboard button URL 'http://localhost:8090/s/1' is invalid: Wrong HTTP URL", "Bad Request: BUTTON_DATA_INVALID",
		"Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard", "Bad Request: reply markup is too long",
	} {
		inBubble(t, telegramtest.Options{}, func(h *fixture) {
			ada := h.tg.NewUser("Ada")
			ada.Says("/start")
			h.settle()

			buttons := [][]adapters.Button{{{Label: "Story", Data: "story:1"}}}

			h.tg.Fails(telegramtest.Fault{Method: "sendMessage", Times: 1, Code: 400, Text: text})
			ref := mustSend(t, h, chatOf(ada.Private()), &adapters.Message{Text: adapters.Say("Dam breaks"), Buttons: buttons})

			h.tg.Fails(telegramtest.Fault{Method: "editMessageText", Times: 1, Code: 400, Text: text})

			if err := h.bot.Edit(h.t.Context(), chatOf(ada.Private()), ref, &adapters.Message{Text: adapters.Say("Dam broke"), Buttons: buttons}); err != nil {
				t.Errorf("%s: edit: %v", text, err)
			}

			h.transcript(ada.Private().Transcript(), "Ada: /start\nbot: Welcome, Ada.\nbot (edited): Dam broke\n")
		})
	}
}
