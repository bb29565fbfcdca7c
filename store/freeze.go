package store

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// dueAlerts is what is due for a chat that has no open message.
type dueAlerts struct {
	chat   *Chat
	alerts []*Alert // in the order of their time, at most digestMost
	single bool     // the first goes out by itself: the others need not be read in full
}

// readDue reads what is due for chats. A chat of whose alerts it could not read enough
// is put into again, one with none is done.
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
	var singles []*Outgoing

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
			singles = append(singles, r.out)

			continue
		}

		if r.out, err = t.freezeDigest(d.chat, live, bundle, r.claim); err != nil {
			return err
		}
	}

	if len(singles) == 0 {
		return nil
	}

	return t.insertSingles(singles, pending[singles[0].Chat.ID].claim)
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

// freezeDigest freezes the parts of a digest and returns the first. A burst takes
// all that is due, another digest what belongs in it.
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

// putInOrder puts alerts in the order of a chat. By subscription, what a digest has no room
// for is of the subscriptions that have the most: one that matches a lot hides nothing of the
// others.
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
	if c.Kind == "channel" || c.Kind == "forum" || c.Platform == TargetPlatform || c.Platform == MailPlatform {
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

// insertSingles writes the first attempt of new messages of one alert each.
func (t *Tx) insertSingles(outs []*Outgoing, claim Claim) error {
	of := make(map[int64]*Outgoing, len(outs))
	alerts := make([]int64, len(outs))
	rows := make([]any, 0, 2*slotCount(len(outs)))

	slices.SortFunc(outs, func(a, b *Outgoing) int { return int(a.Chat.ID - b.Chat.ID) })

	for i, m := range outs {
		of[m.Chat.ID], alerts[i] = m, m.Alerts[0].ID
		rows = append(rows, m.Chat.ID, m.Nonce)
	}

	for len(rows) < cap(rows) {
		rows = append(rows, int64(0), "")
	}

	now := toMillis(t.Now)

	err := t.rows("WITH new (chat, nonce) AS (VALUES "+typedTuples(len(rows)/2, "BIGINT", "TEXT")+`)
		INSERT INTO messages (chat, nonce, kind, state, attempts, first_attempt_at, next_attempt_at, claimed_by, created_at)
		SELECT chat, nonce, 'alert', 'open', 1, ?, ?, ?, ? FROM new WHERE chat <> 0 RETURNING id, chat`,
		append(rows, now, toMillis(t.Now.Add(claim.Again)), claim.Run, now), func(scan func(...any) error) error {
			var id, chat int64

			err := scan(&id, &chat)
			of[chat].ID = id

			return err
		})
	if err != nil {
		return err
	}
	// They are the only open messages of their chats.
	text, args := inList(alerts)
	_, err = t.exec("UPDATE alerts SET message = (SELECT m.id FROM messages m WHERE m.chat = alerts.chat AND m.state = 'open') WHERE id IN "+text, args...)

	return err
}

// insertDigest writes a part of a digest with its members, and its attempt if it
// has one. first is the message that begins the digest, 0 if it is this one.
func (t *Tx) insertDigest(m *Outgoing, first int64, claim Claim) error {
	next, attempted, claimedBy := t.Now, nullMillis(time.Time{}), ""
	if m.Attempt > 0 {
		next, attempted, claimedBy = t.Now.Add(claim.Again), nullMillis(t.Now), claim.Run
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
