package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// A request's effect and the note that it is done are one transaction, so that
// an update that a platform sends twice, or again after a crash, acts once. The
// reply is kept until it was sent. (Its column is called answer; the table answers
// is of what a language model said.)

// Reply looks a request up. done: its effect has been had; reply is then what is
// still to be sent, "" nothing.
func (t *Tx) Reply(key string) (done bool, reply string, err error) {
	err = t.one("SELECT answer FROM requests WHERE key = $1", []any{key}, &reply)
	if errors.Is(err, ErrNotFound) {
		return false, "", nil
	}

	return err == nil, reply, err
}

// SaveReply notes that a request's effect is had, with the reply that is to be sent, "" none. Use
// it in the transaction of the effect.
func (t *Tx) SaveReply(key, reply string) error {
	return t.run("INSERT INTO requests (key, answer, at) VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE SET answer = excluded.answer",
		key, reply, toMillis(t.Now))
}

// Cursor returns how far an adapter has read, as it saved it under a name; "" if it never did.
func (s *Store) Cursor(ctx context.Context, bot, name string) (value string, err error) {
	err = s.View(ctx, func(t *Tx) error {
		err := t.one("SELECT value FROM cursors WHERE bot = $1 AND name = $2", []any{bot, name}, &value)
		if errors.Is(err, ErrNotFound) {
			return nil
		}

		return err
	})

	return value, err
}

// SetCursor saves how far an adapter has read.
func (s *Store) SetCursor(ctx context.Context, bot, name, value string) error {
	return s.Update(ctx, func(t *Tx) error {
		_, err := t.exec(`INSERT INTO cursors (bot, name, value, saved_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (bot, name) DO UPDATE SET value = excluded.value, saved_at = excluded.saved_at`, bot, name, value, toMillis(t.Now))
		if err != nil {
			return fmt.Errorf("save the cursor %s of %s: %w", name, bot, err)
		}

		return nil
	})
}

// SetToken keeps a value under a word for a while: a question that was asked, a
// query on its way from a group to a private chat. owner is the person whom it is
// for, as platform:id, or "". The value "" deletes it.
func (t *Tx) SetToken(token, owner, value string) error {
	if value == "" {
		return t.run("DELETE FROM tokens WHERE token = $1", token)
	}

	return t.run(`INSERT INTO tokens (token, owner, value, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (token) DO UPDATE SET owner = excluded.owner, value = excluded.value, at = excluded.at`,
		token, owner, value, toMillis(t.Now))
}

// tokenLife is how long a token is good: a day.
const tokenLife = 24 * time.Hour

// Token returns the value under a word, ErrNotFound after a day.
func (t *Tx) Token(token string) (value string, err error) {
	err = t.one("SELECT value FROM tokens WHERE token = $1 AND at > $2", []any{token, toMillis(t.Now.Add(-tokenLife))}, &value)
	return value, err
}

// Log notes who changed what, for the operator.
func (t *Tx) Log(chat int64, actor, what string) error {
	_, err := t.exec("INSERT INTO log (at, chat, actor, what) VALUES ($1, $2, $3, $4)", toMillis(t.Now), chat, actor, what)
	t.logged = append(t.logged, Change{chat, actor, what})

	return err
}

// Change is something that somebody changed in a chat.
type Change struct {
	Chat        int64
	Actor, What string
}

// Logged are the changes that this transaction has noted so far.
func (t *Tx) Logged() []Change { return t.logged }

// LogChat returns the chat where the changes in a server are posted; ErrNotFound if nowhere.
func (t *Tx) LogChat(platform, server string) (*Chat, error) {
	var id int64
	if err := t.one("SELECT chat FROM server_logs WHERE platform = $1 AND server = $2", []any{platform, server}, &id); err != nil {
		return nil, err
	}

	return t.ChatByID(id)
}

// SetLogChat sets the chat where the changes in a server are posted, 0 for nowhere.
func (t *Tx) SetLogChat(platform, server string, chat int64) error {
	_, err := t.exec("DELETE FROM server_logs WHERE platform = $1 AND server = $2", platform, server)
	if err == nil && chat != 0 {
		_, err = t.exec("INSERT INTO server_logs (platform, server, chat) VALUES ($1, $2, $3)", platform, server, chat)
	}

	return err
}

// ModelAnswer returns the answer of a language model that was kept under a key, as JSON;
// ErrNotFound if there is none.
func (t *Tx) ModelAnswer(key string) (answer string, err error) {
	err = t.one("SELECT answer FROM answers WHERE key = $1", []any{key}, &answer)
	return answer, err
}

// SaveModelAnswer keeps an answer of a language model, as JSON, for a month.
func (t *Tx) SaveModelAnswer(key, answer string) error {
	return t.run("INSERT INTO answers (key, answer, at) VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE SET answer = excluded.answer, at = excluded.at",
		key, answer, toMillis(t.Now))
}

// dayOf is the number of a day (UTC).
func dayOf(at time.Time) int64 { return toMillis(at) / (24 * time.Hour).Milliseconds() }

// SpentTokens returns the tokens of a language model that a chat, and all chats, have
// used today (UTC).
func (t *Tx) SpentTokens(chat int64) (ofChat, all int, err error) {
	err = t.one("SELECT coalesce(sum(CASE WHEN chat = $1 THEN tokens ELSE 0 END), 0), coalesce(sum(tokens), 0) FROM model_tokens WHERE day = $2",
		[]any{chat, dayOf(t.Now)}, &ofChat, &all)

	return ofChat, all, err
}

// SpendTokens adds to what a chat has used today.
func (t *Tx) SpendTokens(chat int64, tokens int) error {
	return t.run(`INSERT INTO model_tokens (day, chat, tokens) VALUES ($1, $2, $3)
		ON CONFLICT (day, chat) DO UPDATE SET tokens = model_tokens.tokens + excluded.tokens`, dayOf(t.Now), chat, tokens)
}

// LogEntry is a change that somebody made in a chat.
type LogEntry struct {
	At    time.Time
	Actor string // platform:person, "" not known
	What  string
	Chat  string // in which; "" it has no name
}

// LogOf lists the latest changes in a chat, the newest first.
func (t *Tx) LogOf(chat int64, limit int) ([]LogEntry, error) {
	return t.logWhere("chat = $1 ORDER BY id DESC LIMIT $2", chat, limit)
}

// LogOfServer lists the latest changes in the channels of a server, the newest first.
func (t *Tx) LogOfServer(platform, server string, limit int) ([]LogEntry, error) {
	return t.logWhere("chat IN (SELECT id FROM chats WHERE platform = $1 AND server = $2 AND kind <> 'private') ORDER BY id DESC LIMIT $3", platform, server, limit)
}

func (t *Tx) logWhere(where string, args ...any) ([]LogEntry, error) {
	return readAll(t, "SELECT at, actor, what, coalesce((SELECT title FROM chats WHERE id = log.chat), '') FROM log WHERE "+where, args, func(scan scanFunc) (e LogEntry, err error) {
		var at int64

		err = scan(&at, &e.Actor, &e.What, &e.Chat)
		e.At = fromMillis(at)

		return e, err
	})
}

// Fact returns a number kept under a name, 0 if there is none; SetFact keeps it.
func (t *Tx) Fact(name string) (value int64, err error) {
	err = t.oneOrNone("SELECT value FROM facts WHERE name = $1", []any{name}, &value)
	return value, err
}

// SetFact keeps a number under a name.
func (t *Tx) SetFact(name string, value int64) error {
	return t.run("INSERT INTO facts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value)
}

// WebKey says who may see their page in a browser, and until when.
type WebKey struct {
	Kind     WebKeyKind
	Chat     int64  // the person's own
	Person   string // the platform's id
	Name     string // what to call them
	Language string // of their app, "" unknown
	Expires  time.Time
}

// WebKeyKind is what a WebKey is good for.
type WebKeyKind string

// The kinds of keys.
const (
	WebLink    WebKeyKind = "link" // it signs in, once
	WebSession WebKeyKind = "session"
)

// AddWebKey keeps what a secret is good for; of the secret itself only a hash.
func (t *Tx) AddWebKey(secret string, k WebKey) error {
	return t.run("INSERT INTO web_keys (hash, kind, chat, person, name, language, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		hashSecret(secret), k.Kind, k.Chat, k.Person, k.Name, k.Language, toMillis(k.Expires))
}

// WebKey returns what a secret is good for; ErrNotFound if nothing, or not any more.
func (t *Tx) WebKey(secret string, kind WebKeyKind) (*WebKey, error) {
	return t.webKey("SELECT kind, chat, person, name, language, expires_at FROM web_keys WHERE hash = $1 AND kind = $2 AND expires_at > $3", secret, kind)
}

// TakeWebKey is WebKey for the last time: afterwards the secret is good for nothing.
func (t *Tx) TakeWebKey(secret string, kind WebKeyKind) (*WebKey, error) {
	return t.webKey("DELETE FROM web_keys WHERE hash = $1 AND kind = $2 AND expires_at > $3 RETURNING kind, chat, person, name, language, expires_at", secret, kind)
}

func (t *Tx) webKey(statement, secret string, kind WebKeyKind) (*WebKey, error) {
	var (
		k       WebKey
		expires int64
	)

	err := t.one(statement, []any{hashSecret(secret), kind, toMillis(t.Now)}, &k.Kind, &k.Chat, &k.Person, &k.Name, &k.Language, &expires)
	if err != nil {
		return nil, err
	}

	k.Expires = fromMillis(expires)

	return &k, nil
}

// EndWebKeys ends all keys of a person's chat: links and sessions.
func (t *Tx) EndWebKeys(chat int64) error {
	return t.run("DELETE FROM web_keys WHERE chat = $1", chat)
}

func hashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// FeedVersion returns the version of the address under which a chat's alerts can be read
// as a feed, 0 if they cannot.
func (t *Tx) FeedVersion(chat int64) (version int64, err error) {
	err = t.oneOrNone("SELECT version FROM web_feeds WHERE chat = $1", []any{chat}, &version)
	return version, err
}

// SetFeed gives a chat's feed a new address, or none; the one before ends.
func (t *Tx) SetFeed(chat int64, on bool) error {
	if !on {
		return t.run("DELETE FROM web_feeds WHERE chat = $1", chat)
	}

	return t.run("INSERT INTO web_feeds (chat, version) VALUES ($1, $2) ON CONFLICT (chat) DO UPDATE SET version = CASE WHEN web_feeds.version >= excluded.version THEN web_feeds.version + 1 ELSE excluded.version END",
		chat, toMillis(t.Now))
}

// LatestLog lists the latest changes that operators made, and those in any chat as far as
// they are no single person's, the newest first.
func (t *Tx) LatestLog(limit int) (entries []LogEntry, err error) {
	return t.logWhere("chat IS NULL OR chat = 0 OR chat IN (SELECT id FROM chats WHERE kind <> 'private') ORDER BY id DESC LIMIT $1", limit)
}
