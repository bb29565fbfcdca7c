package bot

import (
	"context"
	"slices"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions"
	zonefinder "newsbell/subscriptions/zone"
)

// What can be set (/settings key value).
const (
	keyZone     = "zone"
	keyQuiet    = "quiet"
	keyLanguage = "language"
)

// settings shows what is set in a chat, or sets it: "zone Warsaw", "quiet 22:00-7:00",
// "language Polski".
func (b *Bot) settings(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, err := b.findTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	var c *store.Chat

	err = b.Store.View(ctx, func(tx *store.Tx) (err error) {
		c, err = findChat(tx, p)
		return err
	})
	if err != nil {
		return nil, err
	}

	key, value := cutWord(t.text)
	if named := t.options["key"]; named != "" { // a slash command
		key, value = named, strings.TrimSpace(t.options["value"])
	}

	switch strings.ToLower(key) {
	case "":
		return b.showSettings(t, c), nil
	case keyZone, "timezone", "time_zone", "tz":
		return b.setZone(ctx, t, p, c, value)
	case keyQuiet:
		return b.setQuiet(ctx, t, p, c, value)
	case keyLanguage, "lang":
		return b.setLanguage(ctx, t, p, c, value)
	}

	return t.say("settings.how"), nil
}

func (b *Bot) showSettings(t *turn, c *store.Chat) *adapters.Message {
	language := "settings.language_unset"
	if c.ChosenLanguage != "" {
		language = "settings.language"
	}

	return &adapters.Message{
		Text: append(adapters.Text{{adapters.Bold(t.Say("settings.head"))}, t.Line(language, "name", t.Say("language.name"))}, adapters.Say(t.zoneLine(b.zoneOf(c), c.TimeZone != "", t.now), t.quiet("settings.quiet", "settings.quiet_none", c.Quiet))...),
		Buttons: [][]adapters.Button{{
			t.button(t.Say("button.language"), "settings", keyLanguage), t.button(t.Say("button.zone"), "settings", keyZone), t.button(t.Say("button.quiet"), "settings", keyQuiet),
		}},
	}
}

// setZone sets a chat's zone, asking where the text leaves it open.
func (b *Bot) setZone(ctx context.Context, t *turn, p target, c *store.Chat, value string) (*adapters.Message, error) {
	if value == "" {
		return t.ask(t.Say("ask.zone"), t.Say("hint.zone"), keyZone), nil
	}

	zones := zonefinder.Find(value, t.now)
	switch {
	case strings.EqualFold(value, followApp):
		zones = []string{""}
	case len(zones) == 0:
		t.askAgain()
		return t.say("settings.zone_unknown", "typed", news.Shorten(value, 60)), nil
	case len(zones) > 1:
		return chooseZone(t, zones), nil
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		chat, err := t.ensureChat(tx, p)
		if err != nil {
			return nil, err
		}

		if err := tx.SetTimeZone(chat.ID, zones[0]); err != nil {
			return nil, err
		}

		if err := tx.Log(chat.ID, t.personID(), "set the time zone to "+zones[0]); err != nil {
			return nil, err
		}

		chat.TimeZone = zones[0]
		m := t.say("settings.zone_set", "zone", zonefinder.Label(b.zoneOf(chat).String()), "time", t.Clock(t.now.In(b.zoneOf(chat))))
		m.Buttons = [][]adapters.Button{{t.button(t.Say("button.undo"), "settings", keyZone+" "+orDefault(c.TimeZone))}}

		return &reply{Answer: m}, nil
	})
}

// chooseZone offers the zones that a text may mean.
func chooseZone(t *turn, zones []string) *adapters.Message {
	m := t.say("settings.which_zone")

	var offered []adapters.Button

	for _, name := range zones {
		place, err := time.LoadLocation(name)
		if err != nil {
			continue
		}

		label := zonefinder.Label(name) + " " + t.Clock(t.now.In(place))
		offered = append(offered, t.button(cutLabel(label), "settings", keyZone+" "+name))
	}

	m.Buttons = layoutButtons(t.r.Chat.Platform, offered, nil)

	return m
}

// setQuiet sets a chat's quiet hours.
func (b *Bot) setQuiet(ctx context.Context, t *turn, p target, c *store.Chat, value string) (*adapters.Message, error) {
	if value == "" {
		return t.ask(t.Say("ask.quiet"), t.Say("hint.quiet"), keyQuiet), nil
	}

	quiet, err := subscriptions.ParseQuiet(value)
	if err != nil {
		t.askAgain()
		return say(t.translated(err)), nil
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		chat, err := t.ensureChat(tx, p)
		if err != nil {
			return nil, err
		}

		if err := tx.SetQuiet(chat.ID, quiet.String()); err != nil {
			return nil, err
		}

		if err := tx.Log(chat.ID, t.personID(), "set quiet hours to "+quiet.String()); err != nil {
			return nil, err
		}

		m := say(t.quiet("settings.quiet_set", "settings.quiet_off", quiet.String()))
		if quiet.String() != "" {
			m.Text = append(m.Text, adapters.Line{adapters.Plain(t.zoneLine(b.zoneOf(chat), chat.TimeZone != "", t.now))})
		}

		before := c.Quiet
		if before == "" {
			before = "off"
		}

		m.Buttons = [][]adapters.Button{{t.button(t.Say("button.undo"), "settings", keyQuiet+" "+before), t.button(t.Say("button.zone"), "settings", keyZone)}}

		return &reply{Answer: m}, nil
	})
}

// setLanguage sets the language that a chat is written to in. Its reply is in that
// language already.
func (b *Bot) setLanguage(ctx context.Context, t *turn, p target, c *store.Chat, value string) (*adapters.Message, error) {
	if value == "" {
		return b.chooseLanguage(t), nil
	}

	code := ""

	if !strings.EqualFold(value, followApp) {
		texts := b.Texts.Named(value)
		if texts == nil {
			t.askAgain()
			return t.say("settings.language_unknown", "typed", news.Shorten(value, 60), "names", t.And(b.languageNames())), nil
		}

		code = texts.Code()
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		chat, err := t.ensureChat(tx, p)
		if err != nil {
			return nil, err
		}

		if err := tx.SetLanguage(chat.ID, code); err != nil {
			return nil, err
		}

		if err := tx.Log(chat.ID, t.personID(), "set the language to "+code); err != nil {
			return nil, err
		}

		chat.ChosenLanguage = code
		t.words = b.wordsOf(chat)

		m := t.say("settings.language_set")
		if code == "" {
			m = t.say("settings.language_follow", "name", t.Say("language.name"))
		}

		m.Buttons = [][]adapters.Button{{t.button(t.Say("button.undo"), "settings", keyLanguage+" "+orDefault(c.ChosenLanguage))}}

		return &reply{Answer: m}, nil
	})
}

// chooseLanguage offers the languages that there are, each by its own name.
func (b *Bot) chooseLanguage(t *turn) *adapters.Message {
	m := t.say("ask.language")

	var offered []adapters.Button
	for _, texts := range b.Texts.All() {
		offered = append(offered, t.button(texts.Say("language.name"), "settings", keyLanguage+" "+texts.Code()))
	}

	for row := range slices.Chunk(offered, 4) {
		m.Buttons = append(m.Buttons, row)
	}

	return m
}

func (b *Bot) languageNames() (names []string) {
	for _, texts := range b.Texts.All() {
		names = append(names, texts.Say("language.name"))
	}

	return names
}

// followApp is the value that takes a setting back: the zone of the operator, the
// language of the person's app.
const followApp = "default"

func orDefault(value string) string {
	if value == "" {
		return followApp
	}

	return value
}
