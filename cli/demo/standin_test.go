package demo

import (
	"strings"
	"testing"

	"newsbell/ai"
	"newsbell/news"
	"newsbell/subscriptions/query"
)

func startStandIn(t *testing.T) *ai.Writer {
	t.Helper()

	s, err := NewStandIn()
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})

	return ai.New(ai.Config{URL: s.URL, Model: "stand-in"}, nil)
}

// TestStandIn: what it picks passes the check, also as a stream; what it cannot do it leaves to the
// articles' own words.
func TestStandIn(t *testing.T) {
	w := startStandIn(t)

	if _, obeys, err := w.Probe(t.Context()); !obeys || err != nil {
		t.Fatalf("it is not offered: %v", err)
	}

	task := func(kind ai.Kind, question string) *ai.Task {
		return &ai.Task{Kind: kind, Question: question, Articles: []*news.Article{
			{Title: "Bridge opens", URL: "https://a.example/", Outlet: "Wire", Text: "The bridge in Port Ellis opened on Monday. Its repair took two years."},
			{Title: "Port Ellis has its bridge back", URL: "https://b.example/", Outlet: "Post", Text: "Port Ellis paid 31.5 million euros for the bridge. The mayor thanked the workers."},
		}}
	}

	for name, answer := range map[string]*ai.Answer{
		"whole":    w.Answer(t.Context(), 1, task(ai.Short, "")),
		"streamed": w.Stream(t.Context(), 1, task(ai.Short, ""), func(*ai.Answer) {}),
	} {
		if answer.By != ai.ByModel || len(answer.Sentences) != 4 || answer.Dropped != 0 || answer.Sentences[1].Sources[0] != "https://b.example/" {
			t.Errorf("%s: %+v", name, answer)
		}
	}

	a := w.Answer(t.Context(), 1, task(ai.Question, "How much was paid?"))
	if a.By != ai.ByModel || len(a.Sentences) != 1 || !strings.Contains(a.Sentences[0].Text, "31.5 million") {
		t.Errorf("a question: %+v", a)
	}

	for _, cannot := range []*ai.Task{task(ai.Question, "Who won the chess tournament?"), task(ai.Connect, "")} {
		if a := w.Answer(t.Context(), 1, cannot); len(a.Sentences) != 0 {
			t.Errorf("%s: %+v", cannot.Kind, a)
		}
	}
}

// TestStandInReadsRequests: a request for news becomes its words, and what a reader does not want
// is told apart.
func TestStandInReadsRequests(t *testing.T) {
	w := startStandIn(t)

	if _, _, err := w.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}

	if made, ok := w.Query(t.Context(), 1, "Please tell me about floods in Valencia", query.Valid); !ok || made != "floods valencia" {
		t.Errorf("a request became %q", made)
	}

	for title, want := range map[string]ai.Verdict{"Amazon opens a store": ai.Fits, "Fish of the river": ai.Differs} {
		if got := w.Judge(t.Context(), 1, "the company, not the river", &news.Article{Title: title, Text: title + "."}); got != want {
			t.Errorf("%q: %v", title, got)
		}
	}
}
