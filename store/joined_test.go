package store

import (
	"testing"
	"time"
)

// rungTwice is a chat that was alerted to two stories, whose alerts are as they were sent, or wait.
type rungTwice struct {
	*Store

	chat       *Chat
	one, other int64
	articles   []*Article
}

func newRungTwice(t *testing.T) *rungTwice {
	t.Helper()

	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	s.ring(t, chat, subs[0], 2)

	r := &rungTwice{Store: s, chat: chat}
	s.update(t, func(tx *Tx) (err error) {
		r.articles, err = tx.articlesWhere("1 = 1 ORDER BY a.id")
		return err
	})

	r.one, r.other = r.articles[0].Story, r.articles[1].Story

	return r
}

// join makes the two stories one.
func (r *rungTwice) join(t *testing.T) {
	t.Helper()

	r.update(t, func(tx *Tx) error {
		_, err := tx.JoinPair(r.articles[1].ID, r.articles[0].ID)
		return err
	})

	if err := r.JoinStories(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}

// send makes the alert of a story one that was sent.
func (r *rungTwice) send(t *testing.T, story int64) {
	t.Helper()
	r.update(t, func(tx *Tx) error {
		_, err := tx.exec("UPDATE alerts SET state = 'sent', done_at = $1 WHERE story = $2", toMillis(time.Now()), story)
		return err
	})
}

// alertOf returns the alert of an article.
func (r *rungTwice) alertOf(t *testing.T, article int64) *Alert {
	t.Helper()

	var a *Alert

	r.update(t, func(tx *Tx) (err error) {
		a, err = tx.alertWhere("a.article = $1", article)
		return err
	})

	return a
}

// TestAnAlertThatWaitsForAJoinedStoryDoesNotRing: a chat has the alert of one story, that of the
// other waits, and the two turn out to be one: whichever was first, the message that was sent is
// that of the one story, and nothing comes any more.
func TestAnAlertThatWaitsForAJoinedStoryDoesNotRing(t *testing.T) {
	for sent, what := range []string{"the first was sent", "the second was sent"} {
		t.Run(what, func(t *testing.T) {
			r := newRungTwice(t)
			r.send(t, []int64{r.one, r.other}[sent])
			r.join(t)

			told, waited := r.alertOf(t, r.articles[sent].ID), r.alertOf(t, r.articles[1-sent].ID)
			if told.State != "sent" || told.Story != r.one || told.Edition != 0 || len(told.Hits) != 1 {
				t.Errorf("the alert that was sent is %s, of story %d (edition %d) with %d matches, want story %d", told.State, told.Story, told.Edition, len(told.Hits), r.one)
			}

			if waited.State != "dropped" || waited.Reason != DroppedJoined || waited.Edition != 0 {
				t.Errorf("the alert that waited is %s (%s), edition %d", waited.State, waited.Reason, waited.Edition)
			}
		})
	}
}

// TestOfTwoAlertsThatWaitOneComes: both alerts of stories that turn out to be one wait. That of the older
// story comes, as early as either was to come and for all that either matches.
func TestOfTwoAlertsThatWaitOneComes(t *testing.T) {
	for _, c := range []struct {
		name                 string
		first, second, muted string // what the alerts are set to, and an outlet
		bothWait             bool
		due                  time.Time
		bundle               string
		awaits               int
	}{
		{name: "the older is due first", first: "due_at = 1", second: "due_at = 2", due: time.UnixMilli(1)},
		{name: "the younger is due first", first: "due_at = 9, bundle = 'digest'", second: "due_at = 2", due: time.UnixMilli(2)},
		{
			name: "the older waits for outlets", first: "due_at = 1, bundle = 'few', awaits = 3", second: "due_at = 9, bundle = 'quiet', awaits = 5",
			due: time.UnixMilli(9), bundle: "quiet", awaits: 3,
		},
		{name: "the younger waits for outlets", first: "due_at = 9", second: "due_at = 1, bundle = 'few', awaits = 3", due: time.UnixMilli(9), awaits: 3},
		{name: "an outlet is muted", first: "due_at = 1", second: "due_at = 2", muted: "herald", bothWait: true, due: time.UnixMilli(1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRungTwice(t)

			r.update(t, func(tx *Tx) error {
				sub, _, err := tx.AddSubscription(Subscription{Chat: r.chat.ID, Query: "flood", Canonical: "flood"})
				if err != nil {
					return err
				}

				if c.muted != "" {
					if _, _, err := tx.AddMute(OutletMute(r.chat.ID, c.muted)); err != nil {
						return err
					}
				}

				for statement, args := range map[string][]any{
					"UPDATE alerts SET " + c.first + " WHERE story = $1":          {r.one},
					"UPDATE alerts SET " + c.second + " WHERE story = $1":         {r.other},
					"UPDATE articles SET outlet = 'Herald' WHERE id = $1":         {r.articles[1].ID},
					"UPDATE alert_matches SET subscription = $2 WHERE story = $1": {r.other, sub.ID},
					"UPDATE alert_matches SET matched = 'Flood' WHERE story = $1": {r.other},
				} {
					if _, err := tx.exec(statement, args...); err != nil {
						return err
					}
				}

				return nil
			})
			r.join(t)

			kept, second := r.alertOf(t, r.articles[0].ID), r.alertOf(t, r.articles[1].ID)
			if kept.State != "waiting" || kept.Story != r.one || !kept.DueAt.Equal(c.due) || kept.Bundle != c.bundle || kept.Awaits != c.awaits {
				t.Errorf("the alert that comes is %s, of story %d, due %d, %q, awaits %d", kept.State, kept.Story, kept.DueAt.UnixMilli(), kept.Bundle, kept.Awaits)
			}

			switch {
			case c.bothWait && (second.State != "waiting" || len(kept.Hits) != 1):
				t.Errorf("the other alert is %s (%s), and the first has %d matches", second.State, second.Reason, len(kept.Hits))
			case !c.bothWait && (second.State != "dropped" || second.Reason != DroppedJoined || len(kept.Hits) != 2 || kept.Hits[1].Matched[0] != "Flood"):
				t.Errorf("the other alert is %s (%s), and the first has %+v", second.State, second.Reason, kept.Hits)
			}
		})
	}
}

// TestASecondMessageLeadsToTheOneStory: of two stories that both rang, the number of either leads to
// the one story.
func TestASecondMessageLeadsToTheOneStory(t *testing.T) {
	r := newRungTwice(t)
	r.send(t, r.one)
	r.send(t, r.other)
	r.join(t)

	r.update(t, func(tx *Tx) error {
		for _, story := range []int64{r.one, r.other} {
			if now, err := tx.StoryNow(story); now != r.one || err != nil {
				t.Errorf("story %d is story %d by now, %v; want %d", story, now, err, r.one)
			}
		}

		if now, err := tx.StoryNow(999); now != 999 || err != nil {
			t.Errorf("a story that nobody knows is %d by now, %v", now, err)
		}

		return nil
	})

	if got := r.alertOf(t, r.articles[1].ID); got.State != "sent" || len(got.Hits) != 1 {
		t.Errorf("the second alert is %s with %d matches", got.State, len(got.Hits))
	}
}
