package store

import (
	"database/sql"
	"time"
)

// Form is how plain a message has to be: a platform that refuses it gets it once
// in each plainer form.
type Form int

// The forms.
const (
	Full Form = iota
	WithoutImage
	PlainText
)

// Outgoing is a claimed message: its members are frozen, and this attempt and
// the next are written.
type Outgoing struct {
	ID      int64
	Chat    *Chat
	Digest  bool
	Bundle  string // why it is a digest
	Part    int    // of Parts messages of one digest; 0: the only one
	Parts   int
	More    int // stories left out
	Form    Form
	Attempt int // 1 the first
	// Unsure: an earlier attempt was made and its result is not known.
	Unsure bool
	Alerts []*Alert
	// Left: more waits for this chat already.
	Left bool
	// Notice is what to say, and then there are no alerts.
	Notice string
}

// Alert is a waiting or claimed alert with what is needed to tell it.
type Alert struct {
	ID      int64
	Story   int64
	Chat    int64
	Bundle  string
	DueAt   time.Time
	State   string
	Reason  string
	Article *Article
	Hits    []AlertHit // the subscriptions that live, ascending by number
	Also    []string   // other outlets that tell the story
	article int64
}

// AlertHit is a subscription that an alert answers.
type AlertHit struct {
	Subscription int64
	Number       int
	Query        string
	Ping         string
	Matched      []string
	Live         bool
}

// Waiting is a chat with something to be told.
type Waiting struct {
	Chat     int64
	Platform string
	Address  string
	Kind     string
	Digest   bool      // it comes as a digest, which gives way to single alerts
	Count    int       // waiting alerts; 0: only an open message
	Due      time.Time // of the earliest
}

// Waiting streams the active chats that have due alerts with a row id above
// after (0: all), and the chats with open messages, due now or later. It returns
// the highest alert id seen, to go on from.
func (t *Tx) Waiting(after int64, each func(Waiting) error) (newest int64, err error) {
	newest = after
	where, args := "a.state = 'waiting' AND a.message IS NULL AND a.due_at <= $1 AND c.state = 'active'", []any{millis(t.Now)}
	if after > 0 { // by the id: what waits already need not be looked at
		where, args = where+" AND a.id > $2", append(args, after)
	}
	err = t.rows("SELECT c.id, c.platform, c.address, c.kind, count(*), min(a.due_at), max(a.bundle <> ''), max(a.id)"+
		" FROM alerts a JOIN chats c ON c.id = a.chat WHERE "+where+" GROUP BY a.chat",
		args, func(scan func(...any) error) error {
			var w Waiting
			var due, id int64
			if err := scan(&w.Chat, &w.Platform, &w.Address, &w.Kind, &w.Count, &due, &w.Digest, &id); err != nil {
				return err
			}
			newest, w.Due = max(newest, id), fromMillis(due)
			return each(w)
		})
	if err != nil {
		return after, err
	}
	return newest, t.rows(`SELECT c.id, c.platform, c.address, c.kind, min(m.next_attempt_at), max(m.kind = 'digest')
		FROM messages m JOIN chats c ON c.id = m.chat WHERE m.state = 'open' AND c.state = 'active' GROUP BY m.chat`, nil,
		func(scan func(...any) error) error {
			var w Waiting
			var due int64
			if err := scan(&w.Chat, &w.Platform, &w.Address, &w.Kind, &due, &w.Digest); err != nil {
				return err
			}
			w.Due = fromMillis(due)
			return each(w)
		})
}

// Notify puts a notice into a chat's outbox: a sentence that nobody asked for.
func (t *Tx) Notify(chat int64, text string) error {
	_, err := t.exec("INSERT INTO messages (chat, kind, notice, state, next_attempt_at, created_at) VALUES ($1, 'notice', $2, 'open', $3, $3)",
		chat, text, millis(t.Now))
	t.raise(NewAlerts)
	return err
}

// NextDue is when an alert will be due that is not yet; zero: none is.
func (t *Tx) NextDue() (time.Time, error) {
	var next sql.NullInt64
	err := t.one("SELECT min(due_at) FROM alerts WHERE state = 'waiting' AND message IS NULL AND due_at > $1", []any{millis(t.Now)}, &next)
	return fromNull(next), err
}

// Release voids the claims of other runs of the program: they are dead (see
// Store.Lock), and what they left without a result is to be looked into now.
func (t *Tx) Release(boot string) error {
	_, err := t.exec("UPDATE messages SET next_attempt_at = $2 WHERE state = 'open' AND boot <> '' AND boot <> $1", boot, millis(t.Now))
	return err
}
