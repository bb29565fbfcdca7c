package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsbell/news"
)

// PollResult is the outcome of asking a source once.
type PollResult struct {
	Source int64
	Next   time.Time // when to ask again
	// Decided is when Next was worked out; zero: now. The clock may be set before the poll is saved, and a
	// source whose next poll alone is decades ahead would look like one that is asked rarely.
	Decided time.Time
	// At is when the source was asked by the clocks of servers; zero: nobody said.
	At    time.Time
	State string // opaque: see sources.State

	// A failure: why, in words. The rest is empty then.
	Error string
	// Outage: no source can be reached. Such failures in a row count as one.
	Outage bool

	Title    string         // of the feed
	MovedTo  string         // the source's new address, if it moved for good: asked from now on, until it fails
	Articles []news.Article // the items listed, oldest first; none after a 304
	Listed   []string       // keys of further items listed, known before and unchanged
	Before   int            // how many items were listed the last time
	Same     bool           // it lists what it listed the last time, which Listed need not name
	Gone     bool           // the source is no more: stop asking

	NewHub     bool   // the source names another hub than it did, or none any more
	Hub, Topic string // who pushes the source, and its address there
	// Pushed: Articles were pushed and are saved; of the source's polls nothing changes.
	Pushed bool
}

// PollChanges is what a poll brought.
type PollChanges struct {
	New, Updated int
	Baseline     bool // the first poll with items: nothing of it alerts
	Relaunch     bool // nearly all items are unknown: a new baseline
}

// RelaunchItems is how many items a poll has at least that is taken for a relaunch.
const RelaunchItems = 20

// The rules of what alerts anybody.
const (
	relaunchShare   = 0.8            // of the items of a relaunch, more are unknown
	relaunchWithin  = time.Hour      // and that nothing was missed for that long
	updateWithin    = 24 * time.Hour // a later change of an article is not matched again
	touchSeenAfter  = 24 * time.Hour // last_listed_at is kept to a day, to spare writes
	identitiesInSQL = 500            // parameters per look-up
	aheadFrom       = time.Hour      // a clock that is less ahead counts as right
)

// PreparedPoll is a PollResult that SavePoll takes.
type PreparedPoll struct {
	PollResult

	items []preparedItem
}

// PreparePoll does what takes time and needs no database: it deflates the texts of a poll's
// articles and hashes their names. Nobody else writes while SavePoll is at work, so this comes
// before the transaction. The articles must not change any more.
func (s *Store) PreparePoll(p PollResult) *PreparedPoll {
	many := p.Before == 0 && !p.Pushed && len(p.Articles) >= manyTexts

	return &PreparedPoll{PollResult: p, items: prepareItems(p.Articles, s.dictionaries.packer(many))}
}

// manyTexts is how many articles a source lists at least when it is read first whose texts are packed
// quickly.
const manyTexts = 8

// PreparePoll is [Store.PreparePoll] for who has no store at hand: texts are kept as they are.
func PreparePoll(p PollResult) *PreparedPoll {
	return &PreparedPoll{PollResult: p, items: prepareItems(p.Articles, packer{})}
}

// SavePoll saves new and changed articles together with the source's next poll.
// maxAge is alerts.max_age: an article dated longer before its first sight never alerts.
func (t *Tx) SavePoll(p *PreparedPoll, maxAge time.Duration) (PollChanges, error) {
	found, err := t.sourcesWhere("id = $1", p.Source)
	if err != nil {
		return PollChanges{}, err
	}

	if len(found) == 0 {
		return PollChanges{}, fmt.Errorf("source %d: %w", p.Source, ErrNotFound)
	}

	source := found[0]

	if p.Error != "" {
		return PollChanges{}, t.saveFailedPoll(p.PollResult)
	}

	items, err := t.identify(source, p.items, p.Listed)
	if err != nil {
		return PollChanges{}, fmt.Errorf("look up the items of source %d: %w", source.ID, err)
	}

	saved, err := t.saveItems(source, items, p.PollResult, maxAge)
	if err != nil {
		return PollChanges{}, fmt.Errorf("save the items of source %d: %w", source.ID, err)
	}

	if p.Pushed {
		return saved, nil
	}

	if p.NewHub {
		if err := t.setHub(source.ID, p.Hub, p.Topic); err != nil {
			return PollChanges{}, err
		}
	}

	if dayOf(source.ListedAt) != dayOf(t.Now) {
		if err := t.stillListed(source.ID, p.Listed); err != nil {
			return PollChanges{}, err
		}
	}

	hasItems := len(items)+len(p.Listed) > 0 || p.Same && !source.ListedAt.IsZero()

	return saved, t.saveNextPoll(source, p.PollResult, hasItems)
}

// decidedAt returns when the next poll was worked out.
func (p *PollResult) decidedAt(now time.Time) time.Time {
	if p.Decided.IsZero() {
		return now
	}

	return p.Decided
}

// saveFailedPoll notes why a poll failed, and when the next one is.
func (t *Tx) saveFailedPoll(p PollResult) error {
	if err := t.keepState(p); err != nil {
		return err
	}

	return t.run(`UPDATE sources SET next_poll_at = $2, last_poll_at = $6, error = $4,
		error_count = CASE WHEN $7 = 1 AND error_count > 0 THEN error_count ELSE error_count + 1 END, moved_to = '',
		error_since = coalesce(error_since, $3), enabled = CASE WHEN $5 = 1 THEN 0 ELSE enabled END WHERE id = $1`,
		p.Source, toMillis(p.Next), toMillis(t.Now), p.Error, p.Gone, toMillis(p.decidedAt(t.Now)), p.Outage)
}

// saveNextPoll notes that a poll worked, and when the next one is. The first poll with items
// is the source's baseline. A source whose title is that of its feed is renamed with it.
func (t *Tx) saveNextPoll(source *Source, p PollResult, hasItems bool) error {
	baseline := source.BaselineAt
	if hasItems && baseline.IsZero() {
		baseline = t.Now
	}

	if err := t.keepState(p); err != nil {
		return err
	}

	_, err := t.exec(`UPDATE sources SET next_poll_at = $2, last_poll_at = $8, last_ok_at = $3, error = '', error_count = 0, error_since = NULL,
		baseline_at = $4, listed_at = CASE WHEN $7 = 1 THEN $3 ELSE listed_at END, title = CASE WHEN title = '' OR title = feed_title AND $5 <> '' THEN $5 ELSE title END,
		feed_title = CASE WHEN $5 <> '' THEN $5 ELSE feed_title END, moved_to = CASE WHEN $6 <> '' THEN $6 ELSE moved_to END WHERE id = $1`,
		p.Source, toMillis(p.Next), toMillis(t.Now), nullMillis(baseline), p.Title, p.MovedTo, len(p.Articles)+len(p.Listed) > 0, toMillis(p.decidedAt(t.Now)))
	if err == nil && p.MovedTo != "" {
		// A configured source keeps the address that its operator knows it by. The
		// new address may be a source already: then both stay as they are.
		_, err = t.exec("UPDATE sources SET url = $2 WHERE id = $1 AND origin <> 'config' AND NOT EXISTS (SELECT 1 FROM sources o WHERE o.url = $2)", p.Source, p.MovedTo)
	}

	return err
}

func (t *Tx) keepState(p PollResult) error {
	return t.run("INSERT INTO source_states (source, state) VALUES ($1, $2) ON CONFLICT (source) DO UPDATE SET state = excluded.state", p.Source, p.State)
}

// preparedItem is a listed article with what can be said of it without a database.
type preparedItem struct {
	*news.Article

	canonical    string
	byKey, byAlt identity // of its keys; without a second one they are equal
	byPage       identity // of its canonical address, as earlier versions wrote it down
	byAltPage    identity // of the page whose address its second key is made of; zero: of none but its own
	byFormer     identity // of its first key, as earlier versions made it; zero: they made the same
	onlyKey      bool     // its second key says nothing that the first does not: it is looked up and not kept
	content      int64
	page         any    // pageOf its canonical address; nil: it has none of its own
	key          string // what articles.key holds: "" stands for the key of the address
	texts        packedTexts
}

// listed is a listed article with what is known of it.
type listed struct {
	*preparedItem

	known   int64 // the article it is, 0: new
	before  bool  // this source listed it before
	changed bool
	touch   bool
	quiet   string // why it alerts nobody, "" it may
}

// identity is 128 bits of SHA-256: accidents are out of the question.
type identity [16]byte

func identityOf(kind, s string) (id identity) {
	sum := sha256.Sum256([]byte(kind + "\x00" + s))
	copy(id[:], sum[:])

	return id
}

// contentOf is a hash that differs where an article changed.
func contentOf(a *news.Article) int64 { return hashContent(appendContent(nil, a)) }

// appendContent appends what contentOf hashes.
func appendContent(b []byte, a *news.Article) []byte {
	for _, s := range []string{a.Title, a.Summary, a.Text} {
		b = append(strconv.AppendInt(b, int64(len(s)), 10), ':')
		b = append(b, s...)
	}

	return b
}

func hashContent(content []byte) int64 {
	sum := sha256.Sum256(content)
	return int64(binary.LittleEndian.Uint64(sum[:]))
}

type seenRow struct {
	article, content, listedAt int64
}

// identify decides which article each listed item is. Nothing else does: a feed only names its items.
//
// An item has up to two names, the key of its address and that of its guid. Both are kept, so that it is
// recognised when one of them changes. The first key decides. If only the second is known, the item is
// that article under a new address, unless the article is still listed beside it, or the item has
// another title on another page: then the guid was used again.
func (t *Tx) identify(source *Source, prepared []preparedItem, more []string) ([]*listed, error) {
	items := make([]*listed, len(prepared))
	for i := range prepared {
		items[i] = &listed{preparedItem: &prepared[i]}
	}

	all := &listing{tx: t, source: source.ID, more: more, articles: map[int64]bool{}}

	if !source.ListedAt.IsZero() { // else it never listed anything
		ids := make([]identity, 0, 4*len(items))
		for _, it := range items {
			ids = append(ids, it.byKey)
			if it.byAlt != it.byKey {
				ids = append(ids, it.byAlt)
			}

			if it.canonical != "" {
				ids = append(ids, it.byPage)
			}

			for _, other := range []identity{it.byAltPage, it.byFormer} {
				if other != (identity{}) {
					ids = append(ids, other)
				}
			}
		}

		var err error
		if all.seen, err = t.readSeen(source.ID, ids); err != nil {
			return nil, err
		}
	}

	for _, find := range []func(*listed) error{all.findByKey, all.findByOthers} {
		for _, it := range items {
			if err := find(it); err != nil {
				return nil, err
			}
		}
	}

	return items, t.findElsewhere(source, items)
}

// prepareItems prepares the items of a feed, those with the same key once.
func prepareItems(articles []news.Article, packer packer) []preparedItem {
	pages := make(map[string]int, len(articles))

	canonical := make([]string, len(articles))
	for i := range articles {
		canonical[i] = news.Canonical(articles[i].URL)
		pages[canonical[i]]++
	}

	items := make([]preparedItem, 0, len(articles))
	within := make(map[identity]bool, len(articles))

	var content []byte // of one after the other

	for i := range articles {
		a := &articles[i]

		it := preparedItem{Article: a, byKey: identityOf("key", a.Key)}
		if within[it.byKey] {
			continue
		}

		within[it.byKey] = true
		content = appendContent(content[:0], a)
		it.content, it.texts = hashContent(content), packer.packTexts(a)

		if a.Key != news.PageKey(canonical[i]) {
			it.key = a.Key
		} else if former := news.FormerCanonical(a.URL); former != "" {
			it.byFormer = identityOf("key", news.PageKey(former))
		}

		if it.byAlt = it.byKey; a.AltKey != "" {
			it.byAlt = identityOf("key", a.AltKey)
		}

		if it.onlyKey = a.AltPage != "" && a.AltPage == a.Key; a.AltPage != "" && !it.onlyKey {
			it.byAltPage = identityOf("key", a.AltPage)
		}

		if canonical[i] != "" && pages[canonical[i]] == 1 { // else it is a change log, a homepage: the page says nothing
			it.canonical = canonical[i]
			it.byPage = identityOf("page", it.canonical)
			it.page = it.byPage.page()
		}

		items = append(items, it)
	}

	return items
}

// listing is what a source lists and what is known of it.
type listing struct {
	tx       *Tx
	source   int64
	seen     map[identity]seenRow
	articles map[int64]bool // that are listed, as far as is known
	more     []string       // keys of further items; nil once their articles are in articles
}

// findByKey recognises an item by its first key.
func (l *listing) findByKey(it *listed) error {
	row, ok := l.seen[it.byKey]
	if !ok {
		return nil
	}

	if it.AltKey == "" && row.content != it.content { // the key may be a guid that is used again
		reused, err := l.tx.isReused(row.article, it, it.byKey)
		if err != nil || reused {
			return err
		}
	}

	l.recognise(it, row)

	return nil
}

// findByOthers recognises an item of which the first key is not known.
func (l *listing) findByOthers(it *listed) error {
	if it.known != 0 {
		return nil
	}

	for _, name := range []identity{it.byPage, it.byFormer, it.byAlt, it.byAltPage} {
		row, ok := l.seen[name]
		if !ok || name == it.byKey {
			continue
		}

		beside, err := l.isListed(row.article)
		if err != nil {
			return err
		}

		reused, err := l.tx.isReused(row.article, it, name)
		if err != nil {
			return err
		}

		if !beside && !reused {
			l.recognise(it, row)
			return nil
		}
	}

	return nil
}

// isListed reports whether an article is listed as another item.
func (l *listing) isListed(article int64) (bool, error) {
	if len(l.more) > 0 {
		ids := make([]identity, len(l.more))
		for i, key := range l.more {
			ids[i] = identityOf("key", key)
		}

		rows, err := l.tx.readSeen(l.source, ids)
		if err != nil {
			return false, err
		}

		for _, row := range rows {
			l.articles[row.article] = true
		}

		l.more = nil
	}

	return l.articles[article], nil
}

// recognise notes that an item is an article that was listed before.
func (l *listing) recognise(it *listed, row seenRow) {
	l.articles[row.article] = true
	it.known, it.before = row.article, true
	it.changed = row.content != it.content

	// All its names are kept: the next change may be of another one.
	_, key := l.seen[it.byKey]
	_, alt := l.seen[it.byAlt]
	it.touch = it.changed || !key || !alt && !it.onlyKey || l.tx.Now.Sub(fromMillis(row.listedAt)) > touchSeenAfter
}

func (t *Tx) readSeen(source int64, ids []identity) (map[identity]seenRow, error) {
	found := make(map[identity]seenRow, len(ids))
	for len(ids) > 0 {
		n := min(len(ids), identitiesInSQL)
		args := make([]any, 0, n+1)

		args = append(args, source)
		for i := range ids[:n] {
			args = append(args, ids[i][:])
		}

		err := t.rows("SELECT identity, article, content, last_listed_at FROM seen WHERE source = ? AND identity IN "+valueTuples(n, 1), args,
			func(scan scanFunc) error {
				var (
					raw []byte
					row seenRow
				)

				err := scan(&raw, &row.article, &row.content, &row.listedAt)
				found[identity(raw)] = row

				return err
			})
		if err != nil {
			return nil, err
		}

		ids = ids[n:]
	}

	return found, nil
}

// findElsewhere finds the unknown items that are articles of another source of the same
// outlet: the same page is the same article, if everybody who hears this source
// heard of it there.
func (t *Tx) findElsewhere(source *Source, items []*listed) error {
	unknown := map[string][]*listed{}

	var pages []string

	for _, it := range items {
		if it.known == 0 && it.canonical != "" && it.Outlet != "" {
			if unknown[it.canonical] == nil {
				pages = append(pages, it.canonical)
			}

			unknown[it.canonical] = append(unknown[it.canonical], it)
		}
	}

	for len(pages) > 0 {
		n := rowsAtOnce(len(pages))

		args := make([]any, 2*n, 2*n+1)
		for i, canonical := range pages[:n] {
			args[i], args[n+i] = pageOf(canonical), canonical
		}

		err := t.rowsOfTexts("SELECT "+textColumns+", a.id, a.outlet FROM articles a JOIN sources s ON s.id = a.source WHERE "+onPages(n)+
			" AND s.origin = 'config' AND s.id <> ? ORDER BY a.id",
			append(args, source.ID), func(scan textScan) error {
				var (
					id     int64
					outlet string
				)

				x, err := scan(&id, &outlet)
				for _, it := range unknown[news.Canonical(x.url)] {
					if it.Outlet == outlet && it.known == 0 {
						it.known, it.touch = id, true
					}
				}

				return err
			})
		if err != nil {
			return err
		}

		pages = pages[n:]
	}

	return nil
}

// rowsAtOnce is how many of n rows go into one statement: few sizes, so that few
// statements are prepared.
func rowsAtOnce(n int) int {
	for _, size := range []int{50, 10, 2} {
		if n >= size {
			return size
		}
	}

	return 1
}

// isReused reports whether an item has the name of an article but is another one: its title is quite
// different and, if the name is a key, so is its page.
func (t *Tx) isReused(article int64, it *listed, name identity) (bool, error) {
	was, err := firstOf(t.articlesWhere("a.id = $1", article))
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}

	if err != nil {
		return false, err
	}

	otherPage := was.OwnPage && it.canonical != "" && news.Canonical(was.News.URL) != it.canonical

	return (otherPage || name == it.byPage) && !news.SimilarTitles(was.News.Title, it.Title), nil
}

func (t *Tx) saveItems(source *Source, items []*listed, p PollResult, maxAge time.Duration) (PollChanges, error) {
	saved := PollChanges{Baseline: source.BaselineAt.IsZero() && len(items) > 0}
	saved.Relaunch = !saved.Baseline && isRelaunch(source, items, p, t.Now)

	sight, err := t.firstSight(p.At)
	if err != nil {
		return saved, err
	}

	var fresh, touched []*listed

	for _, it := range items {
		switch {
		case it.known == 0:
			it.quiet, it.touch = whyQuiet(it, saved, sight.Add(-maxAge)), true
			fresh = append(fresh, it)
		case it.before && it.changed:
			updated, err := t.updateArticle(it)
			if err != nil {
				return saved, err
			}

			if updated {
				saved.Updated++
			}
		}

		if it.touch {
			touched = append(touched, it)
		}
	}

	if err := t.insertArticles(source.ID, fresh); err != nil {
		return saved, err
	}

	saved.New = len(fresh)
	if err := t.markSeen(source.ID, touched); err != nil {
		return saved, err
	}

	if saved.New+saved.Updated > 0 {
		t.raise(NewArticles)
	}

	return saved, nil
}

// firstSight is when what is new was seen: now, unless our clock has leapt ahead of what is believed of it (see
// BelieveClock) and of what servers say.
func (t *Tx) firstSight(by time.Time) (time.Time, error) {
	if by.IsZero() || t.Now.Sub(by) < aheadFrom {
		return t.Now, nil
	}

	believed, err := t.believedNow()
	if err != nil || t.Now.Sub(believed) < aheadFrom {
		return t.Now, err
	}

	return by, nil
}

// isRelaunch reports whether nearly all of what a source lists is unknown, and most of what it
// listed is gone.
func isRelaunch(source *Source, items []*listed, p PollResult, now time.Time) bool {
	unknown, kept := 0, len(p.Listed)

	for _, it := range items {
		// What is dated after our last look is news, however much of it there is.
		// A date in the future is none.
		if it.known == 0 && (it.Published.IsZero() || it.Published.Before(source.LastOKAt) || it.Published.After(now)) {
			unknown++
		}

		if it.before {
			kept++
		}
	}

	// A feed that keeps what it had, or had little, grows: that is news.
	all := len(items) + len(p.Listed)

	return all >= RelaunchItems && float64(unknown) > relaunchShare*float64(all) &&
		2*kept < p.Before && 2*p.Before >= all && !source.mayHaveMissed(now)
}

// whyQuiet is why a new article alerts nobody, "" where it may; oldest is the moment before
// which one is too old.
func whyQuiet(it *listed, poll PollChanges, oldest time.Time) string {
	switch {
	case poll.Baseline:
		return QuietBaseline
	case poll.Relaunch:
		return QuietRelaunch
	case !it.Published.IsZero() && it.Published.Before(oldest):
		return QuietOld
	default:
		return ""
	}
}

// What an article's row is made of, in the order of its columns. Where its texts are packed, their own
// columns are empty: what is no parameter costs next to nothing.
const (
	savedColumns = `source, key, page, authors, tags, outlet, language, country, image, caption, credit, published_at, updated_at, seen_at, quiet,
		packed, letters, dictionary, headed, canonical, url, title, summary, text`
	packedRow    = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, '', '', '', '', '')"
	anyRow       = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, ?)"
	packedFields = 18
	anyFields    = 23
)

// insertArticles gives articles their rows, in their order. Their canonical addresses are not
// written down, nor are keys that are made of them: the page and the identities in seen stand for
// them.
func (t *Tx) insertArticles(source int64, list []*listed) error {
	for len(list) > 0 {
		n := rowsAtOnce(len(list))
		isPlain := func(it *listed) bool { return it.texts.packed == nil }

		row, fields := packedRow, packedFields
		if slices.ContainsFunc(list[:n], isPlain) {
			row, fields = anyRow, anyFields
		}

		args := make([]any, 0, fields*n)
		for _, it := range list[:n] {
			x := it.texts
			all := [anyFields]any{
				source, it.key, it.page, strings.Join(it.Authors, "\n"), strings.Join(it.Tags, "\n"), it.Outlet, it.Language, it.Country,
				it.Image, it.Caption, it.Credit, nullMillis(it.Published), nullMillis(it.Updated), toMillis(t.Now), it.quiet,
				x.packed, x.letters, x.dictionary, x.headed, x.url, x.title, x.summary, x.text,
			}
			args = append(args, all[:fields]...)
		}

		ids, err := readColumn[int64](t, "INSERT INTO articles ("+savedColumns+") VALUES "+row+strings.Repeat(", "+row, n-1)+" RETURNING id", args...)
		if err != nil {
			return err
		}

		slices.Sort(ids) // the order of RETURNING is not promised, that of AUTOINCREMENT is

		for i, it := range list[:n] {
			it.known = ids[i]
		}

		list = list[n:]
	}

	return nil
}

// mayHaveMissed reports whether news may have come and gone since the last good look: we
// were away ourselves, or the source failed for long.
func (s *Source) mayHaveMissed(now time.Time) bool {
	return now.Sub(s.LastOKAt) >= relaunchWithin && (s.ErrorCount > 0 || now.Sub(s.NextPollAt) >= relaunchWithin)
}

// updateArticle saves the change of an article and has it matched again, unless the article is older than
// updateWithin. It reports whether it did.
func (t *Tx) updateArticle(it *listed) (bool, error) {
	if err := t.noteCorrection(it.known, it.Title); err != nil {
		return false, err
	}

	x := it.texts

	n, err := t.exec(`UPDATE articles SET key = CASE WHEN key = '' THEN $14 ELSE key END, title = $2, summary = $3, text = $4, url = $5, canonical = '', page = $6, image = $7, updated_at = $8, caption = $10, credit = $11,
			packed = $12, letters = $13, dictionary = $15, headed = $16, matched_at = CASE WHEN quiet = '' THEN NULL ELSE matched_at END
		WHERE id = $1 AND seen_at > $9`,
		it.known, x.title, x.summary, x.text, x.url, it.page, it.Image, nullMillis(it.Updated), toMillis(t.Now.Add(-updateWithin)), it.Caption, it.Credit, x.packed, x.letters, it.key, x.dictionary, x.headed)

	return n > 0, err
}

// names are the identities that an item is remembered by.
func (it *preparedItem) names() []identity {
	if it.onlyKey {
		return []identity{it.byKey}
	}

	return []identity{it.byKey, it.byAlt}
}

// markSeen keeps the identities of items.
func (t *Tx) markSeen(source int64, list []*listed) error {
	type row struct {
		id identity
		it *listed
	}

	rows := make([]row, 0, 2*len(list))

	at := make(map[identity]int, 2*len(list))
	for _, it := range list {
		for _, id := range it.names() {
			if i, twice := at[id]; twice {
				rows[i].it = it
				continue
			}

			at[id] = len(rows)
			rows = append(rows, row{id, it})
		}
	}

	slices.SortFunc(rows, func(a, b row) int { return bytes.Compare(a.id[:], b.id[:]) }) // as they will lie

	for len(rows) > 0 {
		n := rowsAtOnce(len(rows))

		args := make([]any, 0, 5*n)
		for _, r := range rows[:n] {
			args = append(args, source, r.id[:], r.it.known, r.it.content, toMillis(t.Now))
		}

		_, err := t.exec("INSERT INTO seen (source, identity, article, content, last_listed_at) VALUES "+valueTuples(5, n)+`
			ON CONFLICT (source, identity) DO UPDATE SET article = excluded.article, content = excluded.content, last_listed_at = excluded.last_listed_at`, args...)
		if err != nil {
			return err
		}

		rows = rows[n:]
	}

	return nil
}

// stillListed renews the identities of items that are still listed and were not parsed again. Once a day is
// enough for what is kept for a month. One scan a day of all that the source ever listed costs less than
// an index that every new item has to write.
func (t *Tx) stillListed(source int64, keys []string) error {
	ids := make([]identity, len(keys))
	for i, k := range keys {
		ids[i] = identityOf("key", k)
	}

	rows, err := t.readSeen(source, ids)
	if err != nil {
		return err
	}

	var stale []any

	for _, row := range rows {
		if dayOf(fromMillis(row.listedAt)) != dayOf(t.Now) {
			stale = append(stale, row.article)
		}
	}

	for part := range slices.Chunk(stale, identitiesInSQL) {
		_, err := t.exec("UPDATE seen SET last_listed_at = ? WHERE source = ? AND article IN "+valueTuples(len(part), 1), append([]any{toMillis(t.Now), source}, part...)...)
		if err != nil {
			return err
		}
	}

	return nil
}
