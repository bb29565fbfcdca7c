package bot_test

import (
	"path/filepath"
	"testing"

	"newsbell/adapters"
	"newsbell/bot"
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
