package scheduler

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"newsbell/news"
	"newsbell/store"
	"newsbell/store/storetest"
)

// TestMatcherFollowsWhatPeopleJoin: after somebody said that two stories are one, what is like either
// of them tells that one, in the process that was running and in the next.
func TestMatcherFollowsWhatPeopleJoin(t *testing.T) {
	s, err := store.Open(t.Context(), storetest.Database(t, filepath.Join(t.TempDir(), "test.db")))
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { s.Close() })

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
			_, err := tx.SavePoll(store.PreparePoll(store.PollResult{Source: int64(n + 1), Next: time.Now().Add(time.Hour), Articles: articles[n : n+1]}), 48*time.Hour)
			return err
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
