package delivery

import (
	"context"
	"log/slog"
	"slices"
	"strings"

	"newsbell/store"
)

// AlertEvent reports an alert that a platform accepted. Alerts of one digest
// share Message.
type AlertEvent struct {
	ID            int64    `json:"id"`
	Message       int64    `json:"message"`
	Platform      string   `json:"platform"`
	Chat          string   `json:"chat"`
	Subscriptions []Follow `json:"subscriptions"`
	Article       int64    `json:"article"`
	Story         int64    `json:"story"`
	Title         string   `json:"title"`
	URL           string   `json:"url,omitempty"`
	Outlet        string   `json:"outlet,omitempty"`
	Summary       string   `json:"summary,omitempty"`
	Matched       []string `json:"matched,omitempty"`
	Also          []string `json:"also,omitempty"`
	Attempt       int      `json:"attempt"`
}

// Event is an AlertEvent, an EditEvent or a DropEvent.
type Event interface {
	// EventName is what `newsbell run --json` calls it.
	EventName() string
}

// EventName returns "alert".
func (AlertEvent) EventName() string { return "alert" }

// EventName returns "drop".
func (DropEvent) EventName() string { return "drop" }

// Follow is a subscription in an AlertEvent.
type Follow struct {
	Number int    `json:"number"`
	Query  string `json:"query"`
}

// EditEvent reports that a platform took an edit of a message: who else reports its story.
type EditEvent struct {
	Message int64    `json:"message"`
	Alerts  []int64  `json:"alerts"`
	Also    []string `json:"also"`
}

// EventName returns "edit".
func (EditEvent) EventName() string { return "edit" }

func alsoNames(all []store.Also) []string {
	names := []string{} // in an event "also" is a list, even an empty one

	for _, also := range all {
		names = append(names, also.Outlet)
	}

	return names
}

// DropEvent reports an alert that will not be sent, and why.
type DropEvent struct {
	ID     int64  `json:"id"`
	Reason string `json:"reason"`
}

// report logs an attempt, and raises an event for each alert that the platform accepted.
func (d *Delivery) report(out *store.Outgoing, o store.Outcome, err error) {
	log := d.Log.With("message", out.ID, "platform", out.Chat.Platform, "chat", out.Chat.ID, "attempt", out.Attempt, "alerts", len(out.Alerts))

	switch {
	case o.Sent:
		log.Info("sent")
		d.logAlerts("alerted", out)
	case o.Plainer:
		log.Error("the platform refused a message, which is a mistake of ours", "form", out.Form, "error", err)
	case o.Gone != "":
		log.Warn("the chat is out of reach and sleeps", "reason", o.Gone, "error", err)
	default:
		log.Warn("not delivered yet", "again", o.RetryAt, "error", err)
	}

	if !o.Sent || d.Event == nil {
		return
	}

	for _, a := range out.Alerts {
		if a.Article != nil {
			d.Event(d.alertEvent(out, a))
		}
	}
}

func (d *Delivery) alertEvent(out *store.Outgoing, a *store.Alert) AlertEvent {
	shown := d.alert(a, out.Chat.Reads())

	e := AlertEvent{
		ID: a.ID, Message: out.ID, Platform: out.Chat.Platform, Chat: out.Chat.Address,
		Article: a.Article.ID, Story: a.Story, Title: shown.Title, URL: shown.URL, Outlet: shown.Outlet,
		Summary: shown.Summary, Matched: foldRepeats(shown.Matched), Also: alsoNames(a.Also), Attempt: out.Attempt,
	}
	for _, f := range shown.Follows {
		e.Subscriptions = append(e.Subscriptions, Follow{Number: f.Number, Query: f.Query})
	}

	return e
}

// foldRepeats leaves out words that differ from an earlier one in case only.
func foldRepeats(words []string) (once []string) {
	for _, word := range words {
		if !slices.ContainsFunc(once, func(had string) bool { return strings.EqualFold(had, word) }) {
			once = append(once, word)
		}
	}

	return once
}

// logAlerts logs what happens to each alert of a message under the alert's id.
func (d *Delivery) logAlerts(what string, out *store.Outgoing) {
	if !d.Log.Enabled(context.Background(), slog.LevelDebug) {
		return
	}

	for _, a := range out.Alerts {
		d.Log.Debug(what, "alert", a.ID, "message", out.ID, "platform", out.Chat.Platform, "chat", out.Chat.ID, "story", a.Story, "attempt", out.Attempt)
	}
}

// DropReporter returns what a store is to call with every alert that will not be
// sent (see store.OnDrop), whoever decided so: it logs the alert and passes it on as
// an event. event may be nil.
func DropReporter(log *slog.Logger, event func(Event)) func(store.Drop) {
	return func(drop store.Drop) {
		log.Info("alert dropped", "alert", drop.ID, "reason", drop.Reason)

		if event != nil {
			event(DropEvent(drop))
		}
	}
}
