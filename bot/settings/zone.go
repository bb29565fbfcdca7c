package settings

import (
	"context"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/start"
	"newsbell/bot/turn"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions"
	zonefinder "newsbell/subscriptions/zone"
)

// setZone sets a chat's zone, asking where the text leaves it open.
func (h *Handler) setZone(ctx context.Context, t *turn.Turn, s settingOf) (*adapters.Message, error) {
	if s.value == "" {
		return t.Ask(t.Say("ask.zone"), t.Say("hint.zone"), turn.Join(turn.ToOption(s.target), input.KeyZone)), nil
	}

	zones := zonefinder.Find(s.value, t.Now)
	switch {
	case strings.EqualFold(s.value, input.Default):
		zones = []string{""}
	case len(zones) == 0:
		t.AskAgain()
		return t.Message("settings.zone_unknown", "typed", news.Shorten(s.value, 60)), nil
	case len(zones) > 1:
		return s.chooseZone(t, zones), nil
	}

	return h.change(ctx, t, s, "set zone to "+input.OrDefault(zones[0]), input.OrDefault(s.before.TimeZone), func(tx *store.Tx, c *store.Chat) (adapters.Text, []adapters.Button, error) {
		if err := tx.SetTimeZone(c.ID, zones[0]); err != nil {
			return nil, nil, err
		}

		c.TimeZone = zones[0]
		lines := t.Lines("settings.zone_set", "zone", zonefinder.LabelOf(h.ZoneOf(c).String(), t.Code()), "time", t.Clock(t.Now.In(h.ZoneOf(c))))

		if c.Brief == "" {
			return lines, nil, nil
		}

		return append(lines, h.ScheduleLine(t, "settings.brief", c.Brief, c)), nil, h.SaveBrief(tx, t, c, c.Brief)
	})
}

// chooseZone offers the zones that a text may mean.
func (s *settingOf) chooseZone(t *turn.Turn, zones []string) *adapters.Message {
	m := t.Message("settings.which_zone")

	var offered []adapters.Button

	for _, name := range zones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			continue
		}

		label := zonefinder.LabelOf(name, t.Code()) + " " + t.Clock(t.Now.In(zone))
		offered = append(offered, s.button(t, button.Cut(label), input.KeyZone, name))
	}

	m.Buttons = button.Layout(t.Request.Chat.Platform, offered, nil)

	return m
}

// GuessZone takes the time zone of a person's own chat to be the one that the language of
// their client says, where a time of day is used and none is set, and moves what waits. It
// reports whether it did.
func (h *Handler) GuessZone(tx *store.Tx, t *turn.Turn, dest turn.Target, c *store.Chat) (bool, error) {
	guess := start.GuessZone(t.Request.User.Language, t.Now)
	if c.TimeZone != "" || guess == "" || !dest.Own {
		return false, nil
	}

	if err := tx.SetTimeZone(c.ID, guess); err != nil {
		return false, err
	}

	c.TimeZone = guess

	if c.Brief != "" {
		if err := h.SaveBrief(tx, t, c, c.Brief); err != nil {
			return false, err
		}
	}

	return true, tx.Reschedule(c.ID, h.TimeZone, turn.IsSpared)
}

// GuessedZone says which time zone was guessed.
func (h *Handler) GuessedZone(t *turn.Turn, c *store.Chat) adapters.Text {
	zone := h.ZoneOf(c)
	return t.Lines("subscribe.zone_guessed", "zone", zonefinder.LabelOf(zone.String(), t.Code()), "time", t.Clock(t.Now.In(zone)))
}

// AskZoneOnce guesses the zone of a chat when a time of day is used first, and adds to the
// reply what was guessed, or that the zone is not known.
func (h *Handler) AskZoneOnce(tx *store.Tx, t *turn.Turn, dest turn.Target, c *store.Chat, when subscriptions.Schedule) (adapters.Text, []adapters.Button, error) {
	if c.TimeZone != "" || !when.HasTime() {
		return nil, nil, nil
	}

	guessed, err := h.GuessZone(tx, t, dest, c)
	if err != nil {
		return nil, nil, err
	}

	lines := t.Lines("subscribe.zone_unset")
	if guessed {
		lines = h.GuessedZone(t, c)
	}

	return lines, []adapters.Button{Button(t, dest, t.Say("button.zone"), input.KeyZone, "")}, nil
}
