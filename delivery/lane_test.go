package delivery

import (
	"testing"
	"time"

	"newsbell/adapters/gate"
	"newsbell/store"
)

// TestMoreWhileAMessageIsUnderWay: an alert that comes meanwhile is due when the
// message has arrived, not when it would have been tried again.
func TestMoreWhileAMessageIsUnderWay(t *testing.T) {
	l := newLane(&Delivery{}, Lane{Gate: gate.New(gate.Limits{})})
	now := time.Now()
	chat := store.Waiting{Chat: 1, Platform: "test", Address: "1", Kind: "private", Due: now}
	l.add(chat)

	e, err := l.next(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	attempt := chat

	attempt.Due = now.Add(firstAgain)
	for _, w := range []store.Waiting{attempt, chat, attempt} {
		l.add(w)
	}

	l.landed(e, time.Time{})

	if len(l.queue.later) != 1 || l.queue.later[0].due() > now.UnixMilli() {
		t.Errorf("queued: %+v, at %d", l.queue.later, now.UnixMilli())
	}
}
