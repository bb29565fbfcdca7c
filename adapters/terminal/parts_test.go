package terminal

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"golang.org/x/term"

	"newsbell/adapters"
)

// writing is a conversation whose answers come in parts; it notes what is on the screen after each.
type writing struct {
	adapters.Handler

	screen *bytes.Buffer
	parts  []string
	whole  string
	after  []string
	asked  bool // for parts
}

func (w *writing) Answer(ctx context.Context, r *adapters.Request) *adapters.Message {
	w.asked = r.Show != nil

	for _, part := range w.parts {
		if r.Show != nil {
			r.Show(ctx, &adapters.Message{Text: adapters.Say(part)})
		}

		w.after = append(w.after, strings.ReplaceAll(w.screen.String(), "\r", ""))
	}

	return &adapters.Message{Text: adapters.Say(w.whole), Buttons: [][]adapters.Button{{{Label: "Ask", Data: "x"}}}}
}

func (w *writing) Answered(context.Context, *adapters.Request, *adapters.Message, error) {}

// TestAnAnswerAppearsAsItComes: at a terminal each line of an answer is printed once, when it is certain;
// an answer that turns out otherwise is printed whole; in a pipe nothing is shown before its end.
func TestAnAnswerAppearsAsItComes(t *testing.T) {
	parts := []string{"In short\n• One.\nAI, from A", "In short\n• One.\n• Two.\nAI, from A", "In short\n• One.\n• Two.\n• Three.\nAI, from A and B"}

	for _, c := range []struct {
		name, whole string
		terminal    bool
		second      bool // the first sentence is there with the second part
		ones        int
	}{
		{"terminal", parts[2], true, true, 1},
		{"turns out otherwise", "Nothing of it:\n• One.", true, true, 2},
		{"pipe", parts[2], false, false, 1},
	} {
		var screen bytes.Buffer

		a := New(Config{Out: &screen, NoColor: true})
		if c.terminal {
			a.prompt = &prompt{Terminal: term.NewTerminal(struct {
				*bytes.Buffer
			}{&screen}, "")}
		}

		w := &writing{screen: &screen, parts: parts, whole: c.whole}
		a.Say(t.Context(), w, "ask")

		got := strings.ReplaceAll(screen.String(), "\r", "")

		if w.asked != c.terminal || strings.Contains(w.after[1], "One.") != c.second || strings.Contains(w.after[2], "Three.") {
			t.Errorf("%s: after each part the screen had %q", c.name, w.after)
		}

		if strings.Count(got, "One.") != c.ones || !strings.Contains(got, "[Ask]") && !strings.Contains(got, "Ask") || !strings.Contains(got, c.whole[len(c.whole)-5:]) {
			t.Errorf("%s: at the end it has\n%s", c.name, got)
		}
	}
}
