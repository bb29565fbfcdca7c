package telegram

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"newsbell/adapters"
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
		var u update
		if json.Unmarshal([]byte(raw), &u) != nil {
			looseUpdate(json.RawMessage(raw))
			return
		}

		in := a.read(&u)
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

// Whatever a server answers is taken for an answer only if it is one.
func FuzzAnswer(f *testing.F) {
	f.Add(`{"ok":true,"result":{"message_id":7}}`, "")
	f.Add(`{"ok":false,"error_code":"429","description":"Too Many Requests: retry after 7","parameters":{"retry_after":"7"}}`, "9")
	f.Add(`{"ok":false,"description":7,"parameters":[]}`, "soon")
	f.Add(`<html>`, "")
	f.Fuzz(func(t *testing.T, body, retryAfter string) {
		resp := &http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {retryAfter}}}

		canonical, ok := readAnswer([]byte(body), resp)
		if !ok {
			return
		}

		var out struct {
			OK         *bool `json:"ok"`
			Code       int   `json:"error_code"`
			Parameters struct {
				After int `json:"retry_after"`
			} `json:"parameters"`
		}
		if err := json.Unmarshal(canonical, &out); err != nil || out.OK == nil {
			t.Fatalf("%q: %v", canonical, err)
		}

		if !*out.OK && out.Code == 0 || out.Parameters.After < 0 {
			t.Errorf("%q", canonical)
		}
	})
}

func TestPauses(t *testing.T) {
	for body, want := range map[string]int{
		`{"ok":false,"error_code":429,"parameters":{"retry_after":7}}`:                   7,
		`{"ok":false,"error_code":429,"parameters":{"retry_after":"7"}}`:                 7,
		`{"ok":false,"error_code":429,"parameters":{"retry_after":6.2}}`:                 7,
		`{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7"}`: 7,
		`{"ok":false,"error_code":429,"description":"Flood: Retry After 7 seconds"}`:     7,
		`{"ok":false,"error_code":429}`:                                                  9, // the header
		`{"ok":false}`:                                                                   9, // the status is the code
		`{"ok":false,"error_code":400,"description":"retry after 7"}`:                    0,
	} {
		resp := &http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {"9"}}}
		canonical, ok := readAnswer([]byte(body), resp)

		var out struct {
			Parameters struct {
				After int `json:"retry_after"`
			} `json:"parameters"`
		}
		if err := json.Unmarshal(canonical, &out); !ok || err != nil || out.Parameters.After != want {
			t.Errorf("%s: %d, want %d (%v)", body, out.Parameters.After, want, err)
		}
	}
}

func TestCommands(t *testing.T) {
	a := New(Config{Token: "1:x", Commands: []adapters.Command{{Name: "subscribe", Aliases: []string{"sub"}}}})

	a.me = user{ID: 1, Username: "newsbell_bot"}
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
		name, rest, mine := a.command(strings.TrimSpace(c.text), c.private)
		if mine != c.mine || mine && (name != c.name || rest != c.rest) {
			t.Errorf("%q: %q %q %v", c.text, name, rest, mine)
		}
	}
}
