package gate

import (
	"hash/fnv"
	"time"

	"newsbell/adapters"
)

// keepChat is how long the pace of a chat matters.
const keepChat = time.Minute

// chatPace is the recent traffic of one chat.
type chatPace struct {
	free   time.Time   // when the next message may leave
	edited time.Time   // the latest edit
	recent []time.Time // of a chat of many: the latest PerMinute sends, oldest first
}

// Key names a chat inside a gate in 64 bits, so that a hundred thousand waiting
// chats cost little. Two chats that share a key only share a pace.
func Key(c adapters.Chat) uint64 {
	h := fnv.New64a()
	h.Write([]byte(c.Address))

	return h.Sum64()
}

// ReadyAt returns the earliest moment at which a chat may be sent something, as
// far as its own limits go. The zero time means now. many is for a chat of many
// people, which has a limit per minute.
func (g *Gate) ReadyAt(chat uint64, many bool) time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()

	return g.chatReadyAt(chat, many)
}

func (g *Gate) chatReadyAt(chat uint64, many bool) time.Time {
	c := g.chats[chat]
	if c == nil {
		return time.Time{}
	}

	at := c.free
	if many && g.limits.PerMinute > 0 && len(c.recent) >= g.limits.PerMinute {
		at = pickLater(at, c.recent[0].Add(time.Minute+g.margin()))
	}

	return at
}

// editReadyAt is chatReadyAt for an edit. Edits keep a pace of their own, and leave half of
// what a chat of many takes in a minute to messages: no alert waits for an edit.
func (g *Gate) editReadyAt(chat uint64, many bool) time.Time {
	at := g.chatReadyAt(chat, many)

	c := g.chats[chat]
	if c == nil {
		return at
	}

	if g.limits.PerChat > 0 && !c.edited.IsZero() {
		at = pickLater(at, c.edited.Add(g.limits.PerChat+g.margin()))
	}

	if half := g.limits.PerMinute / 2; many && half > 0 && len(c.recent) >= half {
		at = pickLater(at, c.recent[len(c.recent)-half].Add(time.Minute+g.margin()))
	}

	return at
}

// waiterReadyAt is chatReadyAt for a waiter. A reply does not wait for its chat's
// own spacing, because a person is watching; it does wait for a hold.
func (g *Gate) waiterReadyAt(w *waiter) time.Time {
	if w.class == ClassEdit {
		return g.editReadyAt(w.chat, w.many)
	}

	if w.class == ClassReply {
		if c := g.chats[w.chat]; c == nil || time.Until(c.free) <= g.limits.PerChat+maxJitter {
			return time.Time{}
		}
	}

	return g.chatReadyAt(w.chat, w.many)
}

// chat returns the pace of a chat, a new one if it has none.
func (g *Gate) chat(key uint64) *chatPace {
	c := g.chats[key]
	if c == nil {
		c = &chatPace{}
		g.chats[key] = c
	}

	return c
}

// countForChat books a message that leaves now on its chat.
func (g *Gate) countForChat(w *waiter, now time.Time) {
	if g.limits.PerChat == 0 && g.limits.PerMinute == 0 {
		return
	}

	c := g.chat(w.chat)
	if w.class == ClassEdit {
		c.edited = now
	} else if g.limits.PerChat > 0 {
		c.free = pickLater(c.free, now.Add(g.limits.PerChat+g.margin()))
	}

	if w.many && g.limits.PerMinute > 0 {
		if len(c.recent) >= g.limits.PerMinute {
			c.recent = append(c.recent[:0], c.recent[1:]...)
		}

		c.recent = append(c.recent, now)
	}
}

// sweepChats forgets the chats whose pace no longer matters.
func (g *Gate) sweepChats(now time.Time) {
	if now.Sub(g.sweptAt) < keepChat {
		return
	}

	g.sweptAt = now
	for key, c := range g.chats {
		if c.free.Before(now) && (len(c.recent) == 0 || now.Sub(c.recent[len(c.recent)-1]) > keepChat) {
			delete(g.chats, key)
		}
	}
}
