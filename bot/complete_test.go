package bot_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"newsbell/adapters"
	"newsbell/bot"
	"newsbell/bot/input"
	"newsbell/locales"
)

func TestComplete(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	defer w.close()

	for i, q := range []string{"drone", "port strike"} {
		w.bot.Answer(t.Context(), command(string(rune('a'+i)), "discord", "@2", "2", "subscribe", q))
	}

	for _, c := range []struct {
		command, focus, typed string
		want                  []string
	}{
		{"unsubscribe", "which", "", []string{"1", "2"}},
		{"unsubscribe", "which", "STRI", []string{"2"}},
		{"why", "which", "nothing", nil},
		{"sources", "which", "", nil},
		{"subscribe", "when", "da", []string{"8:00", "18:00", "monday 8:00"}},
		{"pause", "for", "day", []string{"1d"}},
		{"help", "command", "preview", []string{"preview"}},
		{"settings", "key", "PI", []string{"pictures"}},
		{"subscribe", "query", "x", nil},
	} {
		r := command("", "discord", "500", "2", c.command, "")
		r.Kind, r.Focus, r.Options = adapters.CompleteRequest, c.focus, map[string]string{c.focus: c.typed}

		var got []string
		for _, choice := range w.bot.Complete(t.Context(), r) {
			got = append(got, choice.Value)
		}

		if len(got) != len(c.want) {
			t.Errorf("%s %s %q: %q, want %q", c.command, c.focus, c.typed, got, c.want)
			continue
		}

		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s %s %q: %q, want %q", c.command, c.focus, c.typed, got, c.want)
			}
		}
	}
}

// The option key of /settings offers what can be set from where it is typed, found by its name in
// the person's language and in English; what is picked is understood.
func TestCompleteSettings(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	defer w.close()

	w.conf.Texts = locales.Builtin()
	w.rebuild()

	keys := func(chat, language, typed string) (labels, values []string) {
		r := command("", "discord", chat, "2", "settings", "")
		r.Kind, r.Focus, r.Options, r.User.Language = adapters.CompleteRequest, "key", map[string]string{"key": typed}, language

		for _, c := range w.bot.Complete(t.Context(), r) {
			labels, values = append(labels, c.Label), append(values, c.Value)

			if key, _ := input.CutKey(c.Value, language); key != c.Value {
				t.Errorf("%s is offered, and read as %q", c.Value, key)
			}
		}

		return labels, values
	}

	for _, typed := range []string{"zeitz", "ZONE"} {
		if labels, values := keys("@2", "de", typed); !slices.Equal(values, []string{"zone"}) || !strings.HasPrefix(labels[0], "Zeitzone Berlin – ") {
			t.Errorf("%s: %q for %q", typed, labels, values)
		}
	}

	if labels, values := keys("@2", "de", "farb"); !slices.Equal(values, []string{"color"}) || labels[0] != "Farbe" {
		t.Errorf("what has no example is called %q, for %q", labels, values)
	}

	_, private := keys("@2", "en-US", "")
	_, shared := keys("500", "en-US", "")

	if slices.Contains(private, "managers") || slices.Contains(private, "outlet") || !slices.Contains(private, "color") {
		t.Errorf("in private %q are offered", private)
	}

	if !slices.Contains(shared, "managers") || !slices.Contains(shared, "outlet") || slices.Contains(shared, "topics") {
		t.Errorf("in a channel %q are offered", shared)
	}
}

// The table fits what the platforms take.
func TestCommands(t *testing.T) {
	names := map[string]bool{}

	var look func(where string, c adapters.Command)

	look = func(where string, c adapters.Command) {
		if c.Summary == "" || len([]rune(c.Summary)) > 100 {
			t.Errorf("%s: summary %q", where, c.Summary)
		}

		optional := false

		for _, o := range c.Options {
			if len([]rune(o.Summary)) > 100 || o.Summary == "" || o.Complete && len(o.Choices) > 0 {
				t.Errorf("%s %s: summary or choices", where, o.Name)
			}

			if o.Required && optional {
				t.Errorf("%s: required %s stands behind an optional one", where, o.Name)
			}

			optional = optional || !o.Required
		}

		for _, sub := range c.Subcommands {
			look(where+" "+sub.Name, sub)
		}
	}
	for _, c := range bot.Commands(locales.Builtin().English()) {
		look("/"+c.Name, c)

		for _, name := range append([]string{c.Name}, c.Aliases...) {
			if names[name] {
				t.Errorf("%s is there twice", name)
			}

			names[name] = true
		}
	}

	for _, name := range []string{
		"subscribe", "sub", "unsubscribe", "unsub", "list", "preview", "news", "pause", "resume", "sources", "status", "why", "test", "forget", "help", "start",
	} {
		if !names[name] {
			t.Errorf("/%s is missing", name)
		}
	}
}
