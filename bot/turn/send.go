package turn

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/store"
)

// Gate waits for the bot's pace before a reply is sent.
func (s *Services) Gate(ctx context.Context, to adapters.ChatInfo) {
	if g := s.Gates[to.Platform]; g != nil {
		_ = g.Take(ctx, gate.Key(to.Chat), to.Kind != adapters.Private, gate.ClassReply) // an ended ctx ends the reply anyway
	}
}

// CutToRoom leaves as many alerts in a digest as one message of a platform has room for, and
// returns how many it takes away.
func (s *Services) CutToRoom(platform string, d *adapters.Digest) int {
	all := len(d.Alerts)
	if a := s.Adapters[platform]; a != nil {
		d.Alerts = d.Alerts[:max(min(a.Room(d), all), 1)]
	}

	return all - len(d.Alerts)
}

// sendDirect sends the direct message of a reply, and saves the answer that
// follows from how that went.
func (s *Services) sendDirect(ctx context.Context, t *Turn, r *Reply) (*adapters.Message, error) {
	d := r.Direct
	d.Message.Words = t.Texts
	problem, gone := s.SendNow(ctx, d.To, d.Message)

	r.Direct = nil

	switch {
	case gone && d.Closed != nil:
		r.Answer = d.Closed
	case problem != "" && !gone: // the outbox sends it
		r.Answer = t.Message("subscribe.sent_later")
	}

	err := s.Store.Update(ctx, func(tx *store.Tx) error {
		c, err := tx.Chat(d.To.Platform, d.To.Address)
		if err == nil {
			err = s.noteDelivery(tx, c, d.Message, problem, gone)
		}

		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}

		return t.saveReply(tx, r)
	})

	return r.Answer, err
}

// noteDelivery records how sending a direct message went.
func (s *Services) noteDelivery(tx *store.Tx, c *store.Chat, m *adapters.Message, problem string, gone bool) (err error) {
	switch {
	case gone:
		_, err = tx.Sleep(c.ID, problem)
	case problem != "": // it may pass: the outbox goes on trying
		err = tx.Notify(c.ID, m.String())
	case c.State == store.Asleep:
		err = s.Events().Wake(tx, c.ID)
	}

	return err
}

// SendNow sends a message at once. problem says why it did not arrive, "" if it
// did; gone reports that the chat does not let the bot in.
func (s *Services) SendNow(ctx context.Context, to adapters.ChatInfo, m *adapters.Message) (problem string, gone bool) {
	a := s.Adapters[to.Platform]
	if a == nil {
		return "I'm not connected there", false
	}

	s.Gate(ctx, to)

	_, err := a.Send(ctx, to.Chat, m)
	if err == nil {
		return "", false
	}

	e := adapters.FateOf(err)
	s.Log.Warn("a direct message did not arrive", "platform", to.Platform, "error", err)

	if e.Fate == adapters.Unsure { // it may have: twice would be worse
		return "", false
	}

	return e.Reason, e.Fate == adapters.Gone
}

// patience is how long a reply waits for a chat whose platform asked for a pause:
// what waits here keeps others from being served.
const patience = 10 * time.Second

// MustWait reports whether the platform wants nothing sent to the chat for
// longer than a reply should wait here.
func (s *Services) MustWait(to adapters.ChatInfo) bool {
	g := s.Gates[to.Platform]
	return g != nil && time.Until(g.ReadyAt(gate.Key(to.Chat), false)) > patience
}

// IsRetryable reports whether a reply that failed may be sent later. What belongs
// to an interaction may not where others read along, because only the person who
// asked was to see it; nor if it may have arrived. Nor may what answers something unseen.
func IsRetryable(r *adapters.Request, err error) bool {
	e, ok := errors.AsType[*adapters.SendError](err)
	if !ok {
		return false
	}

	if r.Unseen {
		return false // everybody would see it
	}

	if r.Interaction {
		return r.Chat.Kind == adapters.Private && e.Fate == adapters.Later
	}

	return e.Fate == adapters.Retry || e.Fate == adapters.Later || e.Fate == adapters.Unsure
}

// QueueReply leaves a reply to the outbox, which waits as long as it takes. The
// same transaction marks it as sent, so that it is not sent twice.
func (s *Services) QueueReply(ctx context.Context, r *adapters.Request, m *adapters.Message) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}

	return s.Store.Update(ctx, func(tx *store.Tx) error {
		if r.Key != "" {
			answered, saved, err := tx.Reply(r.Key)
			if err != nil || answered && saved == "" {
				return err
			}

			if answered {
				if err := tx.SaveReply(r.Key, ""); err != nil {
					return err
				}
			}
		}

		c, err := tx.EnsureChat(store.Chat{Platform: r.Chat.Platform, Address: r.Chat.Address, Kind: string(r.Chat.Kind), Title: r.Chat.Title})
		if err != nil {
			return err
		}

		return tx.SayLater(c.ID, string(raw))
	})
}
