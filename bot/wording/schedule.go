package wording

import (
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/store"
	"newsbell/subscriptions"
	zonefinder "newsbell/subscriptions/zone"
)

// Schedule says when alerts come, by the texts of a section; "" means at once.
func (w Words) Schedule(section string, d subscriptions.Schedule, zone *time.Location) string {
	if d.Kind == subscriptions.AtOnce {
		return ""
	}

	key, days := "daily", d.Days.List()

	switch {
	case d.Kind == subscriptions.Hourly:
		key = "hourly"
	case d.Days == subscriptions.Workdays:
		key = "workdays"
	case len(days) == 1:
		key = strings.ToLower(days[0].String())
	case len(days) > 1:
		key = "days"
	}

	return w.Say(section+"."+key, "time", w.ShortClock(d.Minute), "zone", zonefinder.LabelOf(zone.String(), w.Code()), "days", w.days(days))
}

// days lists days of the week, short: "Mon and Thu".
func (w Words) days(days []time.Weekday) string {
	names := make([]string, 0, len(days))
	for _, day := range days {
		names = append(names, w.Say("weekday."+strings.ToLower(day.String())))
	}

	return w.And(names)
}

// CompleteWhen are values of when: that are offered.
func (w Words) CompleteWhen() []adapters.Choice {
	return []adapters.Choice{
		{Label: w.Say("choice.now"), Value: "now"},
		{Label: w.Say("choice.hourly"), Value: "hourly"},
		{Label: w.Say("choice.morning"), Value: "8:00"},
		{Label: w.Say("choice.evening"), Value: "18:00"},
		{Label: w.Say("choice.monday"), Value: "monday 8:00"},
	}
}

// CompleteFor are lengths of a pause that are offered.
func (w Words) CompleteFor() []adapters.Choice {
	return []adapters.Choice{
		{Label: w.Say("choice.hour"), Value: "1h"},
		{Label: w.Say("choice.hours"), Value: "8h"},
		{Label: w.Say("choice.day"), Value: "1d"},
		{Label: w.Say("choice.week"), Value: "1w"},
	}
}

// ZoneLine is "Time zone: Warsaw, where it's 14:05 now".
func (w Words) ZoneLine(zone *time.Location, set bool, now time.Time) string {
	key := "settings.zone"
	if !set {
		key = "settings.zone_unset"
	}

	return w.Say(key, "zone", zonefinder.LabelOf(zone.String(), w.Code()), "time", w.Clock(now.In(zone)))
}

// Quiet is the line of the settings about quiet hours.
func (w Words) Quiet(stored string) string {
	q, err := subscriptions.ParseQuiet(stored)
	if err != nil || q.String() == "" {
		return w.Say("settings.quiet_none")
	}

	return w.quietText("settings.quiet", q)
}

// QuietSet says what quiet hours do now.
func (w Words) QuietSet(q subscriptions.Quiet) string {
	if q.String() == "" {
		return w.Say("settings.quiet_off")
	}

	return w.quietText("settings.quiet_set", q)
}

// quietText says what quiet hours hold, and what they let through.
func (w Words) quietText(key string, q subscriptions.Quiet) string {
	switch {
	case q.Outlets > 0 && q.Except != "":
		key += "_both"
	case q.Outlets > 0:
		key += "_outlets"
	case q.Except != "":
		key += "_word"
	}

	return w.Say(key, "from", w.ShortClock(q.From), "to", w.ShortClock(q.To), "n", q.Outlets, "word", q.Except)
}

// Delivery says how a subscription is delivered, in sentences; none: at once.
func (w Words) Delivery(delivery string, c *store.Chat, zone *time.Location) (lines adapters.Text) {
	plan, err := subscriptions.ParsePlan(delivery, c.Digest, "", "", nil)
	if err != nil {
		return nil
	}

	if when := w.Schedule("alerts_come", plan.When(), zone); when != "" && !plan.Delivery.Spike {
		lines = append(lines, adapters.Line{adapters.Plain(when)})
	}

	if plan.Delivery.Max > 0 {
		lines = append(lines, w.Line("subscribe.max", "n", plan.Delivery.Max))
	}

	if plan.Delivery.Urgent {
		lines = append(lines, w.Line("subscribe.urgent"))
	}

	if plan.Delivery.Spike {
		lines = append(lines, w.Line("subscribe.spike"))
	}

	if plan.Delivery.Thread {
		lines = append(lines, w.Line("subscribe.thread"))
	}

	return lines
}

// DeliveryNotes say the same of a subscription for a list.
func (w Words) DeliveryNotes(s *store.Subscription, c *store.Chat, zone *time.Location) (notes []string) {
	d, err := subscriptions.ParseDelivery(s.Delivery)
	if err != nil {
		return nil
	}

	switch when := w.Schedule("schedule", d.When, zone); {
	case when != "":
		notes = append(notes, when)
	case d.Own && c.Digest != "":
		notes = append(notes, w.Say("schedule.now"))
	}

	if d.Max > 0 {
		notes = append(notes, w.Say("list.max", "n", d.Max))
	}

	if d.Urgent {
		notes = append(notes, w.Say("list.urgent"))
	}

	if d.Spike {
		notes = append(notes, w.Say("list.spike"))
	}

	if d.Thread {
		notes = append(notes, w.Say("list.thread"))
	}

	if s.Only != "" {
		notes = append(notes, w.Say("list.only", "only", s.Only))
	}

	return notes
}
