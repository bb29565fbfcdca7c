package scheduler

import (
	"context"
	"time"

	"newsbell/news/related"
	"newsbell/news/story"
	"newsbell/store"
)

// What the match loop does between its batches. Alerts come first: nothing waits for any of it, and
// what a stop or a kill leaves out, the next start does.

const (
	// relatedRounds is how many batches of articles are shortened at a time, so that the articles
	// of an older database catch up without holding up the match loop.
	relatedRounds = 5
	// relatedInterval is how long articles that come one by one are collected for it: each
	// transaction waits for the disk, and its compressor takes a megabyte.
	relatedInterval = 5 * time.Second
	// learnedInterval is how often it is saved how common words are. A kill in between loses
	// nothing: a start reads the articles of three days more than the window again.
	learnedInterval = 6 * time.Hour
	// upkeepAtStop is how long a stop may take for both.
	upkeepAtStop = 2 * time.Second

	// refiledAtOnce is how many subscriptions the index looks at after each batch, some
	// milliseconds, until it has looked at all of them. From then on which words are frequent
	// changes with the articles that pass: refiledAnArticle are looked at for each.
	refiledAtOnce    = 10_000
	refiledAnArticle = 500
)

// maintain brings up to date what is kept beside the alerts, after so many articles were matched.
func (m *matcher) maintain(ctx context.Context, matched int) {
	m.refile(matched)

	m.unrelated += matched
	if m.unrelated >= batch || time.Since(m.related) >= relatedInterval {
		if err := m.keepRelated(ctx); err != nil && ctx.Err() == nil {
			m.Log.Error("keep what related articles need", "error", err)
		}

		if err := m.Store.LearnDictionary(ctx); err != nil && ctx.Err() == nil {
			m.Log.Error("learn what texts have in common", "error", err)
		}

		m.unrelated, m.related = 0, time.Now()
	}

	if time.Since(m.learnedAt) >= learnedInterval {
		if err := m.keepLearned(ctx); err != nil && ctx.Err() == nil {
			m.Log.Error("keep how common words are", "error", err)
		}

		m.learnedAt = time.Now()
	}
}

// maintainAtStop saves the rest, for at most upkeepAtStop, while the program stops.
func (m *matcher) maintainAtStop(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), upkeepAtStop)
	defer cancel()

	if err := m.keepRelated(ctx); err != nil {
		m.Log.Warn("keep what related articles need; the next start does", "error", err)
	}

	if err := m.keepLearned(ctx); err != nil {
		m.Log.Warn("keep how common words are; the next start learns it again", "error", err)
	}
}

// refile lets the index look at some of its subscriptions, and file them under rarer words.
func (m *matcher) refile(articles int) {
	n := refiledAtOnce
	if m.refiledAll {
		n = min(n, articles*refiledAnArticle)
	}

	_, done := m.index.Refile(n)
	m.refiledAll = m.refiledAll || done
}

// keepRelated saves the short forms and terms of matched articles, by which related news is found
// when the articles themselves are gone.
func (m *matcher) keepRelated(ctx context.Context) error {
	for range relatedRounds {
		articles, err := store.Read(ctx, m.Store, func(t *store.Tx) ([]*store.Article, error) { return t.Unrelated(batch) })
		if err != nil || len(articles) == 0 {
			return err
		}

		list := make([]store.Shortened, 0, len(articles))

		for _, a := range articles {
			short := store.Shortened{Article: a}
			for _, term := range related.Terms(&a.News) {
				short.Terms = append(short.Terms, term.Hash)
			}

			list = append(list, short)
		}

		if err := m.Store.SaveRelated(ctx, list); err != nil {
			return err
		}
	}

	return nil
}

// readLearned begins with how common words were before this start. What a program of another version
// has saved is learned anew.
func (m *matcher) readLearned(t *store.Tx) (err error) {
	b := story.Background{Words: map[string][]byte{}}

	b.Through, err = t.LearnedWords(func(language string, words []byte) { b.Words[language] = words })
	if err != nil {
		return err
	}

	m.learnedAt, m.learnedTo = time.Now(), b.Through

	if err := m.stories.Learn(b); err != nil {
		m.Log.Warn("some of what was learned of how common words are is of another version, and learned anew", "error", err)
	}

	return nil
}

// keepLearned saves how common words are, if articles were learned from since it was last saved.
func (m *matcher) keepLearned(ctx context.Context) error {
	b := m.stories.Background()
	if b.Through <= m.learnedTo {
		return nil
	}

	err := m.Store.Update(ctx, func(t *store.Tx) error { return t.SaveLearnedWords(b.Through, b.Words) })
	if err == nil {
		m.learnedTo = b.Through
	}

	return err
}
