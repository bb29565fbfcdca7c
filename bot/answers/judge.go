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
	// hangsAfter is how long a model answers nothing before it counts as away.
	hangsAfter = subscriptions.JudgeTime / 2
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

	away     atomic.Int64 // until then, in Unix milliseconds, the model is not asked
	answered atomic.Int64 // how many cases the model has answered
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
		verdict = j.ask(ctx, c)
	}

	if verdict == ai.Busy || ctx.Err() != nil { // it stays open
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

// ask has the model judge a case in the time that its alert leaves; one whose time is over is
// not asked about. It notes when the model is away: what comes of one case, such as a form
// that its article has the model leave, or little time, does not tell that.
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
		j.leave(ctx)
	case ai.Late:
		if left >= hangsAfter && j.answered.Load() == before { // it hangs: nobody else was answered meanwhile
			j.leave(ctx)
		}
	case ai.Spent, ai.Busy:
	}

	return verdict
}

// leave has the model not be asked for a while, unless the program is stopping.
func (j *Judge) leave(ctx context.Context) {
	if ctx.Err() == nil {
		j.away.Store(time.Now().Add(awayFor).UnixMilli())
	}
}
