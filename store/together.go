package store

import (
	"context"
	"slices"
)

// Claims and results that wait together are not only committed together but
// written by the same few statements: a statement costs as much as ten rows. What
// is out of the ordinary (a digest, a second attempt, a failure) goes one by one,
// by Tx.Claim and Tx.Settle.

// claiming is a call of Claim that waits for its turn.
type claiming struct {
	chat  int64
	claim Claim
	out   *Outgoing
	done  bool
}

// settling is a call of Settle that waits for its turn.
type settling struct {
	outcome Outcome
	slept   bool
	done    bool
}

// Claim takes what one chat is to be told next; see Tx.Claim.
func (s *Store) Claim(ctx context.Context, chat int64, claim Claim) (*Outgoing, error) {
	c := &claiming{chat: chat, claim: claim}

	err := s.submit(&write{ctx: ctx, claiming: c, do: func(t *Tx) (err error) {
		c.out, err = t.Claim(chat, claim)
		return err
	}})
	if err != nil {
		return nil, err
	}

	return c.out, nil
}

// Settle writes the outcome of an attempt; see Tx.Settle.
func (s *Store) Settle(ctx context.Context, o Outcome) (slept bool, err error) {
	c := &settling{outcome: o}
	err = s.submit(&write{ctx: ctx, settling: c, do: func(t *Tx) (err error) {
		c.slept, err = t.Settle(o)
		return err
	}})

	return c.slept, err
}

// together runs writes that are alike: in common as far as they are ordinary,
// the others, and all of them if that fails, one by one.
func (s *Store) together(ctx context.Context, alike []*write) {
	var (
		claims  []*claiming
		results []*settling
	)

	for _, w := range alike {
		if w.claiming != nil {
			claims = append(claims, w.claiming)
		} else {
			results = append(results, w.settling)
		}
	}

	common := &write{do: func(t *Tx) error {
		// Results first: a chat whose message is settled may be claimed for.
		if err := t.settleMany(results); err != nil {
			return err
		}

		return t.claimMany(claims)
	}}

	failed := len(alike) < 2 || common.run(s.tx(ctx)) != nil
	for _, w := range alike {
		if s.writer.gone {
			return
		}

		if failed || !w.ordinary() {
			w.err = w.run(s.tx(ctx))
		}
	}
}

func (w *write) ordinary() bool {
	return (w.claiming != nil && w.claiming.done) || (w.settling != nil && w.settling.done)
}

// mostDueTogether bounds how many alerts are looked at for many chats.
const mostDueTogether = 1000

// claimMany makes the messages of chats that are to be told a single alert, and
// marks those claims as done.
func (t *Tx) claimMany(claims []*claiming) error {
	for part := range slices.Chunk(claims, mostSlots) {
		if err := t.claimPart(part); err != nil {
			return err
		}
	}

	return nil
}

func (t *Tx) claimPart(claims []*claiming) error {
	waiting := map[int64]*claiming{}

	for _, c := range claims {
		first := &claims[0].claim
		if waiting[c.chat] == nil && c.claim.Boot == first.Boot && c.claim.Burst == first.Burst && c.claim.Again == first.Again {
			waiting[c.chat] = c
		}
	}

	chats, err := t.free(waiting)
	if err != nil || len(chats) == 0 {
		return err
	}

	due, err := t.firstDue(chats, claims[0].claim.Burst)
	if err != nil {
		return err
	}

	var alerts []*Alert

	for chat := range chats {
		if d := due[chat]; d.count == 0 && d.whole {
			waiting[chat].done = true // nothing to do
		} else if d.alone {
			alerts = append(alerts, d.first)
		}
	}

	if err := t.complete(alerts); err != nil {
		return err
	}

	alerts = slices.DeleteFunc(alerts, func(a *Alert) bool { return a.dead() != "" })

	outs := make([]*Outgoing, len(alerts))
	for i, a := range alerts {
		outs[i] = &Outgoing{Chat: chats[a.Chat], Alerts: []*Alert{a}, Left: due[a.Chat].count > 1, Attempt: 1}
		waiting[a.Chat].out, waiting[a.Chat].done = outs[i], true
	}

	return t.insertMessages(outs, claims[0].claim)
}

// free reads the chats that may be told something and have no open message.
func (t *Tx) free(waiting map[int64]*claiming) (map[int64]*Chat, error) {
	ids := make([]int64, 0, len(waiting))
	for id := range waiting {
		ids = append(ids, id)
	}

	text, args := list(ids)
	chats := make(map[int64]*Chat, len(ids))
	err := t.rows("SELECT "+chatColumns+" FROM chats WHERE state = 'active' AND id IN "+text+
		" AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.chat = chats.id AND m.state = 'open')", args, func(scan func(...any) error) error {
		c, err := scanChat(scan)
		chats[c.ID] = c

		return err
	})

	return chats, err
}

// dueAlerts is what is due for a chat.
type dueAlerts struct {
	first *Alert
	count int
	whole bool // all that is due was looked at
	alone bool // the first is told by itself
}

// firstDue looks at what is due for chats.
func (t *Tx) firstDue(chats map[int64]*Chat, burst int) (map[int64]dueAlerts, error) {
	ids := make([]int64, 0, len(chats))
	for id := range chats {
		ids = append(ids, id)
	}

	text, args := list(ids)

	found, err := t.bareAlerts("a.chat IN "+text+" AND a.state = 'waiting' AND a.message IS NULL AND a.due_at <= ? ORDER BY a.chat, a.due_at, a.id LIMIT ?",
		append(args, millis(t.Now), mostDueTogether)...)
	if err != nil {
		return nil, err
	}
	// Where the list was cut, the last chat's alerts may be cut too, and what
	// comes behind was not looked at.
	cut := int64(1<<63 - 1)
	if len(found) == mostDueTogether {
		cut = found[len(found)-1].Chat
	}

	due := make(map[int64]dueAlerts, len(chats))
	for _, a := range found {
		d := due[a.Chat]
		if d.first == nil {
			d.first = a
		}

		d.count++
		due[a.Chat] = d
	}

	for id := range chats {
		d := due[id]
		d.whole = id < cut
		d.alone = d.whole && (d.count == 1 || (d.count > 1 && d.count <= burst && d.first.Bundle == ""))
		due[id] = d
	}

	return due, nil
}

// insertMessages writes the first attempt of new messages of one alert each.
func (t *Tx) insertMessages(outs []*Outgoing, claim Claim) error {
	if len(outs) == 0 {
		return nil
	}

	of := make(map[int64]*Outgoing, len(outs))

	chats, alerts := make([]int64, len(outs)), make([]int64, len(outs))
	for i, out := range outs {
		of[out.Chat.ID], chats[i], alerts[i] = out, out.Chat.ID, out.Alerts[0].ID
	}

	slices.Sort(chats)
	text, args := list(chats)
	now := millis(t.Now)

	err := t.rows("INSERT INTO messages (chat, kind, state, attempts, first_attempt_at, next_attempt_at, boot, created_at)"+
		" SELECT id, 'alert', 'open', 1, ?, ?, ?, ? FROM chats WHERE id IN "+text+" RETURNING id, chat",
		append([]any{now, millis(t.Now.Add(claim.Again)), claim.Boot, now}, args...), func(scan func(...any) error) error {
			var id, chat int64

			err := scan(&id, &chat)
			of[chat].ID = id

			return err
		})
	if err != nil {
		return err
	}

	text, args = list(alerts)
	// They are the only open messages of their chats.
	_, err = t.exec("UPDATE alerts SET message = (SELECT m.id FROM messages m WHERE m.chat = alerts.chat AND m.state = 'open') WHERE id IN "+text, args...)

	return err
}

// settleMany notes what was sent, and marks those results as done.
func (t *Tx) settleMany(results []*settling) error {
	var sent []*settling

	for _, r := range results {
		if r.outcome.Sent {
			sent = append(sent, r)
		}
	}

	for part := range slices.Chunk(sent, mostSlots) {
		ids := make([]int64, len(part))

		refs := make([]any, 0, 2*slots(len(part)))
		for i, r := range part {
			ids[i] = r.outcome.Message
			refs = append(refs, r.outcome.Message, r.outcome.Ref)
		}

		for len(refs) < cap(refs) {
			refs = append(refs, int64(0), "")
		}

		now := millis(t.Now)
		text, args := list(ids)

		n, err := t.exec("UPDATE alerts SET state = 'sent', done_at = ? WHERE state = 'waiting' AND message IN "+text+
			" AND EXISTS (SELECT 1 FROM messages m WHERE m.id = alerts.message AND m.state = 'open')",
			append([]any{now}, args...)...)
		if err != nil {
			return err
		}

		t.count("sent", "", n)

		if _, err := t.exec("WITH done (id, ref) AS (VALUES "+tuples(2, len(refs)/2)+") UPDATE messages SET state = 'sent', ref = done.ref, boot = '', result = '', done_at = ?"+
			" FROM done WHERE messages.id = done.id AND messages.state = 'open'", append(refs, now)...); err != nil {
			return err
		}

		for _, r := range part {
			r.done = true
		}
	}

	return nil
}
