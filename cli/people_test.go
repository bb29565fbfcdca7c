package cli

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsbell/store"
)

// TestOperatorsLookAfterPeople on the command line: who, block, unblock, announce, stats.
func TestOperatorsLookAfterPeople(t *testing.T) {
	dir := t.TempDir()

	s, err := store.Open(t.Context(), filepath.Join(dir, "newsbell.db"))
	if err != nil {
		t.Fatal(err)
	}

	for i, user := range []string{"5001", "5002", "5003", "5004", "5005"} {
		err := s.Update(t.Context(), func(tx *store.Tx) error {
			chat, err := tx.EnsureChat(store.Chat{Platform: "telegram", Address: user, Kind: "private", SetUpBy: user})
			if err != nil {
				return err
			}

			if i == 4 {
				if _, err := tx.Sleep(chat.ID, "blocked the bot"); err != nil {
					return err
				}
			}

			if i == 0 {
				_, _, err = tx.AddSubscription(store.Subscription{Chat: chat.ID, Query: "my secret", Canonical: "my secret", CreatedBy: user})
			}

			if err == nil {
				_, _, err = tx.AddSubscription(store.Subscription{Chat: chat.ID, Query: "storm", Canonical: "storm", CreatedBy: user})
			}

			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}

	waiting := func() (n int) {
		err := s.View(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Waiting(0, func(store.Waiting) error { n++; return nil })
			return err
		})
		if err != nil {
			t.Fatal(err)
		}

		return n
	}

	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"who", "telegram:5001"}, 0, "active. 2 subscriptions; no alert yet. In 7 days: 0 sent"},
		{[]string{"who", "telegram:5005"}, 0, "asleep (just now): blocked the bot. 1 subscription"},
		{[]string{"who", "telegram:9"}, 0, "telegram:9 has no chat here."},
		{[]string{"who", "anna"}, 2, `name a person by platform and number, such as telegram:5001, not "anna"`},
		{[]string{"block", "telegram:5001"}, 0, "telegram:5001 is blocked"},
		{[]string{"block", "telegram:5001"}, 0, "was already blocked"},
		{[]string{"who", "telegram:5001"}, 0, "telegram:5001 is blocked (just now)."},
		{[]string{"announce", "--dry-run", "We move."}, 0, "3 chats would get it."},
		{[]string{"unblock", "telegram:5001"}, 0, "no longer blocked"},
		{[]string{"who", "telegram:5001"}, 0, ": active."},
		{[]string{"announce", "We", "move."}, 0, "4 chats get it"},
		{[]string{"stats"}, 0, "telegram: 4 chats active\ntelegram: 1 chat asleep\n6 subscriptions by 5 people; 0 chats got an alert in the last 7 days.\n5 people follow storm\n0 sources, 0 failing."},
		{[]string{"stats", "--json"}, 0, `{"chats":[{"platform":"telegram","state":"active","chats":4},{"platform":"telegram","state":"asleep","chats":1}],"subscriptions":6,"people":5,"alerted":0,"queries":[{"query":"storm","people":5}]}`},
	} {
		stdout, stderr, code := newsbell(t, dir, "", c.args...)
		if code != c.code || !strings.Contains(stdout+stderr, c.want) {
			t.Errorf("%s: exit %d, want %q:\n%s%s", c.args, code, c.want, stdout, stderr)
		}

		if strings.Contains(stdout, "secret") {
			t.Errorf("%s shows what a single person follows:\n%s", c.args, stdout)
		}
	}

	for deadline := time.Now().Add(5 * time.Second); waiting() != 4 && time.Now().Before(deadline); {
		<-time.After(10 * time.Millisecond)
	}

	if n := waiting(); n != 4 {
		t.Errorf("%d chats have something waiting, want 4", n)
	}

	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
