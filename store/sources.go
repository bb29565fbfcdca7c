package store

import (
	"crypto/rand"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"newsbell/news"
)

// Origin is who named a source.
type Origin string

// The origins. A configured source is for every chat; one from a chat only for
// the chats that added it, and its address is guarded (see sources.Fetcher).
const (
	FromConfig Origin = "config"
	FromChat   Origin = "chat"
)

// Source is a source with what is known of its polls.
type Source struct {
	ID int64
	news.Source

	Origin               Origin
	Enabled              bool
	NextPollAt           time.Time
	LastPollAt, LastOKAt time.Time // zero: never
	BaselineAt           time.Time // zero: no poll with items yet
	ListedAt             time.Time // of the last poll that listed items
	Error                string    // why the last poll failed, in words; "" it did not
	ErrorCount           int       // failures in a row
	ErrorSince           time.Time
	MovedTo              string    // where it is asked instead of at URL, "" nowhere
	OffAt                time.Time // when an operator turned it off for everybody, zero: it is on
	Imported             bool      // from an OPML file: it stays when the config does not name it
}

const sourceColumns = `sources.id, sources.url, sources.title, sources.outlet, sources.language, sources.country, sources.origin,
	sources.enabled, sources.next_poll_at, sources.last_poll_at, sources.last_ok_at, sources.baseline_at, sources.listed_at,
	sources.error, sources.error_count, sources.error_since, sources.moved_to, sources.folder, sources.imported, sources.off_at`

func scanSource(scan scanFunc) (*Source, error) {
	var (
		s                                        Source
		next                                     int64
		polled, ok, baseline, listed, since, off sql.NullInt64
	)

	err := scan(&s.ID, &s.URL, &s.Title, &s.Outlet, &s.Language, &s.Country, &s.Origin, &s.Enabled,
		&next, &polled, &ok, &baseline, &listed, &s.Error, &s.ErrorCount, &since, &s.MovedTo, &s.Folder, &s.Imported, &off)
	s.NextPollAt, s.LastPollAt, s.LastOKAt = fromMillis(next), fromNull(polled), fromNull(ok)
	s.ListedAt, s.OffAt = fromNull(listed), fromNull(off)
	s.BaselineAt, s.ErrorSince = fromNull(baseline), fromNull(since)

	return &s, err
}

func (t *Tx) sourcesWhere(where string, args ...any) ([]*Source, error) {
	return readAll(t, "SELECT "+sourceColumns+" FROM sources WHERE "+where, args, scanSource)
}

// startSpread is the pause between the first polls of new sources, so that a
// start is no burst.
const startSpread = 25 * time.Millisecond

// Configure makes the configured sources the ones given: new ones are added, ones
// that are no longer there are disabled (their articles stay; one that a chat
// added too goes on for that chat).
func (t *Tx) Configure(list []news.Source) error {
	list = slices.Clone(list)

	for i := range list {
		var err error
		if list[i].URL, err = t.knownAddress(list[i].URL); err != nil {
			return fmt.Errorf("configure source %d of the list: %w", i+1, err)
		}
	}

	// A source that was off begins anew: what it lists by now is no news.
	const off = "baseline_at = CASE WHEN enabled = 0 THEN NULL ELSE baseline_at END"
	for _, s := range list {
		if _, err := t.exec("UPDATE sources SET "+off+" WHERE url = $1", s.URL); err != nil {
			return fmt.Errorf("configure sources: %w", err)
		}
	}

	if _, err := t.exec(`UPDATE sources SET origin = CASE WHEN id IN (SELECT source FROM bundle_sources) THEN 'bundle' ELSE 'chat' END, enabled = CASE WHEN off_at IS NULL AND id IN (SELECT source FROM readers) THEN 1 ELSE 0 END WHERE origin = 'config' AND imported = 0`); err != nil {
		return fmt.Errorf("configure sources: %w", err)
	}

	for i, s := range list {
		_, err := t.exec(`INSERT INTO sources (url, title, outlet, language, country, origin, next_poll_at) VALUES ($1, $2, $3, $4, $5, 'config', $6)
			ON CONFLICT (url) DO UPDATE SET origin = 'config', enabled = CASE WHEN sources.off_at IS NULL THEN 1 ELSE 0 END,
				title = CASE WHEN excluded.title <> '' THEN excluded.title ELSE sources.title END,
				outlet = excluded.outlet, language = excluded.language, country = excluded.country`,
			s.URL, s.Title, s.Outlet, s.Language, s.Country, toMillis(t.Now.Add(time.Duration(i)*startSpread)))
		if err != nil {
			return fmt.Errorf("configure source %d of the list: %w", i+1, err)
		}
	}

	t.raise(NewSources)

	return nil
}

// knownAddress is the address under which a source is kept, or is to be: as it is written if one is
// kept so, else as [news.SourceAddress] writes it.
func (t *Tx) knownAddress(address string) (string, error) {
	one := news.SourceAddress(address)
	if one == address || one == "" {
		return address, nil
	}

	var exact bool

	err := t.one("SELECT EXISTS (SELECT 1 FROM sources WHERE url = $1)", []any{address}, &exact)
	if exact {
		return address, err
	}

	return one, err
}

// AddSource adds a source for one chat. It reports whether the chat had it
// already, by itself or because it is configured for all.
func (t *Tx) AddSource(chat int64, user string, s news.Source) (got *Source, had bool, err error) {
	if s.URL, err = t.knownAddress(s.URL); err != nil {
		return nil, false, err
	}

	if _, err = t.exec(`INSERT INTO sources (url, title, outlet, language, country, origin, next_poll_at) VALUES ($1, $2, $3, $4, $5, 'chat', $6)
		ON CONFLICT (url) DO UPDATE SET enabled = CASE WHEN sources.off_at IS NULL THEN 1 ELSE 0 END, baseline_at = CASE WHEN sources.enabled = 0 THEN NULL ELSE sources.baseline_at END`, s.URL, s.Title, s.Outlet, s.Language, s.Country, toMillis(t.Now)); err != nil {
		return nil, false, fmt.Errorf("add a source: %w", err)
	}

	found, err := t.sourcesWhere("url = $1", s.URL)
	if err != nil || len(found) == 0 {
		return nil, false, err
	}

	got = found[0]
	n, err := t.exec("INSERT INTO source_chats (source, chat, added_by, added_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
		got.ID, chat, user, toMillis(t.Now))
	t.raise(NewSources)

	if err == nil {
		_, err = t.nextReaders()
	}

	return got, n == 0 || got.Origin == FromConfig, err
}

// RemoveSource ends a chat's use of a source that a chat added.
func (t *Tx) RemoveSource(chat, source int64) error {
	if err := t.change("DELETE FROM source_chats WHERE source = $1 AND chat = $2", source, chat); err != nil {
		return err
	}

	if _, err := t.nextReaders(); err != nil {
		return err
	}

	return t.disableOrphans()
}

// disableOrphans stops polling the sources that no chat reads any more. Its query stops at the first
// reader of each source: all readers of a large community are millions of rows.
func (t *Tx) disableOrphans() error {
	n, err := t.exec("UPDATE sources SET enabled = 0 WHERE origin <> 'config' AND enabled = 1 AND NOT EXISTS (SELECT 1 FROM readers WHERE source = sources.id)")
	if n > 0 {
		t.raise(NewSources)
	}

	return err
}

// SourcesFor lists the sources that a chat reads: the configured ones, its own, and those
// of its bundles.
func (t *Tx) SourcesFor(chat int64) ([]*Source, error) {
	return t.sourcesWhere(`enabled = 1 AND (origin = 'config' OR id IN (SELECT source FROM readers WHERE chat = $1))
		ORDER BY origin DESC, outlet, title, url`, chat)
}

// Sources lists all that are polled.
func (t *Tx) Sources() ([]*Source, error) { return t.sourcesWhere("enabled = 1 ORDER BY id") }

// TurnSource turns a source off for every chat, or on again with a new baseline: what it lists by
// then is no news.
func (t *Tx) TurnSource(source int64, on bool) error {
	statement := "UPDATE sources SET off_at = $2, enabled = 0 WHERE id = $1"
	if on {
		statement = "UPDATE sources SET off_at = NULL, enabled = 1, baseline_at = NULL, next_poll_at = $2 WHERE id = $1 AND enabled = 0"
	}

	_, err := t.exec(statement, source, toMillis(t.Now))
	t.raise(NewSources)

	return err
}

// SourcesOff lists the sources that operators turned off.
func (t *Tx) SourcesOff() ([]*Source, error) {
	return t.sourcesWhere("off_at IS NOT NULL ORDER BY outlet, title, url")
}

// Source finds one by its row.
func (t *Tx) Source(id int64) (*Source, error) {
	return firstOf(t.sourcesWhere("id = $1", id))
}

// SourceState is what is remembered of a source from poll to poll, opaque: see
// sources.State. "" at first.
func (t *Tx) SourceState(source int64) (state string, err error) {
	err = t.oneOrNone("SELECT state FROM source_states WHERE source = $1", []any{source}, &state)
	return state, err
}

// Agenda calls each for every source that is polled, with when it is due.
func (t *Tx) Agenda(each func(source int64, address string, due time.Time)) error {
	return eachTriple(t, "SELECT id, CASE WHEN moved_to <> '' THEN moved_to ELSE url END, next_poll_at FROM sources WHERE enabled = 1", nil,
		func(id int64, address string, due int64) { each(id, address, fromMillis(due)) })
}

// SourcesToReport lists the sources that have failed for so long and were not reported, and those that
// were reported and work again. One that failed once may be fine, since this machine's network was away;
// but not one that is asked again only after as long, which is what its server wants.
func (t *Tx) SourcesToReport(failing time.Duration) ([]*Source, error) {
	return t.sourcesWhere("enabled = 1 AND ((error <> '' AND told_at IS NULL AND error_since <= $1 AND (error_count > 1 OR next_poll_at - last_poll_at >= $2)) OR (error = '' AND told_at IS NOT NULL))",
		toMillis(t.Now.Add(-failing)), failing.Milliseconds())
}

// MarkReported notes that people were notified of a failing source (zero: that it works).
func (t *Tx) MarkReported(source int64, at time.Time) error {
	return t.run("UPDATE sources SET told_at = $2 WHERE id = $1", source, nullMillis(at))
}

// AddedBy lists the chats that added a source.
func (t *Tx) AddedBy(source int64) ([]*Chat, error) {
	return t.chatsWhere("id IN (SELECT chat FROM source_chats WHERE source = $1) ORDER BY id", source)
}

// Import adds a source for everybody that the configuration need not name. It
// reports whether it is new.
func (t *Tx) Import(s news.Source) (fresh bool, err error) {
	if s.URL, err = t.knownAddress(s.URL); err != nil {
		return false, err
	}

	before, err := t.sourcesWhere("url = $1 AND enabled = 1 AND origin = 'config'", s.URL)
	if err != nil {
		return false, err
	}

	_, err = t.exec(`INSERT INTO sources (url, title, outlet, language, country, folder, origin, imported, next_poll_at) VALUES ($1, $2, $3, $4, $5, $6, 'config', 1, $7)
		ON CONFLICT (url) DO UPDATE SET origin = 'config', imported = 1, enabled = 1, off_at = NULL, baseline_at = CASE WHEN sources.enabled = 0 THEN NULL ELSE sources.baseline_at END, title = excluded.title, folder = excluded.folder`,
		s.URL, s.Title, s.Outlet, s.Language, s.Country, s.Folder, toMillis(t.Now))
	if err != nil {
		return false, fmt.Errorf("import a source: %w", err)
	}

	t.raise(NewSources)

	return len(before) == 0, nil
}

// SourcesForAll lists the sources that are polled for every chat: configured and imported.
func (t *Tx) SourcesForAll() ([]*Source, error) {
	return t.sourcesWhere("origin = 'config' AND enabled = 1 ORDER BY id")
}

// OwnSources lists the sources that a chat added itself.
func (t *Tx) OwnSources(chat int64) ([]*Source, error) {
	return t.sourcesWhere("id IN (SELECT source FROM source_chats WHERE chat = $1) ORDER BY outlet, title, url", chat)
}

// HasRoomFor reports whether a chat may add a source: it is polled already, or fewer than limit
// sources of chats are.
func (t *Tx) HasRoomFor(address string, limit int) (bool, error) {
	address, err := t.knownAddress(address)
	if err != nil {
		return false, err
	}

	var room bool

	err = t.one(`SELECT EXISTS (SELECT 1 FROM sources WHERE url = $1 AND enabled = 1)
		OR (SELECT count(*) FROM sources WHERE origin = 'chat' AND enabled = 1) < $2`, []any{address, limit}, &room)

	return room, err
}

// SourceChats calls each for every source that a chat added, with that chat.
func (t *Tx) SourceChats(each func(source, chat int64)) error {
	return eachPair(t, "SELECT source, chat FROM source_chats", nil, each)
}

// PollTimes is when sources were last asked and will next be.
type PollTimes struct {
	Sources, Failing int
	Unread           int // of the sources, how many have not been asked yet
	Last, Next       time.Time
	Errors           []string // why they fail, each once, if all that were asked do
}

// NoneWorks reports whether every source that was asked fails.
func (p PollTimes) NoneWorks() bool { return p.Failing > 0 && p.Failing == p.Sources-p.Unread }

// Polls sums up the sources that a chat hears.
func (t *Tx) Polls(chat int64) (p PollTimes, err error) {
	const heard = " FROM sources WHERE enabled = 1 AND (origin = 'config' OR id IN (SELECT source FROM readers WHERE chat = $1))"

	var last, next sql.NullInt64

	err = t.one("SELECT count(*), count(*) FILTER (WHERE error <> ''), count(*) FILTER (WHERE last_poll_at IS NULL), max(last_poll_at), min(next_poll_at)"+heard,
		[]any{chat}, &p.Sources, &p.Failing, &p.Unread, &last, &next)
	p.Last, p.Next = fromNull(last), fromNull(next)

	if err == nil && p.NoneWorks() {
		p.Errors, err = readAll(t, "SELECT DISTINCT error"+heard+" AND error <> '' ORDER BY error", []any{chat}, func(scan scanFunc) (why string, err error) {
			err = scan(&why)
			return why, err
		})
	}

	return p, err
}

// PollNow makes every source due.
func (t *Tx) PollNow() error {
	_, err := t.exec("UPDATE sources SET next_poll_at = $1 WHERE enabled = 1", toMillis(t.Now))
	t.raise(NewSources)

	return err
}

// PollSource makes one source due, or returns ErrNotFound if it is not read.
func (t *Tx) PollSource(source int64) error {
	t.raise(NewSources)

	return t.change("UPDATE sources SET next_poll_at = $2 WHERE id = $1 AND enabled = 1", source, toMillis(t.Now))
}

// UnchangedPoll is a poll that found nothing new, of a source that is well and whose
// state is as it was.
type UnchangedPoll struct {
	Source int64
	At     time.Time
	Next   time.Time // when to ask again
	// Due is when the source was due before this poll, as the table said. If the table says another
	// time by now, a later poll was saved or the source was made due, and this poll is not written.
	Due time.Time
}

// unchangedInSQL is how many unchanged polls one statement takes.
const unchangedInSQL = 128

// SaveUnchangedPolls saves many polls at once. Nearly all polls are unchanged, so this is most of what
// polling costs the database.
func (t *Tx) SaveUnchangedPolls(list []UnchangedPoll) error {
	for len(list) > 0 {
		n := min(len(list), unchangedInSQL)

		args := make([]any, 0, 4*n)
		for _, v := range list[:n] {
			args = append(args, v.Source, toMillis(v.At), toMillis(v.Next), toMillis(v.Due))
		}

		_, err := t.exec("UPDATE sources SET last_poll_at = v.column2, last_ok_at = v.column2, next_poll_at = v.column3 FROM (VALUES "+
			typedTuples(n, "BIGINT", "BIGINT", "BIGINT", "BIGINT")+") AS v WHERE sources.id = v.column1 AND sources.next_poll_at = v.column4", args...)
		if err != nil {
			return err
		}

		list = list[n:]
	}

	return nil
}

// LateSource is a source whose articles appear in it long after they were published.
type LateSource struct {
	Title, URL string
	Late       time.Duration // on average
	Articles   int           // that were new since a moment
}

// LateSources lists the sources for everybody whose articles since a moment came more
// than an hour late on average, the slowest first. One with under five says nothing.
func (t *Tx) LateSources(since time.Time, limit int) ([]LateSource, error) {
	return readAll(t, `SELECT o.title, o.url, CAST(avg(a.seen_at - a.published_at) AS BIGINT) AS late, count(*)
		FROM articles a JOIN sources o ON o.id = a.source
		WHERE a.seen_at >= $1 AND a.quiet = '' AND a.published_at <= a.seen_at AND o.origin <> 'chat'
		GROUP BY o.id, o.title, o.url HAVING count(*) >= 5 AND avg(a.seen_at - a.published_at) > 3600000 ORDER BY late DESC, o.id LIMIT $2`,
		[]any{toMillis(since), limit}, func(scan scanFunc) (s LateSource, err error) {
			var ms int64

			err = scan(&s.Title, &s.URL, &ms, &s.Articles)
			s.Late = time.Duration(ms) * time.Millisecond

			return s, err
		})
}

// Hub is who pushes the news of a source (WebSub), with what was agreed.
type Hub struct {
	Source        int64
	URL, Topic    string // Topic is the feed's address as the hub knows it
	Token, Secret string // of the address that it pushes to, and what it signs with
	AskedAt       time.Time
	Failures      int    // times that it was asked since it last agreed
	Error         string // why it does not push, in words
	NextAt        time.Time
	LeaseUntil    time.Time // zero: it has not agreed yet
	PushedAt      time.Time
}

// setHub makes a hub the one that pushes a source; "" none does. It is asked anew.
func (t *Tx) setHub(source int64, url, topic string) error {
	if _, err := t.exec("DELETE FROM hubs WHERE source = $1", source); err != nil || url == "" {
		return err
	}

	_, err := t.exec("INSERT INTO hubs (source, url, topic, token, secret, next_at) VALUES ($1, $2, $3, $4, $5, $6)",
		source, url, topic, rand.Text(), rand.Text(), toMillis(t.Now))
	t.raise(NewHubs)

	return err
}

// HubsDue lists hubs of sources that are read, which are to be asked by now, those that wait
// longest first.
func (t *Tx) HubsDue(limit int) ([]Hub, error) {
	return t.hubsWhere("next_at <= $1 AND source IN (SELECT id FROM sources WHERE enabled = 1) ORDER BY next_at LIMIT $2", toMillis(t.Now), limit)
}

// Hubs lists the hubs of the sources that are read.
func (t *Tx) Hubs() ([]Hub, error) {
	return t.hubsWhere("source IN (SELECT id FROM sources WHERE enabled = 1) ORDER BY source")
}

// HubAt finds the hub that pushes to the address with a token, or returns ErrNotFound if
// there is none or its source is not read any more.
func (t *Tx) HubAt(token string) (Hub, error) {
	return firstOf(t.hubsWhere("token = $1 AND source IN (SELECT id FROM sources WHERE enabled = 1)", token))
}

// NoteHub saves what was asked of a hub and what it answered, unless its source has another hub by
// now.
func (t *Tx) NoteHub(h Hub) error {
	return t.run("UPDATE hubs SET asked_at = $2, failures = $3, error = $4, next_at = $5, lease_until = $6, pushed_at = $7 WHERE token = $1",
		h.Token, nullMillis(h.AskedAt), h.Failures, h.Error, toMillis(h.NextAt), nullMillis(h.LeaseUntil), nullMillis(h.PushedAt))
}

func (t *Tx) hubsWhere(where string, args ...any) ([]Hub, error) {
	return readAll(t, "SELECT source, url, topic, token, secret, asked_at, failures, error, next_at, lease_until, pushed_at FROM hubs WHERE "+where, args, func(scan scanFunc) (h Hub, err error) {
		var (
			next                 int64
			asked, lease, pushed sql.NullInt64
		)

		err = scan(&h.Source, &h.URL, &h.Topic, &h.Token, &h.Secret, &asked, &h.Failures, &h.Error, &next, &lease, &pushed)
		h.AskedAt, h.NextAt, h.LeaseUntil, h.PushedAt = fromNull(asked), fromMillis(next), fromNull(lease), fromNull(pushed)

		return h, err
	})
}
