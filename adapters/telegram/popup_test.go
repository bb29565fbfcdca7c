package telegram_test

import (
	"context"
	"testing"

	"newsbell/adapters"
	"newsbell/adapters/telegramtest"
)

// TestAPopupHasNoAddresses: in a popup nothing can be pressed, so a link is its words.
func TestAPopupHasNoAddresses(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		h.talk.answer = func(ctx context.Context, r *adapters.Request) *adapters.Message {
			if r.Kind != adapters.PressRequest {
				return standard(ctx, r)
			}

			return &adapters.Message{Private: true, Text: adapters.Text{{
				adapters.Link("New drone rules", "https://wire.example/rules"), adapters.Plain(" · matched drone; see "), {URL: "https://wire.example/"},
			}}}
		}

		ada := h.tg.NewUser("Ada")
		desk := h.tg.NewSupergroup("Desk", ada)
		ada.AddBot(desk)
		ada.SaysIn(desk, "/subscribe drone")
		h.settle()
		ada.PressesIn(desk, "Undo")
		h.settle()

		h.transcript(desk.Transcript(), `
Ada: /subscribe drone
bot to Ada: Following *drone*.
  [Undo]
Ada presses [Undo]
Ada sees: New drone rules · matched drone; see https://wire.example/`)
	})
}
