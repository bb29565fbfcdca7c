package telegram_test

import (
	"testing"

	"newsbell/adapters/telegramtest"
)

func TestPrivateChat(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		for _, s := range []string{"/start", "/subscribe drone", "/sub", "climate & <b>"} {
			ada.Says(s)
			h.settle()
		}

		ada.Presses("Undo")
		h.settle()
		ada.Presses("Subscribe")
		h.settle()
		h.transcript(ada.Private().Transcript(), `
Ada: /start
bot: Welcome, Ada.
Ada: /subscribe drone
bot (edited): Undone.
Ada: /sub
bot: You said /sub
Ada: climate & <b>
bot: Follow climate & <b>?
  [Subscribe]
Ada presses [Undo]
Ada presses [Subscribe]
bot: You pressed sub
`)

		if n := h.tg.Spinning(); n != 0 {
			t.Errorf("%d buttons still spin", n)
		}
	})
}
