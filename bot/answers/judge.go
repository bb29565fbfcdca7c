package answers

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"newsbell/ai"
	"newsbell/store"
	"newsbell/subscriptions"
)

const (
	// judgeEvery is how often matches are looked for that are to be judged.
	judgeEvery = time.Second
	// judgedAtOnce is how many matches are read at a time.
	judgedAtOnce = 50
	// awayFor is how long a model that failed is not asked: until then alerts come unjudged
	// at once, not each after its own wait.
	awayFor = time.Minute
)

// Judge has a language model judge the matches of subscriptions with only:, after they
// matched. An alert waits for it for [subscriptions.JudgeTime] and then comes unjudged, and
// no other alert waits at all.
type Judge struct {
	Store  *store.Store
	Writer *ai.Writer // nil, or one without a model: everything is unjudged
	Zone   *time.Location
	Spared store.Spared
	Log    *slog.Logger

	away atomic.Int64 // until then, in Unix milliseconds, the model is not asked
}

// Run judges until ctx ends.
func (j *Judge) Run(ctx context.Context) {
	for {
		if err := j.JudgeOpen(ctx); err != nil && ctx.Err() == nil {
			j.Log.Error("judging alerts", "error", err)
		}

		select {
		case <-ctx.Done():
			return
		case <-time.After(judgeEvery):
		}
	}
}

// JudgeOpen judges what is open, once. Those that the model has no place for stay open until the
// next time.
func (j *Judge) JudgeOpen(ctx context.Context) error {
	var open []*store.Case

	err := j.Store.View(ctx, func(tx *store.Tx) (err error) {
		open, err = tx.OpenCases(judgedAtOnce)
		return err
	})
	if err != nil || len(open) == 0 {
		return err
	}

	var asking errgroup.Group

	asking.SetLimit(j.Writer.Parallel())

	for _, c := range open {
		asking.Go(func() error { return j.judge(ctx, c) })
	}

	return asking.Wait()
}

// judge judges one case, and writes the verdict.
func (j *Judge) judge(ctx context.Context, c *store.Case) error {
	verdict := ai.Away

	if c.Article != nil && j.Writer.Works() && time.Now().UnixMilli() >= j.away.Load() {
		if verdict = j.ask(ctx, c); verdict == ai.Away && ctx.Err() == nil {
			j.away.Store(time.Now().Add(awayFor).UnixMilli())
		}
	}

	if verdict == ai.Busy || ctx.Err() != nil { // it stays open
		return nil
	}

	written := map[ai.Verdict]store.Verdict{ai.Away: store.Unjudged, ai.Spent: store.Unjudged, ai.Fits: store.Fits, ai.Differs: store.Differs}[verdict]

	return j.Store.Update(ctx, func(tx *store.Tx) error { return tx.Judge(c, written, j.Zone, j.Spared) })
}

// ask has the model judge a case in the time that its alert leaves.
func (j *Judge) ask(ctx context.Context, c *store.Case) ai.Verdict {
	ctx, cancel := context.WithTimeout(ctx, min(max(time.Until(c.Due), 0), subscriptions.JudgeTime))
	defer cancel()

	return j.Writer.Judge(ctx, c.Chat, c.Only, &c.Article.News)
}
