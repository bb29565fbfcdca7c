package store

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"newsbell/subscriptions"
)

// TestTheFirstAlertsOfALargeFanOutShowTheWholeStory: alerts for thousands of chats are
// committed in chunks, and the first of them are claimed while the last are written.
// Here the last chunk cannot be written, as if the process was killed there.
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
		for i := range chunk + rowsPerInsert + 1 {
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
		_, err := tx.exec(fmt.Sprintf("CREATE UNIQUE INDEX killed ON alerts (edition) WHERE chat IN (%d, %d)", chats[0], chats[len(chats)-1]))
		return err
	})

	if err := s.SaveMatches(t.Context(), []Match{m}); err == nil {
		t.Fatal("the last chunk is saved")
	}

	s.update(t, func(tx *Tx) error {
		_, err := tx.exec("DROP INDEX killed")
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

	s.match(t, m)

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

// TestALargeStoryLetsOthersWrite: alerts that wait for outlets, and followers, are written in
// transactions that are bounded, and a fan-out that ends in between is taken up again.
func TestALargeStoryLetsOthersWrite(t *testing.T) {
	const chats = 2*chunk + 300

	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	s.ring(t, chat, subs[0], 1)

	source := s.configure(t, "https://example.org/feed")[0]
	m := Match{Story: 1, At: time.Now(), Outlets: 2}
	d := Development{Story: 1, Details: []string{"new"}}

	s.update(t, func(tx *Tx) (err error) {
		for i := range chats {
			address := fmt.Sprint("many", i)

			c, err := tx.EnsureChat(Chat{Platform: "telegram", Address: address, Kind: "private"})
			if err != nil {
				return err
			}

			sub, _, err := tx.AddSubscription(Subscription{Chat: c.ID, Query: "storm", Canonical: "storm", Outlets: 2})
			if err != nil {
				return err
			}

			first := PendingAlert{Chat: c.ID, Due: tx.Now.Add(72 * time.Hour), Bundle: BundleFew, Awaits: 2, Hits: []Hit{{Subscription: sub.ID}}}
			if err := tx.insertAlerts(Match{Article: 1, Story: 1}, []PendingAlert{first}); err != nil {
				return err
			}

			if _, err := tx.FollowStory(c.ID, 1, "ann"); err != nil {
				return err
			}

			d.Alerts = append(d.Alerts, PendingAlert{Chat: c.ID, Due: tx.Now})
		}

		m.Article, err = tx.insertArticle(source, itemOf(item("second", "", "Storm hits the coast", tx.Now)), "")
		m.Developments = []Development{d}

		return err
	})

	looked := map[*Tx]int{}
	ends := 3 // calls before it is killed

	m.Retime = func(tx *Tx, waiting []*Awaiting) ([]subscriptions.Timing, error) {
		if ends--; ends == 0 {
			return nil, errors.New("killed")
		}

		looked[tx] += len(waiting)
		times := make([]subscriptions.Timing, len(waiting))

		for i, w := range waiting {
			if len(w.Subscriptions) != 1 || w.Story != 1 {
				t.Errorf("what waits is %+v", w)
			}

			times[i].Due = tx.Now
		}

		return times, nil
	}

	if err := s.SaveMatches(t.Context(), []Match{m}); err == nil {
		t.Fatal("it is saved although it was killed")
	}

	s.match(t, m)

	for _, n := range looked {
		if n >= chunk+atOnce {
			t.Errorf("one transaction releases %d alerts", n)
		}
	}

	s.update(t, func(tx *Tx) error {
		var due, developments int

		err := tx.one("SELECT count(*) FROM alerts WHERE edition = 0 AND bundle = '' AND awaits = 0 AND due_at <= $1 AND article = 1 AND chat <> $2", []any{toMillis(tx.Now), chat.ID}, &due)
		if err == nil {
			err = tx.one("SELECT count(*) FROM alerts WHERE edition = $1 AND state = 'waiting'", []any{m.Article}, &developments)
		}

		unmatched, _ := tx.Unmatched(1)
		if due != chats || developments != chats || len(unmatched) != 0 {
			t.Errorf("of %d chats %d are alerted, %d hear of the development; unmatched: %v", chats, due, developments, unmatched)
		}

		return err
	})
}

// TestAFanOutEndsItsTransactionWhenAnotherWaits: another write that comes during a step is done
// before the next step but one, however many rows a transaction may have.
func TestAFanOutEndsItsTransactionWhenAnotherWaits(t *testing.T) {
	s := openTest(t)

	steps, waited := 0, 0

	other := &write{ctx: t.Context(), do: func(*Tx) error { waited = steps; return nil }}

	todo := make([]step, 50)
	for i := range todo {
		todo[i] = runOnce(func(*Tx) error {
			if steps++; steps == 2 {
				return s.queue(other)
			}

			return nil
		})
	}

	if err := s.takeSteps(t.Context(), todo...); err != nil {
		t.Fatal(err)
	}

	if err := s.await(other); err != nil {
		t.Fatal(err)
	}

	if waited != 2 {
		t.Errorf("it waited for %d steps of 50, want the one during which it came", waited)
	}
}
