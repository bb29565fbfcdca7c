package bot

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"time"

	"newsbell/adapters"
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

// word keeps a token with the answer and returns the word for it. The word
// follows from the request, so that answering again gives the same.
func (t *turn) word(k token) string {
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
		data = pressToken + t.word(token{Who: t.who(), Command: command, Text: text})
	}

	return adapters.Button{Label: label, Data: data}
}

// who is the person as the config and tokens write it; "" unknown.
func (t *turn) who() string {
	if t.r.User.ID == "" {
		return ""
	}

	return t.r.Chat.Platform + ":" + t.r.User.ID
}

func (t *turn) private() bool { return t.r.Chat.Kind == adapters.Private }

// asked is what a person asked, as typed, for events.
func asked(r *adapters.Request) string {
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

// effect runs do in a transaction that also keeps the answer which do returns,
// so that both happen once. If the request had its effect before, do does not
// run.
func (b *Bot) effect(ctx context.Context, t *turn, do func(*store.Tx) (*saved, error)) (*adapters.Message, error) {
	err := b.Store.Update(ctx, func(tx *store.Tx) error {
		if t.r.Key != "" {
			done, kept, err := tx.Answered(t.r.Key)
			if err != nil {
				return err
			}

			if done {
				t.done = thaw(kept)
				return nil
			}
		}

		s, err := do(tx)
		if err != nil {
			return err
		}

		t.done = s

		return t.keep(tx, s)
	})
	if err != nil {
		t.done = nil
		return nil, err
	}

	return t.done.Answer, nil
}

// keep writes an answer, and the tokens behind its buttons. Where others read
// along, an answer is for the person who asked, as far as the platform can.
func (t *turn) keep(tx *store.Tx, s *saved) error {
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

// thaw reads a kept answer; one that cannot be read is silence.
func thaw(kept string) *saved {
	var s saved
	if kept == "" || json.Unmarshal([]byte(kept), &s) != nil {
		return &saved{}
	}

	return &s
}
