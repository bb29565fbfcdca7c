package store

import (
	"time"
)

// Grouped calls each for every article that has a story and can still be joined
// by others, in the order in which they were matched.
func (t *Tx) Grouped(since time.Time, each func(*Article) error) error {
	return t.rows("SELECT "+articleColumns+fromArticles+"WHERE a.story IS NOT NULL AND a.seen_at >= $1 ORDER BY a.id", []any{millis(since)},
		func(scan func(...any) error) error {
			a, err := scanArticle(scan)
			if err != nil {
				return err
			}

			return each(a)
		})
}

// Outlets lists who else tells a story, oldest first and each once, as far as a
// chat can hear them, leaving one outlet out.
func (t *Tx) Outlets(story, chat int64, except string) ([]string, error) {
	var outlets []string

	err := t.rows(`SELECT a.outlet`+fromArticles+`WHERE a.story = $1 AND a.outlet <> '' AND a.outlet <> $3
		AND (o.origin = 'config' OR o.id IN (SELECT source FROM source_chats WHERE chat = $2))
		GROUP BY a.outlet ORDER BY min(a.id)`, []any{story, chat, except}, func(scan func(...any) error) error {
		var outlet string

		err := scan(&outlet)
		outlets = append(outlets, outlet)

		return err
	})

	return outlets, err
}

func (t *Tx) saveStory(m Match) error {
	n, err := t.exec("UPDATE articles SET matched_at = $2, story = $3 WHERE id = $1 AND story IS $3", m.Article, millis(t.Now), m.Story)
	if err != nil || n > 0 {
		return err // an update of an article: its story counted it already
	}

	if _, err := t.exec("UPDATE articles SET matched_at = $2, story = $3 WHERE id = $1", m.Article, millis(t.Now), m.Story); err != nil {
		return err
	}

	_, err = t.exec(`INSERT INTO stories (id, first_at, last_at, articles, last) VALUES ($1, $2, $2, 1, $3)
		ON CONFLICT (id) DO UPDATE SET last_at = max(last_at, excluded.last_at), articles = articles + 1, last = excluded.last`,
		m.Story, millis(m.At), m.Article)

	return err
}

// ArticlesOfStory lists the articles that tell a story and that a chat may see (chat
// 0: only those of configured sources), the oldest first.
func (t *Tx) ArticlesOfStory(chat, story int64, limit int) ([]*Article, error) {
	return t.articlesWhere(`a.story = $2 AND (o.origin = 'config' OR o.id IN (SELECT source FROM source_chats WHERE chat = $1))
		ORDER BY a.id LIMIT $3`, chat, story, limit)
}
