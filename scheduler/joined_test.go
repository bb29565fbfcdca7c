package scheduler

import (
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"newsbell/news"
	"newsbell/store"
	"newsbell/store/storetest"
)

// TestMatcherFollowsWhatPeopleJoin: after somebody said that two stories are one, what is like either
// of them tells that one, in the process that was running and in the next.
func TestMatcherFollowsWhatPeopleJoin(t *testing.T) {
	s := storetest.Open(t)

	update := func(do func(*store.Tx) error) {
		t.Helper()

		if err := s.Update(t.Context(), do); err != nil {
			t.Fatal(err)
		}
	}
	text := func(n int) string {
		return []string{
			"A ferry with ninety passengers sank off the northern cape on Sunday night after its bow door broke, the coast guard said.",
			"Trawlers pulled dozens of people from cold water near the Holm lighthouse, and hospitals in Vardby treated them for hypothermia.",
		}[n]
	}
	articles := []news.Article{
		{Key: "a", Title: "Ferry sinks off the northern cape", URL: "https://a.example/1", Outlet: "A", Text: text(0), Language: "en"},
		{Key: "b", Title: "Trawlers pull dozens from cold water near Holm lighthouse", URL: "https://b.example/1", Outlet: "B", Text: text(1), Language: "en"},
		{Key: "c", Title: "Dozens pulled from cold water near Holm lighthouse", URL: "https://c.example/1", Outlet: "C", Text: text(1), Language: "en"},
	}

	poll := func(n int) {
		update(func(tx *store.Tx) error {
			return storetest.Poll(tx, int64(n+1), articles[n:n+1]...)
		})
	}

	update(func(tx *store.Tx) error {
		return tx.Configure([]news.Source{{URL: "https://a.example/feed"}, {URL: "https://b.example/feed"}, {URL: "https://c.example/feed"}})
	})

	m := newMatcher(Config{Store: s, Log: slog.New(slog.DiscardHandler), TimeZone: time.UTC, Group: true})
	if err := m.load(t.Context()); err != nil {
		t.Fatal(err)
	}

	match := func(m *matcher) {
		t.Helper()

		if _, err := m.match(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	storyOf := func(g *matcher) int64 { return g.stories.Assign(99, &articles[2], time.Now()).Story }

	poll(0)
	poll(1)
	match(m)

	if err := s.SaveMatches(t.Context(), []store.Match{{Article: 2, Story: 2, At: time.Now(), Doubt: &store.Doubt{Article: 1, LogOdds: 0.4}}}); err != nil {
		t.Fatal(err)
	}

	update(func(tx *store.Tx) error {
		ok, err := tx.SettleDoubt(2, true, true)
		if !ok {
			t.Error("there is no doubt to settle")
		}

		return err
	})
	match(m)

	if got := m.outletsOf.all(1); got != 2 {
		t.Errorf("%d outlets tell the story, want 2", got)
	}

	if got := storyOf(m); got != 1 {
		t.Errorf("the third article is of story %d, want 1", got)
	}

	next := newMatcher(m.Config)
	if err := next.load(t.Context()); err != nil {
		t.Fatal(err)
	}

	if got := storyOf(next); got != 1 {
		t.Errorf("after a restart the third article is of story %d, want 1", got)
	}
}

// TestAJoinBringsWhatWaitsForOutlets: somebody says that two stories of two outlets each are one, and no
// article comes after that. Of the two alerts that wait in a chat for four outlets one comes; one that
// waits for five goes on waiting for the fifth. So it is when the process is killed while it joins them.
func TestAJoinBringsWhatWaitsForOutlets(t *testing.T) {
	for _, tt := range []struct {
		name        string
		outlets     int
		killed      bool
		want, fifth []string // what waits then, and after a fifth outlet
	}{
		{"as many as tell it", 4, false, []string{"now"}, []string{"now"}},
		{"as many as tell it, killed in between", 4, true, []string{"now"}, []string{"now"}},
		{"more", 5, false, []string{"4 00:00 few"}, []string{"now"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			atDesk(t, func(d *desk) {
				d.follow("flood OR tanker", "", tt.outlets)
				d.publish(0, flood)
				d.publish(1, flood+" and road")

				const saved = "Tanker of acid overturns beside the monastery of Kilbrannan"

				d.publish(2, saved)
				d.publish(3, saved+" today")
				d.wants("4 00:00 few", "4 00:00 few")

				d.joinLatest()

				if tt.killed {
					err := d.store.JoinStories(d.t.Context(), func(tx *store.Tx, one *store.Match) error {
						return errors.Join(d.lookAtJoin(tx, one), errors.New("killed"))
					})
					if err == nil {
						d.t.Fatal("the stories are joined although the process was killed")
					}

					d.matcher = newMatcher(d.Config)
					if err := d.load(d.t.Context()); err != nil {
						d.t.Fatal(err)
					}
				}

				if _, err := d.match(d.t.Context()); err != nil {
					d.t.Fatal(err)
				}

				d.wants(tt.want...)
				d.publish(4, saved+" this evening")
				d.wants(tt.fifth...)
			})
		})
	}
}

// joinLatest asks that the stories of the second and the fourth of the four latest articles be joined.
func (d *desk) joinLatest() {
	d.update(func(tx *store.Tx) error {
		var latest []int64

		if err := tx.Newest(4, func(a *store.Article) { latest = append(latest, a.ID) }); err != nil {
			return err
		}

		slices.Sort(latest)

		ok, err := tx.JoinPair(latest[3], latest[0])
		if !ok {
			d.t.Error("there is nothing to join")
		}

		return err
	})
}

// TestDowntimeOfAClockThatWasAhead: what comes in the first moments after a long downtime is collected. Once a
// clock that was decades ahead at the start is right again, it comes at once.
func TestDowntimeOfAClockThatWasAhead(t *testing.T) {
	now := time.Now()
	m := &matcher{late: now.Add(catchUp)}

	if until, is := m.lateUntil(now.Add(time.Second)); !is || !until.Equal(m.late) {
		t.Errorf("a second after the start: %v until %s", is, until)
	}

	if _, is := m.lateUntil(now.Add(catchUp)); is {
		t.Error("it is late for ever")
	}

	m.late = now.AddDate(73, 0, 0)
	if _, is := m.lateUntil(now); is {
		t.Error("what comes now waits for 2099")
	}
}
