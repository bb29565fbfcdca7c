package store

import (
	"fmt"
	"strings"
)

// alertsWhere reads alerts with their articles and matches. An article that is
// gone is nil.
func (t *Tx) alertsWhere(where string, args ...any) ([]*Alert, error) {
	var found []*Alert
	var articles []int64
	err := t.rows("SELECT a.id, a.story, a.chat, a.bundle, a.due_at, a.state, a.reason, a.article FROM alerts a WHERE "+where, args,
		func(scan func(...any) error) error {
			var a Alert
			var due, article int64
			err := scan(&a.ID, &a.Story, &a.Chat, &a.Bundle, &due, &a.State, &a.Reason, &article)
			a.DueAt = fromMillis(due)
			found, articles = append(found, &a), append(articles, article)
			return err
		})
	if err != nil {
		return nil, err
	}
	for i, a := range found {
		if err := t.complete(a, articles[i]); err != nil {
			return nil, fmt.Errorf("read alert %d: %w", a.ID, err)
		}
	}
	return found, nil
}

func (t *Tx) complete(a *Alert, article int64) error {
	told, err := t.told(article)
	if err != nil {
		return err
	}
	if a.Article = told.article; a.Article != nil {
		if told.forAll {
			a.Also = told.also
		} else if a.Also, err = t.Outlets(a.Story, a.Chat, a.Article.News.Outlet); err != nil {
			return err
		}
	}
	return t.rows(`SELECT s.id, s.number, s.query, s.ping, m.matched, s.removed_at IS NULL
		FROM alert_matches m JOIN subscriptions s ON s.id = m.subscription
		WHERE m.story = $1 AND m.chat = $2 ORDER BY s.number`, []any{a.Story, a.Chat}, func(scan func(...any) error) error {
		var h AlertHit
		var matched string
		err := scan(&h.Subscription, &h.Number, &h.Query, &h.Ping, &matched, &h.Live)
		h.Matched = strings.Split(matched, "\n")
		if matched == "" {
			h.Matched = nil
		}
		a.Hits = append(a.Hits, h)
		return err
	})
}

// told is what all chats are told alike of an article.
type told struct {
	article *Article // nil: it is gone
	also    []string
	forAll  bool // everybody hears all outlets that tell the story
}

// told reads an article once for all the claims that are committed together: a
// story is for many chats.
func (t *Tx) told(article int64) (told, error) {
	if known, ok := t.session.told[article]; ok {
		return known, nil
	}
	var news told
	found, err := t.articlesWhere("a.id = $1", article)
	if err != nil {
		return news, err
	}
	if len(found) > 0 {
		news.article = found[0]
		err = t.one("SELECT NOT EXISTS (SELECT 1"+fromArticles+"WHERE a.story = $1 AND o.origin <> 'config')", []any{found[0].Story}, &news.forAll)
		if err == nil && news.forAll {
			news.also, err = t.Outlets(found[0].Story, 0, found[0].News.Outlet)
		}
	}
	if err == nil && t.session.told != nil {
		t.session.told[article] = news
	}
	return news, err
}
