package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Claim says how a chat's due alerts become a message.
type Claim struct {
	Run        string        // names this run of the program
	Burst      int           // more alerts than this become a digest
	RetryAfter time.Duration // when to try again if no outcome is settled; doubles with each attempt, up to maxRetryAfter
	// Room returns how many of these alerts fit the next message of a digest, at
	// least one.
	Room func(c *Chat, alerts []*Alert) int
}

const (
	digestParts   = 3                  // messages of a digest, the rest is folded
	digestMost    = 300                // titles looked at for a digest
	maxRetryAfter = time.Hour          // between two attempts
	giveUpAfter   = 7 * 24 * time.Hour // then it is no news any more
	// triedOften is how many attempts a message gets, at least, before it is given up: the week may have
	// passed in an instant, when the clock was set.
	triedOften = 20
	// mostDue is how many due alerts are read for a batch of chats.
	mostDue = 1000
)

// claimRequest is one chat's claim within a batch; out is nil if there is nothing
// to send.
type claimRequest struct {
	chat  int64
	claim Claim
	out   *Outgoing
}

// Claim returns what a chat is to be sent next: an open message whose time has
// come, else a new one made of its due alerts. The attempt and the time of the next
// one are written before anything is sent. It returns nil if there is nothing.
// Concurrent claims are written together.
func (s *Store) Claim(ctx context.Context, chat int64, claim Claim) (*Outgoing, error) {
	r := &claimRequest{chat: chat, claim: claim}
	if err := s.submit(&write{ctx: ctx, claim: r}); err != nil {
		return nil, err
	}

	return r.out, nil
}

// Claim is [Store.Claim] within a transaction.
func (t *Tx) Claim(chat int64, claim Claim) (*Outgoing, error) {
	r := &claimRequest{chat: chat, claim: claim}
	err := t.claim([]*claimRequest{r})

	return r.out, err
}

// claim serves a batch of requests. A statement costs as much as ten rows, so each step is one statement
// for all chats; only what is rare (a digest, a second attempt) is written chat by chat. A chat whose
// message or alerts must not be sent any more, and so were ended, is served again in another round.
func (t *Tx) claim(requests []*claimRequest) error {
	for part := range slices.Chunk(requests, mostSlots) {
		pending := make(map[int64]*claimRequest, len(part))
		for _, r := range part {
			if pending[r.chat] == nil { // a chat has one message under way at a time: a second request gets none
				pending[r.chat] = r
			}
		}

		for len(pending) > 0 {
			again, err := t.claimRound(pending)
			if err != nil {
				return err
			}

			pending = again
		}
	}

	return nil
}

// claimRound serves requests as far as it can at once, and returns the rest.
func (t *Tx) claimRound(pending map[int64]*claimRequest) (again map[int64]*claimRequest, err error) {
	again = map[int64]*claimRequest{}

	free, open, err := t.claimable(pending)
	if err != nil {
		return nil, err
	}

	due, err := t.readDue(free, again, pending)
	if err != nil {
		return nil, err
	}

	if err := t.loadContext(alertsToShow(open, due)); err != nil {
		return nil, err
	}

	for _, m := range open {
		r := pending[m.Chat.ID]

		sent, err := t.attempt(m, r.claim)
		if err != nil {
			return nil, err
		}

		if r.out = sent; sent == nil {
			again[r.chat] = r
		}
	}

	return again, t.freeze(due, pending, again)
}

// claimable reads the chats that may be sent something: those that are free for a
// new message, and the due open messages of the others.
func (t *Tx) claimable(pending map[int64]*claimRequest) (free []*Chat, open []*openMessage, err error) {
	ids := make([]int64, 0, len(pending))
	for id := range pending {
		ids = append(ids, id)
	}

	slices.Sort(ids)
	text, args := inList(ids)
	busy := map[int64]*Chat{} // by message

	// A paused chat still gets replies. A reply that is due goes before alerts that were to be sent
	// earlier: after an outage the confirmation of a subscription comes before its first alert.
	err = t.rows("SELECT "+chatColumns+`, coalesce((SELECT m.id FROM messages m WHERE m.chat = chats.id AND m.state = 'open'
			AND (chats.state = 'active' OR m.kind = 'answer') ORDER BY (m.kind = 'answer' AND m.next_attempt_at <= ?) DESC, m.id LIMIT 1), 0)
		FROM chats WHERE state <> 'asleep' AND id IN `+text, append([]any{toMillis(t.Now)}, args...), func(scan scanFunc) error {
		var message int64

		c, err := scanChat(scan, &message)
		switch {
		case err != nil:
			return err
		case message != 0:
			busy[message] = c
		case c.State == Active:
			free = append(free, c)
		}

		return nil
	})
	if err == nil && len(busy) > 0 {
		open, err = t.openMessages(busy)
	}

	return free, open, err
}

// openMessage is a message that was frozen before.
type openMessage struct {
	Outgoing
	claimedBy string
	doubt     string
}

// Why the next attempt of a message waits, after one that the platform failed (messages.doubt). A start
// (Release) and Recover make both due.
const (
	doubtOutage = "outage" // it did not arrive: the platform was failing
	doubtUnsure = "unsure" // it may have arrived
)

// openMessages reads the messages that are due, with their alerts.
func (t *Tx) openMessages(chats map[int64]*Chat) (open []*openMessage, err error) {
	byID := map[int64]*openMessage{}

	ids := make([]int64, 0, len(chats))
	for id := range chats {
		ids = append(ids, id)
	}

	slices.Sort(ids)
	text, args := inList(ids)

	err = t.rows(`SELECT id, kind, bundle, part, parts, more, form, attempts, first_attempt_at, claimed_by, doubt, nonce, notice,
			coalesce((SELECT f.ref FROM messages f WHERE f.id = messages.begun_by), '')
		FROM messages WHERE id IN `+text+" AND next_attempt_at <= ?", append(args, toMillis(t.Now)), func(scan scanFunc) error {
		var (
			m     openMessage
			kind  string
			first sql.NullInt64
		)

		err := scan(&m.ID, &kind, &m.Bundle, &m.Part, &m.Parts, &m.More, &m.Form, &m.Attempt, &first, &m.claimedBy, &m.doubt, &m.Nonce, &m.Notice, &m.Continues)
		m.Chat, m.FirstAttempt = chats[m.ID], fromNull(first)
		m.Answer, m.Digest = kind == "answer", kind == "digest"
		open, byID[m.ID] = append(open, &m), &m

		return err
	})
	if err != nil || len(open) == 0 {
		return nil, err
	}

	text, args = inList(slices.Collect(maps.Keys(byID)))

	alerts, err := t.bareAlerts("a.message IN "+text+" AND a."+stillWaiting+" ORDER BY a.place, a.due_at, a.id", args...)
	for _, a := range alerts {
		m := byID[a.message]
		m.Alerts = append(m.Alerts, a)
	}

	return open, err
}

// attempt counts an attempt of an open message. It returns nil if the message has
// ended instead, because nobody wants it any more or it is too late.
func (t *Tx) attempt(m *openMessage, claim Claim) (*Outgoing, error) {
	live, dead := splitDead(m.Alerts)

	switch {
	case len(live) == 0 && m.Notice == "":
		if err := t.dropDead(dead); err != nil {
			return nil, err
		}

		return nil, t.fail(m.ID, "")
	case !m.FirstAttempt.IsZero() && t.Now.Sub(m.FirstAttempt) > giveUpAfter && m.Attempt >= triedOften:
		return nil, t.fail(m.ID, DroppedExpired)
	}
	// Alerts that must not be sent any more leave a message that was never tried. After the first attempt
	// its content stays as it is: the platform may have it.
	if m.Attempt == 0 {
		if err := t.dropDead(dead); err != nil {
			return nil, err
		}

		m.Alerts = live
	}

	if m.Nonce == "" {
		m.Nonce = newNonce(t.Now)
	}

	again := claim.RetryAfter << min(m.Attempt, 16)
	if again > maxRetryAfter || again <= 0 {
		again = maxRetryAfter
	}
	// A claim without an outcome is that of a process that was killed.
	m.Unsure = m.doubt == doubtUnsure || m.claimedBy != ""
	m.Attempt++

	if err := t.addLater(&m.Outgoing); err != nil {
		return nil, err
	}

	_, err := t.exec(`UPDATE messages SET attempts = $2, first_attempt_at = coalesce(first_attempt_at, $3), next_attempt_at = $4,
		claimed_by = $5, doubt = '', nonce = $6 WHERE id = $1`,
		m.ID, m.Attempt, toMillis(t.Now), toMillis(t.Now.Add(again)), claim.Run, m.Nonce)
	if err != nil {
		return nil, err
	}

	err = t.one(`SELECT EXISTS (SELECT 1 FROM messages WHERE chat = $1 AND state = 'open' AND id > $2)
		OR EXISTS (SELECT 1 FROM alerts WHERE chat = $1 AND state = 'waiting' AND message IS NULL AND due_at <= $3)`,
		[]any{m.Chat.ID, m.ID, toMillis(t.Now)}, &m.Left)

	return &m.Outgoing, err
}

// addLater adds the alerts of a digest's other parts to its first one, which mentions roles for all of them.
func (t *Tx) addLater(m *Outgoing) (err error) {
	if m.Part != 1 {
		return nil
	}

	if m.Later, err = t.bareAlerts(`a.message IN (SELECT id FROM messages WHERE chat = $1 AND state = 'open' AND begun_by = $2)
		AND a.state = 'waiting' ORDER BY a.message, a.place`, m.Chat.ID, m.ID); err != nil {
		return err
	}

	for some := range slices.Chunk(m.Later, mostSlots) {
		if err := t.addHits(some); err != nil {
			return err
		}
	}

	return nil
}

// newNonce makes the name under which a platform recognises a message: 20
// characters, of the millisecond and 52 random bits. It is written with the first
// attempt and stays with the message, so a copy of the database can only repeat it
// for the very same content.
func newNonce(now time.Time) string {
	var raw [15]byte

	binary.BigEndian.PutUint64(raw[:8], uint64(now.UnixMilli())<<16) // 48 bits last until the year 10889
	_, _ = rand.Read(raw[6:])                                        // it never fails

	// Discord takes 25 characters, and the adapter adds two to name a part.
	return base32.StdEncoding.EncodeToString(raw[:])[:20]
}

// dueAlerts is what is due for a chat that has no open message.
type dueAlerts struct {
	chat   *Chat
	alerts []*Alert // in the order of their time, at most digestMost
	single bool     // the first goes out by itself: the others need not be read in full
}

// readDue reads the due alerts of chats. A chat whose alerts did not all fit the limit is put into again,
// to be read in another round. A chat with no due alerts is left out.
func (t *Tx) readDue(chats []*Chat, again, pending map[int64]*claimRequest) ([]*dueAlerts, error) {
	if len(chats) == 0 {
		return nil, nil
	}

	ids := make([]int64, len(chats))
	for i, c := range chats {
		ids[i] = c.ID
	}

	limit := digestMost
	if len(chats) > 1 {
		limit = mostDue
	}

	text, args := inList(ids)

	found, err := t.bareAlerts("a.chat IN "+text+" AND a.state = 'waiting' AND a.message IS NULL AND a.due_at <= ? ORDER BY a.chat, a.due_at, a.id LIMIT ?",
		append(args, toMillis(t.Now), limit)...)
	if err != nil {
		return nil, err
	}

	of := make(map[int64][]*Alert, len(chats))
	for _, a := range found {
		of[a.Chat] = append(of[a.Chat], a)
	}

	var due []*dueAlerts

	for _, c := range chats {
		alerts := of[c.ID]
		// Where the list was cut, the last chat's alerts may be cut too, and what
		// comes behind was not looked at.
		cut := len(found) == limit && c.ID >= found[len(found)-1].Chat && len(alerts) < digestMost
		switch {
		case cut:
			again[c.ID] = pending[c.ID]
		case len(alerts) > 0:
			alerts = alerts[:min(len(alerts), digestMost)]
			single := len(alerts) == 1 || (len(alerts) <= pending[c.ID].claim.Burst && alerts[0].Bundle == "")
			due = append(due, &dueAlerts{c, alerts, single})
		}
	}

	return due, nil
}

// alertsToShow lists the alerts that have to be read in full.
func alertsToShow(open []*openMessage, due []*dueAlerts) (alerts []*Alert) {
	for _, m := range open {
		alerts = append(alerts, m.Alerts...)
	}

	for _, d := range due {
		if d.single {
			alerts = append(alerts, d.alerts[0])
		} else {
			alerts = append(alerts, d.alerts...)
		}
	}

	return alerts
}

// freeze makes messages of due alerts, each chat's first alert or a digest of all in
// up to three parts, and takes the first message as its first attempt.
func (t *Tx) freeze(due []*dueAlerts, pending, again map[int64]*claimRequest) error {
	singles := map[string][]*Outgoing{} // by who claims: a group may be of several platforms' runs

	for _, d := range due {
		r := pending[d.chat.ID]

		looked := d.alerts
		if d.single {
			looked = d.alerts[:1]
		}

		live, dead := splitDead(looked)
		if err := t.dropDead(dead); err != nil {
			return err
		}

		if len(live) == 0 {
			again[r.chat] = r // there may be others
			continue
		}

		bundle, err := t.bundleOf(d, live, r.claim)
		if err != nil {
			return err
		}

		if bundle == "" {
			r.out = &Outgoing{Chat: d.chat, Attempt: 1, Nonce: newNonce(t.Now), Alerts: live[:1], Left: len(live)+len(d.alerts)-len(looked) > 1}
			singles[r.claim.Run] = append(singles[r.claim.Run], r.out)

			continue
		}

		if r.out, err = t.freezeDigest(d.chat, live, bundle, r.claim); err != nil {
			return err
		}
	}

	for _, run := range slices.Sorted(maps.Keys(singles)) {
		ofRun := singles[run]
		if err := t.insertSingles(ofRun, pending[ofRun[0].Chat.ID].claim); err != nil {
			return err
		}
	}

	return nil
}

// bundleOf returns what digest a chat's due alerts become, "" for the first alone.
func (t *Tx) bundleOf(d *dueAlerts, live []*Alert, claim Claim) (string, error) {
	over := len(live) > claim.Burst
	if !over && len(d.alerts) == digestMost { // more than was looked at may be due
		var err error
		if over, err = t.moreDue(d.chat.ID, claim.Burst); err != nil {
			return "", err
		}
	}

	switch {
	case live[0].Bundle == BundleSpiked:
		return BundleSpiked, nil
	case over:
		return BundleBurst, nil
	case len(live) == 1:
		return "", nil
	default:
		return live[0].Bundle, nil
	}
}

// moreDue reports whether more than n alerts are due for a chat.
func (t *Tx) moreDue(chat int64, n int) (more bool, err error) {
	var count int

	err = t.one("SELECT count(*) FROM (SELECT 1 FROM alerts WHERE chat = $1 AND state = 'waiting' AND message IS NULL AND due_at <= $2 LIMIT $3) due",
		[]any{chat, toMillis(t.Now), n + 1}, &count)

	return count > n, err
}

// freezeDigest writes the parts of a digest and returns the first. A burst takes all that is due, any other
// digest the alerts of its kind.
func (t *Tx) freezeDigest(c *Chat, live []*Alert, bundle string, claim Claim) (*Outgoing, error) {
	members := live
	if bundle != BundleBurst {
		members = slices.DeleteFunc(slices.Clone(live), func(a *Alert) bool {
			return a.Bundle != bundle || bundle == BundleSpiked && a.Rule != live[0].Rule // each spike has a heading of its own
		})
	}

	putInOrder(members, c.Order)

	var parts []*Outgoing

	rest := members
	for len(rest) > 0 && len(parts) < mostParts(c) {
		n := min(max(claim.Room(c, rest), 1), len(rest))

		if c.Order == OrderSubscription {
			bySubscription(rest[:n])
		}

		parts = append(parts, &Outgoing{Chat: c, Digest: true, Bundle: bundle, Alerts: rest[:n]})
		rest = rest[n:]
	}

	first, last := parts[0], parts[len(parts)-1]
	first.Attempt, first.Nonce = 1, newNonce(t.Now) // only the first is attempted now
	first.Left = len(parts) > 1 || len(live) > len(members) || len(live) == digestMost
	first.Later = members[len(first.Alerts) : len(members)-len(rest)]
	last.More = len(rest)

	for i, m := range parts {
		if len(parts) > 1 {
			m.Part, m.Parts = i+1, len(parts)
		}

		if err := t.insertDigest(m, first.ID, claim); err != nil {
			return nil, err
		}
	}

	return first, t.fold(last, rest, len(members))
}

// firstNumber is the number of the subscription of FirstHit, 0 for none.
func (a *Alert) firstNumber() int {
	if h := a.FirstHit(); h != nil {
		return h.Number
	}

	return 0
}

// bySubscription puts the alerts of a message together that stand below the same
// subscription, and leaves their order within it.
func bySubscription(alerts []*Alert) {
	slices.SortStableFunc(alerts, func(a, b *Alert) int { return a.firstNumber() - b.firstNumber() })
}

// putInOrder sorts alerts as the chat wants them. By subscription, those with the fewest alerts come
// first, so that what a digest has no room for belongs to those with the most: a query that matches a
// lot hides nothing of the others.
func putInOrder(alerts []*Alert, order Order) {
	count := map[int]int{}
	for _, a := range alerts {
		count[a.firstNumber()]++
	}

	slices.SortStableFunc(alerts, func(a, b *Alert) int {
		told := len(b.Also) - len(a.Also)

		switch order {
		case OrderTime:
			return b.Article.At().Compare(a.Article.At())
		case OrderTold:
			return told
		default:
			x, y := a.firstNumber(), b.firstNumber()
			return cmp.Or(count[x]-count[y], x-y, told)
		}
	})
}

// mostParts is how many messages a digest may have in a chat. What goes beyond is
// folded and opened by a button; where there are none, as at a target, more has to be sent.
func mostParts(c *Chat) int {
	if c.Kind == "channel" || c.Kind == "forum" || IsTarget(c.Platform) {
		return digestMost
	}

	return digestParts
}

// fold puts what a digest has no room for into its last message, together with
// what lies beyond the alerts that were looked at.
func (t *Tx) fold(last *Outgoing, rest []*Alert, looked int) error {
	const fold = "UPDATE alerts SET state = 'folded', message = $1, done_at = $2 WHERE "
	for _, a := range rest {
		if _, err := t.noteDrops(DroppedFolded, fold+"id = $3 RETURNING id", last.ID, toMillis(t.Now), a.ID); err != nil {
			return fmt.Errorf("fold alert %d into message %d: %w", a.ID, last.ID, err)
		}
	}

	// Where no button opens what is folded, the next digest takes it.
	if looked < digestMost-1 || mostParts(last.Chat) > digestParts {
		return nil
	}

	beyond, err := t.noteDrops(DroppedFolded, fold+"chat = $3 AND state = 'waiting' AND message IS NULL AND due_at <= $2 RETURNING id",
		last.ID, toMillis(t.Now), last.Chat.ID)
	if err == nil && beyond > 0 {
		last.More += int(beyond)
		_, err = t.exec("UPDATE messages SET more = $2 WHERE id = $1", last.ID, last.More)
	}

	return err
}

// insertSingles writes the first attempt of new messages of one alert each, all claimed by one run.
func (t *Tx) insertSingles(outs []*Outgoing, claim Claim) error {
	of := make(map[int64]*Outgoing, len(outs))
	rows := make([]any, 0, 2*slotCount(len(outs)))

	slices.SortFunc(outs, func(a, b *Outgoing) int { return int(a.Chat.ID - b.Chat.ID) })

	for _, m := range outs {
		of[m.Chat.ID] = m
		rows = append(rows, m.Chat.ID, m.Nonce)
	}

	for len(rows) < cap(rows) {
		rows = append(rows, int64(0), "")
	}

	now := toMillis(t.Now)

	err := t.rows("WITH new (chat, nonce) AS (VALUES "+typedTuples(len(rows)/2, "BIGINT", "TEXT")+`)
		INSERT INTO messages (chat, nonce, kind, state, attempts, first_attempt_at, next_attempt_at, claimed_by, created_at)
		SELECT chat, nonce, 'alert', 'open', 1, ?, ?, ?, ? FROM new WHERE chat <> 0 RETURNING id, chat`,
		append(rows, now, toMillis(t.Now.Add(claim.RetryAfter)), claim.Run, now), func(scan scanFunc) error {
			var id, chat int64

			err := scan(&id, &chat)
			of[chat].ID = id

			return err
		})
	if err != nil {
		return err
	}

	return t.putIntoSingles(outs)
}

// putIntoSingles puts the alert of each new message into it.
func (t *Tx) putIntoSingles(outs []*Outgoing) error {
	rows := make([]any, 0, 2*slotCount(len(outs)))
	for _, m := range outs {
		rows = append(rows, m.Alerts[0].ID, m.ID)
	}

	for len(rows) < cap(rows) {
		rows = append(rows, int64(0))
	}

	return t.run("WITH new (alert, message) AS (VALUES "+typedTuples(len(rows)/2, "BIGINT", "BIGINT")+
		") UPDATE alerts SET message = new.message FROM new WHERE alerts.id = new.alert", rows...)
}

// insertDigest writes a part of a digest with its members, and its attempt if it
// has one. first is the message that begins the digest, 0 if it is this one.
func (t *Tx) insertDigest(m *Outgoing, first int64, claim Claim) error {
	next, attempted, claimedBy := t.Now, nullMillis(time.Time{}), ""
	if m.Attempt > 0 {
		next, attempted, claimedBy = t.Now.Add(claim.RetryAfter), nullMillis(t.Now), claim.Run
	}

	err := t.one(`INSERT INTO messages (chat, nonce, kind, bundle, part, parts, more, state, attempts, first_attempt_at, next_attempt_at, claimed_by, created_at, begun_by)
		VALUES ($1, $2, 'digest', $3, $4, $5, $6, 'open', $7, $8, $9, $10, $11, nullif($12, 0)) RETURNING id`,
		[]any{m.Chat.ID, m.Nonce, m.Bundle, m.Part, m.Parts, m.More, m.Attempt, attempted, toMillis(next), claimedBy, toMillis(t.Now), first}, &m.ID)
	if err != nil {
		return fmt.Errorf("freeze a digest: %w", err)
	}

	for i, a := range m.Alerts {
		if _, err := t.exec("UPDATE alerts SET message = $2, place = $3 WHERE id = $1", a.ID, m.ID, i); err != nil {
			return fmt.Errorf("put alert %d into message %d: %w", a.ID, m.ID, err)
		}
	}

	return nil
}
