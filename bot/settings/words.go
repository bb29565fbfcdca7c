package settings

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/turn"
	"newsbell/news"
	"newsbell/subscriptions"
	zonefinder "newsbell/subscriptions/zone"
)

// IsSetting reports whether a text names a setting and a value that it can have.
func (h *Handler) IsSetting(t *turn.Turn, text string) bool {
	key, value := input.CutKey(text, t.Code())
	if value == "" {
		return false
	}

	var err error

	switch value = valueInEnglish(t, key, value); key {
	case input.KeyZone:
		return len(zonefinder.Find(value, t.Now)) > 0
	case input.KeyQuiet:
		_, err = subscriptions.ParseQuiet(value)
	case input.KeyDigest:
		_, err = subscriptions.ParseSchedule(input.ScheduleInEnglish(value, t.Code()))
	case input.KeyBrief:
		_, err = input.ParseBriefTime(input.BriefTimeInEnglish(value, t.Code()))
	case input.KeyLanguage:
		return h.Texts.NamedIn(t.Texts, value) != nil && !isNameOfLanguage(t, text)
	case input.KeySilent, input.KeyPictures:
		_, on := input.ParseSwitch(value)
		return on
	default:
		return false
	}

	return err == nil
}

// isNameOfLanguage reports whether a text that names a language for the chat is as well what that language is called
// where the chat reads, and so may be what news is about: język angielski is the English language.
func isNameOfLanguage(t *turn.Turn, text string) bool {
	return slices.Contains([]string{"ar", "es", "fa", "fr", "id", "it", "pl", "pt"}, news.BaseLanguage(t.Code())) && !strings.ContainsAny(text, ":：=")
}

// FindValue finds the value of a setting that a sentence names, where it may bend the name: "в Москве" is
// Moscow, "po angielsku" English. said is where it stands in the sentence, code the language of that.
func (h *Handler) FindValue(t *turn.Turn, code, key, said, sentence string) (value string, ok bool) {
	switch key {
	case input.KeyZone:
		if !strings.ContainsFunc(said, unicode.IsLetter) {
			return "", false
		}

		if len(zonefinder.Find(said, t.Now)) > 0 {
			return said, true
		}

		value = zonefinder.FindBent(said, code)

		return value, value != ""
	case input.KeyLanguage:
		named := h.Texts.Said(h.Texts.Find(code), said)
		if named == nil {
			return "", false
		}

		return named.Code(), true
	case input.KeyQuiet:
		value = input.QuietInEnglish(said, code)
		_, err := subscriptions.ParseQuiet(value)

		return value, err == nil && !input.IsOff(value)
	case input.KeyDigest:
		return findSchedule(code, said, sentence)
	case input.KeyBrief:
		if input.IsDigits(said) { // "top stories 10": no word says that it is a time
			return "", false
		}

		value, ok = findSchedule(code, said, sentence)
		_, err := input.ParseBriefTime(value)

		return value, ok && err == nil
	default:
		return "", false
	}
}

// findSchedule reads when alerts come off a part of a sentence, or off all of it ("jeden Tag"). A number that little
// stands around may be what news is about, and so may a day's short name: "only Sun".
func findSchedule(code, said, sentence string) (value string, ok bool) {
	for _, typed := range []string{said, sentence} {
		value = input.ScheduleInEnglish(typed, code)
		if input.IsDigits(value) && len(strings.Fields(sentence)) < 3 {
			return "", false
		}

		s, err := subscriptions.ParseSchedule(value)
		long := len(said) > 3 || strings.ContainsFunc(said, unicode.IsDigit) || s.Kind == subscriptions.Daily && typed == sentence

		if err == nil && s.Kind != subscriptions.AtOnce && long {
			return value, true
		}
	}

	return "", false
}

// LanguageButton is a button that sets the language which a text names, where it may as well be a query; ok: it is such
// a text.
func (h *Handler) LanguageButton(t *turn.Turn, text string) (b adapters.Button, ok bool) {
	key, value := input.CutKey(text, t.Code())

	named := h.Texts.Said(t.Texts, text)
	if named == nil && t.Request.User.Language != "" { // in the words of their app's language
		named = h.Texts.Said(h.Texts.Find(t.Request.User.Language), text)
	}

	if key == input.KeyLanguage && value != "" && isNameOfLanguage(t, text) {
		named = h.Texts.NamedIn(t.Texts, value)
	}

	if named == nil || named.Code() == t.Code() {
		return b, false
	}

	return t.Button(named.Say("language.name"), "settings", input.KeyLanguage+" "+named.Code()), true
}

// ZoneButton is a button that sets the time zone of a city that a text names with its country or state, which may as well
// be a query: "Paris, France"; ok: it is such a text. "flood, Texas" and "Berlin, Paris" are queries alone: what stands
// before the comma has to be known to be there.
func (h *Handler) ZoneButton(t *turn.Turn, text string) (b adapters.Button, ok bool) {
	city, _, _ := strings.Cut(text, ", ")

	zones, alone := zonefinder.Find(text, t.Now), zonefinder.Find(city, t.Now)
	if city == text || len(zones) != 1 || !slices.Equal(zones, alone) {
		return b, false
	}

	label := t.Say("button.zone") + " " + zonefinder.LabelOf(zones[0], t.Code())

	return t.Button(button.Label(label), "settings", input.KeyZone+" "+zones[0]), true
}

// valueInEnglish is the value of a setting as the code knows it, where it was said in the words of
// the chat's language, such as the label of a button that sets it. What is free text stays as typed.
func valueInEnglish(t *turn.Turn, key, value string) string {
	switch key {
	case input.KeyQuiet:
		if _, err := subscriptions.ParseQuiet(value); err != nil {
			return input.QuietInEnglish(value, t.Code())
		}

		return value
	case input.KeyDigest:
		value = choiceNamed(t, value, "now", "hourly")
	case input.KeyStyle:
		value = choiceNamed(t, value, "full", "compact", "title")
	case input.KeyOrder:
		value = choiceNamed(t, value, "subscription", "told", "time")
	}

	english := input.ValueInEnglish(value, t.Code())

	switch key {
	case input.KeyOpening, input.KeyColor, input.KeyZone, input.KeyLanguage:
		if !input.IsOff(english) {
			return value
		}
	}

	return english
}

// choiceNamed is the one of some choices whose label a person typed, else what they typed.
func choiceNamed(t *turn.Turn, typed string, choices ...string) string {
	for _, c := range choices {
		if strings.EqualFold(typed, t.Say("choice."+c)) {
			return c
		}
	}

	return typed
}

// CompleteKey offers what can be set, each with what /help says of it, or by its name in the
// person's language. Which chat it is for may not have been typed yet.
func (h *Handler) CompleteKey(t *turn.Turn) []adapters.Choice {
	labels := map[string]string{}

	for line := range strings.Lines(t.Say("usage.settings")) {
		example := strings.TrimSpace(strings.TrimPrefix(line, "/settings "))
		if key, _ := input.CutKey(example, t.Code()); labels[key] == "" {
			labels[key] = example
		}
	}

	var all []adapters.Choice

	for _, key := range input.Keys() {
		if h.isSettableFrom(t, key) {
			all = append(all, adapters.Choice{Label: cmp.Or(labels[key], input.KeyName(key, t.Code())), Value: key})
		}
	}

	return all
}

// isSettableFrom reports whether a setting means anything to whoever types in a chat.
func (h *Handler) isSettableFrom(t *turn.Turn, key string) bool {
	switch key {
	case input.KeyColor:
		return t.Request.Chat.Platform == turn.Discord
	case input.KeyOutlet, input.KeyPublish:
		return t.Request.Chat.Platform == turn.Discord && !t.IsPrivate()
	case input.KeyManagers:
		return !t.IsPrivate()
	case input.KeyTranslate:
		return h.Writer.Works()
	case input.KeyTopics:
		return h.canHaveTopics(turn.Target{ChatInfo: t.Request.Chat})
	default:
		return true
	}
}
