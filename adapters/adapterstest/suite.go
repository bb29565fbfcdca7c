package adapterstest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"newsbell/adapters"
)

// Suite tests what every adapter promises, whatever its platform. a must be able
// to reach known; nobody is the address of a chat that does not exist, "" to
// leave those checks out.
func Suite(t *testing.T, a adapters.Adapter, known adapters.ChatInfo, nobody string) {
	t.Run("names its platform", func(t *testing.T) {
		if a.Platform() == "" || a.Platform() != known.Platform {
			t.Errorf("platform %q, its chat is on %q", a.Platform(), known.Platform)
		}
	})
	t.Run("makes room for digests", func(t *testing.T) { testRoom(t, a) })
	t.Run("sends every kind of message", func(t *testing.T) { testSend(t, a, known) })
	t.Run("reports by type", func(t *testing.T) { testErrors(t, a, known, nobody) })
	t.Run("edits", func(t *testing.T) { testEdit(t, a, known) })
	t.Run("runs until it is stopped", func(t *testing.T) { testRun(t, a) })
}

// testRoom: at least one if there are any, never more than there are, always the
// same.
func testRoom(t *testing.T, a adapters.Adapter) {
	if n := a.Room(&adapters.Digest{Heading: "Nothing"}); n != 0 {
		t.Errorf("room for %d of no alerts", n)
	}

	for _, size := range []int{1, 7, 60} {
		for _, long := range []int{10, 400, 5000} {
			d := newDigest(size, long)

			n := a.Room(d)
			if n < 1 || n > size {
				t.Errorf("room for %d of %d alerts", n, size)
			}

			if again := a.Room(d); again != n {
				t.Errorf("room for %d, then for %d of the same", n, again)
			}
		}
	}
}

func newDigest(size, long int) *adapters.Digest {
	d := &adapters.Digest{Heading: "While you were away", More: 3}
	for i := range size {
		d.Alerts = append(d.Alerts, adapters.Alert{
			Title: strings.Repeat("Wort <&>\"*_` ", long/12+1), URL: fmt.Sprintf("https://wire.example/%d", i), Outlet: "Plain Wire", Published: time.Now(),
		})
	}

	return d
}

// sampleMessages returns one of each kind, with what platforms stumble over.
func sampleMessages() map[string]*adapters.Message {
	awkward := `<b>&amp;</b> *_~` + "`" + `[x](y) @everyone <@1> #x 🔔 שלום ` + "\u202e\u0000\n"
	alert := adapters.Alert{
		Title: awkward, URL: "https://wire.example/a?b=c&d=(e)", Outlet: awkward, Published: time.Now(), Summary: strings.Repeat(awkward, 100),
		Matched: []string{awkward, "drone"}, Follows: []adapters.Follow{{Number: 1, Query: awkward}}, Also: []adapters.Also{{Outlet: awkward, URL: "https://other.example/1"}},
	}

	long := adapters.Text{}
	for range 300 {
		long = append(long, adapters.Line{adapters.Bold("#1"), adapters.Plain(" " + awkward), adapters.Link(awkward, "https://wire.example/1"), adapters.Code(awkward)})
	}

	return map[string]*adapters.Message{
		"alert":       {Alert: &alert, Nonce: "suite-alert"},
		"bare alert":  {Alert: &adapters.Alert{Title: "T"}, Nonce: "suite-bare"},
		"digest":      {Digest: &adapters.Digest{Heading: awkward, Alerts: []adapters.Alert{alert, alert}, More: 2, Part: 1, Parts: 2}, Nonce: "suite-digest"},
		"text":        {Text: adapters.Say("Hello", "", awkward)},
		"long text":   {Text: long},
		"caret":       {Text: adapters.Text{{{Text: "tesla OR", Style: adapters.StylePre}}, {{Text: "        ^", Style: adapters.StylePre}}}},
		"buttons":     {Text: adapters.Say("Choose"), Buttons: [][]adapters.Button{{{Label: awkward, Data: strings.Repeat("d", 64)}, {Label: "Open", Start: "abc"}}, {}, {{Label: "Gone", Data: "no", Danger: true}}}},
		"ask":         {Text: adapters.Say("What?"), Ask: awkward},
		"silent file": {Text: adapters.Say("Here"), Silent: true, File: &adapters.File{Name: "feeds.opml", Body: []byte("<opml/>")}},
	}
}

func testSend(t *testing.T, a adapters.Adapter, known adapters.ChatInfo) {
	for name, m := range sampleMessages() {
		ref, err := a.Send(t.Context(), known.Chat, m)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if ref == "" {
			t.Errorf("%s: no reference", name)
		}
	}
}

// testErrors: an error is a *SendError, and a problem of ours never costs a chat.
func testErrors(t *testing.T, a adapters.Adapter, known adapters.ChatInfo, nobody string) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()

	if _, err := a.Send(ended, known.Chat, &adapters.Message{Text: adapters.Say("x")}); err != nil {
		e, ok := errors.AsType[*adapters.SendError](err)
		if !ok || e.Fate == adapters.Gone || e.Fate == adapters.Refused {
			t.Errorf("after a stop: %v", err)
		}
	}

	if nobody == "" {
		return
	}

	_, err := a.Send(t.Context(), adapters.Chat{Platform: a.Platform(), Address: nobody}, &adapters.Message{Text: adapters.Say("x")})

	e, ok := errors.AsType[*adapters.SendError](err)
	if !ok || e.Fate != adapters.Gone || e.Reason == "" {
		t.Errorf("a chat that does not exist: %v", err)
	}
}

func testEdit(t *testing.T, a adapters.Adapter, known adapters.ChatInfo) {
	ref, err := a.Send(t.Context(), known.Chat, &adapters.Message{Text: adapters.Say("before")})
	if err != nil {
		t.Fatal(err)
	}

	for range 2 { // what reads so already is no error
		if err := a.Edit(t.Context(), known.Chat, ref, &adapters.Message{Text: adapters.Say("after")}); err != nil {
			t.Error(err)
		}
	}
}

func testRun(t *testing.T, a adapters.Adapter) {
	ctx, cancel := context.WithCancel(t.Context())

	done := make(chan error, 1)
	go func() { done <- a.Run(ctx, silent{}) }()

	cancel()

	if err := <-done; err != nil {
		t.Errorf("after a stop: %v", err)
	}
}

// silent is a conversation that says nothing.
type silent struct{}

func (silent) Answer(context.Context, *adapters.Request) *adapters.Message           { return nil }
func (silent) Answered(context.Context, *adapters.Request, *adapters.Message, error) {}
func (silent) Complete(context.Context, *adapters.Request) []adapters.Choice         { return nil }
func (silent) Notice(context.Context, *adapters.Event)                               {}
