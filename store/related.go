package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"newsbell/news"
	"newsbell/store/deflate"
)

// relatedTo is the fact that holds the newest article whose short form is kept.
const relatedTo = "related_to"

// Sizes of an article's short form, in bytes before it is deflated.
const (
	relatedTitle     = 160
	relatedParagraph = 240
)

// RelatedArticle is the short form of an article: what "related" shows of it.
type RelatedArticle struct {
	Article   int64 // its row; it may be gone
	Source    int64
	Story     int64
	At        time.Time // when it was published, else first seen
	Published time.Time // zero: not known
	Title     string
	URL       string
	Outlet    string
	Paragraph string // the beginning of its text
}

// NewestRelated is the newest article whose short form was to be kept, 0 for none.
func (t *Tx) NewestRelated() (int64, error) { return t.Fact(relatedTo) }

// Unrelated lists the oldest matched articles whose short form is not kept yet.
func (t *Tx) Unrelated(limit int) ([]*Article, error) {
	last, err := t.Fact(relatedTo)
	if err != nil {
		return nil, err
	}

	found, err := t.articlesWhere("a.id > $1 ORDER BY a.id LIMIT $2", last, limit)
	if i := slices.IndexFunc(found, func(a *Article) bool { return a.Story == 0 }); i >= 0 {
		found = found[:i] // the rest is matched in a moment
	}

	return found, err
}

// Shortened is an article whose short form is to be kept, with its terms.
type Shortened struct {
	Article *Article
	Terms   []int64
}

// SaveRelated keeps the short forms of articles, given in order of their rows, in transactions that
// are bounded in time. Saving one twice changes nothing; one without terms can be near to none and is
// not kept. What a short form shows stands in the article as long as that is there: see keepForms.
func (s *Store) SaveRelated(ctx context.Context, list []Shortened) error {
	save := runParts(len(list), sweptRelated, func(t *Tx, from, to int) error { return t.SaveRelated(list[from:to]) })

	return s.takeStepsBy(ctx, s.UpdateLazily, []step{save})
}

// SaveRelated is [Store.SaveRelated] within a transaction.
func (t *Tx) SaveRelated(list []Shortened) error {
	if len(list) == 0 {
		return nil
	}

	added := map[int64][]byte{}

	for _, s := range list {
		a := s.Article
		if len(s.Terms) == 0 {
			continue
		}

		n, err := t.exec("INSERT INTO related (article, source, story, at, terms, body) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (article) DO NOTHING",
			a.ID, a.SourceID, a.Story, toMillis(a.At()), []byte{0}, []byte{0})
		if err != nil {
			return err
		}

		for i := range s.Terms[:n*int64(len(s.Terms))] { // none that are there already
			addPosting(added, s.Terms[i], a.ID)
		}
	}

	if err := t.addPostings(added); err != nil {
		return fmt.Errorf("save the terms of articles: %w", err)
	}

	return t.SetFact(relatedTo, list[len(list)-1].Article.ID)
}

// keepForms writes down what the short forms of articles show that were first seen before a
// moment, for they are to be deleted. They are deflated between the transactions.
func (s *Store) keepForms(ctx context.Context, before int64) error {
	for {
		var list []*Article

		err := s.View(ctx, func(t *Tx) (err error) {
			list, err = t.articlesWhere("a.seen_at < $1 AND a.matched_at IS NOT NULL AND "+hasBareForm+" ORDER BY a.seen_at LIMIT $2", before, sweptRelated)
			return err
		})
		if err != nil || len(list) == 0 {
			return err
		}

		bodies := packForms(s.dictionaries.find(0), list)

		err = s.takeSteps(ctx, runParts(len(list), sweptRelated, func(t *Tx, from, to int) error {
			for i := from; i < to; i++ {
				if _, err := t.exec("UPDATE related SET body = $2 WHERE article = $1", list[i].ID, bodies[i]); err != nil {
					return err
				}
			}

			return nil
		}))
		if err != nil {
			return err
		}
	}
}

// hasBareForm: the short form of an article shows what stands in the article. Its body is one zero
// byte then (none is read as NULL by the driver of SQLite); what is deflated is longer.
const hasBareForm = "EXISTS (SELECT 1 FROM related r WHERE r.article = a.id AND length(r.body) = 1)"

// packForms packs what the short forms of articles show.
func packForms(d *deflate.Dictionary, list []*Article) [][]byte {
	bodies := make([][]byte, len(list))

	for i, a := range list {
		bodies[i] = d.Pack(joinFields(shortForm(&a.News), !a.At().Equal(a.News.Published)))
	}

	return bodies
}

// A row of related_postings is a posting list of the articles of a block, which are numbered from one on,
// for the terms of a bucket, which begin with the same bits: what is left of both is four bytes. A row of a
// full block has some 24 of them, and a term of a million articles is in 61 rows.
const (
	articleBits = 14 // of an article's number that a posting has
	termBits    = 18 // of a term's 31
	bucketBits  = 31 - termBits
)

// postingsRow is the row that has a term of an article, from 1 on. Those of a block lie together.
func postingsRow(term, article int64) int64 {
	return (article>>articleBits<<bucketBits | term>>termBits) + 1
}

// addPosting adds a term of an article to what rows are to have.
func addPosting(rows map[int64][]byte, term, article int64) {
	row := postingsRow(term, article)
	rows[row] = binary.BigEndian.AppendUint32(rows[row], uint32(term<<articleBits|article&(1<<articleBits-1)))
}

// addPostings writes what is to be added to rows behind what they have.
func (t *Tx) addPostings(added map[int64][]byte) error {
	rows := slices.Sorted(maps.Keys(added))

	for part := range slices.Chunk(rows, mostSlots) {
		text, args := inList(part)

		err := eachPair(t, "SELECT id, postings FROM related_postings WHERE id IN "+text, args, func(id int64, had []byte) {
			added[id] = append(slices.Clip(had), added[id]...)
		})
		if err != nil {
			return err
		}
	}

	for len(rows) > 0 {
		n := rowsAtOnce(len(rows))

		args := make([]any, 0, 2*n)
		for _, id := range rows[:n] {
			args = append(args, id, added[id])
		}

		if _, err := t.exec("INSERT INTO related_postings (id, postings) VALUES "+valueTuples(2, n)+" ON CONFLICT (id) DO UPDATE SET postings = excluded.postings", args...); err != nil {
			return err
		}

		rows = rows[n:]
	}

	return nil
}

// moveTerms moves the terms of short forms that an earlier version wrote, a row each and once more beside
// the short form, to where they are kept now.
func (s *Store) moveTerms(ctx context.Context) error {
	for last := int64(0); ; {
		var list []Shortened

		err := s.View(ctx, func(t *Tx) (err error) {
			list, err = t.termsToMove(last)
			return err
		})
		if err != nil {
			return err
		}

		if len(list) == 0 {
			break
		}

		if err := s.takeSteps(ctx, runParts(len(list), atOnce, func(t *Tx, from, to int) error { return t.moveTerms(list[from:to]) })); err != nil {
			return err
		}

		last = list[len(list)-1].Article.ID
	}

	_, err := s.sweepKind(ctx, &sweeping{"related_terms", "term, article", "BIGINT BIGINT", "", "NOT EXISTS (SELECT 1 FROM related r WHERE r.article = a.article AND length(r.terms) > 1)", nil})

	return err
}

// termsToMove reads the terms of some short forms behind an article that are where earlier versions wrote them.
func (t *Tx) termsToMove(last int64) ([]Shortened, error) {
	return readAll(t, `SELECT article, terms FROM related WHERE EXISTS (SELECT 1 FROM related_terms) AND article > $1 AND length(terms) > 1 ORDER BY article LIMIT $2`, []any{last, sweepRows},
		func(scan scanFunc) (Shortened, error) {
			var (
				short  = Shortened{Article: &Article{}}
				packed []byte
			)

			err := scan(&short.Article.ID, &packed)
			for ; len(packed) >= 4; packed = packed[4:] {
				short.Terms = append(short.Terms, int64(binary.BigEndian.Uint32(packed)))
			}

			return short, err
		})
}

// moveTerms is part of [Store.moveTerms] within a transaction.
func (t *Tx) moveTerms(list []Shortened) error {
	var (
		ids   []int64
		pairs []any
		added = map[int64][]byte{}
	)

	for _, short := range list {
		ids = append(ids, short.Article.ID)

		for _, term := range short.Terms {
			addPosting(added, term, short.Article.ID)

			pairs = append(pairs, term, short.Article.ID)
		}
	}

	if err := t.addPostings(added); err != nil {
		return err
	}

	if _, err := t.exec("DELETE FROM related_terms WHERE (term, article) IN (VALUES "+typedTuples(len(pairs)/2, "BIGINT", "BIGINT")+")", pairs...); err != nil {
		return err
	}

	text, args := inList(ids)

	return t.run("UPDATE related SET terms = ? WHERE article IN "+text, append([]any{[]byte{0}}, args...)...)
}

func firstParagraph(a *news.Article) string {
	body := a.Text
	if body == "" {
		body = a.Summary
	}

	return news.CollapseSpaces(news.OneLine(body))
}

// unseenArticles stands for the news before the first article that is kept: in a young
// database everything would be common otherwise.
const unseenArticles = 500

// TermUse is where a term is used: the articles nearest to one, and the share of all
// articles that have it.
type TermUse struct {
	Articles []int64
	Share    float64
}

// UsesOfTerm looks a term up: at most limit articles before and after one, the
// nearest first. The share is estimated from how densely they lie.
func (t *Tx) UsesOfTerm(term, around int64, limit int) (TermUse, error) {
	var first, last int64 // whose short form is kept

	// Each by itself is a look at an end of the table; both in one would read all of it.
	err := t.one("SELECT coalesce((SELECT min(article) FROM related), 0), coalesce((SELECT max(article) FROM related), 0)", nil, &first, &last)
	if err != nil {
		return TermUse{}, err
	}

	before, err := t.articlesWith(term, around, first, -1, limit)
	if err != nil {
		return TermUse{}, err
	}

	after, err := t.articlesWith(term, around+1, last, 1, limit)
	if err != nil {
		return TermUse{}, err
	}

	use := TermUse{Articles: slices.Concat(before, after)}

	if len(before) == limit || len(after) == limit { // there may be more than was read
		first, last = slices.Min(use.Articles), slices.Max(use.Articles)
	}

	use.Share = float64(len(use.Articles)) / float64(last-first+1+unseenArticles)

	return use, nil
}

// mostBlocksAtOnce is how many blocks are looked through for a term at once at most: a frequent term has enough
// in the first, a rare one is looked for in all.
const mostBlocksAtOnce = 64

// articlesWith returns the articles that have a term, at most limit, from a number on: upwards to another
// where step is 1, downwards where it is -1.
func (t *Tx) articlesWith(term, from, to, step int64, limit int) ([]int64, error) {
	order := "article <= $2 ORDER BY article DESC"
	if step > 0 {
		order = "article >= $2 ORDER BY article"
	}

	// Those of before migration 161, until they are moved.
	found, err := readColumn[int64](t, "SELECT article FROM related_terms WHERE term = $1 AND "+order+" LIMIT $3", term, from, limit)
	moved, atOnce := 0, 1

	for block := from >> articleBits; err == nil && step*(to>>articleBits-block) >= 0 && moved < limit; atOnce = min(4*atOnce, mostBlocksAtOnce) {
		var rows []int64
		for ; step*(to>>articleBits-block) >= 0 && len(rows) < atOnce; block += step {
			rows = append(rows, postingsRow(term, block<<articleBits))
		}

		text, args := inList(rows)

		err = t.rows("SELECT id, postings FROM related_postings WHERE id IN "+text, args, func(scan scanFunc) error {
			var (
				id   int64
				list []byte
			)

			err := scan(&id, &list)
			first := (id - 1) >> bucketBits << articleBits

			for ; len(list) >= 4; list = list[4:] {
				posting := int64(binary.BigEndian.Uint32(list))
				article := first + posting&(1<<articleBits-1)

				if posting>>articleBits == term&(1<<termBits-1) && step*(article-from) >= 0 && step*(to-article) >= 0 {
					found = append(found, article)
					moved++
				}
			}

			return err
		})
	}

	slices.SortFunc(found, func(a, b int64) int { return int(step) * cmp.Compare(a, b) })
	found = slices.Compact(found)

	return found[:min(limit, len(found))], err
}

// RelatedArticles reads the short forms of articles that a chat may see (chat 0: only
// those of configured sources). Those that are gone are left out.
func (t *Tx) RelatedArticles(chat int64, ids []int64) ([]RelatedArticle, error) {
	var found []RelatedArticle

	for part := range slices.Chunk(ids, 200) {
		args := []any{chat, chat}
		for _, id := range part {
			args = append(args, id)
		}

		err := t.rowsOfTexts("SELECT "+textColumns+`, r.article, r.source, r.story, r.at, r.body, coalesce(a.outlet, ''), a.published_at, a.id IS NULL
			FROM related r JOIN sources o ON o.id = r.source LEFT JOIN articles a ON a.id = r.article
			WHERE (? < 0 OR o.origin = 'config' OR o.id IN (SELECT source FROM readers WHERE chat = ?)) AND r.article IN `+valueTuples(len(part), 1)+" ORDER BY r.article", args,
			func(scan textScan) error {
				r, gone, err := t.scanRelated(scan)
				if err == nil && !gone {
					found = append(found, r)
				}

				return err
			})
		if err != nil {
			return nil, err
		}
	}

	return found, nil
}

// scanRelated reads a short form, from its article where that is there. gone: neither says what
// it shows.
func (t *Tx) scanRelated(scan textScan) (r RelatedArticle, gone bool, err error) {
	var (
		at      int64
		outlet  string
		dated   sql.NullInt64
		undated bool
		body    []byte
	)

	x, err := scan(&r.Article, &r.Source, &r.Story, &at, &body, &outlet, &dated, &gone)
	if err != nil {
		return r, gone, err
	}

	fields := shortForm(&news.Article{Title: x.title, URL: x.url, Outlet: outlet, Summary: x.summary, Text: x.text})
	r.Published = fromNull(dated)

	if len(body) > 1 {
		if fields, undated, err = t.unpackFields(body); gone && !undated {
			r.Published = fromMillis(at)
		}

		gone = false
	}

	r.At, r.Title, r.URL, r.Outlet, r.Paragraph = fromMillis(at), fields[0], fields[1], fields[2], fields[3]

	return r, gone, err
}

// sweptRelated is how many short forms are written or deleted at once at most.
const sweptRelated = 100

// sweepRelated deletes the first seen short forms that are past their time, and returns how many.
// One of an article that was old when it was seen leaves with those that were seen with it. Their terms
// leave with the last one of their block.
func (s *Store) sweepRelated(ctx context.Context, before int64) (rows int64, err error) {
	var first int64 // of those that are left

	for {
		var past []int64

		err := s.View(ctx, func(t *Tx) (err error) {
			past, err = readColumn[int64](t, "SELECT article FROM related WHERE at < $1 AND article IN (SELECT article FROM related ORDER BY article LIMIT $2)", before, sweptRelated)
			return errors.Join(err, t.one("SELECT coalesce(min(article), 0) FROM related", nil, &first))
		})
		if err != nil {
			return rows, err
		}

		if len(past) == 0 {
			break
		}

		err = s.takeSteps(ctx, runParts(len(past), sweptRelated, func(t *Tx, from, to int) error {
			text, args := inList(past[from:to])

			return t.run("DELETE FROM related WHERE article IN "+text, args...)
		}))
		if err != nil {
			return rows, err
		}

		rows += int64(len(past))
	}

	_, err = s.sweepKind(ctx, &sweeping{"related_postings", "id", "BIGINT", "", "a.id < $1", []any{postingsRow(0, first)}})

	return rows, err
}

// deflateDictionary holds what short forms have in common, so that some 400 bytes
// take half of that. Changing it makes what is stored unreadable: add another.
const deflateDictionary = "https://www.the.com/news/world/politics/story/article/2025/01/ - .html https://www. said the president government minister officials " +
	"according to report on Thursday Wednesday Tuesday Monday Friday that would after with from have been which their more than against people country state police " +
	"court company market million billion percent killed attack war election announced in the of and to a for "

// shortForm is what a short form shows of an article: title, address, outlet and paragraph.
func shortForm(a *news.Article) [4]string {
	return [4]string{news.Truncate(a.Title, relatedTitle), a.URL, a.Outlet, news.Shorten(firstParagraph(a), relatedParagraph)}
}

// undatedMark ends the short form of an article of which it is not known when it was published.
const undatedMark = "\n-"

// joinFields are the fields of a short form, each one line.
func joinFields(fields [4]string, undated bool) string {
	text := strings.Join(fields[:], "\n")
	if undated {
		text += undatedMark
	}

	return text
}

// unpackFields returns the four fields of a short form, and whether its article is undated.
func (t *Tx) unpackFields(body []byte) (fields [4]string, undated bool, err error) {
	plain, err := t.session.dictionaries.find(0).Unpack(body)
	if err != nil {
		return fields, false, fmt.Errorf("read the short form of an article: %w", err)
	}

	text, undated := strings.CutSuffix(plain, undatedMark)
	copy(fields[:], strings.SplitN(text, "\n", len(fields)))

	return fields, undated, nil
}

// ArticleVector is an article with where it stands for an embedding model.
type ArticleVector struct {
	Article int64
	Vector  []byte // a byte each number, see package news/across
}

// WithoutVector lists matched articles after a row, first seen since a time, that have no vector
// of a model, in order of their rows.
func (t *Tx) WithoutVector(model string, after int64, since time.Time, limit int) ([]*Article, error) {
	return t.articlesWhere(`a.id > $1 AND a.matched_at IS NOT NULL AND a.seen_at >= $2
		AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.article = a.id AND v.model = $3) ORDER BY a.id LIMIT $4`, after, toMillis(since), model, limit)
}

// WithVector calls each for the articles after a row that have a vector of a model, in order of
// their rows.
func (t *Tx) WithVector(model string, after int64, each func(*Article, []byte) error) error {
	return t.rowsOfTexts("SELECT "+articleColumns+", v.vector"+fromArticles+"JOIN vectors v ON v.article = a.id WHERE a.id > $1 AND v.model = $2 ORDER BY a.id",
		[]any{after, model}, func(scan textScan) error {
			var vector []byte

			a, err := scanArticle(scan, &vector)
			if err != nil {
				return err
			}

			return each(a, vector)
		})
}

// SaveVectors keeps where articles stand for a model; that of another one is replaced. An article
// that is gone meanwhile has none.
func (t *Tx) SaveVectors(model string, list []ArticleVector) error {
	for _, v := range list {
		if _, err := t.exec(`INSERT INTO vectors (article, model, vector) SELECT id, $2, $3 FROM articles WHERE id = $1
			ON CONFLICT (article) DO UPDATE SET model = excluded.model, vector = excluded.vector`, v.Article, model, v.Vector); err != nil {
			return fmt.Errorf("save the vector of article %d: %w", v.Article, err)
		}
	}

	return nil
}

// NewestArticle returns the newest row of an article, 0 for none.
func (t *Tx) NewestArticle() (newest int64, err error) {
	err = t.one("SELECT coalesce(max(id), 0) FROM articles", nil, &newest)
	return newest, err
}

// StoriesFrom calls each for the articles from one on, with the story that each tells now.
func (t *Tx) StoriesFrom(first int64, each func(article, story int64)) error {
	return eachPair(t, "SELECT id, story FROM articles WHERE id >= $1 AND story IS NOT NULL ORDER BY id", []any{first}, each)
}

// VectorsAround returns the vector of an article, nil if it has none, and those of the same model
// that at most limit articles seen before it and after it have.
func (t *Tx) VectorsAround(article int64, limit int) (own []byte, others []ArticleVector, err error) {
	var model string

	err = t.one("SELECT model, vector FROM vectors WHERE article = $1", []any{article}, &model, &own)
	if errors.Is(err, ErrNotFound) {
		return nil, nil, nil
	}

	for _, side := range []string{"article < $1 ORDER BY article DESC", "article > $1 ORDER BY article"} {
		if err != nil {
			return nil, nil, err
		}

		err = t.rows("SELECT article, model, vector FROM vectors WHERE "+side+" LIMIT $2", []any{article, limit}, func(scan scanFunc) error {
			var (
				v  ArticleVector
				by string
			)

			err := scan(&v.Article, &by, &v.Vector)
			if by == model {
				others = append(others, v)
			}

			return err
		})
	}

	return own, others, err
}
