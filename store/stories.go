package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
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
		AND (o.origin = 'config' OR o.id IN (SELECT source FROM readers WHERE chat = $2))
		GROUP BY a.outlet) ORDER BY a.id`, []any{story, chat, except}, func(scan func(...any) error) error {
		also, err := scanAlso(scan)
		outlets = append(outlets, also)

		return err
	})

	return outlets, err
}

// saveStory puts an article into its story. One that is in it already, because it was
// changed or its alerts were not written to the end, was counted then.
func (t *Tx) saveStory(m Match) error {
	n, err := t.exec("UPDATE articles SET story = $2 WHERE id = $1 AND story IS DISTINCT FROM $2", m.Article, m.Story)
	if err != nil || n == 0 {
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
// the story that were sent name one outlet too few. What a chat's own source brings is
// no reason to edit the alerts of everybody.
func (t *Tx) noteJoined(story, article int64) error {
	n, err := t.exec(`UPDATE stories SET joined_at = $3 WHERE id = $1 AND EXISTS (
		SELECT 1 FROM articles n JOIN sources ns ON ns.id = n.source WHERE n.id = $2 AND n.outlet <> '' AND ns.origin <> 'chat'
		AND NOT EXISTS (SELECT 1 FROM articles o JOIN sources os ON os.id = o.source
			WHERE o.story = $1 AND o.outlet = n.outlet AND o.id <> n.id AND (os.origin = 'config' OR os.id = ns.id)))`, story, article, millis(t.Now))
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
	return t.articlesWhere(`a.story = $2 AND ($1 < 0 OR o.origin = 'config' OR o.id IN (SELECT source FROM readers WHERE chat = $1))
		ORDER BY a.id LIMIT $3`, chat, story, limit)
}

// Doubt is that an article opened a story although it may tell the story of another one.
type Doubt struct {
	Article int64
	LogOdds float64
}

// Label is a pair of articles of which a person said whether they tell one story.
type Label struct {
	Same    bool         `json:"same_event"`
	LogOdds float64      `json:"log_odds"` // that they do, as the classifier saw it
	A       news.Article `json:"a"`
	B       news.Article `json:"b"`
}

func (t *Tx) saveDoubt(m Match) error {
	if m.Doubt == nil {
		return nil
	}

	_, err := t.exec("INSERT INTO doubts (article, related, log_odds, at) VALUES ($1, $2, $3, $4) ON CONFLICT (article) DO NOTHING",
		m.Article, m.Doubt.Article, m.Doubt.LogOdds, millis(t.Now))

	return err
}

// relatedTitles returns, of the articles in doubt, the titles of those that they may tell the
// same as: only of configured sources, which every chat may see.
func (t *Tx) relatedTitles(articles []int64) (map[int64]string, error) {
	text, args := list(articles)
	titles := map[int64]string{}

	err := t.rows("SELECT d.article, a.title FROM doubts d JOIN articles a ON a.id = d.related JOIN sources o ON o.id = a.source WHERE d.article IN "+text+
		" AND d.same IS NULL AND o.origin = 'config'", args, func(scan func(...any) error) error {
		var (
			article int64
			title   string
		)

		err := scan(&article, &title)
		titles[article] = title

		return err
	})

	return titles, err
}

// SettleDoubt keeps what a person said of an article in doubt and of the one it may tell the
// same as. It reports false when there is no such doubt, or an article of the pair is gone.
func (t *Tx) SettleDoubt(article int64, same bool) (bool, error) {
	var related int64

	err := t.one("SELECT related FROM doubts WHERE article = $1", []any{article}, &related)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}

	if err != nil {
		return false, fmt.Errorf("read a doubt: %w", err)
	}

	list, err := t.articlesWhere("a.id IN ($1, $2) ORDER BY a.id", related, article)
	if err != nil || len(list) != 2 {
		return false, err
	}

	pair, err := json.Marshal([2]news.Article{shortened(&list[0].News), shortened(&list[1].News)})
	if err != nil {
		return false, err
	}

	_, err = t.exec("UPDATE doubts SET same = $2, pair = $3 WHERE article = $1", article, same, string(pair))

	return err == nil, err
}

// labelText is how much of a text a label keeps, in code points.
const labelText = 900

func shortened(a *news.Article) news.Article {
	return news.Article{
		Title: a.Title, URL: a.URL, Outlet: a.Outlet, Published: a.Published, Language: a.Language,
		Summary: a.Summary, Text: news.Leading(a.Text, labelText),
	}
}

// Labels calls each for every pair of which a person said whether it is one story, oldest first.
func (t *Tx) Labels(each func(Label) error) error {
	return t.rows("SELECT same, log_odds, pair FROM doubts WHERE same IS NOT NULL ORDER BY at, article", nil, func(scan func(...any) error) error {
		var (
			l    Label
			text string
			pair [2]news.Article
		)

		if err := scan(&l.Same, &l.LogOdds, &text); err != nil {
			return err
		}

		if err := json.Unmarshal([]byte(text), &pair); err != nil {
			return fmt.Errorf("read a label: %w", err)
		}

		l.A, l.B = pair[0], pair[1]

		return each(l)
	})
}

// joinStories makes other stories a part of one. A chat that was alerted to one of them was
// alerted to it: nothing rings again. A chat that was alerted to both keeps both.
func (t *Tx) joinStories(story int64, others []int64) error {
	for _, other := range others {
		err := t.execAll([]any{story, other},
			`UPDATE alerts SET story = $1 WHERE story = $2 AND NOT EXISTS
				(SELECT 1 FROM alerts o WHERE o.story = $1 AND o.chat = alerts.chat AND o.edition = alerts.edition)`,
			`UPDATE alert_matches SET story = $1 WHERE story = $2
				AND NOT EXISTS (SELECT 1 FROM alerts o WHERE o.story = $2 AND o.chat = alert_matches.chat)
				AND NOT EXISTS (SELECT 1 FROM alert_matches o WHERE o.story = $1 AND o.chat = alert_matches.chat AND o.subscription = alert_matches.subscription)`,
			`UPDATE articles SET story = $1 WHERE story = $2`,
			`UPDATE mutes SET value = CAST($1 AS TEXT) WHERE kind = 'story' AND value = CAST($2 AS TEXT)`,
			`UPDATE related SET story = $1 WHERE article IN (SELECT id FROM articles WHERE story = $1) AND story = $2`,
			`UPDATE stories SET articles = articles + (SELECT o.articles FROM stories o WHERE o.id = $2)
				WHERE id = $1 AND EXISTS (SELECT 1 FROM stories o WHERE o.id = $2)`,
			`DELETE FROM stories WHERE id = $2 AND id <> $1`)
		if err != nil {
			return fmt.Errorf("join story %d to %d: %w", other, story, err)
		}

		if _, err := t.exec("UPDATE stories SET joined_at = $2 WHERE id = $1", story, millis(t.Now)); err != nil {
			return fmt.Errorf("join story %d to %d: %w", other, story, err)
		}

		t.raise(Grown)
	}

	return nil
}
