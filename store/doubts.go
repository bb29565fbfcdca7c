package store

import (
	"encoding/json"
	"errors"
	"fmt"

	"newsbell/news"
)

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
