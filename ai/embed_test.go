package ai

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"newsbell/ai/aitest"
)

func embedder(s *aitest.Server, l Ledger, perDay int) *Embedder {
	return NewEmbedder(Config{URL: s.URL, Model: "writes", EmbedModel: "embeds", TokensPerDay: perDay, Timeout: 300 * time.Millisecond}, l)
}

// TestVectorsOfAnEvilModel: an answer that is not one good vector for each text is refused as a whole,
// in bounded time and memory, and the next good one is taken.
func TestVectorsOfAnEvilModel(t *testing.T) {
	texts := []string{"Storm closes the harbour", "Court frees the editor"}

	for _, evil := range aitest.EmbedEvils() {
		t.Run(string(evil), func(t *testing.T) {
			s := aitest.Honest(t)
			e := embedder(s, nil, 0)

			if _, err := e.Embed(t.Context(), texts); err != nil {
				t.Fatal(err)
			}

			s.Turn(evil)

			if v, err := e.Embed(t.Context(), texts); err == nil {
				t.Errorf("%d vectors of %d numbers were taken", len(v), len(v[0]))
			}

			s.Turn("")

			v, err := e.Embed(t.Context(), texts)
			if err != nil || len(v) != len(texts) {
				t.Fatalf("%d vectors, %v", len(v), err)
			}

			if c := v[0].Cosine(v[0]); math.Abs(c-1) > 1e-9 || v[0].Cosine(v[1]) > 0.9 {
				t.Errorf("cosines %v and %v", c, v[0].Cosine(v[1]))
			}
		})
	}
}

// TestVectorsOfAnotherLengthThanKept: vectors of a model are refused whose length is not that of the
// ones that are kept.
func TestVectorsOfAnotherLengthThanKept(t *testing.T) {
	e := embedder(aitest.Honest(t), nil, 0)
	e.Expect(512)

	if _, err := e.Embed(t.Context(), []string{"Storm closes the harbour"}); !errors.Is(err, ErrVectors) {
		t.Errorf("%v, want %v", err, ErrVectors)
	}
}

type bill struct {
	Ledger

	spent map[int64]int
}

func (b bill) Spent(_ context.Context, chat int64) (ofChat, all int, err error) {
	for _, n := range b.spent {
		all += n
	}

	return b.spent[chat], all, nil
}

func (b bill) Spend(_ context.Context, chat int64, tokens int) error {
	b.spent[chat] += tokens
	return nil
}

// TestVectorsLeaveTokensForPeople: what vectors cost counts for the day, and they take half of it at
// most, failures too.
func TestVectorsLeaveTokensForPeople(t *testing.T) {
	for _, evil := range []aitest.Evil{"", aitest.Fails} {
		s := aitest.Wicked(t, evil)
		l := bill{spent: map[int64]int{}}
		e := embedder(s, l, 400)

		var err error
		for i := 0; i < 1000 && !errors.Is(err, ErrBudget); i++ {
			_, err = e.Embed(t.Context(), []string{fmt.Sprintf("Headline number %d of a day with many stories and as many outlets", i)})
		}

		if got := l.spent[nobody]; !errors.Is(err, ErrBudget) || got < 200 || got > 220 {
			t.Errorf("%s: %d tokens were spent, then %v", evil, got, err)
		}
	}
}

// TestAnEmbeddingModelIsTried: a model that knows one language only is told from one that knows more.
func TestAnEmbeddingModelIsTried(t *testing.T) {
	s := aitest.Honest(t)
	e := embedder(s, nil, 0)

	got, err := e.Probe(t.Context())
	if err != nil || got.Numbers != 256 || got.KnowsLanguages() {
		t.Errorf("letters alone: %+v, %v", got, err)
	}

	s.Alike("Die Hafenbrücke wurde nach zwei Jahren", "The harbour bridge was opened again after two years of repairs.")

	if got, err = e.Probe(t.Context()); err != nil || !got.KnowsLanguages() {
		t.Errorf("with a translation: %+v, %v", got, err)
	}
}
