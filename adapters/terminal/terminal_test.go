package terminal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/adapterstest"
	"newsbell/adapters/terminal"
)

// output is what was printed so far.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()

	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()

	return o.buf.String()
}

// handler answers from a table and passes on what was asked and whether the answer
// arrived.
type handler struct {
	answers  map[string]*adapters.Message // by what was typed or pressed
	complete func(*adapters.Request) []adapters.Choice
	requests chan *adapters.Request
	answered chan error
}

func newHandler(answers map[string]*adapters.Message) *handler {
	return &handler{answers: answers, requests: make(chan *adapters.Request, 100), answered: make(chan error, 100)}
}

func (h *handler) Answer(_ context.Context, r *adapters.Request) *adapters.Message {
	h.requests <- r

	return h.answers[r.Command+r.Text+r.Data]
}

func (h *handler) Answered(_ context.Context, _ *adapters.Request, _ *adapters.Message, err error) {
	h.answered <- err
}

func (h *handler) Complete(_ context.Context, r *adapters.Request) []adapters.Choice {
	if h.complete == nil {
		return nil
	}

	return h.complete(r)
}

func (h *handler) Notice(context.Context, *adapters.Event) {}

func TestContract(t *testing.T) {
	out := &output{}
	bot := terminal.New(terminal.Config{In: strings.NewReader(""), Out: out})
	adapterstest.Suite(t, bot, terminal.ChatInfo(), "")

	if strings.ContainsAny(out.String(), "\x00\x1b\u202f") {
		t.Errorf("what comes from outside carried control characters: %q", out)
	}
}

// Lines of a pipe are what the operator says, one after the other; the end of the
// input ends nothing.
func TestPipedLines(t *testing.T) {
	in, typed := io.Pipe()
	out := &output{}
	h := newHandler(map[string]*adapters.Message{
		"listall": {Text: adapters.Say("Two subscriptions.")},
		"drone":   {Text: adapters.Say("Follow drone?"), Buttons: [][]adapters.Button{{{Label: "Subscribe", Data: "sub"}, {Label: "Elsewhere", Start: "x"}}}},
		"sub":     {Text: adapters.Say("Subscribed.")},
	})
	bot := terminal.New(terminal.Config{In: in, Out: out})

	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)

	go func() { ended <- bot.Run(ctx, h) }()

	if _, err := io.WriteString(typed, "/List  all\n\n  \ndrone\n1\n7\n"); err != nil {
		t.Fatal(err)
	}

	_ = typed.Close()

	for _, want := range []string{
		"command list all  manage", "text  drone  manage", "press   sub manage", "text  7  manage",
	} {
		if got := describe(<-h.requests); got != want {
			t.Errorf("asked %q, want %q", got, want)
		}
	}

	select {
	case err := <-ended:
		t.Fatalf("the end of the input ended the chat: %v", err)
	default:
	}

	stop()

	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}

	want := "Two subscriptions.\n\nFollow drone?\n[1] Subscribe\n\nSubscribed.\n\n"
	if got := out.String(); got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}

	for range 3 {
		if err := <-h.answered; err != nil {
			t.Errorf("an answer did not arrive: %v", err)
		}
	}
}

func describe(r *adapters.Request) string {
	kind := map[adapters.RequestKind]string{adapters.CommandRequest: "command", adapters.TextRequest: "text", adapters.PressRequest: "press"}[r.Kind]
	who := ""

	if r.Rights != nil && r.Rights.Manage && r.User.ID == terminal.User && r.Chat == terminal.ChatInfo() && r.Key == "" {
		who = "manage"
	}

	return strings.Join([]string{kind, r.Command, r.Text, r.Data, who}, " ")
}

// A number presses a button of the latest answer only, whatever kind of message
// that is; what the bot sends by itself leaves it armed.
func TestButtonsBelongToTheLatestAnswer(t *testing.T) {
	question := &adapters.Message{Text: adapters.Say("Follow 123?"), Buttons: [][]adapters.Button{{{Label: "Subscribe", Data: "sub"}}}}
	h := newHandler(map[string]*adapters.Message{
		"123": question, "sub": {Text: adapters.Say("Subscribed.")},
		"news": {Digest: &adapters.Digest{Heading: "The latest", Alerts: []adapters.Alert{{Title: "T", URL: "https://wire.example/1"}}}},
	})
	bot := terminal.New(terminal.Config{In: strings.NewReader(""), Out: &output{}})

	ask := func(input string) adapters.RequestKind {
		bot.Say(t.Context(), h, input)
		return (<-h.requests).Kind
	}

	ask("123")

	if _, err := bot.Send(t.Context(), terminal.ChatInfo().Chat, &adapters.Message{
		Alert: &adapters.Alert{Title: "An alert meanwhile"}, Buttons: [][]adapters.Button{{{Label: "Why", Data: "why"}}},
	}); err != nil {
		t.Fatal(err)
	}

	if _, err := bot.Send(t.Context(), terminal.ChatInfo().Chat, &adapters.Message{Text: adapters.Say("That was all.")}); err != nil {
		t.Fatal(err)
	}

	if got := ask("1"); got != adapters.PressRequest {
		t.Errorf("after an alert and a notice, 1 is %v and not a press", got)
	}

	if got := ask("1"); got != adapters.TextRequest {
		t.Errorf("the button of an earlier answer was pressed: %v", got)
	}

	ask("123")
	ask("/news")

	if got := ask("1"); got != adapters.TextRequest {
		t.Errorf("after a digest, the button of an earlier answer was pressed: %v", got)
	}
}

// A person who means subscription 5 types 5: labels that name a number keep it.
func TestButtonsKeepTheNumbersOfTheirLabels(t *testing.T) {
	out := &output{}
	h := newHandler(map[string]*adapters.Message{
		"unsubscribe": {Text: adapters.Say("Which one?"), Buttons: [][]adapters.Button{
			{{Label: "#2 bravo", Data: "end:2"}, {Label: "#6 charlie", Data: "end:6"}}, {{Label: "#6 again", Data: "again"}, {Label: "Cancel", Data: "cancel"}},
		}},
	})
	bot := terminal.New(terminal.Config{In: strings.NewReader(""), Out: out})

	for input, want := range map[string]string{"2": "end:2", "6": "end:6", "1": "again", "3": "cancel", "4": ""} {
		bot.Say(t.Context(), h, "/unsubscribe")
		<-h.requests
		bot.Say(t.Context(), h, input)

		if got := (<-h.requests).Data; got != want {
			t.Errorf("%s presses %q, want %q", input, got, want)
		}
	}

	if want := "Which one?\n[2] bravo  [6] charlie  [1] #6 again  [3] Cancel\n\n"; !strings.HasPrefix(out.String(), want) {
		t.Errorf("got %q, want %q", out, want)
	}
}

// Whoever cannot be written to is tried again.
func TestFailingOutput(t *testing.T) {
	in, out := io.Pipe()
	_ = in.Close()

	bot := terminal.New(terminal.Config{In: strings.NewReader(""), Out: out})

	_, err := bot.Send(t.Context(), terminal.ChatInfo().Chat, &adapters.Message{Text: adapters.Say("x")})
	if e := adapters.FateOf(err); err == nil || e.Fate != adapters.Retry {
		t.Errorf("Send: %v", err)
	}

	if _, err := bot.Lookup(t.Context(), "@news", nil); err == nil || !strings.Contains(err.Error(), "only this one") {
		t.Errorf("Lookup: %v", err)
	}

	if _, _, err := bot.Find(t.Context(), terminal.ChatInfo().Chat, &adapters.Message{Nonce: "n"}); !errors.Is(err, adapters.ErrUnsupported) {
		t.Errorf("Find: %v", err)
	}
}

func TestMessages(t *testing.T) {
	alert := adapters.Alert{
		Title: "Drone seen over the harbour\x1b[2J for the second time", URL: "https://coast.example/1", Outlet: "Coast Daily",
		Published: time.Now().Add(-5*time.Minute - time.Second), Summary: strings.TrimSpace(strings.Repeat("The port closed. ", 6)),
		Matched: []string{"drone"}, Also: []adapters.Also{{Outlet: "Pier Post"}}, Follows: []adapters.Follow{{Number: 2, Query: "drone OR harbour"}},
	}

	for _, c := range []struct {
		name string
		m    *adapters.Message
		want string
	}{
		{"alert", &adapters.Message{Alert: &alert}, `
🔔 Drone seen over the harbour[2J for the second time
   Coast Daily · 5 min ago
   The port closed. The port closed. The port closed. The port closed. The port
   closed. The port closed.
   matched drone · also in Pier Post
   https://coast.example/1
   #2 drone OR harbour
`},
		{"digest", &adapters.Message{Digest: &adapters.Digest{Heading: "While you were away", Alerts: []adapters.Alert{{Title: "One", Outlet: "Pier Post", URL: "https://pier.example/1"}}, More: 3, Part: 1, Parts: 2}}, `
🔔 While you were away (1 of 2)
   One Pier Post
   https://pier.example/1
   and 3 more
`},
		{"text", &adapters.Message{Text: adapters.Text{
			{adapters.Bold("Your subscriptions")},
			{},
			{adapters.Plain("#2 "), adapters.Code("drone"), adapters.Plain(" since Monday, "), adapters.Link("the manual", "https://newsbell.example/m")},
			{adapters.Link("https://newsbell.example", "https://newsbell.example")},
		}}, `
Your subscriptions

#2 drone since Monday, the manual https://newsbell.example/m
https://newsbell.example
`},
	} {
		out := &output{}
		if _, err := terminal.New(terminal.Config{In: strings.NewReader(""), Out: out}).Send(t.Context(), terminal.ChatInfo().Chat, c.m); err != nil {
			t.Fatal(err)
		}

		if got, want := out.String(), c.want[1:]+"\n"; got != want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, want)
		}
	}
}

func ExampleTerminal_Say() {
	var out strings.Builder

	bot := terminal.New(terminal.Config{In: strings.NewReader(""), Out: &out})
	h := newHandler(map[string]*adapters.Message{"help": {Text: adapters.Say("Try /subscribe and a word.")}})

	bot.Say(context.Background(), h, "/help")
	fmt.Print(out.String())
	// Output: Try /subscribe and a word.
}

// TestAnEditShowsOtherWords: an edited alert is printed with its summary only if that is new.
func TestAnEditShowsOtherWords(t *testing.T) {
	for _, retold := range []bool{false, true} {
		out := &output{}
		a := &adapters.Alert{Title: "Storm", URL: "https://example.com/1", Summary: "Power is cut.", Retold: retold, Also: []adapters.Also{{Outlet: "Herald", URL: "https://example.org/2"}}}

		if err := terminal.New(terminal.Config{In: strings.NewReader(""), Out: out}).Edit(t.Context(), terminal.ChatInfo().Chat, "1", &adapters.Message{Alert: a}); err != nil {
			t.Fatal(err)
		}

		if got := out.String(); strings.Contains(got, a.Summary) != retold || !strings.Contains(got, "Herald") {
			t.Errorf("retold %t: %q", retold, got)
		}
	}
}
