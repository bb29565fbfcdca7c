package telegram_test

import (
	"strings"
	"testing"

	"newsbell/adapters"
	"newsbell/adapters/telegramtest"
)

// A development replies to the alert of its story; if that was deleted, it comes all the same.
func TestADevelopmentRepliesToItsAlert(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		ada.Says("/start")
		h.settle()

		to := adapters.Chat{Platform: "telegram", Address: idOf(ada)}
		ref := mustSend(t, h, to, &adapters.Message{Alert: &adapters.Alert{Title: "A bridge is closed", URL: "https://a.example/1"}})

		next := &adapters.Message{Alert: &adapters.Alert{
			Title: "The bridge is open again", URL: "https://a.example/2", Note: adapters.Line{adapters.Plain("New in a story you follow")},
		}, ReplyTo: ref}
		mustSend(t, h, to, next)

		next.ReplyTo = "987654"
		mustSend(t, h, to, next)

		next.ReplyTo = "nonsense"
		mustSend(t, h, to, next)

		text := ada.Private().Transcript()
		if strings.Count(text, "bot to bot: [*The bridge is open again") != 1 || strings.Count(text, "The bridge is open again") != 3 {
			t.Errorf("want one reply and two messages that are none:\n%s", text)
		}

		if !strings.Contains(text, "_New in a story you follow_") {
			t.Errorf("it does not say that it is a development:\n%s", text)
		}
	})
}

// A reply names the person whose message it is to; our own messages and those of other bots
// name nobody.
func TestAReplyNamesThePerson(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada, bob := h.tg.NewUser("Ada"), h.tg.NewUser("Bob")
		group := h.tg.NewSupergroup("Climate desk", ada, bob)
		ada.AddBot(group)
		h.settle()

		said := bob.SaysIn(group, "Morning!")
		ada.Replies(said, "/subscribe@newsbell_bot managers add")
		h.settle()

		all := h.talk.Requests()
		if len(all) == 0 || all[len(all)-1].ReplyTo.ID != idOf(bob) || all[len(all)-1].ReplyTo.Name != "Bob" {
			t.Errorf("%+v", all)
		}
	})
}
