package telegram

import (
	"context"
	"strings"
	"sync"

	"newsbell/adapters"
)

// asks remembers the newest messages that invited an answer: in a group, where
// people talk among themselves, only a reply to one of those is for us.
type asks struct {
	mu   sync.Mutex
	refs []string // "chat message", oldest first
}

// maxAsks is how many questions stay open in all groups together.
const maxAsks = 200

const asksCursor = "asks"

func newAsks() *asks { return &asks{} }

func askRef(chat, message string) string { return chat + " " + message }

func (k *asks) add(ref string) string {
	k.mu.Lock()
	defer k.mu.Unlock()

	k.refs = append(k.refs, ref)
	if n := len(k.refs); n > maxAsks {
		k.refs = append([]string(nil), k.refs[n-maxAsks:]...)
	}

	return strings.Join(k.refs, "\n")
}

func (k *asks) has(ref string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()

	for _, r := range k.refs {
		if r == ref {
			return true
		}
	}

	return false
}

func (k *asks) load(saved string) {
	if saved == "" {
		return
	}

	k.mu.Lock()
	defer k.mu.Unlock()

	k.refs = append(strings.Split(saved, "\n"), k.refs...)
}

// noteAsk keeps an ask over a restart too.
func (a *Adapter) noteAsk(ctx context.Context, to adapters.Chat, ref string) {
	saved := a.asks.add(askRef(baseAddress(to.Address), ref))
	a.saveCursor(ctx, asksCursor, saved)
}
