// Package talk knows what is said to the bot in a group, where people talk among themselves and
// other bots listen too: replies to its questions, and commands while the attention is on it.
package talk

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// maxQuestions is how many questions stay open in all groups together.
const maxQuestions = 200

// Questions are the newest 200 messages that asked for a reply: in a group, only a reply to
// one of them is for the bot. The zero value has none. It is safe for concurrent use.
type Questions struct {
	mu   sync.Mutex
	refs []string // oldest first
}

// Add keeps the reference of a question, and returns all of them for Load.
func (q *Questions) Add(ref string) string {
	q.mu.Lock()
	defer q.mu.Unlock()

	q.refs = append(q.refs, ref)
	if n := len(q.refs); n > maxQuestions {
		q.refs = slices.Clone(q.refs[n-maxQuestions:])
	}

	return strings.Join(q.refs, "\n")
}

// Has reports whether a reference is that of a question.
func (q *Questions) Has(ref string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()

	return slices.Contains(q.refs, ref)
}

// Load takes in what Add returned before a restart, "" for nothing.
func (q *Questions) Load(saved string) {
	if saved == "" {
		return
	}

	q.mu.Lock()
	defer q.mu.Unlock()

	q.refs = append(strings.Split(saved, "\n"), q.refs...)
}

// Attention tells which unaddressed commands in a group are for us, since other bots
// may have the same commands, and bots do not see each other's messages.
//
// A bot that is no administrator is handed such a command only if it was the last
// bot to write in the group; then it is ours. A bot that reads everything, which
// shows when it hears people talk among themselves, is handed all of them: then a
// command that others have too is ours while we have just spoken there.
//
// The zero value has heard nothing. It is safe for concurrent use.
type Attention struct {
	mu    sync.Mutex
	chats map[int64]*sharedChat
}

// sharedChat is what is known of a group.
type sharedChat struct {
	spokeAt  time.Time // when the bot last wrote there
	hearsAll bool      // people's talk among themselves reaches the bot
}

const (
	// attentionSpan is how long after a message of ours a talk with us goes on.
	attentionSpan = 10 * time.Minute
	// maxAttention bounds the groups that are kept. Of the others nothing is known.
	maxAttention = 10_000
)

// NoteSpoke notes that the bot has just written in a group.
func (a *Attention) NoteSpoke(chat int64) {
	a.update(chat, func(c *sharedChat) { c.spokeAt = time.Now() })
}

// NoteOverheard notes that people's talk among themselves has reached the bot.
func (a *Attention) NoteOverheard(chat int64) {
	a.update(chat, func(c *sharedChat) { c.hearsAll = true })
}

func (a *Attention) update(chat int64, change func(*sharedChat)) {
	a.mu.Lock()
	defer a.mu.Unlock()

	if a.chats == nil || len(a.chats) >= maxAttention {
		a.chats = map[int64]*sharedChat{}
	}

	c := a.chats[chat]
	if c == nil {
		c = &sharedChat{}
		a.chats[chat] = c
	}

	change(c)
}

// IsOnUs reports whether a command in a group that other bots have too is for us.
func (a *Attention) IsOnUs(chat int64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()

	c := a.chats[chat]

	return c == nil || !c.hearsAll || time.Since(c.spokeAt) < attentionSpan
}
