package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base32"
	"encoding/binary"
	"maps"
	"slices"
	"time"
)

// Claim says how a chat's due alerts become a message.
type Claim struct {
	Run   string        // names this run of the program
	Burst int           // more alerts than this become a digest
	Again time.Duration // when to try again if no outcome is settled; grows with the attempts
	// Room returns how many of these alerts fit the next message of a digest, at
	// least one.
	Room func(c *Chat, alerts []*Alert) int
}

const (
	digestParts = 3                  // messages of a digest, the rest is folded
	digestMost  = 300                // titles looked at for a digest
	maxAgain    = time.Hour          // between two attempts
	giveUpAfter = 7 * 24 * time.Hour // then it is no news any more
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

// claim serves a batch of requests. A statement costs as much as ten rows, so each
// step is one statement for all chats, and only what is rare (a digest, a second
// attempt) is written chat by chat. A chat whose first message or alert turns out
// to be dead goes into another round.
func (t *Tx) claim(requests []*claimRequest) error {
	for part := range slices.Chunk(requests, mostSlots) {
		pending := make(map[int64]*claimRequest, len(part))
		for _, r := range part {
			if pending[r.chat] == nil { // else the chat has a message under way then
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

	// Somebody who asked for quiet still gets answers. An answer goes before alerts that
	// were to be sent earlier: after an outage the confirmation of a subscription comes
	// before its first alert.
	err = t.rows("SELECT "+chatColumns+`, coalesce((SELECT m.id FROM messages m WHERE m.chat = chats.id AND m.state = 'open'
			AND (chats.state = 'active' OR m.kind = 'answer') ORDER BY (m.kind = 'answer' AND m.next_attempt_at <= ?) DESC, m.id LIMIT 1), 0)
		FROM chats WHERE state <> 'asleep' AND id IN `+text, append([]any{toMillis(t.Now)}, args...), func(scan func(...any) error) error {
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
	first     time.Time // of its attempts; zero: none yet
	claimedBy string
	doubt     string
}

// How the last attempt of a message ended, if the next one has to wait
// (messages.doubt): a start and Recover make both due.
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
		FROM messages WHERE id IN `+text+" AND next_attempt_at <= ?", append(args, toMillis(t.Now)), func(scan func(...any) error) error {
		var (
			m     openMessage
			kind  string
			first sql.NullInt64
		)

		err := scan(&m.ID, &kind, &m.Bundle, &m.Part, &m.Parts, &m.More, &m.Form, &m.Attempt, &first, &m.claimedBy, &m.doubt, &m.Nonce, &m.Notice, &m.Continues)
		m.Chat, m.first = chats[m.ID], fromNull(first)
		m.Answer, m.Digest = kind == "answer", kind == "digest"
		open, byID[m.ID] = append(open, &m), &m

		return err
	})
	if err != nil || len(open) == 0 {
		return nil, err
	}

	text, args = inList(slices.Collect(maps.Keys(byID)))

	alerts, err := t.bareAlerts("a.message IN "+text+" AND a.state = 'waiting' ORDER BY a.place, a.due_at, a.id", args...)
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
	case !m.first.IsZero() && t.Now.Sub(m.first) > giveUpAfter:
		return nil, t.fail(m.ID, DroppedExpired)
	}
	// What nobody wants any more leaves a message that was never tried; then it
	// is frozen.
	if m.Attempt == 0 {
		if err := t.dropDead(dead); err != nil {
			return nil, err
		}

		m.Alerts = live
	}

	if m.Nonce == "" {
		m.Nonce = newNonce(t.Now)
	}

	again := claim.Again << min(m.Attempt, 16)
	if again > maxAgain || again <= 0 {
		again = maxAgain
	}
	// A claim that stands there has no outcome: the process was killed.
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

// addLater adds to the part that begins a digest the alerts of the others.
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
