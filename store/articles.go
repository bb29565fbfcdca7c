package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"newsbell/news"
	"newsbell/store/deflate"
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

const articleColumns = textColumns + `, a.id, a.source, coalesce(a.story, 0), a.seen_at, a.quiet, a.key,
	a.authors, a.tags, a.outlet, a.language, a.country, a.image, a.caption, a.credit, a.published_at, a.updated_at, o.url, o.origin, a.canonical <> '' OR a.page IS NOT NULL`

// fromArticles goes with articleColumns.
const fromArticles = " FROM articles a JOIN sources o ON o.id = a.source "

// scanArticle reads a row of articleColumns, and what stands behind them into more.
func scanArticle(scan textScan, more ...any) (*Article, error) {
	var (
		a                  Article
		seen               int64
		authors, tags      string
		published, updated sql.NullInt64
	)

	n := &a.News

	x, err := scan(append([]any{
		&a.ID, &a.SourceID, &a.Story, &seen, &a.Quiet, &n.Key,
		&authors, &tags, &n.Outlet, &n.Language, &n.Country, &n.Image, &n.Caption, &n.Credit, &published, &updated, &n.Source, &a.SourceOrigin, &a.OwnPage,
	}, more...)...)
	n.URL, n.Title, n.Summary, n.Text = x.url, x.title, x.summary, x.text
	a.SeenAt, n.Published, n.Updated = fromMillis(seen), fromNull(published), fromNull(updated)
	n.Authors, n.Tags = splitLines(authors), splitLines(tags)

	if n.Key == "" {
		n.Key = news.PageKey(news.Canonical(n.URL))
	}

	return &a, err
}

// packedFrom is from how many bytes on texts are deflated.
const packedFrom = 256

// texts are an article's, its address among them.
type texts struct{ url, title, summary, text string }

// packedTexts are what the columns of an article's texts hold. Where packed says all, the others are
// empty, and letters is how many the text has.
type packedTexts struct {
	texts

	packed     any // bytes; nil: they are not
	headed     any // 1 where packed has the address and the headline, too, as all has that is packed now
	letters    sql.NullInt64
	dictionary sql.NullInt64
}

// packTexts deflates the texts of an article where that takes less room: the lengths of all but the last
// one, and behind them all of them.
func (p packer) packTexts(a *news.Article) packedTexts {
	plain := packedTexts{texts: texts{a.URL, a.Title, a.Summary, a.Text}}

	length := len(a.URL) + len(a.Title) + len(a.Summary) + len(a.Text)
	if length < packedFrom || p.pack == nil {
		return plain
	}

	packed := make([]byte, 0, length*3/4) // it rarely needs more
	for _, s := range []string{a.URL, a.Title, a.Summary} {
		packed = binary.AppendUvarint(packed, uint64(len(s)))
	}

	packed = p.pack(packed, a.URL, a.Title, a.Summary, a.Text)
	if len(packed) >= length {
		return plain
	}

	return packedTexts{
		packed: packed, headed: 1, letters: sql.NullInt64{Int64: int64(utf8.RuneCountInString(a.Text)), Valid: true},
		dictionary: sql.NullInt64{Int64: p.dictionary, Valid: p.dictionary != 0},
	}
}

// textColumns are what a textScan reads of articles a, which may be missing.
const (
	textColumns = plainColumns + "a.packed" + packedColumns

	plainColumns  = "coalesce(a.url, ''), coalesce(a.title, ''), coalesce(a.summary, ''), coalesce(a.text, ''), "
	packedColumns = ", coalesce(a.dictionary, 0), a.headed IS NOT NULL"
)

// textScan reads the texts of a row that begins with textColumns, and what stands behind them into more.
type textScan func(more ...any) (texts, error)

// rowsOfTexts is rows for a query whose columns begin with textColumns.
func (t *Tx) rowsOfTexts(query string, args []any, each func(scan textScan) error) error {
	if err := t.readDictionaries(); err != nil {
		return err
	}

	return t.rows(query, args, func(scan scanFunc) error {
		return each(func(more ...any) (texts, error) { return t.scanTexts(scan, more...) })
	})
}

// scanTexts is a textScan, if the transaction knows the dictionaries.
func (t *Tx) scanTexts(scan scanFunc, more ...any) (texts, error) {
	var (
		x          texts
		packed     []byte
		dictionary int64
		headed     bool
	)

	err := scan(append([]any{&x.url, &x.title, &x.summary, &x.text, &packed, &dictionary, &headed}, more...)...)
	if err != nil || packed == nil {
		return x, err
	}

	into := []*string{&x.url, &x.title, &x.summary, &x.text}
	if !headed { // as it was packed before migration 164
		into = into[2:]
	}

	return x, t.unpackTexts(into, packed, dictionary)
}

// unpackTexts takes packed texts apart.
func (t *Tx) unpackTexts(into []*string, packed []byte, dictionary int64) error {
	last := len(into) - 1
	sizes := make([]uint64, last)

	for i := range sizes {
		size, n := binary.Uvarint(packed)
		if n <= 0 {
			return errDamagedTexts
		}

		sizes[i], packed = size, packed[n:]
	}

	d := t.session.dictionaries.find(dictionary)
	if d == nil {
		return fmt.Errorf("read the text of an article: dictionary %d is missing", dictionary)
	}

	all, err := d.Unpack(packed)
	if err != nil {
		return fmt.Errorf("read the text of an article: %w", err)
	}

	for i, size := range sizes {
		if size > uint64(len(all)) {
			return errDamagedTexts
		}

		*into[i], all = all[:size], all[size:]
	}

	*into[last] = all

	return nil
}

var errDamagedTexts = errors.New("read the text of an article: it is damaged")

// dictionaries are those that texts are packed with, by their numbers: 0 is the one that every database has.
// A dictionary never changes, and its number stands for no other one, not even if what added it was
// undone.
type dictionaries struct {
	mu        sync.RWMutex
	all       map[int64]*deflate.Dictionary
	newest    int64     // that is known to be committed: texts are packed with it
	learnedAt time.Time // when that was
	highest   int64     // number that was given here, also if what added it was undone

	// complete: no other process adds one, and those that are there are known.
	complete atomic.Bool
}

func newDictionaries() *dictionaries {
	return &dictionaries{all: map[int64]*deflate.Dictionary{0: deflate.New([]byte(deflateDictionary))}}
}

// find returns a dictionary, or nil.
func (d *dictionaries) find(number int64) *deflate.Dictionary {
	d.mu.RLock()
	defer d.mu.RUnlock()

	return d.all[number]
}

// add makes a dictionary known; committed: it is there for good.
func (d *dictionaries) add(number int64, words []byte, learnedAt time.Time, committed bool) {
	d.mu.Lock()
	defer d.mu.Unlock()

	d.all[number] = deflate.New(words)

	if committed && number > d.newest {
		d.newest, d.learnedAt = number, learnedAt
	}
}

// nextNumber returns the number of the next one.
func (d *dictionaries) nextNumber() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()

	d.highest = max(d.highest, d.newest) + 1

	return d.highest
}

// packer packs texts with one dictionary.
type packer struct {
	pack       func(packed []byte, parts ...string) []byte
	dictionary int64
}

// packer returns what packs texts well, or many at once: what a source lists at first is read once, and a
// learned dictionary costs five times as much.
func (d *dictionaries) packer(many bool) packer {
	d.mu.RLock()
	defer d.mu.RUnlock()

	if many || d.newest == 0 {
		return packer{d.all[0].AppendQuickly, 0}
	}

	return packer{d.all[d.newest].Append, d.newest}
}

// readDictionaries makes those known that were added since: also another process may have learned one. What
// writes may see one that is undone later, so it looks again each time until a snapshot shows it.
func (t *Tx) readDictionaries() error {
	d := t.session.dictionaries
	if t.knowsDictionaries || d.complete.Load() {
		return nil
	}

	err := t.rows("SELECT id, words, learned_at FROM dictionaries WHERE id > $1", []any{d.newestKnown()}, func(scan scanFunc) error {
		var (
			id, at int64
			words  []byte
		)

		err := scan(&id, &words, &at)
		if err == nil {
			d.add(id, slices.Clone(words), fromMillis(at), t.snapshot)
		}

		return err
	})
	t.knowsDictionaries = err == nil

	return err
}

// What a dictionary is learned from, and how long it serves.
const (
	learnedFrom    = 2000 // articles, the newest
	learnedLeast   = 300  // of them have a text that is deflated
	dictionaryLife = 90 * 24 * time.Hour
)

// LearnDictionary has texts packed with what the newest ones have in common, from when there are enough of
// them, and has it learned anew after some months. One call at a time; most do nothing.
func (s *Store) LearnDictionary(ctx context.Context) error {
	if at := s.dictionaries.serves(); time.Since(at) < dictionaryLife {
		return nil
	}

	var own []string

	err := s.View(ctx, func(t *Tx) error {
		own = nil

		if err := t.readDictionaries(); err != nil || time.Since(s.dictionaries.serves()) < dictionaryLife {
			return err
		}

		var n int

		// The newest rows alone: where few articles have a text, this is asked again and again.
		if err := t.one("SELECT count(packed) FROM articles WHERE id > (SELECT max(id) FROM articles) - $1", []any{learnedFrom}, &n); err != nil || n < learnedLeast {
			return err
		}

		return t.Newest(learnedFrom, func(a *Article) {
			if a.SourceOrigin != FromChat { // those are for the chats that added them
				own = append(own, a.News.URL+a.News.Title+a.News.Summary+a.News.Text)
			}
		})
	})
	if err != nil {
		return fmt.Errorf("learn a dictionary: %w", err)
	}

	if len(own) == 0 { // to count nothing takes megabytes, too, and this is asked every few seconds
		return nil
	}

	if words := deflate.Learn(own); words != nil {
		err = s.addDictionary(ctx, words)
	}

	return err
}

// newestKnown is the number of the newest that is committed as far as is known here.
func (d *dictionaries) newestKnown() int64 {
	d.mu.RLock()
	defer d.mu.RUnlock()

	return d.newest
}

// serves returns when the dictionary was learned that texts are packed with, the zero time if none was.
func (d *dictionaries) serves() time.Time {
	d.mu.RLock()
	defer d.mu.RUnlock()

	return d.learnedAt
}

// addDictionary keeps a dictionary, and has texts packed with it once it is committed.
func (s *Store) addDictionary(ctx context.Context, words []byte) error {
	number := s.dictionaries.nextNumber()

	var at time.Time

	err := s.Update(ctx, func(t *Tx) error {
		at = t.Now
		return t.run("INSERT INTO dictionaries (id, words, learned_at) VALUES ($1, $2, $3)", number, words, toMillis(at))
	})
	if err != nil {
		return fmt.Errorf("keep a dictionary: %w", err)
	}

	s.dictionaries.add(number, words, at, true)

	return nil
}

func splitLines(s string) []string {
	if s == "" {
		return nil
	}

	return strings.Split(s, "\n")
}

func (t *Tx) articlesWhere(where string, args ...any) ([]*Article, error) {
	var found []*Article

	err := t.rowsOfTexts("SELECT "+articleColumns+fromArticles+"WHERE "+where, args, func(scan textScan) error {
		a, err := scanArticle(scan)
		found = append(found, a)

		return err
	})

	return found, err
}

// Unmatched lists the oldest articles that wait to be matched.
func (t *Tx) Unmatched(limit int) ([]*Article, error) {
	return t.articlesWhere("a.matched_at IS NULL ORDER BY a.id LIMIT $1", limit)
}

// Newest streams the newest articles, the newest first.
func (t *Tx) Newest(limit int, each func(*Article)) error {
	return t.rowsOfTexts("SELECT "+articleColumns+fromArticles+"ORDER BY a.id DESC LIMIT $1", []any{limit}, func(scan textScan) error {
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

	// What was stored before an update, of the address as it is written, or as it was before a browser copied it.
	former := cmp.Or(news.FormerCanonical(address), news.FormerCanonical(news.WithLetters(address)), canonical)

	found, err := t.articlesWhere(onPages(2)+" ORDER BY a.id DESC", pageOf(canonical), pageOf(former), canonical, former)
	found = slices.DeleteFunc(found, func(a *Article) bool { return news.Canonical(a.News.URL) != canonical })

	return t.withBundles(found, err)
}

// pageOf is what articles.page holds: a 48-bit hash of a canonical address. Whoever finds an article by
// it compares the address itself.
func pageOf(canonical string) int64 { return identityOf("page", canonical).page() }

// page is pageOf the address that an identity is of.
func (id identity) page() int64 { return int64(binary.BigEndian.Uint64(id[:8]) >> 16) }

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

	return t.textsUntil("SELECT "+articleColumns+fromArticles+`WHERE a.seen_at >= $2
		AND (`+public+` OR o.id IN (SELECT source FROM readers WHERE chat = $1)) ORDER BY a.id DESC`,
		[]any{s.Chat, toMillis(s.Since)}, func(scan textScan) (more bool, err error) {
			a, err := scanArticle(scan)
			if err != nil {
				return false, err
			}

			a.News.Bundles = bundles[a.SourceID]

			return each(a), nil
		})
}

// textsUntil is rowsOfTexts, but ends when each wants no more.
func (t *Tx) textsUntil(query string, args []any, each func(scan textScan) (more bool, err error)) error {
	const stop = stopped("enough")

	err := t.rowsOfTexts(query, args, func(scan textScan) error {
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

// tellingColumns are textColumns of which texts are unpacked only for an address in place of an outlet's name.
const tellingColumns = plainColumns + "CASE WHEN a.outlet = '' THEN a.packed END" + packedColumns

// mostMatching is how long an article may take from its first sight to its story.
const mostMatching = 10 * time.Minute

// Tellings calls each for the articles of which the story is known, and that came in or found
// it from since on and came in until a moment, newest first, until it returns false.
func (t *Tx) Tellings(since, until time.Time, each func(*Telling) bool) error {
	return t.textsUntil("SELECT "+tellingColumns+`, a.id, a.source, a.story, a.outlet, a.language, a.country, a.seen_at, coalesce(a.matched_at, 0), a.published_at, o.origin
		FROM articles a JOIN sources o ON o.id = a.source WHERE a.seen_at >= $1 AND a.seen_at <= $2 AND a.story IS NOT NULL ORDER BY a.id DESC`,
		[]any{toMillis(since.Add(-mostMatching)), toMillis(until)}, func(scan textScan) (more bool, err error) {
			x, err := scanTelling(scan)
			if err != nil || x.SeenAt.Before(since) && x.MatchedAt.Before(since) {
				return err == nil, err
			}

			return each(x), nil
		})
}

func scanTelling(scan textScan) (*Telling, error) {
	var (
		x             Telling
		origin        Origin
		seen, matched int64
		published     sql.NullInt64
	)

	texts, err := scan(&x.Article, &x.Source, &x.Story, &x.Outlet, &x.Language, &x.Country, &seen, &matched, &published, &origin)
	x.SeenAt, x.MatchedAt, x.ForAll = fromMillis(seen), fromMillis(matched), origin == FromConfig
	x.Outlet = cmp.Or(x.Outlet, texts.url)

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

// ToldSince returns the stories that a chat was told of in alerts since a moment, or is told of now, and when in
// milliseconds, among its latest 500 alerts: a digest of a busy day has no more.
func (t *Tx) ToldSince(chat int64, since, now time.Time) (map[int64]int64, error) {
	return readMap[int64, int64](t, `SELECT a.story, max(coalesce(m.done_at, a.due_at)) FROM (SELECT story, message, state, due_at FROM alerts WHERE chat = $1 ORDER BY id DESC LIMIT 500) a
		LEFT JOIN messages m ON m.id = a.message
		WHERE a.state = 'sent' AND m.state = 'sent' AND m.done_at >= $2 OR a.state = 'waiting' AND a.due_at <= $3 GROUP BY a.story`, chat, toMillis(since), toMillis(now))
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

// AwaitedBriefs lists up to limit chats whose brief comes later than a moment, those behind a chat, by id.
func (t *Tx) AwaitedBriefs(later time.Time, after int64, limit int) ([]*Chat, error) {
	return t.chatsWhere("brief_at > $1 AND id > $2 ORDER BY id LIMIT $3", toMillis(later), after, limit)
}

// DueBriefs lists up to limit chats whose brief is due, the longest due first.
func (t *Tx) DueBriefs(limit int) ([]*Chat, error) {
	return t.chatsWhere("brief_at <= $1 ORDER BY brief_at, id LIMIT $2", toMillis(t.Now), limit)
}
