package telegram_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/telegramtest"
)

// discreet returns a conversation in which every answer is for the person who asked.
func discreet(_ context.Context, r *adapters.Request) *adapters.Message {
	m := &adapters.Message{Private: true, Text: adapters.Say("You said /" + r.Command + "."), Buttons: row("More", "more")}

	switch {
	case r.Data == "more":
		m.Text, m.Buttons = adapters.Say("There is more."), row("Less", "less")
	case r.Data == "less":
		m.Text, m.Buttons, m.Replace = adapters.Say("Less of it."), nil, true
	case r.Command == "subscribe":
		m.Buttons, m.Ask = nil, "words"
	}

	return m
}

// whispering counts the requests that were for one person.
func (h *fixture) whispering() int {
	n := 0

	for _, c := range h.tg.Calls("sendMessage") {
		if c.Params["ephemeral_message_parameters"] != "" {
			n++
		}
	}

	return n
}

var discreetTable = slices.Concat(table, []adapters.Command{{Name: "status", Summary: "look", Discreet: true}})

// TestAnswersThatOnePersonSees: in a group, who presses a button or uses a discreet command is
// answered alone; a command that all have seen only where the bot is an administrator.
func TestAnswersThatOnePersonSees(t *testing.T) {
	inBubble(t, telegramtest.Options{Whispers: true}, func(h *fixture) {
		h.end()

		h.config.Commands, h.talk.answer = discreetTable, discreet
		h.start()

		ada, bo := h.tg.NewUser("Ada"), h.tg.NewUser("Bo")
		desk := h.tg.NewSupergroup("Desk", ada, bo)
		ada.AddBot(desk)
		h.settle()

		for _, step := range []func(){
			func() { ada.SaysIn(desk, "/slow") },
			func() { bo.PressesIn(desk, "More") },
			func() { bo.PressesIn(desk, "Less") },
			func() { ada.Whispers(desk, "/status") },
			func() { ada.SaysIn(desk, "/slow again") },
		} {
			step()
			h.settle()
		}

		if n := h.whispering(); n != 3 { // the first command, the press, and the command of the menu
			t.Errorf("%d tries to answer one person", n)
		}

		time.Sleep(2 * time.Hour)
		ada.PromoteBot(desk, true)
		ada.SaysIn(desk, "/slow third")
		h.settle()
		ada.SaysIn(desk, "/subscribe") // it asks for a reply
		h.settle()

		h.transcript(desk.Transcript(), `
Ada: /slow
bot to Ada: You said /slow.
  [More]
Bo presses [More]
bot (edited) (only Bo sees it): Less of it.
Bo presses [Less]
Ada whispers: /status
bot (only Ada sees it): You said /status.
  [More]
Ada: /slow again
bot to Ada: You said /slow.
  [More]
Ada: /slow third
bot (only Ada sees it) to Ada: You said /slow.
  [More]
Ada: /subscribe
bot to Ada: You said /subscribe.
  (asks: words)`)
	})
}

// TestALateAnswerStaysPrivate: an answer that comes too late for a new message changes the one
// whose button was pressed, and one to a command that nobody has seen is not given at all.
func TestALateAnswerStaysPrivate(t *testing.T) {
	inBubble(t, telegramtest.Options{Whispers: true}, func(h *fixture) {
		h.end()

		late := time.Duration(0)
		h.config.Commands = discreetTable
		h.talk.answer = func(ctx context.Context, r *adapters.Request) *adapters.Message {
			time.Sleep(late)
			return discreet(ctx, r)
		}
		h.start()

		ada := h.tg.NewUser("Ada")
		desk := h.tg.NewSupergroup("Desk", ada)
		ada.AddBot(desk)
		h.settle()
		ada.Whispers(desk, "/status")
		h.settle()

		late = 20 * time.Second

		ada.PressesIn(desk, "More")
		h.settle()
		ada.Whispers(desk, "/status")
		h.settle()

		h.transcript(desk.Transcript(), `
Ada whispers: /status
bot (edited) (only Ada sees it): There is more.
  [Less]
Ada presses [More]
Ada whispers: /status`)
	})
}

// TestAServerWithoutEphemeralMessages: what it does not know it passes over, and it is asked
// once; everybody sees the answers, as ever.
func TestAServerWithoutEphemeralMessages(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		h.talk.answer = discreet
		ada := h.tg.NewUser("Ada")
		desk := h.tg.NewSupergroup("Desk", ada)
		ada.AddBot(desk)

		for _, text := range []string{"/slow", "/group", "/slow"} {
			ada.SaysIn(desk, text)
			h.settle()
		}

		ada.PressesIn(desk, "More")
		h.settle()

		if got := desk.Transcript(); h.whispering() != 1 || strings.Contains(got, "sees it") || strings.Count(got, "bot to Ada") != 3 {
			t.Errorf("%d tries to answer one person:\n%s", h.whispering(), got)
		}
	})
}
