package cli

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"newsbell/news"
	"newsbell/store"
)

// TestOperatorsLookAfterPeople on the command line: who, block, unblock, announce, stats.
func TestOperatorsLookAfterPeople(t *testing.T) {
	dir := t.TempDir()

	s, err := store.Open(t.Context(), databaseIn(t, dir))
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

			// Everybody follows storm, and flood together with a place of their own.
			for _, q := range []string{"storm", fmt.Sprintf("flood secret%d -secretwater", i)} {
				if err == nil {
					_, _, err = tx.AddSubscription(store.Subscription{Chat: chat.ID, Query: q, Canonical: q, CreatedBy: user})
				}
			}

			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}

	addSources(t, s)

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

	minutes := regexp.MustCompile(`\d+ min ago`) // on a slow machine

	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"who", "telegram:5001"}, 0, "active. 3 subscriptions; no alert yet. In 7 days: 0 sent"},
		{[]string{"who", "telegram:5005"}, 0, "asleep (just now): blocked the bot. 2 subscriptions"},
		{[]string{"who", "telegram:9"}, 0, "telegram:9 has no chat here."},
		{[]string{"who", "anna"}, 2, `name a person by platform and number, such as telegram:5001, not "anna"`},
		{[]string{"block", "telegram:@ann"}, 2, `name a person by platform and number, such as telegram:5001, not "telegram:@ann"`},
		{[]string{"block", "telegram:5001"}, 0, "telegram:5001 is blocked"},
		{[]string{"block", "telegram:5001"}, 0, "was already blocked"},
		{[]string{"who", "telegram:5001"}, 0, "telegram:5001 is blocked (just now)."},
		{[]string{"announce", "--dry-run", "We move."}, 0, "3 chats would get it."},
		{[]string{"unblock", "telegram:5001"}, 0, "no longer blocked"},
		{[]string{"who", "telegram:5001"}, 0, ": active."},
		{[]string{"announce", "We", "move."}, 0, "4 chats get it"},
		{[]string{"stats"}, 0, "telegram: 4 chats active\ntelegram: 1 chat asleep\ntelegram: 1 chat is out of reach: blocked the bot\n" +
			"11 subscriptions by 5 people; 0 chats got an alert in the last 7 days.\n5 people follow flood\n5 people follow storm\n" +
			"2 sources, 1 failing.\nbroken.example started failing just now: the server said 500\nSlow Wire: articles appear 3 hours after they're published\n"},
		{[]string{"stats", "--json"}, 0, `{"chats":[{"platform":"telegram","state":"active","chats":4},{"platform":"telegram","state":"asleep","chats":1}],` +
			`"dead":[{"platform":"telegram","reason":"blocked the bot","chats":1}],"subscriptions":11,"people":5,"alerted":0,"queries":[{"query":"storm","people":5}],` +
			`"words":[{"word":"flood","people":5},{"word":"storm","people":5}],"sources":2,"failing":1,"failing_longest":[{"source":"https://broken.example/feed","since":"`},
	} {
		stdout, stderr, code := newsbell(t, dir, "", c.args...)
		stdout = minutes.ReplaceAllString(stdout, "just now")

		if code != c.code || !strings.Contains(stdout+stderr, c.want) {
			t.Errorf("%s: exit %d, want %q:\n%s%s", c.args, code, c.want, stdout, stderr)
		}

		if strings.Contains(stdout, "secret") {
			t.Errorf("%s shows what a single person follows:\n%s", c.args, stdout)
		}
	}

	for deadline := time.Now().Add(patience); waiting() != 4 && time.Now().Before(deadline); {
		<-time.After(10 * time.Millisecond)
	}

	if n := waiting(); n != 4 {
		t.Errorf("%d chats have something waiting, want 4", n)
	}

	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// addSources adds a source that fails and one whose articles come three hours late.
func addSources(t *testing.T, s *store.Store) {
	t.Helper()

	poll := func(tx *store.Tx, p store.PollResult) {
		p.Next = tx.Now.Add(time.Hour)

		if _, err := tx.SavePoll(store.PreparePoll(p), 48*time.Hour); err != nil {
			t.Fatal(err)
		}
	}

	err := s.Update(t.Context(), func(tx *store.Tx) error {
		if err := tx.Configure([]news.Source{{URL: "https://slow.example/feed"}, {URL: "https://broken.example/feed"}}); err != nil {
			return err
		}

		all, err := tx.Sources()
		if err != nil {
			return err
		}

		for _, source := range all {
			if strings.Contains(source.URL, "broken") {
				poll(tx, store.PollResult{Source: source.ID, Error: "the server said 500"})
				continue
			}

			for _, ago := range []time.Duration{10 * time.Hour, 3 * time.Hour} { // the first is what was there before
				var list []news.Article

				for i := range 6 {
					url := fmt.Sprintf("https://slow.example/%s/%d", ago, i)
					list = append(list, news.Article{Key: url, URL: url, Title: "Ferry " + url, Published: tx.Now.Add(-ago)})
				}

				poll(tx, store.PollResult{Source: source.ID, Title: "Slow Wire", Articles: list})
			}
		}

		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnnouncementsAreCounted(t *testing.T) {
	for _, c := range []struct {
		chats  int
		dryRun bool
		want   string
	}{
		{0, true, "0 chats would get it."},
		{1, true, "1 chat would get it."},
		{2, true, "2 chats would get it."},
		{1, false, "1 chat gets it."},
		{2, false, "2 chats get it, as fast as their platforms allow."},
	} {
		if got := announcedText(c.chats, c.dryRun); got != c.want {
			t.Errorf("%d, dry run %t: %q, want %q", c.chats, c.dryRun, got, c.want)
		}
	}
}
