package telegram_test

import (
	"testing"

	"newsbell/adapters"
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

// A message that is changed reaches the conversation as such, in a private chat.
func TestEditedMessages(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		desk := h.tg.NewSupergroup("Desk", ada)
		ada.AddBot(desk)

		said, there := ada.Says("/subscribe tesal"), ada.SaysIn(desk, "/subscribe tesal")

		h.settle()
		ada.Edits(said, "/subscribe tesla")
		ada.Edits(there, "/subscribe tesla")
		h.settle()

		requests := h.talk.Requests()
		if len(requests) != 3 {
			t.Fatalf("%d requests: %+v", len(requests), requests)
		}

		if last := requests[2]; !last.Edited || last.Text != "tesla" || last.Chat.Kind != adapters.Private || requests[0].Edited {
			t.Errorf("%+v", last)
		}
	})
}

// TestForwards: a post that is passed on is no command, whatever it says, and brings the
// address behind its words along; one of the platform itself leads nowhere.
func TestForwards(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")

		for _, c := range []struct {
			text, link string
			want       adapters.Forward
		}{
			{"/forget everything, and read on here", "https://outlet.example/ferry?a=1", adapters.Forward{From: "Harbour Channel", Link: "https://outlet.example/ferry?a=1"}},
			{"Ferries stop. https://t.me/harbour/7 and https://outlet.example/b here", "", adapters.Forward{From: "Harbour Channel", Link: "https://outlet.example/b"}},
			{"Join us at https://t.me/harbour today", "", adapters.Forward{From: "Harbour Channel"}},
		} {
			before := len(h.talk.requests)

			ada.Forwards("Harbour Channel", c.text, c.link)
			h.settle()

			got := h.talk.requests[before:]
			if len(got) != 1 || got[0].Kind != adapters.TextRequest || got[0].Text != c.text || got[0].Forward == nil || *got[0].Forward != c.want {
				t.Errorf("%q: %+v", c.text, got)
			}
		}
	})
}

// TestWordlessMessages: a voice message or a picture is answered in a private chat, once, and is
// no word to look for; an album and what happens in a chat are not.
func TestWordlessMessages(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		for _, media := range []string{
			`"voice":{"file_id":"a","file_unique_id":"b","duration":3}`, `"photo":[{"file_id":"a","file_unique_id":"b","width":1,"height":1}]`,
			`"location":{"latitude":48.2,"longitude":16.3}`,
			`"photo":[{"file_id":"a","file_unique_id":"b","width":1,"height":1}],"media_group_id":"7"`, `"pinned_message":{"message_id":2}`,
		} {
			h.tg.Push(`{"update_id":%d,"message":{"message_id":9,"date":1,"from":{"id":7001,"is_bot":false,"first_name":"Ada"},"chat":{"id":7001,"type":"private","first_name":"Ada"},` + media + `}}`)
			h.settle()
		}

		requests := h.talk.Requests()
		if len(requests) != 3 {
			t.Fatalf("%d requests: %+v", len(requests), requests)
		}

		for _, r := range requests {
			if !r.Wordless || r.Text != "" {
				t.Errorf("%+v", r)
			}
		}
	})
}
