package ai

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"golang.org/x/sync/singleflight"

	"newsbell/news"
)

// Defaults of Config.
const (
	DefaultTimeout  = time.Minute
	DefaultParallel = 1
)

// Writer answers tasks: by its model as far as that can be checked, else from the
// articles. It is safe for concurrent use.
type Writer struct {
	config  Config
	model   *model // nil: none
	judge   *model // nil: none
	ledger  Ledger
	slots   chan struct{} // one for each request under way
	works   atomic.Bool   // the last probe was well
	flights singleflight.Group
}

// Ledger keeps answers and counts what they cost. The store has one; nil stands for one that keeps
// and counts nothing.
type Ledger interface {
	// Answer returns the answer that was kept under a key, or nil.
	Answer(ctx context.Context, key string) (*Answer, error)
	// Keep keeps an answer.
	Keep(ctx context.Context, key string, a *Answer) error
	// Spent returns the tokens of a chat, and of all chats, today (UTC).
	Spent(ctx context.Context, chat int64) (ofChat, all int, err error)
	// Spend adds to them.
	Spend(ctx context.Context, chat int64, tokens int) error
}

// noLedger keeps and counts nothing.
type noLedger struct{}

func (noLedger) Answer(context.Context, string) (*Answer, error)         { return nil, nil } // none is kept
func (noLedger) Keep(context.Context, string, *Answer) error             { return nil }
func (noLedger) Spent(context.Context, int64) (ofChat, all int, _ error) { return 0, 0, nil }
func (noLedger) Spend(context.Context, int64, int) error                 { return nil }

func ledgerOrNone(l Ledger) Ledger {
	if l == nil {
		return noLedger{}
	}

	return l
}

// New makes a Writer. With no Config.URL it answers from the articles alone.
func New(c Config, ledger Ledger) *Writer {
	c = c.withDefaults()

	w := &Writer{config: c, ledger: ledgerOrNone(ledger), slots: make(chan struct{}, c.Parallel)}
	if c.URL != "" {
		w.model = newModel(c, c.Model)
	}

	if c.URL != "" && c.CheckModel != "" {
		w.judge = newModel(c, c.CheckModel)
	}

	return w
}

// withDefaults returns a Config with the defaults in it.
func (c Config) withDefaults() Config {
	c.Timeout = cmp.Or(c.Timeout, DefaultTimeout)
	c.Parallel = cmp.Or(c.Parallel, DefaultParallel)

	if c.HTTP == nil {
		c.HTTP = &http.Client{}
	}

	return c
}

// Works reports whether the model answered the last probe, and well: only then is it
// offered to people. A nil Writer has none.
func (w *Writer) Works() bool { return w != nil && w.works.Load() }

// HasModel reports whether a model is configured, whether or not it works now.
func (w *Writer) HasModel() bool { return w != nil && w.model != nil }

// Parallel returns how many requests are under way at the same time.
func (w *Writer) Parallel() int {
	if w == nil {
		return DefaultParallel
	}

	return cap(w.slots)
}

// Answer answers a task for a chat. It never fails: what goes wrong with the model
// stands in Answer.Reason, and the answer is the articles' own. The same task that
// comes while it is being answered gets the same answer.
func (w *Writer) Answer(ctx context.Context, chat int64, t *Task) *Answer {
	return w.Stream(ctx, chat, t, nil)
}

// Stream is Answer, and shows what is written of it meanwhile: show gets all sentences so far,
// each of which has passed the checks, none when the model begins, and is called by the same
// goroutine. What it gets is not taken back: the answer begins with it. An answer that is kept
// already, or is being written for somebody else, does not come in parts.
func (w *Writer) Stream(ctx context.Context, chat int64, t *Task, show func(*Answer)) *Answer {
	if w.model == nil {
		return Extract(t)
	}

	given := t.given()
	if reason := whyNoModel(t, given); reason != "" {
		return fallBack(t, 0, reason)
	}

	key := w.keyOf(t, given)

	answer, _, _ := w.flights.Do(key, func() (any, error) {
		work, cancel := untilDeadline(ctx)
		defer cancel()

		return w.answer(work, chat, key, t, given, show), nil
	})

	return answer.(*Answer) // the line above makes it
}

// untilDeadline returns a context that ends with the deadline of ctx, if it has one, and not when
// whoever asked first is gone: others may wait for the same answer.
func untilDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	by, ok := ctx.Deadline()
	if !ok {
		return context.WithoutCancel(ctx), func() {}
	}

	return context.WithDeadline(context.WithoutCancel(ctx), by)
}

// whyNoModel says why no model is asked; "" if one is.
func whyNoModel(t *Task, given []*news.Article) string {
	length := 0
	for _, a := range given {
		length += utf8.RuneCountInString(readBody(a))
	}

	switch {
	case len(given) == 0:
		return "There are no articles to write from."
	case (t.Kind == Short || t.Kind == Sides) && len(given) == 1 && length < leastOfStory:
		return "One short article is its own summary."
	case t.Kind == Connect && len(given) < 2:
		return "There is nothing to connect."
	case t.Kind == Question && strings.TrimSpace(t.Question) == "":
		return "There is no question."
	}

	return ""
}

// keyOf names an answer: by what it is written from, and how.
func (w *Writer) keyOf(t *Task, given []*news.Article) string {
	h := sha256.New()
	fmt.Fprintln(h, promptVersion, w.config.Model, w.config.CheckModel, t.Kind, t.Language, t.Question)

	for _, a := range given {
		fmt.Fprintln(h, a.URL, a.Title, readBody(a))
	}

	return hex.EncodeToString(h.Sum(nil))
}

func (w *Writer) answer(ctx context.Context, chat int64, key string, t *Task, given []*news.Article, show func(*Answer)) *Answer {
	if kept, err := w.ledger.Answer(ctx, key); err == nil && kept != nil {
		return kept
	}

	if reason := w.overBudget(ctx, chat); reason != "" {
		a := fallBack(t, 0, reason)
		a.Spent = true

		return a
	}

	if !w.takeSlot(ctx) {
		return fallBack(t, 0, "The model is busy.")
	}
	defer func() { <-w.slots }()

	if show != nil {
		show(&Answer{By: ByModel})
	}

	written := w.model.begin(ctx, newPrompt(t, given), show != nil)
	s := w.sift(ctx, t, given, written, show)

	w.pay(ctx, chat, written.tokens+s.tokens)

	switch {
	case written.err != nil:
		return fallBack(t, 0, capitalize(written.err.Error())+".")
	case s.read == 0:
		return fallBack(t, 0, "The model found no answer in the articles.")
	case len(s.kept) > 0 && s.isTooLittle():
		return fallBack(t, s.dropped, "Most of what the model wrote is not in the articles.")
	case s.isTooLittle():
		return fallBack(t, s.dropped, "What the model wrote is not in the articles.")
	}

	answer := s.answer()
	if !written.broken {
		_ = w.ledger.Keep(context.WithoutCancel(ctx), key, answer) // it is written again then
	}

	return answer
}

// longestQueue is how long a request waits for others: meanwhile it holds one of the few
// slots in which an adapter serves people.
const longestQueue = 10 * time.Second

// takeSlot waits for a slot, and reports whether there was one in time.
func (w *Writer) takeSlot(ctx context.Context) bool {
	timer := time.NewTimer(longestQueue)
	defer timer.Stop()

	select {
	case w.slots <- struct{}{}:
		return true
	case <-timer.C:
		return false
	case <-ctx.Done():
		return false
	}
}

// overBudget says that the day's tokens are used up; "" if they are not.
func (w *Writer) overBudget(ctx context.Context, chat int64) string {
	ofChat, all, err := w.ledger.Spent(ctx, chat)

	switch {
	case err != nil:
		return ""
	case w.config.TokensPerDay > 0 && all >= w.config.TokensPerDay:
		return "The model's budget for today is used up; it goes on at midnight UTC."
	case w.config.PerChatPerDay > 0 && ofChat >= w.config.PerChatPerDay:
		return "This chat's share of the model for today is used up; it goes on at midnight UTC."
	}

	return ""
}

// pay counts what was written, whoever is gone since.
func (w *Writer) pay(ctx context.Context, chat int64, tokens int) {
	_ = w.ledger.Spend(context.WithoutCancel(ctx), chat, tokens) // nothing is lost for its bill
}

// fallBack returns the articles' own answer, with the reason why it is not the model's.
func fallBack(t *Task, dropped int, reason string) *Answer {
	a := Extract(t)
	a.Dropped = dropped

	if t.Kind != Translate || len(a.Sentences) > 0 {
		a.Reason = strings.TrimSpace(reason + " " + a.Reason)
	} else {
		a.Reason = reason
	}

	return a
}

func capitalize(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return strings.ToUpper(string(r)) + s[size:]
}

// Probe asks the model for one sentence, and reports how long that took and whether it
// kept to the form. The error is a sentence for the operator.
func (w *Writer) Probe(ctx context.Context) (took time.Duration, obeys bool, err error) {
	took, obeys, err = w.probe(ctx)
	w.works.Store(obeys)

	return took, obeys, err
}

func (w *Writer) probe(ctx context.Context) (took time.Duration, obeys bool, err error) {
	if w.model == nil {
		return 0, false, errors.New("no model is configured")
	}

	article := &news.Article{Title: "Harbour bridge opens after two years of repairs", Outlet: "Example", Text: "The harbour bridge opened on Monday after two years of repairs, the city said."}
	began := time.Now()

	p := newPrompt(&Task{Kind: Short, Articles: []*news.Article{article}}, []*news.Article{article})

	r, _, err := w.model.write(ctx, p)
	if err != nil {
		return time.Since(began), false, err
	}

	s := &sieve{task: &Task{Kind: Short}, given: []*news.Article{article}}
	for _, one := range r.Sentences {
		s.add(one, nil)
	}

	return time.Since(began), len(s.kept) > 0, nil
}
