package answers_test

import (
	"strings"
	"testing"
	"time"

	"newsbell/ai"
	"newsbell/ai/aitest"
	"newsbell/bot/answers"
	"newsbell/news"
	"newsbell/store"
)

// aboutTheBridge asks a question of two articles.
func aboutTheBridge(question string) *ai.Task {
	return &ai.Task{Kind: ai.Question, Question: question, Articles: []*news.Article{
		{Title: "Bridge opens", URL: "https://a.example/", Outlet: "Wire", Text: "The bridge in Port Ellis opened on Monday. Its repair took two years."},
		{Title: "Port Ellis has its bridge back", URL: "https://b.example/", Outlet: "Post", Text: "Port Ellis paid 31.5 million euros for the bridge. The mayor thanked the workers."},
	}}
}

// withLedger has a model asked over a real database, in a time of its own. ask answers in a process
// of its own each time.
func withLedger(t *testing.T, c ai.Config, do func(t *testing.T, s *store.Store, ask func(chat int64, question string) *ai.Answer, requests func() int)) {
	t.Helper()

	besideAModel(t, func(t *testing.T, s *store.Store, server *aitest.Server) {
		c.URL, c.Model, c.HTTP = server.URL, "copy", server.Client()

		ask := func(chat int64, question string) *ai.Answer {
			return ai.New(c, answers.Ledger{Store: s}).Answer(t.Context(), chat, aboutTheBridge(question))
		}

		do(t, s, ask, func() int { return len(server.Requests()) })
	})
}

// TestAnswersAreKeptForAMonth: for thirty days, chores and restarts between, an answer is not asked
// for again; then it is.
func TestAnswersAreKeptForAMonth(t *testing.T) {
	const day = 24 * time.Hour

	withLedger(t, ai.Config{}, func(t *testing.T, s *store.Store, ask func(int64, string) *ai.Answer, requests func() int) {
		for _, step := range []struct {
			after    time.Duration
			requests int
		}{{0, 1}, {29 * day, 1}, {day - time.Hour, 1}, {2 * time.Hour, 2}} {
			time.Sleep(step.after)

			if _, err := s.Sweep(t.Context(), store.Retention{Articles: 30 * day, Seen: 30 * day, Left: 30 * day}); err != nil {
				t.Fatal(err)
			}

			if a := ask(1, "What did the bridge cost?"); a.By != ai.ByModel || requests() != step.requests {
				t.Errorf("after %v more: %d requests, want %d; by %s", step.after, requests(), step.requests, a.By)
			}
		}
	})
}

// TestBudgetsGoOnAtMidnight: a chat that has used its share, and everybody when the day's tokens are
// used up, gets the articles' own sentences and reads when the model goes on. At midnight UTC it
// does.
func TestBudgetsGoOnAtMidnight(t *testing.T) {
	withLedger(t, ai.Config{PerChatPerDay: 50, TokensPerDay: 150}, func(t *testing.T, _ *store.Store, ask func(int64, string) *ai.Answer, _ func() int) {
		for day := range 2 {
			for _, c := range []struct {
				chat     int64
				question string
				spent    string
			}{
				{1, "What did the bridge cost?", ""},
				{1, "When did the bridge open?", "This chat's share of the model for today is used up; it goes on at midnight UTC."},
				{2, "When did the bridge open?", ""},
				{3, "When did the bridge open in Port Ellis?", "The model's budget for today is used up; it goes on at midnight UTC."},
			} {
				question := c.question + strings.Repeat("?", day) // of the second day none is kept
				if a := ask(c.chat, question); (a.By == ai.ByModel) != (c.spent == "") || a.Reason != c.spent || len(a.Sentences) == 0 {
					t.Errorf("day %d, chat %d, %q: by %s, %q", day, c.chat, question, a.By, a.Reason)
				}
			}

			time.Sleep(time.Until(time.Now().UTC().Truncate(24 * time.Hour).Add(24*time.Hour - time.Second)))

			if a := ask(3, "Before midnight?"); a.By == ai.ByModel {
				t.Errorf("day %d: it goes on before midnight", day)
			}

			time.Sleep(2 * time.Second)
		}
	})
}
