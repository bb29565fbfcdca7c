package telegram_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/adapters/telegramtest"
)

// A private answer to a press in a shared chat is for the presser's eyes only, as
// long as it is short and the press is fresh.
func TestPrivateAnswerToPress(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		answer := &adapters.Message{Text: adapters.Text{{adapters.Plain("Only "), adapters.Bold("admins"), adapters.Plain(" may do that.")}}, Private: true}
		delay := time.Duration(0)
		h.talk.answer = func(ctx context.Context, r *adapters.Request) *adapters.Message {
			sleep(ctx, delay)
			return answer
		}
		ada := h.tg.NewUser("Ada")
		desk := h.tg.NewGroup("Desk", ada)
		ada.AddBot(desk)
		h.settle()
		mustSend(t, h, chatOf(desk), &adapters.Message{Text: adapters.Say("Ring!"), Buttons: row("Pause", "pause")})

		const before = "bot: Ring!\n  [Pause]\n"

		ada.PressesIn(desk, "Pause")
		h.settle()
		h.transcript(desk.Transcript(), before+"Ada presses [Pause]\nAda sees: Only admins may do that.")

		delay = 3 * time.Second // the press was acknowledged meanwhile

		ada.PressesIn(desk, "Pause")
		h.settle()

		delay, answer.Text = 0, adapters.Say(strings.Repeat("Long. ", 50))

		ada.PressesIn(desk, "Pause")
		h.settle()

		if got := desk.Transcript(); !strings.Contains(got, "bot: Only *admins* may do that.") || !strings.HasSuffix(strings.TrimSpace(got), "Long. Long.") {
			t.Errorf("what does not fit a popup is not said: %s", got)
		}

		if n := h.tg.Spinning(); n != 0 {
			t.Errorf("%d buttons still spin", n)
		}
	})
}

// A person who may not be answered any more is not asked for again and again.
func TestAnswerToBlocked(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		h.talk.answer = func(context.Context, *adapters.Request) *adapters.Message {
			ada.Blocks()
			return &adapters.Message{Text: adapters.Say("x")}
		}

		ada.Says("/start")
		h.settle()

		if len(h.talk.failed) != 1 || len(h.tg.Calls("sendMessage")) != 1 {
			t.Errorf("failed %v, %d calls", h.talk.failed, len(h.tg.Calls("sendMessage")))
		}

		h.wantKinds(adapters.Blocked)

		if h.log.count("an answer could not be sent") != 1 || h.log.count(strconv.FormatInt(ada.ID, 10)) != 0 {
			t.Errorf("the log names the person, or says nothing:\n%s", h.log)
		}
	})
}

// A conversation that panics is our bug; it costs one answer, not the program, and
// not the same again after every restart.
func TestPanic(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		h.talk.answer = func(ctx context.Context, r *adapters.Request) *adapters.Message {
			if r.Text == "boom" {
				panic("a bug")
			}

			return standard(ctx, r)
		}
		ada := h.tg.NewUser("Ada")
		ada.Says("/start boom")
		ada.Says("/start")
		h.settle()

		if got := ada.Private().Last(); got == nil || got.Text != "Welcome, Ada." {
			t.Errorf("after a panic the bot says %v", got)
		}

		if h.log.count("bug: handling an update panicked") != 1 {
			t.Errorf("the operator was told:\n%s", h.log)
		}
	})
}

// A long answer whose second part meets trouble arrives whole, each part once; a
// server that knows no replies gets it as a plain message.
func TestLongAnswerInTrouble(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		h.talk.answer = func(context.Context, *adapters.Request) *adapters.Message {
			return &adapters.Message{Text: adapters.Say(strings.Repeat("A sentence of words. ", 500)), Buttons: row("Next", "next")}
		}
		ada := h.tg.NewUser("Ada")
		desk := h.tg.NewGroup("Desk", ada)
		ada.AddBot(desk)
		h.settle()
		h.tg.Fails(telegramtest.Fault{Method: "sendMessage", Every: 2, Times: 2, HTML: 502})
		h.tg.Fails(telegramtest.Fault{Method: "sendMessage", Times: 1, Code: 400, Text: "Bad Request: reply_parameters are not supported"})
		ada.SaysIn(desk, "/start")
		h.settle()

		var got strings.Builder

		parts := 0

		for _, m := range desk.Messages()[1:] {
			got.WriteString(m.Text + " ")

			parts++
			if last := parts == 3; m.ReplyTo != 0 || (len(m.Keyboard) > 0) != last {
				t.Errorf("part %d replies to %d and has %d rows of buttons", parts, m.ReplyTo, len(m.Keyboard))
			}
		}

		if n := strings.Count(got.String(), "A sentence of words."); n != 500 {
			t.Errorf("%d of 500 sentences in %d parts", n, parts)
		}
	})
}

// TestOtherButtons: a press changes what stands below its message, which says what it said. Where
// a server cannot do that, a new message has the buttons.
func TestOtherButtons(t *testing.T) {
	for want, only := range map[string][]string{
		"Ada: /more\nbot: News.\n  [Why]\nAda presses [More…]\nAda presses [Why]\nbot: You pressed why":                            nil,
		"Ada: /more\nbot: News.\n  [More…]\nAda presses [More…]\nbot: What now?\n  [Why]\nAda presses [Why]\nbot: You pressed why": {"getMe", "getUpdates", "sendMessage"},
	} {
		inBubble(t, telegramtest.Options{Only: only}, func(h *fixture) {
			ada := h.tg.NewUser("Ada")

			for _, step := range []func(){func() { ada.Says("/more") }, func() { ada.Presses("More…") }, func() { ada.Presses("Why") }} {
				step()
				h.settle()
			}

			h.transcript(ada.Private().Transcript(), want)
		})
	}
}

// An edit that comes too soon holds the gate, and is repeated when the server says
// so: no message is sent in its place, and the method is not taken for missing.
func TestAnswerInPlaceThatComesTooSoon(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		ada.Says("/subscribe drone")
		h.settle()
		h.tg.Fails(telegramtest.Fault{Method: "editMessageText", Times: 1, Code: 429, After: 4})

		began := time.Now()

		ada.Presses("Undo")
		time.Sleep(time.Second)

		if at := h.gate.ReadyAt(gate.Key(chatOf(ada.Private())), false); time.Until(at) < 2*time.Second {
			t.Errorf("the gate holds the chat for %s", time.Until(at))
		}

		h.settle()

		if took := time.Since(began); took < 4*time.Second || took > 6*time.Second {
			t.Errorf("the edit was repeated after %s", took)
		}

		h.transcript(ada.Private().Transcript(), "Ada: /subscribe drone\nbot (edited): Undone.\nAda presses [Undo]")

		if h.log.count("did not do this") != 0 {
			t.Errorf("a 429 was taken for a missing method:\n%s", h.log)
		}
	})
}
