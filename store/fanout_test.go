package store

import (
	"fmt"
	"testing"
	"time"
)

// TestTheFirstAlertsOfALargeFanOutShowTheWholeStory: alerts for thousands of chats are
// committed in chunks, and the first of them are claimed while the last are written.
// Here the second chunk cannot be written, as if the process was killed there.
func TestTheFirstAlertsOfALargeFanOutShowTheWholeStory(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	s.ring(t, chat, subs[0], 2) // two stories, of which the second article is in doubt of the first

	source := s.configure(t, "https://example.org/feed")[0]

	var (
		third, story int64
		first        *Article
	)

	s.update(t, func(tx *Tx) error {
		list, err := tx.articlesWhere("1 = 1 ORDER BY a.id")
		if err != nil {
			return err
		}

		first, story = list[0], list[0].Story
		it := item("third", "", "Storm hits the coast", tx.Now)
		it.Outlet = "Harbour News"
		third, err = tx.insertArticle(source, itemOf(it), "")

		return err
	})

	m := Match{Article: third, Story: story, At: time.Now(), Doubt: &Doubt{Article: first.ID, LogOdds: 1}}

	var chats []int64

	s.update(t, func(tx *Tx) error {
		for i := range chunk + 1 {
			c, err := tx.EnsureChat(Chat{Platform: "telegram", Address: string(rune(0x4E00 + i)), Kind: "private"})
			if err != nil {
				return err
			}

			chats = append(chats, c.ID)
		}

		return nil
	})

	for _, id := range chats {
		m.Alerts = append(m.Alerts, PendingAlert{Chat: id, Due: time.Now()})
	}

	s.update(t, func(tx *Tx) error {
		_, err := tx.exec(fmt.Sprintf("CREATE TRIGGER killed BEFORE INSERT ON alerts WHEN NEW.chat = %d BEGIN SELECT RAISE(ABORT, 'killed'); END", chats[chunk]))
		return err
	})

	if err := s.SaveMatches(t.Context(), []Match{m}); err == nil {
		t.Fatal("the second chunk is saved")
	}

	s.update(t, func(tx *Tx) error {
		_, err := tx.exec("DROP TRIGGER killed")
		return err
	})

	s.update(t, func(tx *Tx) error {
		a, err := tx.AlertOf(chats[0], story)
		if err != nil {
			return err
		}

		if a.Article == nil || a.Article.Story != story {
			t.Errorf("the alert's article is not in its story: %+v", a.Article)
		}

		if a.Related != first.News.Title {
			t.Errorf("the alert is in doubt of %q, want %q", a.Related, first.News.Title)
		}

		unmatched, err := tx.Unmatched(10)
		if err == nil && (len(unmatched) != 1 || unmatched[0].ID != third || unmatched[0].Story != story) {
			t.Errorf("to be matched again: %+v", unmatched)
		}

		return err
	})

	articles := func() (n int) {
		s.update(t, func(tx *Tx) error {
			return tx.one("SELECT articles FROM stories WHERE id = $1", []any{story}, &n)
		})

		return n
	}
	before := articles()

	if err := s.SaveMatches(t.Context(), []Match{m}); err != nil {
		t.Fatal(err)
	}

	if after := articles(); after != before {
		t.Errorf("the article is counted again: %d, %d before", after, before)
	}

	s.update(t, func(tx *Tx) error {
		var alerts int

		unmatched, err := tx.Unmatched(10)
		if err == nil {
			err = tx.one("SELECT count(*) FROM alerts WHERE story = $1 AND article = $2", []any{story, third}, &alerts)
		}

		if len(unmatched) != 0 || alerts != len(m.Alerts) {
			t.Errorf("%d articles are unmatched, %d alerts of %d", len(unmatched), alerts, len(m.Alerts))
		}

		return err
	})
}
