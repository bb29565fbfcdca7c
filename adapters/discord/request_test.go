package discord

import (
	"encoding/json"
	"testing"

	"newsbell/adapters"
)

// FuzzInteraction: whatever an event holds, reading it does not panic, and what
// comes of it can be answered.
func FuzzInteraction(f *testing.F) {
	for _, s := range []string{
		`{"id":"1","token":"t","type":2,"guild_id":"5","channel_id":"6","channel":{"id":"6","type":11},"member":{"user":{"id":"7"},"permissions":"32"},"app_permissions":"1024","data":{"name":"sources","options":[{"type":1,"name":"add","options":[{"type":3,"name":"url","value":"x"}]}]}}`,
		`{"id":"1","token":"t","type":3,"user":{"id":"7"},"message":{"id":"8","embeds":[{"title":"x"}]},"data":{"custom_id":"why 1 ~n.2"}}`,
		`{"id":"1","token":"t","type":4,"user":{"id":"7"},"data":{"name":"list","options":[{"name":"which","value":5,"focused":true}]}}`,
		`{"id":"1","token":"t","type":5,"user":{"id":"7"},"data":{"components":[{"type":18}]}}`, `null`, `[]`, `{"id":5}`,
	} {
		f.Add([]byte(s))
	}

	a := New(Config{Token: "t", APIURL: "http://127.0.0.1:1/"})

	f.Fuzz(func(t *testing.T, raw []byte) {
		it, err := decodeJSON[interaction](raw)
		if err != nil {
			return
		}

		r, _ := a.request(it)
		if r == nil {
			return
		}

		if r.User.ID == "" || r.Chat.Platform != "discord" || (r.Kind == adapters.CommandRequest && r.Command == "") {
			t.Fatalf("%s: %+v", raw, r)
		}

		if it.GuildID == "" && r.Chat.Kind != adapters.Private {
			t.Fatalf("%s: %+v", raw, r.Chat)
		}

		if it.GuildID != "" && it.Member == nil && r.Rights != nil {
			t.Fatalf("%s: rights out of nothing", raw)
		}

		if _, err := json.Marshal(r); err != nil {
			t.Fatal(err)
		}

		var m typed

		_ = json.Unmarshal(raw, &m)
		_, _, _ = typedCommand(m.Content)
	})
}

func TestButtonDataComesBack(t *testing.T) {
	t.Parallel()

	for _, data := range []string{"why 1", " ~", "a ~b ~c", "x ~", "."} {
		for _, nonce := range []string{"", "m12"} {
			for n := range 3 {
				got, name := buttonData(customID(data, nonce, n))
				if got != data || name != nonce {
					t.Errorf("%q %q %d: %q %q", data, nonce, n, got, name)
				}
			}
		}
	}
}

func TestTypedCommands(t *testing.T) {
	t.Parallel()

	for text, want := range map[string][2]string{
		"/sub drone": {"sub", "drone"}, "/LIST": {"list", ""}, "/sub\ndrone": {"sub", "drone"}, "/sub   a  b ": {"sub", "a  b"},
	} {
		name, rest, ok := typedCommand(text)
		if !ok || name != want[0] || rest != want[1] {
			t.Errorf("%q: %q %q %v", text, name, rest, ok)
		}
	}

	for _, text := range []string{"drone", "/", "/ sub", "/sub1 x", "//", "/żółw"} {
		if name, _, ok := typedCommand(text); ok {
			t.Errorf("%q is %q", text, name)
		}
	}
}
