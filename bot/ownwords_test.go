package bot_test

import (
	"path/filepath"
	"strings"
	"testing"

	"newsbell/adapters"
	"newsbell/bot/input"
	"newsbell/locales"
)

// What /help says can be typed is understood, in every language, and settings are called what
// their buttons say.
func TestSettingsAreSetInTheWordsOfTheirHelp(t *testing.T) {
	for _, texts := range locales.Builtin().All() {
		t.Run(texts.Code(), func(t *testing.T) {
			w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
			defer w.close()

			w.conf.Texts = locales.Builtin().Only(texts.Code())
			w.rebuild()

			sets := func(typed string) {
				r := command(typed, "telegram", "1", "1", "settings", typed)
				r.User.Language = texts.Code()

				m := w.bot.Answer(t.Context(), r)
				if len(m.Buttons) == 0 || m.Buttons[0][0].Label != texts.Say("button.undo") {
					t.Errorf("/settings %s: %s", typed, m)
				}
			}

			for line := range strings.Lines(texts.Say("usage.settings")) {
				typed, _, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "/settings")), " – ")
				if strings.HasPrefix(line, "/settings –") || typed == "managers" || strings.HasSuffix(typed, "Polski") && texts.Code() == "en" {
					continue
				}

				sets(typed)
			}

			for _, choice := range []string{"style choice.full", "style choice.compact", "style choice.title", "order choice.subscription", "order choice.told", "order choice.time", "digest choice.now", "digest choice.hourly"} {
				key, label, _ := strings.Cut(choice, " ")
				sets(input.KeyName(key, texts.Code()) + " " + texts.Say(label))
			}

			for _, key := range []string{"language", "zone", "quiet", "digest", "brief", "style", "order"} {
				if label := texts.Say("button." + key); texts.Code() != "en" && !strings.EqualFold(label, input.KeyName(key, texts.Code())) {
					t.Errorf("the button says %q, and one types %q", label, input.KeyName(key, texts.Code()))
				}
			}
		})
	}
}

// A command is called by its name in the chat's language, also where a setting is called the same: /résumé
// shows a brief, and doesn't ask when one is to come.
func TestCommandsAreCalledByTheirOwnNames(t *testing.T) {
	for _, texts := range locales.Builtin().All() {
		t.Run(texts.Code(), func(t *testing.T) {
			w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
			defer w.close()

			w.conf.Texts = locales.Builtin().Only(texts.Code())
			w.rebuild()

			says := func(name string) string {
				r := command(name, "telegram", "1", "1", name, "")
				r.User.Language = texts.Code()

				return w.bot.Answer(t.Context(), r).Text.String()
			}

			for _, name := range []string{"list", "news", "preview", "pause", "resume", "mutes", "sources", "settings", "brief", "trend", "privacy", "help", "start"} {
				if want, got := says(name), says(texts.Say("name."+name)); got != want {
					t.Errorf("/%s says %q, /%s %q", texts.Say("name."+name), got, name, want)
				}
			}
		})
	}
}

// Platforms take "/help" for a command, and "/ヘルプ" for words.
func TestCommandsInAnyLetters(t *testing.T) {
	for _, c := range []struct{ code, typed, says string }{
		{"ja", "/ヘルプ", "/subscribe"},
		{"ja", "/タイムゾーン 東京", "東京"},
		{"ru", "/помощь", "/subscribe"},
		{"hi", "/मदद", "/subscribe"},
		{"ru", "/абв", "/абв"},
		{"de", "/übersicht", "/übersicht"},
		{"en", "/r/worldnews", "Want alerts"},
	} {
		w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
		w.conf.Texts = locales.Builtin().Only(c.code)
		w.rebuild()

		private := adapters.ChatInfo{Chat: adapters.Chat{Platform: "discord", Address: "@1"}, Kind: adapters.Private}
		r := &adapters.Request{Key: "1", Kind: adapters.TextRequest, Text: c.typed, User: adapters.User{ID: "1", Language: c.code}, Chat: private}

		m := w.bot.Answer(t.Context(), r)
		if offers := len(m.Buttons) > 0 && m.Buttons[0][0].Main; !strings.Contains(m.String(), c.says) || offers != (c.code == "en") {
			t.Errorf("%s: %q: %s", c.code, c.typed, m)
		}

		w.close()
	}
}

// Options are called in help as they can be typed, in every language.
func TestOptionsOfHelpAreUnderstood(t *testing.T) {
	for _, texts := range locales.Builtin().All() {
		for _, topic := range []string{"subscribe", "list", "why", "log"} {
			for line := range strings.Lines(texts.Say("usage." + topic)) {
				typed, _, _ := strings.Cut(strings.TrimSpace(line), " – ")
				_, typed, _ = strings.Cut(typed, " ")
				shown := input.OptionsInWords(typed, texts.Code())

				if got := input.OptionsInEnglish(shown, texts.Code()); got != typed {
					t.Errorf("%s: %q is shown as %q and read as %q", texts.Code(), typed, shown, got)
				}
			}
		}
	}
}

// Discord does not say the language of whoever writes words to the bot: it is that of the last command.
func TestLanguageOfWordsOnDiscord(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	defer w.close()

	w.conf.Texts = locales.Builtin()
	w.rebuild()

	private := adapters.ChatInfo{Chat: adapters.Chat{Platform: "discord", Address: "@1"}, Kind: adapters.Private}
	w.bot.Answer(t.Context(), &adapters.Request{Key: "1", Kind: adapters.CommandRequest, Command: "start", User: adapters.User{ID: "1", Language: "de"}, Chat: private})

	m := w.bot.Answer(t.Context(), &adapters.Request{Key: "2", Kind: adapters.TextRequest, Text: "hallo", User: adapters.User{ID: "1"}, Chat: private})
	if got := m.Buttons[0][0].Label; got != "Deutschland" {
		t.Errorf("a German is offered %s first", got)
	}
}

// A language that was chosen is none that the person's app said: without the choice it is gone.
func TestAChosenLanguageIsNotTheApps(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	defer w.close()

	w.conf.Texts = locales.Builtin()
	w.rebuild()

	private := adapters.ChatInfo{Chat: adapters.Chat{Platform: "discord", Address: "@1"}, Kind: adapters.Private}
	say := func(key, command, text string) string {
		return w.bot.Answer(t.Context(), &adapters.Request{Key: key, Kind: adapters.CommandRequest, Command: command, Text: text, User: adapters.User{ID: "1"}, Chat: private}).String()
	}

	say("1", "settings", "language de")
	say("2", "subscribe", "drone")

	if got := say("3", "settings", "language default"); !strings.Contains(got, "English") {
		t.Errorf("without the choice: %s", got)
	}
}
