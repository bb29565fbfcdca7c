package answers

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"newsbell/ai"
	"newsbell/news"
	"newsbell/store"
)

// Translations are made after their alerts were sent, so none waits for a model.
const (
	// translateEvery is how often sent alerts are looked for.
	translateEvery = 5 * time.Second
	// translateFor is how long after it was sent an alert is still translated.
	translateFor = time.Hour
	// translatedAtOnce is how many alerts are read at a time.
	translatedAtOnce = 20
)

// Translator translates sent alerts for the chats that want it.
type Translator struct {
	Store  *store.Store
	Writer *ai.Writer
	// LanguageOf returns the language that a chat is written to in.
	LanguageOf func(*store.Chat) string
	Summary    int // characters of a summary
	Log        *slog.Logger
}

// Run translates while a language model works, until ctx ends. The messages are edited to
// show it (package delivery).
func (r *Translator) Run(ctx context.Context) {
	for {
		if r.Writer.Works() {
			if err := r.translateSent(ctx); err != nil && ctx.Err() == nil {
				r.Log.Error("translating alerts", "error", err)
			}
		}

		select {
		case <-ctx.Done():
			return
		case <-time.After(translateEvery):
		}
	}
}

// translateSent translates what was sent and not tried yet.
func (r *Translator) translateSent(ctx context.Context) error {
	sent, err := store.Read(ctx, r.Store, func(tx *store.Tx) ([]store.Edit, error) {
		return tx.Untranslated(tx.Now.Add(-translateFor), translatedAtOnce)
	})

	for i := range sent {
		if err != nil || ctx.Err() != nil {
			break
		}

		made := r.translation(ctx, &sent[i])
		err = r.Store.Update(ctx, func(tx *store.Tx) error { return tx.SaveTranslation(sent[i].ID, made) })
	}

	return err
}

// translation is a sent alert in the language of its chat; nil: it is in that already, or
// the model has no good one.
func (r *Translator) translation(ctx context.Context, sent *store.Edit) *store.Translation {
	if len(sent.Alerts) != 1 || sent.Alerts[0] == nil || sent.Alerts[0].Article == nil {
		return nil
	}

	article := sent.Alerts[0].Article.News
	language := r.LanguageOf(sent.Chat)

	if article.Language == "" || news.BaseLanguage(article.Language) == news.BaseLanguage(language) {
		return nil
	}

	answer := r.Writer.Answer(ctx, sent.Chat.ID, &ai.Task{Kind: ai.Translate, Language: language, Articles: []*news.Article{&article}})
	if answer.By != ai.ByModel || len(answer.Sentences) == 0 {
		return nil
	}

	made := &store.Translation{Of: article.Title, Title: strings.TrimSuffix(answer.Sentences[0].Text, ".")}

	var rest []string
	for _, s := range answer.Sentences[1:] {
		rest = append(rest, s.Text)
	}

	made.Text = news.Shorten(strings.Join(rest, " "), r.Summary)

	return made
}
