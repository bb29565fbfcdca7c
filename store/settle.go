package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// Outcome is what came of an attempt. Exactly one of Sent, RetryAt, Plainer, Gone
// and Moved is set.
type Outcome struct {
	Message int64
	Run     string // whose claim it is, as in Claim; "" for whoever has the message now
	Sent    bool
	Ref     string // Sent: the platform's reference
	Thread  bool   // Sent: a thread is to open below it
	Publish bool   // Sent: it is to be published to those who follow its channel

	RetryAt time.Time // when to try again
	Outage  bool      // with RetryAt: the platform is failing, not the message; see Tx.Recover
	Unsure  bool      // with RetryAt: it may have arrived; look before sending it again

	Plainer bool   // the platform refused this form: try the next plainer one at once
	TooLong bool   // with Plainer: a digest is halved instead, as long as it has two alerts
	Gone    string // the chat is out of reach: why, in words
	Moved   string // the chat's new address; the message is tried again there

	Result string // for the log and /status, "" after Sent
}

// settleRequest is one outcome within a batch.
type settleRequest struct {
	outcome Outcome
	slept   bool // the chat fell asleep by it
}

// Settle writes the outcome of an attempt. It reports whether the chat fell asleep
// by it. Concurrent outcomes are written together.
func (s *Store) Settle(ctx context.Context, o Outcome) (slept bool, err error) {
	r := &settleRequest{outcome: o}
	err = s.submit(&write{ctx: ctx, settle: r})

	return r.slept, err
}

// Settle is [Store.Settle] within a transaction.
func (t *Tx) Settle(o Outcome) (slept bool, err error) {
	r := &settleRequest{outcome: o}
	err = t.settle([]*settleRequest{r})

	return r.slept, err
}

// settle writes a batch of outcomes: what was sent in common statements, the rest
// one by one.
func (t *Tx) settle(requests []*settleRequest) error {
	var sent []Outcome

	for _, r := range requests {
		if r.outcome.Sent {
			sent = append(sent, r.outcome)
		}
	}

	slices.SortStableFunc(sent, func(a, b Outcome) int { return cmp.Compare(a.Run, b.Run) })

	for ofRun := range chunkRuns(sent) {
		for part := range slices.Chunk(ofRun, mostSlots) {
			if err := t.settleSent(part); err != nil {
				return err
			}
		}
	}

	for _, r := range requests {
		if r.outcome.Sent {
			continue
		}

		var err error
		if r.slept, err = t.settleUnsent(r.outcome); err != nil {
			return fmt.Errorf("settle message %d: %w", r.outcome.Message, err)
		}
	}

	return nil
}

// chunkRuns parts sorted outcomes by whose they are.
func chunkRuns(all []Outcome) iter.Seq[[]Outcome] {
	return func(yield func([]Outcome) bool) {
		for len(all) > 0 {
			n := 1
			for n < len(all) && all[n].Run == all[0].Run {
				n++
			}

			if !yield(all[:n]) {
				return
			}

			all = all[n:]
		}
	}
}

// Conditions on the state of rows that a statement finds by their ids. The concatenation keeps
// PostgreSQL from using the index on the state: with statistics from a time when little was waiting, it
// prefers that one, and then reads a hundred thousand waiting alerts to find the few of a message
// (TestAServerLooksUpByID).
const (
	stillWaiting = "state || '' = 'waiting'"
	stillOpen    = "state || '' = 'open'"
)

// settleSent marks messages of one run, and their alerts, as sent. A message that was forgotten meanwhile
// is left alone, and so is one that another run has claimed since: the late outcome of a run that was
// cut off counts only as long as no other has claimed the message. The nonce is no longer needed, nor is
// when it is tried next, and when it first was where that is when it was made.
func (t *Tx) settleSent(sent []Outcome) error {
	sent, err := t.ownOutcomes(sent)
	if err != nil || len(sent) == 0 {
		return err
	}

	ids := make([]int64, len(sent))
	refs := make([]any, 0, 2*slotCount(len(sent)))

	for i, o := range sent {
		ids[i] = o.Message
		refs = append(refs, o.Message, o.Ref)
	}

	for len(refs) < cap(refs) {
		refs = append(refs, int64(0), "")
	}

	now := toMillis(t.Now)
	text, args := inList(ids)

	n, err := t.exec("UPDATE alerts SET state = 'sent', done_at = ? WHERE "+stillWaiting+" AND message IN "+text, append([]any{now}, args...)...)
	if err != nil {
		return err
	}

	t.count("sent", "", n)

	if err := errors.Join(
		t.wantMore("threads", NewThreads, sent, func(o *Outcome) bool { return o.Thread }),
		t.wantMore("crossposts", NewCrossposts, sent, func(o *Outcome) bool { return o.Publish }),
	); err != nil {
		return err
	}

	return t.run("WITH done (id, ref) AS (VALUES "+typedTuples(len(refs)/2, "BIGINT", "TEXT")+`) UPDATE messages SET state = 'sent', ref = done.ref,
		nonce = '', claimed_by = '', doubt = '', result = '', next_attempt_at = 0,
		first_attempt_at = nullif(first_attempt_at, created_at), done_at = ? FROM done WHERE messages.id = done.id`, append(refs, now)...)
}

// ownOutcomes returns those outcomes of one run whose message is open and not claimed by another run. It
// is a query of its own, since PostgreSQL plans a join of alerts with open messages as a nested loop
// over both (docs/performance.md).
func (t *Tx) ownOutcomes(sent []Outcome) (own []Outcome, err error) {
	of := make(map[int64]Outcome, len(sent))
	ids := make([]int64, len(sent))

	for i, o := range sent {
		ids[i], of[o.Message] = o.Message, o
	}

	text, args := inList(ids)
	run := sent[0].Run

	err = t.rows("SELECT id FROM messages WHERE id IN "+text+" AND "+stillOpen+" AND (claimed_by = ? OR claimed_by = '' OR ? = '')",
		append(args, run, run), func(scan scanFunc) error {
			var id int64

			err := scan(&id)
			own = append(own, of[id])

			return err
		})

	return own, err
}

// settleUnsent writes the outcome of a message that was not sent.
func (t *Tx) settleUnsent(o Outcome) (slept bool, err error) {
	var (
		chat int64
		form Form
	)

	err = t.one("SELECT chat, form FROM messages WHERE id = $1 AND "+stillOpen+" AND (claimed_by = $2 OR claimed_by = '' OR $2 = '')", []any{o.Message, o.Run}, &chat, &form)
	if errors.Is(err, ErrNotFound) {
		return false, nil // forgotten meanwhile, or claimed anew
	}

	if err != nil {
		return false, err
	}

	if o.Plainer && o.TooLong {
		halved, err := t.halve(o)
		if halved || err != nil {
			return false, err
		}
	}

	switch {
	case o.Plainer && form == PlainText:
		if err = t.fail(o.Message, DroppedRefused); err == nil {
			_, err = t.exec("UPDATE messages SET result = $2 WHERE id = $1", o.Message, o.Result)
		}

		return false, err
	case o.Plainer:
		t.raise(NewAlerts)

		return false, t.retry(o, t.Now, form+1, "")
	case o.Gone != "":
		return t.settleGone(o, chat)
	case o.Moved != "":
		t.raise(ChatsWoken)

		o.Result = "moved"
		if err = t.retry(o, t.Now, form, ""); err == nil {
			err = t.MoveChat(chat, o.Moved)
		}

		return false, err
	case o.Unsure:
		return false, t.retry(o, o.RetryAt, form, doubtUnsure)
	case o.Outage:
		return false, t.retry(o, o.RetryAt, form, doubtOutage)
	default:
		return false, t.retry(o, o.RetryAt, form, "")
	}
}

// halve moves the second half of a digest's alerts into a message of its own, because the digest was too
// long. Both are due at once. It reports false if the digest has fewer than two alerts.
func (t *Tx) halve(o Outcome) (halved bool, err error) {
	alerts, err := t.bareAlerts("a.message = $1 AND a."+stillWaiting+" ORDER BY a.due_at, a.id", o.Message)
	if err != nil || len(alerts) < 2 {
		return false, err
	}

	var second int64

	// The count of what was folded moves to the second half, which is the end of the digest. A digest of
	// one message has part and parts 0: it becomes parts 1 and 2 of 2.
	err = t.one(`INSERT INTO messages (chat, kind, bundle, part, parts, more, form, state, next_attempt_at, created_at, begun_by)
		SELECT chat, kind, bundle, CASE WHEN parts > 1 THEN parts ELSE 1 END + 1, CASE WHEN parts > 1 THEN parts ELSE 1 END + 1, more, form, 'open', $2, $2, coalesce(begun_by, id) FROM messages WHERE id = $1 RETURNING id`,
		[]any{o.Message, toMillis(t.Now)}, &second)
	if err != nil {
		return false, err
	}

	// The first half is another message than the one that was refused, so it gets a new nonce.
	_, err = t.exec(`UPDATE messages SET nonce = '', more = 0, part = CASE WHEN part > 1 THEN part ELSE 1 END, parts = CASE WHEN parts > 1 THEN parts ELSE 1 END + 1, next_attempt_at = $2,
		claimed_by = '', doubt = '', result = $3 WHERE id = $1`, o.Message, toMillis(t.Now), o.Result)
	if err != nil {
		return false, err
	}

	for _, a := range alerts[len(alerts)/2:] {
		if _, err := t.exec("UPDATE alerts SET message = $2 WHERE id = $1", a.ID, second); err != nil {
			return false, err
		}
	}

	// A press on the count opens what was folded into its message.
	_, err = t.exec("UPDATE alerts SET message = $2 WHERE message = $1 AND state = 'folded'", o.Message, second)
	t.raise(NewAlerts)

	return true, err
}

// retry leaves a message open for another attempt.
func (t *Tx) retry(o Outcome, at time.Time, form Form, doubt string) error {
	return t.run("UPDATE messages SET next_attempt_at = $2, form = $3, claimed_by = '', doubt = $4, result = $5 WHERE id = $1",
		o.Message, toMillis(at), form, doubt, o.Result)
}

// settleGone puts the chat to sleep. The alerts of all its open messages wait again, to come as a digest
// if the chat wakes soon.
func (t *Tx) settleGone(o Outcome, chat int64) (slept bool, err error) {
	if _, err := t.exec(`UPDATE alerts SET message = NULL, bundle = 'held', state = 'waiting', done_at = NULL
		WHERE chat = $1 AND message IN (SELECT id FROM messages WHERE chat = $1 AND state = 'open')`, chat); err != nil {
		return false, err
	}

	if err := t.failOpen(chat, o.Result); err != nil {
		return false, err
	}

	return t.Sleep(chat, o.Gone)
}

// fail ends a message that was not sent. With a reason it drops the message's alerts that still wait.
func (t *Tx) fail(message int64, reason string) error {
	if reason != "" {
		if _, err := t.drop(reason, "message = $3", message); err != nil {
			return err
		}
	}

	return t.run("UPDATE messages SET state = 'failed', result = $2, claimed_by = '', doubt = '', done_at = $3 WHERE id = $1",
		message, reason, toMillis(t.Now))
}

// failOpen ends all open messages of a chat without having sent them.
func (t *Tx) failOpen(chat int64, result string) error {
	return t.run("UPDATE messages SET state = 'failed', result = $2, claimed_by = '', doubt = '', done_at = $3 WHERE chat = $1 AND state = 'open'",
		chat, result, toMillis(t.Now))
}

// Why an alert was not sent (alerts.reason).
const (
	DroppedUnsubscribed = "unsubscribed" // nobody there follows it any more
	DroppedMuted        = "muted"        // its story or outlet is muted there
	DroppedGone         = "gone"         // its article is no longer there
	DroppedAway         = "away"         // the chat was paused or asleep for over a day
	DroppedRefused      = "refused"      // the platform takes it in no form
	DroppedExpired      = "expired"      // it could not be sent for a week
	DroppedMerged       = "merged"       // its chat became one with another, which has the story already
	DroppedFollowed     = "followed"     // it was told as a development of a story that is followed there
	DroppedUnfollowed   = "unfollowed"   // a development of a story that nobody there follows any more
	DroppedForgotten    = "forgotten"    // its chat was deleted, and it with it
	DroppedJoined       = "joined"       // its story became one with another, to which the chat was alerted
	DroppedFew          = "few"          // fewer outlets reported its story than min: asks for
	DroppedCalm         = "calm"         // no more came in its hour than usual, and its subscription is for spikes
	DroppedJudged       = "judged"       // a language model judged that it is not what only: asks for
	// DroppedFolded is reported for alerts in the state folded: a digest had no room
	// for them and only counts them.
	DroppedFolded = "folded"
)

// Drop is an alert that is not sent.
type Drop struct {
	ID     int64
	Reason string
}

// OnDrop makes an open store report every alert that will not be sent, once that is
// committed, by the goroutine that committed it. Whatever ends an alert unsent goes
// through this file, so that none ends silently.
func OnDrop(report func(Drop)) Option { return func(s *Store) { s.onDrop = report } }

// drop ends the waiting alerts of a condition unsent. Its parameters
// start at $3.
func (t *Tx) drop(reason, where string, args ...any) (n int64, err error) {
	n, err = t.noteDrops(reason, "UPDATE alerts SET state = 'dropped', reason = $1, done_at = $2 WHERE state = 'waiting' AND "+where+" RETURNING id",
		append([]any{reason, toMillis(t.Now)}, args...)...)
	if err != nil {
		return n, fmt.Errorf("drop alerts (%s): %w", reason, err)
	}

	return n, nil
}

// noteDrops runs a statement that returns the ids of alerts that are not sent.
func (t *Tx) noteDrops(reason, statement string, args ...any) (n int64, err error) {
	ids, err := readColumn[int64](t, statement, args...)
	for _, id := range ids {
		t.drops = append(t.drops, Drop{ID: id, Reason: reason})
	}

	n = int64(len(ids))
	if reason == DroppedFolded {
		t.count("folded", "", n)
	} else {
		t.count("dropped", reason, n)
	}

	return n, err
}

// sweepDrops drops the waiting alerts of a condition, whose parameters start at $3, in transactions
// that are bounded in time. It returns how many.
func (s *Store) sweepDrops(ctx context.Context, reason, where string, args ...any) (int64, error) {
	find := fmt.Sprintf("SELECT id FROM alerts WHERE state = 'waiting' AND %s LIMIT %d", strings.Replace(where, "$3", "$1", 1), sweepRows)

	return s.sweepFound(ctx, func(t *Tx) (int, func(t *Tx, from, to int) error, error) {
		ids, err := readColumn[int64](t, find, args...)

		return len(ids), func(t *Tx, from, to int) error {
			all := slices.Clone(args)
			slots := make([]string, slotCount(to-from))

			for i := range slots {
				slots[i] = fmt.Sprintf("$%d", 3+len(all))
				all = append(all, ids[min(from+i, to-1)])
			}

			_, err := t.drop(reason, "id IN ("+strings.Join(slots, ", ")+") AND "+where, all...)

			return err
		}, err
	})
}

// dropAll ends everything that waits for a chat, claimed or not.
func (t *Tx) dropAll(chat int64, reason string) error {
	if _, err := t.drop(reason, "chat = $3", chat); err != nil {
		return err
	}

	return t.failOpen(chat, reason)
}

// dropDead drops alerts that must no longer be sent, each for its own reason.
func (t *Tx) dropDead(dead []*Alert) error {
	for _, a := range dead {
		n, err := t.drop(a.dead(), "id = $3", a.ID)
		if err == nil && n > 0 && a.dead() == DroppedUnfollowed {
			err = t.reviveFollowed(a)
		}

		if err != nil {
			return err
		}
	}

	return nil
}
