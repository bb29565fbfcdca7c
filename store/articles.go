package store

import (
	"bytes"
	"cmp"
	"compress/flate"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"newsbell/news"
)

// Article is a stored article.
type Article struct {
	ID       int64
	SourceID int64
	Story    int64 // 0: not matched yet
	SeenAt   time.Time
	Quiet    string       // why it causes no alert, one of the Quiet constants; "" it may
	News     news.Article // without its second key, which is known as an identity
	// SourceOrigin is who named its source: with FromChat it is only for the
	// chats that added the source.
	SourceOrigin Origin
	// OwnPage: its address is its own, not one that several articles share.
	OwnPage bool
}

// Why an article causes no alert (articles.quiet).
const (
	QuietBaseline = "baseline" // it was there when its source was first read
	QuietOld      = "old"      // it was published long before it was first seen
	QuietRelaunch = "relaunch" // its feed was made anew: nearly all of its items were unknown
)

// At is the instant that counts for windows and age: when it was published, but
// never after we first saw it (feeds do claim the future).
func (a *Article) At() time.Time {
	if a.News.Published.IsZero() || a.News.Published.After(a.SeenAt) {
		return a.SeenAt
	}

	return a.News.Published
}

const articleColumns = `a.id, a.source, coalesce(a.story, 0), a.seen_at, a.quiet, a.key, a.url, a.title, a.summary, a.text,
	a.authors, a.tags, a.outlet, a.language, a.country, a.image, a.caption, a.credit, a.published_at, a.updated_at, o.url, o.origin, a.canonical <> '' OR a.page IS NOT NULL, a.packed`

// fromArticles goes with articleColumns.
const fromArticles = " FROM articles a JOIN sources o ON o.id = a.source "

func scanArticle(scan scanFunc) (*Article, error) {
	var (
		a                  Article
		seen               int64
		authors, tags      string
		published, updated sql.NullInt64
		packed             []byte
	)

	n := &a.News
	err := scan(
		&a.ID, &a.SourceID, &a.Story, &seen, &a.Quiet, &n.Key, &n.URL, &n.Title, &n.Summary, &n.Text,
		&authors, &tags, &n.Outlet, &n.Language, &n.Country, &n.Image, &n.Caption, &n.Credit, &published, &updated, &n.Source, &a.SourceOrigin, &a.OwnPage, &packed,
	)
	a.SeenAt, n.Published, n.Updated = fromMillis(seen), fromNull(published), fromNull(updated)
	n.Authors, n.Tags = splitLines(authors), splitLines(tags)

	if n.Key == "" {
		n.Key = news.PageKey(news.Canonical(n.URL))
	}

	if err == nil && packed != nil {
		n.Summary, n.Text, err = unpackTexts(packed)
	}

	return &a, err
}

// packers are the compressors of texts. One takes half a megabyte, so they are reused.
var packers = sync.Pool{New: func() any {
	w, err := flate.NewWriterDict(io.Discard, flate.DefaultCompression, []byte(deflateDictionary))
	if err != nil {
		panic(err) // the level is one that there is
	}

	return w
}}

// unpackers are the readers of what packers write, for reuse.
var unpackers sync.Pool

// packedFrom is from how many bytes on texts are deflated.
const packedFrom = 256

// texts are what the columns of an article's texts hold. Where packed says all, the others
// are empty, and letters is how many the text has.
type texts struct {
	summary, text string
	packed        any // bytes; nil: they are not
	letters       sql.NullInt64
}

// packTexts deflates the summary and the text of an article where that takes less room.
func packTexts(summary, text string) texts {
	plain := texts{summary: summary, text: text}
	if len(summary)+len(text) < packedFrom {
		return plain
	}

	w := packers.Get().(*flate.Writer)
	defer packers.Put(w)

	b := bytes.NewBuffer(binary.AppendUvarint(nil, uint64(len(summary))))
	w.Reset(b)

	if _, err := io.WriteString(w, summary+text); err != nil || w.Close() != nil || b.Len() >= len(summary)+len(text) {
		return plain
	}

	return texts{packed: b.Bytes(), letters: sql.NullInt64{Int64: int64(utf8.RuneCountInString(text)), Valid: true}}
}

// unpackTexts returns the summary and the text of an article.
func unpackTexts(packed []byte) (summary, text string, err error) {
	size, n := binary.Uvarint(packed)
	if n <= 0 {
		return "", "", errors.New("read the text of an article: it is damaged")
	}

	r, ok := unpackers.Get().(io.ReadCloser)
	if ok {
		err = r.(flate.Resetter).Reset(bytes.NewReader(packed[n:]), []byte(deflateDictionary))
	} else {
		r = flate.NewReaderDict(bytes.NewReader(packed[n:]), []byte(deflateDictionary))
	}
	defer unpackers.Put(r)

	plain, readErr := io.ReadAll(r)
	if err = cmp.Or(err, readErr); err != nil {
		return "", "", fmt.Errorf("read the text of an article: %w", err)
	}

	if size > uint64(len(plain)) {
		return "", "", errors.New("read the text of an article: it is damaged")
	}

	both := string(plain)

	return both[:size], both[size:], nil
}

func splitLines(s string) []string {
	if s == "" {
		return nil
	}

	return strings.Split(s, "\n")
}

func (t *Tx) articlesWhere(where string, args ...any) ([]*Article, error) {
	return readAll(t, "SELECT "+articleColumns+fromArticles+"WHERE "+where, args, scanArticle)
}

// Unmatched lists the oldest articles that wait to be matched.
func (t *Tx) Unmatched(limit int) ([]*Article, error) {
	return t.articlesWhere("a.matched_at IS NULL ORDER BY a.id LIMIT $1", limit)
}

// Newest streams the newest articles, the newest first.
func (t *Tx) Newest(limit int, each func(*Article)) error {
	return t.rows("SELECT "+articleColumns+fromArticles+"ORDER BY a.id DESC LIMIT $1", []any{limit}, func(scan scanFunc) error {
		a, err := scanArticle(scan)
		if err == nil {
			each(a)
		}

		return err
	})
}

// Article finds an article by its row.
func (t *Tx) Article(id int64) (*Article, error) {
	return firstOf(t.withBundles(t.articlesWhere("a.id = $1", id)))
}

// ArticlesAt lists the articles at an address, newest first.
func (t *Tx) ArticlesAt(address string) ([]*Article, error) {
	canonical := news.Canonical(address)
	if canonical == "" {
		return nil, nil
	}

	found, err := t.articlesWhere(onPages(1)+" ORDER BY a.id DESC", pageOf(canonical), canonical)
	found = slices.DeleteFunc(found, func(a *Article) bool { return news.Canonical(a.News.URL) != canonical })

	return t.withBundles(found, err)
}

// pageOf is what articles.page holds: a 48-bit hash of a canonical address. Whoever finds an article by
// it compares the address itself.
func pageOf(canonical string) int64 {
	id := identityOf("page", canonical)
	return int64(binary.BigEndian.Uint64(id[:8]) >> 16)
}

// onPages is the condition on articles a of n pages. Its arguments are pageOf of each page, then the
// canonical address of each: rows of before migration 158 hold the address instead.
func onPages(n int) string {
	return "a.id IN (SELECT id FROM articles WHERE page IN " + valueTuples(n, 1) +
		" UNION ALL SELECT id FROM articles WHERE canonical IN " + valueTuples(n, 1) + " AND canonical <> '')"
}

// withBundles reads which bundles the sources of some articles are in.
func (t *Tx) withBundles(found []*Article, err error) ([]*Article, error) {
	for _, a := range found {
		if err == nil {
			a.News.Bundles, err = readColumn[string](t, "SELECT bundle FROM bundle_sources WHERE source = $1 ORDER BY bundle", a.SourceID)
		}
	}

	return found, err
}

// Search says which of the stored articles are looked at.
type Search struct {
	Chat       int64     // what it can hear of; 0: only the configured sources
	Everywhere bool      // of all sources but those that other chats added
	Since      time.Time // articles that were first seen later
	Published  time.Time // and published later: a feed may list today what is old
	Articles   int       // looked at, at most; zero is no limit
	Time       time.Duration

	// Match says what is found in an article, if it matches; nil matches all of them.
	Match func(*news.Article) (matched []string, ok bool)
}

// Found is an article that was looked at.
type Found struct {
	*Article

	Matches bool
	Matched []string // what was found in it
}

// Search calls each for the articles, newest first. It returns the time since which it has looked at
// all of them: that is later than Since if a limit ended it.
func (t *Tx) Search(ctx context.Context, s Search, each func(Found)) (since time.Time, err error) {
	began, looked := time.Now(), 0
	since = s.Since

	err = t.recent(s, func(a *Article) bool {
		looked++
		if s.Articles > 0 && looked > s.Articles || s.Time > 0 && time.Since(began) > s.Time {
			since = a.SeenAt
			return false
		}

		if a.At().Before(s.Published) {
			return ctx.Err() == nil
		}

		found := Found{Article: a, Matches: true}
		if s.Match != nil {
			found.Matched, found.Matches = s.Match(&a.News)
		}

		each(found)

		return ctx.Err() == nil
	})

	return since, cmp.Or(err, ctx.Err())
}

// recent calls each for the articles of a search, newest first, until it returns false.
func (t *Tx) recent(s Search, each func(*Article) bool) error {
	bundles, err := t.BundleMembers()
	if err != nil {
		return err
	}

	public := "o.origin = 'config'"
	if s.Everywhere {
		public = "o.origin <> 'chat'"
	}

	return t.rowsUntil("SELECT "+articleColumns+fromArticles+`WHERE a.seen_at >= $2
		AND (`+public+` OR o.id IN (SELECT source FROM readers WHERE chat = $1)) ORDER BY a.id DESC`,
		[]any{s.Chat, toMillis(s.Since)}, func(scan scanFunc) (more bool, err error) {
			a, err := scanArticle(scan)
			if err != nil {
				return false, err
			}

			a.News.Bundles = bundles[a.SourceID]

			return each(a), nil
		})
}

// rowsUntil is rows, but ends when each wants no more.
func (t *Tx) rowsUntil(statement string, args []any, each func(scan scanFunc) (more bool, err error)) error {
	const stop = stopped("enough")

	err := t.rows(statement, args, func(scan scanFunc) error {
		more, err := each(scan)
		if err == nil && !more {
			return stop
		}

		return err
	})
	if err == stop { //nolint:errorlint // our own
		return nil
	}

	return err
}

type stopped string

func (s stopped) Error() string { return string(s) }

// CountArticles counts what is stored, and the oldest and newest first sight.
func (t *Tx) CountArticles() (n int, oldest, newest time.Time, err error) {
	var from, to sql.NullInt64

	err = t.one("SELECT count(*), min(seen_at), max(seen_at) FROM articles", nil, &n, &from, &to)

	return n, fromNull(from), fromNull(to), err
}

// Telling is an article as far as a brief weighs it: who tells which story, and when.
type Telling struct {
	Article, Source, Story    int64
	Outlet, Language, Country string // where no outlet is known: the address
	SeenAt, MatchedAt, At     time.Time
	ForAll                    bool // every chat reads its source
}

// mostMatching is how long an article may take from its first sight to its story.
const mostMatching = 10 * time.Minute

// Tellings calls each for the articles of which the story is known, and that came in or found
// it from since on and came in until a moment, newest first, until it returns false.
func (t *Tx) Tellings(since, until time.Time, each func(*Telling) bool) error {
	return t.rowsUntil(`SELECT a.id, a.source, a.story, a.outlet, a.url, a.language, a.country, a.seen_at, coalesce(a.matched_at, 0), a.published_at, o.origin
		FROM articles a JOIN sources o ON o.id = a.source WHERE a.seen_at >= $1 AND a.seen_at <= $2 AND a.story IS NOT NULL ORDER BY a.id DESC`,
		[]any{toMillis(since.Add(-mostMatching)), toMillis(until)}, func(scan scanFunc) (more bool, err error) {
			x, err := scanTelling(scan)
			if err != nil || x.SeenAt.Before(since) && x.MatchedAt.Before(since) {
				return err == nil, err
			}

			return each(x), nil
		})
}

func scanTelling(scan scanFunc) (*Telling, error) {
	var (
		x             Telling
		url           string
		origin        Origin
		seen, matched int64
		published     sql.NullInt64
	)

	err := scan(&x.Article, &x.Source, &x.Story, &x.Outlet, &url, &x.Language, &x.Country, &seen, &matched, &published, &origin)
	x.SeenAt, x.MatchedAt, x.ForAll = fromMillis(seen), fromMillis(matched), origin == FromConfig
	x.Outlet = cmp.Or(x.Outlet, url)

	x.At = fromNull(published)
	if x.At.IsZero() || x.At.After(x.SeenAt) {
		x.At = x.SeenAt
	}

	return &x, err
}

// SourcesOf returns what a chat reads beside the sources that every chat reads.
func (t *Tx) SourcesOf(chat int64) (map[int64]bool, error) {
	return readSet[int64](t, "SELECT source FROM readers WHERE chat = $1", chat)
}

// Briefed returns the stories that a chat was briefed on up to a moment.
func (t *Tx) Briefed(chat int64, until time.Time) (map[int64]bool, error) {
	return readSet[int64](t, "SELECT story FROM briefed WHERE chat = $1 AND at <= $2", chat, toMillis(until))
}

// LastBrief returns when a chat was briefed last before a moment, zero if never.
func (t *Tx) LastBrief(chat int64, before time.Time) (time.Time, error) {
	var at sql.NullInt64

	err := t.one("SELECT max(at) FROM briefed WHERE chat = $1 AND at < $2", []any{chat, toMillis(before)}, &at)

	return fromNull(at), err
}

// MarkBriefed notes that a chat was briefed on stories, as things were at a moment.
func (t *Tx) MarkBriefed(chat int64, stories []int64, at time.Time) error {
	for _, story := range stories {
		if _, err := t.exec("INSERT INTO briefed (chat, story, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", chat, story, toMillis(at)); err != nil {
			return fmt.Errorf("note what a chat was briefed on: %w", err)
		}
	}

	return nil
}

// DueBriefs lists up to limit chats whose brief is due, the longest due first.
func (t *Tx) DueBriefs(limit int) ([]*Chat, error) {
	return t.chatsWhere("brief_at <= $1 ORDER BY brief_at, id LIMIT $2", toMillis(t.Now), limit)
}
