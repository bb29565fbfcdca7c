package settings

import (
	"context"
	"slices"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/input"
	"newsbell/bot/turn"
	"newsbell/news"
	"newsbell/store"
)

// setLanguage sets the language that a chat is written to in. Its reply is in that
// language already.
func (h *Handler) setLanguage(ctx context.Context, t *turn.Turn, s settingOf) (*adapters.Message, error) {
	if s.value == "" {
		return h.chooseLanguage(t, s), nil
	}

	code := ""

	if !strings.EqualFold(s.value, input.Default) {
		texts := h.Texts.NamedIn(t.Texts, s.value)
		if texts == nil {
			t.AskAgain()
			return t.Message("settings.language_unknown", "typed", news.Shorten(s.value, 60), "names", t.And(h.languageNames())), nil
		}

		code = texts.Code()
	}

	return h.change(ctx, t, s, "set language to "+input.OrDefault(code), input.OrDefault(s.before.ChosenLanguage), func(tx *store.Tx, c *store.Chat) (adapters.Text, []adapters.Button, error) {
		c.ChosenLanguage = code
		t.Words = h.WordsOf(c)

		lines := t.Lines("settings.language_set")
		if code == "" {
			lines = t.Lines("settings.language_follow", "name", t.Say("language.name"))
		}

		return lines, nil, tx.SetLanguage(c.ID, code)
	})
}

// chooseLanguage offers the languages that there are, each by its own name.
func (h *Handler) chooseLanguage(t *turn.Turn, s settingOf) *adapters.Message {
	m := t.Message("ask.language")

	var offered []adapters.Button
	for _, texts := range h.Texts.All() {
		offered = append(offered, s.button(t, texts.Say("language.name"), input.KeyLanguage, texts.Code()))
	}

	for row := range slices.Chunk(offered, 4) {
		m.Buttons = append(m.Buttons, row)
	}

	return m
}

func (h *Handler) languageNames() (names []string) {
	for _, texts := range h.Texts.All() {
		names = append(names, texts.Say("language.name"))
	}

	return names
}
