package bot

import (
	"time"

	"newsbell/adapters"
	"newsbell/bot/turn"
	"newsbell/store"
)

// Why says which subscriptions an alert of a chat matched, by which words, and what became
// of it.
func (b *Bot) Why(c *store.Chat, a *store.Alert) adapters.Text {
	return b.why.ExplainAlert(b.WordsOf(c), c, a)
}

// Zone is the time zone in which a chat reads.
func (b *Bot) Zone(c *store.Chat) *time.Location { return b.ZoneOf(c) }

// Notes say when the alerts of a chat's subscription come, and what it is matched against.
func (b *Bot) Notes(c *store.Chat, s *store.Subscription) string {
	w := b.WordsOf(c)

	return w.Commas(w.DeliveryNotes(s, c, b.ZoneOf(c)))
}

// State says that a chat is paused or asleep, and until when; nil: it is neither.
func (b *Bot) State(c *store.Chat) adapters.Text {
	if line := turn.StateLine(b.WordsOf(c), c, b.ZoneOf(c)); line != nil {
		return adapters.Text{line}
	}

	return nil
}
