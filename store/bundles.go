package store

import (
	"errors"
	"fmt"
	"time"

	"newsbell/news"
)

// FromBundle is the origin of a source that came with a bundle. It is for the chats that read one of
// its bundles, and for subscriptions with the scope everywhere.
const FromBundle Origin = "bundle"

// ScopeEverywhere is the scope of a subscription that is matched against all sources but
// those that other chats added. The other scope, "", is what its chat reads: the
// configured sources, its own, and its bundles.
const ScopeEverywhere = "everywhere"

// nextReaders counts a change of who reads what.
func (t *Tx) nextReaders() (v int64, err error) {
	err = t.one("UPDATE facts SET value = value + 1 WHERE name = 'readers' RETURNING value", nil, &v)
	return v, err
}

// FollowBundle makes a chat read a bundle with the sources given, which are polled from
// now on. It reports whether that is new.
func (t *Tx) FollowBundle(chat int64, user, bundle string, list []news.Source) (added bool, err error) {
	var n int64

	version, err := t.nextReaders()
	if err != nil {
		return false, err
	}

	n, err = t.exec(`INSERT INTO chat_bundles (chat, bundle, added_by, added_at, version) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (chat, bundle) DO UPDATE SET removed_at = NULL, added_by = excluded.added_by, added_at = excluded.added_at, version = excluded.version
			WHERE chat_bundles.removed_at IS NOT NULL`, chat, bundle, user, toMillis(t.Now), version)
	if err != nil {
		return false, fmt.Errorf("follow a bundle: %w", err)
	}

	return n > 0, t.SyncBundle(bundle, list)
}

// UnfollowBundle undoes FollowBundle, and stops polling the sources that no chat reads any more. It
// returns ErrNotFound if the chat does not read the bundle.
func (t *Tx) UnfollowBundle(chat int64, bundle string) error {
	version, err := t.nextReaders()
	if err != nil {
		return err
	}

	err = t.change("UPDATE chat_bundles SET removed_at = $3, version = $4 WHERE chat = $1 AND bundle = $2 AND removed_at IS NULL",
		chat, bundle, toMillis(t.Now), version)
	if err != nil {
		return fmt.Errorf("unfollow a bundle: %w", err)
	}

	return t.disableOrphans()
}

// SyncBundle replaces the sources of a bundle, and starts to poll those that a chat reads.
func (t *Tx) SyncBundle(bundle string, list []news.Source) error {
	known, err := readMap[string, int64](t, "SELECT url, source FROM bundle_sources WHERE bundle = $1", bundle)
	if err != nil {
		return err
	}

	changed := false

	for i, s := range list {
		if known[s.URL] == 0 {
			if err := t.addToBundle(bundle, s, t.Now.Add(time.Duration(i)*startSpread)); err != nil {
				return fmt.Errorf("add a source to bundle %s: %w", bundle, err)
			}

			changed = true
		}

		delete(known, s.URL)
	}

	for url := range known {
		if _, err := t.exec("DELETE FROM bundle_sources WHERE bundle = $1 AND url = $2", bundle, url); err != nil {
			return err
		}

		changed = true
	}

	if changed {
		if _, err := t.nextReaders(); err != nil {
			return err
		}
	}

	return errors.Join(t.enableBundle(bundle), t.disableOrphans())
}

// addToBundle adds a source to a bundle.
func (t *Tx) addToBundle(bundle string, s news.Source, due time.Time) error {
	_, err := t.exec(`INSERT INTO sources (url, title, outlet, language, country, origin, enabled, next_poll_at) VALUES ($1, $2, $3, $4, $5, 'bundle', 0, $6)
		ON CONFLICT (url) DO UPDATE SET origin = CASE WHEN sources.origin = 'chat' THEN 'bundle' ELSE sources.origin END`,
		s.URL, s.Title, s.Outlet, s.Language, s.Country, toMillis(due))
	if err != nil {
		return err
	}

	return t.run("INSERT INTO bundle_sources (bundle, url, source) SELECT $1, url, id FROM sources WHERE url = $2 ON CONFLICT DO NOTHING", bundle, s.URL)
}

// enableBundle starts to poll the sources of a bundle that a chat reads. One that was not polled gets
// a new baseline: what it lists by now is no news.
func (t *Tx) enableBundle(bundle string) error {
	n, err := t.exec(`UPDATE sources SET enabled = 1, baseline_at = NULL, next_poll_at = CASE WHEN next_poll_at < $2 OR last_poll_at IS NOT NULL THEN $2 ELSE next_poll_at END
		WHERE enabled = 0 AND off_at IS NULL AND id IN (SELECT source FROM bundle_sources WHERE bundle = $1) AND EXISTS (SELECT 1 FROM readers WHERE source = sources.id)`,
		bundle, toMillis(t.Now))
	if n > 0 {
		t.raise(NewSources)
	}

	return err
}

// BundlesOf lists the bundles that a chat reads, in the order in which it began to.
func (t *Tx) BundlesOf(chat int64) ([]string, error) {
	return readColumn[string](t, "SELECT bundle FROM chat_bundles WHERE chat = $1 AND removed_at IS NULL ORDER BY added_at, bundle", chat)
}

// BundlesSince lists the bundles that a chat reads and that were added since a moment.
func (t *Tx) BundlesSince(chat int64, since time.Time) ([]string, error) {
	return readColumn[string](t, "SELECT bundle FROM chat_bundles WHERE chat = $1 AND removed_at IS NULL AND added_at >= $2 ORDER BY added_at, bundle", chat, toMillis(since))
}

// BundlesInUse lists the bundles that any chat reads.
func (t *Tx) BundlesInUse() ([]string, error) {
	return readColumn[string](t, "SELECT DISTINCT bundle FROM chat_bundles WHERE removed_at IS NULL ORDER BY bundle")
}

// BundleMembers returns the bundles of each source that is in one.
func (t *Tx) BundleMembers() (map[int64][]string, error) {
	return readLists[int64, string](t, "SELECT source, bundle FROM bundle_sources ORDER BY source, bundle")
}

// ReadsSource reports whether a chat reads a source that is not a configured one.
func (t *Tx) ReadsSource(chat, source int64) (reads bool, err error) {
	err = t.one("SELECT EXISTS (SELECT 1 FROM readers WHERE chat = $1 AND source = $2)", []any{chat, source}, &reads)
	return reads, err
}

// SourceCounts is how many sources there are.
type SourceCounts struct {
	Read       int // by a chat
	Everywhere int // by a subscription of that chat to everywhere
}

// CountSources counts the sources that a chat reads, and could.
func (t *Tx) CountSources(chat int64) (n SourceCounts, err error) {
	err = t.one(`SELECT count(*) FILTER (WHERE origin = 'config' OR mine), count(*) FILTER (WHERE origin <> 'chat' OR mine)
		FROM (SELECT origin, id IN (SELECT source FROM readers WHERE chat = $1) AS mine FROM sources WHERE enabled = 1) s`,
		[]any{chat}, &n.Read, &n.Everywhere)

	return n, err
}

// ReaderChange says that a chat began or stopped to read a bundle.
type ReaderChange struct {
	Chat   int64
	Bundle string
	Reads  bool
}

// ReaderChanges calls each, in order, for the changes after a version of who reads which bundle, and
// returns the newest version. That is the version given if nothing changed, nor a source that a chat
// added. Version -1 is an empty index: then only the present readers are read.
func (t *Tx) ReaderChanges(version int64, each func(ReaderChange)) (int64, error) {
	var newest int64
	if err := t.one("SELECT value FROM facts WHERE name = 'readers'", nil, &newest); err != nil || newest == version {
		return newest, err
	}

	return newest, eachTriple(t, "SELECT chat, bundle, removed_at IS NULL FROM chat_bundles WHERE version > $1 AND ($1 >= 0 OR removed_at IS NULL) ORDER BY version",
		[]any{version}, func(chat int64, bundle string, reads bool) { each(ReaderChange{chat, bundle, reads}) })
}

// SetScope changes what a subscription is matched against, and how many outlets have to
// tell a story before it alerts.
func (t *Tx) SetScope(subscription int64, scope string, outlets int) error {
	version, err := t.nextVersion()
	if err != nil {
		return err
	}

	return t.change("UPDATE subscriptions SET scope = $2, outlets = $3, version = $4 WHERE id = $1", subscription, scope, outlets, version)
}

// mergeBundles makes a chat read the bundles of another one, beside its own.
func (t *Tx) mergeBundles(from, into int64) error {
	version, err := t.nextReaders()
	if err != nil {
		return err
	}

	return t.run(`INSERT INTO chat_bundles (chat, bundle, added_by, added_at, version)
		SELECT $2, bundle, added_by, added_at, $3 FROM chat_bundles WHERE chat = $1 AND removed_at IS NULL
		ON CONFLICT (chat, bundle) DO UPDATE SET removed_at = NULL, version = excluded.version`, from, into, version)
}
