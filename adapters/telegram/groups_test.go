package telegram_test

import (
	"testing"
	"time"

	"newsbell/adapters/telegramtest"
)

// In a group where the bot hears everything, a command that other bots have too is
// ours only if it names us, replies to us, or comes right after a message of ours.
func TestCommandsOfOtherBotsAreLeftAlone(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		desk := h.tg.NewSupergroup("Desk", ada)
		ada.AddBot(desk)

		asked := func(text string, want int) {
			t.Helper()
			ada.SaysIn(desk, text)
			h.settle()

			if n := len(h.talk.Requests()); n != want {
				t.Errorf("after %s: %d requests, want %d", text, n, want)
			}
		}

		asked("/pause", 1) // a group in which nothing else is heard
		time.Sleep(time.Hour)
		ada.PromoteBot(desk, true) // from now on all is heard
		asked("good morning", 1)
		asked("/pause", 1)     // the music bot's
		asked("/follow me", 1) // so is an alias that says something else
		asked("/pause@newsbell_bot", 2)
		asked("/pause", 3) // we have just spoken
		time.Sleep(11 * time.Minute)
		asked("/pause", 3)
		asked("/subscribe drone", 4) // no other bot's
		asked("/pause", 5)
		time.Sleep(11 * time.Minute)

		ada.Replies(desk.Last(), "/pause")
		h.settle()

		if n := len(h.talk.Requests()); n != 6 {
			t.Errorf("a command in reply to the bot is not taken: %d requests", n)
		}
	})
}

// What a plain member may do costs one question to the server.
func TestMembersCostOneQuestion(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada, bo := h.tg.NewUser("Ada"), h.tg.NewUser("Bo")
		desk := h.tg.NewSupergroup("Desk", ada)
		ada.AddBot(desk)
		desk.Join(bo)
		h.settle()

		h.wantRights(chatOf(desk), bo, false)

		if n := len(h.tg.Calls("getChatMember")) + len(h.tg.Calls("getChat")); n != 1 {
			t.Errorf("%d questions", n)
		}
	})
}
