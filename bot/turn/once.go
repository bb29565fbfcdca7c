package turn

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"

	"newsbell/adapters"
	"newsbell/store"
)

// Reply is what a request is answered with. It is saved until it is sent.
type Reply struct {
	Answer *adapters.Message `json:"answer,omitempty"` // nil: silence
	// Direct is a message to another chat that goes out before the answer.
	Direct *directMessage `json:"direct,omitempty"`
}

// directMessage is a message that a request sends to another chat.
type directMessage struct {
	To      adapters.ChatInfo `json:"to"`
	Message *adapters.Message `json:"message"`
	// Closed is the answer if that chat does not let the bot in.
	Closed *adapters.Message `json:"closed,omitempty"`
}

// Once replies to a request as dispatch does and saves the reply, at most once per key.
func (s *Services) Once(ctx context.Context, t *Turn, dispatch func(context.Context, *Turn) (*adapters.Message, error)) (*adapters.Message, error) {
	earlier, err := s.begin(ctx, t)
	if err != nil {
		return nil, err
	}

	if earlier != nil {
		return s.finish(ctx, t, earlier)
	}

	m, err := dispatch(ctx, t)
	if no, ok := errors.AsType[*RefusalError](err); ok {
		m, err = no.message, nil
	}

	if m != nil && t.keepsQuestion && t.Request.Interaction && m.Ask == "" { // so that it can be answered
		m.Ask = cmp.Or(t.Question.Hint, "…")
	}

	switch {
	case err != nil || t.committed:
		return m, err
	case m == nil && len(t.tokens) == 0:
		return nil, nil // not meant for the bot: leaves no trace
	}

	return s.Commit(ctx, t, func(*store.Tx) (*Reply, error) { return &Reply{Answer: m}, nil })
}

// begin reads in one view what a request depends on: the reply that it got
// before (nil: none), the question that is open, and whether the person's
// private chat is asleep.
func (s *Services) begin(ctx context.Context, t *Turn) (earlier *Reply, err error) {
	err = s.Store.View(ctx, func(tx *store.Tx) error {
		if earlier, err = earlierReply(tx, t.Request.Key); err != nil || earlier != nil {
			return err
		}

		c, err := tx.Chat(t.Request.Chat.Platform, t.Request.Chat.Address)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}

		t.Words = s.WordsFor(t.Request, c)
		t.rememberLanguage(c)

		if err := t.GrantByRole(tx); err != nil {
			return err
		}

		if t.Blocked, err = s.IsBlocked(tx, t); err != nil || t.Blocked {
			return err
		}

		if t.Question, err = t.ReadToken(tx, QuestionWord(t.Request)); err != nil || !t.IsPrivate() {
			return err
		}

		if c != nil && c.State == store.Asleep {
			t.Asleep = c.ID
		}

		return nil
	})

	return earlier, err
}

// rememberLanguage fills in the language of a person's app where the platform did not say it, as Discord does not
// with words in a direct message: c is their chat, nil if it is not known yet.
func (t *Turn) rememberLanguage(c *store.Chat) {
	if c == nil || !t.IsPrivate() || t.Request.User.Language != "" {
		return
	}

	r := *t.Request
	r.User.Language = cmp.Or(c.Language, c.ChosenLanguage)
	t.Request = &r
}

// earlierReply returns the reply that was saved for a request; nil if it was
// not answered yet, an empty one if its reply was sent.
func earlierReply(tx *store.Tx, key string) (*Reply, error) {
	if key == "" {
		return nil, nil
	}

	answered, saved, err := tx.Reply(key)
	if err != nil || !answered {
		return nil, err
	}

	return decodeReply(saved), nil
}

// Commit runs change in a transaction that also saves the reply it returns, so
// that both happen once, and then sends what goes to another chat. If the
// request took effect before, change does not run.
func (s *Services) Commit(ctx context.Context, t *Turn, change func(*store.Tx) (*Reply, error)) (*adapters.Message, error) {
	var r *Reply

	err := s.Store.Update(ctx, func(tx *store.Tx) (err error) {
		if r, err = earlierReply(tx, t.Request.Key); err != nil || r != nil {
			return err
		}

		if r, err = change(tx); err != nil {
			return err
		}

		if err := s.postChanges(tx, t); err != nil {
			return err
		}

		return t.saveReply(tx, r)
	})
	if err != nil {
		return nil, err
	}

	t.committed = true

	return s.finish(ctx, t, r)
}

// finish returns the answer of a saved reply, after it has sent the direct
// message that goes before it.
func (s *Services) finish(ctx context.Context, t *Turn, r *Reply) (*adapters.Message, error) {
	if r.Direct != nil {
		return s.sendDirect(ctx, t, r)
	}

	return r.Answer, nil
}

// saveReply saves a reply and the tokens behind its buttons. Where others read
// along, the reply is for the person who asked, as far as the platform can do
// that.
func (t *Turn) saveReply(tx *store.Tx, r *Reply) error {
	if r.Answer != nil && !t.IsPrivate() {
		r.Answer.Private = true
	}

	t.keepUndo(r.Answer)

	for word, k := range t.tokens {
		value := ""

		if k != (Token{}) {
			raw, err := json.Marshal(k)
			if err != nil {
				return err
			}

			value = string(raw)
		}

		if err := tx.SetToken(word, k.Who, value); err != nil {
			return err
		}
	}

	if t.Request.Key == "" {
		return nil
	}

	saved := ""

	if r.Answer != nil {
		raw, err := json.Marshal(r)
		if err != nil {
			return err
		}

		saved = string(raw)
	}

	return tx.SaveReply(t.Request.Key, saved)
}

// decodeReply reads a saved reply; one that cannot be read is silence.
func decodeReply(saved string) *Reply {
	var r Reply
	if saved == "" || json.Unmarshal([]byte(saved), &r) != nil {
		return &Reply{}
	}

	return &r
}

// SendPrivately puts a reply into the person's direct messages and says so
// where they asked; if those are closed, the reply there is closed.
func SendPrivately(t *Turn, dest Target, m, done, closed *adapters.Message) *Reply {
	m.Nonce = MessageNonce(t.Request.Key)
	return &Reply{Answer: done, Direct: &directMessage{To: dest.ChatInfo, Message: m, Closed: closed}}
}

// MessageNonce names a message that a request sends, so that sending it again
// makes no second message where the platform can tell.
func MessageNonce(key string) string {
	sum := sha256.Sum256([]byte(key))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}
