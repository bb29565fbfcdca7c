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
	// judgeEvery is the pause between two looks for open cases.
	judgeEvery = time.Second
	// judgedAtOnce is how many open cases are read at a time.
	judgedAtOnce = 50
	// pauseTime is how long a model that failed is not asked. Meanwhile alerts come unjudged at
	// once, instead of each after a timeout of its own.
	pauseTime = time.Minute
	// hangTime is how long a model may answer nobody before it counts as failed.
	hangTime = subscriptions.JudgeTime / 2
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

	pausedUntil atomic.Int64 // in Unix milliseconds: the model is not asked before then
	answered    atomic.Int64 // how many cases the model has answered
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

// JudgeOpen judges up to judgedAtOnce of the open cases. Those that come while the model is busy
// stay open until the next call.
func (j *Judge) JudgeOpen(ctx context.Context) error {
	open, err := store.Read(ctx, j.Store, func(tx *store.Tx) ([]*store.Case, error) { return tx.OpenCases(judgedAtOnce) })
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

	if c.Article != nil && j.Writer.Works() && time.Now().UnixMilli() >= j.pausedUntil.Load() {
		verdict = j.ask(ctx, c)
	}

	if verdict == ai.Busy || ctx.Err() != nil { // the case stays open
		return nil
	}

	written := store.Unjudged

	switch verdict {
	case ai.Fits:
		written = store.Fits
	case ai.Differs:
		written = store.Differs
	case ai.Away, ai.Late, ai.Unclear, ai.Spent, ai.Busy:
	}

	return j.Store.Update(ctx, func(tx *store.Tx) error { return tx.Judge(c, written, j.Zone, j.Spared) })
}

// ask has the model judge a case within the time that its alert may wait, and not at all once that
// is over. It pauses the model when it cannot be reached or hangs. An answer that cannot be read,
// or one case that ran out of time, is no sign of either.
func (j *Judge) ask(ctx context.Context, c *store.Case) ai.Verdict {
	left := min(time.Until(c.Due), subscriptions.JudgeTime)
	if left <= 0 {
		return ai.Late
	}

	limited, cancel := context.WithTimeout(ctx, left)
	defer cancel()

	before := j.answered.Load()
	verdict := j.Writer.Judge(limited, c.Chat, c.Only, &c.Article.News)

	switch verdict {
	case ai.Fits, ai.Differs, ai.Unclear:
		j.answered.Add(1)
	case ai.Away:
		j.pause(ctx)
	case ai.Late:
		if left >= hangTime && j.answered.Load() == before { // no other case was answered meanwhile, either
			j.pause(ctx)
		}
	case ai.Spent, ai.Busy:
	}

	return verdict
}

// pause stops asking the model for pauseTime, unless the failure is only that the program stops.
func (j *Judge) pause(ctx context.Context) {
	if ctx.Err() == nil {
		j.pausedUntil.Store(time.Now().Add(pauseTime).UnixMilli())
	}
}
