// Package settings is what a chat sets (/settings): its time zone and language, when alerts come and
// how they look, and who may manage it.
//
// A setting is typed, in English or in the words of the chat's language, or chosen by a button. Each
// is set in one transaction with its reply, which says what holds now and has a way back; what waits
// in the outbox moves with it. Names and values are read by package input.
package settings

import (
	"context"
	"slices"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/input"
	"newsbell/bot/turn"
	"newsbell/store"
)

// Handler answers /settings. It is safe for concurrent use.
type Handler struct{ *turn.Services }

// Manage shows what is set in a chat, or sets it: "zone Warsaw", "quiet 22:00-7:00", or in the
// words of the chat's language: "Zeitzone Wien".
func (h *Handler) Manage(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	typed := t.Text
	if named := t.Options["key"]; named != "" { // a slash command
		typed = turn.Join(named, strings.TrimSpace(t.Options["value"]))
	}

	key, value := input.CutKey(typed, t.Code())
	if key == input.KeyManagers {
		return h.setManagers(ctx, t, value)
	}

	dest, err := h.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	c, err := h.LoadChat(ctx, dest)
	if err != nil {
		return nil, err
	}

	if typed == "" {
		return h.showSettings(t, dest, c), nil
	}

	return h.set(ctx, t, settingOf{target: dest, before: c, key: key, value: valueInEnglish(t, key, value)})
}

// set sets one thing in a chat.
func (h *Handler) set(ctx context.Context, t *turn.Turn, s settingOf) (*adapters.Message, error) {
	switch s.key {
	case input.KeyZone:
		return h.setZone(ctx, t, s)
	case input.KeyQuiet:
		return h.setQuiet(ctx, t, s)
	case input.KeyDigest:
		return h.setDigest(ctx, t, s)
	case input.KeyOrder:
		return h.setOrder(ctx, t, s)
	case input.KeyStyle:
		return h.setStyle(ctx, t, s)
	case input.KeyColor:
		return h.setColor(ctx, t, s)
	case input.KeyOpening:
		return h.setOpening(ctx, t, s)
	case input.KeyPictures, input.KeySilent:
		return h.setSwitch(ctx, t, s)
	case input.KeyOutlet:
		if err := h.checkSender(ctx, t, s); err != nil {
			return nil, err
		}

		return h.setSwitch(ctx, t, s)
	case input.KeyPublish:
		if !canPublish(s.before) {
			return t.Message("settings.publish_only"), nil
		}

		return h.setSwitch(ctx, t, s)
	case input.KeyTopics:
		if !h.canHaveTopics(s.target) && !s.before.Topics { // what is on can be turned off
			return t.Message("settings.topics_none"), nil
		}

		return h.setSwitch(ctx, t, s)
	case input.KeyTranslate:
		if !h.Writer.Works() && !s.before.Translate { // what is on can be turned off
			return t.Message("settings.no_model"), nil
		}

		return h.setSwitch(ctx, t, s)
	case input.KeyBrief:
		return h.setBriefTime(ctx, t, s)
	case input.KeyLanguage:
		return h.setLanguage(ctx, t, s)
	}

	return t.Message("settings.how"), nil
}

// settingOf is a setting that somebody asks for.
type settingOf struct {
	target turn.Target
	before *store.Chat // as it is set now; one that is new has no ID
	key    string
	value  string // as typed, "" not said
}

// button makes a button that sets something in the same chat.
func (s *settingOf) button(t *turn.Turn, label, key, value string) adapters.Button {
	return Button(t, s.target, label, key, value)
}

// Button is a button that sets something for a target.
func Button(t *turn.Turn, dest turn.Target, label, key, value string) adapters.Button {
	return t.Button(label, "settings", turn.Join(turn.ToOption(dest), key, value))
}

// showSettings shows what is set in a chat, with a button for each setting.
func (h *Handler) showSettings(t *turn.Turn, dest turn.Target, c *store.Chat) *adapters.Message {
	language, pictures, sound := "settings.language_unset", "button.pictures_off", "button.silent"
	if c.ChosenLanguage != "" {
		language = "settings.language"
	}

	if !c.Pictures {
		pictures = "button.pictures_on"
	}

	if c.Silent {
		sound = "button.sound"
	}

	m := &adapters.Message{Text: nameTarget(dest, adapters.Text{{adapters.Bold(t.Say("settings.head"))}}), Replace: t.Request.Kind == adapters.PressRequest}
	m.Text = append(m.Text, t.Line(language, "name", t.Say("language.name")))
	m.Text = append(m.Text, adapters.Say(t.ZoneLine(h.ZoneOf(c), c.TimeZone != "", t.Now), t.Quiet(c.Quiet))...)
	m.Text = append(m.Text, h.ScheduleLine(t, "settings.digest", c.Digest, c), t.Line("settings.order_"+input.OrderWord(c.Order)), t.Line(styleKey("settings.style", c)), t.Line(soundKey("settings.sound", c.Silent)),
		h.ScheduleLine(t, "settings.brief", c.Brief, c))

	button := func(label, key, value string) adapters.Button {
		return Button(t, dest, t.Say(label), key, value)
	}
	m.Buttons = [][]adapters.Button{
		{button("button.language", input.KeyLanguage, ""), button("button.zone", input.KeyZone, ""), button("button.quiet", input.KeyQuiet, "")},
		{button("button.digest", input.KeyDigest, ""), button("button.brief", input.KeyBrief, ""), button("button.style", input.KeyStyle, "")},
		{button(pictures, input.KeyPictures, input.OnOff(!c.Pictures)), button(sound, input.KeySilent, input.OnOff(!c.Silent)), button("button.order", input.KeyOrder, "")},
	}

	showLook(t, m, dest, c, button)

	if h.Writer.Works() || c.Translate {
		m.Buttons = append(m.Buttons, []adapters.Button{button("button.translate_"+input.OnOff(!c.Translate), input.KeyTranslate, input.OnOff(!c.Translate))})
	}

	if canPublish(c) {
		m.Text = append(m.Text, t.Line("settings.publishing_"+input.OnOff(c.Publish)))
		m.Buttons = append(m.Buttons, []adapters.Button{button("button.publish_"+input.OnOff(!c.Publish), input.KeyPublish, input.OnOff(!c.Publish))})
	}

	if h.canHaveTopics(dest) || c.Topics {
		m.Text = append(m.Text, t.Line("settings.by_topic_"+input.OnOff(c.Topics)))
		m.Buttons = append(m.Buttons, []adapters.Button{button("button.topics_"+input.OnOff(!c.Topics), input.KeyTopics, input.OnOff(!c.Topics))})
	}

	return m
}

// nameTarget puts the name of a chat above what is said of it, where that is said somewhere else: who manages several
// channels sees which one is meant.
func nameTarget(dest turn.Target, lines adapters.Text) adapters.Text {
	if dest.Here || dest.Own {
		return lines
	}

	return append(adapters.Text{{adapters.Bold(dest.ShownName())}}, lines...)
}

// change sets something in a chat, logs it, moves what waits, and replies with what
// holds now and a way back: undo is the value that was set before.
func (h *Handler) change(ctx context.Context, t *turn.Turn, s settingOf, logged, undo string, set func(*store.Tx, *store.Chat) (lines adapters.Text, more []adapters.Button, err error)) (*adapters.Message, error) {
	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		c, err := t.EnsureChat(tx, s.target)
		if err != nil {
			return nil, err
		}

		lines, more, err := set(tx, c)
		if err != nil {
			return nil, err
		}

		if err := tx.Log(c.ID, t.PersonID(), logged); err != nil {
			return nil, err
		}

		if err := tx.Reschedule(c.ID, h.TimeZone, turn.IsSpared); err != nil {
			return nil, err
		}

		m := &adapters.Message{Text: nameTarget(s.target, lines)}
		m.Buttons = [][]adapters.Button{append([]adapters.Button{s.button(t, t.Say("button.undo"), s.key, undo)}, more...)}

		return &turn.Reply{Answer: m}, nil
	})
}

// choice is a value with the key of the words it is offered by.
type choice struct{ label, value string }

// offer asks for a value by buttons; what the person types next is one, too.
func (s *settingOf) offer(t *turn.Turn, question string, choices ...choice) *adapters.Message {
	m := t.Message(question)
	m.Replace = t.Request.Kind == adapters.PressRequest

	for pair := range slices.Chunk(choices, 3) {
		var row []adapters.Button
		for _, c := range pair {
			row = append(row, s.button(t, t.Say(c.label), s.key, c.value))
		}

		m.Buttons = append(m.Buttons, row)
	}

	t.KeepToken(turn.QuestionWord(t.Request), turn.Token{Who: t.PersonID(), Command: t.Command, Text: turn.Join(turn.ToOption(s.target), s.key)})

	return m
}
