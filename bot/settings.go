package bot

import (
	"context"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/store"
	"newsbell/subscriptions"
	zonefinder "newsbell/subscriptions/zone"
)

// What can be set (/settings key value).
const (
	keyZone  = "zone"
	keyQuiet = "quiet"
)

// settings shows what is set in a chat, or sets it: "zone Warsaw", "quiet 22:00-7:00".
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
	}

	return say(textSettingsHow), nil
}

func (b *Bot) showSettings(t *turn, c *store.Chat) *adapters.Message {
	return &adapters.Message{
		Text:    append(adapters.Text{{adapters.Bold(textSettings)}}, adapters.Say(zoneLine(b.zoneOf(c), c.TimeZone != "", t.now), quietLine(c.Quiet))...),
		Buttons: [][]adapters.Button{{t.button(btnZone, "settings", keyZone), t.button(btnQuiet, "settings", keyQuiet)}},
	}
}

// setZone sets a chat's zone, asking where the text leaves it open.
func (b *Bot) setZone(ctx context.Context, t *turn, p target, c *store.Chat, value string) (*adapters.Message, error) {
	if value == "" {
		return t.ask(textAskZone, hintZone, keyZone), nil
	}

	zones := zonefinder.Find(value, t.now)
	switch {
	case strings.EqualFold(value, "default"):
		zones = []string{""}
	case len(zones) == 0:
		t.askAgain()
		return say(textZoneUnknown(value)), nil
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
		m := say(textZoneSet(b.zoneOf(chat), t.now))
		m.Buttons = [][]adapters.Button{{t.button(btnUndo, "settings", keyZone+" "+orDefault(c.TimeZone))}}

		return &reply{Answer: m}, nil
	})
}

// chooseZone offers the zones that a text may mean.
func chooseZone(t *turn, zones []string) *adapters.Message {
	m := say(textWhichZone)

	var offered []adapters.Button

	for _, name := range zones {
		place, err := time.LoadLocation(name)
		if err != nil {
			continue
		}

		label := zonefinder.Label(name) + " " + t.now.In(place).Format("15:04")
		offered = append(offered, t.button(cutLabel(label), "settings", keyZone+" "+name))
	}

	m.Buttons = layoutButtons(t.r.Chat.Platform, offered, nil)

	return m
}

// setQuiet sets a chat's quiet hours.
func (b *Bot) setQuiet(ctx context.Context, t *turn, p target, c *store.Chat, value string) (*adapters.Message, error) {
	if value == "" {
		return t.ask(textAskQuiet, hintQuiet, keyQuiet), nil
	}

	quiet, err := subscriptions.ParseQuiet(value)
	if err != nil {
		t.askAgain()
		return say(asSentence(err.Error())), nil
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

		m := say(textQuietSet(quiet.String()))
		if quiet.String() != "" {
			m.Text = append(m.Text, adapters.Line{adapters.Plain(zoneLine(b.zoneOf(chat), chat.TimeZone != "", t.now))})
		}

		before := c.Quiet
		if before == "" {
			before = "off"
		}

		m.Buttons = [][]adapters.Button{{t.button(btnUndo, "settings", keyQuiet+" "+before), t.button(btnZone, "settings", keyZone)}}

		return &reply{Answer: m}, nil
	})
}

func orDefault(zone string) string {
	if zone == "" {
		return "default"
	}

	return zone
}
