package store

import (
	"database/sql"
	"time"

	"newsbell/news"
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

// alsoColumns are what scanAlso reads.
const alsoColumns = "a.outlet, a.url, a.language, a.published_at, a.seen_at"

func scanAlso(scan func(...any) error, first ...any) (Also, error) {
	var (
		also      Also
		published sql.NullInt64
		seen      int64
	)

	err := scan(append(first, &also.Outlet, &also.URL, &also.Language, &published, &seen)...)
	also.At = (&Article{SeenAt: fromMillis(seen), News: news.Article{Published: fromNull(published)}}).At()

	return also, err
}

// Outlets lists who else tells a story, oldest first and each once, as far as a
// chat can hear them, leaving one outlet out.
func (t *Tx) Outlets(story, chat int64, except string) ([]Also, error) {
	var outlets []Also

	err := t.rows("SELECT "+alsoColumns+` FROM articles a WHERE a.id IN (SELECT min(a.id)`+fromArticles+`WHERE a.story = $1 AND a.outlet <> '' AND a.outlet <> $3
		AND (o.origin = 'config' OR o.id IN (SELECT source FROM source_chats WHERE chat = $2))
		GROUP BY a.outlet) ORDER BY a.id`, []any{story, chat, except}, func(scan func(...any) error) error {
		also, err := scanAlso(scan)
		outlets = append(outlets, also)

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
	if err != nil || m.Story == m.Article {
		return err
	}

	return t.noteJoined(m.Story, m.Article)
}

// noteJoined notes when an article is the first of its outlet in a story: the alerts of
// the story that were sent name one outlet too few.
func (t *Tx) noteJoined(story, article int64) error {
	n, err := t.exec(`UPDATE stories SET joined_at = $3 WHERE id = $1 AND EXISTS (SELECT 1 FROM articles n WHERE n.id = $2 AND n.outlet <> ''
		AND NOT EXISTS (SELECT 1 FROM articles o WHERE o.story = $1 AND o.outlet = n.outlet AND o.id <> n.id))`, story, article, millis(t.Now))
	if n > 0 {
		t.raise(Grown)
	}

	return err
}

// AllChats stands for a chat that may see the articles of every source: the operator at
// the command line.
const AllChats = -1

// ArticlesOfStory lists the articles that tell a story and that a chat may see (chat
// 0: only those of configured sources), the oldest first.
func (t *Tx) ArticlesOfStory(chat, story int64, limit int) ([]*Article, error) {
	return t.articlesWhere(`a.story = $2 AND ($1 < 0 OR o.origin = 'config' OR o.id IN (SELECT source FROM source_chats WHERE chat = $1))
		ORDER BY a.id LIMIT $3`, chat, story, limit)
}
