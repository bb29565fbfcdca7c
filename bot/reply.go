package bot

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/store"
)

// turn is one request while it is answered.
type turn struct {
	r       *adapters.Request
	command string            // the table's name for it
	text    string            // what follows the command, without its options
	options map[string]string // to, when, ping, for, sub
	now     time.Time

	tokens map[string]token // to be kept with the answer; an empty one: to be dropped
	done   *saved           // what an effect has kept already
}

// saved is an answer as it is kept until it was said.
type saved struct {
	Answer *adapters.Message `json:"answer,omitempty"`
	// Direct is a message to somewhere else that goes out before the answer.
	Direct *direct `json:"direct,omitempty"`
}

// direct is a message that a request sends to another chat, or in its own.
type direct struct {
	To      adapters.ChatInfo `json:"to"`
	Message *adapters.Message `json:"message"`
	// Closed is the answer if that chat does not let us in.
	Closed *adapters.Message `json:"closed,omitempty"`
}

// token is what stands behind a word: a command that waits.
type token struct {
	// Who may use it ("telegram:4711"), "" everybody.
	Who     string `json:"who,omitempty"`
	Command string `json:"command"`
	Text    string `json:"text,omitempty"`
}

// saveToken has a token saved with the reply and returns the word that stands
// for it. The word is derived from the request, so that replying again gives
// the same one.
func (t *turn) saveToken(k token) string {
	value, _ := json.Marshal(k) // strings always marshal
	sum := sha256.Sum256([]byte(t.r.Key + "\x00" + strconv.Itoa(len(t.tokens)) + "\x00" + string(value)))
	word := base64.RawURLEncoding.EncodeToString(sum[:15])
	t.tokens[word] = k

	return word
}

// buttonBytes is what a platform keeps behind a button at most (adapters.Button).
const buttonBytes = 64

// button makes a button that runs a command as if it were typed.
func (t *turn) button(label, command, text string) adapters.Button {
	data := pressRun + command
	if text != "" {
		data += " " + text
	}

	if len(data) > buttonBytes {
		data = pressToken + t.saveToken(token{Who: t.personID(), Command: command, Text: text})
	}

	return adapters.Button{Label: label, Data: data}
}

// personID is the person as the configuration and tokens name them
// ("telegram:4711"); "" if unknown.
func (t *turn) personID() string {
	if t.r.User.ID == "" {
		return ""
	}

	return t.r.Chat.Platform + ":" + t.r.User.ID
}

func (t *turn) private() bool { return t.r.Chat.Kind == adapters.Private }

// requestText is what a person asked, as typed, for events.
func requestText(r *adapters.Request) string {
	switch r.Kind {
	case adapters.PressRequest:
		return r.Data
	case adapters.CommandRequest:
		s := "/" + r.Command
		for _, name := range []string{"sub", "to", "when", "ping", "query", "which", "for", "command", "address"} {
			v := r.Options[name]
			switch {
			case v == "":
			case name == "to" || name == "when" || name == "ping":
				s += " " + name + ":" + v
			default:
				s += " " + v
			}
		}

		if r.Text != "" {
			s += " " + r.Text
		}

		return s
	default:
		return r.Text
	}
}

// commit runs change in a transaction that also saves the reply it returns, so
// that both happen once. If the request took effect before, change does not
// run.
func (b *Bot) commit(ctx context.Context, t *turn, do func(*store.Tx) (*saved, error)) (*adapters.Message, error) {
	err := b.Store.Update(ctx, func(tx *store.Tx) error {
		if t.r.Key != "" {
			done, kept, err := tx.Answered(t.r.Key)
			if err != nil {
				return err
			}

			if done {
				t.done = decodeReply(kept)
				return nil
			}
		}

		s, err := do(tx)
		if err != nil {
			return err
		}

		t.done = s

		return t.saveReply(tx, s)
	})
	if err != nil {
		t.done = nil
		return nil, err
	}

	return t.done.Answer, nil
}

// saveReply saves a reply and the tokens behind its buttons. Where others read
// along, the reply is for the person who asked, as far as the platform can do
// that.
func (t *turn) saveReply(tx *store.Tx, s *saved) error {
	if s.Answer != nil && !t.private() {
		s.Answer.Private = true
	}

	for word, k := range t.tokens {
		value := ""

		if k != (token{}) {
			raw, err := json.Marshal(k)
			if err != nil {
				return err
			}

			value = string(raw)
		}

		if err := tx.SetToken(word, value); err != nil {
			return err
		}
	}

	if t.r.Key == "" {
		return nil
	}

	frozen := ""

	if s.Answer != nil {
		raw, err := json.Marshal(s)
		if err != nil {
			return err
		}

		frozen = string(raw)
	}

	return tx.SaveAnswer(t.r.Key, frozen)
}

// decodeReply reads a saved reply; one that cannot be read is silence.
func decodeReply(kept string) *saved {
	var s saved
	if kept == "" || json.Unmarshal([]byte(kept), &s) != nil {
		return &saved{}
	}

	return &s
}

// sendPrivately puts a reply into the person's direct messages and says so
// where they asked; if those are closed, the reply there is closed.
func sendPrivately(t *turn, p target, m, said, closed *adapters.Message) *saved {
	m.Nonce = messageNonce(t.r.Key)
	return &saved{Answer: said, Direct: &direct{To: p.ChatInfo, Message: m, Closed: closed}}
}

// messageNonce names a message that a request sends, so that sending it again
// makes no second message where the platform can tell.
func messageNonce(key string) string {
	sum := sha256.Sum256([]byte(key))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// sendDirect sends what an answer wants sent elsewhere, and settles what the
// answer is.
func (b *Bot) sendDirect(ctx context.Context, t *turn, s *saved) (*adapters.Message, error) {
	d := s.Direct
	slept, gone := b.sendNow(ctx, d.To, d.Message)

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
			if err := wakeChat(tx, c.ID); err != nil {
				return err
			}
		}

		return t.saveReply(tx, s)
	})

	return s.Answer, err
}

// sendNow sends a message at once. problem says why it did not arrive, "" if it
// did; gone reports that the chat does not let the bot in.
func (b *Bot) sendNow(ctx context.Context, to adapters.ChatInfo, m *adapters.Message) (problem string, gone bool) {
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

// patience is how long an answer waits for a chat whose platform has named a
// pause: who waits here takes the place of others.
const patience = 10 * time.Second

// mustWait reports whether the platform wants nothing sent to the chat for
// longer than a reply should wait here.
func (b *Bot) mustWait(to adapters.ChatInfo) bool {
	g := b.Gates[to.Platform]
	return g != nil && time.Until(g.ReadyAt(gate.Key(to.Chat), false)) > patience
}

// isRetryable reports whether a reply that failed may be sent later. Not on
// Discord: there it belongs to its interaction, and in a server only the person
// who asked may see it.
func isRetryable(r *adapters.Request, err error) bool {
	e, ok := errors.AsType[*adapters.SendError](err)
	return ok && r.Chat.Platform != discord && (e.Fate == adapters.Retry || e.Fate == adapters.Later || e.Fate == adapters.Unsure)
}

// queueReply leaves a reply to the outbox, which waits as long as it takes. The
// same transaction marks it as sent, so that it is not sent twice.
func (b *Bot) queueReply(ctx context.Context, r *adapters.Request, m *adapters.Message) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}

	return b.Store.Update(ctx, func(tx *store.Tx) error {
		if r.Key != "" {
			done, kept, err := tx.Answered(r.Key)
			if done && kept != "" {
				err = tx.SaveAnswer(r.Key, "")
			}

			if err != nil || done && kept == "" {
				return err
			}
		}

		c, err := tx.EnsureChat(store.Chat{Platform: r.Chat.Platform, Address: r.Chat.Address, Kind: string(r.Chat.Kind), Title: r.Chat.Title})
		if err != nil {
			return err
		}

		return tx.SayLater(c.ID, string(raw))
	})
}
