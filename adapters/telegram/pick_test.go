package telegram_test

import (
	"strconv"
	"testing"

	"newsbell/adapters"
	"newsbell/adapters/telegramtest"
)

// A channel or group is chosen by a key that lists those the bot is in; nothing is typed.
func TestAChatIsPicked(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		daily, desk := h.tg.NewChannel("Daily", "daily", ada), h.tg.NewSupergroup("Desk", ada)

		ada.AddBot(desk)
		ada.Says("/start")
		h.settle()

		m := &adapters.Message{Text: adapters.Say("Where?"), Pick: &adapters.Pick{Channel: "A channel", Group: "A group"}}
		if _, err := h.bot.Send(h.t.Context(), adapters.Chat{Platform: "telegram", Address: strconv.FormatInt(ada.ID, 10)}, m); err != nil {
			t.Fatal(err)
		}

		if _, err := h.bot.Send(h.t.Context(), chatOf(desk), m); err != nil {
			t.Errorf("where no chat can be picked the question is not sent: %v", err)
		}

		ada.Shares("A channel", daily)
		ada.Shares("A group", desk)
		h.settle()

		var picked []string
		for _, r := range h.talk.Requests()[1:] {
			picked = append(picked, r.Picked)
		}

		if len(picked) != 2 || picked[0] != strconv.FormatInt(daily.ID, 10) || picked[1] != strconv.FormatInt(desk.ID, 10) {
			t.Errorf("picked %v", picked)
		}
	})
}
