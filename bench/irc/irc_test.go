package irc

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/adapterstest"
)

// start runs an adapter until the test ends, and waits until it is in its channel.
func start(t *testing.T, address string, h adapters.Handler) *Adapter {
	t.Helper()

	a := New(Config{Server: address, Nick: "newsbell", Channels: []string{"#news"}})
	ctx, cancel := context.WithCancel(context.Background())

	var running sync.WaitGroup

	running.Go(func() {
		if err := a.Run(ctx, h); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); running.Wait() })

	for limit := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if _, err := a.Lookup(t.Context(), "#news", nil); err == nil {
			return a
		} else if time.Now().After(limit) {
			t.Fatal(err)
		}
	}
}

// TestTheContract: the adapter passes the suite of every adapter, in a channel and with a
// person.
func TestTheContract(t *testing.T) {
	servers(t, func(t *testing.T, address string) {
		connect(t, address, "ada")
		a := start(t, address, &echo{})

		adapterstest.Suite(t, a, chatOf("#news"), "nobody")
		adapterstest.Suite(t, a, chatOf("ada"), "#nowhere")
	})
}

// TestWhoMayManage: the operators of a channel do.
func TestWhoMayManage(t *testing.T) {
	servers(t, func(t *testing.T, address string) {
		ada := connect(t, address, "ada")
		ada.does("JOIN #news")
		ada.hears("JOIN", "#news")

		a := start(t, address, &echo{})

		bob := connect(t, address, "bob")
		bob.does("JOIN #news")
		bob.hears("JOIN", "#news")
		connect(t, address, "carl")

		for user, want := range map[string]adapters.Rights{"ada": {Manage: true}, "bob": {}, "carl": {Outside: true}} {
			got, err := a.Rights(t.Context(), chatOf("#news").Chat, user)
			if err != nil || got.Manage != want.Manage || got.Outside != want.Outside || got.Absent {
				t.Errorf("%s: %+v, %v", user, got, err)
			}
		}

		if _, err := a.Lookup(t.Context(), "#elsewhere", nil); err == nil || !strings.Contains(err.Error(), "/invite newsbell #elsewhere") {
			t.Errorf("a channel that it isn't in: %v", err)
		}
	})
}

// TestAConversation: commands with ! anywhere, words in private, numbers for buttons; what
// people say among themselves is not for the bot.
func TestAConversation(t *testing.T) {
	servers(t, func(t *testing.T, address string) {
		start(t, address, &echo{})

		ada := connect(t, address, "ada")
		ada.does("JOIN #news")
		ada.hears("JOIN", "#news")
		ada.does("PRIVMSG #news :hello all")
		ada.does("PRIVMSG #news :!list 5% of %s")
		ada.hears("PRIVMSG", "command list 5% of %s in #news")
		ada.hears("PRIVMSG", "[1] Undo")
		ada.does("PRIVMSG #news :1")
		ada.hears("PRIVMSG", "pressed undo 7")
		ada.does("PRIVMSG newsbell :what is new?")
		ada.hears("PRIVMSG", "text what is new? in ada")
	})
}

// TestLinesFit: no line is longer than the server takes, and none is lost.
func TestLinesFit(t *testing.T) {
	long := strings.Repeat("é", 1000) + " " + strings.Repeat("word ", 300) + "\x01\r\nQUIT :evil\n"

	lines := linesOf(long)
	for _, one := range lines {
		if len(one) > maxText || strings.ContainsAny(one, "\r\n\x01") {
			t.Errorf("%d bytes: %q", len(one), one)
		}
	}

	keep := func(s string) string { return strings.Join(strings.Fields(strings.ReplaceAll(s, "\x01", "")), "") }
	if got := keep(strings.Join(lines, "")); got != keep(long) {
		t.Errorf("lost something: %q", got)
	}
}

// echo is a conversation that repeats what it got.
type echo struct{}

func (*echo) Answer(_ context.Context, r *adapters.Request) *adapters.Message {
	m := &adapters.Message{Buttons: [][]adapters.Button{{{Label: "Undo", Data: "undo 7"}}}}

	switch r.Kind {
	case adapters.PressRequest:
		m.Text = adapters.Say("pressed " + r.Data)
	case adapters.TextRequest:
		m.Text = adapters.Say("text " + r.Text + " in " + r.Chat.Address)
	default:
		m.Text = adapters.Say("command " + r.Command + " " + r.Text + " in " + r.Chat.Address)
	}

	return m
}

func (*echo) Answered(context.Context, *adapters.Request, *adapters.Message, error) {}
func (*echo) Complete(context.Context, *adapters.Request) []adapters.Choice         { return nil }
func (*echo) Notice(context.Context, *adapters.Event)                               {}
