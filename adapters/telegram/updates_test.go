package telegram

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"unicode/utf8"

	"newsbell/adapters"
	"newsbell/adapters/telegram/botapi"
)

// Whatever comes as an update, reading it neither panics nor makes a request that
// the core could not answer.
func FuzzUpdate(f *testing.F) {
	f.Add(`{"update_id":1,"message":{"message_id":2,"chat":{"id":7,"type":"private"},"text":"/subscribe@newsbell_bot drone"}}`)
	f.Add(`{"update_id":1,"message":{"message_id":2,"chat":{"id":-100,"type":"supergroup"},"message_thread_id":3,"is_topic_message":true,"sender_chat":{"id":-100},"text":"/żółw x"}}`)
	f.Add(`{"update_id":1,"callback_query":{"id":"1","from":{"id":7},"data":"undo","message":{"message_id":2,"date":0,"chat":{"id":-5}}}}`)
	f.Add(`{"update_id":1,"my_chat_member":{"chat":{"id":-5},"new_chat_member":{"status":"kicked"}}}`)
	f.Add(`{"update_id":1,"message":{"chat":{"id":-5},"migrate_to_chat_id":-1005}}`)
	f.Add(`{"update_id":1,"message":{"chat":{"id":5},"document":{"file_id":"x"},"caption":"/import"}}`)

	a := New(Config{Token: "1:x", Commands: []adapters.Command{{Name: "subscribe"}}})

	f.Fuzz(func(t *testing.T, raw string) {
		var u botapi.Update
		if json.Unmarshal([]byte(raw), &u) != nil {
			botapi.UpdateID(json.RawMessage(raw))
			return
		}

		in := a.readUpdate(&u)
		if e := in.event; e != nil && (e.Key == "" || e.Chat.Address == "") {
			t.Errorf("an event without a key or chat: %+v", e)
		}

		r := in.request
		if r == nil {
			return
		}

		if _, err := parseAddress(r.Chat.Address); err != nil || r.Key == "" {
			t.Errorf("a request that cannot be answered: %+v", r)
		}

		if r.Kind == adapters.CommandRequest && (r.Command == "" || strings.ToLower(r.Command) != r.Command) {
			t.Errorf("command %q", r.Command)
		}

		if !utf8.ValidString(r.Text) {
			t.Errorf("text %q", r.Text)
		}
	})
}

func TestCommands(t *testing.T) {
	a := New(Config{Token: "1:x", Commands: []adapters.Command{{Name: "subscribe", Aliases: []string{"sub"}}}})

	a.me = botapi.User{ID: 1, Username: "newsbell_bot"}
	for _, c := range []struct {
		text       string
		private    bool
		name, rest string
		mine       bool
	}{
		{"/subscribe drone", true, "subscribe", "drone", true},
		{"/Subscribe  drone\n strike ", false, "subscribe", "drone\n strike", true},
		{"/sub", false, "sub", "", true},
		{"/sub@NewsBell_Bot x", false, "sub", "x", true},
		{"/other@newsbell_bot", false, "other", "", true},
		{"/sub@other_bot x", true, "sub", "x", false},
		{"/other", false, "other", "", false},
		{"/other", true, "other", "", true},
		{"/żółw golang", true, "", "", false},
		{"/", true, "", "", false},
		{"/ sub", true, "", "", false},
		{"/sub/x", true, "", "", false},
		{"say /sub", true, "", "", false},
	} {
		name, rest, mine := a.parseCommand(strings.TrimSpace(c.text), c.private, -1)
		if mine != c.mine || mine && (name != c.name || rest != c.rest) {
			t.Errorf("%q: %q %q %v", c.text, name, rest, mine)
		}
	}
}

// TestAnOutageSaysNothingOfAMethod: a server that is not reached, however that ends, did not refuse what was asked of it.
func TestAnOutageSaysNothingOfAMethod(t *testing.T) {
	for name, dial := range map[string]func(context.Context) error{
		"refused": func(context.Context) error { return &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED} },
		"proxy": func(context.Context) error {
			return &net.OpError{Op: "proxyconnect", Net: "tcp", Err: syscall.ECONNREFUSED}
		},
		"silence": func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
	} {
		synctest.Test(t, func(t *testing.T) {
			var log strings.Builder

			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()

			away := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, dial(ctx) }}
			client := botapi.New(botapi.Config{Token: "1:a", URL: "http://bot.example", Transport: away})
			c := newCapabilities(slog.New(slog.NewTextHandler(&log, nil)))
			c.learn(t.Context(), editMethod, client.Call(t.Context(), optionalTimeout, editMethod, nil, nil))

			if log.Len() > 0 || !c.offers(editMethod) {
				t.Errorf("%s: the log has: %s", name, log.String())
			}

			c.learn(t.Context(), editMethod, &botapi.NoAnswerError{Method: editMethod, Sent: true, Err: context.DeadlineExceeded})

			if !strings.Contains(log.String(), "did not do this") || c.offers(editMethod) {
				t.Errorf("%s: the log has: %s", name, log.String())
			}
		})
	}
}
