package settings

import (
	"context"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/input"
	"newsbell/bot/turn"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions"
	"newsbell/subscriptions/query"
)

// ScheduleLine says when something comes, or that it does not (key_off).
func (h *Handler) ScheduleLine(t *turn.Turn, key, schedule string, c *store.Chat) adapters.Line {
	when, err := subscriptions.ParseSchedule(schedule)
	if err != nil || when.Kind == subscriptions.AtOnce {
		return t.Line(key + "_off")
	}

	return t.Line(key, "when", t.Schedule("schedule", when, h.ZoneOf(c)))
}

// setQuiet sets a chat's quiet hours.
func (h *Handler) setQuiet(ctx context.Context, t *turn.Turn, s settingOf) (*adapters.Message, error) {
	if s.value == "" {
		return t.Ask(t.Say("ask.quiet"), t.Say("hint.quiet"), turn.Join(turn.ToOption(s.target), input.KeyQuiet)), nil
	}

	quiet, err := subscriptions.ParseQuiet(s.value)
	if err != nil {
		t.AskAgain()
		return turn.Say(t.Translated(err)), nil
	}

	if _, err := query.Parse(quiet.Except); err != nil && quiet.Except != "" {
		t.AskAgain()
		return t.Message("settings.except_unknown", "typed", news.Shorten(quiet.Except, 60)), nil
	}

	return h.change(ctx, t, s, "set quiet to "+input.OrOff(quiet.String()), input.OrOff(s.before.Quiet), func(tx *store.Tx, c *store.Chat) (adapters.Text, []adapters.Button, error) {
		lines := adapters.Say(t.QuietSet(quiet))

		if quiet.String() != "" {
			guessed, err := h.GuessZone(tx, t, s.target, c)

			switch {
			case err != nil:
				return nil, nil, err
			case guessed:
				lines = append(lines, h.GuessedZone(t, c)...)
			default:
				lines = append(lines, adapters.Say(t.ZoneLine(h.ZoneOf(c), c.TimeZone != "", t.Now))...)
			}
		}

		return lines, []adapters.Button{s.button(t, t.Say("button.zone"), input.KeyZone, "")}, tx.SetQuiet(c.ID, quiet.String())
	})
}

// setDigest sets when a chat's alerts come unless a subscription says so itself.
func (h *Handler) setDigest(ctx context.Context, t *turn.Turn, s settingOf) (*adapters.Message, error) {
	if s.value == "" {
		return s.offer(t, "ask.digest", choice{"choice.now", "now"}, choice{"choice.hourly", "hourly"}, choice{"choice.morning", "daily 8:00"},
			choice{"choice.evening", "daily 18:00"}, choice{"choice.workdays", "weekdays 8:00"}, choice{"choice.monday", "weekly monday 8:00"}), nil
	}

	value := s.value
	if strings.EqualFold(value, "off") {
		value = "now"
	}

	digest, err := subscriptions.ParseSchedule(input.ScheduleInEnglish(value, t.Code()))
	if err != nil {
		t.AskAgain()
		return t.Message("settings.digest_unknown", "typed", news.Shorten(s.value, 60)), nil
	}

	return h.change(ctx, t, s, "set digest to "+input.OrNow(digest.String()), input.OrNow(s.before.Digest), func(tx *store.Tx, c *store.Chat) (adapters.Text, []adapters.Button, error) {
		c.Digest = digest.String()

		lines, more, err := h.AskZoneOnce(tx, t, s.target, c, digest)
		if err != nil {
			return nil, nil, err
		}

		return append(adapters.Text{h.ScheduleLine(t, "settings.digest_set", c.Digest, c)}, lines...), more, tx.SetDigest(c.ID, c.Digest)
	})
}

// SetBrief sets when the brief of a chat comes that is a target, as typed.
func (h *Handler) SetBrief(ctx context.Context, t *turn.Turn, dest turn.Target, c *store.Chat, typed string) (*adapters.Message, error) {
	return h.setBriefTime(ctx, t, settingOf{target: dest, before: c, key: input.KeyBrief, value: typed})
}

// setBriefTime sets when a chat's brief comes.
func (h *Handler) setBriefTime(ctx context.Context, t *turn.Turn, s settingOf) (*adapters.Message, error) {
	if s.value == "" {
		return s.offer(t, "ask.brief", choice{"choice.morning", "daily 8:00"}, choice{"choice.evening", "daily 18:00"}, choice{"choice.workdays", "weekdays 8:00"},
			choice{"choice.off", "off"}), nil
	}

	when, err := input.ParseBriefTime(input.BriefTimeInEnglish(s.value, t.Code()))
	if err != nil {
		t.AskAgain()
		return t.Message("settings.brief_unknown", "typed", news.Shorten(s.value, 60)), nil
	}

	return h.change(ctx, t, s, "set brief to "+input.OrOff(when.String()), input.OrOff(s.before.Brief), func(tx *store.Tx, c *store.Chat) (adapters.Text, []adapters.Button, error) {
		c.Brief = when.String()

		lines, more, err := h.AskZoneOnce(tx, t, s.target, c, when)
		if err != nil {
			return nil, nil, err
		}

		return append(adapters.Text{h.ScheduleLine(t, "settings.brief_set", c.Brief, c)}, lines...), more, h.SaveBrief(tx, t, c, c.Brief)
	})
}

// SaveBrief saves when a chat's brief comes, and when the next one is due.
func (h *Handler) SaveBrief(tx *store.Tx, t *turn.Turn, c *store.Chat, brief string) error {
	when, err := subscriptions.ParseSchedule(brief)
	if err != nil {
		return err
	}

	return tx.SetBrief(c.ID, brief, when.Next(t.Now, h.ZoneOf(c)))
}
