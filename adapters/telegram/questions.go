package telegram

import (
	"context"
	"slices"
	"strings"
	"sync"

	"newsbell/adapters"
)

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
