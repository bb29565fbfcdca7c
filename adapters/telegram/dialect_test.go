package telegram_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"strings"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/telegramtest"
)

// A server that counts the length of a text before it is parsed, in bytes, takes
// every message in the end: alerts and answers at once, a digest in smaller parts,
// for which the outbox is told that it was too long.
func TestServerThatCountsBytes(t *testing.T) {
	inBubble(t, telegramtest.Options{CountRaw: true}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		ada.Says("/nothing")
		h.settle()

		to := chatOf(ada.Private())

		digest := &adapters.Digest{Heading: "While you were away"}
		for i := range 60 {
			digest.Alerts = append(digest.Alerts, adapters.Alert{
				Title: fmt.Sprintf("A story of some length, number %d", i), URL: fmt.Sprintf("https://coast.example/a/long/path/%d", i), Outlet: "Coast Daily", Published: time.Now(),
			})
		}

		before := h.bot.Room(digest)
		digest.Alerts = digest.Alerts[:before]

		h.wantFate(to, &adapters.Message{Digest: digest}, adapters.TooLong, "the message is too long")

		after := h.bot.Room(digest)
		if after >= before {
			t.Errorf("room for %d before and %d after the server was known", before, after)
		}

		digest.Alerts = digest.Alerts[:after]
		mustSend(t, h, to, &adapters.Message{Digest: digest})

		if got := len(ada.Private().Last().Entities); got < after {
			t.Errorf("%d links of %d arrived", got, after)
		}

		if n := h.log.count("counts the length"); n != 1 {
			t.Errorf("the operator was told %d times:\n%s", n, h.log)
		}
	})
}

func TestLongMessagesOnAServerThatCountsBytes(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat(`Tom & Jerry said "go". `, 170)) // 3,900 characters, 6 kB of HTML

	for name, m := range map[string]*adapters.Message{
		"alert": {Alert: &adapters.Alert{Title: "A <title>", URL: "https://coast.example/1", Summary: long}},
		"text":  {Text: adapters.Say(long)},
		"texts": {Text: adapters.Say(strings.Repeat("x", 3400), long)},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, telegramtest.Options{CountRaw: true}, func(h *fixture) {
				ada := h.tg.NewUser("Ada")
				ada.Says("/nothing")
				h.settle()

				ref := mustSend(t, h, chatOf(ada.Private()), m)
				sent := ""

				for _, got := range ada.Private().Messages()[1:] {
					sent += got.Text + " "
				}

				if long := strings.ReplaceAll(m.String(), "\n", " "); m.Alert == nil && strings.Join(strings.Fields(sent), " ") != long {
					t.Errorf("the text did not arrive whole: %q", sent)
				}

				if m.Alert != nil && !strings.Contains(sent, "A <title>") {
					t.Errorf("the alert did not arrive: %q", sent)
				}

				if err := h.bot.Edit(context.Background(), chatOf(ada.Private()), ref, m); err != nil {
					t.Errorf("Edit: %v", err)
				}
			})
		})
	}
}

// A server of before <tg-time> refuses one message for it, once, and nobody notices.
func TestServerWithoutNewTags(t *testing.T) {
	inBubble(t, telegramtest.Options{NoTimes: true}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		ada.Says("/nothing")
		h.settle()

		before := len(h.tg.Calls("sendMessage"))

		for range 3 {
			mustSend(t, h, chatOf(ada.Private()), &adapters.Message{Alert: &adapters.Alert{
				Title: "T", URL: "https://coast.example/1", Outlet: "Coast Daily", Published: time.Now().Add(-5 * time.Minute),
			}})

			if got := ada.Private().Last(); got.Text != "T\nCoast Daily · 5 min ago" || len(got.Entities) != 2 {
				t.Errorf("got %q with %v", got.Text, got.Entities)
			}
		}

		if n := len(h.tg.Calls("sendMessage")) - before; n != 4 {
			t.Errorf("%d requests for three messages", n)
		}

		if h.log.count("bug:") != 0 {
			t.Errorf("it was taken for a bug:\n%s", h.log)
		}
	})
}

// An age stays true: the app shows it anew whenever the message is looked at.
func TestAgesAreMoments(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		ada.Says("/nothing")
		h.settle()

		published := time.Now().Add(-5 * time.Minute)
		mustSend(t, h, chatOf(ada.Private()), &adapters.Message{Alert: &adapters.Alert{Title: "T", URL: "https://coast.example/1", Published: published}})

		for _, e := range ada.Private().Last().Entities {
			if e.Type == "date_time" && e.Unix == published.Unix() && e.Format == "r" {
				return
			}
		}

		t.Errorf("no moment in %v", ada.Private().Last().Entities)
	})
}

// TestAClockIsAMoment: what is to be shown as a time of day, such as a timeline, is a moment that the
// client shows as day and time in the reader's zone, and not as an age.
func TestAClockIsAMoment(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		ada.Says("/nothing")
		h.settle()

		at := time.Now().Add(-26 * time.Hour)
		mustSend(t, h, chatOf(ada.Private()), &adapters.Message{Page: true, Text: adapters.Text{{{Text: "1 Jan 08:00 UTC", Time: at, Style: adapters.StyleClock}, adapters.Plain(" · Coast Times")}}})

		m := ada.Private().Last()
		if m.Text != "1 Jan 08:00 UTC · Coast Times" || len(m.Entities) != 1 || m.Entities[0].Type != "date_time" || m.Entities[0].Unix != at.Unix() || m.Entities[0].Format != "dt" {
			t.Errorf("%q with %+v", m.Text, m.Entities)
		}
	})
}

// An address of any length that a message can hold is a link.
func TestLongAddresses(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		ada.Says("/nothing")
		h.settle()

		for _, n := range []int{100, 4000, 5000, 12000} {
			url := "https://coast.example/" + strings.Repeat("a", n)
			mustSend(t, h, chatOf(ada.Private()), &adapters.Message{Alert: &adapters.Alert{Title: "T", URL: url}})

			found := false
			for _, e := range ada.Private().Last().Entities {
				found = found || e.URL == url
			}

			if !found {
				t.Errorf("an address of %d bytes is no link", len(url))
			}
		}
	})
}

// A server that does not take a picture gets the alert without it.
// A picture is shown with its text as the caption. Where the server, the chat or the picture
// does not allow it, what is said in its place comes, once, and a chat that moved is told.
func TestPictureFile(t *testing.T) {
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 400, 300))); err != nil {
		t.Fatal(err)
	}

	message := &adapters.Message{
		Text: adapters.Text{{adapters.Bold("drone")}}, Instead: adapters.Say("▁▂█"),
		File: &adapters.File{Name: "trend.png", Body: picture.Bytes(), Picture: true}, Buttons: row("Subscribe", "x"),
	}
	shown, said := "bot: *drone* (picture 400x300)\n  [Subscribe]\n", "bot: *drone*\n  ▁▂█\n  [Subscribe]\n"

	for name, c := range map[string]struct {
		options telegramtest.Options
		fault   telegramtest.Fault
		want    string
	}{
		"taken":        {want: shown},
		"no method":    {options: telegramtest.Options{Only: []string{"getMe", "getUpdates", "sendMessage"}}, want: said},
		"not allowed":  {fault: telegramtest.Fault{Code: 403, Text: "Forbidden: not enough rights to send photos to the chat"}, want: said},
		"not readable": {fault: telegramtest.Fault{Code: 400, Text: "Bad Request: IMAGE_PROCESS_FAILED"}, want: said},
		"too large":    {fault: telegramtest.Fault{Code: 413, Text: "Request Entity Too Large"}, want: said},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, c.options, func(h *fixture) {
				ada := h.tg.NewUser("Ada")
				ada.Says("/nothing")
				h.settle()

				if c.fault.Code != 0 {
					c.fault.Method, c.fault.Times = "sendPhoto", 1
					h.tg.Fails(c.fault)
				}

				before := ada.Private().Transcript()
				mustSend(t, h, chatOf(ada.Private()), message)

				if got := strings.TrimPrefix(ada.Private().Transcript(), before); got != c.want {
					t.Errorf("%q", got)
				}
			})
		})
	}
}

// TestAFileThatIsNotTaken: a chat that takes no files, and a server that hangs over them, get the
// sentence in its place, and the next file is not waited for.
func TestAFileThatIsNotTaken(t *testing.T) {
	file := &adapters.Message{Text: adapters.Say("Here you are."), File: &adapters.File{Name: "a.json", Body: []byte("{}")}}

	for name, fault := range map[string]telegramtest.Fault{
		"not allowed": {Code: 403, Text: "Forbidden: not enough rights to send documents to the chat"},
		"refused":     {Code: 400, Text: "Bad Request: DOCUMENT_INVALID"},
		"hangs":       {Stall: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, telegramtest.Options{}, func(h *fixture) {
				ada := h.tg.NewUser("Ada")
				ada.Says("/nothing")
				h.settle()

				fault.Method = "sendDocument"
				h.tg.Fails(fault)

				before := ada.Private().Transcript()
				mustSend(t, h, chatOf(ada.Private()), file)

				if got, want := strings.TrimPrefix(ada.Private().Transcript(), before), "bot: Here you are.\n  (I couldn't send the file here.)\n"; got != want {
					t.Errorf("%q", got)
				}

				asked := time.Now()

				mustSend(t, h, chatOf(ada.Private()), file)

				if waited := time.Since(asked); waited > 10*time.Second {
					t.Errorf("the second one was waited for %v", waited)
				}
			})
		})
	}
}

func TestPictureThatIsRefused(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		ada.Says("/nothing")
		h.settle()
		h.tg.Fails(telegramtest.Fault{Method: "sendMessage", Times: 1, Code: 400, Text: "Bad Request: WEBPAGE_MEDIA_EMPTY"})
		mustSend(t, h, chatOf(ada.Private()), &adapters.Message{Alert: &adapters.Alert{Title: "T", URL: "https://coast.example/1", Image: "https://coast.example/1.jpg"}})

		calls := h.tg.Calls("sendMessage")
		if n := len(calls); n != 2 || !strings.Contains(calls[0].Params["link_preview_options"], "1.jpg") || calls[1].Params["link_preview_options"] != `{"is_disabled":true}` {
			t.Errorf("%d requests: %v", n, calls)
		}

		if got := ada.Private().Last().Entities; len(got) != 2 {
			t.Errorf("the link was lost: %v", got)
		}
	})
}

// TestAnAlertWithAPicture: the picture stands above a text, large, so that the message can be
// edited and a dead picture costs nothing; a longer summary is folded by the app.
func TestAnAlertWithAPicture(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		ada.Says("/nothing")
		h.settle()

		m := &adapters.Message{Alert: &adapters.Alert{
			Title: "T", URL: "https://coast.example/1", Image: "https://coast.example/1.jpg", Credit: "A. Nowak/Agency", Summary: strings.Repeat("A long summary. ", 40),
		}}
		ref := mustSend(t, h, chatOf(ada.Private()), m)

		m.Alert.Also = []adapters.Also{{Outlet: "Herald", URL: "https://herald.example/1"}}
		if err := h.bot.Edit(context.Background(), chatOf(ada.Private()), ref, m); err != nil {
			t.Fatal(err)
		}

		for _, call := range append(h.tg.Calls("sendMessage")[1:], h.tg.Calls("editMessageText")...) {
			if got, want := call.Params["link_preview_options"], `{"url":"https://coast.example/1.jpg","prefer_large_media":true,"show_above_text":true}`; got != want {
				t.Errorf("preview %s, want %s", got, want)
			}

			for _, want := range []string{"<blockquote expandable>A long summary.", "A. Nowak/Agency"} {
				if !strings.Contains(call.Params["text"], want) {
					t.Errorf("%q is not in %s", want, call.Params["text"])
				}
			}
		}

		if got := len(ada.Private().Messages()); got != 2 {
			t.Errorf("%d messages", got)
		}
	})
}

// TestAPageOnTelegram: its picture stands above the first message alone, a long quote is folded, a
// short one is not.
func TestAPageOnTelegram(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		ada.Says("/nothing")
		h.settle()

		page := &adapters.Message{Page: true, Picture: "https://coast.example/1.jpg", Text: adapters.Text{
			{adapters.Bold("Harbour bridge closed")},
			{{Text: strings.Repeat("The girder is cracked. ", 50), Style: adapters.StyleQuote}},
			{{Text: "Lorries wait.", Style: adapters.StyleQuote}},
		}}
		for range 60 {
			page.Text = append(page.Text, adapters.Line{adapters.Plain(strings.Repeat("word ", 20))})
		}

		mustSend(t, h, chatOf(ada.Private()), page)

		calls := h.tg.Calls("sendMessage")
		if len(calls) != 2 || !strings.Contains(calls[0].Params["link_preview_options"], "1.jpg") || calls[1].Params["link_preview_options"] != `{"is_disabled":true}` {
			t.Fatalf("%d requests: %v", len(calls), calls)
		}

		for _, want := range []string{"<blockquote expandable>The girder", "<blockquote>Lorries wait.</blockquote>"} {
			if !strings.Contains(calls[0].Params["text"], want) {
				t.Errorf("no %s in %s", want, calls[0].Params["text"])
			}
		}
	})
}
