package telegram_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/adapters/telegram"
	"newsbell/adapters/telegramtest"
)

// Every row of what the real server and what stands before it may answer, with
// what is to be done about the message.
var fates = []struct {
	fault  telegramtest.Fault
	fate   adapters.Fate
	reason string
}{
	{telegramtest.Fault{After: 7, Code: 429}, adapters.Later, "Telegram asks to slow down"},
	{telegramtest.Fault{After: 7, Code: 429, Bare: true}, adapters.Later, "Telegram asks to slow down"},
	{telegramtest.Fault{Code: 401, Text: "Unauthorized"}, adapters.Later, "Telegram rejects the bot's token"},
	{telegramtest.Fault{Code: 401, Text: "Unauthorized: invalid token specified"}, adapters.Later, "Telegram rejects the bot's token"},
	{telegramtest.Fault{Code: 404, Text: "Not Found"}, adapters.Later, "Telegram rejects the bot's token"},
	{telegramtest.Fault{Code: 409, Text: "Conflict: terminated by other getUpdates request"}, adapters.Later, "another program is using the bot"},
	{telegramtest.Fault{Code: 500, Text: "Internal Server Error"}, adapters.Retry, "Telegram is having problems"},
	{telegramtest.Fault{Code: 500, Text: "Internal Server Error: restart"}, adapters.Retry, "Telegram is having problems"},
	{telegramtest.Fault{Code: 502, Text: "Bad Gateway"}, adapters.Retry, "Telegram is having problems"},
	{telegramtest.Fault{HTML: 502}, adapters.Retry, "Telegram is having problems"},
	{telegramtest.Fault{HTML: 504}, adapters.Retry, "Telegram is having problems"},
	{telegramtest.Fault{HTML: 429}, adapters.Later, "Telegram asks to slow down"},
	{telegramtest.Fault{Garbage: `{"ok":false,"description":"Too Many Requests: retry after 7"}`}, adapters.Later, "Telegram asks to slow down"},
	{telegramtest.Fault{Garbage: `{"ok":false,"description":"Forbidden: bot was blocked by the user"}`}, adapters.Gone, "the bot was blocked"},
	{telegramtest.Fault{Garbage: `{"ok":false}`}, adapters.Refused, "Telegram rejected the message"},
	{telegramtest.Fault{HTML: 413}, adapters.TooLong, "the message is too long"},
	{telegramtest.Fault{Garbage: "<html>Welcome to the hotel</html>"}, adapters.Retry, "Telegram is having problems"},
	{telegramtest.Fault{Garbage: `{"ok":true,"result":{"mess`}, adapters.Unsure, "Telegram didn't answer"},
	{telegramtest.Fault{Reset: true}, adapters.Unsure, "Telegram didn't answer"},
	{telegramtest.Fault{Lost: true}, adapters.Unsure, "Telegram didn't answer"},
	{telegramtest.Fault{Stall: time.Hour}, adapters.Unsure, "Telegram didn't answer"},

	{telegramtest.Fault{Code: 403, Text: "Forbidden: bot was blocked by the user"}, adapters.Gone, "the bot was blocked"},
	{telegramtest.Fault{Code: 403, Text: "Forbidden: user is deactivated"}, adapters.Gone, "the account was deleted"},
	{telegramtest.Fault{Code: 403, Text: "Forbidden: the group chat was deleted"}, adapters.Gone, "the group was deleted"},
	{telegramtest.Fault{Code: 403, Text: "Forbidden: bot was kicked from the group chat"}, adapters.Gone, "the bot was removed"},
	{telegramtest.Fault{Code: 403, Text: "Forbidden: bot was kicked from the supergroup chat"}, adapters.Gone, "the bot was removed"},
	{telegramtest.Fault{Code: 403, Text: "Forbidden: bot was kicked from the channel chat"}, adapters.Gone, "the bot was removed"},
	{telegramtest.Fault{Code: 403, Text: "Forbidden: bot is not a member of the group chat"}, adapters.Gone, "the bot isn't in the chat"},
	{telegramtest.Fault{Code: 403, Text: "Forbidden: bot is not a member of the supergroup chat"}, adapters.Gone, "the bot isn't in the chat"},
	{telegramtest.Fault{Code: 403, Text: "Forbidden: bot is not a member of the channel chat"}, adapters.Gone, "the bot isn't in the chat"},
	{telegramtest.Fault{Code: 403, Text: "Forbidden: bot can't initiate conversation with a user"}, adapters.Gone, "the person hasn't started the bot"},
	{telegramtest.Fault{Code: 403, Text: "Forbidden: bot can't send messages to bots"}, adapters.Gone, "that's another bot"},
	{telegramtest.Fault{Code: 403, Text: "Forbidden: some new reason"}, adapters.Gone, "the bot can't post there"},

	{telegramtest.Fault{Code: 400, Text: "Bad Request: chat not found"}, adapters.Gone, "the bot can't find the chat"},
	{telegramtest.Fault{Code: 400, Text: "Bad Request: private chat not found"}, adapters.Gone, "the bot can't find the chat"},
	{telegramtest.Fault{Code: 400, Text: "Bad Request: PEER_ID_INVALID"}, adapters.Gone, "the bot can't find the chat"},
	{telegramtest.Fault{Code: 400, Text: "Bad Request: CHAT_WRITE_FORBIDDEN"}, adapters.Gone, "the bot can't post there"},
	{telegramtest.Fault{Code: 400, Text: "Bad Request: have no rights to send a message"}, adapters.Gone, "the bot can't post there"},
	{telegramtest.Fault{Code: 400, Text: "Bad Request: not enough rights to send text messages to the chat"}, adapters.Gone, "the bot can't post there"},
	{telegramtest.Fault{Code: 400, Text: "Bad Request: need administrator rights in the channel chat"}, adapters.Gone, "the bot must be an administrator there"},
	{telegramtest.Fault{Code: 400, Text: "Bad Request: CHAT_ADMIN_REQUIRED"}, adapters.Gone, "the bot must be an administrator there"},
	{telegramtest.Fault{Code: 400, Text: "Bad Request: USER_IS_BLOCKED"}, adapters.Gone, "the bot was blocked"},
	{telegramtest.Fault{Code: 400, Text: "Bad Request: INPUT_USER_DEACTIVATED"}, adapters.Gone, "the account was deleted"},
	{telegramtest.Fault{Code: 400, Text: "Bad Request: message thread not found"}, adapters.Gone, "the topic was deleted"},
	{telegramtest.Fault{Code: 400, Text: "Bad Request: TOPIC_CLOSED"}, adapters.Gone, "the topic is closed"},
	{telegramtest.Fault{Code: 400, Text: "Bad Request: TOPIC_DELETED"}, adapters.Gone, "the topic was deleted"},
	{telegramtest.Fault{Code: 400, Text: "Bad Request: group chat was upgraded to a supergroup chat"}, adapters.Gone, "the group was upgraded"},

	{telegramtest.Fault{Code: 400, Text: "Bad Request: chat_id is empty"}, adapters.Refused, "Telegram rejected the message"},
	{telegramtest.Fault{Code: 400, Text: "Bad Request: message text is empty"}, adapters.Refused, "Telegram rejected the message"},
	{telegramtest.Fault{Code: 400, Text: "Bad Request: message is too long"}, adapters.TooLong, "the message is too long"},
	{telegramtest.Fault{Code: 400, Text: "Bad Request: text is too long"}, adapters.TooLong, "the message is too long"},
	{telegramtest.Fault{Code: 400, Text: "Bad Request: message caption is too long"}, adapters.TooLong, "the message is too long"},
	{telegramtest.Fault{Code: 400, Text: "Bad Request: unsupported parse_mode"}, adapters.Refused, "Telegram rejected the message"},
	{telegramtest.Fault{Code: 400, Text: "Bad Request: reply markup is too long"}, adapters.Refused, "Telegram rejected the message"},
	{telegramtest.Fault{Code: 400, Text: "Bad Request: message to be replied not found"}, adapters.Refused, "Telegram rejected the message"},
	{telegramtest.Fault{Code: 400, Text: "Bad Request: BUTTON_DATA_INVALID"}, adapters.Refused, "Telegram rejected the message"},
	{telegramtest.Fault{Code: 400, Text: "Bad Request: wrong file_id or the file is temporarily unavailable"}, adapters.Refused, "Telegram rejected the message"},
	{telegramtest.Fault{Code: 400, Text: "Bad Request: file is too big"}, adapters.Refused, "Telegram rejected the message"},
	{telegramtest.Fault{Code: 413, Text: "Request Entity Too Large"}, adapters.TooLong, "the message is too long"},
}

func TestFates(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		ada.Says("/nothing")
		h.settle()

		to := chatOf(ada.Private())

		for _, f := range fates {
			f.fault.Method = "sendMessage"
			h.tg.Fails(f.fault)

			before := time.Now()

			e := h.wantFate(to, &adapters.Message{Text: adapters.Say("Ring!")}, f.fate, f.reason)
			if took := time.Since(before); took > 30*time.Second {
				t.Errorf("%+v: gave up only after %s", f.fault, took)
			}

			h.tg.Heals()

			switch {
			case f.fault.After > 0:
				if e.After != 7*time.Second || e.All {
					t.Errorf("%+v: wait %s, all %v", f.fault, e.After, e.All)
				}

				if at := h.gate.ReadyAt(gate.Key(to), false); time.Until(at) != 7*time.Second {
					t.Errorf("the gate holds the chat for %s", time.Until(at))
				}
			case e.Reason == "Telegram asks to slow down":
				if e.After < time.Second || e.All {
					t.Errorf("%+v: wait %s, all %v", f.fault, e.After, e.All)
				}
			case e.Fate == adapters.Later && (!e.All || e.After < 30*time.Second):
				t.Errorf("%+v: the bot itself is refused, and the pause is %s, all %v", f.fault, e.After, e.All)
			}

			if strings.Contains(e.Error(), "AAtest") {
				t.Errorf("the token is in %v", e)
			}
		}
	})
}

// Before anything was written, nothing can have arrived.
func TestNoConnectionIsRetried(t *testing.T) {
	bot := telegram.New(telegram.Config{Token: telegramtest.DefaultToken, APIURL: "http://127.0.0.1:1"}) // nobody listens there
	_, err := bot.Send(context.Background(), adapters.Chat{Platform: "telegram", Address: "7001"}, &adapters.Message{Text: adapters.Say("Ring!")})

	e := adapters.FateOf(err)
	if e.Fate != adapters.Retry || strings.Contains(e.Error(), "AAtest") {
		t.Errorf("Send: %v", err)
	}
}

// A message that somebody deleted at once, as a bot that guards a group may, was sent: another one would
// notify everybody again, and be deleted, too.
func TestADeletedMessageWasSent(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		ada.Says("/nothing")
		h.settle()
		h.tg.Fails(telegramtest.Fault{Method: "sendMessage", Code: 500, Text: "Internal Server Error: sent message was immediately deleted"})

		mustSend(t, h, chatOf(ada.Private()), &adapters.Message{Text: adapters.Say("Ring!")})
	})
}

// What the server calls ok is sent, however little it shows of it.
func TestBareResults(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		for body, want := range map[string]string{
			`{"ok":true,"result":{"message_id":17}}`:   "17",
			`{"ok":true,"result":{"message_id":"17"}}`: "17",
			`{"ok":true,"result":true}`:                "0",
			`{"ok":true}`:                              "0",
		} {
			h.tg.Fails(telegramtest.Fault{Method: "sendMessage", Times: 1, Garbage: body})

			if ref := mustSend(t, h, adapters.Chat{Platform: "telegram", Address: "7001"}, &adapters.Message{Text: adapters.Say("x")}); ref != want {
				t.Errorf("%s: reference %q, want %q", body, ref, want)
			}
		}
	})
}

// "can't parse entities" is our bug: the person gets the plain text, the operator the truth.
func TestUnreadableHTMLGoesOutPlain(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		ada.Says("/nothing")
		h.settle()
		h.tg.Fails(telegramtest.Fault{Method: "sendMessage", Times: 1, Code: 400, Text: `Bad Request: can't parse entities: Unsupported start tag "x" at byte offset 3`})
		mustSend(t, h, chatOf(ada.Private()), &adapters.Message{Text: adapters.Text{
			{adapters.Bold("Bold & <plain>")},
			{adapters.Link("a story", "https://upi.example/1?a=b&c=d")},
		}})

		if got, want := ada.Private().Last().Text, "Bold & <plain>\na story https://upi.example/1?a=b&c=d"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}

		if h.log.count("level=ERROR msg=\"bug:") != 1 {
			t.Errorf("the operator was told:\n%s", h.log)
		}
	})
}

func TestEdit(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ctx := context.Background()
		ada := h.tg.NewUser("Ada")
		ada.Says("/nothing")
		h.settle()

		to := chatOf(ada.Private())
		first := &adapters.Message{Text: adapters.Say("One"), Buttons: row("More", "more")}

		ref := mustSend(t, h, to, first)
		for _, m := range []*adapters.Message{first, {Text: adapters.Say("Two")}, {Text: adapters.Say("Two")}} {
			if err := h.bot.Edit(ctx, to, ref, m); err != nil {
				t.Errorf("Edit: %v", err)
			}
		}

		h.transcript(ada.Private().Transcript(), "Ada: /nothing\nbot (edited): Two")
		ada.Private().Last().Delete()

		for _, gone := range []string{ref, "12345", "no number"} {
			if err := h.bot.Edit(ctx, to, gone, first); adapters.FateOf(err).Fate != adapters.Refused {
				t.Errorf("Edit of %q, which is gone: %v", gone, err)
			}
		}

		long := &adapters.Message{Text: adapters.Say(strings.Repeat("A sentence of words. ", 400))}

		ref = mustSend(t, h, to, first)
		if err := h.bot.Edit(ctx, to, ref, long); err != nil {
			t.Fatal(err)
		}

		if got := ada.Private().Last().Text; !strings.HasSuffix(got, "words.\n… (the rest doesn't fit in one message)") {
			t.Errorf("the cut reads %q", got[len(got)-100:])
		}

		h.tg.Fails(telegramtest.Fault{Method: "editMessageText", Times: 1, After: 3, Code: 429})

		if e := adapters.FateOf(h.bot.Edit(ctx, to, ref, first)); e.Fate != adapters.Later || e.After != 3*time.Second {
			t.Errorf("a 429 on an edit is %v", e)
		}
	})
}

func TestFindIsUnsupported(t *testing.T) {
	bot := telegram.New(telegram.Config{Token: telegramtest.DefaultToken})
	if _, _, err := bot.Find(context.Background(), adapters.Chat{}, &adapters.Message{Nonce: "n"}); !errors.Is(err, adapters.ErrUnsupported) {
		t.Errorf("Find: %v", err)
	}
}

// What does not name a chat, or says nothing, is not sent.
func TestNothingToSend(t *testing.T) {
	bot := telegram.New(telegram.Config{Token: telegramtest.DefaultToken, Transport: http.NewFileTransport(http.Dir("."))})
	for _, c := range []struct {
		address string
		m       *adapters.Message
		want    adapters.Fate
	}{
		{"4711", &adapters.Message{}, adapters.Refused},
		{"4711", &adapters.Message{Text: adapters.Say(" ", "")}, adapters.Refused},
		{"", &adapters.Message{Text: adapters.Say("x")}, adapters.Gone},
		{"4711/x", &adapters.Message{Text: adapters.Say("x")}, adapters.Gone},
		{"@4711", &adapters.Message{Text: adapters.Say("x")}, adapters.Gone},
	} {
		_, err := bot.Send(context.Background(), adapters.Chat{Platform: "telegram", Address: c.address}, c.m)
		if e := adapters.FateOf(err); err == nil || e.Fate != c.want {
			t.Errorf("Send to %q: %v, want %v", c.address, err, c.want)
		}
	}
}
