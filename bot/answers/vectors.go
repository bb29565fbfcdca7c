package answers

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"newsbell/ai"
	"newsbell/news"
	"newsbell/news/across"
	"newsbell/store"
)

const (
	// embedEvery is how often matched articles are looked for.
	embedEvery = 5 * time.Second
	// embedAgain is how long an embedding model that failed is not asked, and budgetAgain one
	// whose tokens of the day are used up.
	embedAgain  = time.Minute
	budgetAgain = 10 * time.Minute
	// mostQueued is how many articles wait for a model at most: of more, the first ones get no
	// vector. It is half a day of 10,000.
	mostQueued = 5000
)

// Vectors has an embedding model say where articles stand, after they were matched: no alert
// waits for it. Stories of two languages that are one are joined (store.JoinPair).
type Vectors struct {
	Store    *store.Store
	Embedder *ai.Embedder
	Join     bool // false: every article is its own story, and vectors are for Related alone
	Log      *slog.Logger
	Health   *Health // takes how the model does; may be nil

	window *across.Window
	last   int64 // the article that had its turn last
	atOnce int   // articles asked for at once: fewer where the server refuses them
	failed bool  // the last request failed: it has been said
}

// Run works until ctx ends.
func (v *Vectors) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()

	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}

		n, err := v.embedSome(ctx)
		if ctx.Err() != nil {
			return
		}

		v.report(err)

		switch {
		case errors.Is(err, ai.ErrBudget):
			timer.Reset(budgetAgain)
		case err != nil:
			timer.Reset(embedAgain)
		case n > 0: // there may be more
			timer.Reset(0)
		default:
			timer.Reset(embedEvery)
		}
	}
}

// report logs that the model fails, once, and that it works again.
func (v *Vectors) report(err error) {
	switch {
	case err != nil && !v.failed:
		v.Log.Warn("the embedding model does not answer; stories of two languages stay apart meanwhile", "error", err)
	case err == nil && v.failed:
		v.Log.Info("the embedding model answers again")
	}

	v.failed = err != nil

	if v.Health != nil {
		v.Health.note(err != nil && !errors.Is(err, ai.ErrBudget))
	}
}

// Health is how a process's embedding model does. It is safe for concurrent use; the zero Health and
// nil are well.
type Health struct{ since atomic.Pointer[time.Time] }

// FailingSince returns when the first of the last tries was that failed; zero if the last one did not,
// or nothing was tried.
func (h *Health) FailingSince() time.Time {
	if h == nil {
		return time.Time{}
	}

	if since := h.since.Load(); since != nil {
		return *since
	}

	return time.Time{}
}

// note takes in how a try ended.
func (h *Health) note(failed bool) {
	if !failed {
		h.since.Store(nil)
		return
	}

	if now := time.Now(); h.since.Load() == nil {
		h.since.Store(&now)
	}
}

// embedSome asks for the vectors of the next articles and joins the stories that they tell in two
// languages. It returns how many articles had their turn.
func (v *Vectors) embedSome(ctx context.Context) (int, error) {
	if v.window == nil {
		if err := v.load(ctx); err != nil {
			return 0, err
		}
	}

	articles, err := v.next(ctx)
	if err != nil || len(articles) == 0 {
		return 0, err
	}

	texts := make([]string, len(articles))
	for i, a := range articles {
		texts[i] = ai.TextOf(&a.News)
	}

	vectors, err := v.Embedder.Embed(ctx, texts)
	if err != nil {
		v.shrink(articles, err)
		return 0, err
	}

	if err := v.take(ctx, articles, vectors); err != nil {
		v.window = nil // it knows more than the database
		return 0, err
	}

	v.last = articles[len(articles)-1].ID
	v.atOnce = min(2*v.atOnce, ai.EmbedAtOnce)

	return len(articles), nil
}

// shrink asks for fewer articles the next time where what was asked may be why there was no answer,
// and passes over one that has none by itself.
func (v *Vectors) shrink(articles []*store.Article, err error) {
	switch {
	case !errors.Is(err, ai.ErrText) && !errors.Is(err, ai.ErrVectors):
	case len(articles) > 1:
		v.atOnce = len(articles) / 2
	default:
		v.last = articles[0].ID
	}
}

// load reads the vectors of the window that are kept.
func (v *Vectors) load(ctx context.Context) error {
	window, model := across.NewWindow(), v.Embedder.Model()
	since := time.Now().Add(-across.Within)

	err := v.Store.View(ctx, func(tx *store.Tx) error {
		newest, err := tx.NewestArticle()
		if err != nil {
			return err
		}

		v.last = max(newest-mostQueued, 0)

		return tx.WithVector(model, max(newest-across.MostHeld, 0), func(a *store.Article, vector []byte) error {
			if a.At().After(since) {
				window.Add(attachVector(a, across.FromBytes(vector)))
				v.Embedder.Expect(len(vector))
			}

			return nil
		})
	})
	if err == nil {
		v.window, v.atOnce = window, ai.EmbedAtOnce
	}

	return err
}

// next lists the articles whose turn it is.
func (v *Vectors) next(ctx context.Context) (articles []*store.Article, err error) {
	since := time.Now().Add(-across.Within)

	err = v.Store.View(ctx, func(tx *store.Tx) error {
		newest, err := tx.NewestArticle()
		if err != nil {
			return err
		}

		v.last = max(v.last, newest-mostQueued)
		articles, err = tx.WithoutVector(v.Embedder.Model(), v.last, since, v.atOnce)

		return err
	})

	return articles, err
}

// take keeps the vectors of articles, and joins the stories that they tell in two languages.
func (v *Vectors) take(ctx context.Context, articles []*store.Article, vectors []across.Vector) error {
	v.window.Forget(time.Now().Add(-across.Within))

	kept := make([]store.ArticleVector, len(articles))
	for i, a := range articles {
		kept[i] = store.ArticleVector{Article: a.ID, Vector: vectors[i].Bytes()}
		v.window.Add(attachVector(a, vectors[i]))
	}

	var pairs []across.Pair

	if v.Join && v.window.Held() > 0 {
		if err := v.Store.View(ctx, func(tx *store.Tx) error { return tx.StoriesFrom(v.window.Oldest(), v.window.Place) }); err != nil {
			return err
		}

		for _, a := range articles {
			pairs = append(pairs, v.window.Find(a.ID)...)
		}
	}

	return v.Store.Update(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		err := tx.SaveVectors(v.Embedder.Model(), kept)
		for _, p := range pairs {
			if err == nil {
				_, err = tx.JoinPair(p.Article, p.Other)
			}
		}

		return err
	})
}

// attachVector returns an article with its place.
func attachVector(a *store.Article, vector across.Vector) *across.Article {
	return &across.Article{
		ID: a.ID, Story: a.Story, Language: news.BaseLanguage(a.News.Language), Outlet: a.News.Outlet,
		Title: a.News.Title, Lead: ai.TextOf(&a.News), At: a.At(), Vector: vector,
	}
}
