package telegram_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/telegramtest"
)

// outside is a conversation that also speaks where the bot is not.
type outside struct {
	*conversation
	asked  atomic.Int32
	answer func(q *adapters.InlineQuery) *adapters.Cards
}

func (o *outside) Inline(_ context.Context, q *adapters.InlineQuery) *adapters.Cards {
	o.asked.Add(1)

	if o.answer != nil {
		return o.answer(q)
	}

	if q.Text == "nothing" {
		return nil
	}

	from := 0
	_, _ = fmt.Sscan(q.Offset, &from)

	c := &adapters.Cards{Private: adapters.Button{Label: "Get alerts", Start: "q-abc"}}
	for i := range 10 {
		c.Cards = append(c.Cards, adapters.Card{ID: fmt.Sprint(from + i), Alert: adapters.Alert{
			Title: fmt.Sprintf("%s <%d>", q.Text, from+i), URL: "https://wire.example/a?b&c", Outlet: "Wire", Published: time.Now().Add(-time.Hour),
			Summary: "It happened.", Image: "https://wire.example/a.jpg",
		}})
	}

	if from == 0 {
		c.Next = "10"
	}

	return c
}

func (o *outside) Guest(_ context.Context, q *adapters.InlineQuery) *adapters.Message {
	if q.Text+q.About == "" {
		return nil
	}

	return &adapters.Message{Text: adapters.Text{{adapters.Bold("Outlets")}, {adapters.Link(q.Text+"|"+q.About, "https://wire.example/1")}}}
}

func speakOutside(h *fixture, answer func(q *adapters.InlineQuery) *adapters.Cards) *outside {
	o := &outside{conversation: h.talk, answer: answer}
	if err := h.stop(); err != nil {
		h.t.Error(err)
	}

	h.handler = o
	h.start()

	return o
}

func TestStoriesInAnyChat(t *testing.T) {
	inBubble(t, telegramtest.Options{Inline: true}, func(h *fixture) {
		speakOutside(h, nil)

		ada := h.tg.NewUser("Ada")
		family := h.tg.NewGroup("Family", ada) // the bot is not in it

		ada.Types("flood")
		h.settle()

		offers := ada.Offers()
		if len(offers) != 10 || offers[3].Title != "flood <3>" || offers[0].Description != "Wire · 1 h ago\nIt happened." || offers[0].Thumbnail == "" {
			t.Fatalf("%+v", offers)
		}

		ada.Chooses(4, family)

		if !ada.Scrolls() {
			t.Fatal("there is no second page")
		}

		h.settle()

		if offers := ada.Offers(); len(offers) != 10 || offers[0].Title != "flood <10>" {
			t.Errorf("%+v", offers)
		}

		if ada.Scrolls() {
			t.Error("there is a third page")
		}

		ada.PressesAbove()
		h.settle()
		h.transcript(family.Transcript(), "Ada via @newsbell_bot: [*flood <3>*](https://wire.example/a?b&c)\n  Wire · 1 h ago\n  \n  It happened.")
		h.transcript(ada.Private().Transcript(), "Ada: /start q-abc\nbot: Welcome, Ada. q-abc")

		ada.Types("nothing")
		h.settle()

		if got := ada.OffersText(); got != "" {
			t.Errorf("nothing found shows %q", got)
		}
	})
}

// TestInlineOnlyWhereItIsSwitchedOn: the server is not asked for what the bot does not have.
func TestInlineOnlyWhereItIsSwitchedOn(t *testing.T) {
	for on, want := range map[bool]string{
		true:  `["message","edited_message","callback_query","my_chat_member","inline_query","guest_message"]`,
		false: `["message","edited_message","callback_query","my_chat_member"]`,
	} {
		inBubble(t, telegramtest.Options{Inline: on, Guests: on}, func(h *fixture) {
			h.tg.NewUser("Ada").Says("/start")
			h.settle()

			if got := h.tg.Calls("getUpdates")[0].Params["allowed_updates"]; got != want {
				t.Errorf("on=%v: %s", on, got)
			}
		})
	}
}

// TestTypingOnIsNotWaitedFor: of what a person types letter by letter while the first answer
// is looked for, only the last is answered.
func TestTypingOnIsNotWaitedFor(t *testing.T) {
	inBubble(t, telegramtest.Options{Inline: true}, func(h *fixture) {
		release := make(chan struct{})
		o := speakOutside(h, func(q *adapters.InlineQuery) *adapters.Cards {
			if q.Text == "f" {
				<-release
			}

			return &adapters.Cards{Cards: []adapters.Card{{ID: "1", Alert: adapters.Alert{Title: q.Text, URL: "https://wire.example/1"}}}}
		})

		ada := h.tg.NewUser("Ada")
		ada.Types("f")
		sleep(context.Background(), 3*time.Second)

		for _, text := range []string{"fl", "flo", "floo", "flood"} {
			ada.Types(text)
		}

		ada.Says("/subscribe rain") // which waits for nothing either
		sleep(context.Background(), 3*time.Second)

		if got := ada.Private().Transcript(); !strings.Contains(got, "Following") {
			t.Errorf("a command waits for what is typed elsewhere:\n%s", got)
		}

		close(release)
		h.settle()

		if n := o.asked.Load(); n != 2 || ada.OffersText() != "1. flood\n   \n" {
			t.Errorf("asked %d times, shows %q", n, ada.OffersText())
		}
	})
}

func TestGuest(t *testing.T) {
	inBubble(t, telegramtest.Options{Guests: true}, func(h *fixture) {
		speakOutside(h, nil)

		ada, bo := h.tg.NewUser("Ada"), h.tg.NewUser("Bo")
		family := h.tg.NewGroup("Family", ada, bo)
		claim := bo.SaysIn(family, "They closed the port!")
		ada.Summons(family, "true?", claim)
		h.settle()
		ada.Summons(family, "", nil)
		h.settle()
		h.transcript(family.Transcript(), `
Bo: They closed the port!
Ada to Bo: @newsbell_bot true?
Newsbell (guest): *Outlets*
  [true?|They closed the port!](https://wire.example/1)
Ada: @newsbell_bot `)

		if got := h.talk.Requests(); len(got) != 0 {
			t.Errorf("what a guest hears counts as a request: %+v", got)
		}
	})
}

// TestHostileCards: whatever a card holds, the server takes the answer.
func TestHostileCards(t *testing.T) {
	inBubble(t, telegramtest.Options{Inline: true}, func(h *fixture) {
		speakOutside(h, func(*adapters.InlineQuery) *adapters.Cards {
			c := &adapters.Cards{}
			for i, title := range []string{"", "\u202e\x00", strings.Repeat("語", 5000), "<b>&\"'", "\xff"} {
				c.Cards = append(c.Cards, adapters.Card{ID: fmt.Sprint(i), Alert: adapters.Alert{
					Title: title, Outlet: title, Summary: strings.Repeat(title, 3), URL: "https://x.example/" + strings.Repeat("a", i*9000), Image: "javascript:alert(1)",
				}})
			}

			c.Cards = append(c.Cards, adapters.Card{ID: strings.Repeat("x", 65)}, adapters.Card{})

			return c
		})

		ada := h.tg.NewUser("Ada")
		ada.Types("x")
		h.settle()

		if got := ada.Offers(); len(got) != 5 || h.tg.Unanswered() != 0 {
			t.Errorf("%d offers, calls %+v", len(got), h.tg.Calls("answerInlineQuery"))
		}
	})
}
