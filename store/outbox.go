package store

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
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

// Why an alert did not ring (alerts.reason).
const (
	DroppedUnsubscribed = "unsubscribed" // nobody there follows it any more
	DroppedWithdrawn    = "withdrawn"    // its article is gone
	DroppedAway         = "away"         // the chat was paused or asleep for over a day
	DroppedRefused      = "refused"      // the platform takes it in no form
	DroppedExpired      = "expired"      // it could not be sent for a week
)

// Claim says how a chat's due alerts become a message.
type Claim struct {
	Boot  string        // names this run of the program
	Burst int           // more alerts than this become a digest
	Again time.Duration // when to try again if no result is written; grows with the attempts
	// Room says how many of these alerts fit the next message of a digest, at
	// least one. more is how many are left out if it is the last.
	Room func(c *Chat, alerts []*Alert) int
}

const (
	digestParts = 3                  // messages of a digest, the rest is folded
	digestMost  = 300                // titles looked at for a digest
	maxAgain    = time.Hour          // between two attempts
	giveUpAfter = 7 * 24 * time.Hour // then it is no news any more
)

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
	err = t.rows(`SELECT c.id, c.platform, c.address, c.kind, count(*), min(a.due_at), max(a.bundle <> ''), max(a.id)
		FROM alerts a JOIN chats c ON c.id = a.chat
		WHERE a.state = 'waiting' AND a.message IS NULL AND a.due_at <= $1 AND a.id > $2 AND c.state = 'active' GROUP BY a.chat`,
		[]any{millis(t.Now), after}, func(scan func(...any) error) error {
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

// Claim takes what one chat is to be told next: an open message whose time has
// come, else a new one made of its due alerts. The attempt and the next one are
// written before anything is sent. Nothing to do is nil. dropped are alerts that
// turned out not to ring.
func (t *Tx) Claim(chat int64, claim Claim) (out *Outgoing, dropped []*Alert, err error) {
	c, err := t.ChatByID(chat)
	if errors.Is(err, ErrNotFound) {
		return nil, nil, nil
	}
	if err != nil || c.State != Active {
		return nil, nil, err
	}
	for {
		open, err := t.openMessage(c)
		if err != nil || (open != nil && open.next.After(t.Now)) {
			return nil, dropped, err
		}
		if open == nil {
			first, more, lost, err := t.freeze(c, claim)
			dropped = append(dropped, lost...)
			if err != nil || first == nil {
				return nil, dropped, err
			}
			first.Left = more
			return first, dropped, nil
		}
		out, lost, err := t.attempt(c, open, claim)
		dropped = append(dropped, lost...)
		if err != nil || out != nil {
			return out, dropped, err
		}
	}
}

// Release voids the claims of other runs of the program: they are dead (see
// Store.Lock), and what they left without a result is to be looked into now.
func (t *Tx) Release(boot string) error {
	_, err := t.exec("UPDATE messages SET next_attempt_at = $2 WHERE state = 'open' AND boot <> '' AND boot <> $1", boot, millis(t.Now))
	return err
}

type openMessage struct {
	Outgoing
	next, first time.Time
	boot        string
}

func (t *Tx) openMessage(c *Chat) (*openMessage, error) {
	m := &openMessage{Outgoing: Outgoing{Chat: c}}
	var kind string
	var next int64
	var first sql.NullInt64
	err := t.one(`SELECT id, kind, bundle, part, parts, more, form, attempts, first_attempt_at, next_attempt_at, boot, notice
		FROM messages WHERE chat = $1 AND state = 'open' ORDER BY id LIMIT 1`, []any{c.ID},
		&m.ID, &kind, &m.Bundle, &m.Part, &m.Parts, &m.More, &m.Form, &m.Attempt, &first, &next, &m.boot, &m.Notice)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	m.Digest, m.next, m.first = kind == "digest", fromMillis(next), fromNull(first)
	return m, err
}

// attempt counts an attempt of an open message, unless there is nobody left to
// tell or it is too late.
func (t *Tx) attempt(c *Chat, m *openMessage, claim Claim) (*Outgoing, []*Alert, error) {
	alerts, err := t.alertsWhere("a.message = $1 AND a.state = 'waiting' ORDER BY a.due_at, a.id", m.ID)
	if err != nil {
		return nil, nil, err
	}
	live, dead := split(alerts)
	switch {
	case len(live) == 0 && m.Notice == "":
		return nil, alerts, t.fail(m.ID, alerts, "")
	case !m.first.IsZero() && t.Now.Sub(m.first) > giveUpAfter:
		return nil, alerts, t.fail(m.ID, alerts, DroppedExpired)
	}
	// What nobody wants any more leaves a message that was never tried; then it
	// is frozen.
	if m.Attempt == 0 {
		for _, a := range dead {
			if err := t.drop(a, a.dead()); err != nil {
				return nil, nil, err
			}
		}
		alerts = live
	} else {
		dead = nil
	}
	again := claim.Again << min(m.Attempt, 16)
	if again > maxAgain || again <= 0 {
		again = maxAgain
	}
	// A boot that stands there left without a result: it was killed.
	m.Unsure = m.boot != "" && m.boot != claim.Boot
	m.Attempt++
	_, err = t.exec(`UPDATE messages SET attempts = $2, first_attempt_at = coalesce(first_attempt_at, $3), next_attempt_at = $4, boot = $5 WHERE id = $1`,
		m.ID, m.Attempt, millis(t.Now), millis(t.Now.Add(again)), claim.Boot)
	if err != nil {
		return nil, nil, err
	}
	m.Alerts = alerts
	err = t.one(`SELECT EXISTS (SELECT 1 FROM messages WHERE chat = $1 AND state = 'open' AND id > $2)
		OR EXISTS (SELECT 1 FROM alerts WHERE chat = $1 AND state = 'waiting' AND message IS NULL AND due_at <= $3)`,
		[]any{c.ID, m.ID, millis(t.Now)}, &m.Left)
	return &m.Outgoing, dead, err
}

// split parts the alerts that may ring from those that must not any more.
func split(alerts []*Alert) (live, dead []*Alert) {
	for _, a := range alerts {
		if a.dead() == "" {
			live = append(live, a)
		} else {
			dead = append(dead, a)
		}
	}
	return live, dead
}

// fail ends a message without having told it, and its alerts with it; reason ""
// takes each alert's own.
func (t *Tx) fail(message int64, alerts []*Alert, reason string) error {
	for _, a := range alerts {
		why := reason
		if why == "" {
			why = a.dead()
		}
		if err := t.drop(a, why); err != nil {
			return err
		}
	}
	_, err := t.exec("UPDATE messages SET state = 'failed', result = $2, boot = '', done_at = $3 WHERE id = $1", message, reason, millis(t.Now))
	return err
}

func (t *Tx) drop(a *Alert, reason string) error {
	a.State, a.Reason = "dropped", reason
	_, err := t.exec("UPDATE alerts SET state = 'dropped', reason = $2, done_at = $3 WHERE id = $1", a.ID, reason, millis(t.Now))
	return err
}

// dead says why an alert must not ring any more, "" if it may.
func (a *Alert) dead() string {
	if a.Article == nil {
		return DroppedWithdrawn
	}
	for _, h := range a.Hits {
		if h.Live {
			return ""
		}
	}
	return DroppedUnsubscribed
}

// freeze makes messages of a chat's due alerts, one of the first or a digest of
// all in up to three parts, and takes the first of them as its first attempt. It
// returns nil if there is nothing; more tells whether something is left.
func (t *Tx) freeze(c *Chat, claim Claim) (first *Outgoing, more bool, dropped []*Alert, err error) {
	due, err := t.alertsWhere("a.chat = $1 AND a.state = 'waiting' AND a.message IS NULL AND a.due_at <= $2 ORDER BY a.due_at, a.id LIMIT $3",
		c.ID, millis(t.Now), digestMost)
	if err != nil {
		return nil, false, nil, err
	}
	live, dropped := split(due)
	for _, a := range dropped {
		if err := t.drop(a, a.dead()); err != nil {
			return nil, false, nil, err
		}
	}
	if len(live) == 0 {
		return nil, false, dropped, nil
	}
	bundle := live[0].Bundle
	if len(live) > claim.Burst {
		bundle = BundleBurst
	}
	if bundle == "" || len(live) == 1 {
		first = &Outgoing{Chat: c, Alerts: live[:1]}
		err := t.insertMessage(first, claim)
		return first, len(live) > 1, dropped, err
	}
	all := live
	if bundle != BundleBurst {
		live = sameBundle(live, bundle)
	}
	first, err = t.freezeDigest(c, live, bundle, claim)
	return first, first.Parts > 1 || len(all) > len(live), dropped, err
}

func sameBundle(alerts []*Alert, bundle string) []*Alert {
	var same []*Alert
	for _, a := range alerts {
		if a.Bundle == bundle {
			same = append(same, a)
		}
	}
	return same
}

func (t *Tx) freezeDigest(c *Chat, alerts []*Alert, bundle string, claim Claim) (first *Outgoing, err error) {
	var parts []*Outgoing
	rest := alerts
	for len(rest) > 0 && len(parts) < digestParts {
		n := min(max(claim.Room(c, rest), 1), len(rest))
		parts = append(parts, &Outgoing{Chat: c, Digest: true, Bundle: bundle, Alerts: rest[:n]})
		rest = rest[n:]
	}
	for i, m := range parts {
		if len(parts) > 1 {
			m.Part, m.Parts = i+1, len(parts)
		}
		if i == len(parts)-1 {
			m.More = len(rest)
		}
		if err := t.insertMessage(m, claim); err != nil {
			return parts[0], err
		}
		// Only the first is attempted now.
		claim.Boot, claim.Again = "", 0
	}
	return parts[0], t.fold(parts[len(parts)-1], rest, len(alerts))
}

// fold puts what a digest has no room for into its last message, together with
// what lies beyond the alerts that were looked at.
func (t *Tx) fold(last *Outgoing, rest []*Alert, looked int) error {
	if err := t.join(last.ID, rest, "folded"); err != nil || looked < digestMost-1 {
		return err
	}
	beyond, err := t.exec("UPDATE alerts SET state = 'folded', message = $2, done_at = $3 WHERE chat = $1 AND state = 'waiting' AND message IS NULL AND due_at <= $3",
		last.Chat.ID, last.ID, millis(t.Now))
	if err == nil && beyond > 0 {
		last.More += int(beyond)
		_, err = t.exec("UPDATE messages SET more = $2 WHERE id = $1", last.ID, last.More)
	}
	return err
}

// insertMessage writes a new message with its members. With a boot in the claim
// its first attempt is written with it.
func (t *Tx) insertMessage(m *Outgoing, claim Claim) error {
	kind, next, attempted := "alert", t.Now, nullMillis(time.Time{})
	if m.Digest {
		kind = "digest"
	}
	if claim.Boot != "" {
		m.Attempt, next, attempted = 1, t.Now.Add(claim.Again), nullMillis(t.Now)
	}
	err := t.one(`INSERT INTO messages (chat, kind, bundle, part, parts, more, state, attempts, first_attempt_at, next_attempt_at, boot, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, $10, $11) RETURNING id`,
		[]any{m.Chat.ID, kind, m.Bundle, m.Part, m.Parts, m.More, m.Attempt, attempted, millis(next), claim.Boot, millis(t.Now)}, &m.ID)
	if err != nil {
		return err
	}
	return t.join(m.ID, m.Alerts, "waiting")
}

// join puts alerts into a message; state is waiting or folded.
func (t *Tx) join(message int64, alerts []*Alert, state string) error {
	for _, a := range alerts {
		var done sql.NullInt64
		if state == "folded" {
			done = nullMillis(t.Now)
		}
		if _, err := t.exec("UPDATE alerts SET message = $2, state = $3, done_at = $4 WHERE id = $1", a.ID, message, state, done); err != nil {
			return fmt.Errorf("put alert %d into message %d: %w", a.ID, message, err)
		}
	}
	return nil
}

// alertsWhere reads alerts with their articles and matches. An article that is
// withdrawn is nil.
func (t *Tx) alertsWhere(where string, args ...any) ([]*Alert, error) {
	var found []*Alert
	var articles []int64
	err := t.rows("SELECT a.id, a.story, a.chat, a.bundle, a.due_at, a.state, a.reason, a.article FROM alerts a WHERE "+where, args,
		func(scan func(...any) error) error {
			var a Alert
			var due, article int64
			err := scan(&a.ID, &a.Story, &a.Chat, &a.Bundle, &due, &a.State, &a.Reason, &article)
			a.DueAt = fromMillis(due)
			found, articles = append(found, &a), append(articles, article)
			return err
		})
	if err != nil {
		return nil, err
	}
	for i, a := range found {
		if err := t.complete(a, articles[i]); err != nil {
			return nil, fmt.Errorf("read alert %d: %w", a.ID, err)
		}
	}
	return found, nil
}

func (t *Tx) complete(a *Alert, article int64) error {
	told, err := t.told(article)
	if err != nil {
		return err
	}
	if a.Article = told.article; a.Article != nil {
		if told.forAll {
			a.Also = told.also
		} else if a.Also, err = t.Outlets(a.Story, a.Chat, a.Article.News.Outlet); err != nil {
			return err
		}
	}
	return t.rows(`SELECT s.id, s.number, s.query, s.ping, m.matched, s.removed_at IS NULL
		FROM alert_matches m JOIN subscriptions s ON s.id = m.subscription
		WHERE m.story = $1 AND m.chat = $2 ORDER BY s.number`, []any{a.Story, a.Chat}, func(scan func(...any) error) error {
		var h AlertHit
		var matched string
		err := scan(&h.Subscription, &h.Number, &h.Query, &h.Ping, &matched, &h.Live)
		h.Matched = strings.Split(matched, "\n")
		if matched == "" {
			h.Matched = nil
		}
		a.Hits = append(a.Hits, h)
		return err
	})
}

// told is what all chats are told alike of an article.
type told struct {
	article *Article // nil: withdrawn
	also    []string
	forAll  bool // everybody hears all outlets that tell the story
}

// told reads an article once for all the claims that are committed together: a
// story is for many chats.
func (t *Tx) told(article int64) (told, error) {
	if known, ok := t.session.told[article]; ok {
		return known, nil
	}
	var news told
	found, err := t.articlesWhere("a.id = $1 AND a.withdrawn = 0", article)
	if err != nil {
		return news, err
	}
	if len(found) > 0 {
		news.article = found[0]
		err = t.one("SELECT NOT EXISTS (SELECT 1"+fromArticles+"WHERE a.story = $1 AND o.origin <> 'config')", []any{found[0].Story}, &news.forAll)
		if err == nil && news.forAll {
			news.also, err = t.Outlets(found[0].Story, 0, found[0].News.Outlet)
		}
	}
	if err == nil && t.session.told != nil {
		t.session.told[article] = news
	}
	return news, err
}
