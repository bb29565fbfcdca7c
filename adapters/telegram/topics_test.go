package telegram_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/telegramtest"
)

// TestTopicsOfAPrivateChat: whatever topic of the private chat a person writes or presses in, it
// is one chat, and the answer comes where they are. Where the topic has gone in the meantime, it
// comes in the chat itself.
func TestTopicsOfAPrivateChat(t *testing.T) {
	inBubble(t, telegramtest.Options{Topics: true}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		ada.Says("/start")
		h.settle()

		topic, err := h.bot.OpenTopic(h.t.Context(), chatOf(ada.Private()), strings.Repeat("storm ", 40))
		if err != nil || topic == "" || !h.bot.Topics() {
			t.Fatalf("topic %q, %v, %v", topic, err, h.bot.Topics())
		}

		own := ada.Private().NewTopic("drones")
		ada.SaysIn(own, "/subscribe drone")
		h.settle()
		ada.PressesIn(own, "Undo")
		h.settle()

		h.talk.answer = func(ctx context.Context, r *adapters.Request) *adapters.Message {
			own.Delete()
			return standard(ctx, r)
		}

		ada.SaysIn(own, "/subscribe rain")
		h.settle()

		h.transcript(ada.Private().Transcript(), `
Ada: /start
bot: Welcome, Ada.
Ada presses [Undo]
bot: Following *rain*.
  [Undo]`) // with the topic goes what stood in it

		for _, r := range h.talk.Requests() {
			if r.Chat.Chat != chatOf(ada.Private()) {
				t.Errorf("%s in the chat %s", r.Text, r.Chat.Chat)
			}
		}

		sent := h.tg.Calls("sendMessage")
		if n := len(sent); n != 4 || sent[1].Params["message_thread_id"] == "" || sent[3].Params["message_thread_id"] != "" {
			t.Errorf("sent %+v", sent)
		}
	})
}

// TestTypingIsShownInTheTopic: what shows that an answer is being made is shown where it comes.
func TestTypingIsShownInTheTopic(t *testing.T) {
	inBubble(t, telegramtest.Options{Topics: true}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		own := ada.Private().NewTopic("drones")
		ada.SaysIn(own, "/slow")
		time.Sleep(10 * time.Second)
		h.settle()

		for _, c := range h.tg.Calls("sendChatAction") {
			if c.Params["message_thread_id"] == "" || !c.OK {
				t.Errorf("typing %+v", c)
			}
		}

		if got := own.Transcript(); !strings.Contains(got, "bot: That took a while.") {
			t.Errorf("in the topic:\n%s", got)
		}
	})
}

// TestABotWithoutTopics: where @BotFather has not switched topics on, none is asked for.
func TestABotWithoutTopics(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		ada.Says("/start")
		h.settle()

		if topic, err := h.bot.OpenTopic(h.t.Context(), chatOf(ada.Private()), "drone"); err == nil || h.bot.Topics() || len(h.tg.Calls("createForumTopic")) > 0 {
			t.Errorf("topic %q, %v", topic, err)
		}
	})
}
