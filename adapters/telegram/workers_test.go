package telegram_test

import (
	"fmt"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/telegramtest"
)

// TestAStuckAnswerHoldsNobodyElse: while some people cannot be answered, however
// many others write, each is answered soon; and what was not said is left to the
// handler, as trouble that passes.
func TestAStuckAnswerHoldsNobodyElse(t *testing.T) {
	for _, c := range []struct {
		stuck, others int
		fault         telegramtest.Fault
	}{
		{1, 300, telegramtest.Fault{Code: 429, After: 60}},
		{20, 1, telegramtest.Fault{Code: 500, Text: "Internal Server Error"}},
		{20, 1, telegramtest.Fault{Stall: time.Hour}},
	} {
		t.Run(fmt.Sprintf("%d stuck, %d others, %+v", c.stuck, c.others, c.fault), func(t *testing.T) {
			inBubble(t, telegramtest.Options{}, func(h *fixture) {
				var stuck []*telegramtest.User
				for i := range c.stuck {
					u := h.tg.NewUser(fmt.Sprintf("Stuck %d", i))
					u.Says("/start")
					h.settle()

					c.fault.Method, c.fault.Chat = "sendMessage", u.Private()
					h.tg.Fails(c.fault)

					stuck = append(stuck, u)
				}

				for _, u := range stuck {
					u.Says("/list")
				}

				time.Sleep(2 * time.Second)

				var others []*telegramtest.User
				for i := range c.others {
					others = append(others, h.tg.NewUser(fmt.Sprintf("Other %d", i)))
					others[i].Says("/start")
				}

				time.Sleep(5 * time.Second)

				for _, u := range others {
					if got := u.Private().Last(); got == nil || got.Text != "Welcome, "+u.Name+"." {
						t.Errorf("%s was not answered: %v", u.Name, got)
					}
				}

				time.Sleep(time.Minute)
				h.talk.mu.Lock()
				defer h.talk.mu.Unlock()

				if len(h.talk.failed) != c.stuck {
					t.Errorf("%d answers were left to the handler, want %d", len(h.talk.failed), c.stuck)
				}

				for _, err := range h.talk.failed {
					if f := adapters.FateOf(err).Fate; f == adapters.Gone || f == adapters.Refused {
						t.Errorf("left to the handler as %v", err)
					}
				}
			})
		})
	}
}
