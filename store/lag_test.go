package store

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"newsbell/news"
)

// TestLag: what waits for its turn is late; what waits for anything else is not.
func TestLag(t *testing.T) {
	t.Parallel()

	s := openTest(t)
	at := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

	s.update(t, func(tx *Tx) error {
		tx.Now = at

		if err := tx.Configure([]news.Source{{URL: "https://a.example/feed"}}); err != nil {
			return err
		}

		if _, err := tx.SavePoll(PreparePoll(PollResult{Source: 1, Next: at, Articles: []news.Article{{Key: "a", Title: "A", URL: "https://a.example/a"}}}), 48*time.Hour); err != nil {
			return err
		}

		for i, c := range []struct {
			platform, state string
			due, next       time.Duration // of an alert, and of a message's next attempt; 0: there is none
		}{
			{"test", "active", -20 * time.Second, 0},
			{"test", "active", -5 * time.Second, 0},
			{"test", "active", time.Minute, 0},                      // it comes later
			{"test", "paused", -time.Hour, 0},                       // the chat wants none now
			{"test", "active", -time.Hour, 5 * time.Minute},         // a message of the chat is to be tried again
			{"other", "active", 5 * time.Second, -30 * time.Second}, // its time has come
			{"third", "asleep", 0, -30 * time.Second},               // nobody is there
		} {
			_, err := tx.exec("INSERT INTO chats (id, platform, address, kind, state, state_since, created_at) VALUES ($1, $2, $3, 'private', $4, 0, 0)", i+1, c.platform, fmt.Sprint(i), c.state)
			if err == nil && c.due != 0 {
				_, err = tx.exec("INSERT INTO alerts (story, chat, article, due_at, created_at) VALUES (1, $1, 1, $2, 0)", i+1, toMillis(at.Add(c.due)))
			}

			if err == nil && c.next != 0 {
				_, err = tx.exec("INSERT INTO messages (chat, kind, state, next_attempt_at, created_at) VALUES ($1, 'alert', 'open', $2, 0)", i+1, toMillis(at.Add(c.next)))
			}

			if err != nil {
				return err
			}
		}

		return nil
	})

	lagAt := func(now time.Time) (l Lag) {
		s.update(t, func(tx *Tx) (err error) {
			tx.Now = now
			l, err = tx.Lag()

			return err
		})

		return l
	}

	want := map[string]time.Duration{"test": 20 * time.Second, "other": 30 * time.Second}
	if l := lagAt(at); l.Matching != 0 || !maps.Equal(l.Delivering, want) {
		t.Errorf("%+v", l)
	}

	s.update(t, func(tx *Tx) error {
		_, err := tx.exec("UPDATE articles SET matched_at = NULL, seen_at = $1", toMillis(at.Add(-time.Minute)))
		return err
	})

	if l := lagAt(at.Add(time.Second)); l.Matching != 61*time.Second {
		t.Errorf("the article that is not matched has waited for %s", l.Matching)
	}
}
