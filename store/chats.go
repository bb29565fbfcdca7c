package store

import (
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ChatState says whether a chat gets alerts.
type ChatState string

// The states of a chat.
const (
	Active ChatState = "active"
	Paused ChatState = "paused" // somebody asked for quiet
	Asleep ChatState = "asleep" // the platform does not let us in; Chat.Reason says why
)

// awayAfter is how long a chat may be paused or asleep before it leaves the
// matching index: on waking it is pointed to /news instead of being flooded.
const awayAfter = 24 * time.Hour

// Chat is where alerts go.
type Chat struct {
	ID                int64
	Platform, Address string // see adapters.Chat
	Kind              string // see adapters.Kind
	Title             string
	Server            string // Discord: the server it is in
	Language          string // as the platform says: a person's, or of a server; "" unknown
	ChosenLanguage    string // what somebody set for this chat, "" nothing
	TimeZone          string // IANA name, "" the operator's default
	Quiet             string // hours in which alerts are held, see subscriptions.ParseQuiet; "" none
	Digest            string // when alerts come unless a subscription says so, see subscriptions.ParseSchedule; "" at once
	Order             Order  // of the stories in a digest
	Style             Style
	Pictures          bool   // alerts show pictures
	Color             string // of alerts, where a platform shows one, see subscriptions.ParseColor; "" as usual
	ByOutlet          bool   // alerts come in the names of their outlets, where the platform can
	Opening           string // a line before each alert, see subscriptions.ParseOpening; "" none
	Silent            bool   // alerts make no sound
	Publish           bool   // what is sent is published to those who follow the channel
	Topics            bool   // each subscription has a topic of its own in the private chat
	Translate         bool   // alerts in another language are translated after they were sent
	Brief             string // when the brief comes, see subscriptions.ParseSchedule; "" never
	BriefAt           time.Time
	State             ChatState
	Reason            string // why it sleeps, in words
	StateSince        time.Time
	PausedUntil       time.Time // zero: until resumed
	Away              bool      // paused or asleep for over awayAfter
	SetUpBy           string    // platform's id of who hears when it dies
	CreatedAt         time.Time
}

// Style is how much an alert shows.
type Style string

// The styles.
const (
	StyleFull    Style = ""
	StyleCompact Style = "compact" // without summary and picture
	StyleTitle   Style = "title"   // title, outlet and time
)

// Order is in what order a digest shows its stories.
type Order string

// The orders.
const (
	OrderSubscription Order = ""     // by subscription, in each those first that most outlets report
	OrderTold         Order = "told" // those first that most outlets report
	OrderTime         Order = "time" // the newest first
)

const chatColumns = `chats.id, chats.platform, chats.address, chats.kind, chats.title, chats.server, chats.language, chats.chosen_language, chats.time_zone, chats.quiet,
	chats.digest, chats.digest_order, chats.style, chats.pictures, chats.color, chats.opening, chats.by_outlet, chats.silent, chats.publish, chats.topics, chats.translate, chats.brief, chats.brief_at,
	chats.state, chats.reason, chats.state_since, chats.paused_until, chats.away, chats.set_up_by, chats.created_at`

func scanChat(scan scanFunc, more ...any) (*Chat, error) {
	var (
		c              Chat
		since, created int64
		until, brief   sql.NullInt64
	)

	err := scan(append([]any{
		&c.ID, &c.Platform, &c.Address, &c.Kind, &c.Title, &c.Server, &c.Language, &c.ChosenLanguage, &c.TimeZone, &c.Quiet,
		&c.Digest, &c.Order, &c.Style, &c.Pictures, &c.Color, &c.Opening, &c.ByOutlet, &c.Silent, &c.Publish, &c.Topics, &c.Translate, &c.Brief, &brief,
		&c.State, &c.Reason, &since, &until, &c.Away, &c.SetUpBy, &created,
	}, more...)...)
	c.StateSince, c.PausedUntil, c.CreatedAt, c.BriefAt = fromMillis(since), fromNull(until), fromMillis(created), fromNull(brief)

	return &c, err
}

// EnsureChat returns the chat at an address, creating it if it is new, and
// brings what the platform says of it (kind, title, server, language) up to date.
func (t *Tx) EnsureChat(c Chat) (*Chat, error) {
	var got *Chat

	err := t.rows(`INSERT INTO chats (platform, address, kind, title, server, language, set_up_by, state_since, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
		ON CONFLICT (platform, address) DO UPDATE SET kind = excluded.kind,
			title = CASE WHEN excluded.title <> '' THEN excluded.title ELSE chats.title END,
			server = CASE WHEN excluded.server <> '' THEN excluded.server ELSE chats.server END,
			language = CASE WHEN excluded.language <> '' THEN excluded.language ELSE chats.language END,
			set_up_by = CASE WHEN chats.set_up_by <> '' THEN chats.set_up_by ELSE excluded.set_up_by END
		RETURNING `+chatColumns,
		[]any{c.Platform, c.Address, c.Kind, c.Title, c.Server, c.Language, c.SetUpBy, toMillis(t.Now)},
		func(scan scanFunc) (err error) {
			got, err = scanChat(scan)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("save the chat %s:%s: %w", c.Platform, c.Address, err)
	}

	return got, nil
}

// Chat finds the chat at an address, or returns ErrNotFound.
func (t *Tx) Chat(platform, address string) (*Chat, error) {
	return t.chatWhere("platform = $1 AND address = $2", platform, address)
}

// ChatByID finds a chat by its row.
func (t *Tx) ChatByID(id int64) (*Chat, error) { return t.chatWhere("id = $1", id) }

func (t *Tx) chatWhere(where string, args ...any) (*Chat, error) {
	return firstOf(t.chatsWhere(where, args...))
}

func (t *Tx) chatsWhere(where string, args ...any) ([]*Chat, error) {
	return readAll(t, "SELECT "+chatColumns+" FROM chats WHERE "+where, args, func(scan scanFunc) (*Chat, error) { return scanChat(scan) })
}

// ChatsOfServer lists the chats of a Discord server.
func (t *Tx) ChatsOfServer(platform, server string) ([]*Chat, error) {
	return t.chatsWhere("platform = $1 AND server = $2 ORDER BY id", platform, server)
}

// ChatsSetUpBy lists the chats that others read, too, and for which a person follows
// something: at most so many, oldest first.
func (t *Tx) ChatsSetUpBy(platform, person string, most int) ([]*Chat, error) {
	return t.chatsWhere(`platform = $1 AND kind <> 'private' AND id IN
		(SELECT s.chat FROM subscriptions s WHERE s.created_by = $2 AND s.created_by <> '' AND s.removed_at IS NULL) ORDER BY id LIMIT $3`, platform, person, most)
}

// ServerRoles lists the roles that may set up alerts in a server, besides those who may
// manage it.
func (t *Tx) ServerRoles(platform, server string) ([]string, error) {
	return readColumn[string](t, "SELECT role FROM server_roles WHERE platform = $1 AND server = $2 ORDER BY role", platform, server)
}

// SetServerRoles replaces the roles that may set up alerts in a server.
func (t *Tx) SetServerRoles(platform, server string, roles []string) error {
	if _, err := t.exec("DELETE FROM server_roles WHERE platform = $1 AND server = $2", platform, server); err != nil {
		return err
	}

	for _, role := range roles {
		if _, err := t.exec("INSERT INTO server_roles (platform, server, role) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", platform, server, role); err != nil {
			return err
		}
	}

	return nil
}

// Manager is a person who may manage a group besides its administrators.
type Manager struct {
	Person string // the platform's id
	Name   string // "" not known
}

// Managers lists the people who may manage a group: a server, or a group without a topic,
// besides its administrators.
func (t *Tx) Managers(platform, group string) ([]Manager, error) {
	all, err := readAll(t, "SELECT person, name FROM managers WHERE platform = $1 AND place = $2 ORDER BY person", []any{platform, group},
		func(scan scanFunc) (m Manager, err error) {
			err = scan(&m.Person, &m.Name)
			return m, err
		})
	if err != nil {
		return nil, fmt.Errorf("read who may manage: %w", err)
	}

	return all, nil
}

// SetManagers replaces the people who may manage a group.
func (t *Tx) SetManagers(platform, group string, all []Manager) error {
	_, err := t.exec("DELETE FROM managers WHERE platform = $1 AND place = $2", platform, group)

	for _, m := range all {
		if err == nil {
			_, err = t.exec("INSERT INTO managers (platform, place, person, name) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", platform, group, m.Person, m.Name)
		}
	}

	if err != nil {
		return fmt.Errorf("set who may manage: %w", err)
	}

	return nil
}

// IsManager reports whether a person may manage a group besides its administrators.
func (t *Tx) IsManager(platform, group, person string) (bool, error) {
	var n int

	err := t.one("SELECT count(*) FROM managers WHERE platform = $1 AND place = $2 AND person = $3", []any{platform, group, person}, &n)

	return n > 0, err
}

// ReadIn returns the languages of those who read the chat, the best first.
func (c *Chat) ReadIn() []string { return []string{c.ChosenLanguage, c.Language} }

// Reads returns the language of those who read the chat, "" unknown.
func (c *Chat) Reads() string { return cmp.Or(c.ReadIn()...) }

// setChat sets one column of a chat.
func (t *Tx) setChat(chat int64, column string, value any) error {
	return t.run("UPDATE chats SET "+column+" = $2 WHERE id = $1", chat, value)
}

// setPlan sets a column that decides when the chat's alerts come: the matcher has to read its
// subscriptions anew.
func (t *Tx) setPlan(chat int64, column, value string) error {
	if err := t.setChat(chat, column, value); err != nil {
		return err
	}

	return t.touchSubscriptions(chat)
}

// SetTimeZone sets the chat's IANA time zone.
func (t *Tx) SetTimeZone(chat int64, zone string) error { return t.setPlan(chat, "time_zone", zone) }

// SetQuiet sets the hours of the day in which the chat's alerts are held, "" for none.
func (t *Tx) SetQuiet(chat int64, quiet string) error { return t.setPlan(chat, "quiet", quiet) }

// SetDigest sets when the chat's alerts come where a subscription does not say so itself, "" for
// at once.
func (t *Tx) SetDigest(chat int64, digest string) error { return t.setPlan(chat, "digest", digest) }

// SetLanguage sets the language in which the bot writes to a chat, "" for the platform's.
func (t *Tx) SetLanguage(chat int64, code string) error {
	return t.setChat(chat, "chosen_language", code)
}

// SetOrder sets in what order the chat's digests show their stories.
func (t *Tx) SetOrder(chat int64, order Order) error {
	return t.setChat(chat, "digest_order", string(order))
}

// SetStyle sets how much the chat's alerts show.
func (t *Tx) SetStyle(chat int64, style Style) error { return t.setChat(chat, "style", string(style)) }

// SetTranslate sets whether the chat's alerts in another language are translated.
func (t *Tx) SetTranslate(chat int64, on bool) error { return t.setChat(chat, "translate", on) }

// SetPictures sets whether the chat's alerts show pictures.
func (t *Tx) SetPictures(chat int64, on bool) error { return t.setChat(chat, "pictures", on) }

// SetColor sets the colour of the chat's alerts, "" for the usual one.
func (t *Tx) SetColor(chat int64, color string) error { return t.setChat(chat, "color", color) }

// SetOpening sets the line before each of the chat's alerts, "" for none.
func (t *Tx) SetOpening(chat int64, line string) error { return t.setChat(chat, "opening", line) }

// SetByOutlet sets whether the chat's alerts come in the names of their outlets.
func (t *Tx) SetByOutlet(chat int64, on bool) error { return t.setChat(chat, "by_outlet", on) }

// SetSilent sets whether the chat's alerts come without a sound.
func (t *Tx) SetSilent(chat int64, on bool) error { return t.setChat(chat, "silent", on) }

// SetPublish sets whether what is sent to the chat is published to those who follow it.
func (t *Tx) SetPublish(chat int64, on bool) error { return t.setChat(chat, "publish", on) }

// SetTopics sets whether each subscription of the chat has a topic of its own.
func (t *Tx) SetTopics(chat int64, on bool) error { return t.setChat(chat, "topics", on) }

// SetBrief sets when the chat's brief comes, "" never, and the next time (zero: none).
func (t *Tx) SetBrief(chat int64, brief string, next time.Time) error {
	return t.run("UPDATE chats SET brief = $2, brief_at = $3 WHERE id = $1", chat, brief, nullMillis(next))
}

// Pause holds a chat's alerts, also those for its targets, until a moment, or until Resume if it is zero.
func (t *Tx) Pause(chat int64, until time.Time) error {
	return t.run(`UPDATE chats SET state = 'paused', paused_until = $2, reason = '',
		state_since = CASE WHEN state = 'paused' THEN state_since ELSE $3 END WHERE id = $1 OR id IN (SELECT chat FROM targets WHERE owner = $1)`,
		chat, nullMillis(until), toMillis(t.Now))
}

// Sleep marks a chat as out of reach and says why. What waits for it keeps
// waiting. It reports whether the chat was awake before.
func (t *Tx) Sleep(chat int64, reason string) (fell bool, err error) {
	n, err := t.exec("UPDATE chats SET state = 'asleep', reason = $2, state_since = $3 WHERE id = $1 AND state <> 'asleep'",
		chat, reason, toMillis(t.Now))

	return n > 0, err
}

// SetReason says why a chat sleeps, in words, if that is another reason now.
func (t *Tx) SetReason(chat int64, reason string) error {
	return t.run("UPDATE chats SET reason = $2 WHERE id = $1 AND state = 'asleep'", chat, reason)
}

// Wake makes a paused or sleeping chat, and its targets, active. held is how many alerts waited and
// come as one digest now. away reports that the chat was paused or asleep for over awayAfter: what
// waited is dropped then, and is only in /news.
func (t *Tx) Wake(chat int64) (held int, away bool, err error) {
	c, err := t.ChatByID(chat)
	if err != nil || c.State == Active {
		return 0, false, err
	}

	targets, err := t.targetsOf([]int64{chat})
	if err != nil {
		return 0, false, err
	}

	for _, target := range targets[chat] {
		if _, _, err := t.Wake(target); err != nil {
			return 0, false, err
		}
	}

	away = c.Away || c.awayAt(t.Now).Sub(c.StateSince) > awayAfter
	if _, err = t.exec(`UPDATE chats SET state = 'active', reason = '', paused_until = NULL, away = 0, state_since = $2 WHERE id = $1`,
		chat, toMillis(t.Now)); err != nil {
		return 0, false, err
	}

	t.raise(ChatsWoken)

	if away {
		if err = t.dropAll(chat, DroppedAway); err != nil {
			return 0, false, err
		}

		return 0, true, t.touchSubscriptions(chat)
	}

	n, err := t.exec("UPDATE alerts SET bundle = 'held' WHERE chat = $1 AND state = 'waiting' AND message IS NULL AND due_at <= $2 AND bundle = ''",
		chat, toMillis(t.Now))

	return int(n), false, err
}

// awayAt returns until when a chat was away: a pause that is over ended at its time, even if the
// program was not running then.
func (c *Chat) awayAt(now time.Time) time.Time {
	if c.State == Paused && !c.PausedUntil.IsZero() && c.PausedUntil.Before(now) {
		return c.PausedUntil
	}

	return now
}

// MarkAway takes chats that have been paused or asleep for over awayAfter out of the matching index,
// and returns the chats whose pause is over.
func (t *Tx) MarkAway() (over []*Chat, err error) {
	over, err = t.chatsWhere("state = 'paused' AND paused_until <= $1", toMillis(t.Now))
	if err != nil {
		return nil, err
	}

	now, err := t.believedNow()
	if err != nil {
		return nil, err
	}

	gone, err := readColumn[int64](t, `SELECT id FROM chats WHERE state <> 'active' AND away = 0
		AND CASE WHEN state = 'paused' AND paused_until < $1 THEN paused_until ELSE $1 END - state_since >= $2`, toMillis(now), awayAfter.Milliseconds())
	for _, id := range gone {
		if err != nil {
			break
		}

		if _, err = t.exec("UPDATE chats SET away = 1 WHERE id = $1", id); err == nil {
			if err = t.dropAll(id, DroppedAway); err == nil {
				err = t.touchSubscriptions(id)
			}
		}
	}

	return over, err
}

// MoveChat gives a chat a new address. If there is a chat at that address already, the two become one:
// subscriptions move over under new numbers, alerts and messages as they are, and settings where the
// other chat has none.
func (t *Tx) MoveChat(chat int64, address string) error {
	from, err := t.ChatByID(chat)
	if err != nil {
		return err
	}

	if _, err := t.exec("UPDATE managers SET place = $3 WHERE platform = $1 AND place = $2 AND NOT EXISTS (SELECT 1 FROM managers AS m WHERE m.platform = $1 AND m.place = $3)",
		from.Platform, from.Address, address); err != nil {
		return fmt.Errorf("move who may manage: %w", err)
	}

	into, err := t.Chat(from.Platform, address)
	if errors.Is(err, ErrNotFound) {
		return t.run("UPDATE chats SET address = $2 WHERE id = $1", chat, address)
	}

	if err != nil || into.ID == chat {
		return err
	}

	return t.mergeChats(chat, into.ID)
}

func (t *Tx) mergeChats(from, into int64) error {
	subscriptions, err := t.Subscriptions(from)
	if err != nil {
		return err
	}

	for _, s := range subscriptions {
		if err := t.MoveSubscription(s, into); err != nil {
			return fmt.Errorf("move subscription %d: %w", s.ID, err)
		}
	}

	if err := t.dropSubscriptions(from); err != nil {
		return err
	}

	if err := t.keepPause(from, into); err != nil {
		return fmt.Errorf("keep the pause of a merged chat: %w", err)
	}
	// A story that both were to get is sent once.
	if _, err := t.drop(DroppedMerged, "chat = $3 AND EXISTS (SELECT 1 FROM alerts AS b WHERE b.story = alerts.story AND b.edition = alerts.edition AND b.chat = $4)", from, into); err != nil {
		return err
	}

	statements := []string{
		"UPDATE alerts SET chat = $2 WHERE chat = $1 AND NOT EXISTS (SELECT 1 FROM alerts AS b WHERE b.story = alerts.story AND b.edition = alerts.edition AND b.chat = $2)",
		"UPDATE alert_matches SET chat = $2 WHERE chat = $1 AND NOT EXISTS (SELECT 1 FROM alert_matches AS b WHERE b.story = alert_matches.story AND b.chat = $2 AND b.subscription = alert_matches.subscription)",
		"UPDATE messages SET chat = $2 WHERE chat = $1",
		"UPDATE mutes SET chat = $2 WHERE chat = $1",
		"UPDATE targets SET owner = $2 WHERE owner = $1",
		"INSERT INTO story_followers SELECT story, $2, told_at, created_by, created_at FROM story_followers WHERE chat = $1 ON CONFLICT DO NOTHING",
		`UPDATE chats SET brief_at = (SELECT f.brief_at FROM chats f WHERE f.id = $1), brief = (SELECT f.brief FROM chats f WHERE f.id = $1) WHERE id = $2 AND brief = ''`,
		`INSERT INTO briefed (chat, story, at) SELECT $2, story, at FROM briefed WHERE chat = $1 ON CONFLICT DO NOTHING`,
		"UPDATE chats SET translate = 1 WHERE id = $2 AND (SELECT f.translate FROM chats f WHERE f.id = $1) = 1",
		"INSERT INTO source_chats SELECT source, $2, added_by, added_at FROM source_chats WHERE chat = $1 ON CONFLICT DO NOTHING",
	}

	for _, setting := range []string{"quiet", "digest", "digest_order", "color", "opening", "style", "time_zone"} {
		statements = append(statements, fmt.Sprintf("UPDATE chats SET %[1]s = (SELECT f.%[1]s FROM chats f WHERE f.id = $1) WHERE id = $2 AND %[1]s = ''", setting))
	}

	err = t.execAll([]any{from, into}, statements...)
	if err == nil {
		err = t.mergeBundles(from, into)
	}

	if err == nil {
		err = t.execAll([]any{from}, "DELETE FROM alerts WHERE chat = $1", "DELETE FROM chats WHERE id = $1")
	}

	if err != nil {
		return fmt.Errorf("merge two chats: %w", err)
	}

	t.raise(ChatsWoken)

	return nil
}

// keepPause gives a chat the pause of another one that becomes a part of it. Of two pauses the longer
// one counts. A chat that is asleep stays so.
func (t *Tx) keepPause(from, into int64) error {
	f, err := t.ChatByID(from)
	if err != nil || f.State != Paused {
		return err
	}

	in, err := t.ChatByID(into)
	if err != nil || in.State == Asleep {
		return err
	}

	until, since := f.PausedUntil, f.StateSince

	if in.State == Paused {
		if in.PausedUntil.IsZero() || !until.IsZero() && until.Before(in.PausedUntil) {
			until = in.PausedUntil
		}

		if in.StateSince.Before(since) {
			since = in.StateSince
		}
	}

	return t.run("UPDATE chats SET state = 'paused', paused_until = $2, state_since = $3 WHERE id = $1", into, nullMillis(until), toMillis(since))
}

// Forget deletes a chat with everything in it: subscriptions, what waits, what
// was sent, the sources it added. Alerts sent stay with the platform.
func (t *Tx) Forget(chat int64) error {
	targets, err := t.targetsOf([]int64{chat})
	if err != nil {
		return err
	}

	for _, target := range targets[chat] {
		if err := t.Forget(target); err != nil {
			return err
		}
	}

	if err := t.forgetManagers(chat); err != nil {
		return err
	}

	if err := t.dropSubscriptions(chat); err != nil {
		return err
	}

	if _, err := t.drop(DroppedForgotten, "chat = $3", chat); err != nil {
		return err
	}

	err = t.execAll([]any{chat},
		"DELETE FROM alert_matches WHERE (story, chat) IN (SELECT story, chat FROM alerts WHERE chat = $1)",
		"DELETE FROM alerts WHERE chat = $1",
		"DELETE FROM log WHERE chat = $1",
		"DELETE FROM model_tokens WHERE chat = $1",
		"DELETE FROM chats WHERE id = $1") // takes subscriptions, messages and source_chats along
	if err != nil {
		return fmt.Errorf("forget a chat: %w", err)
	}

	return t.disableOrphans()
}

// forgetManagers deletes the managers and roles of a chat's group, if the group has no other chat.
func (t *Tx) forgetManagers(chat int64) error {
	c, err := t.ChatByID(chat)
	if errors.Is(err, ErrNotFound) {
		return nil
	}

	if err != nil {
		return err
	}

	group := c.Server
	if group == "" {
		group, _, _ = strings.Cut(c.Address, "/")
	}

	people, err := t.Managers(c.Platform, group)
	roles, err2 := t.ServerRoles(c.Platform, group)

	if err := errors.Join(err, err2); err != nil || len(people)+len(roles) == 0 {
		return err
	}

	var all []*Chat
	if c.Server != "" {
		all, err = t.ChatsOfServer(c.Platform, group)
	} else {
		all, err = t.ChatsUnder(c.Platform, group)
	}

	if err != nil || len(all) > 1 {
		return err
	}

	return t.execAll([]any{c.Platform, group},
		"DELETE FROM managers WHERE platform = $1 AND place = $2", "DELETE FROM server_roles WHERE platform = $1 AND server = $2")
}

// ForgetPerson removes a person's id from what is not theirs alone: who made a
// subscription in a group, who set a chat up, who added a source, who changed
// what. Open questions and buttons of theirs are deleted.
func (t *Tx) ForgetPerson(platform, user string) error {
	err := t.execAll([]any{platform, user},
		"UPDATE subscriptions SET created_by = '' WHERE created_by = $2 AND chat IN (SELECT id FROM chats WHERE platform = $1)",
		"UPDATE source_chats SET added_by = '' WHERE added_by = $2 AND chat IN (SELECT id FROM chats WHERE platform = $1)",
		"UPDATE chats SET set_up_by = '' WHERE platform = $1 AND set_up_by = $2",
		"UPDATE log SET actor = '' WHERE actor = $1 || ':' || $2",
		"DELETE FROM managers WHERE platform = $1 AND person = $2",
		"DELETE FROM tokens WHERE owner = $1 || ':' || $2")
	if err != nil {
		return fmt.Errorf("forget a person: %w", err)
	}

	return nil
}

// ChatsUnder lists the chat at an address and its topics ("address/7").
func (t *Tx) ChatsUnder(platform, address string) ([]*Chat, error) {
	under := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(address) + "/%"

	return t.chatsWhere(`platform = $1 AND (address = $2 OR address LIKE $3 ESCAPE '\') ORDER BY id`, platform, address, under)
}

// ChatsOfPerson lists the chats that a person has to do with: the private one, those
// they set up, and those in which they subscribed to something.
func (t *Tx) ChatsOfPerson(platform, user string) ([]*Chat, error) {
	return t.chatsWhere(`platform = $1 AND (address IN ($2, '@' || $2) OR set_up_by = $2
		OR id IN (SELECT chat FROM subscriptions WHERE created_by = $2 AND removed_at IS NULL)) ORDER BY id`, platform, user)
}

// Block remembers that a person is blocked; fresh is false if they were already.
func (t *Tx) Block(platform, user string) (fresh bool, err error) {
	n, err := t.exec("INSERT INTO blocked (platform, \"user\", blocked_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", platform, user, toMillis(t.Now))
	return n > 0, err
}

// Unblock forgets that a person is blocked; was is false if they were not.
func (t *Tx) Unblock(platform, user string) (was bool, err error) {
	n, err := t.exec("DELETE FROM blocked WHERE platform = $1 AND \"user\" = $2", platform, user)
	return n > 0, err
}

// Block is a person, group, channel or server that is blocked.
type Block struct {
	Platform, ID string
	At           time.Time
}

// Blocks lists the newest blocks.
func (t *Tx) Blocks(limit int) ([]Block, error) {
	return readAll(t, "SELECT platform, \"user\", blocked_at FROM blocked ORDER BY blocked_at DESC, platform, \"user\" LIMIT $1", []any{limit}, func(scan scanFunc) (b Block, err error) {
		var at int64

		err = scan(&b.Platform, &b.ID, &at)
		b.At = fromMillis(at)

		return b, err
	})
}

// Busiest lists the chats with the most subscriptions, and how many these are.
func (t *Tx) Busiest(limit int) (all []*Chat, subscriptions []int, err error) {
	err = t.rows("SELECT "+chatColumns+`, n FROM (SELECT chat, count(*) AS n FROM subscriptions WHERE removed_at IS NULL GROUP BY chat ORDER BY n DESC, chat LIMIT $1) s
		JOIN chats ON chats.id = s.chat ORDER BY n DESC, chats.id`, []any{limit}, func(scan scanFunc) error {
		var n int

		c, err := scanChat(scan, &n)
		all, subscriptions = append(all, c), append(subscriptions, n)

		return err
	})

	return all, subscriptions, err
}

// BlockedAt returns since when a person or a chat is blocked, of several the one that was
// blocked last; zero if none is.
func (t *Tx) BlockedAt(platform string, ids ...string) (time.Time, error) {
	var at sql.NullInt64

	args := []any{platform}
	for _, id := range ids {
		args = append(args, id)
	}

	err := t.one("SELECT max(blocked_at) FROM blocked WHERE platform = ? AND \"user\" IN "+valueTuples(len(ids), 1), args, &at)

	return fromNull(at), err
}

// reachable are the chats with subscriptions that can be written to.
const reachable = "state <> 'asleep' AND id IN (SELECT chat FROM subscriptions WHERE removed_at IS NULL)"

// CountReachable counts the chats with subscriptions that can be written to.
func (t *Tx) CountReachable() (chats int, err error) {
	err = t.one("SELECT count(*) FROM chats WHERE "+reachable, nil, &chats)
	return chats, err
}

// ChatCount is how many chats of a platform are in a state.
type ChatCount struct {
	Platform string
	State    ChatState
	Chats    int
}

// DeadCount is how many chats of a platform are asleep for a reason: no alert reaches them.
type DeadCount struct {
	Platform string
	Reason   string
	Chats    int
}

// QueryCount is how many people follow the same query.
type QueryCount struct {
	Query  string
	People int
}

// Usage is how a bot is used.
type Usage struct {
	Chats         []ChatCount
	Dead          []DeadCount // the most frequent reasons first
	Subscriptions int
	People        int // who made them
	Alerted       int // chats that got an alert within the last week
	Queries       []QueryCount
}

// FewPeople is how many people must follow a query before operators see it: below
// that it says what a single person reads.
const FewPeople = 5

// CountChats counts the chats by platform and state.
func (t *Tx) CountChats() ([]ChatCount, error) {
	return readAll(t, "SELECT platform, state, count(*) FROM chats GROUP BY platform, state ORDER BY platform, state", nil, func(scan scanFunc) (c ChatCount, err error) {
		err = scan(&c.Platform, &c.State, &c.Chats)
		return c, err
	})
}

// Usage counts chats, subscriptions and people. Queries are the most followed ones of
// at least five people.
func (t *Tx) Usage() (u Usage, err error) {
	if u.Chats, err = t.CountChats(); err != nil {
		return u, err
	}

	err = t.one(`SELECT count(*), count(DISTINCT chats.platform || ':' || created_by) FROM subscriptions JOIN chats ON chats.id = chat
		WHERE removed_at IS NULL`, nil, &u.Subscriptions, &u.People)
	if err != nil {
		return u, err
	}

	week := toMillis(t.Now.Add(-7 * 24 * time.Hour))
	if err = t.one("SELECT count(DISTINCT chat) FROM alerts WHERE state = 'sent' AND done_at >= $1", []any{week}, &u.Alerted); err != nil {
		return u, err
	}

	u.Dead, err = readAll(t, "SELECT platform, reason, count(*) AS n FROM chats WHERE state = 'asleep' GROUP BY platform, reason ORDER BY n DESC, platform, reason LIMIT 10", nil,
		func(scan scanFunc) (d DeadCount, err error) {
			err = scan(&d.Platform, &d.Reason, &d.Chats)
			return d, err
		})
	if err != nil {
		return u, err
	}

	u.Queries, err = readAll(t, `SELECT canonical, count(DISTINCT created_by) AS people FROM subscriptions WHERE removed_at IS NULL
		GROUP BY canonical HAVING count(DISTINCT created_by) >= $1 ORDER BY people DESC, canonical LIMIT 20`,
		[]any{FewPeople}, func(scan scanFunc) (q QueryCount, err error) {
			err = scan(&q.Query, &q.People)
			return q, err
		})

	return u, err
}
