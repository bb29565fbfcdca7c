package store

import (
	"bytes"
	"compress/flate"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"newsbell/news"
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
	return s.takeSteps(ctx, runParts(len(list), sweptRelated, func(t *Tx, from, to int) error { return t.SaveRelated(list[from:to]) }))
}

// SaveRelated is [Store.SaveRelated] within a transaction.
func (t *Tx) SaveRelated(list []Shortened) error {
	if len(list) == 0 {
		return nil
	}

	for _, s := range list {
		a := s.Article
		if len(s.Terms) > 0 {
			if _, err := t.exec("INSERT INTO related (article, source, story, at, terms, body) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (article) DO NOTHING",
				a.ID, a.SourceID, a.Story, toMillis(a.At()), packTerms(s.Terms), []byte{0}); err != nil {
				return err
			}
		}

		if err := t.saveTerms(a.ID, s.Terms); err != nil {
			return err
		}
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

		bodies, err := packForms(list)
		if err != nil {
			return err
		}

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
func packForms(list []*Article) ([][]byte, error) {
	w, err := flate.NewWriterDict(io.Discard, flate.BestCompression, []byte(deflateDictionary))
	if err != nil {
		return nil, fmt.Errorf("shorten articles: %w", err)
	}

	bodies := make([][]byte, len(list))
	for i, a := range list {
		if bodies[i], err = packFields(w, shortForm(&a.News), !a.At().Equal(a.News.Published)); err != nil {
			return nil, fmt.Errorf("shorten article %d: %w", a.ID, err)
		}
	}

	return bodies, nil
}

// saveTerms writes which terms an article has.
func (t *Tx) saveTerms(article int64, terms []int64) error {
	for part := range slices.Chunk(terms, rowsPerInsert) {
		args := make([]any, 0, 2*len(part))
		for _, term := range part {
			args = append(args, term, article)
		}

		if _, err := t.exec("INSERT INTO related_terms (term, article) VALUES "+valueTuples(2, len(part))+" ON CONFLICT (term, article) DO NOTHING", args...); err != nil {
			return err
		}
	}

	return nil
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
	var (
		use      TermUse
		from, to = around, around
		more     bool // there are more uses than were read
	)

	for _, side := range []string{"article <= $2 ORDER BY article DESC", "article > $2 ORDER BY article"} {
		articles, err := readColumn[int64](t, "SELECT article FROM related_terms WHERE term = $1 AND "+side+" LIMIT $3", term, around, limit)
		if err != nil {
			return use, err
		}

		for _, id := range articles {
			from, to = min(from, id), max(to, id)
		}

		use.Articles = append(use.Articles, articles...)
		more = more || len(articles) == limit
	}

	if !more {
		// Each by itself is a look at an end of the table; both in one would read all of it.
		err := t.one("SELECT coalesce((SELECT min(article) FROM related), 0), coalesce((SELECT max(article) FROM related), 0)", nil, &from, &to)
		if err != nil {
			return use, err
		}
	}

	use.Share = float64(len(use.Articles)) / float64(to-from+1+unseenArticles)

	return use, nil
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

		err := t.rows(`SELECT r.article, r.source, r.story, r.at, r.body, coalesce(a.title, ''), coalesce(a.url, ''), coalesce(a.outlet, ''),
				coalesce(a.summary, ''), coalesce(a.text, ''), a.published_at, a.packed, a.id IS NULL
			FROM related r JOIN sources o ON o.id = r.source LEFT JOIN articles a ON a.id = r.article
			WHERE (? < 0 OR o.origin = 'config' OR o.id IN (SELECT source FROM readers WHERE chat = ?)) AND r.article IN `+valueTuples(len(part), 1)+" ORDER BY r.article", args,
			func(scan scanFunc) error {
				r, gone, err := scanRelated(scan)
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
func scanRelated(scan scanFunc) (r RelatedArticle, gone bool, err error) {
	var (
		a            news.Article
		at           int64
		dated        sql.NullInt64
		undated      bool
		body, packed []byte
	)

	err = scan(&r.Article, &r.Source, &r.Story, &at, &body, &a.Title, &a.URL, &a.Outlet, &a.Summary, &a.Text, &dated, &packed, &gone)
	if err != nil {
		return r, gone, err
	}

	fields := shortForm(&a)
	r.Published = fromNull(dated)

	switch {
	case len(body) > 1:
		if fields, undated, err = unpackFields(body); gone && !undated {
			r.Published = fromMillis(at)
		}

		gone = false
	case packed != nil:
		if a.Summary, a.Text, err = unpackTexts(packed); err == nil {
			fields = shortForm(&a)
		}
	}

	r.At, r.Title, r.URL, r.Outlet, r.Paragraph = fromMillis(at), fields[0], fields[1], fields[2], fields[3]

	return r, gone, err
}

// packTerms writes terms as four bytes each: they are hashes of 31 bits.
func packTerms(terms []int64) []byte {
	packed := make([]byte, 0, 4*len(terms))
	for _, term := range terms {
		packed = binary.BigEndian.AppendUint32(packed, uint32(term))
	}

	return packed
}

// sweptRelated is how many short forms are written or deleted at once at most, each with its
// terms.
const sweptRelated = 100

// sweepRelated deletes the first seen short forms that are past their time, with their terms,
// and returns how many. One of an article that was old when it was seen leaves with those that
// were seen with it.
func (s *Store) sweepRelated(ctx context.Context, before int64) (rows int64, err error) {
	for {
		var (
			articles []any
			pairs    [][]any // of each, its terms beside it
		)

		err := s.View(ctx, func(t *Tx) (err error) {
			articles, pairs, err = t.pastRelated(before)
			return err
		})
		if err != nil || len(articles) == 0 {
			return rows, err
		}

		err = s.takeSteps(ctx, runParts(len(articles), sweptRelated, func(t *Tx, from, to int) error {
			if terms := slices.Concat(pairs[from:to]...); len(terms) > 0 {
				if _, err := t.exec("DELETE FROM related_terms WHERE (term, article) IN (VALUES "+typedTuples(len(terms)/2, "BIGINT", "BIGINT")+")", terms...); err != nil {
					return err
				}
			}

			_, err := t.exec("DELETE FROM related WHERE article IN "+valueTuples(to-from, 1), articles[from:to]...)

			return err
		}))
		if err != nil {
			return rows, err
		}

		rows += int64(len(articles))
	}
}

// pastRelated returns the first seen short forms that are past their time, with their terms.
func (t *Tx) pastRelated(before int64) (articles []any, pairs [][]any, err error) {
	err = t.rows("SELECT article, terms FROM related WHERE at < $1 AND article IN (SELECT article FROM related ORDER BY article LIMIT $2)", []any{before, sweptRelated}, func(scan scanFunc) error {
		var (
			id     int64
			packed []byte
			terms  []any
		)

		err := scan(&id, &packed)

		for ; len(packed) >= 4; packed = packed[4:] {
			terms = append(terms, int64(binary.BigEndian.Uint32(packed)), id)
		}

		articles, pairs = append(articles, id), append(pairs, terms)

		return err
	})

	return articles, pairs, err
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

// packFields packs the fields of a short form, each one line.
func packFields(w *flate.Writer, fields [4]string, undated bool) ([]byte, error) {
	var b bytes.Buffer

	w.Reset(&b)

	text := strings.Join(fields[:], "\n")
	if undated {
		text += undatedMark
	}

	_, err := io.WriteString(w, text)
	if err == nil {
		err = w.Close()
	}

	return b.Bytes(), err
}

// unpackFields returns the four fields of a short form, and whether its article is undated.
func unpackFields(body []byte) (fields [4]string, undated bool, err error) {
	plain, err := io.ReadAll(io.LimitReader(flate.NewReaderDict(bytes.NewReader(body), []byte(deflateDictionary)), 1<<16))
	if err != nil {
		return fields, false, fmt.Errorf("read the short form of an article: %w", err)
	}

	text, undated := strings.CutSuffix(string(plain), undatedMark)
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
	return t.rows("SELECT "+articleColumns+", v.vector"+fromArticles+"JOIN vectors v ON v.article = a.id WHERE a.id > $1 AND v.model = $2 ORDER BY a.id",
		[]any{after, model}, func(scan scanFunc) error {
			var vector []byte

			a, err := scanArticle(func(into ...any) error { return scan(append(slices.Clone(into), &vector)...) })
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
	return t.rows("SELECT id, story FROM articles WHERE id >= $1 AND story IS NOT NULL ORDER BY id", []any{first}, func(scan scanFunc) error {
		var article, story int64

		err := scan(&article, &story)
		if err == nil {
			each(article, story)
		}

		return err
	})
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
