package store

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

// TestJoinedStoriesAlertNobodyAgain: two stories that turn out to be one are one from then on,
// and a chat that was alerted to either of them hears nothing of the article that joined them.
func TestJoinedStoriesAlertNobodyAgain(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	s.ring(t, chat, subs[0], 2)

	var list []*Article

	s.update(t, func(tx *Tx) (err error) {
		list, err = tx.articlesWhere("1 = 1 ORDER BY a.id")
		return err
	})

	one, other := list[0].Story, list[1].Story
	ids := s.configure(t, "https://example.org/feed")

	var third int64

	s.update(t, func(tx *Tx) (err error) {
		third, err = tx.insertArticle(ids[0], itemOf(item("third", "", "Storm story three", tx.Now)), "")
		return err
	})

	// A second chat heard of the second story alone.
	second, secondSubs := s.chat(t, "2", "storm")
	if err := s.SaveMatches(t.Context(), []Match{{Article: list[1].ID, Story: other, At: time.Now(), Alerts: []PendingAlert{
		{Chat: second.ID, Due: time.Now(), Hits: []Hit{{Subscription: secondSubs[0].ID, Matched: []string{"Story"}}}},
	}}}); err != nil {
		t.Fatal(err)
	}

	alerts := func() (n int) {
		s.update(t, func(tx *Tx) error { return tx.one("SELECT count(*) FROM alerts", nil, &n) })
		return n
	}
	before := alerts()

	hits := func(sub *Subscription) []Hit { return []Hit{{Subscription: sub.ID, Matched: []string{"Storm"}}} }
	if err := s.SaveMatches(t.Context(), []Match{{Article: third, Story: one, Joined: []int64{other}, At: time.Now(), Alerts: []PendingAlert{
		{Chat: chat.ID, Due: time.Now(), Hits: hits(subs[0])}, {Chat: second.ID, Due: time.Now(), Hits: hits(secondSubs[0])},
	}}}); err != nil {
		t.Fatal(err)
	}

	if got := alerts(); got != before {
		t.Errorf("%d alerts, %d before the stories were joined", got, before)
	}

	var members int

	s.update(t, func(tx *Tx) error {
		return tx.one("SELECT count(*) FROM articles WHERE story = $1", []any{one}, &members)
	})

	if members != 3 {
		t.Errorf("%d articles tell the story, want 3", members)
	}
}

// TestLabelsOutliveTheirArticles: what a person said of a pair is kept when the articles go.
func TestLabelsOutliveTheirArticles(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	s.ring(t, chat, subs[0], 2)

	var list []*Article

	s.update(t, func(tx *Tx) (err error) {
		list, err = tx.articlesWhere("1 = 1 ORDER BY a.id")
		return err
	})

	if err := s.SaveMatches(t.Context(), []Match{{
		Article: list[1].ID, Story: list[1].Story, At: time.Now(), Doubt: &Doubt{Article: list[0].ID, LogOdds: 0.4},
	}}); err != nil {
		t.Fatal(err)
	}

	s.update(t, func(tx *Tx) error {
		related, err := tx.relatedTitles([]int64{list[0].ID, list[1].ID})
		if err != nil || len(related) != 1 || related[list[1].ID] != "Story 0" {
			t.Errorf("related titles %v, %v", related, err)
		}

		ok, err := tx.SettleDoubt(list[1].ID, true, true)
		if !ok || err != nil {
			t.Errorf("settled: %v, %v", ok, err)
		}

		ok, err = tx.SettleDoubt(list[0].ID, true, true)
		if ok || err != nil {
			t.Errorf("settled what was in no doubt: %v, %v", ok, err)
		}

		_, err = tx.exec("DELETE FROM articles")

		return err
	})

	var labels []Label

	s.update(t, func(tx *Tx) error {
		return tx.Labels(func(l Label) error {
			labels = append(labels, l)
			return nil
		})
	})

	if len(labels) != 1 || !labels[0].Same || labels[0].A.Title != "Story 0" || labels[0].B.Title != "Story 1" || labels[0].LogOdds != 0.4 {
		t.Errorf("labels %+v", labels)
	}
}

// TestWhatAPersonSaysIsOneStoryIsOne: the stories of a doubt are joined, alert nobody again, and what
// was being matched meanwhile goes where its story went.
func TestWhatAPersonSaysIsOneStoryIsOne(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	s.ring(t, chat, subs[0], 2)

	var list []*Article

	s.update(t, func(tx *Tx) (err error) {
		list, err = tx.articlesWhere("1 = 1 ORDER BY a.id")
		return err
	})

	one, other := list[0].Story, list[1].Story
	s.match(t, Match{Article: list[1].ID, Story: other, At: time.Now(), Doubt: &Doubt{Article: list[0].ID, LogOdds: 0.4}})

	// Two presses are one.
	for range 2 {
		s.update(t, func(tx *Tx) error {
			ok, err := tx.SettleDoubt(list[1].ID, true, true)
			if !ok || err != nil {
				t.Errorf("settled: %v, %v", ok, err)
			}

			return nil
		})
	}

	if err := s.JoinStories(t.Context(), nil); err != nil {
		t.Fatal(err)
	}

	ids := s.configure(t, "https://example.org/feed")

	var (
		late  int64
		joins []Join
	)

	s.update(t, func(tx *Tx) (err error) {
		if joins, err = tx.JoinedSince(tx.Now.Add(-time.Minute)); err != nil {
			return err
		}

		late, err = tx.insertArticle(ids[0], itemOf(item("third", "", "Storm story three", tx.Now)), "")

		return err
	})

	if len(joins) != 1 || joins[0].Story != one || joins[0].Other != other {
		t.Errorf("joins %+v, want story %d to be a part of %d", joins, other, one)
	}

	// The matcher decided on it before the press.
	if err := s.SaveMatches(t.Context(), []Match{{Article: late, Story: other, At: time.Now(), Alerts: []PendingAlert{
		{Chat: chat.ID, Due: time.Now(), Hits: []Hit{{Subscription: subs[0].ID, Matched: []string{"Storm"}}}},
	}}}); err != nil {
		t.Fatal(err)
	}

	var members, stories, alerts int

	s.update(t, func(tx *Tx) error {
		if err := tx.one("SELECT count(*) FROM articles WHERE story = $1", []any{one}, &members); err != nil {
			return err
		}

		if err := tx.one("SELECT count(*) FROM stories", nil, &stories); err != nil {
			return err
		}

		return tx.one("SELECT count(*) FROM alerts", nil, &alerts)
	})

	if members != 3 || stories != 1 {
		t.Errorf("%d articles tell the story and there are %d stories, want 3 and 1", members, stories)
	}

	if alerts != 2 {
		t.Errorf("%d alerts, want the 2 that were there", alerts)
	}
}

// TestAJoinOfLargeStoriesIsTakenUpAgain: what thousands of chats have of a story that an operator
// joins to another is moved in transactions that are bounded. Here the second cannot be written,
// as if the process was killed there; the next goes on, and no chat is alerted again.
func TestAJoinOfLargeStoriesIsTakenUpAgain(t *testing.T) {
	const chats = chunk + 300

	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	s.ring(t, chat, subs[0], 2)

	s.match(t, Match{Article: 2, Story: 2, At: time.Now(), Doubt: &Doubt{Article: 1, LogOdds: 0.4}})

	var first, last int64

	s.update(t, func(tx *Tx) error {
		for i := range chats {
			c, err := tx.EnsureChat(Chat{Platform: "telegram", Address: fmt.Sprint("many", i), Kind: "private"})
			if err != nil {
				return err
			}

			if err := tx.insertAlerts(Match{Article: 2, Story: 2}, []PendingAlert{{Chat: c.ID, Due: tx.Now}}); err != nil {
				return err
			}

			if last = c.ID; first == 0 {
				first = c.ID
			}
		}

		if _, err := tx.SettleDoubt(2, true, true); err != nil {
			return err
		}

		_, err := tx.exec(fmt.Sprintf("CREATE UNIQUE INDEX killed ON alerts (edition) WHERE story = 1 AND chat IN (%d, %d)", first, last))

		return err
	})

	moved := func() (alerts, articles int) {
		s.update(t, func(tx *Tx) error {
			err := tx.one("SELECT count(*) FROM alerts WHERE story = 1 AND chat > $1", []any{chat.ID}, &alerts)
			return errors.Join(err, tx.one("SELECT count(*) FROM articles WHERE story = 1", nil, &articles))
		})

		return alerts, articles
	}

	if err := s.JoinStories(t.Context(), nil); err == nil {
		t.Fatal("the stories are joined although the process was killed")
	}

	if alerts, articles := moved(); alerts < atOnce || alerts >= chats || articles != 1 {
		t.Errorf("killed in between: %d alerts are moved, %d articles, want some alerts and none of the articles", alerts, articles)
	}

	s.update(t, func(tx *Tx) error {
		_, err := tx.exec("DROP INDEX killed")
		return err
	})

	if err := s.JoinStories(t.Context(), nil); err != nil {
		t.Fatal(err)
	}

	if alerts, articles := moved(); alerts != chats || articles != 2 {
		t.Errorf("%d alerts of %d and %d articles of 2 are of the story", alerts, chats, articles)
	}

	// What was decided before the press goes where its story went, and rings in no chat again.
	source := s.configure(t, "https://example.org/feed")[0]
	late := Match{Story: 2, At: time.Now(), Alerts: []PendingAlert{{Chat: last, Due: time.Now()}}}

	s.update(t, func(tx *Tx) (err error) {
		late.Article, err = tx.insertArticle(source, itemOf(item("third", "", "Storm story three", tx.Now)), "")
		return err
	})

	s.match(t, late)

	if alerts, _ := moved(); alerts != chats {
		t.Errorf("%d alerts, want the %d that were there", alerts, chats)
	}
}
