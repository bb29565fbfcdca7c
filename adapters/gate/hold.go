package gate

import (
	"time"

	"newsbell/adapters"
)

// Refusals of three different chats within two seconds mean that the limit is
// the bot's and not the chats'.
const (
	refusalsOfAll = 3
	refusalWindow = 2 * time.Second
)

// How the pace reacts to a hold of the whole bot: a step down of 0.5 of 28
// messages a second, and up again by as much in five minutes without a refusal.
const (
	stepDown = 1 - 0.5/28
	stepUp   = 1 + 0.5/28/(5*60*28)
	minPace  = 0.25
	maxPace  = 1
)

// refusal is a hold of one chat.
type refusal struct {
	chat  uint64
	at    time.Time
	until time.Time
}

// Hold keeps messages to one chat back for a while, or all messages if chat is
// the zero Chat, because the server said so. Refusals of three chats within two
// seconds hold all.
func (g *Gate) Hold(chat adapters.Chat, pause time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()

	g.holds++

	now := time.Now()
	until := now.Add(pause)

	if chat == (adapters.Chat{}) {
		g.holdAll(until)
		return
	}

	key := Key(chat)
	c := g.chat(key)
	c.free = pickLater(c.free, until)

	recent := g.refused[:0]
	chats := map[uint64]bool{key: true}
	shortest := until

	for _, r := range g.refused {
		if now.Sub(r.at) > refusalWindow {
			continue
		}

		recent = append(recent, r)
		chats[r.chat] = true

		if r.until.Before(shortest) {
			shortest = r.until
		}
	}

	g.refused = append(recent, refusal{key, now, until})

	if len(chats) >= refusalsOfAll {
		g.refused = g.refused[:0]
		// One of them may have a long wait of its own; what they share is short.
		g.holdAll(shortest)
	}
}

// HoldChat keeps messages to one chat back for a while. Unlike Hold it never
// holds the whole bot, however many chats it is called for: it is for a platform
// that counts each chat by itself, as Discord does with a channel.
func (g *Gate) HoldChat(chat adapters.Chat, pause time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()

	g.holds++

	c := g.chat(Key(chat))
	c.free = pickLater(c.free, time.Now().Add(pause))
}

// holdAll holds the whole bot. Of several refusals on their way at the same time
// only the first slows it down.
func (g *Gate) holdAll(until time.Time) {
	if !g.heldUntil.After(time.Now()) {
		g.pace = max(g.pace*stepDown, minPace)
		g.trips = roundTrips{} // they promised too much
	}

	g.heldUntil = pickLater(g.heldUntil, until)
	g.admit()
}
