package bot

import (
	"context"
	"crypto/sha256"
	"encoding/base64"

	"newsbell/adapters"
	"newsbell/store"
)

// toDirect brings an answer to the person's direct messages, and says so where
// they asked; or, if those are closed, says closed there.
func toDirect(t *turn, p place, m, said, closed *adapters.Message) *saved {
	m.Nonce = nonce(t.r.Key)
	return &saved{Answer: said, Direct: &direct{To: p.ChatInfo, Message: m, Closed: closed}}
}

// nonce names a message that a request sends, so that sending it again is no
// second message where the platform can tell.
func nonce(key string) string {
	sum := sha256.Sum256([]byte(key))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// sendDirect sends what an answer wants sent elsewhere, and settles what the
// answer is.
func (b *Bot) sendDirect(ctx context.Context, t *turn, s *saved) (*adapters.Message, error) {
	d := s.Direct
	slept, gone := b.deliver(ctx, d.To, d.Message)

	s.Direct = nil
	if gone && d.Closed != nil {
		s.Answer = d.Closed
	}

	err := b.Store.Update(ctx, func(tx *store.Tx) error {
		c, err := tx.Chat(d.To.Platform, d.To.Address)
		switch {
		case err == store.ErrNotFound: //nolint:errorlint // returned as it is
		case err != nil:
			return err
		case gone:
			if _, err := tx.Sleep(c.ID, slept); err != nil {
				return err
			}
		case slept != "": // trouble that passes: the outbox goes on trying
			if err := tx.Notify(c.ID, d.Message.String()); err != nil {
				return err
			}
		case c.State == store.Asleep:
			if err := wake(tx, c.ID); err != nil {
				return err
			}
		}

		return t.keep(tx, s)
	})

	return s.Answer, err
}

// deliver sends a message now. trouble is why it did not arrive, "" if it did;
// gone tells that the chat does not let us in.
func (b *Bot) deliver(ctx context.Context, to adapters.ChatInfo, m *adapters.Message) (trouble string, gone bool) {
	a := b.Adapters[to.Platform]
	if a == nil {
		return textNoAdapter, false
	}

	b.gate(ctx, to)

	_, err := a.Send(ctx, to.Chat, m)
	if err == nil {
		return "", false
	}

	e := adapters.FateOf(err)
	b.Log.Warn("a message of an answer did not arrive", "platform", to.Platform, "error", err)

	if e.Fate == adapters.Unsure { // it may have: twice would be worse
		return "", false
	}

	return e.Reason, e.Fate == adapters.Gone
}
