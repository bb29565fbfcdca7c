package scheduler

import (
	"context"
	"time"

	"newsbell/news/story"
	"newsbell/store"
)

// learnedInterval is how often what the stories learned of how common words are is kept. A kill
// loses nothing in between: a start reads the articles of three days more than the window again.
const learnedInterval = 6 * time.Hour

// readLearned has the stories begin with what was learned before this start. What another version
// kept is learned anew.
func (m *matcher) readLearned(t *store.Tx) (err error) {
	b := story.Background{Words: map[string][]byte{}}

	b.Through, err = t.LearnedWords(func(language string, words []byte) { b.Words[language] = words })
	if err != nil {
		return err
	}

	m.kept, m.through = time.Now(), b.Through

	if err := m.stories.Learn(b); err != nil {
		m.Log.Warn("some of what was learned of how common words are is of another version, and learned anew", "error", err)
	}

	return nil
}

// keepLearned keeps what the stories have learned since it was last kept.
func (m *matcher) keepLearned(ctx context.Context) error {
	b := m.stories.Background()
	if b.Through <= m.through {
		return nil
	}

	err := m.Store.Update(ctx, func(t *store.Tx) error { return t.SaveLearnedWords(b.Through, b.Words) })
	if err == nil {
		m.through = b.Through
	}

	return err
}
