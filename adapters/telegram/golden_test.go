package telegram_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/adapterstest"
	"newsbell/adapters/telegramtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Golden JSON: what is posted for an alert, a digest and a list, and how a reader
// sees it.
func TestGolden(t *testing.T) {
	for name, m := range goldenMessages() {
		t.Run(name, func(t *testing.T) {
			inBubble(t, telegramtest.Options{}, func(h *fixture) {
				ada := h.tg.NewUser("Ada")
				ada.Says("/nothing")
				h.settle()
				mustSend(t, h, chatOf(ada.Private()), m)
				calls := h.tg.Calls("sendMessage")
				golden(t, name+".json", readable(t, calls[len(calls)-1].Params))

				seen := ada.Private().Last()
				golden(t, name+".txt", []byte(telegramtest.FormatEntities(seen.Text, seen.Entities)+"\n"))
			})
		})
	}
}

// readable returns the form as JSON, with what is JSON inside it written out.
func readable(t *testing.T, form map[string]string) []byte {
	t.Helper()

	out := map[string]any{}
	for k, v := range form {
		out[k] = v
		if v[0] == '{' {
			out[k] = json.RawMessage(v)
		}
	}

	var b bytes.Buffer

	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")

	if err := e.Encode(out); err != nil {
		t.Fatal(err)
	}

	return b.Bytes()
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	adapterstest.Golden(t, filepath.Join("testdata", name), string(got), *update)
}

// goldenMessages are built around the bubble's time, which begins in 2000.
func goldenMessages() map[string]*adapters.Message {
	now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	full := &adapters.Alert{
		Title: `Harbour "drone" seen over <Gdańsk> & Gdynia`, URL: "https://coast.example/2000/01/drone?id=7&ref=\"a\"",
		Outlet: "Coast Daily", Published: now.Add(-5 * time.Minute),
		Summary: "A drone was seen over the harbour twice this week. The port closed for an hour.",
		Matched: []string{"drone", "harbour"}, Also: []adapters.Also{{Outlet: "Pier Post", URL: "https://pier.example/1"}, {Outlet: "Baltic Wire"}},
		Follows: []adapters.Follow{{Number: 2, Query: "drone strike OR \"harbour\""}, {Number: 5, Query: "gdynia"}},
	}

	alerts := []adapters.Alert{*full}
	for i := range 3 {
		alerts = append(alerts, adapters.Alert{
			Title: fmt.Sprintf("Story <%d> of the day", i+1), URL: fmt.Sprintf("https://coast.example/%d?a&b", i+1),
			Outlet: "Pier Post", Published: now.Add(-time.Duration(i*20+2) * time.Hour),
		})
	}

	return map[string]*adapters.Message{
		"alert": {Alert: full, Buttons: [][]adapters.Button{{{Label: "Why", Data: "why:7"}, {Label: "Unsubscribe", Data: "unsub:2", Danger: true}}}},
		"picture": {Alert: &adapters.Alert{
			Title: "Harbour closed", URL: "https://coast.example/3", Outlet: "Coast Daily", Image: "https://coast.example/harbour.jpg?w=1200", Credit: "Jo Lind/Coast Daily",
			Summary: strings.TrimSpace(strings.Repeat("The harbour closed for an hour. ", 16)), Matched: []string{"harbour", "drone"},
		}},
		"bare":   {Alert: &adapters.Alert{Title: "A title and no more", URL: "https://coast.example/1"}, Silent: true},
		"digest": {Digest: &adapters.Digest{Heading: "While you were away", Alerts: alerts, More: 12, Part: 1, Parts: 2}},
		"list": {
			Text: adapters.Text{
				{adapters.Bold("You follow 2 things")},
				{},
				{adapters.Plain("#2 "), adapters.Code(`drone -"toy drone"`)},
				{adapters.Plain("#5 "), adapters.Code("gdynia"), adapters.Plain(" since "), {Text: "1 January", Style: adapters.StyleDim}},
				{{Text: "drone AND (", Style: adapters.StylePre}},
				{{Text: "           ^", Style: adapters.StylePre}},
				{adapters.Plain("More in "), adapters.Link("the manual", "https://newsbell.example/?a=1&b=2"), adapters.Plain(".")},
			},
			Buttons: [][]adapters.Button{
				{{Label: "Remove #2", Data: "unsub:2", Danger: true}, {Label: "Remove #5", Data: "unsub:5", Danger: true}},
				{{Label: "Next page", Data: "page:2"}, {Label: "In private", Start: "list_7"}, {Label: "To a group", Start: "setup", In: adapters.Group}, {Label: "To a channel", Start: "setup", In: adapters.Channel}, {Label: "Too long", Data: string(make([]byte, 65))}},
			},
		},
		"ask": {Text: adapters.Say("What do you want to follow?"), Ask: "words to look for"},
	}
}
