package status

import (
	"context"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/input"
	"newsbell/bot/reading"
	"newsbell/bot/turn"
	"newsbell/store"
	"newsbell/subscriptions"
	zonefinder "newsbell/subscriptions/zone"
)

// logShown is how many changes /log shows.
const logShown = 20

// ShowLog shows those who manage a chat who changed what.
func (h *Handler) ShowLog(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := h.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	var (
		entries []store.LogEntry
		zone    *time.Location
	)

	isServer := dest.Server != "" && !dest.Own // who manages one channel manages all

	err = h.Store.View(ctx, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, dest)
		if err != nil {
			return err
		}

		zone = h.ZoneOf(c)

		if isServer {
			entries, err = tx.LogOfServer(dest.Platform, dest.Server, logShown)
		} else {
			entries, err = tx.LogOf(c.ID, logShown)
		}

		return err
	})
	if err != nil {
		return nil, err
	}

	if len(entries) == 0 {
		return t.Message("log.empty"), nil
	}

	m := &adapters.Message{Text: adapters.Text{{adapters.Bold(t.Say("log.head"))}}}

	for _, e := range entries {
		key := "log.line"
		if isServer && e.Chat != "" { // numbers are a channel's own
			key = "log.line_in"
		}

		m.Text = append(m.Text, t.Line(key, "when", t.MomentSpan(e.At, zone), "who", whoChanged(t, e.Actor), "where", e.Chat, "what", t.Translate(h.nameChanged(t, e.What, zone))))
	}

	return m, nil
}

// nameChanged is a change as it was written down, with the names that people know in the places
// of those in the database: the label of a setting, a bundle's and a zone's name.
func (h *Handler) nameChanged(t *turn.Turn, what string, zone *time.Location) string {
	for _, begins := range []string{"began to read the bundle ", "ended reading the bundle "} {
		if id, ok := strings.CutPrefix(what, begins); ok {
			return begins + reading.BundleTitle(t, id)
		}
	}

	rest, ok := strings.CutPrefix(what, "set ")
	key, value, is := strings.Cut(rest, " to ")

	if !ok || !is || !t.Has("button."+key) || input.ParseKey(key) != key {
		return what
	}

	switch key {
	case input.KeyZone:
		value = zonefinder.LabelOf(value, t.Code())
	case input.KeyLanguage:
		if named := h.Texts.NamedIn(t.Texts, value); named != nil {
			value = named.Say("language.name")
		}
	case input.KeyDigest, input.KeyBrief:
		if when, err := subscriptions.ParseSchedule(value); err == nil && when.HasTime() {
			value = t.Schedule("schedule", when, zone)
		}
	}

	return "set " + t.Quote(t.Say("button."+key)) + " to " + value
}

// whoChanged names who changed something: the person who asks, or another one.
func whoChanged(t *turn.Turn, actor string) adapters.Span {
	switch actor {
	case "":
		return adapters.Plain(t.Say("log.nobody"))
	case t.PersonID():
		return adapters.Plain(t.Say("log.you"))
	default:
		_, id, _ := strings.Cut(actor, ":")
		return adapters.Span{Text: actor, Person: id}
	}
}
