package bot_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"newsbell/adapters"
	"newsbell/bot"
	"newsbell/locales"
	"newsbell/store"
)

// TestAnythingGoes lets people type and press at random, in all kinds of places:
// there is never trouble on our side, every answer says something and can be
// asked for again, every button fits, and nobody gets beyond the limit.
func TestAnythingGoes(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	defer w.close()

	w.conf.SubscriptionLimit = 5
	w.rebuild()
	w.news()

	key := 0

	rapid.Check(t, func(t *rapid.T) {
		buttons := map[string][]adapters.Button{}

		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			key++
			r := anyRequest(t, buttons)
			r.Key = fmt.Sprintf("monkey:%d", key)

			m := w.bot.Answer(w.ctx, r)
			if strings.Contains(w.log.String(), "level=ERROR") {
				t.Fatal(w.log.String())
			}

			if m == nil {
				continue
			}

			if diff := cmp.Diff(m, w.bot.Answer(w.ctx, r), withoutWords()); diff != "" {
				t.Fatalf("answered differently the second time:\n%s", diff)
			}

			if strings.TrimSpace(m.String()) == "" {
				t.Fatalf("an empty answer to %+v", r)
			}

			if r.Chat.Platform == "discord" && r.Chat.Kind != adapters.Private && !m.Private {
				t.Fatalf("everybody in the server reads the answer to %+v", r)
			}

			if r.Chat.Platform == "discord" && len(m.Buttons) > 5 {
				t.Fatalf("%d rows of buttons, Discord shows 5", len(m.Buttons))
			}

			buttons[r.Chat.Address] = append(buttons[r.Chat.Address], goodButtons(t, m)...)
			w.bot.Answered(w.ctx, r, m, nil)
		}
	})
	w.must(func(tx *store.Tx) error {
		for _, c := range []adapters.Chat{{Platform: "telegram", Address: "1"}, {Platform: "telegram", Address: "-100"}, {Platform: "discord", Address: "@2"}, {Platform: "discord", Address: "600"}} {
			chat, err := tx.Chat(c.Platform, c.Address)
			if err != nil {
				continue
			}

			all, err := tx.Subscriptions(chat.ID)
			if err != nil || len(all) > 5 {
				t.Errorf("%s has %d subscriptions of 5 (%v)", c, len(all), err)
			}
		}

		return nil
	})
}

func goodButtons(t *rapid.T, m *adapters.Message) []adapters.Button {
	var all []adapters.Button

	for _, row := range m.Buttons {
		if len(row) == 0 || len(row) > 5 {
			t.Fatalf("a row of %d buttons", len(row))
		}

		all = append(all, row...)
	}

	if len(all) > 25 {
		t.Fatalf("%d buttons", len(all))
	}

	for _, b := range all {
		if n := len([]rune(b.Label)); n == 0 || n > 40 || len(b.Data) > 64 || (b.Data == "") == (b.Start == "" && b.Copy == "") {
			t.Fatalf("no good button: %+v", b)
		}
	}

	return all
}

// anyRequest is something that a person may do.
func anyRequest(t *rapid.T, buttons map[string][]adapters.Button) *adapters.Request {
	user := rapid.SampledFrom([]string{"1", "2", ""}).Draw(t, "user")

	r := &adapters.Request{User: adapters.User{ID: user}, Chat: anyChat(t, user)}
	if known := buttons[r.Chat.Address]; len(known) > 0 && rapid.Bool().Draw(t, "press") {
		b := rapid.SampledFrom(known).Draw(t, "button")
		if r.Kind, r.Data = adapters.PressRequest, b.Data; b.Start == "" {
			return r
		}

		r.Kind, r.Command, r.Text = adapters.CommandRequest, "start", b.Start

		return r
	}

	text := rapid.OneOf(
		rapid.SampledFrom([]string{
			"", "drone", "port strike", `"open quote`, "1", "#2 #3", "all", "to:here drone", "to:#news drone", "to:@daily strike", "to:me toy", "when:8:00 election*", "ping:7 x",
			"2h", "until 8:00", "list", "add", "remove", "https://gazette.example/toy-drone", "queries", "subscribe", strings.Repeat("long ", 90), "a OR", "-a", "\n",
		}),
		rapid.String(),
	).Draw(t, "text")
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		r.Kind, r.Text = adapters.TextRequest, text
	case 1:
		r.Kind = adapters.PressRequest
		r.Data = rapid.SampledFrom([]string{"", "no", "off:1", "on:2", "list:1:99", "choose:1:-1", "news:0:x", "forget:7", "srcdel:1:1", "awhy:1", "apause:1", "resume:2", "run:why 1", "tok:x", "offset:1:1", "onall:1:x", "on:1:0:x", "off:1:0", "srcall:1:1", "srcadd:1:1", "folded:1:0", "choose:1:0:x", "??"}).Draw(t, "data")
	default:
		r.Kind, r.Text = adapters.CommandRequest, text

		r.Command = rapid.SampledFrom(bot.Commands(locales.Builtin().English())).Draw(t, "command").Name
		if r.Chat.Platform == "discord" {
			r.Text, r.Options = "", map[string]string{rapid.SampledFrom([]string{"query", "which", "for", "command", "sub", "address", "to"}).Draw(t, "option"): text}
		}
	}

	return r
}

func anyChat(t *rapid.T, user string) adapters.ChatInfo {
	c := adapters.ChatInfo{Chat: adapters.Chat{Platform: "telegram", Address: user}, Kind: adapters.Private}

	switch rapid.IntRange(0, 3).Draw(t, "chat") {
	case 0:
		c.Address, c.Kind, c.Title = "-100", adapters.Group, "Climate desk"
	case 1:
		c.Platform, c.Address, c.Kind, c.Title, c.Server = "discord", "500", adapters.Group, "#general", "9"
	case 2:
		c.Platform, c.Address = "discord", "@"+user
	}

	if strings.Trim(c.Address, "@") == "" {
		c.Address = strings.Replace(c.Address, "@", "", 1) + "77"
	}

	return c
}
