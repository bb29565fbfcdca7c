// Package answers gives a story to package ai, and keeps what it wrote in the store.
// Chat and command line ask the same way.
package answers

import (
	"context"
	"encoding/json"
	"errors"

	"newsbell/ai"
	"newsbell/bot/page"
	"newsbell/news"
	"newsbell/store"
)

// NewTask makes the task of answering about a story.
func NewTask(story *page.Story, kind ai.Kind, language, question string) *ai.Task {
	t := &ai.Task{Kind: kind, Language: language, Question: question, Articles: story.FullArticles}
	for _, r := range story.Related {
		t.Related = append(t.Related, &news.Article{Title: r.Title, URL: r.URL, Outlet: r.Outlet, Published: r.Published, Text: r.Text})
	}

	return t
}

// Ledger keeps answers and what they cost in a store. It implements [ai.Ledger].
type Ledger struct{ Store *store.Store }

// Answer returns the answer that was kept under a key, or nil.
func (l Ledger) Answer(ctx context.Context, key string) (*ai.Answer, error) {
	kept, err := store.Read(ctx, l.Store, func(tx *store.Tx) (string, error) { return tx.ModelAnswer(key) })
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil // none is an answer
	}

	if err != nil {
		return nil, err
	}

	a := new(ai.Answer)

	return a, json.Unmarshal([]byte(kept), a)
}

// Keep keeps an answer for a month.
func (l Ledger) Keep(ctx context.Context, key string, a *ai.Answer) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}

	return l.Store.Update(ctx, func(tx *store.Tx) error { return tx.SaveModelAnswer(key, string(text)) })
}

// Spent returns the tokens that a chat, and all chats, have used today (UTC).
func (l Ledger) Spent(ctx context.Context, chat int64) (ofChat, all int, err error) {
	err = l.Store.View(ctx, func(tx *store.Tx) (err error) {
		ofChat, all, err = tx.SpentTokens(chat)
		return err
	})

	return ofChat, all, err
}

// Spend adds to them.
func (l Ledger) Spend(ctx context.Context, chat int64, tokens int) error {
	return l.Store.Update(ctx, func(tx *store.Tx) error { return tx.SpendTokens(chat, tokens) })
}

// Connect is what a language model says of what connects the articles of a brief, as far as they
// bear it out; nil if that is nothing, or they are less than two.
func Connect(ctx context.Context, w *ai.Writer, chat int64, language string, articles []*news.Article) []ai.Sentence {
	if len(articles) < 2 {
		return nil
	}

	answer := w.Answer(ctx, chat, &ai.Task{Kind: ai.Connect, Language: language, Articles: articles})
	if answer.By != ai.ByModel {
		return nil
	}

	return answer.Sentences
}
