package wording

import (
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/store"
)

// holdTime is how long alerts are held for a paused chat (store.MarkAway).
const holdTime = 24 * time.Hour

// Paused says until when the alerts of a chat are held (the zero time: until they are resumed),
// and what becomes of them; where "" is the chat itself.
func (w Words) Paused(where string, until, now time.Time, zone *time.Location) adapters.Line {
	key := "pause.short"

	switch {
	case until.IsZero():
		key = "pause.forever"
	case until.Sub(now) > holdTime:
		key = "pause.long"
	}

	return w.Line(PickVariant(key, where), "where", where, "until", w.MomentSpan(until, zone))
}

// Resumed says how many alerts come now that were held; away: the chat was paused for so long that
// none were kept.
func (w Words) Resumed(where string, held int, away bool) string {
	key := "pause.resumed"
	if away {
		key = "pause.resumed_away"
	}

	return w.Say(PickVariant(key, where), "where", where, "n", held)
}

// AskForget asks before everything is deleted.
func (w Words) AskForget(where string, own bool, n int) adapters.Text {
	key := "forget.in"

	switch {
	case own:
		key = "forget.own"
	case where == "":
		key = "forget.here"
	}

	return adapters.Text{w.Line(key, "where", where, "n", n), w.Line("forget.final")}
}

// Mute says something of a mute: key is "mute.muted", "mute.line" or "mute.unmuted",
// whose variants tell of a story and of an end.
func (w Words) Mute(key string, n int, m *store.Mute, zone *time.Location) string {
	if m.Kind == store.MuteStory {
		key += "_story"
	}

	if m.Kind == store.MuteWord && w.Has(key+"_word") {
		key += "_word"
	}

	until := ""
	if !m.Until.IsZero() && w.Has(key+"_until") {
		key, until = key+"_until", w.Moment(m.Until, time.Now(), zone)
	}

	return w.Say(key, "n", n, "what", Unquote(m.Label), "until", until)
}

// Unquote is a word that is muted, or several, as they are shown: without the quotation marks that
// keep them together in a query.
func Unquote(word string) string { return strings.Trim(word, `"`) }
