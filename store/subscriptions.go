package store

import (
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// undoTime is how long a removed subscription can be brought back.
const undoTime = 24 * time.Hour

// Subscription is a query that a chat follows.
type Subscription struct {
	ID        int64 // fits subscriptions.ID
	Chat      int64
	Number    int    // what people call it; never given again in that chat
	Query     string // as typed
	Canonical string
	CreatedBy string // platform's id of the person
	Server    string // the server it was made in
	Delivery  string // see subscriptions.ParseDelivery; "" as the chat has it
	Scope     string // ScopeEverywhere, or "": what its chat reads
	Outlets   int    // that have to tell a story before it alerts; 0: one
	Ping      string // the ids of roles to mention, see RolesOf
	Label     string // the tag of its posts in a forum, by name
	Only      string // what a language model judges its articles by; "": nothing, else Delivery says so too
	Version   int64
	CreatedAt time.Time
	RemovedAt time.Time // zero: it lives
	Skipped   int       // articles it was not compared with: its regexes need too much work
}

// RolesOf splits a subscription's Ping: ids of roles with commas between.
func RolesOf(ping string) []string {
	if ping == "" {
		return nil
	}

	return strings.Split(ping, ",")
}

// LongestLabel is how many characters a label has at most: Discord's tags have 20.
const LongestLabel = 50

const subscriptionColumns = `s.id, s.chat, s.number, s.query, s.canonical, s.created_by, s.server, s.delivery, s.ping, s.version, s.created_at, s.removed_at, s.skipped, s.scope, s.outlets, s.only_about, s.label`

func scanSubscription(scan scanFunc) (*Subscription, error) {
	var (
		s       Subscription
		created int64
		removed sql.NullInt64
	)

	err := scan(
		&s.ID, &s.Chat, &s.Number, &s.Query, &s.Canonical, &s.CreatedBy, &s.Server, &s.Delivery, &s.Ping, &s.Version, &created, &removed, &s.Skipped, &s.Scope, &s.Outlets, &s.Only, &s.Label,
	)
	s.CreatedAt, s.RemovedAt = fromMillis(created), fromNull(removed)

	return &s, err
}

// nextVersion returns the version of a change of the subscriptions. The matcher catches up to the
// highest committed one.
func (t *Tx) nextVersion() (v int64, err error) {
	err = t.one("UPDATE facts SET value = value + 1 WHERE name = 'version' RETURNING value", nil, &v)
	return v, err
}

// AddSubscription makes a chat follow a query and returns it with its number. If
// the chat follows the same canonical query already, that one is returned and
// added is false.
func (t *Tx) AddSubscription(s Subscription) (got *Subscription, added bool, err error) {
	same, err := t.subscriptionsWhere("s.chat = $1 AND s.canonical = $2 AND s.removed_at IS NULL", s.Chat, s.Canonical)
	if err != nil {
		return nil, false, err
	}

	if len(same) > 0 {
		return same[0], false, nil
	}

	if s.Version, err = t.nextVersion(); err != nil {
		return nil, false, err
	}

	if err = t.one("UPDATE chats SET next_number = next_number + 1 WHERE id = $1 RETURNING next_number - 1", []any{s.Chat}, &s.Number); err != nil {
		return nil, false, fmt.Errorf("number a subscription: %w", err)
	}

	s.CreatedAt = t.Now

	err = t.one(`INSERT INTO subscriptions (chat, number, query, canonical, created_by, server, delivery, ping, version, created_at, scope, outlets, only_about, label)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id`,
		[]any{s.Chat, s.Number, s.Query, s.Canonical, s.CreatedBy, s.Server, s.Delivery, s.Ping, s.Version, toMillis(t.Now), s.Scope, s.Outlets, s.Only, s.Label}, &s.ID)
	if err != nil {
		return nil, false, fmt.Errorf("save a subscription: %w", err)
	}

	return &s, true, nil
}

// RemoveSubscription ends a subscription; RestoreSubscription brings it back
// within undoTime.
func (t *Tx) RemoveSubscription(id int64) error {
	return t.setRemoved(id, nullMillis(t.Now))
}

// RestoreSubscription undoes RemoveSubscription.
func (t *Tx) RestoreSubscription(id int64) error {
	return t.setRemoved(id, sql.NullInt64{})
}

func (t *Tx) setRemoved(id int64, at sql.NullInt64) error {
	version, err := t.nextVersion()
	if err != nil {
		return err
	}

	return t.change("UPDATE subscriptions SET removed_at = $2, version = $3 WHERE id = $1", id, at, version)
}

// dropSubscriptions takes a chat's subscriptions out of the matching index before their rows are
// deleted.
func (t *Tx) dropSubscriptions(chat int64) error {
	version, err := t.nextVersion()
	if err != nil {
		return err
	}
	// The matcher finds the tombstones by their version, when the rows are gone.
	return t.run("INSERT INTO tombstones (subscription, version, at) SELECT id, $2, $3 FROM subscriptions WHERE chat = $1", chat, version, toMillis(t.Now))
}

// touchSubscriptions makes the matcher read a chat's subscriptions again.
func (t *Tx) touchSubscriptions(chat int64) error {
	version, err := t.nextVersion()
	if err == nil {
		_, err = t.exec("UPDATE subscriptions SET version = $2 WHERE chat = $1", chat, version)
	}

	return err
}

// MoveSubscription moves a subscription to another chat of its platform under a new number. It keeps
// its row, so that its waiting alerts stay valid; they are still sent to the chat that they were
// for. If the other chat follows the same query already, this subscription is removed, and its
// waiting alerts are counted as that one's.
func (t *Tx) MoveSubscription(s *Subscription, into int64) error {
	version, err := t.nextVersion()
	if err != nil {
		return err
	}

	twins, err := t.subscriptionsWhere("s.chat = $1 AND s.canonical = $2 AND s.removed_at IS NULL", into, s.Canonical)
	if err != nil {
		return err
	}

	if len(twins) > 0 {
		if _, err := t.exec(`UPDATE alert_matches SET subscription = $2 WHERE subscription = $1 AND chat = $3
			AND NOT EXISTS (SELECT 1 FROM alert_matches o WHERE o.story = alert_matches.story AND o.chat = $3 AND o.subscription = $2)
			AND story IN (SELECT story FROM alerts WHERE chat = $3 AND state = 'waiting')`, s.ID, twins[0].ID, s.Chat); err != nil {
			return err
		}

		return t.RemoveSubscription(s.ID)
	}

	var number int
	if err := t.one("UPDATE chats SET next_number = next_number + 1 WHERE id = $1 RETURNING next_number - 1", []any{into}, &number); err != nil {
		return err
	}

	return t.run("UPDATE subscriptions SET chat = $2, number = $3, version = $4 WHERE id = $1", s.ID, into, number, version)
}

// Subscriptions lists what a chat follows, by number.
func (t *Tx) Subscriptions(chat int64) ([]*Subscription, error) {
	return t.subscriptionsWhere("s.chat = $1 AND s.removed_at IS NULL ORDER BY s.number", chat)
}

// Subscription finds one by its number in a chat, also one that was removed.
func (t *Tx) Subscription(chat int64, number int) (*Subscription, error) {
	return firstOf(t.subscriptionsWhere("s.chat = $1 AND s.number = $2", chat, number))
}

func (t *Tx) subscriptionsWhere(where string, args ...any) ([]*Subscription, error) {
	return readAll(t, "SELECT "+subscriptionColumns+" FROM subscriptions s WHERE "+where, args, scanSubscription)
}

// CreatorsOf returns who made subscriptions, as platform:person, or platform:chat and its row where
// no person is known.
func (t *Tx) CreatorsOf(subscriptions []int64) (map[int64]string, error) {
	creators := make(map[int64]string, len(subscriptions))

	for _, id := range subscriptions {
		var creator string

		err := t.one(`SELECT c.platform || ':' || CASE WHEN s.created_by = '' THEN 'chat ' || c.id ELSE s.created_by END
			FROM subscriptions s JOIN chats c ON c.id = s.chat WHERE s.id = $1`, []any{id}, &creator)
		if err != nil {
			return nil, fmt.Errorf("find who made subscription %d: %w", id, err)
		}

		creators[id] = creator
	}

	return creators, nil
}

// AddSkipped counts articles that a subscription was not compared with, and reports
// whether they are its first. A subscription that is gone is left alone.
func (t *Tx) AddSkipped(subscription int64, articles int) (first bool, err error) {
	var total int

	err = t.one("UPDATE subscriptions SET skipped = skipped + $2 WHERE id = $1 AND removed_at IS NULL RETURNING skipped", []any{subscription, articles}, &total)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}

	return err == nil && total == articles, err
}

// CountSubscriptions counts what lives: in a chat, and of a person anywhere.
func (t *Tx) CountSubscriptions(chat int64, createdBy string) (inChat, ofPerson int, err error) {
	err = t.one(`SELECT (SELECT count(*) FROM subscriptions WHERE chat = $1 AND removed_at IS NULL),
		(SELECT count(*) FROM subscriptions s JOIN chats c ON c.id = s.chat
			WHERE s.created_by = $2 AND s.created_by <> '' AND s.removed_at IS NULL AND c.platform = (SELECT platform FROM chats WHERE id = $1))`,
		[]any{chat, createdBy}, &inChat, &ofPerson)

	return inChat, ofPerson, err
}

// SubscriptionChange is what the matcher learns of a subscription that changed.
type SubscriptionChange struct {
	ID        int64
	Chat      int64
	Canonical string
	Delivery  string
	TimeZone  string
	Quiet     string
	Digest    string // of the chat
	Scope     string
	Outlets   int
	Live      bool // false: take it out of the index
}

// SubscriptionChanges streams, in the order of their versions, the subscriptions that
// changed after a version, and returns the highest version seen by this snapshot.
// For an index that is empty the version is -1: then only those that live come, in
// the order of their rows, without a look-up for each.
func (t *Tx) SubscriptionChanges(version int64, each func(SubscriptionChange) error) (int64, error) {
	var newest int64
	if err := t.one("SELECT value FROM facts WHERE name = 'version'", nil, &newest); err != nil || newest == version {
		return newest, err
	}

	which, args := "s.version > $1 ORDER BY s.version", []any{version}
	if version < 0 {
		which, args = "s.removed_at IS NULL AND c.away = 0 ORDER BY s.id", nil
	}

	err := t.rows(`SELECT s.id, s.chat, s.canonical, s.delivery, c.time_zone, c.quiet, c.digest, s.scope, s.outlets, s.removed_at IS NULL AND c.away = 0
		FROM subscriptions s JOIN chats c ON c.id = s.chat WHERE `+which, args,
		func(scan scanFunc) error {
			var f SubscriptionChange
			if err := scan(&f.ID, &f.Chat, &f.Canonical, &f.Delivery, &f.TimeZone, &f.Quiet, &f.Digest, &f.Scope, &f.Outlets, &f.Live); err != nil {
				return err
			}

			return each(f)
		})
	if err != nil || version < 0 {
		return newest, err
	}

	err = t.rows("SELECT subscription FROM tombstones WHERE version > $1", []any{version},
		func(scan scanFunc) error {
			var f SubscriptionChange
			if err := scan(&f.ID); err != nil {
				return err
			}

			return each(f)
		})

	return newest, err
}

// SetDelivery changes when a subscription's alerts come and whom they mention.
func (t *Tx) SetDelivery(subscription int64, delivery, ping string) error {
	version, err := t.nextVersion()
	if err != nil {
		return err
	}

	return t.change("UPDATE subscriptions SET delivery = $2, ping = $3, version = $4 WHERE id = $1", subscription, delivery, ping, version)
}

// SetOnly changes what a language model judges a subscription's articles by. Whether it judges them is
// a part of the delivery.
func (t *Tx) SetOnly(subscription int64, only string) error {
	return t.change("UPDATE subscriptions SET only_about = $2 WHERE id = $1", subscription, only)
}

// SetLabel changes the tag that a subscription's posts in a forum get.
func (t *Tx) SetLabel(subscription int64, label string) error {
	return t.change("UPDATE subscriptions SET label = $2 WHERE id = $1", subscription, label)
}

// SetQuery gives a subscription another query; its number and history stay. Words that
// were muted are a part of the query as it is typed.
func (t *Tx) SetQuery(id int64, typed, canonical string) error {
	version, err := t.nextVersion()
	if err != nil {
		return err
	}

	err = t.change("UPDATE subscriptions SET query = $2, canonical = $3, base = '', base_canonical = '', version = $4 WHERE id = $1", id, typed, canonical, version)
	if err != nil {
		return err
	}

	return t.run("DELETE FROM mutes WHERE kind = 'word' AND value LIKE $1", strconv.FormatInt(id, 10)+":%")
}

// SubscriptionByID finds a subscription by its row, also one that was removed.
func (t *Tx) SubscriptionByID(id int64) (*Subscription, error) {
	return firstOf(t.subscriptionsWhere("s.id = $1", id))
}

// RemovedAt lists the subscriptions of a chat that one transaction ended (see
// Tx.Now), as far as they can still be brought back.
func (t *Tx) RemovedAt(chat int64, at time.Time) ([]*Subscription, error) {
	return t.subscriptionsWhere("s.chat = $1 AND s.removed_at = $2 ORDER BY s.number", chat, toMillis(at))
}

// Followed calls each once for every pair of a query and a person who follows it.
func (t *Tx) Followed(each func(canonical, person string) error) error {
	return t.rows(`SELECT DISTINCT s.canonical, c.platform || ':' || s.created_by FROM subscriptions s JOIN chats c ON c.id = s.chat
		WHERE s.removed_at IS NULL AND s.created_by <> ''`, nil, func(scan scanFunc) error {
		var canonical, person string
		if err := scan(&canonical, &person); err != nil {
			return err
		}

		return each(canonical, person)
	})
}

// LeaveOut makes a query, as typed and canonical, that leaves out some words (" -a -b").
type LeaveOut func(typed, canonical, words string) (newTyped, newCanonical string, err error)

// keepBase keeps a query as it is before words of it are muted.
func (t *Tx) keepBase(subscription int64) error {
	return t.run("UPDATE subscriptions SET base = query, base_canonical = canonical WHERE id = $1 AND base_canonical = ''", subscription)
}

// composeQuery makes the query of a subscription from its base (see keepBase) and the words that are
// muted now. It returns ErrNotFound for one without a base.
func (t *Tx) composeQuery(id int64, leaveOut LeaveOut) (*Subscription, error) {
	var base, canonical string

	err := t.one("SELECT base, base_canonical FROM subscriptions WHERE id = $1 AND base_canonical <> ''", []any{id}, &base, &canonical)
	if err != nil {
		return nil, err
	}

	words, err := readColumn[string](t, "SELECT DISTINCT ' -' || label FROM mutes WHERE kind = 'word' AND value LIKE $1 AND (until IS NULL OR until > $2) ORDER BY 1",
		strconv.FormatInt(id, 10)+":%", toMillis(t.Now))
	if err != nil {
		return nil, err
	}

	typed, composed, kept, keptCanonical := base, canonical, "", ""

	if left := strings.Join(words, ""); left != "" {
		kept, keptCanonical = base, canonical

		if typed, composed, err = leaveOut(base, canonical, left); err != nil {
			return nil, fmt.Errorf("leave out %q: %w", left, err)
		}
	}

	version, err := t.nextVersion()
	if err != nil {
		return nil, err
	}

	_, err = t.exec("UPDATE subscriptions SET query = $2, canonical = $3, base = $4, base_canonical = $5, version = $6 WHERE id = $1",
		id, typed, composed, kept, keptCanonical, version)
	if err != nil {
		return nil, err
	}

	return t.SubscriptionByID(id)
}

// Topic returns the topic of a subscription in its chat, as the platform names it, "" if none
// is open.
func (t *Tx) Topic(subscription int64) (topic string, err error) {
	err = t.oneOrNone("SELECT topic FROM topics WHERE subscription = $1", []any{subscription}, &topic)
	return topic, err
}

// SetTopic keeps the topic of a subscription, "" for none.
func (t *Tx) SetTopic(subscription int64, topic string) error {
	if topic == "" {
		return t.run("DELETE FROM topics WHERE subscription = $1", subscription)
	}

	return t.run("INSERT INTO topics (subscription, topic) VALUES ($1, $2) ON CONFLICT (subscription) DO UPDATE SET topic = excluded.topic", subscription, topic)
}
