package telegram

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"newsbell/adapters"
)

// What in a group is for the bot: replies to its questions, and commands while the
// attention is on it.

const (
	// maxQuestions is how many questions stay open in all groups together.
	maxQuestions    = 200
	questionsCursor = "asks"
)

// questions are the newest messages that asked for a reply: in a group, where
// people talk among themselves, only a reply to one of them is for the bot.
type questions struct {
	mu   sync.Mutex
	refs []string // "chat message", oldest first
}

func questionRef(chat, message string) string { return chat + " " + message }

// add keeps a question and returns all of them for the cursor.
func (q *questions) add(ref string) string {
	q.mu.Lock()
	defer q.mu.Unlock()

	q.refs = append(q.refs, ref)
	if n := len(q.refs); n > maxQuestions {
		q.refs = slices.Clone(q.refs[n-maxQuestions:])
	}

	return strings.Join(q.refs, "\n")
}

func (q *questions) has(ref string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()

	return slices.Contains(q.refs, ref)
}

// load reads a cursor.
func (q *questions) load(saved string) {
	if saved == "" {
		return
	}

	q.mu.Lock()
	defer q.mu.Unlock()

	q.refs = append(strings.Split(saved, "\n"), q.refs...)
}

// keepQuestion keeps a question over a restart too.
func (a *Adapter) keepQuestion(ctx context.Context, to adapters.Chat, ref string) {
	saved := a.questions.add(questionRef(withoutTopic(to.Address), ref))
	a.saveCursor(ctx, questionsCursor, saved)
}

// attention tells which unaddressed commands in a group are for us, since other bots
// may have the same commands, and bots do not see each other's messages.
//
// A bot that is no administrator is handed such a command only if it was the last
// bot to write in the group; then it is ours. A bot that reads everything, which
// shows when it hears people talk among themselves, is handed all of them: then a
// command that others have too is ours while we have just spoken there.
//
// It is safe for concurrent use.
type attention struct {
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

// noteSpoke records that the bot has just written in a group.
func (a *attention) noteSpoke(chat int64) {
	a.update(chat, func(c *sharedChat) { c.spokeAt = time.Now() })
}

// noteOverheard records that people's talk among themselves has reached the bot.
func (a *attention) noteOverheard(chat int64) {
	a.update(chat, func(c *sharedChat) { c.hearsAll = true })
}

func (a *attention) update(chat int64, change func(*sharedChat)) {
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

// isOnUs reports whether a command in a group that other bots have too is for us.
func (a *attention) isOnUs(chat int64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()

	c := a.chats[chat]

	return c == nil || !c.hearsAll || time.Since(c.spokeAt) < attentionSpan
}

// commandNames returns the names and aliases of a command table, with whether
// other bots are likely to have them too. An alias that only shortens the name is
// as much ours as the name.
func commandNames(table []adapters.Command) map[string]bool {
	names := map[string]bool{}

	for _, c := range table {
		names[c.Name] = c.Generic
		for _, alias := range c.Aliases {
			names[alias] = c.Generic || !strings.HasPrefix(c.Name, alias)
		}
	}

	return names
}
