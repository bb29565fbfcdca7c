package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"newsbell/news"
)

// Grouped calls each for every article that has a story and can still be joined
// by others, in the order in which they were matched.
func (t *Tx) Grouped(since time.Time, each func(*Article) error) error {
	return t.rowsOfTexts("SELECT "+articleColumns+fromArticles+"WHERE a.story IS NOT NULL AND a.seen_at >= $1 ORDER BY a.id", []any{toMillis(since)},
		func(scan textScan) error {
			a, err := scanArticle(scan)
			if err != nil {
				return err
			}

			return each(a)
		})
}

// learnedThrough is the fact that names the last article that words were learned from.
const learnedThrough = "learned_through"

// LearnedWords calls each with the words that were learned of a language, as SaveLearnedWords was
// given them, and returns the last article that they were learned from; 0 when there is none.
func (t *Tx) LearnedWords(each func(language string, words []byte)) (through int64, err error) {
	err = t.rows("SELECT language, words FROM learned_words ORDER BY language", nil, func(scan scanFunc) error {
		var (
			language string
			words    []byte
		)

		err := scan(&language, &words)
		if err == nil {
			each(language, words)
		}

		return err
	})
	if err != nil {
		return 0, err
	}

	return t.Fact(learnedThrough)
}

// SaveLearnedWords keeps the words that were learned, by language, up to an article. What was kept
// of a language before is replaced.
func (t *Tx) SaveLearnedWords(through int64, words map[string][]byte) error {
	for language, list := range words {
		_, err := t.exec("INSERT INTO learned_words (language, words) VALUES ($1, $2) ON CONFLICT (language) DO UPDATE SET words = excluded.words", language, list)
		if err != nil {
			return err
		}
	}

	return t.SetFact(learnedThrough, through)
}

// alsoColumns are what scanAlso reads.
const alsoColumns = textColumns + ", a.id, a.outlet, a.language, a.country, coalesce(a.letters, length(a.text)), a.published_at, a.seen_at"

func scanAlso(scan textScan, more ...any) (Also, error) {
	var (
		also      Also
		published sql.NullInt64
		seen      int64
	)

	x, err := scan(append([]any{&also.article, &also.Outlet, &also.Language, &also.Country, &also.Words, &published, &seen}, more...)...)
	also.URL = x.url
	also.At = (&Article{SeenAt: fromMillis(seen), News: news.Article{Published: fromNull(published)}}).At()

	return also, err
}

// Outlets lists who else tells a story, oldest first and each once, as far as a
// chat can hear them, leaving one outlet out.
func (t *Tx) Outlets(story, chat int64, except string) ([]Also, error) {
	var outlets []Also

	err := t.rowsOfTexts("SELECT "+alsoColumns+` FROM articles a WHERE a.id IN (SELECT min(a.id)`+fromArticles+`WHERE a.story = $1 AND a.outlet <> '' AND a.outlet <> $3
		AND `+mayRead+`
		GROUP BY a.outlet) ORDER BY a.id`, []any{story, chat, except}, func(scan textScan) error {
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
		ON CONFLICT (id) DO UPDATE SET last_at = CASE WHEN excluded.last_at > stories.last_at THEN excluded.last_at ELSE stories.last_at END, articles = stories.articles + 1, last = excluded.last`,
		m.Story, toMillis(m.At), m.Article)
	if err != nil || m.Story == m.Article {
		return err
	}

	return t.noteNewOutlet(m.Story, m.Article)
}

// toldAs finds the rows of a story $1: its own, and those of the stories that became a part of it of which
// a chat has a message (see joinStory).
const toldAs = "(id = $1 OR id IN (SELECT f.id FROM articles f WHERE f.story = $1))"

// noteNewOutlet notes on the story if an article is the first of its outlet: the alerts that were sent
// are to be edited, for they name one outlet too few. An article of a source that a chat added does
// not count: it is no reason to edit everybody's alerts.
func (t *Tx) noteNewOutlet(story, article int64) error {
	n, err := t.exec(`UPDATE stories SET joined_at = $3 WHERE `+toldAs+` AND EXISTS (
		SELECT 1 FROM articles n JOIN sources ns ON ns.id = n.source WHERE n.id = $2 AND n.outlet <> '' AND ns.origin <> 'chat'
		AND NOT EXISTS (SELECT 1 FROM articles o JOIN sources os ON os.id = o.source
			WHERE o.story = $1 AND o.outlet = n.outlet AND o.id <> n.id AND (os.origin = 'config' OR os.id = ns.id)))`, story, article, toMillis(t.Now))
	if n > 0 {
		t.raise(OutletsJoined)
	}

	return err
}

// Correction is a headline that was changed after an alert told it.
type Correction struct {
	Before string
	At     time.Time
}

// noteCorrection notes that an article is about to get another headline, if an alert was sent with
// the present one: the alert is to be edited. Going back to the headline that was sent ends the
// correction.
func (t *Tx) noteCorrection(article int64, title string) error {
	sent, err := firstOf(t.articlesWhere(`a.id = $1 AND a.seen_at > $2
		AND EXISTS (SELECT 1 FROM alerts l WHERE l.story IN (SELECT f.id FROM articles f WHERE f.story = a.story UNION ALL SELECT a.story)
			AND l.article = a.id AND l.state = 'sent')`, article, toMillis(t.Now.Add(-updateWithin))))
	if errors.Is(err, ErrNotFound) {
		return nil
	}

	if err != nil || sent.News.Title == title {
		return err
	}

	_, err = t.exec("INSERT INTO corrections (article, before, at) VALUES ($1, $2, $3) ON CONFLICT (article) DO UPDATE SET at = excluded.at",
		article, sent.News.Title, toMillis(t.Now))
	if err != nil {
		return err
	}

	if _, err := t.exec("DELETE FROM corrections WHERE article = $1 AND before = $2", article, title); err != nil {
		return err
	}

	return t.outdate(sent.Story)
}

// outdate has the messages about a story edited.
func (t *Tx) outdate(story int64) error {
	_, err := t.exec("UPDATE stories SET joined_at = $2 WHERE "+toldAs, story, toMillis(t.Now))
	t.raise(OutletsJoined)

	return err
}

// correctionsOf returns which of some articles were corrected.
func (t *Tx) correctionsOf(articles []int64) (map[int64]Correction, error) {
	text, args := inList(articles)
	found := map[int64]Correction{}

	return found, eachTriple(t, "SELECT article, before, at FROM corrections WHERE article IN "+text, args, func(article int64, before string, at int64) {
		found[article] = Correction{Before: before, At: fromMillis(at)}
	})
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

// StoryEdition changes with whatever changes in a story: an article more, or another text of one.
type StoryEdition struct {
	Articles, Matched        int
	Last, MatchedAt, Updated int64
}

// EditionOf returns the edition of a story; the zero edition is that of none.
func (t *Tx) EditionOf(story int64) (e StoryEdition, err error) {
	err = t.one(`SELECT count(*), count(matched_at), coalesce(max(id), 0), coalesce(max(matched_at), 0), coalesce(max(updated_at), 0) FROM articles WHERE story = $1`,
		[]any{story}, &e.Articles, &e.Matched, &e.Last, &e.MatchedAt, &e.Updated)

	return e, err
}

// Doubt is another article that an article may tell the same story as, although it opened a story of
// its own.
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

	return t.run("INSERT INTO doubts (article, related, log_odds, at) VALUES ($1, $2, $3, $4) ON CONFLICT (article) DO NOTHING",
		m.Article, m.Doubt.Article, m.Doubt.LogOdds, toMillis(t.Now))
}

// relatedTitles returns, of the articles in doubt, the titles of those that they may tell the
// same as: only of configured sources, which every chat may see.
func (t *Tx) relatedTitles(articles []int64) (map[int64]string, error) {
	text, args := inList(articles)
	titles := map[int64]string{}

	err := t.rowsOfTexts("SELECT "+textColumns+", d.article FROM doubts d JOIN articles a ON a.id = d.related JOIN sources o ON o.id = a.source WHERE d.article IN "+text+
		" AND d.same IS NULL AND o.origin = 'config'", args, func(scan textScan) error {
		var article int64

		x, err := scan(&article)
		titles[article] = x.title

		return err
	})

	return titles, err
}

// SettleDoubt keeps a person's answer to whether an article in doubt and the other one tell the same
// story. With join, and if they do, their stories are joined (see JoinStories): alerts name more
// outlets, and nothing alerts again. Every chat shares the stories, so only an operator may join
// them. It reports false if there is no such doubt, or one of the articles is gone.
func (t *Tx) SettleDoubt(article int64, same, join bool) (bool, error) {
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

	pair, err := json.Marshal([2]news.Article{shortenArticle(&list[0].News), shortenArticle(&list[1].News)})
	if err != nil {
		return false, err
	}

	_, err = t.exec("UPDATE doubts SET same = $2, pair = $3 WHERE article = $1", article, same, string(pair))
	if err != nil || !same || !join {
		return err == nil, err
	}

	_, err = t.requestJoin(article, related, list[0].Story, list[1].Story)

	return err == nil, err
}

// JoinPair asks that the stories of two articles be joined (see JoinStories). It reports false if they
// are one already, or an article is gone.
func (t *Tx) JoinPair(article, other int64) (bool, error) {
	list, err := t.articlesWhere("a.id IN ($1, $2) ORDER BY a.id", article, other)
	if err != nil || len(list) != 2 {
		return false, err
	}

	return t.requestJoin(list[1].ID, list[0].ID, list[0].Story, list[1].Story)
}

// requestJoin notes that the stories of a pair of articles are to be joined.
func (t *Tx) requestJoin(article, related, one, other int64) (bool, error) {
	if one == other || one == 0 || other == 0 {
		return false, nil
	}

	_, err := t.exec(`INSERT INTO joins (article, related, joined, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (article, related) DO UPDATE SET joined = excluded.joined, joined_at = NULL`, article, related, max(one, other), toMillis(t.Now))
	t.raise(NewArticles)

	return err == nil, err
}

// JoinStories joins the stories for which an operator (SettleDoubt) or an embedding model (JoinPair)
// has asked. The older story stays, the other becomes a part of it. Only the match loop may call
// it, between two batches, so that no article is decided meanwhile. It takes as many bounded
// transactions as the chats of a story need, and goes on where it was interrupted.
//
// Before each join, look adds what the matcher knows of the one story: Zone, Outlets and Retime, by
// which alerts come that waited for as many outlets as tell the two. With nil none is looked at.
func (s *Store) JoinStories(ctx context.Context, look func(t *Tx, one *Match) error) error {
	for {
		var (
			p pair
			m Match
		)

		err := s.View(ctx, func(t *Tx) (err error) {
			if p, m, err = t.nextJoin(); err == nil && len(m.Joined) > 0 && look != nil {
				err = look(t, &m)
			}

			return err
		})
		if err != nil || p.article == 0 {
			return err
		}

		var todo []step
		for _, other := range m.Joined {
			todo = append(todo, m.moveStory(other))
		}

		todo = append(todo, m.retimeWaiting(), runOnce(func(t *Tx) error { return t.completeJoin(p, m) }))

		if err := s.takeSteps(ctx, todo...); err != nil {
			return err
		}
	}
}

// AwaitsJoin reports whether stories are to be joined: see JoinStories.
func (t *Tx) AwaitsJoin() (bool, error) {
	p, _, err := t.nextJoin()
	return p.article != 0, err
}

// pair names a row of joins.
type pair struct{ article, related int64 }

// nextJoin finds a pair of articles whose stories are to be joined, zero for none.
func (t *Tx) nextJoin() (p pair, m Match, err error) {
	var one, other int64

	err = t.one(`SELECT j.article, j.related, coalesce(a.story, 0), coalesce(r.story, 0) FROM joins j LEFT JOIN articles a ON a.id = j.article
		LEFT JOIN articles r ON r.id = j.related WHERE j.joined_at IS NULL ORDER BY j.article LIMIT 1`, nil, &p.article, &p.related, &one, &other)
	if errors.Is(err, ErrNotFound) {
		return pair{}, m, nil
	}

	if err != nil {
		return pair{}, m, fmt.Errorf("read which stories are to be joined: %w", err)
	}

	m.Story = min(one, other)
	if m.Story != 0 && one != other {
		m.Joined = []int64{max(one, other)}
	}

	return p, m, nil
}

// completeJoin joins the stories of a pair, after what chats have of them was moved. A pair of which
// an article is gone, or whose stories are one already, has nothing to join.
func (t *Tx) completeJoin(p pair, m Match) error {
	if len(m.Joined) == 0 {
		return t.run("DELETE FROM joins WHERE article = $1 AND related = $2", p.article, p.related)
	}

	if err := t.joinStory(m.Story, m.Joined[0]); err != nil {
		return err
	}

	return t.run("UPDATE joins SET joined = $3, joined_at = $4 WHERE article = $1 AND related = $2", p.article, p.related, m.Joined[0], toMillis(t.Now))
}

// Join is a join of two stories that a person or an embedding model asked for.
type Join struct {
	Story, Other int64
	At           time.Time
}

// JoinedSince lists the joins that were made since a time, that time included.
func (t *Tx) JoinedSince(at time.Time) ([]Join, error) {
	return readAll(t, "SELECT a.story, j.joined, j.joined_at FROM joins j JOIN articles a ON a.id = j.article WHERE j.joined_at >= $1 ORDER BY j.joined_at, j.article",
		[]any{toMillis(at)}, func(scan scanFunc) (j Join, err error) {
			var joinedAt int64

			err = scan(&j.Story, &j.Other, &joinedAt)
			j.At = fromMillis(joinedAt)

			return j, err
		})
}

// currentStory returns the story of a match, or the one that it became a part of while the article was
// being matched.
func (t *Tx) currentStory(m Match) (int64, error) {
	if m.Story == m.Article {
		return m.Story, nil
	}

	var story int64

	err := t.one("SELECT a.story FROM joins j JOIN articles a ON a.id = j.article WHERE j.joined = $1 AND j.joined_at IS NOT NULL LIMIT 1", []any{m.Story}, &story)
	if errors.Is(err, ErrNotFound) {
		return m.Story, nil
	}

	return story, err
}

// labelText is how much of a text a label keeps, in code points.
const labelText = 900

func shortenArticle(a *news.Article) news.Article {
	return news.Article{
		Title: a.Title, URL: a.URL, Outlet: a.Outlet, Published: a.Published, Language: a.Language,
		Summary: a.Summary, Text: news.Truncate(a.Text, labelText),
	}
}

// Labels calls each for every pair of which a person said whether it is one story, oldest first.
func (t *Tx) Labels(each func(Label) error) error {
	return t.rows("SELECT same, log_odds, pair FROM doubts WHERE same IS NOT NULL ORDER BY at, article", nil, func(scan scanFunc) error {
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

// moveStory is the step that moves the alerts, matches and followers of another story to the story
// that it turned out to be a part of, some chats at a time. A chat that was alerted to either has
// its alert, and gets no other, also none that waits; of two that wait, one comes. A chat that was
// alerted to both keeps both messages: both grow (joinStory), and what is pressed below the second
// leads to the one story (StoryNow).
func (m *Match) moveStory(other int64) step {
	return step{atOnce, func(t *Tx, behind int64, rows int) (last int64, more bool, err error) {
		var to sql.NullInt64

		n := 0

		err = t.one(`SELECT count(*), max(chat) FROM (SELECT chat FROM (SELECT chat FROM alerts WHERE story = $1 AND chat > $2
			UNION SELECT chat FROM story_followers WHERE story = $1 AND chat > $2) c ORDER BY chat LIMIT $3) page`,
			[]any{other, behind, rows}, &n, &to)
		if err != nil || n == 0 {
			return 0, false, err
		}

		return to.Int64, n == rows, t.moveChats(m.Story, other, behind, to.Int64)
	}}
}

// moveChats moves what the chats after one, up to another one, have of a story that became a
// part of a story.
func (t *Tx) moveChats(story, other, from, to int64) error {
	if err := t.dropSecond(story, other, from, to); err != nil {
		return err
	}

	if err := t.mergeWaiting(story, other, from, to); err != nil {
		return err
	}

	err := t.execAll([]any{story, other, from, to},
		// Of two alerts the one that was sent is the story's: its message grows.
		`UPDATE alerts SET edition = -1 WHERE story = $1 AND chat > $3 AND chat <= $4 AND edition = 0 AND state = 'dropped' AND reason = '`+DroppedJoined+`'
			AND EXISTS (SELECT 1 FROM alerts o WHERE o.story = $2 AND o.chat = alerts.chat AND o.edition = 0)`,
		`UPDATE alerts SET story = $1 WHERE story = $2 AND chat > $3 AND chat <= $4 AND NOT EXISTS
			(SELECT 1 FROM alerts o WHERE o.story = $1 AND o.chat = alerts.chat AND o.edition = alerts.edition)`,
		`UPDATE alert_matches SET story = $1 WHERE story = $2 AND chat > $3 AND chat <= $4
			AND NOT EXISTS (SELECT 1 FROM alerts o WHERE o.story = $2 AND o.chat = alert_matches.chat)
			AND NOT EXISTS (SELECT 1 FROM alert_matches o WHERE o.story = $1 AND o.chat = alert_matches.chat AND o.subscription = alert_matches.subscription)`,
		`UPDATE alerts SET story = $2, edition = 0 WHERE story = $1 AND chat > $3 AND chat <= $4 AND edition = -1`,
		`UPDATE story_followers SET story = $1 WHERE story = $2 AND chat > $3 AND chat <= $4
			AND NOT EXISTS (SELECT 1 FROM story_followers o WHERE o.story = $1 AND o.chat = story_followers.chat)`,
		`DELETE FROM story_followers WHERE story = $2 AND story <> $1 AND chat > $3 AND chat <= $4`)
	if err != nil {
		return fmt.Errorf("move what chats have of story %d to %d: %w", other, story, err)
	}

	return nil
}

// dropSecond drops the alerts that wait for a story of a pair, in chats that were alerted to the
// other one.
func (t *Tx) dropSecond(story, other, from, to int64) error {
	_, err := t.drop(DroppedJoined, `edition = 0 AND message IS NULL AND story IN ($3, $4) AND chat > $5 AND chat <= $6 AND EXISTS (SELECT 1 FROM alerts o
		WHERE o.story IN ($3, $4) AND o.story <> alerts.story AND o.chat = alerts.chat AND o.edition = 0
		AND (o.state IN ('sent', 'folded') OR o.state = 'waiting' AND o.message IS NOT NULL))`, story, other, from, to)

	return err
}

// waitingPair is two alerts that wait in a chat for two stories that turned out to be one.
type waitingPair struct {
	chat, second         int64  // the chat, and the alert of the story that became a part of the other
	outlet, secondOutlet string // of the articles that they show
}

// mergeWaiting makes one of the two alerts that wait in a chat for a pair of stories: that of the story
// that stays, for all that either matches and as early as either comes, as if the second article had
// been of the one story from the beginning. Where the outlet of one is muted both stay: that one does
// not come.
func (t *Tx) mergeWaiting(story, other, from, to int64) error {
	const waits = "edition = 0 AND %[1]s.state = 'waiting' AND %[1]s.message IS NULL"

	pairs, err := readAll(t, `SELECT a.chat, b.id, coalesce(x.outlet, ''), coalesce(y.outlet, '') FROM alerts a JOIN alerts b ON b.chat = a.chat
		LEFT JOIN articles x ON x.id = a.article LEFT JOIN articles y ON y.id = b.article
		WHERE a.story = $1 AND b.story = $2 AND a.chat > $3 AND a.chat <= $4 AND a.`+fmt.Sprintf(waits, "a")+" AND b."+fmt.Sprintf(waits, "b")+" ORDER BY a.chat",
		[]any{story, other, from, to}, func(scan scanFunc) (p waitingPair, err error) {
			err = scan(&p.chat, &p.second, &p.outlet, &p.secondOutlet)
			return p, err
		})
	if err != nil || len(pairs) == 0 {
		return err
	}

	chats := make([]int64, len(pairs))
	for i, p := range pairs {
		chats[i] = p.chat
	}

	mutes, err := t.mutesOf(chats)
	if err != nil {
		return err
	}

	for _, p := range pairs {
		if err == nil && !mutesOutlet(mutes[p.chat], p.outlet) && !mutesOutlet(mutes[p.chat], p.secondOutlet) {
			err = t.mergePair(story, other, p)
		}
	}

	return err
}

func (t *Tx) mergePair(story, other int64, p waitingPair) error {
	_, err := t.exec(`INSERT INTO alerts (story, chat, article, due_at, bundle, awaits, rule, created_at)
		SELECT CAST($1 AS BIGINT), b.chat, b.article, b.due_at, b.bundle, b.awaits, b.rule, b.created_at FROM alerts b WHERE b.id = $2`+onSecondAlert, story, p.second)
	if err != nil {
		return fmt.Errorf("merge alerts: %w", err)
	}

	_, err = t.exec(`INSERT INTO alert_matches (story, chat, subscription, matched, verdict)
		SELECT CAST($1 AS BIGINT), m.chat, m.subscription, m.matched, m.verdict FROM alert_matches m WHERE m.story = $2 AND m.chat = $3 ON CONFLICT DO NOTHING`,
		story, other, p.chat)
	if err != nil {
		return fmt.Errorf("merge the matches of alerts: %w", err)
	}

	_, err = t.drop(DroppedJoined, "id = $3", p.second)
	t.raise(NewAlerts)

	return err
}

// StoryNow returns the story that a story has become a part of, or the story itself: it bears the
// number of the article that opened it, which knows, for as long as it is kept.
func (t *Tx) StoryNow(story int64) (int64, error) {
	now := story

	err := t.one("SELECT story FROM articles WHERE id = $1 AND story IS NOT NULL", []any{story}, &now)
	if errors.Is(err, ErrNotFound) {
		return story, nil
	}

	if err != nil {
		return 0, fmt.Errorf("read what became of story %d: %w", story, err)
	}

	return now, nil
}

// joinStory makes another story a part of one, after what chats have of it was moved. Its row stays as
// long as a chat has a message about it beside that about the one story: that one grows, too.
func (t *Tx) joinStory(story, other int64) error {
	err := t.execAll([]any{story, other},
		`UPDATE articles SET story = $1 WHERE story = $2`,
		`INSERT INTO briefed (chat, story, at) SELECT chat, $1, at FROM briefed WHERE story = $2 ON CONFLICT DO NOTHING`,
		`UPDATE mutes SET value = CAST(CAST($1 AS BIGINT) AS TEXT) WHERE kind = 'story' AND value = CAST(CAST($2 AS BIGINT) AS TEXT)`,
		`UPDATE story_parts SET story = $1 WHERE story = $2`,
		`UPDATE story_parts SET part = $1 WHERE part = $2 AND NOT EXISTS (SELECT 1 FROM story_parts o WHERE o.part = $1)`,
		`UPDATE developments SET story = $1 WHERE story = $2
			AND NOT EXISTS (SELECT 1 FROM developments o WHERE o.story = $1 AND o.article = developments.article)`,
		`UPDATE related SET story = $1 WHERE article IN (SELECT id FROM articles WHERE story = $1) AND story = $2`,
		`UPDATE stories SET articles = articles + (SELECT o.articles FROM stories o WHERE o.id = $2)
			WHERE id = $1 AND EXISTS (SELECT 1 FROM stories o WHERE o.id = $2)`,
		`DELETE FROM stories WHERE id = $2 AND id <> $1 AND NOT EXISTS (SELECT 1 FROM alerts WHERE story = $2 AND edition = 0 AND state IN ('sent', 'waiting'))`,
		`UPDATE stories SET articles = 0 WHERE id = $2 AND id <> $1`)
	if err == nil {
		err = t.outdate(story)
	}

	if err != nil {
		return fmt.Errorf("join story %d to %d: %w", other, story, err)
	}

	return nil
}

// followLife is how long a followed story may bring nothing new before it has ended.
const followLife = 7 * 24 * time.Hour

// Development is what an article tells that is new of a followed story.
type Development struct {
	Story   int64          // the followed one
	Part    bool           // the article's own story is another one, which continues it
	Details []string       // what is new, as it stands in the article
	Alerts  []PendingAlert // one for each follower, without hits
}

// Follower is a chat that follows a story, with what says when it may be told.
type Follower struct {
	Chat            int64
	Quiet, TimeZone string
}

// FollowStory makes a chat follow a story. It reports false if the chat followed it already.
func (t *Tx) FollowStory(chat, story int64, by string) (bool, error) {
	n, err := t.exec(`INSERT INTO story_followers (story, chat, told_at, created_by, created_at) VALUES ($1, $2, $3, $4, $3)
		ON CONFLICT (story, chat) DO NOTHING`, story, chat, toMillis(t.Now), by)

	return n > 0, err
}

// UnfollowStory undoes FollowStory. It reports false if the chat did not follow the story.
func (t *Tx) UnfollowStory(chat, story int64) (bool, error) {
	n, err := t.exec("DELETE FROM story_followers WHERE story = $1 AND chat = $2", story, chat)
	return n > 0, err
}

// FollowsStory reports whether a chat follows a story.
func (t *Tx) FollowsStory(chat, story int64) (follows bool, err error) {
	err = t.one("SELECT EXISTS (SELECT 1 FROM story_followers WHERE story = $1 AND chat = $2)", []any{story, chat}, &follows)
	return follows, err
}

// FollowedStories lists the stories that any chat follows, each with the stories that continue it.
func (t *Tx) FollowedStories() (map[int64][]int64, error) {
	followed := map[int64][]int64{}

	return followed, eachPair(t, "SELECT f.story, coalesce(p.part, 0) FROM (SELECT DISTINCT story FROM story_followers) f LEFT JOIN story_parts p ON p.story = f.story ORDER BY p.part", nil,
		func(story, part int64) {
			if followed[story] = append(followed[story], part); part == 0 {
				followed[story] = nil
			}
		})
}

// Followers calls each for everybody who follows a story since a moment or earlier and reads a
// source (0: every chat does), ascending by chat.
func (t *Tx) Followers(story, source int64, since time.Time, each func(Follower) error) error {
	return t.rows(`SELECT c.id, c.quiet, c.time_zone FROM story_followers f JOIN chats c ON c.id = f.chat WHERE f.story = $1 AND f.created_at <= $3 AND c.state <> 'asleep'
		AND ($2 = 0 OR EXISTS (SELECT 1 FROM readers r WHERE r.source = $2 AND r.chat = c.id)) ORDER BY f.chat`,
		[]any{story, source, toMillis(since)}, func(scan scanFunc) error {
			var f Follower
			if err := scan(&f.Chat, &f.Quiet, &f.TimeZone); err != nil {
				return err
			}

			return each(f)
		})
}

// saveDevelopments notes what an article tells that is new of followed stories, before anybody
// is alerted to it.
func (t *Tx) saveDevelopments(m Match) error {
	for _, d := range m.Developments {
		if d.Part {
			if _, err := t.exec("INSERT INTO story_parts (part, story) VALUES ($1, $2) ON CONFLICT (part) DO NOTHING", m.Story, d.Story); err != nil {
				return err
			}
		}

		if len(d.Details) == 0 {
			continue // it goes on with the story, and says nothing new
		}

		if _, err := t.exec("INSERT INTO developments (article, story, facts) VALUES ($1, $2, $3) ON CONFLICT (article, story) DO NOTHING",
			m.Article, d.Story, strings.Join(d.Details, "\n")); err != nil {
			return err
		}
	}

	return nil
}

// IsDevelopment reports whether an article was noted to tell something new of a followed story.
func (t *Tx) IsDevelopment(article, story int64) (is bool, err error) {
	err = t.one("SELECT EXISTS (SELECT 1 FROM developments WHERE article = $1 AND story = $2)", []any{article, story}, &is)
	return is, err
}

// MatchedOf lists the matched articles of a story, the oldest first: whoever was to be alerted to them
// was.
func (t *Tx) MatchedOf(story int64, limit int) ([]*Article, error) {
	return t.articlesWhere("a.story = $1 AND a.matched_at IS NOT NULL ORDER BY a.id LIMIT $2", story, limit)
}

// insertDevelopments alerts followers of a story to what an article tells that is new. A chat that is
// alerted in this way gets no other alert of the article's story: that of a subscription is written
// as dropped, and comes after all if the development does not (reviveFollowed). A chat that follows
// two stories that the article continues is alerted once.
func (t *Tx) insertDevelopments(m Match, story int64, alerts []PendingAlert) error {
	for part := range slices.Chunk(alerts, rowsPerInsert) {
		args := make([]any, 0, 3*len(part)+5)
		for _, a := range part {
			args = append(args, a.Chat, toMillis(a.Due), a.Bundle)
		}

		told, err := readColumn[int64](t, "WITH want (chat, due_at, bundle) AS (VALUES "+typedTuples(len(part), "BIGINT", "BIGINT", "TEXT")+`)
			INSERT INTO alerts (story, chat, edition, article, due_at, bundle, created_at)
			SELECT ?, want.chat, ?, ?, want.due_at, want.bundle, ? FROM want WHERE NOT EXISTS
				(SELECT 1 FROM developments d JOIN alerts o ON o.story = d.story AND o.chat = want.chat AND o.edition = d.article WHERE d.article = ?)
			ON CONFLICT (story, chat, edition) DO NOTHING RETURNING chat`,
			append(args, story, m.Article, m.Article, toMillis(t.Now), m.Article)...)
		if err != nil {
			return fmt.Errorf("alert followers of story %d: %w", story, err)
		}

		if len(told) == 0 {
			continue
		}

		t.raise(NewAlerts)

		if err := t.dropOwnAlerts(m, story, told); err != nil {
			return fmt.Errorf("alert followers of story %d: %w", story, err)
		}
	}

	return nil
}

// dropOwnAlerts notes that followers are alerted to a development, and drops the alerts of it that
// their subscriptions would bring. One that was sent stays as it is: the article may be of the
// followed story itself.
func (t *Tx) dropOwnAlerts(m Match, story int64, chats []int64) error {
	text, args := inList(chats)
	if _, err := t.exec("UPDATE story_followers SET told_at = ? WHERE story = ? AND chat IN "+text, append([]any{toMillis(t.Now), story}, args...)...); err != nil {
		return err
	}

	args = args[:0]
	rows := 0

	for _, chat := range chats {
		i, is := slices.BinarySearchFunc(m.Alerts, chat, func(a PendingAlert, chat int64) int { return cmp.Compare(a.Chat, chat) })
		if !is {
			continue
		}

		a := m.Alerts[i]
		args = append(args, m.Story, chat, m.Article, toMillis(a.Due), a.Bundle, a.Awaits, a.Rule, "dropped", DroppedFollowed, toMillis(t.Now), toMillis(t.Now))
		rows++
	}

	if rows == 0 {
		return nil
	}

	_, err := t.noteDrops(DroppedFollowed, `INSERT INTO alerts (story, chat, article, due_at, bundle, awaits, rule, state, reason, created_at, done_at)
		VALUES `+valueTuples(11, rows)+" ON CONFLICT (story, chat, edition) DO NOTHING RETURNING id", args...)

	return err
}

// reviveFollowed makes an alert of a subscription wait again that was dropped in favour of a
// development: the chat follows the story no longer, so the development is not sent.
func (t *Tx) reviveFollowed(development *Alert) error {
	n, err := t.exec(`UPDATE alerts SET state = 'waiting', reason = '', done_at = NULL WHERE chat = $1 AND article = $2 AND edition = 0
		AND story = (SELECT story FROM articles WHERE id = $2) AND state = 'dropped' AND reason = '`+DroppedFollowed+"'", development.Chat, development.Edition)
	if err != nil {
		return fmt.Errorf("have the alert come that a development stood for: %w", err)
	}

	if n > 0 {
		t.raise(NewAlerts)
	}

	return nil
}

// findFollowed adds to those alerts that are developments what only they have: whether the story is
// still followed, what is new, and the message with the story's first alert. They have no hits.
func (t *Tx) findFollowed(alerts []*Alert) error {
	var all []*Alert

	for _, a := range alerts {
		if a.Edition != 0 {
			a.Also, a.Related = nil, ""
			all = append(all, a)
		}
	}

	for part := range slices.Chunk(all, mostSlots) {
		if err := t.addDevelopments(part); err != nil {
			return fmt.Errorf("read developments: %w", err)
		}
	}

	return nil
}

func (t *Tx) addDevelopments(alerts []*Alert) error {
	byID, ids := make(map[int64]*Alert, len(alerts)), make([]int64, len(alerts))
	for i, a := range alerts {
		byID[a.ID], ids[i] = a, a.ID
	}

	text, args := inList(ids)

	return t.rows(`SELECT a.id, EXISTS (SELECT 1 FROM story_followers f WHERE f.story = a.story AND f.chat = a.chat),
		coalesce((SELECT d.facts FROM developments d WHERE d.article = a.edition AND d.story = a.story), ''),
		coalesce(m.ref, ''), coalesce(m.threaded, 0)
		FROM alerts a LEFT JOIN alerts o ON o.story = a.story AND o.chat = a.chat AND o.edition = 0 AND o.state = 'sent'
		LEFT JOIN messages m ON m.id = o.message WHERE a.id IN `+text, args, func(scan scanFunc) error {
		var (
			id           int64
			followed     bool
			facts, first string
			threaded     int
		)

		err := scan(&id, &followed, &facts, &first, &threaded)
		if a := byID[id]; a != nil {
			a.Followed, a.First, a.Threaded = followed, first, threaded != 0
			a.Details = strings.FieldsFunc(facts, func(r rune) bool { return r == '\n' })
		}

		return err
	})
}

// Ended is a story that a chat no longer follows, because nothing new came.
type Ended struct {
	Chat   int64
	ReadIn []string // the chat's languages, see Chat.ReadIn
	Title  string   // "" not known any more
}

// EndFollows ends the following of stories that have brought nothing new for followLife, at most limit
// of them.
func (t *Tx) EndFollows(limit int) ([]Ended, error) {
	type follow struct{ story, chat int64 }

	var (
		ended []Ended
		rows  []follow
	)

	now, err := t.believedNow()
	if err != nil {
		return nil, err
	}

	err = t.rowsOfTexts("SELECT "+textColumns+`, f.story, f.chat, c.chosen_language, c.language
		FROM story_followers f JOIN chats c ON c.id = f.chat LEFT JOIN articles a ON a.id = coalesce((SELECT n.id FROM articles n WHERE n.id = f.story),
			(SELECT o.article FROM alerts o WHERE o.story = f.story AND o.chat = f.chat AND o.edition = 0))
		WHERE f.told_at < $1 ORDER BY f.told_at, f.story, f.chat LIMIT $2`, []any{toMillis(now.Add(-followLife)), limit},
		func(scan textScan) error {
			var (
				e                Ended
				f                follow
				chosen, language string
			)

			x, err := scan(&f.story, &f.chat, &chosen, &language)
			e.Chat, e.ReadIn, e.Title = f.chat, []string{chosen, language}, x.title
			ended, rows = append(ended, e), append(rows, f)

			return err
		})

	for _, f := range rows {
		if err == nil {
			_, err = t.UnfollowStory(f.chat, f.story)
		}
	}

	return ended, err
}
