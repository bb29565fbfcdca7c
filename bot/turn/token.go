package turn

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"

	"newsbell/adapters"
	"newsbell/store"
)

// Token is what stands behind a word: a command that waits.
type Token struct {
	// Who may use it ("telegram:4711"), "" everybody.
	Who     string `json:"who,omitempty"`
	Command string `json:"command"`
	Text    string `json:"text,omitempty"`
	Sure    bool   `json:"sure,omitempty"` // no need to ask whether it is meant
	Hint    string `json:"hint,omitempty"` // of an open question
}

// SaveToken has a token saved with the reply and returns the word that stands
// for it. The word is derived from the request, so that replying again gives
// the same one.
func (t *Turn) SaveToken(k Token) string {
	value, _ := json.Marshal(k) // strings always marshal
	sum := sha256.Sum256([]byte(t.Request.Key + "\x00" + strconv.Itoa(len(t.tokens)) + "\x00" + string(value)))
	word := base64.RawURLEncoding.EncodeToString(sum[:15])
	t.KeepToken(word, k)

	return word
}

// KeepToken has a token saved with the reply, under a word that is known beforehand.
func (t *Turn) KeepToken(word string, k Token) { t.tokens[word] = k }

// DropToken has the token behind a word deleted with the reply.
func (t *Turn) DropToken(word string) { t.tokens[word] = Token{} }

// LoadToken reads the token that stands behind a word; nil if there is none that the
// person may use.
func (s *Services) LoadToken(ctx context.Context, t *Turn, word string) (k *Token, err error) {
	err = s.Store.View(ctx, func(tx *store.Tx) error {
		k, err = t.ReadToken(tx, word)
		return err
	})

	return k, err
}

// ReadToken is LoadToken within a transaction.
func (t *Turn) ReadToken(tx *store.Tx, word string) (*Token, error) {
	value, err := tx.Token(word)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}

	k := &Token{}
	if err != nil || json.Unmarshal([]byte(value), k) != nil {
		return nil, err
	}

	if k.Who != "" && k.Who != t.PersonID() {
		return nil, nil
	}

	return k, nil
}

// QuestionWord is the word of the token that holds the open question to a person
// in a chat.
func QuestionWord(r *adapters.Request) string { return "ask:" + r.Chat.String() + ":" + r.User.ID }

// Ask asks for what a command lacks; the person's next text is the answer.
func (t *Turn) Ask(question, hint, text string) *adapters.Message {
	m := Say(question)
	m.Ask = hint
	t.KeepToken(QuestionWord(t.Request), Token{Who: t.PersonID(), Command: t.Command, Text: text, Hint: hint})

	return m
}

// AskAgain keeps the question open whose answer could not be used.
func (t *Turn) AskAgain() {
	if t.AnswersQuestion {
		t.KeepToken(QuestionWord(t.Request), *t.Question)
		t.keepsQuestion = true
	}
}

// LastUndoWord is the word of the token that holds the newest [Undo] of a person in a chat: who
// types /undo presses that.
func LastUndoWord(r *adapters.Request) string { return "undo:" + r.Chat.String() + ":" + r.User.ID }

// KeepUndo keeps what a button sends that takes a change back, for whoever types /undo in a private chat.
func (t *Turn) KeepUndo(data string) {
	if t.IsPrivate() && t.Request.User.ID != "" {
		t.KeepToken(LastUndoWord(t.Request), Token{Who: t.PersonID(), Command: "undo", Text: data})
	}
}

// keepUndo keeps the [Undo] below a reply.
func (t *Turn) keepUndo(m *adapters.Message) {
	if m == nil {
		return
	}

	for _, row := range m.Buttons {
		for _, one := range row {
			if one.Label == t.Say("button.undo") && one.Data != "" {
				t.KeepUndo(one.Data)
				return
			}
		}
	}
}
