package turn

import (
	"newsbell/adapters"
)

// RefusalError is an error that is the reply: no, and nothing changed.
type RefusalError struct{ message *adapters.Message }

func (r *RefusalError) Error() string { return r.message.Text.String() }

// AsRefusal is a refusal with this message as the reply.
func AsRefusal(m *adapters.Message) error { return &RefusalError{m} }

// RefuseSaying is a refusal of these lines.
func RefuseSaying(lines ...string) error { return AsRefusal(Say(lines...)) }

// Refuse is an error that is the reply: no, and nothing changed.
func (t *Turn) Refuse(key string, pairs ...any) error { return AsRefusal(t.Message(key, pairs...)) }

// OldButton replies to a button whose subject is gone.
func (t *Turn) OldButton() *adapters.Message { return t.Message("error.button_expired") }

// Say is a message of these lines.
func Say(lines ...string) *adapters.Message {
	return &adapters.Message{Text: adapters.Say(lines...)}
}

// Replacing has a message replace the one that its button stands below.
func Replacing(m *adapters.Message) *adapters.Message {
	if m != nil {
		m.Replace = true
	}

	return m
}

// ReplacingReply is Replacing for a reply.
func ReplacingReply(r *Reply) *Reply {
	if r != nil {
		Replacing(r.Answer)
	}

	return r
}
